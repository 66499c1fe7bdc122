// SPDX-License-Identifier: MIT OR Apache-2.0
//! An opened trace, as replays need it: checked whole once, then read forward by any number of tapes.
//!
//! Memory: what is kept of a trace is where its contents are, the blocks that it begins from and, where ops overlapped, a
//! few bytes an op. Ops themselves are decoded a chunk at a time.

use super::culprit::Culprit;
use super::numbered::Made;
use super::survey::Survey;
use super::tape::Tape;
use crate::device::CowDevice;
use crate::mix::MixMap;
use crate::proto::host;
use crate::proto::trace as pb;
use crate::proto::trace::op::Request;
use crate::trace::{OpRecord, Tolerance, TraceError, TraceItem, TraceReader, filler};
use bytes::Bytes;
use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock};

/// Where a recording begins, besides its ops.
#[derive(Debug)]
pub enum Start {
    /// MKFS and MOUNT are among the ops.
    Ops,
    /// The module imports this state.
    Checkpoint(pb::Checkpoint),
}

/// When a segment of a task ran.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SegmentSpan {
    /// Ops that had ended when it began.
    pub after_ops: u64,
    /// Segments that had.
    pub after_segments: u64,
    /// Ops that had ended when it did.
    pub place: u64,
}

/// What ran beside what: by op, in the order of the trace.
#[derive(Debug, Default)]
pub struct Outline {
    /// Threads of the ops; empty where one thread made them all.
    pub threads: Vec<u16>,
    /// `Op.overlap`; empty where no op overlapped another.
    pub overlaps: Vec<u32>,
    /// Segments of tasks.
    pub segments: Vec<SegmentSpan>,
    /// Of ops during which segments ended: the op, and the first segment (counted from 1) that did.
    pub over_segments: Vec<(u64, u64)>,
}

/// An opened trace.
#[derive(Debug)]
pub struct Source {
    pub(super) reader: TraceReader,
    info: host::TraceInfo,
    start: Start,
    /// The device as it was before the first op; none where the file system has none.
    device: Option<CowDevice>,
    /// By content hash (its first half, which is as good as random): the chunk that holds it.
    contents: MixMap<u64, u32>,
    /// A chunk's contents that were fetched out of turn.
    fetched: Mutex<Option<(u32, MixMap<u64, Bytes>)>>,
    culprit: Option<Culprit>,
    outline: Outline,
    /// Ops that were under way when the recording ended.
    unfinished: u64,
    /// By chunk: segments of tasks before it.
    segments_before: Vec<u64>,
    /// The module was replaced after this op, and had tasks.
    replaced_after: Option<u64>,
    pub(super) allow_gaps: bool,
    /// What ops made, by number; read when it is first asked for.
    made: OnceLock<Vec<(u64, Made)>>,
}

fn short(hash: &[u8]) -> u64 {
    hash.first_chunk().map_or(0, |head| u64::from_le_bytes(*head))
}

impl Source {
    /// Opens a trace and reads it once, checking every chunk.
    pub fn open(path: &Path, allow_gaps: bool) -> Result<Arc<Source>, TraceError> {
        let tolerance = if allow_gaps { Tolerance::AcrossDamage } else { Tolerance::Strict };
        let reader = TraceReader::open(path, tolerance)?;
        let device = reader.header().device.filter(|device| device.block_size > 0);
        let mut source = Source {
            info: host::TraceInfo {
                header: Some(reader.header().clone()),
                chunks: reader.chunks().len() as u64,
                bytes: reader.bytes(),
                complete: reader.is_complete(),
                warnings: reader.warnings().iter().map(|warning| warning.message.clone()).collect(),
                ..Default::default()
            },
            start: Start::Ops,
            device: device.map(|device| CowDevice::new(device.block_size, device.blocks)),
            contents: MixMap::default(),
            fetched: Mutex::default(),
            culprit: None,
            outline: Outline::default(),
            unfinished: 0,
            segments_before: Vec::new(),
            replaced_after: None,
            allow_gaps,
            made: OnceLock::new(),
            reader,
        };
        source.survey()?;
        Ok(Arc::new(source))
    }

