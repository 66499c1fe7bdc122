// SPDX-License-Identifier: MIT OR Apache-2.0
//! Ops that took turns with locks within one another, so that no order of whole ops is the recorded one.
//!
//! With the recorded module the locks themselves tell: an acquisition found other counters than it had found. With another one the
//! recorded entries are held against one another: an op is taken although one that was taken before it acquired a lock later.

use super::segments;
use super::tape::SegmentRecord;
use crate::ks::{LockId, World};
use crate::proto::host;
use crate::proto::trace as pb;
use crate::trace::{OpRecord, op_name};
use std::collections::{HashMap, VecDeque};

/// Ops that are remembered for naming the other one.
const RECENT: usize = 256;
/// Locks of which the last acquisition is remembered.
const MOST_LOCKS: usize = 1 << 16;

/// An entry of a lock order, with its differences resolved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// Class of the lock.
    pub class: u64,
    /// Which of the class.
    pub key: u64,
    /// Exclusive acquisitions before.
    pub writes: u64,
    /// Shared ones since.
    pub reads: u64,
}

impl Entry {
    /// The lock.
    pub fn lock(self) -> LockId {
        LockId { class: u32::try_from(self.class).unwrap_or(u32::MAX), key: self.key }
    }

    fn same_lock(self, other: Entry) -> bool {
        (self.class, self.key) == (other.class, other.key)
    }
}

/// Entries of a recorded order.
pub fn entries(lock_order: &[u64]) -> impl Iterator<Item = Entry> {
    lock_order.as_chunks::<5>().0.iter().map(|&[_, class, key, writes, reads]| Entry { class, key, writes, reads })
}

/// An op or a segment that took locks.
#[derive(Debug, Clone)]
struct Taken {
    /// The op; 0 for a segment.
    seq: u64,
    name: String,
    entries: Vec<Entry>,
}

fn op_in_words(record: &OpRecord) -> String {
    format!("op {} ({})", record.seq, record.op.request.as_ref().map_or("NONE", op_name))
}

/// What has interleaved so far.
#[derive(Debug, Clone, Default)]
pub struct Interleavings {
    /// Names of the lock classes.
    classes: Vec<String>,
    count: u64,
    first: Option<host::Interleaving>,
    recent: VecDeque<Taken>,
    /// Of each lock: exclusive acquisitions before the latest of those that were taken, and whose it was.
    latest: HashMap<(u64, u64), (u64, u64, String)>,
}

impl Interleavings {
    /// None yet; `classes` are the names of the recorded module's lock classes.
    pub fn new(classes: Vec<String>) -> Interleavings {
        Interleavings { classes, ..Interleavings::default() }
    }

    /// How many, and the first.
    pub fn known(&self) -> Option<(u64, &host::Interleaving)> {
        self.first.as_ref().map(|first| (self.count, first))
    }

    /// An op is taken next. `by_entries`: judge it by them.
    pub fn take_op(&mut self, record: &OpRecord, by_entries: bool) {
        if !record.op.lock_order.is_empty() {
            self.take(record.seq, op_in_words(record), &record.op.lock_order, by_entries);
        }
    }

    /// A segment is taken next.
    pub fn take_segment(&mut self, record: &SegmentRecord, by_entries: bool) {
        if !record.task.lock_order.is_empty() {
            self.take(0, segments::in_words(&record.task), &record.task.lock_order, by_entries);
        }
    }

    fn take(&mut self, seq: u64, name: String, lock_order: &[u64], by_entries: bool) {
        if by_entries {
            self.judge(seq, &name, lock_order);
        }
        if self.recent.len() == RECENT {
            self.recent.pop_front();
        }
        self.recent.push_back(Taken { seq, name, entries: entries(lock_order).collect() });
    }

    fn judge(&mut self, seq: u64, name: &str, lock_order: &[u64]) {
        let mut found = None;
        for entry in entries(lock_order) {
            if let Some((writes, other, other_name)) = self.latest.get(&(entry.class, entry.key))
                && entry.writes < *writes
                && (*other, other_name.as_str()) != (seq, name)
            {
                found.get_or_insert((entry, *other, other_name.clone()));
            }
        }
        if self.latest.len() > MOST_LOCKS {
            self.latest.clear();
        }
        for entry in entries(lock_order) {
            let latest = self.latest.entry((entry.class, entry.key)).or_insert_with(|| (entry.writes, seq, name.to_owned()));
            if latest.0 <= entry.writes {
                *latest = (entry.writes, seq, name.to_owned());
            }
        }
        if let Some((entry, other, other_name)) = found {
            let class = usize::try_from(entry.class).ok().and_then(|class| self.classes.get(class)).cloned();
            let class = class.unwrap_or_else(|| format!("class {}", entry.class));
            self.add(seq, name, other, &other_name, format!("{class}/{}", entry.key));
        }
    }

    /// The replay's own locks say so: what was taken last found `lock` otherwise than recorded. `waiting` are those not taken yet.
    pub fn disagrees<'a>(&mut self, world: &World, (class, key): (u64, u64), waiting: impl Iterator<Item = &'a OpRecord>) {
        let lock = world.lock_name(LockId { class: u32::try_from(class).unwrap_or(u32::MAX), key });
        let Some(last) = self.recent.back().cloned() else { return };
        let wanted = Entry { class, key, writes: 0, reads: 0 };
        // Rather one that is still to come: it was to be in the middle of this one.
        let mut others = waiting.filter(|record| entries(&record.op.lock_order).any(|entry| entry.same_lock(wanted)));
        let other = others.next().map(|record| (record.seq, op_in_words(record))).or_else(|| {
            let before = self.recent.iter().rev().skip(1);
            let mut same = before.filter(|taken| taken.entries.iter().any(|entry| entry.same_lock(wanted)));
            same.next().map(|taken| (taken.seq, taken.name.clone()))
        });
        let (other, other_name) = other.unwrap_or((0, "another".to_owned()));
        self.add(last.seq, &last.name, other, &other_name, lock);
    }

    /// A segment of a task was not where it was recorded.
    pub fn out_of_place(&mut self, op: &OpRecord, segment: Option<&pb::Task>) {
        let name = segment.map_or_else(|| "a task of the module".to_owned(), segments::in_words);
        let lock = segment.map_or_else(|| "task".to_owned(), |task| format!("task/{}", task.id));
        self.add(op.seq, &op_in_words(op), 0, &name, lock);
    }

    fn add(&mut self, seq: u64, name: &str, other: u64, other_name: &str, lock: String) {
        self.count += 1;
        if self.first.is_none() {
            let message = format!(
                "{name} and {other_name} took turns with lock {lock} within one another: no order of whole ops gives their outcome"
            );
            // An op first, where one of the two is a segment.
            let (seq, other) = if seq == 0 { (other, 0) } else { (seq, other) };
            self.first = Some(host::Interleaving { seq, other, lock, message });
        }
    }
}
