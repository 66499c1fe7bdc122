// SPDX-License-Identifier: MIT OR Apache-2.0
//! Parts of a trace: what a reference answers to them, and whether a module answers otherwise.
//!
//! With ops left out, recorded answers are no longer right. So each op that is kept is asked of the reference first; its request and
//! answer, in the reference's own numbers, are then the recorded op for the module. An op that needs an inode, a handle or
//! a place in a listing that a left-out op would have given is left out too.

use super::answers::Teller;
use super::failure::{Failure, exit};
use super::host::{Called, Host, deadline};
use super::{Output, states};
use crate::ks::Crash;
use crate::module::Module;
use crate::proto::host;
use crate::proto::host::response::Result as Answer;
use crate::proto::trace as pb;
use crate::proto::trace::op::Request;
use crate::record::module_message;
use crate::replay::order::{Clock, Next, Order};
use crate::replay::serial::Watch;
use crate::replay::source::{Source, Start};
use crate::replay::subject::{Applied, Subject, SubjectOptions};
use crate::replay::translate::Naming;
use crate::replay::verdict;
use crate::trace::{OpRecord, TraceWriter};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// Ops before a kept one that are read, since they may have run beside it.
const OVERLAP: u64 = 512;
/// Fewer ops are read and passed over.
const WORTH_A_JUMP: u64 = 4096;

/// Ops to keep, as ranges in order.
struct Keep {
    ranges: Vec<(u64, u64)>,
    at: usize,
}

impl Keep {
    fn new(pairs: &[u64]) -> Result<Keep, Failure> {
        let ranges: Vec<(u64, u64)> = pairs.as_chunks::<2>().0.iter().map(|&[first, last]| (first, last)).collect();
        let in_order = ranges.iter().all(|(first, last)| first <= last) && ranges.is_sorted_by(|a, b| a.1 < b.0);
        if !pairs.len().is_multiple_of(2) || !in_order {
            let hint = "give pairs {first, last}, in order, that do not overlap";
            return Err(Failure::new("E_HOST_USAGE", "the ops to keep are not a list of ranges", hint, exit::USAGE));
        }
        Ok(Keep { ranges, at: 0 })
    }

    /// Whether `seq` is kept. Numbers mostly grow.
    fn has(&mut self, seq: u64) -> bool {
        while self.at > 0 && self.ranges[self.at - 1].1 >= seq {
            self.at -= 1;
        }
        while self.ranges.get(self.at).is_some_and(|range| range.1 < seq) {
            self.at += 1;
        }
        self.ranges.get(self.at).is_some_and(|range| range.0 <= seq)
    }

    /// The first kept op after `seq`.
    fn after(&self, seq: u64) -> Option<u64> {
        let range = self.ranges.get(self.ranges.partition_point(|range| range.1 <= seq))?;
        Some(range.0.max(seq + 1))
    }

    fn last(&self) -> u64 {
        self.ranges.last().map_or(0, |range| range.1)
    }
}

/// Ops that ran, as ranges.
#[derive(Default)]
struct Kept {
    seqs: Vec<u64>,
}

impl Kept {
    fn ranges(mut self) -> Vec<u64> {
        self.seqs.sort_unstable();
        let mut ranges: Vec<u64> = Vec::new();
        for seq in self.seqs {
            match ranges.last_mut() {
                Some(last) if *last + 1 == seq => *last = seq,
                _ => ranges.extend([seq, seq]),
            }
        }
        ranges
    }
}

/// A part of a trace on its reference.
struct Reference {
    source: Arc<Source>,
    subject: Subject,
    order: Order,
    keep: Keep,
}

impl Reference {
    fn open(host: &mut Host, trace: u32, path: &str, keep: &[u64], deadline: Duration) -> Result<Reference, Failure> {
        let source = Arc::clone(host.trace(trace)?);
        if source.has_tasks() {
            let message = "tasks of the module itself (threads, work items) take part in this trace, and which of their doings a part of its ops \
                           needs is not known";
            let hint = "compare whole runs instead: `bento-rr diff`, `bento-rr bisect`";
            return Err(Failure::new("E_TRACE_TASKS", message, hint, exit::TRACE));
        }
        let module = host.module_for(path, &source)?;
        let options = SubjectOptions { deadline, naming: Naming::Partial, threads: false };
        let subject = Subject::begin(&source, &module, options).map_err(Failure::module)?;
        let order = Order::new(&source, 0, &[])?;
        Ok(Reference { source, subject, order, keep: Keep::new(keep)? })
    }

