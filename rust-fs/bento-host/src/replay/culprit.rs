// SPDX-License-Identifier: MIT OR Apache-2.0
//! What ended the recorded module: an op, or a task of its own, that has no answer.
//!
//! Ops that were under way beside it may have ended after they took locks that it had taken before; and others, which the crash left without
//! an answer too, may have taken some between. A serial replay asks it last; an exact one has all of them go as far as they had come.

use super::segments;
use super::source::is_life;
use super::verdict;
use crate::proto::trace as pb;
use crate::trace::OpRecord;

/// See the module.
#[derive(Debug, Clone)]
pub struct Culprit {
    /// How it ended the module.
    pub panic: Box<pb::Panic>,
    /// The op, with the number after the last; empty where it was a task.
    pub record: Box<OpRecord>,
    /// Ops up to this one had ended when it began.
    pub after: u64,
    /// Ops that the crash left in their middle, each with its own number after the culprit's.
    pub left: Vec<OpRecord>,
    /// Something was under way beside it.
    pub overlapped: bool,
}

impl Culprit {
    /// Ops up to this one had ended when it, or the first of those that it left in their middle, began.
    pub fn first_after(&self) -> u64 {
        self.left.iter().map(began_after).fold(self.after, u64::min)
    }

    /// As it stands in a trace, after `place` ops.
    pub(super) fn new(panic: Box<pb::Panic>, op: Option<Box<OpRecord>>, place: u64) -> Culprit {
        let overlap = panic.task.as_ref().map_or_else(|| op.as_ref().map_or(0, |op| op.op.overlap), |task| task.overlap);
        let after = place.saturating_sub(overlap.into());
        Culprit { panic, record: op.unwrap_or_default(), after, left: Vec::new(), overlapped: false }
    }

    /// "op 12 (MKDIR)", "task 1 (flusher)".
    pub fn in_words(&self) -> String {
        match &self.panic.task {
            Some(task) => segments::in_words(task),
            None => format!("op {} ({})", self.record.seq, verdict::name(&self.record)),
        }
    }

    /// All ops are known. `left`: those without an answer, with how many ops stood before each.
    pub(super) fn settle(&mut self, ops: u64, left: Vec<(u64, OpRecord)>) {
        number(&mut self.record, ops + 1, self.after);
        self.left = left
            .into_iter()
            .zip(ops + 2..)
            .map(|((place, mut record), seq)| {
                let after = place.saturating_sub(record.op.overlap.into());
                number(&mut record, seq, after);
                record
            })
            .collect();
        let beside = self.after < ops || !self.left.is_empty();
        self.overlapped = beside && !is_life(self.record.op.request.as_ref());
    }
}

/// Gives an op its number, after that of the last with an answer, so that it still begins after `after`.
fn number(record: &mut OpRecord, seq: u64, after: u64) {
    record.seq = seq;
    record.op.overlap = u32::try_from((seq - 1).saturating_sub(after)).unwrap_or(u32::MAX);
}

/// How many ops had ended when it began.
pub fn began_after(record: &OpRecord) -> u64 {
    (record.seq - 1).saturating_sub(record.op.overlap.into())
}
