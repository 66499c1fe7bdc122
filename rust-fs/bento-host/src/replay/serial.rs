// SPDX-License-Identifier: MIT OR Apache-2.0
//! A run: a trace against a module, from place to place.
//!
//! The serial replay, which most of this is, asks one op after the other in an order that agrees with the recorded lock order.

use super::checkpoint::{Checkpoint, Checkpoints, NEAREST};
use super::compare::Names;
use super::order::{Clock, Next, Order};
use super::rules::Rules;
use super::run_error::RunError;
use super::source::Source;
use super::subject::{Applied, Subject, SubjectOptions};
use super::tape::SegmentRecord;
use super::translate::Naming;
use super::verdict;
use crate::digest::scratch::Scratch;
use crate::digest::tree::TreeDigest;
use crate::ks::Crash;
use crate::module::Module;
use crate::proto::host::{self, Divergence, FieldDifference, Stop, StopReason};
use crate::proto::trace as pb;
use crate::trace::{OpRecord, TraceError};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// How a run is made.
#[derive(Debug)]
pub struct RunOptions {
    /// In which order; see the host protocol.
    pub order: host::Order,
    /// Benign differences.
    pub rules: Rules,
    /// Longest that one op may run.
    pub deadline: Duration,
    /// Keep checkpoints.
    pub checkpoints: bool,
}

/// Where to go.
#[derive(Debug, Clone, Copy)]
pub struct Target {
    /// The place just after this op.
    pub seq: u64,
    /// Stop at the first answer that differs.
    pub stop_at_divergence: bool,
}

/// Told of a run's progress, now and then or at each op.
pub trait Watch {
    /// After each op: the place, and the device digest where it is wanted.
    fn step(&mut self, seq: u64, digest: Option<u64>);
    /// Whether digests are wanted.
    fn wants_digests(&self) -> bool {
        false
    }
}

/// Watches nothing.
#[derive(Debug)]
pub struct Unwatched;

impl Watch for Unwatched {
    fn step(&mut self, _: u64, _: Option<u64>) {}
}

/// How an op went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Answered, or left out.
    Done(u64),
    /// There are no more ops.
    End,
    /// The order cannot be followed, or the op not be asked; in words.
    Refused(String),
    /// The module did not come back.
    Crashed(u64),
}

/// A replay of one trace against one module.
#[derive(Debug)]
pub struct Run {
    pub(super) source: Arc<Source>,
    pub(super) options: RunOptions,
    /// A thread for each recorded one, instead of one for all.
    pub(super) exact: bool,
    /// Why the order is not the first choice.
    pub(super) order_reason: String,
    pub(super) subject: Subject,
    pub(super) order: Order,
    /// The first divergence, wherever the run stands.
    pub(super) divergence: Option<Divergence>,
    /// In which fields the last op's answer differed.
    differences: Vec<FieldDifference>,
    pub(super) crash: Option<(u64, Crash)>,
    /// The last op that was ever asked: a rule's hits are counted once an op.
    furthest: u64,
    pub(super) replayed: u64,
    pub(super) left_out: u64,
    pub(super) checkpoints: Checkpoints,
    /// On the way to a place that was gone back to: where a checkpoint is worth its cost, since more steps back are likely.
    checkpoint_at: Option<u64>,
    /// The op that ended the recorded module was asked too.
    pub(super) past_panic: bool,
    /// Told of every op, once somebody has asked for it.
    pub(super) tree: TreeDigest,
    pub(super) elapsed: Duration,
}

impl Run {
    /// A run that stands before the first op.
    pub fn open(source: &Arc<Source>, module: &Arc<Module>, options: RunOptions) -> Result<Run, RunError> {
        let same_build = is_same_build(source, module);
        let exact = options.order == host::Order::Exact;
        if exact && !same_build {
            return Err(RunError::NotTheBuild);
        }
        if exact && source.info().gaps > 0 {
            return Err(RunError::ExactAcrossGaps);
        }
        let subject_options = SubjectOptions {
            deadline: options.deadline,
            naming: if same_build { Naming::ByValue } else { Naming::ByTable },
            threads: exact,
        };
        let subject = Subject::begin(source, module, subject_options).map_err(RunError::Begin)?;
        let order = Order::new(source, 0, &[])?;
        Ok(Run {
            source: Arc::clone(source),
            options,
            exact,
            order_reason: String::new(),
            subject,
            order,
            divergence: None,
            differences: Vec::new(),
            crash: None,
            furthest: 0,
            replayed: 0,
            left_out: 0,
            checkpoints: Checkpoints::default(),
            checkpoint_at: None,
            past_panic: false,
            tree: TreeDigest::default(),
            elapsed: Duration::ZERO,
        })
    }

