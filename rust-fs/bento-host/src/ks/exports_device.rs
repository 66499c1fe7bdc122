// SPDX-License-Identifier: MIT OR Apache-2.0
//! `bento_ks_dev_*` and `bento_ks_buf_*`: as `exports.rs`.

use super::context::Context;
use super::exports::service;
use crate::device::{BlockDevice, Buf};
use bento_abi::{DevInfo, Seg, buf_flags};
use std::sync::Arc;

/// A service that may fail: a failure that was recorded happens again, a new one is noted.
fn fallible(body: impl FnOnce(&Context<'_>) -> Result<(), i32>) -> i32 {
    service(|context| {
        let (call, recorded) = context.recorded_failure()?;
        let errno = recorded.or_else(|| body(context).err());
        if let Some(errno) = errno {
            context.take_failure(call, errno);
        }
        Ok(errno.unwrap_or(0))
    })
}

fn device<'a>(context: &Context<'a>, dev: u64) -> Result<&'a Arc<dyn BlockDevice>, i32> {
    // A world has at most one device, number 1.
    context.world.device.as_ref().filter(|_| dev == 1).ok_or(libc::ENODEV)
}

#[unsafe(no_mangle)]
unsafe extern "C" fn bento_ks_dev_info(dev: u64, info: *mut DevInfo) -> i32 {
    service(|context| {
        Ok(match device(context, dev) {
            Ok(device) => {
                // SAFETY: the module's structure.
                unsafe { *info = device.info() };
                0
            }
            Err(errno) => errno,
        })
    })
}

/// # Safety
/// `segs` is readable for `nsegs` entries, or `nsegs` is 0.
unsafe fn pieces<'a>(segs: *const Seg, nsegs: u32) -> &'a [Seg] {
    if nsegs == 0 {
        return &[];
    }
    // SAFETY: the caller's promise.
    unsafe { std::slice::from_raw_parts(segs, nsegs as usize) }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn bento_ks_dev_read(dev: u64, offset: u64, segs: *const Seg, nsegs: u32) -> i32 {
    // SAFETY: the module's list, of writable pieces.
    fallible(|context| unsafe {
        device(context, dev)?.read(offset, pieces(segs, nsegs), &mut |number, content| context.take_first_read(number, content))
    })
}

#[unsafe(no_mangle)]
unsafe extern "C" fn bento_ks_dev_write(dev: u64, offset: u64, segs: *const Seg, nsegs: u32, flags: u32) -> i32 {
    // SAFETY: the module's list, of readable pieces.
    fallible(|context| unsafe {
        device(context, dev)?
            .write(offset, pieces(segs, nsegs), flags, &mut |number, content| context.take_first_read(number, content))
    })
}

#[unsafe(no_mangle)]
unsafe extern "C" fn bento_ks_dev_flush(dev: u64) -> i32 {
    fallible(|context| device(context, dev)?.flush())
}

#[unsafe(no_mangle)]
unsafe extern "C" fn bento_ks_dev_sync(dev: u64) -> i32 {
    fallible(|context| device(context, dev)?.sync())
}

#[unsafe(no_mangle)]
unsafe extern "C" fn bento_ks_dev_discard(dev: u64, first: u64, blocks: u64) -> i32 {
    fallible(|context| device(context, dev)?.discard(first, blocks))
}

#[unsafe(no_mangle)]
unsafe extern "C" fn bento_ks_buf_get(dev: u64, block: u64, flags: u32, buf: *mut *const Buf) -> i32 {
    fallible(|context| {
        let noread = flags & buf_flags::NOREAD != 0;
        let got = device(context, dev)?.get(block, noread, &mut |number, content| context.take_first_read(number, content))?;
        // SAFETY: the module's pointer.
        unsafe { *buf = Arc::into_raw(got) };
        Ok(())
    })
}

/// The device of a buffer that the module holds: it got the buffer from there.
fn home<'a>(context: &Context<'a>) -> &'a Arc<dyn BlockDevice> {
    context.world.device.as_ref().expect("a world with buffers has a device")
}

#[unsafe(no_mangle)]
unsafe extern "C" fn bento_ks_buf_lock(buf: *const Buf, flags: u32) -> *mut u8 {
    service(|context| {
        // SAFETY: the module holds a reference.
        let buf = unsafe { &*buf };
        let exclusive = flags & buf_flags::EXCLUSIVE != 0;
        buf.lock.acquire(context, exclusive)?;
        Ok(home(context).content(buf, exclusive, flags & buf_flags::ZEROED != 0))
    })
}

#[unsafe(no_mangle)]
unsafe extern "C" fn bento_ks_buf_unlock(buf: *const Buf, flags: u32) {
    service(|context| {
        // SAFETY: the module holds a reference, and the lock.
        let buf = unsafe { &*buf };
        let exclusive = flags & buf_flags::EXCLUSIVE != 0;
        if exclusive {
            home(context).changed(buf);
        }
        buf.lock.release(context, exclusive);
        Ok(())
    });
}

#[unsafe(no_mangle)]
unsafe extern "C" fn bento_ks_buf_dirty(buf: *const Buf) {
    service(|context| {
        // SAFETY: the module holds a reference.
        home(context).dirty(unsafe { &*buf });
        Ok(())
    });
}

#[unsafe(no_mangle)]
unsafe extern "C" fn bento_ks_buf_put(buf: *const Buf) {
    service(|_| {
        // SAFETY: made by `bento_ks_buf_get`, given back once.
        drop(unsafe { Arc::from_raw(buf) });
        Ok(())
    });
}
