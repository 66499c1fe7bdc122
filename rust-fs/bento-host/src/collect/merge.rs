// SPDX-License-Identifier: MIT OR Apache-2.0
//! One order out of the streams of many processors.
//!
//! Every op has a number, in the order of ends. What has come in goes out as far as the numbers have no hole; a hole is filled by
//! a stream that was read later, or, once a barrier says that nothing more will come, is a loss. Memory is bounded by what comes in
//! between two barriers.

use crate::proto::kernel::{KernelOp, KernelPanic, KernelUpgrade, kernel_record::Kind};
use bento_abi::fuse::opcode;
use bytes::Bytes;
use std::collections::{BTreeMap, HashMap, VecDeque};

/// Numbers of a kind that are kept: more of them do not end while one op is under way, which its deadline sees to.
const REMEMBERED: usize = 1 << 20;

/// Something with a number.
#[derive(Debug, Clone, PartialEq)]
pub enum Entry {
    /// An op that ended, with its data.
    Op(Box<KernelOp>, Bytes),
    /// What a task took from one rest to the next.
    Segment(Box<KernelOp>),
    /// An op without an answer.
    Unfinished(Box<KernelOp>),
    /// An op, or a segment, that crashed the module.
    Panic(Box<KernelPanic>),
    /// The module was replaced, or was not.
    Upgrade(Box<KernelUpgrade>),
    /// A note.
    Mark(crate::proto::kernel::KernelMark),
}

/// What ended while something was under way.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Overlap {
    /// Ops.
    pub ops: u32,
    /// Segments of tasks.
    pub segments: u32,
}

/// What goes out, in order.
#[derive(Debug, Clone, PartialEq)]
pub enum Out {
    /// The next entry, and what ended while it was under way.
    Entry(Entry, Overlap),
    /// So many numbers are missing here.
    Missing(u64),
    /// What a block held when the recording began.
    Block(u64, Bytes),
}

/// Takes records as they come.
#[derive(Debug)]
pub struct Merger {
    next: u64,
    waiting: BTreeMap<u64, Entry>,
    pieces: HashMap<u64, Vec<u8>>,
    bytes: usize,
    /// Numbers that are neither ended ops' nor segments', in order.
    others: VecDeque<u64>,
    /// Numbers of segments, in order.
    segments: VecDeque<u64>,
    late: u64,
}

impl Default for Merger {
    fn default() -> Merger {
        let (waiting, pieces) = (BTreeMap::new(), HashMap::new());
        Merger { next: 1, waiting, pieces, bytes: 0, others: VecDeque::new(), segments: VecDeque::new(), late: 0 }
    }
}

/// Whether `data` is all that the kernel keeps of what the op wrote or was given, unless only its hash.
fn is_whole(op: &KernelOp, data: &[u8]) -> bool {
    let kept = match op.opcode {
        opcode::WRITE | opcode::SETXATTR => op.data_len,
        opcode::READ => 0,
        _ if op.errno != 0 => 0,
        _ => op.reply_len.min(op.data_len),
    };
    op.hash != 0 || data.len() as u64 >= kept
}

fn weight(entry: &Entry) -> usize {
    match entry {
        Entry::Op(op, data) => 512 + data.len() + 8 * op.lock_order.len(),
        Entry::Segment(segment) => 512 + 8 * segment.lock_order.len(),
        _ => 512,
    }
}

