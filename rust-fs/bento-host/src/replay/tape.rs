// SPDX-License-Identifier: MIT OR Apache-2.0
//! Reading a trace forward from any of its ops.

use super::source::Source;
use crate::proto::trace as pb;
use crate::trace::{ChunkRecords, OpRecord, TraceError, TraceItem, TraceReader};

/// A segment of one of the module's own tasks, with its place.
#[derive(Debug, Clone)]
pub struct SegmentRecord {
    /// Ops that ended before it did.
    pub place: u64,
    /// Which one of the trace's, counted from 1.
    pub number: u64,
    /// What it took.
    pub task: pb::Task,
}

/// What stands on a tape.
#[derive(Debug, Clone)]
pub enum OnTape {
    /// An op, and how many segments ended before it did.
    Op(Box<OpRecord>, u64),
    /// A segment.
    Segment(SegmentRecord),
}

/// A place in a trace, from which ops are read forward.
#[derive(Debug)]
pub struct Tape {
    /// The chunk after the one in `records`.
    chunk: u32,
    /// Number of the first op of the next chunk, if none is missing.
    expected: Option<u64>,
    /// Ops before this one are passed over.
    next_seq: u64,
    /// Segments count: those before the first op to be read are passed over too, but at the start of the trace.
    begun: bool,
    records: Option<ChunkRecords>,
    /// The last op that was read.
    passed: u64,
    /// Segments that were read.
    segments: u64,
}

impl Tape {
    /// Over every record of a trace, from its start.
    pub(super) fn of_all() -> Tape {
        Tape { chunk: 0, expected: Some(1), next_seq: 1, begun: true, records: None, passed: 0, segments: 0 }
    }

    /// Before op `seq`, which is in `chunk` if it is anywhere; so many segments stand before that.
    pub(super) fn at_chunk(chunk: u32, seq: u64, segments: u64) -> Tape {
        Tape { chunk, expected: None, next_seq: seq, begun: false, records: None, passed: 0, segments }
    }

    /// Chunks of which a record was read.
    pub(super) fn chunks_begun(&self) -> u32 {
        self.chunk
    }

    /// The next op.
    pub fn next(&mut self, source: &Source) -> Result<Option<Box<OpRecord>>, TraceError> {
        loop {
            match self.step(source)? {
                Some(OnTape::Op(record, _)) => return Ok(Some(record)),
                Some(OnTape::Segment(_)) => {}
                None => return Ok(None),
            }
        }
    }

    /// The next op or segment.
    pub fn step(&mut self, source: &Source) -> Result<Option<OnTape>, TraceError> {
        while let Some(item) = self.item(&source.reader, source.allow_gaps)? {
            match item {
                // Those of another version, to which this one's replay does not come.
                TraceItem::Op(record) if record.seq > source.ops() => return Ok(None),
                TraceItem::Op(record) => {
                    self.passed = record.seq;
                    if record.seq >= self.next_seq {
                        self.next_seq = record.seq + 1;
                        self.begun = true;
                        return Ok(Some(OnTape::Op(record, self.segments)));
                    }
                }
                TraceItem::Task(task) => {
                    self.segments += 1;
                    if self.segments > source.outline().segments.len() as u64 {
                        return Ok(None);
                    }
                    if self.begun {
                        return Ok(Some(OnTape::Segment(SegmentRecord { place: self.passed, number: self.segments, task })));
                    }
                }
                _ => {}
            }
        }
        Ok(None)
    }

    /// The next record of any kind; a gap where ops are missing between chunks.
    pub(super) fn item(&mut self, reader: &TraceReader, allow_gaps: bool) -> Result<Option<TraceItem>, TraceError> {
        loop {
            if let Some(records) = &mut self.records {
                match records.next() {
                    Some(Err(TraceError::Damaged { .. })) if allow_gaps => self.records = None,
                    Some(item) => return item.map(Some),
                    None => self.records = None,
                }
                continue;
            }
            let Some(place) = reader.chunks().get(self.chunk as usize) else { return Ok(None) };
            self.chunk += 1;
            match reader.chunk(place) {
                Ok(records) => {
                    self.records = Some(records);
                    self.passed = place.first_seq.saturating_sub(1);
                    let expected = self.expected.replace(place.last_seq.wrapping_add(1)).unwrap_or(place.first_seq);
                    let missing = place.first_seq.saturating_sub(expected);
                    if missing > 0 {
                        return Ok(Some(TraceItem::Gap(pb::Gap { dropped: missing, loss: Vec::new() })));
                    }
                }
                Err(TraceError::Damaged { .. }) if allow_gaps => {}
                Err(error) => return Err(error),
            }
        }
    }
}
