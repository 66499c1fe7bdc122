// SPDX-License-Identifier: MIT OR Apache-2.0
//! Calls into a module.
//!
//! Each call is made under a guard and inside a context. It comes back with what the module answered, or with why it
//! did not come back by itself; and in either case with what it took from outside.

use super::guard::{self, Left};
use super::loader::Module;
use crate::ks::context::{Context, OpInputs, Taken};
use crate::ks::world::{Crash, World};
use bento_abi::{CreateArgs, ReplyBuf, RequestBuf, Sink, Str};
use std::ffi::c_void;
use std::sync::Arc;

/// What a call gives: the module's answer, or why there is none.
pub type Outcome<T> = Result<T, Crash>;

/// A mounted file system: one instance of a module in its world.
#[derive(Debug)]
pub struct Instance {
    module: Arc<Module>,
    world: Arc<World>,
    raw: *mut c_void,
}

// SAFETY: the contract: `dispatch` is called by many threads at once.
unsafe impl Send for Instance {}
// SAFETY: as above.
unsafe impl Sync for Instance {}

/// The crash that a guard's early end means.
pub(crate) fn crash_of(left: Left, said: Option<Crash>) -> Crash {
    match left {
        Left::ByService => said.unwrap_or(Crash::Abandoned),
        Left::Fault { overflow: true, .. } => Crash::StackOverflow,
        Left::Fault { address, .. } => Crash::Fault { address },
        Left::Deadline => Crash::Deadline { waiting_for: None },
    }
}

/// Deadlines that an op may take which the recorded crash left in its middle: it waits for the others' end.
const LEFT_PATIENCE: u32 = 20;

/// Runs `call`, which calls into a module, in `world`.
fn guarded(world: &World, inputs: OpInputs, mut call: impl FnMut()) -> (Outcome<()>, Taken) {
    if world.crashed() {
        return (Err(Crash::Abandoned), Taken::default());
    }
    let context = Context::new(world, inputs);
    let patience = if context.left_after().is_some() { LEFT_PATIENCE } else { 1 };
    let left = context.enter(|| guard::run(world.deadline() * patience, &mut call));
    let leaks = context.holds_any();
    if left.is_some() || leaks {
        context.keep_crash_back();
    }
    let (taken, said) = context.finish();
    let crash = match left {
        Some(left) => Some(crash_of(left, said)),
        // Whoever wants that lock next would wait without end.
        None => leaks.then_some(Crash::Leak),
    };
    match crash {
        None => (Ok(()), taken),
        Some(crash) => {
            world.set_crash(&crash);
            (Err(crash), taken)
        }
    }
}

fn answer(errno: i32) -> Result<(), i32> {
    if errno == 0 { Ok(()) } else { Err(errno) }
}

fn create_args(world: &World, options: &str, read_only: bool) -> CreateArgs {
    let dev = u64::from(world.device().is_some());
    CreateArgs { dev, options: Str::new(options.as_bytes()), read_only: read_only.into(), reserved: 0 }
}

/// Collects what a module writes to a sink.
unsafe extern "C" fn collect(ctx: *mut c_void, ptr: *const u8, len: usize) -> i32 {
    // The host's own allocation: a deadline's signal must not leave it half done.
    guard::enter_service();
    if len > 0 {
        // SAFETY: `ctx` is the vector that `sink` was given; `ptr` is readable for `len` bytes by the contract.
        unsafe { (*ctx.cast::<Vec<u8>>()).extend_from_slice(std::slice::from_raw_parts(ptr, len)) };
    }
    // SAFETY: nothing is held.
    unsafe { guard::exit_service() };
    0
}

fn sink(bytes: &mut Vec<u8>) -> Sink {
    Sink { ctx: std::ptr::from_mut(bytes).cast::<c_void>(), write: collect }
}

impl Instance {
    /// Mounts.
    pub fn create(
        module: &Arc<Module>,
        world: &Arc<World>,
        options: &str,
        read_only: bool,
        inputs: OpInputs,
    ) -> (Outcome<Result<Instance, i32>>, Taken) {
        let args = create_args(world, options, read_only);
        let (mut errno, mut raw) = (0, std::ptr::null_mut());
        // SAFETY: the contract: valid arguments.
        let (outcome, taken) = guarded(world, inputs, || errno = unsafe { (module.desc().create)(&args, &mut raw) });
        (outcome.map(|()| Instance::hand_out(module, world, raw, errno)), taken)
    }

    /// Goes on from exported state.
    pub fn import_state(
        module: &Arc<Module>,
        world: &Arc<World>,
        options: &str,
        read_only: bool,
        schema: u32,
        state: &[u8],
        inputs: OpInputs,
    ) -> (Outcome<Result<Instance, i32>>, Taken) {
        let args = create_args(world, options, read_only);
        let (mut errno, mut raw) = (0, std::ptr::null_mut());
        let call = || {
            // SAFETY: the contract: valid arguments.
            errno = unsafe { (module.desc().import_state)(&args, schema, Str::new(state), &mut raw) };
        };
        let (outcome, taken) = guarded(world, inputs, call);
        (outcome.map(|()| Instance::hand_out(module, world, raw, errno)), taken)
    }

    fn hand_out(module: &Arc<Module>, world: &Arc<World>, raw: *mut c_void, errno: i32) -> Result<Instance, i32> {
        answer(errno)?;
        if raw.is_null() {
            return Err(libc::EPROTO);
        }
        Ok(Instance { module: Arc::clone(module), world: Arc::clone(world), raw })
    }

