// SPDX-License-Identifier: MIT OR Apache-2.0
//! The queue between the threads that serve ops and the one that writes them.
//!
//! The order of the queue is the order of the trace. It is decided under one lock that is held for a few instructions.

use super::pending::Pending;
use crate::ks::Ends;
use crate::proto::trace as pb;
use std::sync::{Condvar, Mutex, MutexGuard};
use std::time::Duration;

/// Bytes after which the writer is woken before its time.
const WAKE_AT: usize = 128 << 10;
/// Memory of written ops that is kept for further ones: a few times what the writer takes at once.
const SPARE_BYTES: usize = 4 << 20;

/// What the writer is handed.
#[derive(Debug)]
pub enum Item {
    /// An op that ended.
    Op(Box<Pending>),
    /// An op that will never end.
    Unfinished(Box<Pending>),
    /// The module ended in this op.
    Panic(Box<pb::Panic>, Option<Box<Pending>>),
    /// What a task took in a segment.
    Task(Box<pb::Task>),
    /// First content of a block.
    Block(u64, Box<[u8]>),
    /// So many ops did not fit into the queue here.
    Lost(u64),
    /// The module's state.
    Checkpoint(Box<pb::Checkpoint>),
    /// The module was replaced.
    Upgrade(Box<pb::Upgrade>),
    /// A note.
    Mark(pb::Mark),
}

impl Item {
    /// About how much memory it takes.
    fn bytes(&self) -> usize {
        match self {
            Item::Op(op) | Item::Unfinished(op) => op.size(),
            Item::Panic(_, op) => op.as_ref().map_or(512, |op| op.size()),
            Item::Block(_, data) => 64 + data.len(),
            Item::Task(task) => task_bytes(task),
            Item::Checkpoint(checkpoint) => checkpoint.state.len(),
            Item::Lost(_) | Item::Upgrade(_) | Item::Mark(_) => 64,
        }
    }
}

fn task_bytes(task: &pb::Task) -> usize {
    256 + 8 * (task.lock_order.len() + task.failures.len() + task.clock_ns.len()) + task.random.len()
}

#[derive(Debug, Default)]
struct Inner {
    items: Vec<Item>,
    bytes: usize,
    /// Ops and segments that ended since the recording began, recorded or not.
    ends: Ends,
    /// Ops that did not fit since the last that did.
    lost: u64,
    /// A segment did not.
    lost_segment: bool,
    closed: bool,
    /// Written ops, to be used again.
    #[expect(clippy::vec_box, reason = "they go into the queue as they are, and back")]
    spare: Vec<Box<Pending>>,
    spare_bytes: usize,
}

impl Inner {
    fn is_full(&self, bytes: usize, limit: usize) -> bool {
        self.closed || (self.bytes + bytes > limit && self.bytes > 0)
    }

    fn tell_lost(&mut self) {
        if self.lost > 0 || self.lost_segment {
            self.items.push(Item::Lost(std::mem::take(&mut self.lost)));
            self.lost_segment = false;
        }
    }
}

fn difference(now: u64, before: u64) -> u32 {
    u32::try_from(now - before).unwrap_or(u32::MAX)
}

/// The queue.
#[derive(Debug)]
pub struct Queue {
    inner: Mutex<Inner>,
    work: Condvar,
    room: Condvar,
    /// Most bytes that wait.
    limit: usize,
    /// Wait for room instead of losing ops.
    block: bool,
}

/// What the writer took from the queue.
#[derive(Debug)]
pub struct Batch {
    /// In order.
    pub items: Vec<Item>,
    /// A good part of the queue was full: the writer lags.
    pub lags: bool,
    /// Nothing will follow.
    pub last: bool,
}

impl Queue {
    /// A queue of `limit` bytes.
    pub fn new(limit: usize, block: bool) -> Queue {
        Queue { inner: Mutex::default(), work: Condvar::new(), room: Condvar::new(), limit, block }
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().expect("no host code panics while it holds the queue")
    }

    /// What ended so far.
    pub fn ends(&self) -> Ends {
        self.inner().ends
    }

    /// What ended so far, for an op that begins, and memory for it.
    pub fn begin(&self) -> (Ends, Box<Pending>) {
        let mut inner = self.inner();
        let (ends, spare) = (inner.ends, inner.spare.pop());
        inner.spare_bytes -= spare.as_ref().map_or(0, |spare| spare.room());
        drop(inner);
        (ends, spare.unwrap_or_default())
    }

