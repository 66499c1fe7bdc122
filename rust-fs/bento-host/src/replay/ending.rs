// SPDX-License-Identifier: MIT OR Apache-2.0
//! How a run stops: the exact one's end, what ended the recorded module, and the account.

use super::culprit::Culprit;
use super::exact;
use super::line::OrderUse;
use super::order::Order;
use super::run_error::RunError;
use super::segments;
use super::serial::{Run, Target, Watch};
use super::step::Step;
use super::subject::Applied;
use super::verdict;
use super::with_tasks::USE_EXACT;
use crate::ks::Crash;
use crate::proto::host::{Stop, StopReason};
use crate::proto::trace as pb;
use std::sync::atomic::{AtomicBool, Ordering};

impl Run {
    pub(super) fn run_exact(
        &mut self,
        target: Target,
        cancelled: &AtomicBool,
        watch: &mut dyn Watch,
    ) -> Result<(StopReason, String), RunError> {
        let mut ran =
            exact::run(&self.source, &mut self.subject, self.order.prefix(), target, &mut self.options.rules, cancelled, watch)?;
        self.order = Order::new(&self.source, ran.place, &[])?;
        self.replayed += ran.replayed;
        if let Some(divergence) = ran.divergence.take()
            && self.divergence.as_ref().is_none_or(|first| divergence.seq < first.seq)
        {
            self.divergence = Some(divergence);
        }
        if let Some(culprit) = self.source.culprit().filter(|culprit| ran.has_met(culprit)).cloned() {
            let step = self.culprit_ends(&culprit, ran.crash.map(|(_, crash)| crash));
            return Ok(self.at_the_end(&step));
        }
        if let Some((seq, crash)) = ran.crash {
            let is_order = matches!(crash, Crash::Order { .. });
            let mut text = crash.to_string();
            if is_order && let Some(missing) = self.missing_at_the_end() {
                // Their lock acquisitions are missing from the recorded order.
                text.push_str(&format!("; {missing}, and what they did is not in the trace"));
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
            let step = self.after_the_end();
            return Ok(self.at_the_end(&step));
        }
        let moved = if self.place() > target.seq {
            format!("other ops were under way until op {}, where the recorded threads stand still", self.place())
        } else {
            String::new()
        };
        Ok((if differs { StopReason::Diverged } else { StopReason::Reached }, moved))
    }

    fn at_the_end(&self, step: &Step) -> (StopReason, String) {
        match step {
            Step::Crashed(_) => (StopReason::Crashed, self.crash_text()),
            _ => (StopReason::End, String::new()),
        }
    }

    pub(super) fn crash_text(&self) -> String {
        self.crash.as_ref().map(|(_, crash)| crash.to_string()).unwrap_or_default()
    }

    /// What `RunTo` answers.
    pub fn stop(&self, reason: StopReason, message: String) -> Stop {
        let op = self.subject.last().map(super::subject::Asked::op);
        let panic = self.crash.as_ref().filter(|(_, crash)| !(self.exact && matches!(crash, Crash::Order { .. })));
        let mut notes = vec![message];
        if self.left_out > 0 {
            notes.push(format!("{} ops could not be asked and were left out", self.left_out));
        }
        let interleaved = self.order.interleaved();
        if let Some((count, _)) = interleaved.filter(|_| reason != StopReason::Refused) {
            notes.push(format!(
                "{count} ops took turns with locks within one another; they were replayed one after the other, so that states that \
                 differ after them are no verdict"
            ));
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
            panic: panic.map(|(_, crash)| pb::Panic { op: op.clone(), ..crash.in_trace() }),
            rule_hits: self.options.rules.hits(),
            order: self.order_taken().into(),
            order_reason: self.order_reason.clone(),
            interleaved: interleaved.map_or(0, |(count, _)| count),
            first_interleaved: interleaved.map(|(_, first)| first.clone()),
        }
    }

    /// What a trace that was cut off cannot hold.
    fn missing_at_the_end(&self) -> Option<String> {
        let count = self.source.unfinished();
        if count > 0 {
            return Some(format!("{count} ops were under way when the recording ended"));
        }
        let cut_off = self.source.has_tasks() && !self.source.info().complete;
        cut_off.then(|| "the recording was cut off, maybe while tasks of the module were running".to_owned())
    }

    /// The op that ended the recorded module, if any: it should end this one too.
    pub(super) fn after_the_end(&mut self) -> Step {
        let Some(culprit) = self.source.culprit().filter(|_| !self.past_panic).cloned() else { return Step::End };
        let crash = match &culprit.panic.task {
            Some(task) => self.crash_of_task(task),
            None => match self.subject.apply(culprit.record.clone()) {
                Applied::Crashed(crash) => Some(crash),
                _ => None,
            },
        };
        self.culprit_ends(&culprit, crash)
    }

    /// It has run here too.
    fn culprit_ends(&mut self, culprit: &Culprit, crash: Option<Crash>) -> Step {
        self.past_panic = true;
        let Culprit { panic, record, .. } = culprit;
        let seq = record.seq;
        match crash {
            Some(crash) => {
                self.crashes(seq, crash, Some(panic));
                Step::Crashed(seq)
            }
            None if culprit.overlapped && self.is_checked() => Step::Refused(format!(
                "{} ended the module beside others, and does not when it is asked after them. {USE_EXACT}",
                culprit.in_words()
            )),
            None => {
                if self.divergence.is_none() {
                    self.divergence = Some(verdict::crash(record, Some(panic), None, false));
                }
                Step::Done(seq)
            }
        }
    }

    /// Runs the segment in which the recorded module crashed; what comes of it.
    fn crash_of_task(&mut self, task: &pb::Task) -> Option<Crash> {
        let world = self.subject.world();
        if !world.crashed() {
            let id = world.tasks().find(task.id, &task.name)?;
            let order = if self.exact { OrderUse::Enforce } else { OrderUse::None };
            world.tasks().run(world, segments::segment(task, id, order));
        }
        let (name, crash) = world.tasks().crashed_in()?;
        Some(exact::in_task(&name, crash))
    }
}
