// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! The block device and its cache.
//!
//! Two ways to the same bytes, which always agree: [`Device::read`] and [`Device::write`] go straight to the device, for
//! file contents; [`Device::block`] gives a cached block, for metadata. A cached block that was changed stays off the device
//! until [`CachedBlock::mark_dirty`]; from then on the host may write it home at any moment. A journal therefore marks a block
//! only after the commit record that covers it is durable.
//!
//! Invariant: access to a block's content is a borrow of its [`CachedBlock`] under the block's lock, so two `&mut` to one
//! block cannot exist. Taking a block's exclusive lock twice in one thread is a deadlock, as with any lock.

use crate::errno::{Errno, Result, check};
use crate::ffi::{self, RawBuf};
use bento_abi::{DevInfo, Seg, buf_flags, write_flags};
use core::ops::{Deref, DerefMut};

/// How durable a write is when it returns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// Written; on the medium after the next flush.
    Cached,
    /// On the medium, and so is everything written before.
    FlushedBefore,
}

/// A block device.
#[derive(Debug, Clone, Copy)]
pub struct Device {
    raw: u64,
    info: DevInfo,
}

impl Device {
    /// The device that the host calls `raw`; ENODEV when it knows none.
    pub fn open(raw: u64) -> Result<Device> {
        let mut info = DevInfo::default();
        // SAFETY: `info` is writable.
        check(unsafe { ffi::bento_ks_dev_info(raw, &mut info) })?;
        if !info.block_size.is_power_of_two() || !(512..=65536).contains(&info.block_size) {
            return Err(Errno::EINVAL);
        }
        Ok(Device { raw, info })
    }

    /// Bytes a block.
    pub fn block_size(&self) -> u32 {
        self.info.block_size
    }

    /// Number of blocks.
    pub fn blocks(&self) -> u64 {
        self.info.blocks
    }

    /// Whether writes are refused.
    pub fn read_only(&self) -> bool {
        self.info.read_only != 0
    }

    /// Reads `bytes.len()` bytes at byte `offset`.
    pub fn read(&self, offset: u64, bytes: &mut [u8]) -> Result<()> {
        // SAFETY: one piece, borrowed exclusively until the call returns.
        unsafe { self.read_segs(offset, &[Seg { ptr: bytes.as_mut_ptr(), len: bytes.len() }]) }
    }

    /// Writes `bytes` at byte `offset`.
    pub fn write(&self, offset: u64, bytes: &[u8], durability: Durability) -> Result<()> {
        // SAFETY: one piece, borrowed until the call returns, and only read.
        unsafe { self.write_segs(offset, &[Seg { ptr: bytes.as_ptr().cast_mut(), len: bytes.len() }], durability) }
    }

    /// Reads into pieces of memory, one after the other.
    ///
    /// # Safety
    /// Each piece is writable and nobody else's until the call returns.
    pub unsafe fn read_segs(&self, offset: u64, segs: &[Seg]) -> Result<()> {
        let count = u32::try_from(segs.len()).map_err(|_| Errno::EINVAL)?;
        // SAFETY: the caller vouches for the pieces.
        check(unsafe { ffi::bento_ks_dev_read(self.raw, offset, segs.as_ptr(), count) })
    }

    /// Writes from pieces of memory, one after the other.
    ///
    /// # Safety
    /// Each piece is readable, and unchanged by others, until the call returns.
    pub unsafe fn write_segs(&self, offset: u64, segs: &[Seg], durability: Durability) -> Result<()> {
        let count = u32::try_from(segs.len()).map_err(|_| Errno::EINVAL)?;
        let flags = match durability {
            Durability::Cached => 0,
            Durability::FlushedBefore => write_flags::FUA | write_flags::PREFLUSH,
        };
        // SAFETY: the caller vouches for the pieces, which are only read.
        check(unsafe { ffi::bento_ks_dev_write(self.raw, offset, segs.as_ptr(), count, flags) })
    }

    /// Puts everything written so far on the medium.
    pub fn flush(&self) -> Result<()> {
        // SAFETY: a plain number.
        check(unsafe { ffi::bento_ks_dev_flush(self.raw) })
    }

    /// Writes every dirty cached block home and waits for them; [`Device::flush`] makes that durable.
    pub fn sync(&self) -> Result<()> {
        // SAFETY: a plain number.
        check(unsafe { ffi::bento_ks_dev_sync(self.raw) })
    }