    /// Passes over ops up to near the next that is kept, without reading them: a part of a few ops must not cost the whole trace.
    fn jump(&mut self, seq: u64) -> Result<(), Failure> {
        let Some(next) = self.keep.after(seq) else { return Ok(()) };
        // What overlapped the next one decides its place, and nothing before may be left in the order.
        let to = next.saturating_sub(OVERLAP);
        if to < seq + WORTH_A_JUMP || self.order.prefix() < seq || !self.order.ahead().is_empty() {
            return Ok(());
        }
        for &(_, made) in self.source.made(seq + 1, to)? {
            self.subject.names.left_out_made(made);
        }
        self.order = Order::new(&self.source, to, &[])?;
        Ok(())
    }

    /// The next op of the part, with the reference's request and answer; `None` at its end.
    fn next(&mut self) -> Result<Option<Box<OpRecord>>, Failure> {
        loop {
            let record = match self.order.next(&self.source, Clock::Trace)? {
                Next::Op(record, _) => record,
                // Refused when it was opened.
                Next::Segment(_) => continue,
                Next::End => return Ok(None),
            };
            let begins = matches!(record.op.request, Some(Request::Mkfs(_) | Request::Mount(_)));
            if !begins && !self.keep.has(record.seq) {
                if record.seq > self.keep.last() + 4096 {
                    return Ok(None);
                }
                self.subject.names.left_out(&record.op);
                self.jump(record.seq)?;
                continue;
            }
            let (seq, name) = (record.seq, verdict::name(&record));
            let op = record.op.clone();
            match self.subject.apply(record) {
                Applied::Answered(_) => {}
                Applied::LeftOut(_) => {
                    self.subject.names.left_out(&op);
                    continue;
                }
                Applied::Crashed(crash) => {
                    let message = format!("the reference crashed in op {seq} ({name}): {crash}");
                    let hint = "use a version that survives the trace as the reference";
                    return Err(Failure::new("E_REFERENCE_CRASHED", message, hint, exit::MODULE));
                }
                Applied::Unaskable(why) => {
                    let message = format!("op {seq} ({name}) cannot be asked again: {why}");
                    return Err(Failure::new("E_TRACE_CONTENT", message, "record again, with --data full", exit::TRACE));
                }
            }
            let Some(asked) = self.subject.last() else { continue };
            return Ok(Some(Box::new(OpRecord { op: asked.op(), ..*asked.record.clone() })));
        }
    }
}

/// Runs a part of a trace on a reference and on a module, and says whether they part.
pub fn test(host: &mut Host, call: &host::TestSubset, cancelled: &AtomicBool, output: &mut Output<'_>) -> Called {
    let deadline = deadline(call.deadline_ms);
    let mut reference = Reference::open(host, call.trace, &call.reference, &call.keep, deadline)?;
    let source = Arc::clone(&reference.source);
    let module = host.module_for(&call.module, &source)?;
    let mut subject = beside(&source, reference.subject.module(), &module, deadline)?;
    let mut teller = Teller::new(output, source.ops(), false);
    let (mut reply, mut kept, mut last) = (host::SubsetReply::default(), Kept::default(), None);
    while let Some(record) = reference.next()? {
        if cancelled.load(Ordering::Relaxed) {
            return Err(cancelled_failure());
        }
        let seq = record.seq;
        reply.ran += 1;
        kept.seqs.push(seq);
        teller.step(seq, None);
        match subject.apply(record.clone()) {
            Applied::Answered(fields) if fields.is_empty() => {}
            Applied::Answered(fields) => reply.divergence = Some(verdict::reply(&record, fields)),
            Applied::LeftOut(_) => {}
            Applied::Crashed(crash) => crashed(&mut reply, &record, &crash),
            Applied::Unaskable(why) => {
                let message = format!("op {seq} cannot be asked again: {why}");
                return Err(Failure::new("E_TRACE_CONTENT", message, "record again, with --data full", exit::TRACE));
            }
        }
        if call.states && reply.divergence.is_none() {
            reply.divergence = states::devices_differ(&record, &reference.subject, &subject);
        }
        if reply.divergence.is_some() {
            reply.diverged = true;
            break;
        }
        last = Some(record);
    }
    if call.states
        && !reply.diverged
        && let Some(last) = last
    {
        reply.divergence = states::trees_differ(&last, &reference.subject, &subject)?;
        reply.diverged = reply.divergence.is_some();
    }
    reply.kept = kept.ranges();
    Ok(Answer::SubsetReply(reply))
}