    /// Reads every record once.
    fn survey(&mut self) -> Result<(), TraceError> {
        let mut survey = Survey::default();
        // Contents before the first op: a large state is made of them.
        let mut state_parts = HashMap::new();
        let mut left = Vec::new();
        let mut tape = Tape::of_all();
        while let Some(item) = tape.item(&self.reader, self.allow_gaps)? {
            self.segments_before.resize(tape.chunks_begun() as usize, survey.segments.len() as u64);
            match item {
                TraceItem::Op(record) => survey.op(&record),
                TraceItem::Task(task) => survey.segment(&task),
                TraceItem::Blob(blob) => {
                    if survey.ops == 0 && self.origin() == pb::Origin::Checkpoint {
                        state_parts.insert(blob.hash.clone(), blob.data);
                    }
                    self.contents.insert(short(&blob.hash), tape.chunks_begun() - 1);
                }
                TraceItem::Block(block) => self.preload(&block),
                TraceItem::Gap(gap) => {
                    if !self.allow_gaps {
                        return Err(TraceError::Gap { seq: survey.ops + 1, dropped: gap.dropped });
                    }
                    survey.gap(&gap);
                }
                TraceItem::Checkpoint(checkpoint) if survey.ops == 0 && self.origin() == pb::Origin::Checkpoint => {
                    self.start = Start::Checkpoint(whole(checkpoint, &std::mem::take(&mut state_parts))?);
                }
                TraceItem::Unfinished(record) => left.push((survey.ops, *record)),
                // One that crashed just after the first was left by that, and so was what it did.
                TraceItem::Panic(_, op) if self.culprit.is_some() => left.extend(op.map(|op| (survey.ops, *op))),
                TraceItem::Panic(panic, op) => self.culprit = Some(Culprit::new(panic, op, survey.ops)),
                TraceItem::Upgrade(upgrade) if upgrade.refused.is_empty() => {
                    if let Some(why) = self.ends_at(&upgrade, survey.ops) {
                        let left_out = self.ops_left(&mut tape)?;
                        self.info.warnings.push(format!("{why}: the {left_out} ops from there on are not replayed"));
                        break;
                    }
                    self.replaced_after.get_or_insert(survey.ops);
                }
                _ => {}
            }
        }
        if let Start::Checkpoint(checkpoint) = &self.start {
            let newer = checkpoint.block.clone();
            newer.iter().for_each(|block| self.preload(block));
        } else if self.origin() == pb::Origin::Checkpoint {
            let why = "it begins at a checkpoint, and holds none before its first op".to_owned();
            return Err(TraceError::Damaged { offset: 0, why });
        }
        self.segments_before.resize(self.reader.chunks().len(), survey.segments.len() as u64);
        if let Some(culprit) = &mut self.culprit {
            // Of the others nothing is known, or they had not taken anything yet.
            let is_known = |op: &pb::Op| op.acquisitions > 0 && !is_life(op.request.as_ref());
            let known = left.extract_if(.., |(_, record)| is_known(&record.op)).collect();
            culprit.settle(survey.ops, known);
        }
        self.unfinished = left.len() as u64;
        self.info.ops = survey.ops;
        self.info.gaps = survey.gaps;
        self.info.dropped = survey.dropped;
        self.info.threads = survey.threads;
        self.info.span_ns = survey.last_ns.wrapping_sub(survey.first_ns).max(0).unsigned_abs();
        self.outline = survey.outline();
        Ok(())
    }

    /// Why a replay, which is one version's, ends where the module was replaced after so many ops. It goes on where the same build did, the order
    /// of locks being carried across; and, not to be taken for a verdict, where gaps are allowed.
    fn ends_at(&mut self, upgrade: &pb::Upgrade, ops: u64) -> Option<String> {
        if self.culprit.is_some() {
            return Some(format!("the module crashed, and another instance began on the device after op {ops}"));
        }
        let build = self.header().module.as_ref().map_or(&[][..], |module| &module.build_id);
        if !build.is_empty() && upgrade.to_build_id == build {
            return None;
        }
        let place = format!("another build took over after op {ops}");
        if self.allow_gaps {
            self.info.warnings.push(format!("{place}; answers from there on are its"));
            return None;
        }
        Some(place)
    }

    /// Ops that are left on the tape.
    fn ops_left(&self, tape: &mut Tape) -> Result<u64, TraceError> {
        let mut ops = 0;
        while let Some(item) = tape.item(&self.reader, self.allow_gaps)? {
            ops += u64::from(matches!(item, TraceItem::Op(_)));
        }
        Ok(ops)
    }

    fn preload(&self, block: &pb::Block) {
        let Some(device) = &self.device else { return };
        if block.data.is_empty() {
            let size = self.reader.header().device.map_or(0, |device| device.block_size as usize);
            device.preload(block.number, &vec![0; size]);
        } else {
            device.preload(block.number, &block.data);
        }
    }

    /// What `OpenTrace` answers, without a number.
    pub fn info(&self) -> &host::TraceInfo {
        &self.info
    }

    /// The header.
    pub fn header(&self) -> &pb::Header {
        self.reader.header()
    }

    /// The recorded module, as far as the trace says.
    pub fn module(&self) -> pb::Module {
        self.header().module.clone().unwrap_or_default()
    }

    /// How the trace begins.
    pub fn origin(&self) -> pb::Origin {
        self.header().origin()
    }

    /// See [`Start`].
    pub fn start(&self) -> &Start {
        &self.start
    }

