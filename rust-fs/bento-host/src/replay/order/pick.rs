// SPDX-License-Identifier: MIT OR Apache-2.0
//! Which op or segment comes next: of those that may, the one that the locks let pass, or the recorded entries.

use super::ready::{Ready, ready_op, ready_segment};
use super::{Clock, Next, Order, Waiting};
use crate::ks::World;
use crate::replay::interleave::{Entry, entries};
use crate::replay::segments::began_after;
use crate::replay::tape::SegmentRecord;

impl Order {
    /// Places of segments that may be next: the first left of each task, where the ops before their begin were taken.
    fn segment_candidates(&self) -> Vec<usize> {
        let mut tasks = Vec::new();
        let mut found = Vec::new();
        for (at, segment) in self.segments.iter().enumerate() {
            if !tasks.contains(&segment.task.id) {
                tasks.push(segment.task.id);
                if began_after(segment) <= self.prefix {
                    found.push(at);
                }
            }
        }
        found
    }

    /// A segment that ended before the first op left did, and can run before it.
    pub(super) fn due_segment(&mut self, clock: Clock<'_>) -> Option<SegmentRecord> {
        if self.segments.is_empty() {
            return None;
        }
        let ended_before = self.window.front().map_or(u64::MAX, |front| front.after_segments);
        let at = self.segment_candidates().into_iter().find(|&at| {
            let segment = &self.segments[at];
            match clock {
                Clock::World(world) => segment.place <= self.prefix && ready_segment(world, segment) == Ready::Yes,
                Clock::Trace => segment.number <= ended_before && segment.place <= self.prefix,
            }
        });
        at.and_then(|at| self.take_segment(at, matches!(clock, Clock::Trace)))
    }

    /// After the last op there may be segments that fit nowhere.
    pub(super) fn last_segment(&mut self, clock: Clock<'_>) -> Next {
        self.take_segment(0, matches!(clock, Clock::Trace)).map_or(Next::End, Next::Segment)
    }

    /// Whether a segment that ended before the op began is still to run.
    pub(super) fn is_blocked(&self, waiting: &Waiting) -> bool {
        self.segments.front().is_some_and(|segment| segment.number <= waiting.after_segments)
    }

    /// Places in the window of ops that may be next: the first left of each thread, as far as it overlapped the first of all.
    fn candidates(&self) -> Vec<usize> {
        let Some(first) = self.window.front() else { return Vec::new() };
        let mut threads: Vec<u32> = Vec::new();
        let mut found = Vec::new();
        for (at, waiting) in self.window.iter().enumerate().filter(|(_, waiting)| !waiting.taken) {
            if threads.contains(&waiting.record.op.thread) {
                continue;
            }
            threads.push(waiting.record.op.thread);
            if waiting.after < first.record.seq && !self.is_blocked(waiting) {
                found.push(at);
            }
        }
        found
    }

    pub(super) fn pick_by_counters(&mut self, world: &World) -> Next {
        let clock = Clock::World(world);
        let candidates = self.candidates();
        let mut perhaps = None;
        for &at in &candidates {
            match ready_op(world, &self.window[at].record) {
                Ready::Yes => return self.take(at, clock),
                Ready::Perhaps => perhaps = perhaps.or(Some(at)),
                Ready::No => {}
            }
        }
        for at in self.segment_candidates() {
            if ready_segment(world, &self.segments[at]) == Ready::Yes
                && let Some(segment) = self.take_segment(at, false)
            {
                return Next::Segment(segment);
            }
        }
        if let Some(at) = perhaps {
            return self.take(at, clock);
        }
        if candidates.is_empty()
            && let Some(segment) = self.take_segment(0, false)
        {
            return Next::Segment(segment);
        }
        // An op that had waited for a task is ready for as much as it did before it waited; and one whose turn has passed cannot become ready
        // by waiting.
        let waited = |at: &&usize| {
            self.segments.iter().any(|segment| {
                let op = &self.window[**at];
                segment.number > op.after_segments && segment.number <= op.before_end
            })
        };
        let overdue = |at: &&usize| {
            entries(&self.window[**at].record.op.lock_order).any(|entry| world.lock_counters(entry.lock()).writes > entry.writes)
        };
        let chosen = candidates.iter().find(waited).or_else(|| candidates.iter().find(overdue));
        let at = chosen.copied().unwrap_or_else(|| self.pick_by_entries());
        self.take(at, clock)
    }

    /// The op whose entries say that it came before the others that overlapped it.
    pub(super) fn pick_by_entries(&self) -> usize {
        let mut tried = vec![0];
        let mut at = 0;
        while let Some(before) = self.comes_before(at) {
            if tried.contains(&before) {
                // Round in a circle: no order agrees.
                return 0;
            }
            tried.push(before);
            at = before;
        }
        at
    }

    /// An op that took a lock of the op at `at` before it, and is the first left of its thread.
    fn comes_before(&self, at: usize) -> Option<usize> {
        let this = &self.window[at];
        let mut threads: Vec<u32> = Vec::new();
        for (other_at, other) in self.window.iter().enumerate().filter(|(_, waiting)| !waiting.taken) {
            let first = !threads.contains(&other.record.op.thread);
            if first {
                threads.push(other.record.op.thread);
            }
            if !first || other_at == at || other.after >= this.record.seq {
                continue;
            }
            let earlier = |mine: Entry| {
                let same = |theirs: &Entry| (theirs.class, theirs.key) == (mine.class, mine.key);
                let mut theirs = entries(&other.record.op.lock_order);
                theirs.find(same).is_some_and(|theirs| (theirs.writes, theirs.reads) < (mine.writes, mine.reads))
            };
            if entries(&this.record.op.lock_order).any(earlier) {
                return Some(other_at);
            }
        }
        None
    }
}
