// SPDX-License-Identifier: MIT OR Apache-2.0
//! The order of a serial replay: ops one after the other, in an order that agrees with the recorded lock order.
//!
//! Ops come in the order in which they ended. That is not always the order in which they took their locks: of two ops that overlapped,
//! the one that ended first may have come second. So an op is taken when, for each lock of which it has an
//! entry, the lock has been acquired as often as it had been then; of the ops behind it, only those that overlapped it can come before it.
//! Segments of the module's own tasks have their places among the ops by the same rule; one that an op had waited for
//! runs inside of that op, when it waits.
//!
//! Two ops may have taken turns with a lock within one another; then no order of whole ops agrees. Such ops are taken in an order that
//! agrees as far as it can; `interleave.rs` says of which this is so.
//!
//! Where the replayed module is not the recorded one, its locks may be others. Then the recorded entries are compared with
//! one another: of two overlapping ops that took the same lock, the one with the smaller counters comes first.

mod pick;
mod ready;

use super::interleave::Interleavings;
use super::source::Source;
use super::tape::{OnTape, SegmentRecord, Tape};
use crate::ks::World;
use crate::proto::host;
use crate::trace::{OpRecord, TraceError};
use ready::{Ready, ready_op};
use std::collections::VecDeque;

/// An op whose turn it is, and the segments that run inside of it.
pub type DueOp = (Box<OpRecord>, Vec<SegmentRecord>);

/// Ops that are held in memory, looking ahead.
const WINDOW: usize = 512;

/// Ops that are looked at by the trace's entries alone.
const AHEAD: usize = 128;

/// Whose locks say when an op is ready.
#[derive(Debug, Clone, Copy)]
pub enum Clock<'a> {
    /// The replay's own: the module is the recorded one.
    World(&'a World),
    /// The trace's entries.
    Trace,
}

/// What the order gives.
#[derive(Debug)]
pub enum Next {
    /// The next op, and segments that run when it waits for their tasks.
    Op(Box<OpRecord>, Vec<SegmentRecord>),
    /// A segment of a task is next.
    Segment(SegmentRecord),
    /// The trace is over.
    End,
}

#[derive(Debug)]
struct Waiting {
    record: Box<OpRecord>,
    /// Ops up to this one ended before it began.
    after: u64,
    /// So did segments up to this one.
    after_segments: u64,
    /// Segments up to this one ended before it did.
    before_end: u64,
    taken: bool,
}

/// A place in the order.
#[derive(Debug)]
pub struct Order {
    tape: Tape,
    window: VecDeque<Waiting>,
    segments: VecDeque<SegmentRecord>,
    ended: bool,
    /// Every op up to this one has been taken.
    prefix: u64,
    interleavings: Interleavings,
}

impl Order {
    /// The order from op `prefix + 1` on, of which `ahead` were taken before.
    pub fn new(source: &Source, prefix: u64, ahead: &[u64]) -> Result<Order, TraceError> {
        let mut order = Order {
            tape: source.tape(prefix + 1),
            window: VecDeque::new(),
            segments: VecDeque::new(),
            ended: false,
            prefix,
            interleavings: Interleavings::new(source.module().lock_class),
        };
        if let Some(&last) = ahead.last() {
            while !order.ended && order.window.back().is_none_or(|waiting| waiting.record.seq < last) {
                order.fill(source, order.window.len() + WINDOW)?;
            }
            for waiting in &mut order.window {
                waiting.taken = ahead.contains(&waiting.record.seq);
            }
            order.drop_taken();
        }
        Ok(order)
    }

    /// Every op up to this one has been taken.
    pub fn prefix(&self) -> u64 {
        self.prefix
    }

    /// How many ops were taken although no order of whole ops agrees with the lock order, and the first of them.
    pub fn interleaved(&self) -> Option<(u64, &host::Interleaving)> {
        self.interleavings.known()
    }

    /// What is known of interleaved ops; to be added to.
    pub fn interleavings(&mut self) -> &mut Interleavings {
        &mut self.interleavings
    }

    /// Notes that what was taken last found a lock otherwise than recorded.
    pub fn disagrees(&mut self, world: &World, lock: (u64, u64)) {
        let waiting = self.window.iter().filter(|waiting| !waiting.taken).map(|waiting| &*waiting.record);
        self.interleavings.disagrees(world, lock, waiting);
    }

    /// Whether every op and segment that was taken stands before every one that was not: a place to come back to.
    pub fn is_even(&self) -> bool {
        self.segments.iter().all(|segment| segment.place > self.prefix)
    }

    /// Ops beyond [`Order::prefix`] that were taken, in order.
    pub fn ahead(&self) -> Vec<u64> {
        self.window.iter().filter(|waiting| waiting.taken).map(|waiting| waiting.record.seq).collect()
    }

    fn fill(&mut self, source: &Source, to: usize) -> Result<(), TraceError> {
        while !self.ended && self.window.len() < to {
            match self.tape.step(source)? {
                Some(OnTape::Op(record, before_end)) => {
                    let after = record.seq - 1 - u64::from(record.op.overlap).min(record.seq - 1);
                    let after_segments = before_end.saturating_sub(record.op.task_overlap.into());
                    self.window.push_back(Waiting { record, after, after_segments, before_end, taken: false });
                }
                Some(OnTape::Segment(record)) => self.segments.push_back(record),
                None => self.ended = true,
            }
        }
        Ok(())
    }