impl Merger {
    /// Adds a record; what is in order now goes to `out`.
    pub fn add(&mut self, record: Kind, out: &mut impl FnMut(Out)) {
        let (seq, entry) = match record {
            Kind::Block(block) => return out(Out::Block(block.number, block.data)),
            Kind::Data(piece) => {
                self.bytes += piece.data.len();
                return self.pieces.entry(piece.seq).or_default().extend_from_slice(&piece.data);
            }
            Kind::Op(mut op) => {
                let data = self.data_of(&mut op);
                // The ring of policy flight came round over its first pieces: the kernel has counted it as lost.
                if !is_whole(&op, &data) {
                    return;
                }
                (op.seq, Entry::Op(Box::new(op), data))
            }
            Kind::Segment(segment) => (segment.seq, Entry::Segment(Box::new(segment))),
            Kind::Unfinished(mut op) => {
                op.data = self.data_of(&mut op);
                (op.seq, Entry::Unfinished(Box::new(op)))
            }
            Kind::Panic(mut panic) => {
                if let Some(op) = &mut panic.op {
                    op.data = self.data_of(op);
                }
                (panic.op.as_ref().map_or(0, |op| op.seq), Entry::Panic(Box::new(panic)))
            }
            Kind::Upgrade(upgrade) => (upgrade.seq, Entry::Upgrade(Box::new(upgrade))),
            Kind::Mark(mark) => (mark.seq, Entry::Mark(mark)),
        };
        if seq < self.next {
            // Its place was given up for lost, which the kernel's barrier rules out; or it came twice.
            self.late += 1;
            return;
        }
        if seq == self.next {
            self.go_out(entry, out);
            self.next += 1;
            self.go_on(out);
            return;
        }
        self.bytes += weight(&entry);
        if let Some(before) = self.waiting.insert(seq, entry) {
            self.late += 1;
            self.bytes -= weight(&before);
        }
    }

    /// Takes what came of the op's data, before it or in it.
    fn data_of(&mut self, op: &mut KernelOp) -> Bytes {
        match self.pieces.remove(&op.seq) {
            Some(pieces) => {
                self.bytes -= pieces.len();
                Bytes::from(pieces)
            }
            None => std::mem::take(&mut op.data),
        }
    }

    /// Nothing with a number up to `seq` will come any more: holes up to there are losses.
    pub fn settle(&mut self, seq: u64, out: &mut impl FnMut(Out)) {
        loop {
            self.go_on(out);
            if self.next > seq {
                break;
            }
            let found = self.waiting.keys().next().copied().unwrap_or(u64::MAX).min(seq + 1);
            out(Out::Missing(found - self.next));
            self.next = found;
        }
        // Pieces of ops that did not follow.
        let bytes = &mut self.bytes;
        self.pieces.retain(|&of, pieces| {
            let keep = of >= self.next;
            if !keep {
                *bytes -= pieces.len();
            }
            keep
        });
    }

    fn go_on(&mut self, out: &mut impl FnMut(Out)) {
        while let Some(first) = self.waiting.first_entry()
            && *first.key() == self.next
        {
            let entry = first.remove();
            self.bytes -= weight(&entry);
            self.go_out(entry, out);
            self.next += 1;
        }
    }

    fn go_out(&mut self, entry: Entry, out: &mut impl FnMut(Out)) {
        let overlap = match &entry {
            Entry::Op(op, _) | Entry::Segment(op) | Entry::Unfinished(op) => self.overlap(op),
            Entry::Panic(panic) => panic.op.as_ref().map_or_else(Overlap::default, |op| self.overlap(op)),
            _ => Overlap::default(),
        };
        let of_its_kind = match &entry {
            Entry::Op(..) => None,
            Entry::Segment(_) => Some(&mut self.segments),
            _ => Some(&mut self.others),
        };
        if let Some(numbers) = of_its_kind {
            numbers.push_back(self.next);
            if numbers.len() > REMEMBERED {
                numbers.pop_front();
            }
        }
        out(Out::Entry(entry, overlap));
    }

    /// Of the numbers that were given while `op` was under way, how many are whose.
    fn overlap(&self, op: &KernelOp) -> Overlap {
        let begin = op.seq.saturating_sub(1).saturating_sub(op.overlap);
        let since = |numbers: &VecDeque<u64>| (numbers.len() - numbers.partition_point(|&number| number <= begin)) as u64;
        let (segments, others) = (since(&self.segments), since(&self.others));
        let small = |count: u64| u32::try_from(count).unwrap_or(u32::MAX);
        Overlap { ops: small(op.overlap.saturating_sub(segments + others)), segments: small(segments) }
    }

    /// Whether something waits for a hole to be filled.
    pub fn waits(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// About how many bytes are held.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// The number that goes out next.
    pub fn next(&self) -> u64 {
        self.next
    }

    /// Records that came after their place was given up: 0 unless a stream is not what a recorder writes.
    pub fn late(&self) -> u64 {
        self.late
    }
}
