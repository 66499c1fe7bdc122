// SPDX-License-Identifier: MIT OR Apache-2.0
//! What ended the recorded module: an op, or a task of its own, that has no answer.
//!
//! Ops that were under way beside it may have ended after they took locks that it had taken before. A serial replay asks it last,
//! and an exact one beside them, in the turns that it had.

use super::source::is_life;
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
    /// Ops ended while it was under way.
    pub overlapped: bool,
}

impl Culprit {
    /// As it stands in a trace, after `place` ops.
    pub(super) fn new(panic: Box<pb::Panic>, op: Option<Box<OpRecord>>, place: u64) -> Culprit {
        let overlap = panic.task.as_ref().map_or_else(|| op.as_ref().map_or(0, |op| op.op.overlap), |task| task.overlap);
        let after = place.saturating_sub(overlap.into());
        Culprit { panic, record: op.unwrap_or_default(), after, overlapped: false }
    }

    /// All ops are known.
    pub(super) fn settle(&mut self, ops: u64) {
        self.record.seq = ops + 1;
        self.record.op.overlap = u32::try_from(ops.saturating_sub(self.after)).unwrap_or(u32::MAX);
        self.overlapped = self.after < ops && !is_life(self.record.op.request.as_ref());
    }
}
