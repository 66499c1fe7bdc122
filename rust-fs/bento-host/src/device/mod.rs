// SPDX-License-Identifier: MIT OR Apache-2.0
//! Block devices as modules see them: a real one with a cache of blocks ([`FileDevice`]), and one in memory for replays that
//! can be forked in an instant and knows its own digest ([`CowDevice`]).

mod cow;
mod file;
mod span;

pub use cow::CowDevice;
pub use file::{DeviceError, FileDevice};

use crate::ks::Counters;
use crate::ks::lock::{KsLock, LockId};
use bento_abi::{BLOCK_LOCK_CLASS, DevInfo, Seg};
use std::cell::UnsafeCell;
use std::collections::HashMap;
use std::sync::atomic::AtomicBool;

/// Told of each block that a run is the first to read, with its content then.
pub type FirstRead<'a> = &'a mut dyn FnMut(u64, &[u8]);

/// A reference to a cached block.
#[derive(Debug)]
pub struct Buf {
    pub(crate) number: u64,
    pub(crate) lock: KsLock,
    /// The content, for a device that keeps it here; reached under `lock`.
    pub(crate) content: UnsafeCell<Box<[u8]>>,
    pub(crate) dirty: AtomicBool,
}

// SAFETY: `content` is reached only under `lock` (by the module through its guards, by the device in `flush` with a raw hold).
unsafe impl Send for Buf {}
// SAFETY: as above.
unsafe impl Sync for Buf {}

impl Buf {
    fn new(number: u64, counters: Counters, content: Box<[u8]>) -> Buf {
        Buf::with_lock(number, KsLock::new(Buf::id(number), counters), content)
    }

    /// The same in a world of one thread.
    ///
    /// # Safety
    /// One thread at a time uses it.
    unsafe fn solo(number: u64, counters: Counters, content: Box<[u8]>) -> Buf {
        // SAFETY: the caller's promise.
        Buf::with_lock(number, unsafe { KsLock::solo(Buf::id(number), counters) }, content)
    }

    fn id(number: u64) -> LockId {
        LockId { class: BLOCK_LOCK_CLASS, key: number }
    }

    fn with_lock(number: u64, lock: KsLock, content: Box<[u8]>) -> Buf {
        Buf { number, lock, content: UnsafeCell::new(content), dirty: AtomicBool::new(false) }
    }
}

/// What the services need of a device. Errors are positive errnos.
pub trait BlockDevice: Send + Sync {
    /// Geometry.
    fn info(&self) -> DevInfo;

    /// Reads from byte `offset` into `segs`.
    ///
    /// # Safety
    /// The pieces are writable and nobody else's.
    unsafe fn read(&self, offset: u64, segs: &[Seg], first: FirstRead<'_>) -> Result<(), i32>;

    /// Writes from `segs` to byte `offset`; `flags` of `bento_abi::write_flags`.
    ///
    /// # Safety
    /// The pieces are readable and unchanged by others.
    unsafe fn write(&self, offset: u64, segs: &[Seg], flags: u32, first: FirstRead<'_>) -> Result<(), i32>;

    /// Everything written is on the medium.
    fn flush(&self) -> Result<(), i32>;

    /// Dirty cached blocks are written home.
    fn sync(&self) -> Result<(), i32>;

    /// Drops the content of blocks.
    fn discard(&self, first: u64, blocks: u64) -> Result<(), i32>;

    /// A reference to a cached block.
    fn get(&self, number: u64, noread: bool, first: FirstRead<'_>) -> Result<std::sync::Arc<Buf>, i32>;

    /// The content of a block whose lock was just taken; valid until it is given up.
    fn content(&self, buf: &Buf, exclusive: bool, zeroed: bool) -> *mut u8;

    /// The block's exclusive lock is about to be given up.
    fn changed(&self, buf: &Buf);

    /// The block may be written home.
    fn dirty(&self, buf: &Buf);

    /// Counters of one block's lock.
    fn lock_counters(&self, number: u64) -> Counters;

    /// Counters of all blocks' locks.
    fn all_lock_counters(&self) -> HashMap<u64, Counters>;

    /// Counters that blocks' locks start from.
    fn set_lock_counters(&self, counters: HashMap<u64, Counters>);

    /// From here on one thread at a time uses the device, and it may leave out its own locks.
    ///
    /// # Safety
    /// Just that, and nothing of it is in use.
    unsafe fn set_solo(&self) {}

    /// For a replay's device: itself.
    fn as_cow(&self) -> Option<&CowDevice> {
        None
    }
}
