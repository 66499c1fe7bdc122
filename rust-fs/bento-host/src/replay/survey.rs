// SPDX-License-Identifier: MIT OR Apache-2.0
//! What is gathered on the first reading of a trace.

use super::source::{Outline, SegmentSpan};
use crate::proto::trace as pb;
use crate::trace::OpRecord;

/// What is gathered on the first reading.
#[derive(Debug, Default)]
pub struct Survey {
    pub ops: u64,
    pub gaps: u64,
    pub dropped: u64,
    pub threads: u32,
    pub first_ns: i64,
    pub last_ns: i64,
    thread_of: Vec<u16>,
    overlap_of: Vec<u32>,
    pub segments: Vec<SegmentSpan>,
    over_segments: Vec<(u64, u64)>,
    several_threads: bool,
    any_overlap: bool,
}

impl Survey {
    pub fn op(&mut self, record: &OpRecord) {
        if self.ops == 0 {
            self.first_ns = record.begin_ns;
        }
        self.ops = record.seq;
        self.first_ns = self.first_ns.min(record.begin_ns);
        self.last_ns = self.last_ns.max(record.begin_ns.wrapping_add_unsigned(record.op.duration_ns));
        self.threads = self.threads.max(record.op.thread.saturating_add(1));
        self.several_threads |= record.op.thread != 0;
        self.any_overlap |= record.op.overlap != 0;
        // The place in these arrays is the number less one; across gaps there is no order to be kept.
        if record.seq == self.thread_of.len() as u64 + 1 {
            self.thread_of.push(u16::try_from(record.op.thread).unwrap_or(u16::MAX));
            self.overlap_of.push(record.op.overlap);
        }
        if record.op.task_overlap > 0 {
            let first = self.segments.len() as u64 + 1;
            self.over_segments.push((record.seq, first.saturating_sub(record.op.task_overlap.into())));
        }
    }

    pub fn segment(&mut self, task: &pb::Task) {
        self.segments.push(SegmentSpan {
            after_ops: self.ops.saturating_sub(task.overlap.into()),
            after_segments: (self.segments.len() as u64).saturating_sub(task.task_overlap.into()),
            place: self.ops,
        });
    }

    pub fn gap(&mut self, gap: &pb::Gap) {
        self.gaps += 1;
        self.dropped += gap.dropped;
    }

    pub fn outline(self) -> Outline {
        let whole = self.gaps == 0;
        Outline {
            threads: if whole && self.several_threads { self.thread_of } else { Vec::new() },
            overlaps: if whole && self.any_overlap { self.overlap_of } else { Vec::new() },
            segments: self.segments,
            over_segments: self.over_segments,
        }
    }
}
