// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! The services.
#![allow(clippy::missing_safety_doc, reason = "the contract's functions; see libbentoks")]

use super::device::{self, BLOCK, Buffer};
use super::locks::Lock;
use bento_abi::{DevInfo, Seg, buf_flags, write_flags};
use std::alloc::{Layout, alloc, alloc_zeroed, dealloc, realloc};
use std::cell::Cell;
use std::ffi::c_void;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

/// The clock, moved by tests.
pub static CLOCK: AtomicI64 = AtomicI64::new(1_700_000_000_000_000_000);
static RANDOM: AtomicU64 = AtomicU64::new(0x1234_5678_9abc_def1);

thread_local! {
    static QUIET: Cell<bool> = const { Cell::new(false) };
}

/// Drops log lines of this thread: tests that feed damaged images.
pub fn quiet(on: bool) {
    QUIET.set(on);
}

fn layout(size: usize, align: usize) -> Layout {
    Layout::from_size_align(size, align).unwrap()
}

fn code(result: Result<(), i32>) -> i32 {
    result.err().unwrap_or(0)
}

unsafe fn segs<'a>(ptr: *const Seg, count: u32) -> &'a [Seg] {
    if count == 0 {
        return &[];
    }
    // SAFETY: the contract.
    unsafe { std::slice::from_raw_parts(ptr, count as usize) }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn bento_ks_panic(message: *const u8, len: usize, _: *const u8, _: usize, _: u32, _: u32) -> ! {
    // SAFETY: the contract.
    panic!("module panic: {}", String::from_utf8_lossy(unsafe { std::slice::from_raw_parts(message, len) }));
}

#[unsafe(no_mangle)]
unsafe extern "C" fn bento_ks_alloc(size: usize, align: usize) -> *mut u8 {
    // SAFETY: the caller's size is not 0.
    unsafe { alloc(layout(size, align)) }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn bento_ks_alloc_zeroed(size: usize, align: usize) -> *mut u8 {
    // SAFETY: as above.
    unsafe { alloc_zeroed(layout(size, align)) }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn bento_ks_free(ptr: *mut u8, size: usize, align: usize) {
    // SAFETY: came from above.
    unsafe { dealloc(ptr, layout(size, align)) }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn bento_ks_realloc(ptr: *mut u8, old: usize, align: usize, new: usize) -> *mut u8 {
    // SAFETY: came from above.
    unsafe { realloc(ptr, layout(old, align), new) }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn bento_ks_log(level: u32, text: *const u8, len: usize) {
    if !QUIET.get() {
        // SAFETY: the contract.
        eprintln!("<{level}> {}", String::from_utf8_lossy(unsafe { std::slice::from_raw_parts(text, len) }));
    }
}

#[unsafe(no_mangle)]
extern "C" fn bento_ks_time_now() -> i64 {
    CLOCK.load(Ordering::Relaxed)
}

#[unsafe(no_mangle)]
unsafe extern "C" fn bento_ks_random(ptr: *mut u8, len: usize) {
    // SAFETY: the contract.
    for byte in unsafe { std::slice::from_raw_parts_mut(ptr, len) } {
        *byte = (RANDOM.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed) >> 33) as u8;
    }
}

#[unsafe(no_mangle)]
extern "C" fn bento_ks_lock_new(_kind: u32, _class: u32, _key: u64) -> *mut Lock {
    Box::into_raw(Box::default())
}

#[unsafe(no_mangle)]
unsafe extern "C" fn bento_ks_lock_free(lock: *mut Lock) {
    // SAFETY: came from lock_new.
    drop(unsafe { Box::from_raw(lock) });
}

#[unsafe(no_mangle)]
unsafe extern "C" fn bento_ks_lock_shared(lock: *mut Lock) {
    // SAFETY: live.
    unsafe { (*lock).shared() }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn bento_ks_lock_exclusive(lock: *mut Lock) {
    // SAFETY: live.
    unsafe { (*lock).exclusive() }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn bento_ks_unlock_shared(lock: *mut Lock) {
    // SAFETY: live.
    unsafe { (*lock).unlock_shared() }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn bento_ks_unlock_exclusive(lock: *mut Lock) {
    // SAFETY: live.
    unsafe { (*lock).unlock_exclusive() }
}

#[unsafe(no_mangle)]
extern "C" fn bento_ks_cond_new() -> *mut Lock {
    unimplemented!("tiffinfs has no condition variables")
}

#[unsafe(no_mangle)]
extern "C" fn bento_ks_cond_free(_: *mut Lock) {}

#[unsafe(no_mangle)]
extern "C" fn bento_ks_cond_wait(_: *mut Lock, _: *mut Lock) {}

#[unsafe(no_mangle)]
extern "C" fn bento_ks_cond_notify(_: *mut Lock, _: u32) {}

#[unsafe(no_mangle)]
extern "C" fn bento_ks_thread_spawn(_: unsafe extern "C" fn(*mut c_void), _: *mut c_void, _: *const u8, _: usize) -> *mut c_void {
    std::ptr::null_mut()
}

#[unsafe(no_mangle)]
extern "C" fn bento_ks_thread_join(_: *mut c_void) {}

#[unsafe(no_mangle)]
unsafe extern "C" fn bento_ks_dev_info(dev: u64, info: *mut DevInfo) -> i32 {
    let blocks = device::state(dev).lock().unwrap().medium.len() / BLOCK;
    // SAFETY: the contract.
    unsafe { *info = DevInfo { block_size: BLOCK as u32, read_only: 0, blocks: blocks as u64 } };
    0
}

#[unsafe(no_mangle)]
unsafe extern "C" fn bento_ks_dev_read(dev: u64, offset: u64, pieces: *const Seg, count: u32) -> i32 {
    let state = device::state(dev);
    let state = state.lock().unwrap();
    let mut at = offset;
    // SAFETY: the contract.
    for seg in unsafe { segs(pieces, count) } {
        // SAFETY: the contract.
        let to = unsafe { std::slice::from_raw_parts_mut(seg.ptr, seg.len) };
        if let Err(errno) = state.read(at, to) {
            return errno;
        }
        at += seg.len as u64;
    }
    0
}

#[unsafe(no_mangle)]
unsafe extern "C" fn bento_ks_dev_write(dev: u64, offset: u64, pieces: *const Seg, count: u32, flags: u32) -> i32 {
    let mut data = Vec::new();
    // SAFETY: the contract.
    for seg in unsafe { segs(pieces, count) } {
        // SAFETY: the contract.
        data.extend_from_slice(unsafe { std::slice::from_raw_parts(seg.ptr, seg.len) });
    }
    let state = device::state(dev);
    let before = state.lock().unwrap().before_write.clone();
    if let Some(before) = before {
        before();
    }
    let mut state = state.lock().unwrap();
    if flags & write_flags::PREFLUSH != 0 {
        state.flush();
    }
    code(state.write(offset, &data, flags & write_flags::FUA != 0))
}

#[unsafe(no_mangle)]
extern "C" fn bento_ks_dev_flush(dev: u64) -> i32 {
    device::state(dev).lock().unwrap().flush();
    0
}

#[unsafe(no_mangle)]
extern "C" fn bento_ks_dev_sync(dev: u64) -> i32 {
    code(device::state(dev).lock().unwrap().sync())
}

#[unsafe(no_mangle)]
extern "C" fn bento_ks_dev_discard(_dev: u64, _first: u64, _blocks: u64) -> i32 {
    0
}

#[unsafe(no_mangle)]
unsafe extern "C" fn bento_ks_buf_get(dev: u64, number: u64, flags: u32, buffer: *mut *mut Buffer) -> i32 {
    match device::state(dev).lock().unwrap().get(dev, number, flags & buf_flags::NOREAD != 0) {
        Ok(got) => {
            // SAFETY: the contract.
            unsafe { *buffer = got };
            0
        }
        Err(errno) => errno,
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn bento_ks_buf_lock(buffer: *mut Buffer, flags: u32) -> *mut u8 {
    // SAFETY: the caller has a reference.
    unsafe {
        if flags & buf_flags::EXCLUSIVE == 0 {
            (*buffer).lock.shared();
        } else {
            (*buffer).lock.exclusive();
        }
        if flags & buf_flags::ZEROED != 0 {
            (*buffer).data.fill(0);
        }
        let data = &mut (*buffer).data;
        data.as_mut_ptr()
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn bento_ks_buf_unlock(buffer: *mut Buffer, flags: u32) {
    // SAFETY: the caller has a reference, and the lock.
    unsafe { if flags & buf_flags::EXCLUSIVE == 0 { (*buffer).lock.unlock_shared() } else { (*buffer).lock.unlock_exclusive() } }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn bento_ks_buf_dirty(buffer: *mut Buffer) {
    // SAFETY: the caller has a reference.
    unsafe { (*buffer).dirty = true };
}

#[unsafe(no_mangle)]
unsafe extern "C" fn bento_ks_buf_put(buffer: *mut Buffer) {
    // SAFETY: the caller has a reference.
    let dev = unsafe { (*buffer).dev };
    device::state(dev).lock().unwrap().put(buffer);
}
