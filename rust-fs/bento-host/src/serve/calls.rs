// SPDX-License-Identifier: MIT OR Apache-2.0
//! Calls about one run at its place, or two.

use super::failure::{Failure, exit};
use super::host::{Called, OpenRun};
use crate::device::{BlockDevice, CowDevice};
use crate::digest::scratch::Scratch;
use crate::module::{self, Module};
use crate::proto::host;
use crate::proto::host::response::Result as Answer;
use crate::proto::trace as pb;
use crate::replay::serial::{Run, is_same_build};
use crate::replay::translate::Naming;
use std::sync::Arc;
use std::time::Instant;

/// Most that one answer lists, unless the request says otherwise.
const LIMIT: u32 = 10_000;

/// A request's limit.
pub fn limit(asked: u32) -> usize {
    (if asked == 0 { LIMIT } else { asked }) as usize
}

/// Fails where the run's module has crashed.
pub fn alive(run: &Run) -> Result<(), Failure> {
    match run.crash() {
        Some((seq, crash)) => Err(Failure::crashed(*seq, &crash.to_string())),
        None => Ok(()),
    }
}

/// A copy of the run's file system, to be looked at.
pub fn scratch(run: &Run) -> Result<Scratch, Failure> {
    alive(run)?;
    let scratch = Scratch::of(run.subject()).map_err(Failure::module)?;
    scratch.ok_or_else(|| {
        let hint = "go to a place between the MOUNT and the UNMOUNT of the trace";
        Failure::new("E_RUN_NOT_MOUNTED", "no file system is mounted at this place", hint, exit::USAGE)
    })
}

fn device(run: &Run) -> Result<&Arc<CowDevice>, Failure> {
    run.subject().device().ok_or_else(|| {
        Failure::new(
            "E_RUN_NO_DEVICE",
            "this file system lives in memory: there are no blocks",
            "look at its tree or its state",
            exit::USAGE,
        )
    })
}

/// The run's own answer to the last op.
pub fn actual(open: &mut OpenRun) -> Called {
    let Some(asked) = open.run.subject().last() else {
        let hint = "run to a place after an op first";
        return Err(Failure::new(
            "E_RUN_AT_START",
            "the run stands before the first op, so it has answered nothing",
            hint,
            exit::USAGE,
        ));
    };
    Ok(Answer::ActualReply(host::ActualReply { op: Some(asked.op()), seq: asked.record.seq }))
}

/// Where the run can go back to quickly.
pub fn checkpoints(open: &mut OpenRun) -> Called {
    let kept = open.run.checkpoints();
    Ok(Answer::CheckpointList(host::CheckpointList { seq: kept.places(), bytes: kept.bytes() }))
}

/// The module's exported state.
pub fn state(open: &mut OpenRun) -> Called {
    alive(&open.run)?;
    let state = open.run.subject().state().map_err(Failure::module)?;
    let schema = open.run.subject().module().info().state_schema;
    Ok(Answer::StateReply(host::StateReply { schema, cbor: state.unwrap_or_default().into() }))
}

/// Digests of the device and the tree. The tree's is of a copy.
pub fn digest(open: &mut OpenRun, call: &host::Digest) -> Called {
    let mut reply = host::DigestReply { seq: open.run.place(), ..Default::default() };
    if let Some(device) = open.run.subject().device() {
        reply.device = device.digest();
        if call.full {
            reply.device_full = device.full_digest();
        }
    }
    if call.tree && open.run.subject().instance().is_some() {
        alive(&open.run)?;
        reply.tree = open.run.tree_digest().map_err(Failure::module)?.unwrap_or(0);
        if call.full {
            reply.tree_full = open.run.full_tree_digest().map_err(Failure::module)?.unwrap_or(0);
        }
    }
    Ok(Answer::DigestReply(reply))
}

/// Numbers of blocks that hold something.
pub fn blocks(open: &mut OpenRun, call: &host::Blocks) -> Called {
    let device = device(&open.run)?;
    let info = device.info();
    let number = device.stored_blocks(call.first, limit(call.limit));
    Ok(Answer::BlockList(host::BlockList { number, block_size: info.block_size, blocks: info.blocks }))
}

/// What the module says of a block. It is asked about a copy, in a world of its own.
fn explained(run: &Run, number: u64, data: &[u8]) -> String {
    let subject = run.subject();
    match subject.copy(None, subject.module(), 0) {
        Ok(copy) => module::explain(subject.module(), copy.world(), number, data),
        Err(_) => String::new(),
    }
}

/// One block.
pub fn read_block(open: &mut OpenRun, call: &host::ReadBlock) -> Called {
    let device = device(&open.run)?;
    let blocks = device.info().blocks;
    if call.number >= blocks {
        let message = format!("the device has {blocks} blocks, so there is no block {}", call.number);
        return Err(Failure::new(
            "E_HOST_USAGE",
            message,
            format!("name a block from 0 to {}", blocks.saturating_sub(1)),
            exit::USAGE,
        ));
    }
    let data = device.block(call.number);
    let explained = explained(&open.run, call.number, &data);
    Ok(Answer::BlockReply(host::BlockReply { data: data.into(), explained }))
}

