// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! The services, as C functions. This list is the whole world of a module.
//!
//! Functions that return `i32` return 0 or a positive errno. None of them unwinds. Those marked (sleeps) may block.
//!
//! # Tasks
//!
//! A task is a thread or a work item of the module's own. Every service may be used in it as in an op.
//!
//! *Rest.* A task is at rest before its run begins, after it ended, and while it waits in `bento_ks_cond_wait`,
//! `bento_ks_thread_join`, `bento_ks_work_cancel`, `bento_ks_work_flush` or `bento_ks_work_free`; at any other time it runs. (A host
//! has a second gate for this, which a task holds shared while it runs and gives up while it rests. An op never touches that
//! gate.) To quiesce an instance the host first lets the ops end, with the tasks still running since ops may wait for them; then it
//! shuts the gate of the tasks and waits, up to the deadline, until all rest. Tasks rest
//! - while `create`, `import_state` and `export_state` run: what those functions start begins once they have returned 0;
//! - from then on in an instance whose state was handed over, to the end of its `destroy` with `discard` 1.
//!
//! A task at rest in a shut gate goes on all the same once another call joins, flushes, cancels or frees it: so `destroy` (and a
//! `create` that fails) can end its tasks. It first says to all of them that they should end and, with `discard` 1, that
//! they must not write; then it joins them. With `discard` 0 the gate is open. After `destroy` none may be left.
//!
//! *Crash.* A panic, a fault, or running for longer than the deadline without rest in a task ends the instance as in an
//! op: it is recorded with the task's name instead of an op, and every task and op of the instance that waits in a service is let go
//! out of the module (no service returns to it); nothing of the instance is called again, `destroy` neither.
//!
//! *Recording.* Each task has a number, counted from 1 in the order in which the instance made its tasks, and a lock of class
//! `bento_abi::TASK_LOCK_CLASS` with that number as key; lock 0 of the class guards the making. The steps of a task are exclusive
//! acquisitions of these, made by whoever takes the step, and recorded like any other: to make one (lock 0, once), to begin and to
//! end a run (the task's, by the task itself), to join (once, after the end), to queue (once), to cancel and to flush (once
//! to look, and once more after the wait for a run's end if it had to wait), to free (as to cancel). What a task took is
//! recorded as a `Task` at each rest and at its end, in parts when there is much of it.

use bento_abi::{DevInfo, Seg};
use core::ffi::c_void;

/// A lock or condition variable of the host; opaque.
#[repr(C)]
pub struct RawLock {
    _private: [u8; 0],
}

/// A cached block of the host; opaque.
#[repr(C)]
pub struct RawBuf {
    _private: [u8; 0],
}

/// A thread of the host; opaque.
#[repr(C)]
pub struct RawThread {
    _private: [u8; 0],
}

/// A work item of the host; opaque.
#[repr(C)]
pub struct RawWork {
    _private: [u8; 0],
}

