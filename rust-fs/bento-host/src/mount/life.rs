// SPDX-License-Identifier: MIT OR Apache-2.0
//! The life of a mount: from a module and an image to the account at the end.

use super::control::{self, Control, hex};
use super::fuse::{KernelMount, Session};
use super::image::{self, ImageError};
use super::served::{Ended, Served, Setup, now_and_tick};
use super::slot::Slot;
use crate::device::BlockDevice;
use crate::ks::context::realtime_ns;
use crate::ks::{Crash, OpInputs, TaskSink, World, WorldOptions};
use crate::module::{self, Instance, Module, ModuleError, Outcome};
use crate::proto::trace as pb;
use crate::proto::trace::op::Request;
use crate::record::{RecordError, Recorder, Recording, header};
use serde_json::json;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use thiserror::Error;

/// How often the mount looks for signals, and at most how often it tells how far it is.
const LOOK: Duration = Duration::from_millis(50);
const TELL: Duration = Duration::from_millis(250);
/// How long an unmount waits for those who use the mount, before it is detached from the tree.
const BUSY: Duration = Duration::from_secs(2);

/// What is mounted, where and how.
#[derive(Debug, Clone)]
pub struct MountOptions {
    /// The module.
    pub module: PathBuf,
    /// Image file or block device, where the file system needs one.
    pub image: Option<PathBuf>,
    /// Bytes of an image that is made.
    pub size: u64,
    /// Make the file system anew.
    pub fresh: bool,
    /// The trace to record into.
    pub record: Option<PathBuf>,
    /// What to do when the recorder's writer lags.
    pub policy: pb::DropPolicy,
    /// Which contents a recording keeps.
    pub data: pb::DataPolicy,
    /// Words of the command that is recorded, for people.
    pub command: Vec<Vec<u8>>,
    /// Threads that serve ops.
    pub threads: usize,
    /// Where to listen for control.
    pub control: Option<PathBuf>,
    /// Options of the file system, comma separated.
    pub fs_options: String,
    /// Let listings carry attributes.
    pub readdirplus: bool,
    /// Nothing may be written.
    pub read_only: bool,
    /// Longest that one op may run.
    pub deadline: Duration,
    /// Where to mount.
    pub mountpoint: PathBuf,
}

/// Why a mount could not be made, or did not end well.
#[derive(Debug, Error)]
pub enum MountError {
    /// The module cannot be loaded.
    #[error(transparent)]
    Module(#[from] ModuleError),
    /// The image.
    #[error(transparent)]
    Image(#[from] ImageError),
    /// The trace.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// The module does not want to mount.
    #[error("{fs} {step} failed: {reason}")]
    Refused {
        /// File system.
        fs: String,
        /// "mkfs" or "mount".
        step: &'static str,
        /// The errno in words.
        reason: String,
    },
    /// The module crashed.
    #[error("{0}")]
    Crashed(Crash),
    /// The kernel does not want to mount.
    #[error("cannot mount at {}: {source}", mountpoint.display())]
    Kernel {
        /// Where.
        mountpoint: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The control socket.
    #[error("cannot listen at {}: {source}", path.display())]
    Control {
        /// Where.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The module's unmount failed.
    #[error("the unmount failed: {0}; the image may lack the last changes")]
    Unmount(String),
}

impl MountError {
    /// The stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            MountError::Module(ModuleError::Abi { .. }) => "E_MODULE_ABI",
            MountError::Module(_) => "E_MODULE_LOAD",
            MountError::Image(error) => error.code(),
            MountError::Record(error) => error.code(),
            MountError::Refused { .. } => "E_FS_REFUSED",
            MountError::Crashed(_) => "E_MODULE_CRASHED",
            MountError::Kernel { .. } => "E_MOUNT",
            MountError::Control { .. } => "E_CONTROL",
            MountError::Unmount(_) => "E_UNMOUNT",
        }
    }

    /// What to do about it.
    pub const fn hint(&self) -> &'static str {
        match self {
            MountError::Module(_) => "name a module that was built against this host's contract: `bento-rr build` makes one",
            MountError::Image(error) => error.hint(),
            MountError::Record(error) => error.hint(),
            MountError::Refused { .. } => "check the image with `bento-host fsck`, or make it anew with --fresh",
            MountError::Crashed(_) => "replay the trace to find the op: `bento-rr replay`",
            MountError::Kernel { .. } => "the mount point must be a directory, and /dev/fuse must be there and allowed",
            MountError::Control { .. } => "name a path of at most 107 bytes in a directory that can be written",
            MountError::Unmount(_) => "check the image with `bento-host fsck`",
        }
    }

    /// The exit status of the command.
    pub const fn exit_code(&self) -> u8 {
        match self {
            MountError::Image(error) => error.exit_code(),
            MountError::Crashed(_) => 5,
            _ => 4,
        }
    }
}

/// A wish to unmount, from a signal or from outside.
#[derive(Debug, Default)]
pub struct Stop {
    asked: Arc<AtomicBool>,
}

impl Stop {
    /// Set by SIGINT, SIGTERM and SIGHUP too.
    pub fn on_signals() -> io::Result<Stop> {
        let stop = Stop::default();
        for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM, signal_hook::consts::SIGHUP] {
            signal_hook::flag::register(signal, Arc::clone(&stop.asked))?;
        }
        Ok(stop)
    }

