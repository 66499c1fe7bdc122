// SPDX-License-Identifier: MIT OR Apache-2.0
//! The records of a trace, one after the other, with the differences in them resolved.

use super::chunk::kind;
use super::error::TraceError;
use super::reader::{Tolerance, TraceReader};
use super::times::Times;
use super::wire::varint;
use crate::proto::trace as pb;
use bytes::{Buf, Bytes};
use prost::Message;

/// Who made an op.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Caller {
    /// User.
    pub uid: u32,
    /// Group.
    pub gid: u32,
    /// Process.
    pub pid: u32,
}

impl Caller {
    /// The kernel itself.
    pub const KERNEL: Caller = Caller { uid: 0, gid: 0, pid: 0 };
}

/// An op with its place.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OpRecord {
    /// Sequence number; 0 for an op that has none because it never ended.
    pub seq: u64,
    /// CLOCK_REALTIME, nanoseconds.
    pub begin_ns: i64,
    /// When it ended, CLOCK_REALTIME in nanoseconds: more exact than its begin, which is the module's clock. That of an op that did not is its begin.
    pub end_ns: i64,
    /// Who made it.
    pub caller: Caller,
    /// The op. Its `begin_delta_ns` and `caller` are those of the file; its `duration_ns` is resolved.
    pub op: pb::Op,
}

/// A record. Callers are not among them: they stand in the ops.
#[derive(Debug, Clone, PartialEq)]
pub enum TraceItem {
    /// An op that ended.
    Op(Box<OpRecord>),
    /// An op that had begun when the recording ended.
    Unfinished(Box<OpRecord>),
    /// The content of a device block at its first read; no bytes when all are zero.
    Block(pb::Block),
    /// A written content.
    Blob(pb::Blob),
    /// Missing ops.
    Gap(pb::Gap),
    /// The module's state.
    Checkpoint(pb::Checkpoint),
    /// The module was replaced.
    Upgrade(pb::Upgrade),
    /// A note.
    Mark(pb::Mark),
    /// The module ended. The op that was under way is resolved beside it.
    Panic(Box<pb::Panic>, Option<Box<OpRecord>>),
    /// What a thread of the module's own took.
    Task(pb::Task),
}

/// A chunk that was read, checked and unpacked.
#[derive(Debug)]
pub struct ChunkRecords {
    /// What is left of the payload.
    payload: Bytes,
    /// Where the chunk begins in the file.
    offset: u64,
    next_seq: u64,
    last_seq: u64,
    left: u32,
    last_begin_ns: i64,
    callers: Vec<Caller>,
    times: Option<Times>,
    first_seq: u64,
}

impl ChunkRecords {
    pub(super) fn new(offset: u64, head: &pb::Chunk, payload: Bytes) -> ChunkRecords {
        ChunkRecords {
            payload,
            offset,
            next_seq: head.first_seq,
            last_seq: head.last_seq,
            left: head.records,
            last_begin_ns: head.base_time_ns as i64,
            callers: Vec::new(),
            times: None,
            first_seq: head.first_seq,
        }
    }

    fn damaged(&self, why: impl Into<String>) -> TraceError {
        TraceError::Damaged { offset: self.offset, why: format!("in the chunk that begins here, {}", why.into()) }
    }

    /// The kind and the bytes of the next record; a view into the payload.
    fn split(&mut self) -> Option<(u32, Bytes)> {
        let field = |bytes: &mut Bytes| -> Option<(u64, Bytes)> {
            let (key, at) = varint(bytes)?;
            bytes.advance(at);
            let (len, at) = varint(bytes)?;
            bytes.advance(at);
            let len = usize::try_from(len).ok().filter(|&len| len <= bytes.len())?;
            (key & 7 == 2).then(|| (key >> 3, bytes.split_to(len)))
        };
        let (1, mut record) = field(&mut self.payload)? else { return None };
        let (kind, body) = field(&mut record)?;
        if record.has_remaining() {
            return None;
        }
        Some((u32::try_from(kind).ok()?, body))
    }

    /// Fills in what the op's place says.
    fn resolve(&mut self, mut record: Box<OpRecord>, ended: bool) -> Result<Box<OpRecord>, TraceError> {
        let op = &record.op;
        let begin_ns = self.last_begin_ns.wrapping_add(op.begin_delta_ns);
        let caller = match op.caller.checked_sub(1) {
            None => Caller::KERNEL,
            Some(at) => match self.callers.get(at as usize) {
                Some(&caller) => caller,
                None => return Err(self.damaged(format!("an op names caller {}, which is not defined", op.caller))),
            },
        };
        (record.begin_ns, record.caller) = (begin_ns, caller);
        record.end_ns = begin_ns.saturating_add_unsigned(record.op.duration_ns);
        if ended {
            if let Some((duration_ns, end_ns)) = self.times.as_mut().and_then(|times| times.next(begin_ns)) {
                (record.op.duration_ns, record.end_ns) = (duration_ns, end_ns);
            }
            self.last_begin_ns = begin_ns;
            record.seq = self.next_seq;
            self.next_seq += 1;
        }
        Ok(record)
    }

