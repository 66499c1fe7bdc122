// SPDX-License-Identifier: MIT OR Apache-2.0
//! A run: a trace against a module, from place to place.
//!
//! The serial replay asks one op after the other in an order that agrees with the recorded lock order; `step.rs` is one such step.

use super::checkpoint::{Checkpoints, NEAREST};
use super::compare::Names;
use super::order::Order;
use super::rules::Rules;
use super::run_error::RunError;
use super::source::Source;
use super::step::Step;
use super::subject::{Subject, SubjectOptions};
use super::translate::Naming;
use crate::digest::scratch::Scratch;
use crate::digest::tree::TreeDigest;
use crate::ks::Crash;
use crate::module::Module;
use crate::proto::host::{self, Divergence, FieldDifference, Stop, StopReason};
use crate::proto::trace as pb;
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
    pub(super) differences: Vec<FieldDifference>,
    pub(super) crash: Option<(u64, Crash)>,
    /// The last op that was ever asked: a rule's hits are counted once an op.
    pub(super) furthest: u64,
    pub(super) replayed: u64,
    pub(super) left_out: u64,
    pub(super) checkpoints: Checkpoints,
    /// On the way to a place that was gone back to: where a checkpoint is worth its cost, since more steps back are likely.
    pub(super) checkpoint_at: Option<u64>,
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
                Step::Refused(why) if self.source.has_tasks() || self.past_panic => {
                    return self.exact_or_refused(why, target, cancelled, watch);
                }
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