    /// Unmount, please.
    pub fn ask(&self) {
        self.asked.store(true, Ordering::Release);
    }

    fn asked(&self) -> bool {
        self.asked.load(Ordering::Acquire)
    }
}

/// What a call into the module gave, as far as a mount can go on from it.
fn settled<T>(fs: &str, step: &'static str, outcome: Outcome<Result<T, i32>>) -> Result<T, MountError> {
    match outcome {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(errno)) => {
            let reason = io::Error::from_raw_os_error(errno).to_string();
            Err(MountError::Refused { fs: fs.to_owned(), step, reason })
        }
        Err(crash) => Err(MountError::Crashed(crash)),
    }
}

/// One step in the module's life, recorded when there is a recorder.
fn step<T>(
    recorder: Option<&Recorder>,
    request: Request,
    call: impl FnOnce(OpInputs) -> (Outcome<Result<T, i32>>, crate::ks::Taken),
) -> Outcome<Result<T, i32>> {
    let slot = Slot::take();
    let thread = slot.number();
    let (now_ns, begin_ns) = now_and_tick();
    if let Some(recorder) = recorder {
        recorder.begin_life(thread, now_ns, request);
    }
    let (outcome, taken) = call(OpInputs { thread, begin_ns, given: None, counting: true });
    if let Some(recorder) = recorder {
        match &outcome {
            Ok(result) => recorder.end_life(thread, realtime_ns(), *result.as_ref().err().unwrap_or(&0), taken),
            Err(crash) => recorder.crashed(thread, crash, taken),
        }
    }
    outcome
}

/// Makes the instance, with a recording from the start if one is wanted.
fn make(options: &MountOptions, module: &Arc<Module>) -> Result<Served, MountError> {
    let info = module.info();
    let image = image::open(options, info)?;
    let device = image.device;
    let recording = Recording {
        mount_options: if options.read_only { "ro".to_owned() } else { "rw".to_owned() },
        fs_options: options.fs_options.clone(),
        device: device.as_ref().map(|device| device.info()).unwrap_or_default(),
        policy: options.policy,
        data: options.data,
        command: options.command.clone(),
    };
    let origin = if image.fresh { pb::Origin::Mkfs } else { pb::Origin::Image };
    let start = |path: &PathBuf| Recorder::start(path, header(info, &recording, origin));
    let recorder = options.record.as_ref().map(start).transpose()?.map(Arc::new);

    let world_options =
        WorldOptions { deadline: options.deadline, lock_classes: info.lock_classes.clone(), ..WorldOptions::default() };
    let world = World::new(device.clone().map(|device| device as Arc<dyn BlockDevice>), world_options);
    world.tasks().tell(recorder.clone().map(|recorder| recorder as Arc<dyn TaskSink>));
    let fs_options = &options.fs_options;
    let made = (|| {
        if image.fresh && device.is_some() {
            let request = Request::Mkfs(pb::Mkfs { options: fs_options.clone() });
            let made = step(recorder.as_deref(), request, |inputs| module::mkfs(module, &world, fs_options, inputs));
            settled(&info.fs_name, "mkfs", made)?;
        }
        let mount = |inputs| Instance::create(module, &world, fs_options, options.read_only, inputs);
        settled(&info.fs_name, "mount", step(recorder.as_deref(), Request::Mount(pb::Empty {}), mount))
    })();
    let instance = match made {
        Ok(instance) => instance,
        Err(error) => {
            // The trace shows the failure.
            if let Some(recorder) = recorder {
                recorder.finish()?;
            }
            return Err(error);
        }
    };
    instance.let_tasks_run();
    let setup = Setup { recording, read_only: options.read_only, device, deadline: options.deadline };
    Ok(Served::new(instance, recorder, setup))
}