fn crashed(reply: &mut host::SubsetReply, record: &OpRecord, crash: &Crash) {
    reply.divergence = Some(verdict::crash(record, None, Some(crash), false));
    reply.panic = Some(pb::Panic { op: Some(record.op.clone()), ..crash.in_trace() });
}

fn cancelled_failure() -> Failure {
    Failure::new("E_CANCELLED", "the call was stopped", "ask again", exit::ENVIRONMENT)
}

/// The module beside its reference.
fn beside(source: &Arc<Source>, reference: &Module, module: &Arc<Module>, deadline: Duration) -> Result<Subject, Failure> {
    let same = reference.info().build_id == module.info().build_id;
    let naming = if same { Naming::ByValue } else { Naming::ByTable };
    Subject::begin(source, module, SubjectOptions { deadline, naming, threads: false }).map_err(Failure::module)
}

/// Writes a part of a trace as a trace of its own.
pub fn write(host: &mut Host, call: &host::WriteSubset, cancelled: &AtomicBool, output: &mut Output<'_>) -> Called {
    let mut reference = Reference::open(host, call.trace, &call.reference, &call.keep, deadline(0))?;
    let source = Arc::clone(&reference.source);
    let module = Arc::clone(reference.subject.module());
    let failed = |error: std::io::Error| {
        let message = format!("cannot write the trace {}: {error}", call.path);
        Failure::new("E_TRACE_WRITE", message, "name a file in a directory that exists and has room", exit::ENVIRONMENT)
    };
    let header = pb::Header {
        uuid: Default::default(),
        source: pb::Source::Derived.into(),
        recorded_by: concat!("bento-host ", env!("CARGO_PKG_VERSION"), " (a part of a trace)").to_owned(),
        module: Some(module_message(module.info())),
        ..source.header().clone()
    };
    let mut writer = TraceWriter::create(Path::new(&call.path), header).map_err(failed)?;
    begin(&mut writer, &source)?;
    let mut teller = Teller::new(output, source.ops(), false);
    let (mut reply, mut kept) = (host::SubsetReply::default(), Kept::default());
    while let Some(record) = reference.next()? {
        if cancelled.load(Ordering::Relaxed) {
            return Err(cancelled_failure());
        }
        teller.step(record.seq, None);
        reply.ran += 1;
        kept.seqs.push(record.seq);
        let mut op = record.op;
        // One after the other, whatever overlapped before.
        op.overlap = 0;
        let content = match &op.request {
            Some(Request::Write(pb::Write { content: Some(pb::write::Content::Hash(hash)), size, .. })) => {
                source.content(hash, *size)
            }
            _ => None,
        };
        writer.op(record.begin_ns, record.end_ns, record.caller, &mut op, content.as_deref());
    }
    writer.finish(0).map_err(failed)?;
    reply.kept = kept.ranges();
    Ok(Answer::SubsetReply(reply))
}

/// What stands before the first op.
fn begin(writer: &mut TraceWriter, source: &Source) -> Result<(), Failure> {
    if let Start::Checkpoint(checkpoint) = source.start()
        && !writer.checkpoint(checkpoint)
    {
        let message = "the state from which the trace goes on is too large to be written";
        return Err(Failure::new("E_TRACE_WRITE", message, "use a trace that begins at mkfs", exit::TRACE));
    }
    if let Some(device) = source.device() {
        for number in device.stored_blocks(0, usize::MAX) {
            writer.block(number, &device.block(number));
        }
    }
    Ok(())
}
