// SPDX-License-Identifier: MIT OR Apache-2.0
//! Replacing the module under a mount, with no op failed.
//!
//! What can be checked is checked before anything stops. Then the gate shuts, the old module hands its state over, the new one
//! takes it, and the gate opens. A failure at any step leaves the old module in its place.

use super::served::Served;
use crate::ks::context::realtime_ns;
use crate::ks::{OpInputs, TaskSink};
use crate::ks::{World, WorldOptions};
use crate::module::{Instance, Module, ModuleError, ModuleInfo};
use crate::proto::trace as pb;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use thiserror::Error;

/// Why a module was not replaced.
#[derive(Debug, Error)]
pub enum UpgradeError {
    /// The new one cannot be loaded.
    #[error(transparent)]
    Load(#[from] ModuleError),
    /// It cannot follow the old one.
    #[error("{0}")]
    Unfit(String),
    /// The mount has ended, or the module crashed: there is no state to hand over.
    #[error("{0}")]
    NoState(String),
    /// Ops under way did not end in time.
    #[error("ops under way did not end within {} ms", .0.as_millis())]
    Deadline(Duration),
    /// The old module could not export.
    #[error("the running version could not hand its state over: {0}")]
    Export(String),
    /// The new one could not import.
    #[error("the new version did not take the state: {0}")]
    Import(String),
}

impl UpgradeError {
    /// The stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            UpgradeError::Load(_) => "E_MODULE_LOAD",
            UpgradeError::Unfit(_) => "E_UPGRADE_UNFIT",
            UpgradeError::NoState(_) => "E_UPGRADE_NO_STATE",
            UpgradeError::Deadline(_) => "E_UPGRADE_DEADLINE",
            UpgradeError::Export(_) => "E_UPGRADE_EXPORT",
            UpgradeError::Import(_) => "E_UPGRADE_IMPORT",
        }
    }

    /// What to do about it.
    pub const fn hint(&self) -> &'static str {
        match self {
            UpgradeError::Load(_) => "build it with `bento-rr build` from sources of this release",
            UpgradeError::Unfit(_) => "upgrade to a version of the same file system that reads this state schema",
            UpgradeError::NoState(_) => "unmount, and mount with the new version",
            UpgradeError::Deadline(_) => "the old version goes on; try again when the mount is less busy",
            UpgradeError::Export(_) | UpgradeError::Import(_) => {
                "the old version goes on; prove the new one with `bento-rr gate` first"
            }
        }
    }
}

/// Longest that an upgrade waits for the ops under way, as bentofs.ko's parameter has it by default.
pub const DEADLINE: Duration = Duration::from_secs(1);

/// Whether `to` can take over from `from`, as far as their descriptions say.
fn check_fit(from: &ModuleInfo, to: &ModuleInfo) -> Result<(), UpgradeError> {
    if from.fs_name != to.fs_name {
        return Err(UpgradeError::Unfit(format!("{} is mounted, and {} is another file system", from.fs_name, to.fs_name)));
    }
    if !(to.state_schema_min..=to.state_schema_max).contains(&from.state_schema) {
        return Err(UpgradeError::Unfit(format!(
            "the running version writes state schema {}, and the new one reads {} to {}",
            from.state_schema, to.state_schema_min, to.state_schema_max
        )));
    }
    if from.needs_device != to.needs_device {
        return Err(UpgradeError::Unfit("one version lives on a device and the other does not".to_owned()));
    }
    Ok(())
}

fn ns(since: Instant) -> u64 {
    since.elapsed().as_nanos() as u64
}

fn errno_text(errno: i32) -> String {
    io::Error::from_raw_os_error(errno).to_string()
}

