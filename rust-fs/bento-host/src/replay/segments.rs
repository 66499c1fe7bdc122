// SPDX-License-Identifier: MIT OR Apache-2.0
//! Recorded segments of a module's own tasks, on their way to the tasks of a replay.

use super::line::OrderUse;
use super::tape::SegmentRecord;
use crate::ks::{Given, Segment, World};
use crate::proto::trace as pb;
use std::collections::VecDeque;

/// What task `id` of the replay is given for a recorded segment.
pub fn segment(task: &pb::Task, id: u32, order: OrderUse) -> Segment {
    Segment {
        task: id,
        number: 0,
        begin_ns: task.begin_ns as i64,
        given: Given {
            lock_order: if order == OrderUse::None { Vec::new() } else { task.lock_order.clone() },
            random: task.random.to_vec(),
            clock_ns: task.clock_ns.clone(),
            failures: task.failures.clone(),
            enforce_order: order == OrderUse::Enforce,
            check_order: order == OrderUse::Check,
            crash_last: false,
            left_after: None,
        },
    }
}

/// "task 3 (flusher)".
pub fn in_words(task: &pb::Task) -> String {
    format!("task {} ({})", task.id, task.name)
}

/// Segments that were read and wait for the ops that had ended before they began.
#[derive(Debug, Default)]
pub struct Held {
    waiting: VecDeque<SegmentRecord>,
    /// Handed to their tasks.
    fed: u64,
    /// What the tasks had finished before the first of them.
    finished_before: u64,
    /// So was the one in which the recorded module crashed.
    culprit: bool,
}

impl Held {
    /// None yet, in `world`.
    pub fn new(world: &World) -> Held {
        Held { finished_before: world.tasks().finished(), ..Held::default() }
    }

    /// One more.
    pub fn hold(&mut self, record: SegmentRecord) {
        self.waiting.push_back(record);
    }

    /// Hands out those that may begin when every op up to `prefix` has ended.
    pub fn hand_out(&mut self, world: &World, prefix: u64) {
        while let Some(at) = self.waiting.iter().position(|record| began_after(record) <= prefix) {
            let Some(SegmentRecord { task, .. }) = self.waiting.remove(at) else { return };
            world.tasks().feed(segment(&task, task.id, OrderUse::Enforce));
            self.fed += 1;
        }
    }

    /// Hands out the one in which the recorded module crashed, to crash last.
    pub fn hand_out_culprit(&mut self, world: &World, task: &pb::Task) {
        let mut segment = segment(task, task.id, OrderUse::Enforce);
        segment.given.crash_last = true;
        world.tasks().feed(segment);
        self.culprit = true;
    }

    /// Whether that one has ended without a crash.
    pub fn culprit_ended(&self, world: &World) -> bool {
        self.culprit && self.ended(world) > self.fed && !world.crashed()
    }

    /// Whether all of them have ended.
    pub fn all_ended(&self, world: &World) -> bool {
        self.waiting.is_empty() && self.ended(world) >= self.fed
    }

    /// How many have ended.
    pub fn ended(&self, world: &World) -> u64 {
        world.tasks().finished() - self.finished_before
    }
}

/// How many ops had ended when the segment began.
pub fn began_after(record: &SegmentRecord) -> u64 {
    record.place.saturating_sub(record.task.overlap.into())
}