/// Mounts, serves until the unmount, and gives the account. Tells on `out`, one JSON document a line.
pub fn run(options: &MountOptions, out: &mut impl Write) -> Result<(), MountError> {
    let kernel = |source| MountError::Kernel { mountpoint: options.mountpoint.clone(), source };
    let stop = Arc::new(Stop::on_signals().map_err(kernel)?);
    let module = Module::load(&options.module)?;
    let served = Arc::new(make(options, &module)?);
    let info = module.info();
    let mount = KernelMount {
        threads: options.threads,
        readdirplus: options.readdirplus,
        read_only: options.read_only,
        source: options.image.as_ref().map_or_else(|| info.fs_name.clone(), |image| image.to_string_lossy().into_owned()),
        fs_name: info.fs_name.clone(),
    };
    let begun = Session::start(Arc::clone(&served), &options.mountpoint, &mount).map_err(kernel).and_then(|session| {
        let listen = |path: &PathBuf| {
            Control::listen(path, &served, &stop).map_err(|source| MountError::Control { path: path.clone(), source })
        };
        match options.control.as_ref().map(listen).transpose() {
            Ok(control) => Ok((session, control)),
            Err(error) => {
                unmount(&options.mountpoint, &session);
                let _ = session.join();
                Err(error)
            }
        }
    });
    let served_well = begun.and_then(|(session, _control)| {
        // The reader may be gone: then nobody needs to be told.
        let _ = tell(out, &ready(options, &module));
        wait(&served, &session, &stop, &options.mountpoint, out);
        session.join().map_err(kernel)
    });
    let ended = served.end();
    let synced = served.setup().device.as_ref().map_or(Ok(()), |device| device.sync().and_then(|()| device.flush()));
    served_well.and_then(|()| finish(&served, ended, synced, out))
}

fn ready(options: &MountOptions, module: &Module) -> serde_json::Value {
    let info = module.info();
    json!({
        "ready": true,
        "pid": std::process::id(),
        "mountpoint": options.mountpoint.to_string_lossy(),
        "fs": info.fs_name,
        "buildId": hex(&info.build_id),
        "revision": info.source_revision,
        "trace": options.record.as_ref().map(|path| path.to_string_lossy()),
        "control": options.control.as_ref().map(|path| path.to_string_lossy()),
    })
}

fn tell(out: &mut impl Write, line: &serde_json::Value) -> io::Result<()> {
    writeln!(out, "{line}")?;
    out.flush()
}

/// Waits until the mount is over, telling how far the recording is.
fn wait(served: &Served, session: &Session, stop: &Stop, mountpoint: &Path, out: &mut impl Write) {
    let (mut told_at, mut told, mut crash_told) = (Instant::now(), None, false);
    while !session.is_over() {
        if stop.asked() {
            unmount(mountpoint, session);
        }
        std::thread::sleep(LOOK);
        if told_at.elapsed() < TELL {
            continue;
        }
        told_at = Instant::now();
        let (progress, crash) = {
            let behind = served.look();
            let crash = behind.instance.as_ref().and_then(|instance| instance.world().crash());
            (behind.recorder.as_ref().map(|recorder| recorder.progress()), crash)
        };
        if let Some(now) = progress.filter(|now| Some(*now) != told) {
            told = Some(now);
            let _ = tell(out, &json!({ "progress": { "ops": now.ops, "bytes": now.bytes, "dropped": now.dropped } }));
        }
        if let Some(crash) = crash.filter(|_| !crash_told) {
            crash_told = true;
            let _ = tell(out, &json!({ "crashed": crash.to_string() }));
        }
    }
}

/// Takes the mount out of the tree. Those who still use it are waited for a little; then it is detached, and ends with its last user.
fn unmount(mountpoint: &Path, session: &Session) {
    use rustix::mount::{UnmountFlags, unmount};
    let patience = Instant::now();
    loop {
        match unmount(mountpoint, UnmountFlags::empty()) {
            Err(rustix::io::Errno::BUSY) if patience.elapsed() < BUSY => std::thread::sleep(LOOK),
            Err(rustix::io::Errno::BUSY) => {
                eprintln!("bento-host: {} is still in use: detached, it ends with its last user", mountpoint.display());
                let _ = unmount(mountpoint, UnmountFlags::DETACH);
                break;
            }
            // Not root: the helper may.
            Err(rustix::io::Errno::PERM) => {
                let helped = std::process::Command::new("fusermount3").arg("-u").arg("-z").arg("--").arg(mountpoint).status();
                if let Err(error) = helped {
                    eprintln!("bento-host: cannot run fusermount3 to unmount {}: {error}", mountpoint.display());
                }
                break;
            }
            // Done, or somebody else did it.
            Ok(()) | Err(_) => break,
        }
    }
    while !session.is_over() {
        std::thread::sleep(LOOK);
    }
}

fn finish(served: &Served, ended: Ended, synced: Result<(), i32>, out: &mut impl Write) -> Result<(), MountError> {
    let finished = ended.finished.transpose()?;
    let crash = ended.crash.as_ref().map(ToString::to_string);
    let account = finished.as_ref().map(control::account);
    let _ = tell(out, &json!({ "done": true, "ops": served.ops(), "account": account, "crash": crash }));
    if let Some(crash) = ended.crash {
        return Err(MountError::Crashed(crash));
    }
    let failed = if ended.errno != 0 { ended.errno } else { synced.err().unwrap_or(0) };
    if failed != 0 {
        return Err(MountError::Unmount(io::Error::from_raw_os_error(failed).to_string()));
    }
    Ok(())
}