    /// Number of ops, the one that ended the recorded module not among them, nor any from where another version took over.
    pub fn ops(&self) -> u64 {
        self.info.ops
    }

    /// Ops that were under way when the recording ended, but for those that a crash left in their middle. What they did is not in the trace,
    /// though ops that were answered may have seen it.
    pub fn unfinished(&self) -> u64 {
        self.unfinished
    }

    /// What ran beside what.
    pub fn outline(&self) -> &Outline {
        &self.outline
    }

    /// Whether tasks of the module's own take part.
    pub fn has_tasks(&self) -> bool {
        !self.outline.segments.is_empty()
    }

    /// Why tasks cannot be replayed here though they were recorded.
    pub fn tasks_end(&self) -> Option<String> {
        let place = self.replaced_after.filter(|_| self.has_tasks())?;
        Some(format!("the module was replaced after op {place}, and the tasks that went on from there are another instance's"))
    }

    /// The op (as number `ops() + 1`) or the task that ended the recorded module.
    pub fn culprit(&self) -> Option<&Culprit> {
        self.culprit.as_ref()
    }

    /// A device as it was before the first op.
    pub fn device(&self) -> Option<CowDevice> {
        self.device.as_ref().map(CowDevice::fork)
    }

    /// Contents that were written are hashes only: what is read back cannot be compared.
    pub fn without_data(&self) -> bool {
        self.header().data_policy() == pb::DataPolicy::None
    }

    /// Names are others than those that were recorded.
    pub fn is_redacted(&self) -> bool {
        self.without_data() && self.header().source() == pb::Source::Derived
    }

    /// The content of a WRITE.
    pub fn content(&self, hash: &[u8], size: u32) -> Option<Bytes> {
        if self.without_data() {
            return Some(filler(hash, size));
        }
        let key = short(hash);
        let Some(&chunk) = self.contents.get(&key) else {
            // A gap may have taken it.
            return self.allow_gaps.then(|| filler(hash, size));
        };
        let mut fetched = self.fetched.lock().ok()?;
        if fetched.as_ref().is_none_or(|(at, _)| *at != chunk) {
            let place = self.reader.chunks().get(chunk as usize)?;
            let mut contents = MixMap::default();
            for item in self.reader.chunk(place).ok()? {
                if let TraceItem::Blob(blob) = item.ok()? {
                    contents.insert(short(&blob.hash), blob.data);
                }
            }
            *fetched = Some((chunk, contents));
        }
        let (_, contents) = fetched.as_ref()?;
        contents.get(&key).cloned()
    }

    /// What the ops from `first` to `last` made. The first question costs a reading of the trace.
    pub fn made(&self, first: u64, last: u64) -> Result<&[(u64, Made)], TraceError> {
        let all = match self.made.get() {
            Some(all) => all,
            None => {
                let mut found = Vec::new();
                let mut tape = self.tape(1);
                while let Some(record) = tape.next(self)? {
                    found.extend(Made::by(&record.op).map(|made| (record.seq, made)));
                }
                self.made.get_or_init(|| found)
            }
        };
        let at = |seq: u64| all.partition_point(|(made, _)| *made < seq);
        Ok(&all[at(first)..at(last.saturating_add(1)).max(at(first))])
    }

    /// A tape that stands before op `seq`; before the first one, with the segments that ended before it.
    pub fn tape(&self, seq: u64) -> Tape {
        if seq <= 1 {
            return Tape::of_all();
        }
        let after = self.reader.chunks().partition_point(|place| place.first_seq <= seq);
        let chunk = after.saturating_sub(1);
        let segments = self.segments_before.get(chunk).copied().unwrap_or(0);
        Tape::at_chunk(chunk as u32, seq, segments)
    }

    /// One op.
    pub fn op(&self, seq: u64) -> Result<Option<Box<OpRecord>>, TraceError> {
        let mut tape = self.tape(seq);
        Ok(tape.next(self)?.filter(|record| record.seq == seq))
    }
}

/// The checkpoint with its state in one piece.
fn whole(mut checkpoint: pb::Checkpoint, parts: &HashMap<Bytes, Bytes>) -> Result<pb::Checkpoint, TraceError> {
    let names = std::mem::take(&mut checkpoint.state_blob);
    if names.is_empty() {
        return Ok(checkpoint);
    }
    let missing = || TraceError::Damaged { offset: 0, why: "a part of the state that it begins from is missing".to_owned() };
    let parts: Vec<&[u8]> =
        names.iter().map(|name| parts.get(name).map(|part| &part[..]).ok_or_else(missing)).collect::<Result<_, _>>()?;
    checkpoint.state = parts.concat().into();
    Ok(checkpoint)
}

/// Whether an op is a step in the module's life.
pub const fn is_life(request: Option<&Request>) -> bool {
    matches!(request, Some(Request::Mkfs(_) | Request::Mount(_) | Request::Unmount(_)))
}
