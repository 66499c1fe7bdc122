// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! Threads of the module's own (kthreads in the kernel). What they do is recorded by lock order, as for ops.
//!
//! A thread begins once the `mount` or `import_state` that started it has returned, and stands still (in [`Condvar::wait`](crate::sync::Condvar::wait), at the
//! latest) while state is exported. So what it carries in its own variables across a wait is in no state: keep it
//! under a lock that `export_state` reads. `ffi.rs` has the whole contract.

use crate::errno::{Errno, Result};
use crate::ffi::{self, RawThread};
use alloc::boxed::Box;
use core::ffi::c_void;

/// A thread that was started; joined when dropped, so that none outlives what it works on.
#[derive(Debug)]
pub struct JoinHandle {
    raw: *mut RawThread,
}

// SAFETY: the handle is only ever used to join, once, from whichever thread drops it.
unsafe impl Send for JoinHandle {}
// SAFETY: nothing can be done through a shared reference.
unsafe impl Sync for JoinHandle {}

type Body = Box<dyn FnOnce() + Send + 'static>;

unsafe extern "C" fn run(arg: *mut c_void) {
    // SAFETY: `spawn` made this pointer of a `Box<Body>`, and it is run once.
    let body = unsafe { Box::from_raw(arg.cast::<Body>()) };
    body();
}

/// Starts a thread. It must end by itself (through a flag under a lock, and a condition variable) before its handle is dropped.
pub fn spawn(name: &str, body: impl FnOnce() + Send + 'static) -> Result<JoinHandle> {
    let body: Box<Body> = Box::new(Box::new(body));
    let arg = Box::into_raw(body);
    // SAFETY: `run` takes the box over; it is called once.
    let raw = unsafe { ffi::bento_ks_thread_spawn(run, arg.cast::<c_void>(), name.as_ptr(), name.len()) };
    if raw.is_null() {
        // SAFETY: the host did not start the thread, so the box is still ours.
        drop(unsafe { Box::from_raw(arg) });
        return Err(Errno::EAGAIN);
    }
    Ok(JoinHandle { raw })
}

impl JoinHandle {
    /// Waits for the thread to end.
    pub fn join(self) {}
}

impl Drop for JoinHandle {
    fn drop(&mut self) {
        // SAFETY: `raw` came from spawn and is joined once.
        unsafe { ffi::bento_ks_thread_join(self.raw) }
    }
}
