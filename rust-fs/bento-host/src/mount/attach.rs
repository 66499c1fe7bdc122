// SPDX-License-Identifier: MIT OR Apache-2.0
//! Recording a mount that is already running: it begins with a checkpoint.

use super::served::Served;
use crate::ks::context::realtime_ns;
use crate::ks::{OpInputs, World, WorldOptions};
use crate::module::Instance;
use crate::proto::trace as pb;
use crate::record::{RecordError, Recorder, Recording, header};
use crate::trace::Finished;
use std::io;
use std::path::Path;
use std::sync::Arc;
use thiserror::Error;

/// Why a recording was not started or stopped.
#[derive(Debug, Error)]
pub enum AttachError {
    /// One is running.
    #[error("a recording is running, into {0}")]
    Running(String),
    /// None is running.
    #[error("nothing is being recorded")]
    NotRunning,
    /// An option makes no sense.
    #[error("unknown {0}")]
    Option(String),
    /// The module has no state to begin with.
    #[error("the file system's state could not be taken: {0}")]
    State(String),
    /// A task of the module does not come to rest.
    #[error("{0}")]
    Busy(String),
    /// The trace.
    #[error(transparent)]
    Record(#[from] RecordError),
}

impl AttachError {
    /// The stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            AttachError::Running(_) => "E_RECORDING",
            AttachError::NotRunning => "E_NOT_RECORDING",
            AttachError::Option(_) => "E_USAGE",
            AttachError::State(_) => "E_RECORD_STATE",
            AttachError::Busy(_) => "E_RECORD_BUSY",
            AttachError::Record(error) => error.code(),
        }
    }

    /// What to do about it.
    pub const fn hint(&self) -> &'static str {
        match self {
            AttachError::Running(_) => "stop it first, with record-stop",
            AttachError::NotRunning => "start with record-start",
            AttachError::Option(_) => "the policies are drop and block, the data policies full and none",
            AttachError::State(_) => "unmount, and record from the start of a mount",
            AttachError::Busy(_) => "the recording goes on: try again, or end it with the unmount",
            AttachError::Record(error) => error.hint(),
        }
    }
}

/// The policy that `word` names.
pub fn drop_policy(word: &str) -> Option<pb::DropPolicy> {
    match word {
        "drop" => Some(pb::DropPolicy::Drop),
        "block" => Some(pb::DropPolicy::Block),
        _ => None,
    }
}

/// The data policy that `word` names.
pub fn data_policy(word: &str) -> Option<pb::DataPolicy> {
    match word {
        "full" => Some(pb::DataPolicy::Full),
        "none" => Some(pb::DataPolicy::None),
        _ => None,
    }
}

/// Starts recording into `path`. No op is under way while the checkpoint is taken, and the module's own tasks rest.
pub fn start(served: &Served, path: &Path, policy: &str, data: &str) -> Result<(), AttachError> {
    let policy = drop_policy(policy).ok_or_else(|| AttachError::Option(format!("policy {policy:?}")))?;
    let data = data_policy(data).ok_or_else(|| AttachError::Option(format!("data policy {data:?}")))?;
    let mut behind = served.shut();
    if let Some(recorder) = &behind.recorder {
        return Err(AttachError::Running(recorder.path().display().to_string()));
    }
    let instance = behind.instance.as_ref().ok_or_else(|| AttachError::State("the mount is ending".to_owned()))?;
    instance.world().tasks().quiesce(served.setup().deadline).map_err(AttachError::State)?;
    let begun = begin(served, instance, path, Recording { policy, data, ..served.setup().recording.clone() });
    let (recorder, successor) = match begun {
        Ok(begun) => begun,
        Err(error) => {
            instance.let_tasks_run();
            return Err(error);
        }
    };
    let recorder = Arc::new(recorder);
    behind.recorder = Some(Arc::clone(&recorder));
    let old = match successor {
        Some(successor) => {
            successor.world().tasks().tell(Some(recorder));
            successor.let_tasks_run();
            behind.instance.replace(successor)
        }
        None => None,
    };
    drop(behind);
    if let Some(old) = old
        && let Err(crash) = old.destroy(true, OpInputs::probe(realtime_ns())).0
    {
        eprintln!("bento-host: the instance before the recording, which is no longer used, crashed in its end: {crash}");
    }
    Ok(())
}

