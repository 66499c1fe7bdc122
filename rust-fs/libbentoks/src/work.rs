// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! Deferred work: functions that the host runs some time after they were queued (a workqueue in the kernel).
//!
//! What runs is recorded as a thread of the module's own is. `ffi.rs` says when it rests.

use crate::errno::{Errno, Result};
use crate::ffi::{self, RawWork};
use alloc::boxed::Box;
use core::ffi::c_void;
use core::fmt;
use core::time::Duration;

type Body = Box<dyn Fn(&Queue) + Send + Sync + 'static>;

/// What a run is handed.
struct Item {
    queue: Queue,
    body: Body,
}

/// The way to queue an item, from its own run too.
pub struct Queue {
    raw: *mut RawWork,
}

// SAFETY: the host's object is made for many threads.
unsafe impl Send for Queue {}
// SAFETY: as above.
unsafe impl Sync for Queue {}

impl Queue {
    /// Queues a run for now. False when one was queued already.
    pub fn queue(&self) -> bool {
        self.queue_after(Duration::ZERO)
    }

    /// Queues a run for `delay` from now, or a little later. False when one was queued already: its time stays as it is. May be
    /// called with locks held.
    pub fn queue_after(&self, delay: Duration) -> bool {
        let delay_ns = u64::try_from(delay.as_nanos()).unwrap_or(u64::MAX);
        // SAFETY: a live item: `Work` frees it, and waits for its runs before.
        unsafe { ffi::bento_ks_work_queue(self.raw, delay_ns) != 0 }
    }
}

/// A work item: runs once for each time it was queued, never twice at once. Cancelled when dropped.
pub struct Work {
    item: *mut Item,
}

// SAFETY: the body may be called from any thread, and the host sees to it that it is called by one at a time.
unsafe impl Send for Work {}
// SAFETY: as above; the rest is the host's.
unsafe impl Sync for Work {}

unsafe extern "C" fn run(arg: *mut c_void) {
    // SAFETY: `Work::new` made this pointer; the item lives until `Work` is dropped, which waits for this run.
    let item = unsafe { &*arg.cast::<Item>() };
    (item.body)(&item.queue);
}

impl Work {
    /// An item that is not queued. `name` is for people, and for finding it again in another version.
    pub fn new(name: &str, body: impl Fn(&Queue) + Send + Sync + 'static) -> Result<Work> {
        let item = Box::into_raw(Box::new(Item { queue: Queue { raw: core::ptr::null_mut() }, body: Box::new(body) }));
        // SAFETY: `run` takes what `item` is, which stays until the item is freed.
        let raw = unsafe { ffi::bento_ks_work_new(run, item.cast::<c_void>(), name.as_ptr(), name.len()) };
        if raw.is_null() {
            // SAFETY: the host did not make the item, so the box is still ours.
            drop(unsafe { Box::from_raw(item) });
            return Err(Errno::EAGAIN);
        }
        // SAFETY: nobody else looks at it before it is queued.
        unsafe { (*item).queue.raw = raw };
        Ok(Work { item })
    }

    fn item(&self) -> &Item {
        // SAFETY: alive as long as self is.
        unsafe { &*self.item }
    }

    /// See [`Queue::queue`].
    pub fn queue(&self) -> bool {
        self.item().queue.queue()
    }

    /// See [`Queue::queue_after`].
    pub fn queue_after(&self, delay: Duration) -> bool {
        self.item().queue.queue_after(delay)
    }

    /// Takes it out of the queue and waits for the end of a run that is under way. True when it was queued. The caller holds no lock that
    /// the body takes, and is not the body.
    pub fn cancel(&self) -> bool {
        // SAFETY: a live item.
        unsafe { ffi::bento_ks_work_cancel(self.item().queue.raw) != 0 }
    }

    /// Has a queued run begin now, and waits for its end or that of the one under way. The caller holds no lock that the body takes,
    /// and is not the body.
    pub fn flush(&self) {
        // SAFETY: a live item.
        unsafe { ffi::bento_ks_work_flush(self.item().queue.raw) }
    }
}

impl Drop for Work {
    fn drop(&mut self) {
        // SAFETY: freed once; no run is under way afterwards, and none will be.
        unsafe { ffi::bento_ks_work_free(self.item().queue.raw) };
        // SAFETY: made by `new`, and nobody's any more.
        drop(unsafe { Box::from_raw(self.item) });
    }
}

impl fmt::Debug for Work {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Work")
    }
}

impl fmt::Debug for Queue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Queue")
    }
}