unsafe extern "C" {
    /// Ends the op (and the instance's life) with a panic report; never returns to the module.
    pub fn bento_ks_panic(message: *const u8, message_len: usize, file: *const u8, file_len: usize, line: u32, column: u32) -> !;
    /// `size` bytes aligned to `align`, or null. (sleeps)
    pub fn bento_ks_alloc(size: usize, align: usize) -> *mut u8;
    /// As `bento_ks_alloc`, all zeroes. (sleeps)
    pub fn bento_ks_alloc_zeroed(size: usize, align: usize) -> *mut u8;
    /// Gives back what `bento_ks_alloc` gave; `size` and `align` as then.
    pub fn bento_ks_free(ptr: *mut u8, size: usize, align: usize);
    /// Grows or shrinks, keeping the content. (sleeps)
    pub fn bento_ks_realloc(ptr: *mut u8, old_size: usize, align: usize, new_size: usize) -> *mut u8;
    /// One line to the log; `level` as the kernel's (3 error, 4 warning, 6 info, 7 debug).
    pub fn bento_ks_log(level: u32, text: *const u8, len: usize);
    /// Nanoseconds since 1970. Within one op the clock stands still at the op's begin unless the op runs for long.
    pub fn bento_ks_time_now() -> i64;
    /// Fills `len` bytes at random.
    pub fn bento_ks_random(ptr: *mut u8, len: usize);

    /// Makes a lock; `class` is a place in the module's table of lock classes, `key` tells locks of one class apart. (sleeps)
    pub fn bento_ks_lock_new(kind: u32, class: u32, key: u64) -> *mut RawLock;
    /// Frees a lock that nobody holds.
    pub fn bento_ks_lock_free(lock: *mut RawLock);
    /// Shared acquisition. (sleeps)
    pub fn bento_ks_lock_shared(lock: *mut RawLock);
    /// Exclusive acquisition. (sleeps)
    pub fn bento_ks_lock_exclusive(lock: *mut RawLock);
    /// Ends a shared acquisition.
    pub fn bento_ks_unlock_shared(lock: *mut RawLock);
    /// Ends an exclusive acquisition.
    pub fn bento_ks_unlock_exclusive(lock: *mut RawLock);
    /// Makes a condition variable.
    pub fn bento_ks_cond_new() -> *mut RawLock;
    /// Frees one that nobody waits for.
    pub fn bento_ks_cond_free(cond: *mut RawLock);
    /// Gives up `mutex` (held exclusively), waits for a notification, takes `mutex` again; may return without one. (sleeps)
    pub fn bento_ks_cond_wait(cond: *mut RawLock, mutex: *mut RawLock);
    /// Wakes one waiter (`all` 0) or every one.
    pub fn bento_ks_cond_notify(cond: *mut RawLock, all: u32);

    /// Starts a thread that runs `run(arg)` once; null when it cannot: then `run` is never called. `name` (up to 15 bytes are kept) is for
    /// people, and for finding the task again in another version. The thread lives until it is joined, which the module does
    /// exactly once. Counts as a fallible call (EAGAIN). (sleeps)
    pub fn bento_ks_thread_spawn(
        run: unsafe extern "C" fn(arg: *mut c_void),
        arg: *mut c_void,
        name: *const u8,
        name_len: usize,
    ) -> *mut RawThread;
    /// Waits for the thread to end and frees it. Not from the thread itself; the caller holds no lock that the thread still
    /// needs. (sleeps)
    pub fn bento_ks_thread_join(thread: *mut RawThread);

    /// Makes a work item, not queued: a function that the host runs in a thread of its own choice, once each time it was
    /// queued, never twice at once. `name` as for a thread. Null when it cannot. The module keeps `arg` alive until the item is
    /// freed. Counts as a fallible call (EAGAIN). (sleeps)
    pub fn bento_ks_work_new(
        run: unsafe extern "C" fn(arg: *mut c_void),
        arg: *mut c_void,
        name: *const u8,
        name_len: usize,
    ) -> *mut RawWork;
    /// Queues one run of the item, `delay_ns` nanoseconds from now or a little later. 1; or 0 when it is queued already, which
    /// leaves that run's time as it is, or is being freed. An item is no longer queued as soon as its run begins, so one that is running can be queued again (by
    /// its own run too), for after that run. Does not sleep, and may be called with locks held.
    pub fn bento_ks_work_queue(work: *mut RawWork, delay_ns: u64) -> u32;
    /// Takes the item out of the queue (1; 0 when it was not in it), and waits for the end of a run that is under way. Not from its own run;
    /// the caller holds no lock that the run takes. A run that queues itself may have done so once more: say to it that it should not. (sleeps)
    pub fn bento_ks_work_cancel(work: *mut RawWork) -> u32;
    /// When the item is queued, its run begins now, whatever its delay; waits for the end of that run, or of the one under
    /// way. A run that is queued later is not waited for. Conditions as for cancel. (sleeps)
    pub fn bento_ks_work_flush(work: *mut RawWork);
    /// Frees the item, as if it was cancelled first, runs that it queues itself meanwhile included. Conditions as for cancel. (sleeps)
    pub fn bento_ks_work_free(work: *mut RawWork);

    /// What the device is like.
    pub fn bento_ks_dev_info(dev: u64, info: *mut DevInfo) -> i32;
    /// Reads bytes from the device into a scatter list; sees what cached blocks hold. (sleeps)
    pub fn bento_ks_dev_read(dev: u64, offset: u64, segs: *const Seg, nsegs: u32) -> i32;
    /// Writes bytes to the device from a scatter list; cached blocks follow. `flags` as in `bento_abi::write_flags`. (sleeps)
    pub fn bento_ks_dev_write(dev: u64, offset: u64, segs: *const Seg, nsegs: u32, flags: u32) -> i32;
    /// Everything written is on the medium. (sleeps)
    pub fn bento_ks_dev_flush(dev: u64) -> i32;
    /// Writes every dirty cached block home and waits for them (no flush). (sleeps)
    pub fn bento_ks_dev_sync(dev: u64) -> i32;
    /// The content of these blocks is no longer needed; they may read as anything written before or as zeroes, cached content is dropped. (sleeps)
    pub fn bento_ks_dev_discard(dev: u64, first: u64, blocks: u64) -> i32;

    /// A reference to a cached block; reads the device when it is not cached, unless `flags` has NOREAD. (sleeps)
    pub fn bento_ks_buf_get(dev: u64, block: u64, flags: u32, buf: *mut *mut RawBuf) -> i32;
    /// Locks the content, shared, or with EXCLUSIVE exclusively; with ZEROED (and EXCLUSIVE) it is zeroes first. The first lock
    /// after a `bento_ks_buf_get` with NOREAD has ZEROED. Returns the content: one block. (sleeps)
    pub fn bento_ks_buf_lock(buf: *mut RawBuf, flags: u32) -> *mut u8;
    /// Ends the lock; `flags` has EXCLUSIVE as it was taken.
    pub fn bento_ks_buf_unlock(buf: *mut RawBuf, flags: u32);
    /// The content may be written home from now on, at any time. Without this it never is, and a reference must be held for as
    /// long as a changed content is not yet marked.
    pub fn bento_ks_buf_dirty(buf: *mut RawBuf);
    /// Drops the reference; the buffer must not be locked by the caller.
    pub fn bento_ks_buf_put(buf: *mut RawBuf);
}