    /// The module.
    pub fn module(&self) -> &Arc<Module> {
        &self.module
    }

    /// Its surroundings.
    pub fn world(&self) -> &Arc<World> {
        &self.world
    }

    /// Lets the tasks that it made go on: it was made, and whoever records it knows that.
    pub fn let_tasks_run(&self) {
        self.world.tasks().open();
    }

    /// Answers one op, into `reply`.
    pub fn dispatch(&self, inputs: OpInputs, request: &RequestBuf, reply: &mut ReplyBuf) -> (Outcome<()>, Taken) {
        let reply = std::ptr::from_mut(reply);
        // SAFETY: the contract: a live instance; the request and the reply live until the call is over.
        guarded(&self.world, inputs, || unsafe { (self.module.desc().dispatch)(self.raw, request, reply) })
    }

    /// The whole in-memory state. No op is under way.
    pub fn export_state(&self) -> Outcome<Result<Vec<u8>, i32>> {
        let (mut errno, mut state) = (0, Vec::new());
        let sink = sink(&mut state);
        let inputs = OpInputs::probe(crate::ks::context::realtime_ns());
        // SAFETY: the contract: a live instance without ops, a live sink.
        let (outcome, _) = guarded(&self.world, inputs, || errno = unsafe { (self.module.desc().export_state)(self.raw, &sink) });
        outcome.map(|()| answer(errno).map(|()| state))
    }

    /// Unmounts; with `discard` the device is left as it is (the state was handed over, or is not wanted).
    pub fn destroy(mut self, discard: bool, inputs: OpInputs) -> (Outcome<Result<(), i32>>, Taken) {
        self.end(discard, inputs)
    }

    fn end(&mut self, discard: bool, inputs: OpInputs) -> (Outcome<Result<(), i32>>, Taken) {
        let raw = std::mem::replace(&mut self.raw, std::ptr::null_mut());
        if discard {
            self.world.throw_away();
        }
        let mut errno = 0;
        let destroy = self.module.desc().destroy;
        // SAFETY: the contract: the last use of a live instance.
        let (outcome, taken) = guarded(&self.world, inputs, || errno = unsafe { destroy(raw, discard.into()) });
        (outcome.and_then(|()| self.no_task_is_left()).map(|()| answer(errno)), taken)
    }

    /// After its end an instance has no tasks.
    fn no_task_is_left(&self) -> Outcome<()> {
        let left = self.world.tasks().names();
        let Some((name, id)) = left.first() else { return Ok(()) };
        let message = format!("task {id} ({name}) of the module was neither joined nor freed by the end of the instance");
        let crash = Crash::Panic { message, location: "destroy".into() };
        self.world.set_crash(&crash);
        self.keep_code();
        Err(crash)
    }

    /// Threads may still be in the module's code, on their way out: it stays in memory.
    fn keep_code(&self) {
        std::mem::forget(Arc::clone(&self.module));
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        // A crashed instance is left in memory: its structures may be half changed.
        if self.world.crashed() {
            if !self.world.tasks().names().is_empty() {
                self.keep_code();
            }
        } else if !self.raw.is_null() {
            let _ = self.end(true, OpInputs::probe(0));
        }
    }
}

/// Makes a file system on the world's device.
pub fn mkfs(module: &Arc<Module>, world: &World, options: &str, inputs: OpInputs) -> (Outcome<Result<(), i32>>, Taken) {
    let Some(mkfs) = module.desc().mkfs else { return (Ok(Err(libc::EOPNOTSUPP)), Taken::default()) };
    let args = create_args(world, options, false);
    let mut errno = 0;
    // SAFETY: the contract: valid arguments.
    let (outcome, taken) = guarded(world, inputs, || errno = unsafe { mkfs(&args) });
    (outcome.map(|()| answer(errno)), taken)
}

/// Checks the world's device: the errno (EUCLEAN: problems), and the report.
pub fn fsck(module: &Arc<Module>, world: &World) -> (Outcome<Result<(), i32>>, String) {
    let Some(fsck) = module.desc().fsck else { return (Ok(Err(libc::EOPNOTSUPP)), String::new()) };
    let args = create_args(world, "", true);
    let (mut errno, mut report) = (0, Vec::new());
    let sink = sink(&mut report);
    let inputs = OpInputs::probe(crate::ks::context::realtime_ns());
    // SAFETY: the contract: valid arguments, a live sink.
    let (outcome, _) = guarded(world, inputs, || errno = unsafe { fsck(&args, &sink) });
    (outcome.map(|()| answer(errno)), String::from_utf8_lossy(&report).into_owned())
}

/// What the module says a block holds; nothing when it cannot tell.
pub fn explain(module: &Arc<Module>, world: &World, number: u64, data: &[u8]) -> String {
    let Some(explain) = module.desc().explain else { return String::new() };
    let args = create_args(world, "", true);
    let mut text = Vec::new();
    let sink = sink(&mut text);
    let inputs = OpInputs::probe(crate::ks::context::realtime_ns());
    // SAFETY: the contract: valid arguments, a live sink.
    let call = || unsafe {
        explain(&args, number, Str::new(data), &sink);
    };
    let _ = guarded(world, inputs, call);
    String::from_utf8_lossy(&text).into_owned()
}
