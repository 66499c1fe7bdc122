// SPDX-License-Identifier: MIT OR Apache-2.0
//! A step of a serial run: the next op is asked and its answer judged, with what tasks of the module do around it.

use super::order::{Clock, Next};
use super::serial::Run;
use super::subject::{Applied, Subject};
use super::tape::SegmentRecord;
use super::translate::Naming;
use super::verdict;
use crate::ks::Crash;
use crate::proto::host::FieldDifference;
use crate::proto::trace as pb;
use crate::trace::{OpRecord, TraceError};

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

impl Run {
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

    /// Op `seq`, as another run took it, after the segments that had ended before it began.
    pub fn step_to(&mut self, seq: u64) -> Result<Step, TraceError> {
        while let Some(segment) = self.order.before(&self.source, seq)? {
            if let Some(stopped) = self.run_segment(&segment) {
                return Ok(stopped);
            }
        }
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
}

/// Whose locks say when an op is ready.
fn clock(subject: &Subject) -> Clock<'_> {
    match subject.names.naming() {
        Naming::ByValue => Clock::World(subject.world()),
        Naming::ByTable | Naming::Partial => Clock::Trace,
    }
}
