// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! `bento_ks_*` without devices. The clock is the test's: it moves when the test says so.

use super::lock::RawLock;
use libbentofs::Errno;
use std::alloc::{Layout, alloc, alloc_zeroed, dealloc, realloc};
use std::cell::Cell;
use std::ffi::c_void;

thread_local! {
    static CLOCK: Cell<i64> = const { Cell::new(1_000_000_000_000) };
}

/// Moves this thread's clock on by a second, and says what it shows now.
pub fn tick() -> i64 {
    CLOCK.set(CLOCK.get() + 1_000_000_000);
    CLOCK.get()
}

fn layout(size: usize, align: usize) -> Layout {
    Layout::from_size_align(size, align).expect("a layout that the compiler made")
}

#[unsafe(no_mangle)]
unsafe extern "C" fn bento_ks_alloc(size: usize, align: usize) -> *mut u8 {
    // SAFETY: the global allocator's contract, passed on.
    unsafe { alloc(layout(size, align)) }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn bento_ks_alloc_zeroed(size: usize, align: usize) -> *mut u8 {
    // SAFETY: as above.
    unsafe { alloc_zeroed(layout(size, align)) }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn bento_ks_free(ptr: *mut u8, size: usize, align: usize) {
    // SAFETY: as above.
    unsafe { dealloc(ptr, layout(size, align)) }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn bento_ks_realloc(ptr: *mut u8, old: usize, align: usize, new: usize) -> *mut u8 {
    // SAFETY: as above.
    unsafe { realloc(ptr, layout(old, align), new) }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn bento_ks_log(_level: u32, text: *const u8, len: usize) {
    // SAFETY: `len` readable bytes by the contract.
    let text = unsafe { std::slice::from_raw_parts(text, len) };
    eprintln!("{}", String::from_utf8_lossy(text));
}

#[unsafe(no_mangle)]
extern "C" fn bento_ks_time_now() -> i64 {
    CLOCK.get()
}

#[unsafe(no_mangle)]
extern "C" fn bento_ks_lock_new(_kind: u32, _class: u32, _key: u64) -> *mut RawLock {
    Box::into_raw(Box::default())
}

#[unsafe(no_mangle)]
unsafe extern "C" fn bento_ks_lock_free(lock: *mut RawLock) {
    // SAFETY: made by `bento_ks_lock_new`, freed once.
    let lock = unsafe { Box::from_raw(lock) };
    assert!(!lock.is_held(), "a lock was freed while held");
}

macro_rules! lock_calls {
    ($($name:ident => $method:ident),*) => {$(
        #[unsafe(no_mangle)]
        unsafe extern "C" fn $name(lock: *mut RawLock) {
            // SAFETY: a live lock by the contract.
            unsafe { (*lock).$method() }
        }
    )*};
}

lock_calls! {
    bento_ks_lock_shared => lock_shared,
    bento_ks_lock_exclusive => lock_exclusive,
    bento_ks_unlock_shared => unlock_shared,
    bento_ks_unlock_exclusive => unlock_exclusive
}

/// There is no device, so every one is unknown.
#[unsafe(no_mangle)]
extern "C" fn bento_ks_dev_info(_dev: u64, _info: *mut c_void) -> i32 {
    Errno::ENODEV.code()
}

#[unsafe(no_mangle)]
extern "C" fn bento_ks_dev_read(_dev: u64, _offset: u64, _segs: *const c_void, _count: u32) -> i32 {
    Errno::ENODEV.code()
}

#[unsafe(no_mangle)]
extern "C" fn bento_ks_dev_write(_dev: u64, _offset: u64, _segs: *const c_void, _count: u32, _flags: u32) -> i32 {
    Errno::ENODEV.code()
}