/// Replaces the module of `served` by the one in `path`. The record says how long each step took.
pub fn upgrade(served: &Served, path: &Path, deadline: Duration) -> Result<pb::Upgrade, UpgradeError> {
    let new = Module::load(path)?;
    let from = {
        let behind = served.look();
        let instance = behind.instance.as_ref();
        let instance = instance.ok_or_else(|| UpgradeError::NoState("the mount is ending".to_owned()))?;
        instance.module().info().clone()
    };
    check_fit(&from, new.info())?;
    let mut record = pb::Upgrade {
        from_build_id: from.build_id.clone().into(),
        to_build_id: new.info().build_id.clone().into(),
        from_schema: from.state_schema,
        to_schema: new.info().state_schema,
        to_revision: new.info().source_revision.clone(),
        ..pb::Upgrade::default()
    };

    let start = Instant::now();
    let Some((mut behind, open_again)) = served.shut_within(deadline) else {
        let error = UpgradeError::Deadline(deadline);
        record.quiesce_ns = ns(start);
        record.refused = error.to_string();
        if let Some(recorder) = &served.look().recorder {
            recorder.upgrade(record);
        }
        return Err(error);
    };
    let swapped = match behind.instance.as_ref() {
        Some(old) => {
            // The ops have ended; now the module's own tasks come to rest, and stay so.
            let rest = old.world().tasks().quiesce(served.setup().deadline).map_err(UpgradeError::Export);
            record.quiesce_ns = ns(start);
            rest.and_then(|()| hand_over(served, old, &new, &mut record))
        }
        None => Err(UpgradeError::NoState("the mount is ending".to_owned())),
    };
    let start = Instant::now();
    let old = match swapped {
        Ok(made) => behind.instance.replace(made),
        Err(error) => {
            if let Some(old) = &behind.instance {
                old.let_tasks_run();
            }
            record.refused = error.to_string();
            if let Some(recorder) = &behind.recorder {
                recorder.upgrade(record);
            }
            return Err(error);
        }
    };
    record.swap_ns = ns(start);
    if let Some(recorder) = &behind.recorder {
        recorder.upgrade(record.clone());
    }
    if let Some(old) = &old {
        old.world().tasks().tell(None);
    }
    if let Some(new) = &behind.instance {
        new.world().tasks().tell(behind.recorder.clone().map(|recorder| recorder as Arc<dyn TaskSink>));
        new.let_tasks_run();
    }
    drop((behind, open_again));
    // Calls proceed; what the old version still holds is its own. Its device was handed over: nothing is written.
    if let Some(old) = old {
        let (outcome, _) = old.destroy(true, OpInputs::probe(realtime_ns()));
        if let Err(crash) = outcome {
            eprintln!("bento-host: the old version, which is no longer used, crashed in its end: {crash}");
        }
    }
    Ok(record)
}

/// Export, import: the new instance, in a world of its own on the same device.
fn hand_over(served: &Served, old: &Instance, new: &Arc<Module>, record: &mut pb::Upgrade) -> Result<Instance, UpgradeError> {
    if let Some(crash) = old.world().crash() {
        return Err(UpgradeError::NoState(format!("{crash}: its state cannot be trusted")));
    }
    let start = Instant::now();
    let state = match old.export_state() {
        Ok(Ok(state)) => state,
        Ok(Err(errno)) => return Err(UpgradeError::Export(errno_text(errno))),
        Err(crash) => return Err(UpgradeError::Export(crash.to_string())),
    };
    record.export_ns = ns(start);
    record.state_bytes = state.len() as u64;

    let start = Instant::now();
    let setup = served.setup();
    let options = WorldOptions {
        deadline: setup.deadline,
        lock_classes: new.info().lock_classes.clone(),
        // The order of locks goes on, so that a replay goes on across this place.
        counters: old.world().lock_counters_to_hand_over(),
        ..WorldOptions::default()
    };
    let world = World::new(old.world().device().cloned(), options);
    // Not an op of the trace: its locks are not counted.
    let inputs = OpInputs::probe(realtime_ns());
    let fs_options = &setup.recording.fs_options;
    let made = Instance::import_state(new, &world, fs_options, setup.read_only, record.from_schema, &state, inputs).0;
    record.import_ns = ns(start);
    match made {
        Ok(Ok(instance)) => Ok(instance),
        Ok(Err(errno)) => Err(UpgradeError::Import(errno_text(errno))),
        Err(crash) => Err(UpgradeError::Import(crash.to_string())),
    }
}
