// SPDX-License-Identifier: MIT OR Apache-2.0
//! A run: a trace against a module, from place to place.
//!
//! The serial replay, which most of this is, asks one op after the other in an order that agrees with the recorded lock order.

use super::checkpoint::{Checkpoint, Checkpoints, NEAREST};
use super::compare::Names;
use super::exact;
use super::order::{Clock, Next, Order};
use super::rules::Rules;
use super::run_error::RunError;
use super::source::Source;
use super::subject::{Applied, Subject, SubjectOptions};
use super::translate::Naming;
use super::verdict;
use crate::digest::scratch::Scratch;
use crate::digest::tree::TreeDigest;
use crate::ks::Crash;
use crate::module::Module;
use crate::proto::host::{Divergence, FieldDifference, Stop, StopReason};
use crate::proto::trace as pb;
use crate::trace::{OpRecord, TraceError};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// How a run is made.
#[derive(Debug)]
pub struct RunOptions {
    /// A thread for each recorded one, instead of one for all.
    pub exact: bool,
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
    source: Arc<Source>,
    options: RunOptions,
    subject: Subject,
    order: Order,
    /// The first divergence, wherever the run stands.
    divergence: Option<Divergence>,
    /// In which fields the last op's answer differed.
    differences: Vec<FieldDifference>,
    crash: Option<(u64, Crash)>,
    /// The last op that was ever asked: a rule's hits are counted once an op.
    furthest: u64,
    replayed: u64,
    left_out: u64,
    checkpoints: Checkpoints,
    /// On the way to a place that was gone back to: where a checkpoint is worth its cost, since more steps back are likely.
    checkpoint_at: Option<u64>,
    /// The op that ended the recorded module was asked too.
    past_panic: bool,
    /// Told of every op, once somebody has asked for it.
    tree: TreeDigest,
    elapsed: Duration,
}