    /// Puts an op at the end of the order, with the blocks that it was first to read. Answers how many ops were lost: 0 or 1.
    pub fn end(&self, mut op: Box<Pending>, first_reads: Vec<(u64, Box<[u8]>)>) -> u64 {
        let blocks = first_reads.iter().map(|(_, data)| 64 + data.len()).sum::<usize>();
        let bytes = op.size() + blocks;
        let mut inner = self.room_for(bytes);
        op.overlap = difference(inner.ends.ops, op.before.ops);
        op.task_overlap = difference(inner.ends.segments, op.before.segments);
        inner.ends.ops += 1;
        if inner.is_full(bytes, self.limit) {
            inner.lost += 1;
            return 1;
        }
        inner.tell_lost();
        inner.items.extend(first_reads.into_iter().map(|(number, data)| Item::Block(number, data)));
        self.add(inner, Item::Op(op), bytes);
        0
    }

    /// The same for a segment of a task, which had begun when `before` had ended. A lost one is told by a gap of no ops.
    pub fn end_segment(&self, mut task: Box<pb::Task>, before: Ends, first_reads: Vec<(u64, Box<[u8]>)>) {
        let bytes = task_bytes(&task) + first_reads.iter().map(|(_, data)| 64 + data.len()).sum::<usize>();
        let mut inner = self.room_for(bytes);
        task.overlap = difference(inner.ends.ops, before.ops);
        task.task_overlap = difference(inner.ends.segments, before.segments);
        inner.ends.segments += 1;
        if inner.is_full(bytes, self.limit) {
            inner.lost_segment = true;
            return;
        }
        inner.tell_lost();
        inner.items.extend(first_reads.into_iter().map(|(number, data)| Item::Block(number, data)));
        self.add(inner, Item::Task(task), bytes);
    }

    /// The queue, after waiting for room where that is the policy.
    fn room_for(&self, bytes: usize) -> MutexGuard<'_, Inner> {
        let mut inner = self.inner();
        while self.block && inner.bytes + bytes > self.limit && inner.bytes > 0 && !inner.closed {
            inner = self.room.wait(inner).expect("no host code panics while it holds the queue");
        }
        inner
    }

    fn add(&self, mut inner: MutexGuard<'_, Inner>, item: Item, bytes: usize) {
        inner.items.push(item);
        let before = inner.bytes;
        inner.bytes += bytes;
        let wake = before < WAKE_AT && inner.bytes >= WAKE_AT;
        drop(inner);
        if wake {
            self.work.notify_one();
        }
    }

    /// Puts something other than an ended op into the order, whether there is room or not: there are few of them.
    pub fn push(&self, mut item: Item) {
        let mut inner = self.inner();
        if inner.closed {
            return;
        }
        if let Item::Panic(_, Some(op)) | Item::Unfinished(op) = &mut item {
            op.overlap = difference(inner.ends.ops, op.before.ops);
            op.task_overlap = difference(inner.ends.segments, op.before.segments);
        }
        inner.tell_lost();
        inner.bytes += item.bytes();
        inner.items.push(item);
    }

    /// Ends the queue.
    pub fn close(&self) {
        let mut inner = self.inner();
        inner.tell_lost();
        inner.closed = true;
        drop(inner);
        self.work.notify_one();
        self.room.notify_all();
    }

    /// Takes what there is; waits for `patience` when there is nothing. `spare` are ops that were written.
    #[expect(clippy::vec_box, reason = "they come out of the queue as they are, and go back")]
    pub fn take(&self, patience: Duration, spare: &mut Vec<Box<Pending>>) -> Batch {
        let mut inner = self.inner();
        while inner.spare_bytes < SPARE_BYTES
            && let Some(op) = spare.pop()
        {
            inner.spare_bytes += op.room();
            inner.spare.push(op);
        }
        if inner.bytes < WAKE_AT && !inner.closed {
            inner = self.work.wait_timeout(inner, patience).expect("no host code panics while it holds the queue").0;
        }
        let lags = std::mem::take(&mut inner.bytes) > self.limit / 8;
        let batch = Batch { items: std::mem::take(&mut inner.items), lags, last: inner.closed };
        drop(inner);
        if self.block {
            self.room.notify_all();
        }
        batch
    }
}
