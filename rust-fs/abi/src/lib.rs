// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! The module contract, as C sees it.
//!
//! A file-system module exports one function, [`ENTRY_SYMBOL`], that returns its [`ModuleDesc`]. It imports nothing but the
//! `bento_ks_*` services declared in [`ks`] and the four memory functions that compilers call. Both sides of the contract
//! are checked by [`ABI_MAJOR`]: a host refuses a module of another major, and runs any minor up to its own.
//!
//! Invariant: nothing here depends on which world (kernel or userspace) the module runs in, and every structure is
//! `repr(C)` with explicit padding, so that the C header of the kernel can mirror it.
#![no_std]
#![forbid(unsafe_code)]

pub mod desc;
pub mod fuse;
pub mod request;

pub use desc::{CreateArgs, EarlyHandOver, ModuleDesc, Sink, Str};
pub use request::{ReplyBuf, RequestBuf, Seg};

/// Changes when an old module could not run on a new host.
pub const ABI_MAJOR: u16 = 1;
/// Changes when something is added. 1: work items (`bento_ks_work_*`). 2: [`EarlyHandOver`].
pub const ABI_MINOR: u16 = 2;

/// The one symbol that a module exports: `extern "C" fn() -> *const ModuleDesc`.
pub const ENTRY_SYMBOL: &str = "bento_module_entry";

/// Kinds of lock for `bento_ks_lock_new`.
pub mod lock_kind {
    /// Shared and exclusive acquisitions.
    pub const RWLOCK: u32 = 0;
    /// Exclusive acquisitions only; the one kind that a condition variable may wait with.
    pub const MUTEX: u32 = 1;
}

/// Flags of `bento_ks_buf_get`, `bento_ks_buf_lock` and `bento_ks_buf_unlock`.
pub mod buf_flags {
    /// Do not read the device: the caller will overwrite the whole block.
    pub const NOREAD: u32 = 1;
    /// Exclusive access; without it, shared.
    pub const EXCLUSIVE: u32 = 2;
    /// The content becomes all zeroes as the lock is taken.
    pub const ZEROED: u32 = 4;
}

/// Lock class of cached blocks, whose key is the block number. A module's own classes are counted from 1.
pub const BLOCK_LOCK_CLASS: u32 = 0;

/// Lock class of tasks (threads and work items of the module's own), whose key is the task's number; 0 guards their making.
/// Above every class of a module's own.
pub const TASK_LOCK_CLASS: u32 = 0xffff;

/// Flags of `bento_ks_dev_write`.
pub mod write_flags {
    /// The data is on the medium when the call returns.
    pub const FUA: u32 = 1;
    /// Everything written before is on the medium before this data is.
    pub const PREFLUSH: u32 = 2;
}

/// What `bento_ks_dev_info` tells.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[repr(C)]
pub struct DevInfo {
    /// Bytes a block: a power of two, 512 to 65536.
    pub block_size: u32,
    /// Non-zero when the device refuses writes.
    pub read_only: u32,
    /// Number of blocks.
    pub blocks: u64,
}
