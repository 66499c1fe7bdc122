// SPDX-License-Identifier: MIT OR Apache-2.0
//! Threads that a module starts.
//!
//! A recording of a run in which a module's own threads take part would need their lock order too (`Task` records); until a file
//! system of ours has such threads, a world that records or replays refuses to start one, so that no order is lost silently.

use super::context::{Context, OpInputs, realtime_ns};
use super::world::World;
use crate::module::guard;
use std::ffi::c_void;
use std::thread::JoinHandle;

/// A running thread of a module.
pub(crate) struct KsThread {
    handle: JoinHandle<()>,
}

struct Start {
    run: unsafe extern "C" fn(*mut c_void),
    arg: *mut c_void,
}

// SAFETY: the module hands `arg` over to the thread that it starts.
unsafe impl Send for Start {}

impl KsThread {
    /// Starts `run(arg)` in the world of the calling op.
    pub(crate) fn spawn(world: &World, run: unsafe extern "C" fn(*mut c_void), arg: *mut c_void, name: &str) -> Option<KsThread> {
        let (world, thread) = world.module_thread()?;
        let start = Start { run, arg };
        let body = move || {
            let start = start;
            let inputs = OpInputs { thread, begin_ns: realtime_ns(), given: None, counting: true };
            let context = Context::new(&world, inputs);
            let left = context.enter(|| {
                // SAFETY: the module's own function and argument, run once.
                guard::run(std::time::Duration::MAX, &mut || unsafe { (start.run)(start.arg) })
            });
            if let Some(left) = left {
                let (_, why) = context.finish();
                world.set_crash(&crate::module::crash_of(left, why));
            }
        };
        let handle = std::thread::Builder::new().name(name.into()).spawn(body).ok()?;
        Some(KsThread { handle })
    }

    /// Waits for it to end.
    pub(crate) fn join(self) {
        // A thread that was left by its guard has ended too; its crash is in the world.
        let _ = self.handle.join();
    }
}