    /// The trace.
    pub fn source(&self) -> &Arc<Source> {
        &self.source
    }

    /// The module and its world.
    pub fn subject(&self) -> &Subject {
        &self.subject
    }

    /// The same, to be changed.
    pub fn subject_mut(&mut self) -> &mut Subject {
        &mut self.subject
    }

    /// Checkpoints that are kept.
    pub fn checkpoints(&self) -> &Checkpoints {
        &self.checkpoints
    }

    /// The digest of the logical tree here, read from a copy: of what ops have touched since it was last asked for, the first
    /// time of everything. `None` when nothing is mounted.
    pub fn tree_digest(&mut self) -> Result<Option<u64>, String> {
        let Some(scratch) = Scratch::of(&self.subject)? else { return Ok(None) };
        let names = &self.subject.names;
        let Some(mut probe) = scratch.probe() else { return Ok(None) };
        let digest = self.tree.refresh(&mut probe, &|ino| names.taken(ino).unwrap_or(ino));
        digest.map(Some).map_err(|why| format!("the tree cannot be read: {why}"))
    }

    /// The same from a walk over everything.
    pub fn full_tree_digest(&self) -> Result<Option<u64>, String> {
        let Some(scratch) = Scratch::of(&self.subject)? else { return Ok(None) };
        let names = &self.subject.names;
        let Some(mut probe) = scratch.probe() else { return Ok(None) };
        let digest = TreeDigest::full(&mut probe, &|ino| names.taken(ino).unwrap_or(ino));
        digest.map(Some).map_err(|why| format!("the tree cannot be read: {why}"))
    }

    /// Every op up to this one was asked.
    pub fn place(&self) -> u64 {
        self.order.prefix()
    }

    /// What crashed the module, and in which op.
    pub fn crash(&self) -> Option<&(u64, Crash)> {
        self.crash.as_ref()
    }

    /// The first divergence of the run.
    pub fn divergence(&self) -> Option<&Divergence> {
        self.divergence.as_ref()
    }

    /// In which fields the last op's answer differed from the recorded one, benign differences left out.
    pub fn differences(&self) -> &[FieldDifference] {
        &self.differences
    }

    /// Whether one thread for each recorded one runs it.
    pub fn is_exact(&self) -> bool {
        self.exact
    }

    /// The next op, in the run's own order, with what tasks of the module do before and right after it.
    pub fn step(&mut self) -> Result<Step, TraceError> {
        loop {
            let clock = clock(&self.subject);
            match self.order.next(&self.source, clock)? {
                Next::Op(record, nested) => return self.apply_with_tasks(record, nested),
                Next::Segment(segment) => {
                    if let Some(stopped) = self.run_segment(&segment) {
                        return Ok(stopped);
                    }
                }
                Next::End => return Ok(self.after_the_end()),
            }
        }
    }

    /// Op `seq`, as another run took it.
    pub fn step_to(&mut self, seq: u64) -> Result<Step, TraceError> {
        if seq > self.source.ops() {
            return Ok(self.after_the_end());
        }
        let next = self.order.next_is(&self.source, seq)?;
        next.map_or(Ok(Step::End), |(record, nested)| self.apply_with_tasks(record, nested))
    }

    fn apply_with_tasks(&mut self, record: Box<OpRecord>, nested: Vec<SegmentRecord>) -> Result<Step, TraceError> {
        if !self.source.has_tasks() {
            return Ok(self.apply(record));
        }
        self.nest(&nested);
        let op = record.clone();
        let step = self.apply(record);
        self.unnest(&op, nested);
        if !matches!(step, Step::Done(_)) {
            return Ok(self.without_order_crash(step));
        }
        while let Some(segment) = self.order.trailing(&self.source, clock(&self.subject))? {
            if let Some(stopped) = self.run_segment(&segment) {
                return Ok(stopped);
            }
        }
        Ok(step)
    }

