// SPDX-License-Identifier: MIT OR Apache-2.0
//! What a serial run does about tasks of the module, and about ops that truly interleaved.

use super::exact::in_task;
use super::order::Order;
use super::run_error::RunError;
use super::segments;
use super::serial::{Run, Target, Watch, is_same_build};
use super::step::Step;
use super::subject::{Subject, SubjectOptions};
use super::tape::SegmentRecord;
use crate::ks::{Crash, Segment};
use crate::proto::host::{self, StopReason};
use crate::trace::OpRecord;
use std::sync::atomic::AtomicBool;

impl Run {
    fn segment(&self, record: &SegmentRecord) -> Option<Segment> {
        let id = self.subject.world().tasks().find(record.task.id, &record.task.name)?;
        Some(Segment { number: record.number, ..segments::segment(&record.task, id, self.subject.order_use()) })
    }

    /// Has the next op find these segments when it waits for their tasks.
    pub(super) fn nest(&mut self, nested: &[SegmentRecord]) {
        let segments: Vec<Segment> = nested.iter().filter_map(|record| self.segment(record)).collect();
        self.subject.world().tasks().nest(segments);
    }

    /// After that op: those that it did not wait for are still to come; and what was out of place is noted.
    pub(super) fn unnest(&mut self, op: &OpRecord, nested: Vec<SegmentRecord>) {
        let came = self.subject.world().tasks().unnest();
        if let Some(lock) = came.out_of_turn {
            self.order.disagrees(self.subject.world(), lock);
        }
        if came.made_up.is_some() && self.is_checked() {
            self.order.interleavings().out_of_place(op, nested.first().map(|record| &record.task));
        }
        if !nested.is_empty() {
            self.tree.forget();
        }
        let is_left = |record: &SegmentRecord| came.left.iter().any(|segment| segment.number == record.number);
        self.order.put_back(nested.into_iter().filter(is_left).collect());
    }

    /// Runs a segment by itself; why the run stops, if it does.
    pub(super) fn run_segment(&mut self, record: &SegmentRecord) -> Option<Step> {
        let world = std::sync::Arc::clone(self.subject.world());
        let Some(segment) = self.segment(record) else {
            // Another version need not have such a task; the recorded one has.
            if !self.is_checked() {
                return None;
            }
            let task = segments::in_words(&record.task);
            return Some(Step::Refused(format!("the trace has a segment of {task}, which this run has not made")));
        };
        self.tree.forget();
        if !world.tasks().run(&world, segment) {
            let seq = self.place() + 1;
            let (name, crash) = world.tasks().crashed_in().unwrap_or_else(|| {
                let waiting_for = Some("it to come back to rest".to_owned());
                (segments::in_words(&record.task), Crash::Deadline { waiting_for })
            });
            self.crashes(seq, in_task(&name, crash), None);
            return Some(self.without_order_crash(Step::Crashed(seq)));
        }
        if let Some(lock) = world.tasks().unnest().out_of_turn {
            self.order.disagrees(&world, lock);
        }
        None
    }

    /// One thread that ran into a lock which a task holds, or a task into one of an op's: no crash of the module, but an order that is none.
    pub(super) fn without_order_crash(&mut self, step: Step) -> Step {
        match &self.crash {
            Some((seq, Crash::Order { message })) if self.source.has_tasks() => {
                let why = format!("op {seq} and a task of the module interleaved ({message}). {USE_EXACT}");
                self.divergence.take_if(|divergence| divergence.seq == *seq);
                Step::Refused(why)
            }
            _ => step,
        }
    }

    /// The replay's own locks tell what interleaved.
    pub(super) fn is_checked(&self) -> bool {
        self.subject.order_use() == super::line::OrderUse::Check
    }

    /// Why a serial replay cannot go on: no order of whole ops is the recorded one.
    pub(super) fn refuses_interleaving(&self) -> Option<String> {
        let strict = match self.options.order {
            host::Order::Serial => true,
            host::Order::Unspecified => self.is_checked(),
            host::Order::Exact | host::Order::Relaxed => false,
        };
        if !strict || self.exact || self.source.info().gaps > 0 {
            return None;
        }
        let (_, first) = self.order.interleaved()?;
        Some(format!("{}. {USE_EXACT}", first.message))
    }

    /// No serial order is the recorded one, and `why`: the exact order takes over where nobody asked for this one.
    pub(super) fn exact_or_refused(
        &mut self,
        why: String,
        target: Target,
        cancelled: &AtomicBool,
        watch: &mut dyn Watch,
    ) -> Result<(StopReason, String), RunError> {
        if self.options.order == host::Order::Unspecified && is_same_build(&self.source, self.subject.module()) {
            self.turn_exact(why.trim_end_matches(USE_EXACT).trim_end_matches(". ").to_owned())?;
            return self.run_exact(target, cancelled, watch);
        }
        // What was answered otherwise may be the order's doing.
        self.divergence = None;
        Ok((StopReason::Refused, why))
    }

    /// Begins again, with a thread for each recorded one.
    fn turn_exact(&mut self, reason: String) -> Result<(), RunError> {
        let options = SubjectOptions { threads: true, ..*self.subject.options() };
        let module = std::sync::Arc::clone(self.subject.module());
        self.subject = Subject::begin(&self.source, &module, options).map_err(RunError::Begin)?;
        self.order = Order::new(&self.source, 0, &[])?;
        self.checkpoints.forget_after(0);
        self.tree.forget();
        (self.exact, self.order_reason, self.divergence) = (true, reason, None);
        (self.replayed, self.left_out, self.crash, self.past_panic) = (0, 0, None, false);
        Ok(())
    }

    /// The order that is taken.
    pub fn order_taken(&self) -> host::Order {
        match self.options.order {
            _ if self.exact => host::Order::Exact,
            host::Order::Unspecified if !self.is_checked() || self.source.info().gaps > 0 => host::Order::Relaxed,
            host::Order::Unspecified | host::Order::Exact => host::Order::Serial,
            chosen => chosen,
        }
    }
}

/// The remedy.
pub(super) const USE_EXACT: &str = "Replay with --order exact, which runs the recorded threads";
