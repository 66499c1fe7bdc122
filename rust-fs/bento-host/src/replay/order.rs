// SPDX-License-Identifier: MIT OR Apache-2.0
//! The order of a serial replay: ops one after the other, in an order that agrees with the recorded lock order.
//!
//! Ops come in the order in which they ended. That is not always the order in which they took their locks: of two ops that overlapped,
//! the one that ended first may have come second. So an op is taken when, for each lock of which it has an
//! entry, the lock has been acquired as often as it had been then; of the ops behind it, only those that overlapped it can come before it.
//!
//! Two ops may have taken turns with a lock within one another; then no order of whole ops agrees. Such ops are taken in an order that
//! agrees as far as it can, and it is said: most of them commute (a FORGET beside an UNLINK), and every answer is compared
//! anyway. An answer that differs after such a place is no verdict, since the order may be why.
//!
//! Where the replayed module is not the recorded one, its locks may be others. Then the recorded entries are compared with
//! one another: of two overlapping ops that took the same lock, the one with the smaller counters comes first.

use super::source::{Source, Tape};
use crate::ks::{LockId, World};
use crate::proto::trace as pb;
use crate::trace::{OpRecord, TraceError, op_name};
use std::collections::VecDeque;

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
    /// The next op.
    Op(Box<OpRecord>),
    /// The trace is over.
    End,
}

/// An entry of an op's lock order, with its differences resolved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Entry {
    class: u64,
    key: u64,
    writes: u64,
    reads: u64,
}

fn entries(op: &pb::Op) -> impl Iterator<Item = Entry> {
    op.lock_order.as_chunks::<5>().0.iter().map(|&[_, class, key, writes, reads]| Entry { class, key, writes, reads })
}

#[derive(Debug)]
struct Waiting {
    record: Box<OpRecord>,
    /// Ops up to this one ended before it began.
    after: u64,
    taken: bool,
}