    fn read(&mut self, kind: u32, body: Bytes) -> Result<Option<TraceItem>, TraceError> {
        fn decode<T: Message + Default>(chunk: &ChunkRecords, body: Bytes) -> Result<T, TraceError> {
            T::decode(body).map_err(|error| chunk.damaged(format!("a record is malformed: {error}")))
        }
        /// In its place at once: an op is large, and there are many of them.
        fn decode_op(chunk: &ChunkRecords, body: Bytes) -> Result<Box<OpRecord>, TraceError> {
            let mut record = Box::<OpRecord>::default();
            record.op.merge(body).map_err(|error| chunk.damaged(format!("a record is malformed: {error}")))?;
            Ok(record)
        }
        Ok(Some(match kind {
            kind::OP => TraceItem::Op({
                let record = decode_op(self, body)?;
                self.resolve(record, true)?
            }),
            kind::UNFINISHED => TraceItem::Unfinished({
                let record = decode_op(self, body)?;
                self.resolve(record, false)?
            }),
            kind::CALLER => {
                let caller: pb::Caller = decode(self, body)?;
                if caller.index as usize != self.callers.len() + 1 {
                    return Err(self.damaged(format!("caller {} is defined out of turn", caller.index)));
                }
                self.callers.push(Caller { uid: caller.uid, gid: caller.gid, pid: caller.pid });
                return Ok(None);
            }
            kind::TIMES => {
                let ops = self.last_seq.wrapping_add(1).wrapping_sub(self.first_seq);
                let times = decode(self, body)?;
                if self.times.is_some() || self.next_seq != self.first_seq {
                    return Err(self.damaged("times do not stand first"));
                }
                self.times = Times::new(times, ops, self.last_begin_ns);
                if self.times.is_none() {
                    return Err(self.damaged("there are times of more or fewer ops than it says"));
                }
                return Ok(None);
            }
            kind::BLOCK => TraceItem::Block(decode(self, body)?),
            kind::BLOB => TraceItem::Blob(decode(self, body)?),
            kind::GAP => TraceItem::Gap(decode(self, body)?),
            kind::CHECKPOINT => TraceItem::Checkpoint(decode(self, body)?),
            kind::UPGRADE => TraceItem::Upgrade(decode(self, body)?),
            kind::MARK => TraceItem::Mark(decode(self, body)?),
            kind::PANIC => {
                let mut panic: Box<pb::Panic> = Box::new(decode(self, body)?);
                let op =
                    panic.op.take().map(|op| self.resolve(Box::new(OpRecord { op, ..OpRecord::default() }), false)).transpose()?;
                TraceItem::Panic(panic, op)
            }
            kind::TASK => TraceItem::Task(decode(self, body)?),
            // A minor version may add kinds that an older reader can do without.
            _ => return Ok(None),
        }))
    }
}

impl Iterator for ChunkRecords {
    type Item = Result<TraceItem, TraceError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if self.payload.is_empty() {
                let (left, next, last) = (self.left, self.next_seq, self.last_seq);
                if left != 0 || next != last.wrapping_add(1) {
                    (self.left, self.last_seq) = (0, next.wrapping_sub(1));
                    return Some(Err(self.damaged("there are fewer records than it says")));
                }
                return None;
            }
            let item = match self.split() {
                Some((kind, body)) => self.read(kind, body),
                None => Err(self.damaged("a record's length does not fit")),
            };
            if item.is_err() || self.left == 0 {
                // Nothing behind a malformed record can be trusted.
                (self.payload, self.left, self.last_seq) = (Bytes::new(), 0, self.next_seq.wrapping_sub(1));
                return Some(item.and_then(|_| Err(self.damaged("there are more records than it says"))));
            }
            self.left -= 1;
            if let Some(item) = item.transpose() {
                return Some(item);
            }
        }
    }
}

/// The records of several chunks.
#[derive(Debug)]
pub struct Items<'a> {
    reader: &'a TraceReader,
    next_chunk: usize,
    next_seq: Option<u64>,
    current: Option<ChunkRecords>,
}

impl<'a> Items<'a> {
    pub(super) fn new(reader: &'a TraceReader, first_chunk: usize) -> Items<'a> {
        Items { reader, next_chunk: first_chunk, next_seq: (first_chunk == 0).then_some(1), current: None }
    }

    /// Ops that sequence numbers say are missing between what was read and `first`: a damaged chunk that was left out.
    fn hole(&mut self, first: u64, last: u64) -> Option<TraceItem> {
        let expected = self.next_seq.replace(last.wrapping_add(1))?;
        let dropped = first.checked_sub(expected).filter(|&missing| missing > 0)?;
        Some(TraceItem::Gap(pb::Gap { dropped, loss: Vec::new() }))
    }
}

impl Iterator for Items<'_> {
    type Item = Result<TraceItem, TraceError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(chunk) = &mut self.current {
                match chunk.next() {
                    Some(item) => return Some(item),
                    None => self.current = None,
                }
            }
            let place = *self.reader.chunks().get(self.next_chunk)?;
            self.next_chunk += 1;
            match self.reader.chunk(&place) {
                Ok(records) => {
                    let hole = self.hole(records.next_seq, records.last_seq);
                    self.current = Some(records);
                    if let Some(gap) = hole {
                        return Some(Ok(gap));
                    }
                }
                Err(TraceError::Damaged { .. }) if self.reader.tolerance() == Tolerance::AcrossDamage => {
                    // The next good chunk shows the hole by its numbers; at the end the place itself has to.
                    if self.next_chunk == self.reader.chunks().len()
                        && let Some(gap) = self.hole(place.last_seq.wrapping_add(1), place.last_seq)
                    {
                        return Some(Ok(gap));
                    }
                }
                Err(error) => {
                    self.next_chunk = self.reader.chunks().len();
                    return Some(Err(error));
                }
            }
        }
    }
}
