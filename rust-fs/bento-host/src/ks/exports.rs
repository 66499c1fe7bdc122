// SPDX-License-Identifier: MIT OR Apache-2.0
//! The `bento_ks_*` functions themselves, but for those of a device (`exports_device.rs`).
//!
//! Their documentation is at their declarations in libbentoks (`ffi.rs`). Each runs between `enter_service` and `exit_service`,
//! so that a deadline's signal waits until the host's own structures are whole again.

use super::context::{Context, Escape};
use super::lock::{KsCond, KsLock, LockId};
use super::task::Task;
use super::world::Crash;
use crate::module::guard;
use std::alloc::{GlobalAlloc, Layout, System};
use std::ffi::c_void;
use std::sync::Arc;
use std::time::Duration;

/// Runs a service for the op under way; leaves the op when the service cannot come back.
pub(super) fn service<R: Copy>(body: impl FnOnce(&Context<'_>) -> Result<R, Escape>) -> R {
    guard::enter_service();
    // SAFETY: a module called, so its op is under way on this thread, and the reference ends with this function.
    let Some(context) = (unsafe { Context::current() }) else {
        // Without an op there is nobody to report to: a module's code ran outside of any call into it.
        eprintln!("bento-host: a service was called outside of an op");
        std::process::abort();
    };
    match body(context) {
        Ok(result) => {
            // SAFETY: `body` and what it held are gone; the module's frames hold plain data as far as the host is concerned.
            unsafe { guard::exit_service() };
            result
        }
        // SAFETY: as above.
        Err(Escape) => unsafe { guard::leave() },
    }
}

/// # Safety
/// `ptr` is readable for `len` bytes, or `len` is 0.
unsafe fn text(ptr: *const u8, len: usize) -> String {
    if len == 0 {
        return String::new();
    }
    // SAFETY: the caller's promise.
    String::from_utf8_lossy(unsafe { std::slice::from_raw_parts(ptr, len) }).into_owned()
}

#[unsafe(no_mangle)]
unsafe extern "C" fn bento_ks_panic(
    message: *const u8,
    message_len: usize,
    file: *const u8,
    file_len: usize,
    line: u32,
    column: u32,
) -> ! {
    service(|context| -> Result<(), Escape> {
        // SAFETY: the module's strings live until it is left.
        let (message, file) = unsafe { (text(message, message_len), text(file, file_len)) };
        Err(context.escape(Crash::Panic { message, location: format!("{file}:{line}:{column}") }))
    });
    unreachable!("the service leaves the op")
}

#[unsafe(no_mangle)]
unsafe extern "C" fn bento_ks_alloc(size: usize, align: usize) -> *mut u8 {
    guard::enter_service();
    // SAFETY: Rust's allocator interface gives valid layouts; anything else gives null.
    let ptr = Layout::from_size_align(size, align).map_or(std::ptr::null_mut(), |layout| unsafe { System.alloc(layout) });
    // SAFETY: nothing is held.
    unsafe { guard::exit_service() };
    ptr
}

#[unsafe(no_mangle)]
unsafe extern "C" fn bento_ks_alloc_zeroed(size: usize, align: usize) -> *mut u8 {
    guard::enter_service();
    // SAFETY: as above.
    let ptr = Layout::from_size_align(size, align).map_or(std::ptr::null_mut(), |layout| unsafe { System.alloc_zeroed(layout) });
    // SAFETY: nothing is held.
    unsafe { guard::exit_service() };
    ptr
}

#[unsafe(no_mangle)]
unsafe extern "C" fn bento_ks_free(ptr: *mut u8, size: usize, align: usize) {
    guard::enter_service();
    if let Ok(layout) = Layout::from_size_align(size, align) {
        // SAFETY: the module gives back what it got, with the layout it got it with.
        unsafe { System.dealloc(ptr, layout) };
    }
    // SAFETY: nothing is held.
    unsafe { guard::exit_service() };
}

#[unsafe(no_mangle)]
unsafe extern "C" fn bento_ks_realloc(ptr: *mut u8, old_size: usize, align: usize, new_size: usize) -> *mut u8 {
    guard::enter_service();
    // SAFETY: as for free; `new_size` is not zero by the allocator interface.
    let ptr = Layout::from_size_align(old_size, align)
        .map_or(std::ptr::null_mut(), |layout| unsafe { System.realloc(ptr, layout, new_size) });
    // SAFETY: nothing is held.
    unsafe { guard::exit_service() };
    ptr
}

#[unsafe(no_mangle)]
unsafe extern "C" fn bento_ks_log(level: u32, line: *const u8, len: usize) {
    service(|context| {
        // SAFETY: the module's string.
        context.world.log(level, unsafe { text(line, len) }.trim_end());
        Ok(())
    });
}

#[unsafe(no_mangle)]
unsafe extern "C" fn bento_ks_time_now() -> i64 {
    service(|context| Ok(context.time_now()))
}

#[unsafe(no_mangle)]
unsafe extern "C" fn bento_ks_random(ptr: *mut u8, len: usize) {
    service(|context| {
        if len > 0 {
            // SAFETY: the module's buffer, writable for `len` bytes.
            context.random(unsafe { std::slice::from_raw_parts_mut(ptr, len) });
        }
        Ok(())
    });
}

#[unsafe(no_mangle)]
unsafe extern "C" fn bento_ks_lock_new(_kind: u32, class: u32, key: u64) -> *mut KsLock {
    service(|context| {
        let id = LockId { class, key };
        let make = |counters| match context.world.solo() {
            // SAFETY: one thread does everything in this world.
            true => unsafe { KsLock::solo(id, counters) },
            false => KsLock::new(id, counters),
        };
        let lock = context.world.enter_lock(id, |counters| Box::into_raw(Box::new(make(counters))));
        Ok(lock.cast_mut())
    })
}

#[unsafe(no_mangle)]
unsafe extern "C" fn bento_ks_lock_free(lock: *mut KsLock) {
    service(|context| {
        // SAFETY: made by `bento_ks_lock_new`, and nobody's any more.
        let lock = unsafe { Box::from_raw(lock) };
        context.world.leave_lock(lock.id, &*lock);
        Ok(())
    });
}

#[unsafe(no_mangle)]
unsafe extern "C" fn bento_ks_lock_shared(lock: *mut KsLock) {
    // SAFETY: a live lock.
    service(|context| unsafe { (*lock).acquire(context, false) });
}

#[unsafe(no_mangle)]
unsafe extern "C" fn bento_ks_lock_exclusive(lock: *mut KsLock) {
    // SAFETY: a live lock.
    service(|context| unsafe { (*lock).acquire(context, true) });
}

#[unsafe(no_mangle)]
unsafe extern "C" fn bento_ks_unlock_shared(lock: *mut KsLock) {
    service(|context| {
        // SAFETY: a live lock, held shared.
        unsafe { (*lock).release(context, false) };
        Ok(())
    });
}

#[unsafe(no_mangle)]
unsafe extern "C" fn bento_ks_unlock_exclusive(lock: *mut KsLock) {
    service(|context| {
        // SAFETY: a live lock, held exclusively.
        unsafe { (*lock).release(context, true) };
        Ok(())
    });
}

#[unsafe(no_mangle)]
unsafe extern "C" fn bento_ks_cond_new() -> *mut KsCond {
    service(|_| Ok(Box::into_raw(Box::default())))
}

#[unsafe(no_mangle)]
unsafe extern "C" fn bento_ks_cond_free(cond: *mut KsCond) {
    service(|_| {
        // SAFETY: made by `bento_ks_cond_new`, and nobody's any more.
        drop(unsafe { Box::from_raw(cond) });
        Ok(())
    });
}

#[unsafe(no_mangle)]
unsafe extern "C" fn bento_ks_cond_wait(cond: *mut KsCond, mutex: *mut KsLock) {
    // SAFETY: live objects, the mutex held by the caller.
    service(|context| unsafe { (*cond).wait(context, &*mutex) });
}

#[unsafe(no_mangle)]
unsafe extern "C" fn bento_ks_cond_notify(cond: *mut KsCond, all: u32) {
    service(|_| {
        // SAFETY: a live object.
        unsafe { (*cond).notify(all != 0) };
        Ok(())
    });
}

/// Makes a task; a failure that was recorded happens again.
///
/// # Safety
/// `name` is readable for `name_len` bytes.
unsafe fn make_task(
    work: bool,
    run: unsafe extern "C" fn(*mut c_void),
    arg: *mut c_void,
    name: *const u8,
    name_len: usize,
) -> *const Task {
    service(|context| {
        // SAFETY: the caller's promise.
        let name = unsafe { text(name, name_len) };
        let (call, recorded) = context.recorded_failure()?;
        let made = if recorded.is_some() { None } else { Task::make(context, work, &name, run, arg)? };
        if made.is_none() {
            context.take_failure(call, libc::EAGAIN);
        }
        Ok(made.map_or(std::ptr::null(), Arc::into_raw))
    })
}

#[unsafe(no_mangle)]
unsafe extern "C" fn bento_ks_thread_spawn(
    run: unsafe extern "C" fn(*mut c_void),
    arg: *mut c_void,
    name: *const u8,
    name_len: usize,
) -> *const Task {
    // SAFETY: the module's string.
    unsafe { make_task(false, run, arg, name, name_len) }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn bento_ks_thread_join(thread: *const Task) {
    service(|context| {
        // SAFETY: made by `bento_ks_thread_spawn`, joined once: alive until the last line.
        unsafe { (*thread).join(context)? };
        // SAFETY: as above.
        drop(unsafe { Arc::from_raw(thread) });
        Ok(())
    });
}

#[unsafe(no_mangle)]
unsafe extern "C" fn bento_ks_work_new(
    run: unsafe extern "C" fn(*mut c_void),
    arg: *mut c_void,
    name: *const u8,
    name_len: usize,
) -> *const Task {
    // SAFETY: the module's string.
    unsafe { make_task(true, run, arg, name, name_len) }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn bento_ks_work_queue(work: *const Task, delay_ns: u64) -> u32 {
    // SAFETY: a live item.
    service(|context| unsafe { (*work).queue(context, Duration::from_nanos(delay_ns)).map(u32::from) })
}

#[unsafe(no_mangle)]
unsafe extern "C" fn bento_ks_work_cancel(work: *const Task) -> u32 {
    // SAFETY: a live item.
    service(|context| unsafe { (*work).cancel(context).map(u32::from) })
}

#[unsafe(no_mangle)]
unsafe extern "C" fn bento_ks_work_flush(work: *const Task) {
    // SAFETY: a live item.
    service(|context| unsafe { (*work).flush(context) });
}

#[unsafe(no_mangle)]
unsafe extern "C" fn bento_ks_work_free(work: *const Task) {
    service(|context| {
        // SAFETY: made by `bento_ks_work_new`, freed once: alive until the last line.
        unsafe { (*work).free(context)? };
        // SAFETY: as above.
        drop(unsafe { Arc::from_raw(work) });
        Ok(())
    });
}