/// A place in the order.
#[derive(Debug)]
pub struct Order {
    tape: Tape,
    window: VecDeque<Waiting>,
    ended: bool,
    /// Every op up to this one has been taken.
    prefix: u64,
    /// Ops that were taken although no order agrees.
    interleaved: u64,
    /// The first of them, in words.
    first_interleaved: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ready {
    Yes,
    /// It may be that an acquisition is missing, or that the op makes it itself.
    Perhaps,
    No,
}

impl Order {
    /// The order from op `prefix + 1` on, of which `ahead` were taken before.
    pub fn new(source: &Source, prefix: u64, ahead: &[u64]) -> Result<Order, TraceError> {
        let mut order = Order {
            tape: source.tape(prefix + 1),
            window: VecDeque::new(),
            ended: false,
            prefix,
            interleaved: 0,
            first_interleaved: None,
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

    /// How many ops were taken although no order of whole ops agrees with the lock order, and the first of them in words.
    pub fn interleaved(&self) -> Option<(u64, &str)> {
        self.first_interleaved.as_deref().map(|first| (self.interleaved, first))
    }

    /// Goes on counting where another order was left.
    pub fn inherit_interleaved(&mut self, before: &Order) {
        (self.interleaved, self.first_interleaved) = (before.interleaved, before.first_interleaved.clone());
    }

    /// Ops beyond [`Order::prefix`] that were taken, in order.
    pub fn ahead(&self) -> Vec<u64> {
        self.window.iter().filter(|waiting| waiting.taken).map(|waiting| waiting.record.seq).collect()
    }

    fn fill(&mut self, source: &Source, to: usize) -> Result<(), TraceError> {
        while !self.ended && self.window.len() < to {
            match self.tape.next(source)? {
                Some(record) => {
                    let after = record.seq - 1 - u64::from(record.op.overlap).min(record.seq - 1);
                    self.window.push_back(Waiting { record, after, taken: false });
                }
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

    /// Takes the next op.
    pub fn next(&mut self, source: &Source, clock: Clock<'_>) -> Result<Next, TraceError> {
        if self.window.is_empty() {
            self.fill(source, 1)?;
        }
        let Some(front) = self.window.front() else { return Ok(Next::End) };
        // An op without entries found every lock as its own thread had left it: nobody has to come before it.
        if front.record.op.lock_order.is_empty() {
            return Ok(self.take(0));
        }
        let alone = front.record.op.overlap == 0;
        match clock {
            Clock::World(world) => {
                if ready(world, &front.record.op) == Ready::Yes {
                    return Ok(self.take(0));
                }
                self.fill(source, WINDOW)?;
                self.pick_by_counters(world)
            }
            Clock::Trace => {
                let ahead = if alone { AHEAD / 4 } else { AHEAD };
                if self.window.len() < ahead / 2 {
                    self.fill(source, ahead)?;
                }
                let at = self.pick_by_entries();
                Ok(self.take(at))
            }
        }
    }

    /// Takes op `seq`, as another run did.
    pub fn next_is(&mut self, source: &Source, seq: u64) -> Result<Option<Box<OpRecord>>, TraceError> {
        loop {
            if let Some(at) = self.window.iter().position(|waiting| waiting.record.seq == seq && !waiting.taken) {
                let Next::Op(record) = self.take(at) else { return Ok(None) };
                return Ok(Some(record));
            }
            if self.ended {
                return Ok(None);
            }
            self.fill(source, self.window.len() + WINDOW)?;
        }
    }

    fn take(&mut self, at: usize) -> Next {
        if at == 0 {
            let Some(waiting) = self.window.pop_front() else { return Next::End };
            self.prefix = waiting.record.seq;
            self.drop_taken();
            return Next::Op(waiting.record);
        }
        let waiting = &mut self.window[at];
        waiting.taken = true;
        Next::Op(waiting.record.clone())
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
            if waiting.after < first.record.seq {
                found.push(at);
            }
        }
        found
    }

    fn pick_by_counters(&mut self, world: &World) -> Result<Next, TraceError> {
        let candidates = self.candidates();
        let mut perhaps = None;
        for &at in &candidates {
            match ready(world, &self.window[at].record.op) {
                Ready::Yes => return Ok(self.take(at)),
                Ready::Perhaps => perhaps = perhaps.or(Some(at)),
                Ready::No => {}
            }
        }
        if let Some(at) = perhaps {
            return Ok(self.take(at));
        }
        self.interleaved += 1;
        if self.first_interleaved.is_none() {
            self.first_interleaved = Some(self.explain(world, &candidates));
        }
        // An op whose turn has passed cannot become ready by waiting.
        let overdue = |at: &&usize| {
            entries(&self.window[**at].record.op)
                .any(|entry| world.lock_counters(LockId { class: entry.class as u32, key: entry.key }).writes > entry.writes)
        };
        let at = candidates.iter().find(overdue).copied().unwrap_or_else(|| self.pick_by_entries());
        Ok(self.take(at))
    }

    /// Why nothing is ready: the first op, the lock that it waits for, and another op that is in the way.
    fn explain(&self, world: &World, candidates: &[usize]) -> String {
        let name = |record: &OpRecord| format!("op {} ({})", record.seq, record.op.request.as_ref().map_or("NONE", op_name));
        let Some(front) = self.window.front() else { return String::new() };
        let stuck = stuck_at(world, &front.record.op);
        let Some((entry, seen)) = stuck else { return format!("{} cannot be placed", name(&front.record)) };
        let lock = world.lock_name(LockId { class: entry.class as u32, key: entry.key });
        let other = candidates.iter().skip(1).map(|&at| &self.window[at].record);
        let mut other = other.filter(|record| entries(&record.op).any(|e| (e.class, e.key) == (entry.class, entry.key)));
        match other.next() {
            Some(other) => format!(
                "{} and {} took turns with lock {lock} within one another (the first acquired it after {} exclusive acquisitions and \
                 the replay has seen {seen}): no order of whole ops gives their outcome",
                name(&front.record),
                name(other),
                entry.writes
            ),
            None => format!(
                "{} acquired lock {lock} after {} exclusive acquisitions and the replay has seen {seen}: no order of whole ops gives that",
                name(&front.record),
                entry.writes
            ),
        }
    }

    /// The op whose entries say that it came before the others that overlapped it.
    fn pick_by_entries(&self) -> usize {
        let mut at = 0;
        let mut tried = vec![0];
        loop {
            let Some(before) = self.comes_before(at).filter(|before| !tried.contains(before)) else {
                return if tried.contains(&at) && self.comes_before(at).is_some() { 0 } else { at };
            };
            tried.push(before);
            at = before;
        }
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
                entries(&other.record.op).find(same).is_some_and(|theirs| (theirs.writes, theirs.reads) < (mine.writes, mine.reads))
            };
            if entries(&this.record.op).any(earlier) {
                return Some(other_at);
            }
        }
        None
    }
}

/// The first of an op's entries whose lock does not stand where it stood, and the exclusive acquisitions seen.
fn stuck_at(world: &World, op: &pb::Op) -> Option<(Entry, u64)> {
    for (at, entry) in entries(op).enumerate() {
        let lock = LockId { class: entry.class as u32, key: entry.key };
        let first = entries(op).take(at).find(|before| (before.class, before.key) == (entry.class, entry.key));
        match first {
            None => {
                let seen = world.lock_counters(lock).writes;
                if seen != entry.writes {
                    return Some((entry, seen));
                }
            }
            // The op's own acquisitions since then need no entry unless somebody came between.
            Some(first) if entry.writes > first.writes => return Some((entry, world.lock_counters(lock).writes)),
            Some(_) => {}
        }
    }
    None
}

fn ready(world: &World, op: &pb::Op) -> Ready {
    if stuck_at(world, op).is_some() {
        return Ready::No;
    }
    let short = entries(op).any(|entry| {
        let seen = world.lock_counters(LockId { class: entry.class as u32, key: entry.key });
        // An entry does not say whether it is shared; a reader may come before others that read, a writer may not.
        seen.writes == entry.writes && seen.reads < entry.reads
    });
    if short { Ready::Perhaps } else { Ready::Yes }
}