/// The recording, with its checkpoint; and who goes on in place of `instance` where it has tasks. Those stand somewhere in the middle of
/// their runs, which no checkpoint says. So the module takes its own state over, and the new instance's tasks begin, as they will in a replay.
fn begin(
    served: &Served,
    instance: &Instance,
    path: &Path,
    recording: Recording,
) -> Result<(Recorder, Option<Instance>), AttachError> {
    let state = match instance.export_state() {
        Ok(Ok(state)) => state,
        Ok(Err(errno)) => return Err(AttachError::State(io::Error::from_raw_os_error(errno).to_string())),
        Err(crash) => return Err(AttachError::State(crash.to_string())),
    };
    let has_tasks = !instance.world().tasks().names().is_empty();
    let (blocks, trial) = first_blocks(served, instance, &state)?;
    let mut locks = Vec::new();
    let mut counters: Vec<_> = instance.world().lock_counters_to_hand_over().into_iter().collect();
    counters.sort_unstable_by_key(|(id, _)| *id);
    for (id, counters) in counters {
        locks.extend([u64::from(id.class), id.key, counters.writes, counters.reads, counters.seen]);
    }
    let module = instance.module().info();
    let checkpoint = pb::Checkpoint { schema: module.state_schema, state: state.into(), locks, ..pb::Checkpoint::default() };
    let recorder = Recorder::start(path, header(module, &recording, pb::Origin::Checkpoint))?;
    if let Err(error) = recorder.checkpoint(checkpoint) {
        // Nothing can be replayed from such a trace.
        drop(recorder);
        let _ = std::fs::remove_file(path);
        return Err(error.into());
    }
    for (number, content) in blocks {
        recorder.block(number, content);
    }
    if has_tasks {
        return Ok((recorder, Some(trial)));
    }
    // Thrown away, the device as it is.
    if let Err(crash) = trial.destroy(true, OpInputs::probe(realtime_ns())).0 {
        drop(recorder);
        let _ = std::fs::remove_file(path);
        return Err(AttachError::State(format!("it does not take its own state: {crash}")));
    }
    Ok((recorder, None))
}

/// Blocks with their content: number, and bytes (none: all zeroes).
type Blocks = Vec<(u64, Box<[u8]>)>;

/// The blocks that a replay needs before its first op: those that are cached, which will not be read from the device again, and
/// those that the module reads when it takes the state. It takes it once for that; so it is known to be a state that can be taken.
fn first_blocks(served: &Served, instance: &Instance, state: &[u8]) -> Result<(Blocks, Instance), AttachError> {
    let setup = served.setup();
    let mut blocks = setup.device.as_ref().map(|device| device.restart_first_reads()).unwrap_or_default();
    let module = instance.module();
    let options = WorldOptions {
        deadline: setup.deadline,
        lock_classes: module.info().lock_classes.clone(),
        counters: instance.world().lock_counters_to_hand_over(),
        ..WorldOptions::default()
    };
    let world = World::new(instance.world().device().cloned(), options);
    let (schema, inputs) = (module.info().state_schema, OpInputs::probe(realtime_ns()));
    let fs_options = &setup.recording.fs_options;
    let (made, taken) = Instance::import_state(module, &world, fs_options, setup.read_only, schema, state, inputs);
    blocks.extend(taken.first_reads);
    let failed = |why: String| AttachError::State(format!("it does not take its own state: {why}"));
    match made {
        Ok(Ok(trial)) => Ok((blocks, trial)),
        Ok(Err(errno)) => Err(failed(io::Error::from_raw_os_error(errno).to_string())),
        Err(crash) => Err(failed(crash.to_string())),
    }
}

/// Ends the recording. What the module's tasks took is told up to their rest.
pub fn stop(served: &Served) -> Result<Finished, AttachError> {
    let mut behind = served.shut();
    if behind.recorder.is_none() {
        return Err(AttachError::NotRunning);
    }
    if let Some(instance) = behind.instance.as_ref().filter(|instance| !instance.world().crashed()) {
        let tasks = instance.world().tasks();
        tasks.quiesce(served.setup().deadline).map_err(AttachError::Busy)?;
        tasks.tell(None);
        instance.let_tasks_run();
    }
    let recorder = behind.recorder.take().ok_or(AttachError::NotRunning)?;
    Ok(recorder.finish()?)
}