impl Run {
    /// A run that stands before the first op.
    pub fn open(source: &Arc<Source>, module: &Arc<Module>, options: RunOptions) -> Result<Run, RunError> {
        let same_build = is_same_build(source, module);
        if options.exact && !same_build {
            return Err(RunError::NotTheBuild);
        }
        if options.exact && source.info().gaps > 0 {
            return Err(RunError::ExactAcrossGaps);
        }
        let subject_options = SubjectOptions {
            deadline: options.deadline,
            naming: if same_build { Naming::ByValue } else { Naming::ByTable },
            threads: options.exact,
        };
        let subject = Subject::begin(source, module, subject_options).map_err(RunError::Begin)?;
        let order = Order::new(source, 0, &[])?;
        Ok(Run {
            source: Arc::clone(source),
            options,
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
        self.options.exact
    }

    /// The next op, in the run's own order.
    pub fn step(&mut self) -> Result<Step, TraceError> {
        let clock = match self.subject.names.naming() {
            Naming::ByValue => Clock::World(self.subject.world()),
            Naming::ByTable | Naming::Partial => Clock::Trace,
        };
        match self.order.next(&self.source, clock)? {
            Next::Op(record) => Ok(self.apply(record)),
            Next::End => Ok(self.after_the_end()),
        }
    }

    /// Op `seq`, as another run took it.
    pub fn step_to(&mut self, seq: u64) -> Result<Step, TraceError> {
        if seq > self.source.ops() {
            return Ok(self.after_the_end());
        }
        Ok(self.order.next_is(&self.source, seq)?.map_or(Step::End, |record| self.apply(record)))
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
        if self.tree.is_kept()
            && let Some(asked) = self.subject.last()
        {
            self.tree.touch(asked.asked(), asked.answer.as_ref().and_then(|answer| answer.reply.as_ref()));
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

    fn crashes(&mut self, seq: u64, crash: Crash, recorded: Option<&pb::Panic>) {
        if recorded.is_none()
            && let Some(asked) = self.subject.last()
            && self.divergence.as_ref().is_none_or(|first| seq < first.seq)
        {
            self.divergence = Some(verdict::crash(&asked.record, None, Some(&crash), self.options.exact));
        }
        self.crash = Some((seq, crash));
    }

    /// The op that ended the recorded module, if any: it should end this one too.
    fn after_the_end(&mut self) -> Step {
        let Some((panic, record)) = self.source.panic().filter(|_| !self.past_panic).cloned() else { return Step::End };
        self.past_panic = true;
        let seq = self.source.ops() + 1;
        let record = Box::new(OpRecord { seq, ..*record });
        match self.subject.apply(record.clone()) {
            Applied::Crashed(crash) => {
                self.crashes(seq, crash, Some(&panic));
                Step::Crashed(seq)
            }
            _ => {
                if self.divergence.is_none() {
                    self.divergence = Some(verdict::crash(&record, Some(&panic), None, false));
                }
                Step::Done(seq)
            }
        }
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
        } else if self.options.exact {
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
                Step::Refused(why) => return Ok((StopReason::Refused, why)),
                Step::Crashed(_) => return Ok((StopReason::Crashed, self.crash_text())),
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
        let (_, first) = self.order.interleaved()?;
        let divergence = self.divergence.take()?;
        let Divergence { seq, op, field, expected, actual, .. } = divergence;
        Some(format!(
            "op {seq} ({op}) answers {field} {actual} where {expected} was recorded, and the order of the ops may be why: {first}. \
             Replay with --order exact, which runs the recorded threads"
        ))
    }

    fn run_exact(
        &mut self,
        target: Target,
        cancelled: &AtomicBool,
        watch: &mut dyn Watch,
    ) -> Result<(StopReason, String), RunError> {
        let ran =
            exact::run(&self.source, &mut self.subject, self.order.prefix(), target, &mut self.options.rules, cancelled, watch)?;
        self.order = Order::new(&self.source, ran.place, &[])?;
        self.replayed += ran.replayed;
        if let Some(divergence) = ran.divergence
            && self.divergence.as_ref().is_none_or(|first| divergence.seq < first.seq)
        {
            self.divergence = Some(divergence);
        }
        if let Some((seq, crash)) = ran.crash {
            let is_order = matches!(crash, Crash::Order { .. });
            let mut text = crash.to_string();
            if is_order && self.source.unfinished() > 0 {
                // Their lock acquisitions are missing from the recorded order.
                let count = self.source.unfinished();
                text.push_str(&format!(
                    "; {count} ops were under way when the recording ended, and what they did is not in the trace"
                ));
                self.divergence.take_if(|divergence| divergence.kind == "order");
                self.crash = Some((seq, crash));
                return Ok((StopReason::Refused, text));
            }
            self.crash = Some((seq, crash));
            return Ok((if is_order { StopReason::Diverged } else { StopReason::Crashed }, text));
        }
        if cancelled.load(Ordering::Relaxed) {
            return Ok((StopReason::Cancelled, String::new()));
        }
        if let Some(why) = ran.refused {
            return Ok((StopReason::Refused, why));
        }
        let differs = self.divergence.is_some() && target.stop_at_divergence;
        if self.place() >= self.source.ops() && !differs {
            return Ok(match self.after_the_end() {
                Step::Crashed(_) => (StopReason::Crashed, self.crash_text()),
                _ => (StopReason::End, String::new()),
            });
        }
        let moved = if self.place() > target.seq {
            format!("other ops were under way until op {}, where the recorded threads stand still", self.place())
        } else {
            String::new()
        };
        Ok((if differs { StopReason::Diverged } else { StopReason::Reached }, moved))
    }

    fn crash_text(&self) -> String {
        self.crash.as_ref().map(|(_, crash)| crash.to_string()).unwrap_or_default()
    }

    /// What `RunTo` answers.
    pub fn stop(&self, reason: StopReason, message: String) -> Stop {
        let op = self.subject.last().map(super::subject::Asked::op);
        let panic = self.crash.as_ref().filter(|(_, crash)| !(self.options.exact && matches!(crash, Crash::Order { .. })));
        let mut notes = vec![message];
        if self.left_out > 0 {
            notes.push(format!("{} ops could not be asked and were left out", self.left_out));
        }
        if let Some((count, _)) = self.order.interleaved().filter(|_| reason != StopReason::Refused) {
            notes.push(format!("{count} ops took turns with locks within one another; they were replayed one after the other"));
        }
        notes.retain(|note| !note.is_empty());
        let message = notes.join("; ");
        Stop {
            reason: reason.into(),
            seq: self.place().min(self.crash.as_ref().map_or(u64::MAX, |(seq, _)| seq - 1)),
            divergence: self.divergence.clone(),
            replayed: self.replayed,
            elapsed_ns: u64::try_from(self.elapsed.as_nanos()).unwrap_or(u64::MAX),
            message,
            panic: panic.map(|(_, crash)| verdict::panic(crash, op.as_ref())),
            rule_hits: self.options.rules.hits(),
        }
    }

    /// Takes a checkpoint when it is time for one.
    pub fn keep_checkpoint(&mut self) {
        let wanted = self.checkpoint_at.take_if(|at| self.order.prefix() >= *at).is_some();
        if self.options.checkpoints && (wanted || self.checkpoints.due(self.place())) {
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

/// Whether the module is the one that was recorded.
pub fn is_same_build(source: &Source, module: &Module) -> bool {
    let recorded = source.module();
    !recorded.build_id.is_empty() && recorded.build_id[..] == module.info().build_id[..]
}