    fn apply(&mut self, record: Box<OpRecord>) -> Step {
        let seq = record.seq;
        self.replayed += 1;
        self.differences.clear();
        match self.subject.apply(record) {
            Applied::Answered(fields) if fields.is_empty() => {}
            Applied::Answered(fields) => self.differs(fields),
            Applied::LeftOut(_) => self.left_out += 1,
            Applied::Crashed(crash) => {
                self.crashes(seq, crash, None);
                return Step::Crashed(seq);
            }
            Applied::Unaskable(why) => return Step::Refused(format!("op {seq} cannot be asked again: {why}")),
        }
        if let Some(asked) = self.subject.last() {
            if self.tree.is_kept() {
                self.tree.touch(asked.asked(), asked.answer.as_ref().and_then(|answer| answer.reply.as_ref()));
            }
            if let Some(lock) = asked.taken.out_of_turn {
                self.order.disagrees(self.subject.world(), lock);
            }
        }
        Step::Done(seq)
    }

    fn differs(&mut self, mut fields: Vec<FieldDifference>) {
        let Some(asked) = self.subject.last() else { return };
        let record = &asked.record;
        self.options.rules.excuse(verdict::name(record), record.seq, &mut fields, record.seq > self.furthest);
        self.furthest = self.furthest.max(record.seq);
        self.differences.clone_from(&fields);
        if !fields.is_empty() && self.divergence.as_ref().is_none_or(|first| record.seq < first.seq) {
            self.divergence = Some(verdict::reply(record, fields));
        }
    }

    pub(super) fn crashes(&mut self, seq: u64, crash: Crash, recorded: Option<&pb::Panic>) {
        if recorded.is_none()
            && let Some(asked) = self.subject.last()
            && self.divergence.as_ref().is_none_or(|first| seq < first.seq)
        {
            self.divergence = Some(verdict::crash(&asked.record, None, Some(&crash), self.exact));
        }
        self.crash = Some((seq, crash));
    }

    /// Goes to a place, forward or back.
    pub fn run_to(&mut self, target: Target, cancelled: &AtomicBool, watch: &mut dyn Watch) -> Result<Stop, RunError> {
        let begun = Instant::now();
        if target.seq < self.place() || self.crash.as_ref().is_some_and(|(seq, _)| target.seq < *seq) {
            self.go_back(target.seq)?;
            // Nearer than twice the distance there is one already.
            let at = target.seq.saturating_sub(NEAREST);
            self.checkpoint_at = (at >= self.place() + NEAREST).then_some(at);
        }
        let result = if let Some((_, crash)) = &self.crash {
            Ok((StopReason::Crashed, crash.to_string()))
        } else if self.exact {
            self.run_exact(target, cancelled, watch)
        } else {
            self.run_serial(target, cancelled, watch)
        };
        self.elapsed = begun.elapsed();
        let (reason, message) = result?;
        Ok(self.stop(reason, message))
    }

    fn run_serial(
        &mut self,
        target: Target,
        cancelled: &AtomicBool,
        watch: &mut dyn Watch,
    ) -> Result<(StopReason, String), RunError> {
        while self.place() < target.seq {
            if cancelled.load(Ordering::Relaxed) {
                return Ok((StopReason::Cancelled, String::new()));
            }
            match self.step()? {
                Step::Done(seq) => {
                    let digest = if watch.wants_digests() { self.subject.device().map(|device| device.digest()) } else { None };
                    watch.step(seq, digest);
                    if seq > self.source.ops() {
                        break;
                    }
                }
                Step::End => break,
                Step::Refused(why) if self.source.has_tasks() => return self.exact_or_refused(why, target, cancelled, watch),
                Step::Refused(why) => return Ok((StopReason::Refused, why)),
                Step::Crashed(_) => return Ok((StopReason::Crashed, self.crash_text())),
            }
            if let Some(why) = self.refuses_interleaving() {
                return self.exact_or_refused(why, target, cancelled, watch);
            }
            if let Some(why) = self.doubt() {
                return Ok((StopReason::Refused, why));
            }
            if target.stop_at_divergence && !self.differences.is_empty() {
                return Ok((StopReason::Diverged, String::new()));
            }
            self.keep_checkpoint();
        }
        let reason = if self.place() < self.source.ops() { StopReason::Reached } else { StopReason::End };
        Ok((reason, String::new()))
    }