    /// Says that `blocks` blocks from `first` on hold nothing of worth; also drops what is cached of them.
    pub fn discard(&self, first: u64, blocks: u64) -> Result<()> {
        // SAFETY: plain numbers.
        check(unsafe { ffi::bento_ks_dev_discard(self.raw, first, blocks) })
    }

    /// The cached block `number`, read from the device when it is not in the cache.
    pub fn block(&self, number: u64) -> Result<CachedBlock> {
        self.get(number, 0)
    }

    /// The cached block `number` with all bytes zero, without reading the device.
    pub fn block_zeroed(&self, number: u64) -> Result<CachedBlock> {
        let block = self.get(number, buf_flags::NOREAD)?;
        let flags = buf_flags::EXCLUSIVE | buf_flags::ZEROED;
        // SAFETY: a live reference; unlocked as it was locked.
        unsafe {
            ffi::bento_ks_buf_lock(block.raw, flags);
            ffi::bento_ks_buf_unlock(block.raw, buf_flags::EXCLUSIVE);
        }
        Ok(block)
    }

    fn get(&self, number: u64, flags: u32) -> Result<CachedBlock> {
        let mut raw = core::ptr::null_mut();
        // SAFETY: `raw` is writable.
        check(unsafe { ffi::bento_ks_buf_get(self.raw, number, flags, &mut raw) })?;
        Ok(CachedBlock { raw, number, size: self.info.block_size as usize })
    }
}

/// A reference to a cached block: keeps it in the cache, without locking it.
#[derive(Debug)]
pub struct CachedBlock {
    raw: *mut RawBuf,
    number: u64,
    size: usize,
}

// SAFETY: the reference is a counted one of the host, made for many threads; the content is reached under the block's lock.
unsafe impl Send for CachedBlock {}
// SAFETY: as above.
unsafe impl Sync for CachedBlock {}

impl CachedBlock {
    /// Its place on the device.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// Shared access to the content.
    pub fn read(&self) -> BlockRead<'_> {
        // SAFETY: a live reference.
        let data = unsafe { ffi::bento_ks_buf_lock(self.raw, 0) };
        BlockRead { block: self, data }
    }

    /// Exclusive access to the content.
    pub fn write(&self) -> BlockWrite<'_> {
        // SAFETY: a live reference.
        let data = unsafe { ffi::bento_ks_buf_lock(self.raw, buf_flags::EXCLUSIVE) };
        BlockWrite { block: self, data }
    }

    /// Lets the host write the content home from now on. A change that is not marked is lost when the last reference is dropped.
    pub fn mark_dirty(&self) {
        // SAFETY: a live reference.
        unsafe { ffi::bento_ks_buf_dirty(self.raw) }
    }
}

impl Drop for CachedBlock {
    fn drop(&mut self) {
        // SAFETY: the reference is given back once; guards borrow it, so it is not locked.
        unsafe { ffi::bento_ks_buf_put(self.raw) }
    }
}

/// Shared access to a block's content.
#[derive(Debug)]
pub struct BlockRead<'a> {
    block: &'a CachedBlock,
    data: *const u8,
}

impl Deref for BlockRead<'_> {
    type Target = [u8];
    fn deref(&self) -> &[u8] {
        // SAFETY: one block of bytes that nobody writes while the lock is held shared.
        unsafe { core::slice::from_raw_parts(self.data, self.block.size) }
    }
}

impl Drop for BlockRead<'_> {
    fn drop(&mut self) {
        // SAFETY: held shared by this guard.
        unsafe { ffi::bento_ks_buf_unlock(self.block.raw, 0) }
    }
}

/// Exclusive access to a block's content.
#[derive(Debug)]
pub struct BlockWrite<'a> {
    block: &'a CachedBlock,
    data: *mut u8,
}

impl Deref for BlockWrite<'_> {
    type Target = [u8];
    fn deref(&self) -> &[u8] {
        // SAFETY: one block of bytes, held exclusively.
        unsafe { core::slice::from_raw_parts(self.data, self.block.size) }
    }
}

impl DerefMut for BlockWrite<'_> {
    fn deref_mut(&mut self) -> &mut [u8] {
        // SAFETY: one block of bytes, held exclusively, and the guard is borrowed exclusively.
        unsafe { core::slice::from_raw_parts_mut(self.data, self.block.size) }
    }
}

impl Drop for BlockWrite<'_> {
    fn drop(&mut self) {
        // SAFETY: held exclusively by this guard.
        unsafe { ffi::bento_ks_buf_unlock(self.block.raw, buf_flags::EXCLUSIVE) }
    }
}
