// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! What a module says of itself, and the functions that it offers.

use crate::request::{ReplyBuf, RequestBuf};
use core::ffi::c_void;

/// A string that is not ended by NUL; borrowed, valid as long as what holds it.
#[derive(Debug, Clone, Copy)]
#[repr(C)]
pub struct Str {
    /// First byte; may dangle when `len` is 0.
    pub ptr: *const u8,
    /// Bytes.
    pub len: usize,
}

impl Str {
    /// Borrows `bytes`; the result must not outlive them.
    pub const fn new(bytes: &[u8]) -> Str {
        Str { ptr: bytes.as_ptr(), len: bytes.len() }
    }
}

/// Where a module writes bytes of unknown number (state, reports) to.
#[derive(Debug, Clone, Copy)]
#[repr(C)]
pub struct Sink {
    /// Handed back to `write`.
    pub ctx: *mut c_void,
    /// Takes `len` bytes at `ptr`; 0, or an errno after which the module stops writing and returns it.
    pub write: unsafe extern "C" fn(ctx: *mut c_void, ptr: *const u8, len: usize) -> i32,
}

/// What a file system is made from.
#[derive(Debug, Clone, Copy)]
#[repr(C)]
pub struct CreateArgs {
    /// The device, for `bento_ks_dev_*` and `bento_ks_buf_*`; 0 when there is none.
    pub dev: u64,
    /// Options of the file system, comma separated.
    pub options: Str,
    /// Non-zero for a mount that must not write.
    pub read_only: u32,
    /// Zero.
    pub reserved: u32,
}

/// The description that the entry function returns. It and everything it points to live as long as the module is loaded.
///
/// Functions that return `i32` return 0 or a positive errno. `dispatch` is called by many threads at once; `export_state`
/// and `destroy` only while no op is under way. While `create`, `import_state` and `export_state` run, the instance's own tasks
/// (threads, work items) rest; `destroy` ends them. What that means is said in libbentoks, `ffi.rs`.
#[repr(C)]
pub struct ModuleDesc {
    /// Bytes of the description in the module's build: lets a host read older, shorter ones. With [`EarlyHandOver`] behind it, both.
    pub size: u32,
    /// [`crate::ABI_MAJOR`] of the module's build.
    pub abi_major: u16,
    /// [`crate::ABI_MINOR`] of the module's build.
    pub abi_minor: u16,
    /// File-system name: letters, digits, `-`.
    pub fs_name: Str,
    /// Git revision of the sources; of a work tree's build `tree-` and a hash of their content; empty when unknown.
    pub source_revision: Str,
    /// Names of the module's lock classes, separated by commas: the first is class 1 (0 are the locks of cached blocks).
    pub lock_classes: Str,
    /// Schema of the state that `export_state` writes.
    pub state_schema: u32,
    /// Oldest schema that `import_state` reads.
    pub state_schema_min: u32,
    /// Newest schema that `import_state` reads.
    pub state_schema_max: u32,
    /// Non-zero when the file system needs a device.
    pub needs_device: u32,
    /// Makes an instance.
    pub create: unsafe extern "C" fn(args: *const CreateArgs, instance: *mut *mut c_void) -> i32,
    /// Answers one op. The answer, its errno included, is in `reply`.
    pub dispatch: unsafe extern "C" fn(instance: *mut c_void, request: *const RequestBuf, reply: *mut ReplyBuf),
    /// Writes the whole in-memory state, changing neither it nor the device.
    pub export_state: unsafe extern "C" fn(instance: *mut c_void, sink: *const Sink) -> i32,
    /// Makes an instance from exported state. On failure nothing was changed.
    pub import_state: unsafe extern "C" fn(args: *const CreateArgs, schema: u32, state: Str, instance: *mut *mut c_void) -> i32,
    /// Ends an instance, after writing what it still holds (`discard` 0) or leaving the device alone (`discard` 1: its state
    /// was handed over, or it is being thrown away).
    pub destroy: unsafe extern "C" fn(instance: *mut c_void, discard: u32) -> i32,
    /// Makes the file system on the device; absent when it has no use for one.
    pub mkfs: Option<unsafe extern "C" fn(args: *const CreateArgs) -> i32>,
    /// Checks the device without writing to it and reports one problem a line; 0 clean, EUCLEAN (117) problems found.
    pub fsck: Option<unsafe extern "C" fn(args: *const CreateArgs, report: *const Sink) -> i32>,
    /// Says in words, one fact a line, what block `number` with content `data` holds.
    pub explain: Option<unsafe extern "C" fn(args: *const CreateArgs, number: u64, data: Str, text: *const Sink) -> i32>,
}

/// What follows the description when its `size` says so: a hand-over in two parts, the first while ops go on, so that they wait for the
/// second only. All are there, or none.
///
/// `export_early`, `import_state` with what it wrote, `export_late` and `import_late` any number of times while ops go on, so that little is left
/// to tell, then both for the last time, no op being under way, give the instance that `export_state` and `import_state` would give.
#[derive(Debug, Clone, Copy)]
#[repr(C)]
pub struct EarlyHandOver {
    /// As `export_state`, while ops go on: parts may be out of date when it returns. From then on the instance notes what of it changes, up to
    /// the last `export_late` or the next `export_early`.
    pub export_early: Option<unsafe extern "C" fn(instance: *mut c_void, sink: *const Sink) -> i32>,
    /// Writes what has changed since the call before. `last` is 0 while ops go on. EAGAIN (11) when it is too much.
    /// After a failure of any kind, what it was to tell may be lost: `export_early` or `export_state` comes next.
    pub export_late: Option<unsafe extern "C" fn(instance: *mut c_void, last: u32, sink: *const Sink) -> i32>,
    /// Brings an instance, made from what `export_early` wrote and not used since, up to date. After a failure it is only destroyed.
    pub import_late: Option<unsafe extern "C" fn(instance: *mut c_void, state: Str) -> i32>,
}