    /// Why a difference of the recorded build is no verdict: ops had interleaved before it.
    fn doubt(&mut self) -> Option<String> {
        if self.differences.is_empty() || self.subject.names.naming() != Naming::ByValue {
            return None;
        }
        let first = self.order.interleaved()?.1.message.clone();
        let divergence = self.divergence.take()?;
        let Divergence { seq, op, field, expected, actual, .. } = divergence;
        Some(format!(
            "op {seq} ({op}) answers {field} {actual} where {expected} was recorded, and the order of the ops may be why: {first}. \
             Replay with --order exact, which runs the recorded threads"
        ))
    }

    /// Takes a checkpoint when it is time for one.
    pub fn keep_checkpoint(&mut self) {
        let even = self.order.is_even();
        let wanted = even && self.checkpoint_at.take_if(|at| self.order.prefix() >= *at).is_some();
        if self.options.checkpoints && even && (wanted || self.checkpoints.due(self.place())) {
            self.take_checkpoint();
        }
    }

    fn take_checkpoint(&mut self) {
        let begun = Instant::now();
        // A module that cannot export its state here may do so later; going back is only slower then.
        let Ok(state) = self.subject.state() else { return };
        let Ok(subject) = self.subject.copy(None, self.subject.module(), 0) else { return };
        let checkpoint =
            Checkpoint { prefix: self.place(), ahead: self.order.ahead(), subject, state, last: self.subject.last().cloned() };
        self.checkpoints.add(checkpoint, begun.elapsed());
    }

    /// Stands at or before `seq`: at the nearest checkpoint, or at the start.
    fn go_back(&mut self, seq: u64) -> Result<(), RunError> {
        let module = Arc::clone(self.subject.module());
        (self.crash, self.past_panic) = (None, false);
        self.tree.forget();
        if let Some(checkpoint) = self.checkpoints.before(seq) {
            let from = &checkpoint.subject;
            let state = checkpoint.state.as_deref();
            let mut subject = from.copy(state, from.module(), from.module().info().state_schema).map_err(RunError::Begin)?;
            subject.set_last(checkpoint.last.clone());
            let mut order = Order::new(&self.source, checkpoint.prefix, &checkpoint.ahead)?;
            order.inherit_interleaved(&self.order);
            (self.order, self.subject) = (order, subject);
            return Ok(());
        }
        let options = *self.subject.options();
        self.order = Order::new(&self.source, 0, &[])?;
        self.subject = Subject::begin(&self.source, &module, options).map_err(RunError::Begin)?;
        Ok(())
    }

    /// Puts another subject in the place of this one: the module was replaced.
    pub fn replace_subject(&mut self, subject: Subject) {
        self.checkpoints.forget_after(self.place());
        self.tree.forget();
        self.subject = subject;
    }
}

/// Whose locks say when an op is ready.
fn clock(subject: &Subject) -> Clock<'_> {
    match subject.names.naming() {
        Naming::ByValue => Clock::World(subject.world()),
        Naming::ByTable | Naming::Partial => Clock::Trace,
    }
}

/// Whether the module is the one that was recorded, and so were the names. The kernel's build of a version has another build id than the
/// host's: there it is the revision of the sources that tells, with what depends on them.
pub fn is_same_build(source: &Source, module: &Module) -> bool {
    let (recorded, info) = (source.module(), module.info());
    let from_one_source = source.header().source() == pb::Source::Kernel
        && !recorded.source_revision.is_empty()
        && recorded.source_revision == info.source_revision
        && (&recorded.fs_name, recorded.state_schema) == (&info.fs_name, info.state_schema)
        && recorded.lock_class == info.lock_classes;
    let same = !recorded.build_id.is_empty() && recorded.build_id[..] == info.build_id[..];
    !source.is_redacted() && (same || from_one_source)
}