/// Blocks in which two runs differ.
pub fn compare_blocks([a, b]: [&mut OpenRun; 2], at_most: u32) -> Called {
    let (device_a, device_b) = (device(&a.run)?, device(&b.run)?);
    let numbers = device_a.differing_blocks(device_b);
    let total = numbers.len() as u64;
    let differences = numbers.into_iter().take(limit(at_most)).map(|number| {
        let (x, y) = (device_a.block(number), device_b.block(number));
        let differs = |at: &usize| x.get(*at) != y.get(*at);
        let len = x.len().max(y.len());
        host::BlockDifference {
            number,
            first_byte: (0..len).find(differs).unwrap_or(0) as u32,
            last_byte: (0..len).rev().find(differs).unwrap_or(0) as u32,
            explained_a: explained(&a.run, number, &x),
            explained_b: explained(&b.run, number, &y),
        }
    });
    Ok(Answer::BlockDifferences(host::BlockDifferences { difference: differences.collect(), total }))
}

/// Checks the device, with everything written home, in a copy.
pub fn fsck(open: &mut OpenRun) -> Called {
    let run = &open.run;
    if !run.subject().module().info().has_fsck {
        let message = format!("{} has no fsck", run.subject().module().info().fs_name);
        return Err(Failure::new("E_MODULE_NO_FSCK", message, "compare trees instead", exit::USAGE));
    }
    // A crashed module's device is checked as it is: that is what a crash leaves behind.
    let subject = if run.crash().is_some() || run.subject().instance().is_none() {
        run.subject().copy(None, run.subject().module(), 0).map_err(Failure::module)?
    } else {
        scratch(run)?.settle().map_err(Failure::module)?
    };
    let (outcome, report) = module::fsck(subject.module(), subject.world());
    match outcome {
        Ok(Ok(())) => Ok(Answer::FsckReply(host::FsckReply { clean: true, report })),
        Ok(Err(libc::EUCLEAN)) => Ok(Answer::FsckReply(host::FsckReply { clean: false, report })),
        Ok(Err(errno)) => Err(Failure::module(format!("fsck failed: {}", crate::replay::human::errno(errno.unsigned_abs())))),
        Err(crash) => Err(Failure::module(format!("in fsck, {crash}"))),
    }
}

/// Replaces the module at the run's place, as a live upgrade does: nothing is under way there.
pub fn upgrade(open: &mut OpenRun, to: &Arc<Module>) -> Called {
    let run = &mut open.run;
    alive(run)?;
    let from = Arc::clone(run.subject().module());
    let mut record = pb::Upgrade {
        from_build_id: from.info().build_id.clone().into(),
        to_build_id: to.info().build_id.clone().into(),
        from_schema: from.info().state_schema,
        to_schema: to.info().state_schema,
        to_revision: to.info().source_revision.clone(),
        ..Default::default()
    };
    let refuse = |mut record: pb::Upgrade, why: String| {
        record.refused.clone_from(&why);
        Ok(Answer::UpgradeReply(host::UpgradeReply { refused: why, record: Some(record) }))
    };
    if from.info().fs_name != to.info().fs_name {
        let why = format!("{} cannot take over from {}", to.info().fs_name, from.info().fs_name);
        return refuse(record, why);
    }
    let (schema, oldest, newest) = (from.info().state_schema, to.info().state_schema_min, to.info().state_schema_max);
    if !(oldest..=newest).contains(&schema) {
        let why = format!("the running version exports state of schema {schema}, and the new one reads {oldest} to {newest}");
        return refuse(record, why);
    }
    let begun = Instant::now();
    let state = match run.subject().state() {
        Ok(state) => state,
        Err(why) => return refuse(record, why),
    };
    record.export_ns = nanoseconds(begun);
    record.state_bytes = state.as_ref().map_or(0, Vec::len) as u64;
    let begun = Instant::now();
    let mut subject = match run.subject().copy(state.as_deref(), to, schema) {
        Ok(subject) => subject,
        Err(why) => return refuse(record, why),
    };
    record.import_ns = nanoseconds(begun);
    let begun = Instant::now();
    // Numbers that the old version gave stay good: the state has them. From here on the new one gives its own.
    let naming = if is_same_build(run.source(), to) { subject.names.naming() } else { Naming::ByTable };
    subject.set_naming(naming);
    subject.set_last(run.subject().last().cloned());
    run.replace_subject(subject);
    record.swap_ns = nanoseconds(begun);
    Ok(Answer::UpgradeReply(host::UpgradeReply { refused: String::new(), record: Some(record) }))
}

fn nanoseconds(since: Instant) -> u64 {
    u64::try_from(since.elapsed().as_nanos()).unwrap_or(u64::MAX)
}