    fn drop_taken(&mut self) {
        while self.window.front().is_some_and(|waiting| waiting.taken) {
            if let Some(waiting) = self.window.pop_front() {
                self.prefix = waiting.record.seq;
            }
        }
        if let Some(front) = self.window.front() {
            self.prefix = self.prefix.max(front.record.seq - 1);
        }
    }

    /// Takes the next op or segment.
    pub fn next(&mut self, source: &Source, clock: Clock<'_>) -> Result<Next, TraceError> {
        if self.window.is_empty() {
            self.fill(source, 1)?;
        }
        if let Some(segment) = self.due_segment(clock) {
            return Ok(Next::Segment(segment));
        }
        let Some(front) = self.window.front() else { return Ok(self.last_segment(clock)) };
        let blocked = self.is_blocked(front);
        // An op without entries found every lock as its own thread had left it: nobody has to come before it.
        if front.record.op.lock_order.is_empty() && !blocked {
            return Ok(self.take(0, clock));
        }
        let alone = front.record.op.overlap == 0;
        match clock {
            Clock::World(world) => {
                if !blocked && ready_op(world, &front.record) == Ready::Yes {
                    return Ok(self.take(0, clock));
                }
                self.fill(source, WINDOW)?;
                Ok(self.pick_by_counters(world))
            }
            Clock::Trace => {
                let ahead = if alone { AHEAD / 4 } else { AHEAD };
                if self.window.len() < ahead / 2 {
                    self.fill(source, ahead)?;
                }
                let at = self.pick_by_entries();
                Ok(self.take(at, clock))
            }
        }
    }

    /// A segment that ended before the first op left did, and before the next is asked: it belongs to the place of the op before.
    pub fn trailing(&mut self, source: &Source, clock: Clock<'_>) -> Result<Option<SegmentRecord>, TraceError> {
        if self.window.is_empty() {
            self.fill(source, 1)?;
        }
        Ok(self.due_segment(clock))
    }

    /// The first segment left that had ended before op `seq` began; beyond the last op, the first left.
    pub fn before(&mut self, source: &Source, seq: u64) -> Result<Option<SegmentRecord>, TraceError> {
        if !source.has_tasks() {
            return Ok(None);
        }
        let ended_before = self.find(source, seq)?.map_or(u64::MAX, |at| self.window[at].after_segments);
        let is_due = self.segments.front().is_some_and(|segment| segment.number <= ended_before);
        Ok(if is_due { self.take_segment(0, true) } else { None })
    }

    /// Takes op `seq`, as another run did.
    pub fn next_is(&mut self, source: &Source, seq: u64) -> Result<Option<DueOp>, TraceError> {
        let Some(at) = self.find(source, seq)? else { return Ok(None) };
        let Next::Op(record, nested) = self.take(at, Clock::Trace) else { return Ok(None) };
        Ok(Some((record, nested)))
    }

    /// Where in the window op `seq` waits.
    fn find(&mut self, source: &Source, seq: u64) -> Result<Option<usize>, TraceError> {
        loop {
            let at = self.window.iter().position(|waiting| waiting.record.seq == seq && !waiting.taken);
            if at.is_some() || self.ended {
                return Ok(at);
            }
            self.fill(source, self.window.len() + WINDOW)?;
        }
    }

    fn take(&mut self, at: usize, clock: Clock<'_>) -> Next {
        let by_entries = matches!(clock, Clock::Trace);
        let Some(waiting) = self.window.get(at) else { return Next::End };
        self.interleavings.take_op(&waiting.record, by_entries);
        let (from, to) = (waiting.after_segments, waiting.before_end);
        let nested = if self.segments.is_empty() { Vec::new() } else { self.take_ended_during(from, to) };
        if at == 0 {
            let Some(waiting) = self.window.pop_front() else { return Next::End };
            self.prefix = waiting.record.seq;
            self.drop_taken();
            return Next::Op(waiting.record, nested);
        }
        let waiting = &mut self.window[at];
        waiting.taken = true;
        Next::Op(waiting.record.clone(), nested)
    }

    /// Segments with numbers above `from`, up to `to`: they ended while one op was under way.
    fn take_ended_during(&mut self, from: u64, to: u64) -> Vec<SegmentRecord> {
        let during = |segment: &SegmentRecord| segment.number > from && segment.number <= to;
        let (nested, others): (Vec<_>, Vec<_>) = self.segments.drain(..).partition(during);
        self.segments = others.into();
        nested
    }

    /// Puts back segments that were to run inside of an op, which did not wait for them.
    pub fn put_back(&mut self, left: Vec<SegmentRecord>) {
        for segment in left.into_iter().rev() {
            self.segments.push_front(segment);
        }
    }

    fn take_segment(&mut self, at: usize, by_entries: bool) -> Option<SegmentRecord> {
        let segment = self.segments.remove(at)?;
        self.interleavings.take_segment(&segment, by_entries);
        Some(segment)
    }
}
