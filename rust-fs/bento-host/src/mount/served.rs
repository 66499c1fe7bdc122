// SPDX-License-Identifier: MIT OR Apache-2.0
//! A mounted instance: the gate that every op passes, the recording if there is one, and the end after a crash.

use super::gate::{Gate, Shut};
use super::slot::Slot;
use crate::device::FileDevice;
use crate::ks::context::realtime_ns;
use crate::ks::{Crash, OpInputs};
use crate::module::Instance;
use crate::record::{Recorder, Recording};
use crate::trace::{Finished, RequestParts, tick};
use bento_abi::ReplyBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Duration;

/// What stands behind the gate. Who looks holds it shared, an upgrade exclusively.
#[derive(Debug)]
pub struct Behind {
    /// The instance; none after the unmount.
    pub instance: Option<Instance>,
    /// The running recording.
    pub recorder: Option<Arc<Recorder>>,
}

/// What does not change while mounted.
#[derive(Debug, Clone)]
pub struct Setup {
    /// What a recording says of the mount.
    pub recording: Recording,
    /// Nothing may be written.
    pub read_only: bool,
    /// The device.
    pub device: Option<Arc<FileDevice>>,
    /// Longest that one op may run.
    pub deadline: Duration,
}

/// A mounted file system.
#[derive(Debug)]
pub struct Served {
    /// What ops pass.
    gate: Gate,
    behind: RwLock<Behind>,
    setup: Setup,
    ops: AtomicU64,
}

/// An op has no answer of the module's: it crashed, or had crashed.
#[derive(Debug)]
pub struct NoAnswer;

impl Served {
    /// Serves `instance`.
    pub fn new(instance: Instance, recorder: Option<Arc<Recorder>>, setup: Setup) -> Served {
        let behind = RwLock::new(Behind { instance: Some(instance), recorder });
        Served { gate: Gate::default(), behind, setup, ops: AtomicU64::new(0) }
    }

    /// What does not change while mounted.
    pub fn setup(&self) -> &Setup {
        &self.setup
    }

    /// Ops that were answered, by whomever.
    pub fn ops(&self) -> u64 {
        self.ops.load(Ordering::Relaxed)
    }

    /// Looks behind the gate, among ops.
    pub fn look(&self) -> RwLockReadGuard<'_, Behind> {
        self.behind.read().expect("no host code panics behind the gate")
    }

    /// Shuts the gate and waits until the ops behind it have ended.
    pub fn shut(&self) -> RwLockWriteGuard<'_, Behind> {
        self.behind.write().expect("no host code panics behind the gate")
    }

    /// As [`Served::shut`]; `None`, with the gate open, when ops under way did not end within `deadline`. The second is to be dropped last.
    pub fn shut_within(&self, deadline: Duration) -> Option<(RwLockWriteGuard<'_, Behind>, Shut<'_>)> {
        let shut = self.gate.shut(deadline)?;
        Some((self.shut(), shut))
    }

    /// Has the module answer one op, and records it. `parts`' room holds the answer's data then.
    pub fn answer(&self, parts: &mut RequestParts<'_>, reply: &mut ReplyBuf) -> Result<(), NoAnswer> {
        self.ops.fetch_add(1, Ordering::Relaxed);
        let _inside = self.gate.enter();
        let behind = self.look();
        let instance = behind.instance.as_ref().ok_or(NoAnswer)?;
        if instance.world().crashed() {
            return Err(NoAnswer);
        }
        let slot = Slot::take();
        let recorder = behind.recorder.as_deref();
        let thread = slot.number();
        let (now_ns, begin_ns) = now_and_tick();
        if let Some(recorder) = recorder {
            recorder.begin(thread, now_ns, parts);
        }
        let inputs = OpInputs { thread, begin_ns, given: None, counting: true };
        let (outcome, taken) = parts.with_raw(|raw| instance.dispatch(inputs, raw, reply));
        match outcome {
            Ok(()) => {
                if let Some(recorder) = recorder {
                    // Only a READ's or a listing's room holds an answer; what an op brought is no part of it.
                    let data = parts.data.bytes();
                    recorder.end(thread, realtime_ns(), reply, &data[..reply.data_len.min(data.len())], taken);
                }
                Ok(())
            }
            Err(crash) => {
                report(&crash, parts.opcode);
                if let Some(recorder) = recorder {
                    recorder.crashed(thread, &crash, taken);
                }
                Err(NoAnswer)
            }
        }
    }

    /// Ends the instance and the recording. `crash` is why the instance could not be unmounted, `errno` what unmounting it gave.
    pub fn end(&self) -> Ended {
        use crate::proto::trace::{Empty, op::Request};
        let mut behind = self.shut();
        let (instance, recorder) = (behind.instance.take(), behind.recorder.take());
        drop(behind);
        let mut ended = Ended { crash: None, errno: 0, finished: None };
        if let Some(instance) = instance {
            let world = Arc::clone(instance.world());
            if world.crashed() {
                ended.crash = world.crash();
            } else {
                let slot = Slot::take();
                let thread = slot.number();
                let (now_ns, begin_ns) = now_and_tick();
                if let Some(recorder) = &recorder {
                    recorder.begin_life(thread, now_ns, Request::Unmount(Empty {}));
                }
                let (outcome, taken) = instance.destroy(false, OpInputs { thread, begin_ns, given: None, counting: true });
                match outcome {
                    Ok(result) => {
                        ended.errno = result.err().unwrap_or(0);
                        if let Some(recorder) = &recorder {
                            recorder.end_life(thread, realtime_ns(), ended.errno, taken);
                        }
                    }
                    Err(crash) => {
                        if let Some(recorder) = &recorder {
                            recorder.crashed(thread, &crash, taken);
                        }
                        ended.crash = Some(crash);
                    }
                }
            }
        }
        ended.finished = recorder.map(|recorder| recorder.finish());
        ended
    }
}

/// The time, and what a module sees of it. It sees no more where nothing is recorded, so that file times do not go back when a recording
/// begins.
pub fn now_and_tick() -> (i64, i64) {
    let now_ns = realtime_ns();
    (now_ns, tick(now_ns))
}

/// How a mount ended.
#[derive(Debug)]
pub struct Ended {
    /// The module crashed, now or before.
    pub crash: Option<Crash>,
    /// What the module's unmount answered.
    pub errno: i32,
    /// The recording's account.
    pub finished: Option<Result<Finished, crate::record::RecordError>>,
}

fn report(crash: &Crash, opcode: u32) {
    if *crash != Crash::Abandoned {
        eprintln!("bento-host: in an op with opcode {opcode}: {crash}; every further op answers EIO until the unmount");
    }
}
