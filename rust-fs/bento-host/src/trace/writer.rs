// SPDX-License-Identifier: MIT OR Apache-2.0
//! Writes a trace, chunk by chunk, and keeps its account.
//!
//! Invariant: trouble with the file is never an error of the caller's. What could not be kept is counted by cause and said
//! in a gap record, for which (as for the index) room was set aside.

use super::chunk::{ChunkBuilder, MAX_RAW, kind};
use super::content::content_hash;
use super::items::Caller;
use super::request_codec::INLINE_CONTENT;
use super::space::Space;
use super::wire::{self, HEADER_CRC_TAG, HEADER_TAG, INDEX_CRC_TAG, INDEX_TAG, TRAILER_TAG};
use super::{FORMAT_MAJOR, FORMAT_MINOR};
use crate::proto::trace as pb;
use crate::proto::trace::op::Request;
use prost::Message;
use rustix::io::Errno;
use std::collections::{BTreeMap, HashSet};
use std::fs::File;
use std::io;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

/// Bytes of records after which a chunk is sealed.
const SEAL_AT: usize = 256 << 10;
/// Contents whose hashes are remembered; when there are more, contents may be written again.
const KNOWN_MAX: usize = 1 << 20;
/// Bytes of a part of a state that is too large for one chunk.
const STATE_PART: usize = 4 << 20;
/// zstd, for chunks of ops: beyond this the gain is small and the cost is not.
const LEVEL: i32 = 6;
/// zstd, for chunks in which contents, which gain less and cost as much, are a good part.
const CONTENTS_LEVEL: i32 = 3;
/// zstd, when the writer lags: a third of the cost, and half as much again in bytes.
const HURRIED_LEVEL: i32 = -3;
/// `Trailer.mark`.
pub const END_MARK: u64 = 0x3144_4e45_2d52_5442;

/// Why ops were lost.
pub type Loss = pb::LossCause;

/// A trace being written.
pub struct TraceWriter {
    space: Space,
    packer: zstd::bulk::Compressor<'static>,
    chunk: ChunkBuilder,
    /// Causes of the gaps in `chunk`, should it be lost itself.
    chunk_losses: BTreeMap<(i32, u32), u64>,
    /// Losses that no gap record tells of yet.
    untold: BTreeMap<(i32, u32), u64>,
    /// By cause and processor.
    losses: BTreeMap<(i32, u32), u64>,
    /// Ops in sealed chunks.
    written: u64,
    places: Vec<pb::ChunkPlace>,
    known: HashSet<[u8; 16]>,
    keep_data: bool,
    /// Bytes of contents in `chunk`.
    contents: usize,
    /// More is coming than can be compressed well.
    hurry: bool,
}

impl std::fmt::Debug for TraceWriter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TraceWriter").field("written", &self.written).finish_non_exhaustive()
    }
}

impl TraceWriter {
    /// Makes the file, over one that is there, and writes its header. `header` needs no format version, uuid or start.
    pub fn create(path: &Path, mut header: pb::Header) -> io::Result<TraceWriter> {
        header.format_major = FORMAT_MAJOR;
        header.format_minor = FORMAT_MINOR;
        header.crc32 = 0;
        if header.uuid.is_empty() {
            let mut uuid = [0_u8; 16];
            rustix::rand::getrandom(&mut uuid, rustix::rand::GetRandomFlags::empty())?;
            header.uuid = uuid.to_vec().into();
        }
        if header.start_realtime_ns == 0 {
            header.start_realtime_ns = realtime_ns();
        }
        let mut space = Space::new(File::create(path)?)?;
        space.append_chunk(&wire::sealed_field(HEADER_TAG, &header, HEADER_CRC_TAG))?;
        Ok(TraceWriter {
            space,
            packer: zstd::bulk::Compressor::new(LEVEL)?,
            chunk: ChunkBuilder::default(),
            chunk_losses: BTreeMap::new(),
            untold: BTreeMap::new(),
            losses: BTreeMap::new(),
            written: 0,
            places: Vec::new(),
            known: HashSet::new(),
            keep_data: header.data_policy() != pb::DataPolicy::None,
            contents: 0,
            hurry: false,
        })
    }

    /// Bytes in the file.
    pub fn bytes(&self) -> u64 {
        self.space.end()
    }

    /// Ops that are in the trace, or in the chunk that is not sealed yet.
    pub fn ops(&self) -> u64 {
        self.written + self.chunk.ops()
    }

    /// Ops that were lost so far.
    pub fn dropped(&self) -> u64 {
        self.losses.values().sum()
    }

    /// Whether some records wait to be sealed.
    pub fn has_unsealed(&self) -> bool {
        !self.chunk.is_empty() || !self.untold.is_empty()
    }

    /// Compresses less from here on, because more is coming than can be compressed well; or well again.
    pub fn hurry(&mut self, hurry: bool) {
        self.hurry = hurry;
    }

    /// Adds an op that ended at `end_ns`, the next in the order of ends. `content` is what a WRITE wrote.
    pub fn op(&mut self, begin_ns: i64, end_ns: i64, caller: Caller, op: &mut pb::Op, content: Option<&[u8]>) {
        self.tell_losses();
        let content = content.map(|data| self.keep_content(op, data));
        if content == Some(false) {
            return;
        }
        self.chunk.op(begin_ns, end_ns, caller, op);
        self.seal_when_full();
    }

    /// Adds an op that has no answer.
    pub fn unfinished(&mut self, begin_ns: i64, caller: Caller, op: &mut pb::Op, content: Option<&[u8]>) {
        self.tell_losses();
        if let Some(data) = content
            && !self.keep_content(op, data)
        {
            return;
        }
        self.chunk.unfinished(begin_ns, caller, op);
        self.seal_when_full();
    }

    /// Adds the end of the module; `content` is what the op that was under way wrote.
    pub fn panic(&mut self, begin_ns: i64, caller: Caller, panic: &mut pb::Panic, content: Option<&[u8]>) {
        self.tell_losses();
        if let (Some(data), Some(op)) = (content, &mut panic.op) {
            self.keep_content(op, data);
        }
        self.chunk.panic(begin_ns, caller, panic);
        self.seal_when_full();
    }

    /// Adds the first content of a device block.
    pub fn block(&mut self, number: u64, data: &[u8]) {
        let data = if data.iter().all(|&b| b == 0) { Default::default() } else { data.to_vec().into() };
        self.record(kind::BLOCK, &pb::Block { number, data });
    }

    /// Adds a content under its name, if it is not there yet.
    pub fn blob(&mut self, hash: [u8; 16], data: bytes::Bytes) {
        if self.known.contains(&hash) {
            return;
        }
        if self.known.len() >= KNOWN_MAX {
            self.known.clear();
        }
        self.make_room(data.len());
        self.known.insert(hash);
        self.contents += data.len();
        self.chunk.record(kind::BLOB, &pb::Blob { hash: hash.to_vec().into(), data });
    }

    /// Adds a checkpoint; a large state goes into blobs before it. False when what is left (lock counters, blocks) is larger than a
    /// chunk may be: then there is none in the trace.
    #[must_use]
    pub fn checkpoint(&mut self, checkpoint: &pb::Checkpoint) -> bool {
        if checkpoint.encoded_len() <= MAX_RAW - SEAL_AT {
            self.record(kind::CHECKPOINT, checkpoint);
            return true;
        }
        let rest = pb::Checkpoint { state: bytes::Bytes::new(), ..checkpoint.clone() };
        let parts = checkpoint.state.len().div_ceil(STATE_PART);
        // Each name takes its tag and its length too.
        if rest.encoded_len() + parts * 18 > MAX_RAW - SEAL_AT {
            return false;
        }
        let mut state_blob = Vec::with_capacity(parts);
        for part in checkpoint.state.chunks(STATE_PART) {
            let hash = content_hash(part);
            self.tell_losses();
            self.blob(hash, checkpoint.state.slice_ref(part));
            self.seal_when_full();
            state_blob.push(hash.to_vec().into());
        }
        self.record(kind::CHECKPOINT, &pb::Checkpoint { state_blob, ..rest });
        true
    }

    /// Adds an upgrade.
    pub fn upgrade(&mut self, upgrade: &pb::Upgrade) {
        self.record(kind::UPGRADE, upgrade);
    }

    /// Adds a note.
    pub fn mark(&mut self, mark: &pb::Mark) {
        self.record(kind::MARK, mark);
    }

    /// Adds what a thread of the module's own took.
    pub fn task(&mut self, task: &pb::Task) {
        self.record(kind::TASK, task);
    }

    /// Says that ops are missing here, or (of 0 ops) something that ops need: a segment of a task, a checkpoint.
    pub fn lost(&mut self, cause: Loss, ops: u64) {
        self.lost_on(0, cause, ops);
    }

    /// The same, of processor `cpu`.
    pub fn lost_on(&mut self, cpu: u32, cause: Loss, ops: u64) {
        *self.untold.entry((cause.into(), cpu)).or_default() += ops;
        if ops > 0 {
            *self.losses.entry((cause.into(), cpu)).or_default() += ops;
        }
    }

    fn record(&mut self, kind: u32, message: &impl Message) {
        self.tell_losses();
        self.make_room(message.encoded_len());
        self.chunk.record(kind, message);
        self.seal_when_full();
    }

    /// Puts what a WRITE wrote into the op, or beside it. False when it is too large to be kept, and the op is lost with it.
    fn keep_content(&mut self, op: &mut pb::Op, data: &[u8]) -> bool {
        if data.len() > MAX_RAW - SEAL_AT {
            self.lost(Loss::TooLarge, 1);
            return false;
        }
        let Some(Request::Write(write)) = &mut op.request else { return true };
        if self.keep_data && data.len() <= INLINE_CONTENT {
            write.content = Some(pb::write::Content::Inline(data.to_vec().into()));
            return true;
        }
        let hash = content_hash(data);
        write.content = Some(pb::write::Content::Hash(hash.to_vec().into()));
        if self.keep_data && !self.known.contains(&hash) {
            self.blob(hash, data.to_vec().into());
        }
        true
    }

    /// Seals the chunk first when what comes would make it too large.
    fn make_room(&mut self, len: usize) {
        if self.chunk.len() + len + 64 > MAX_RAW {
            self.seal();
            self.tell_losses();
        }
    }

    fn tell_losses(&mut self) {
        if self.untold.is_empty() {
            return;
        }
        let losses = std::mem::take(&mut self.untold);
        let loss = losses.iter().map(|(&(cause, cpu), &ops)| pb::LossByCause { cause, cpu, ops }).collect();
        self.chunk.gap(&pb::Gap { dropped: losses.values().sum(), loss });
        for (cause, ops) in losses {
            *self.chunk_losses.entry(cause).or_default() += ops;
        }
    }

    fn seal_when_full(&mut self) {
        if self.chunk.len() >= SEAL_AT {
            self.seal();
        }
    }

    /// Seals the chunk and writes it, whatever it holds; an empty one is left.
    pub fn seal(&mut self) {
        self.tell_losses();
        if self.chunk.is_empty() {
            return;
        }
        let (bytes, place) = self.sealed();
        match self.space.append_chunk(&bytes) {
            Ok(()) => self.sealed_is_written(place),
            Err(error) => self.chunk_is_lost(&error),
        }
    }

    fn sealed(&mut self) -> (Vec<u8>, pb::ChunkPlace) {
        let level = match self.contents > self.chunk.len() / 8 {
            _ if self.hurry => HURRIED_LEVEL,
            true => CONTENTS_LEVEL,
            false => LEVEL,
        };
        // A level that zstd does not take leaves the one before, which is as good.
        let _ = self.packer.set_compression_level(level);
        let first_seq = self.written + 1;
        let bytes = self.chunk.seal(first_seq, &mut self.packer);
        let (offset, last_seq) = (self.space.end(), self.written + self.chunk.ops());
        (bytes, pb::ChunkPlace { offset, first_seq, last_seq, base_time_ns: self.chunk.base_time_ns() })
    }

    fn sealed_is_written(&mut self, place: pb::ChunkPlace) {
        self.places.push(place);
        self.written += self.chunk.ops();
        self.chunk.clear();
        self.contents = 0;
        self.chunk_losses.clear();
    }

    fn chunk_is_lost(&mut self, error: &io::Error) {
        let full = matches!(Errno::from_io_error(error), Some(Errno::NOSPC | Errno::DQUOT | Errno::FBIG));
        let cause = if full { Loss::NoSpace } else { Loss::IoError };
        // Its gaps are told again; they were counted already.
        for (cause, ops) in std::mem::take(&mut self.chunk_losses) {
            *self.untold.entry(cause).or_default() += ops;
        }
        let ops = self.chunk.ops();
        // A chunk without ops held what later ops need (a checkpoint, first-read blocks): a gap of nothing says so.
        self.lost(cause, ops);
        // Contents in the lost chunk are not in the trace after all.
        self.known.clear();
        self.chunk.clear();
        self.contents = 0;
    }

    /// Seals what there is, writes index and trailer, and waits for the medium. `filtered` ops were not wanted.
    pub fn finish(mut self, filtered: u64) -> io::Result<Finished> {
        self.seal();
        if !self.untold.is_empty() {
            // Into the reserve: nothing but the gap.
            self.tell_losses();
            let (bytes, place) = self.sealed();
            self.space.append_last(&bytes)?;
            self.sealed_is_written(place);
        }
        let dropped = self.dropped();
        let recorded = self.written;
        let account = pb::Account { offered: recorded + dropped + filtered, recorded, dropped, filtered };
        let loss: Vec<_> = self.losses.iter().map(|(&(cause, cpu), &ops)| pb::LossByCause { cause, cpu, ops }).collect();
        let index = pb::Index {
            chunk: std::mem::take(&mut self.places),
            account: Some(account),
            loss: loss.clone(),
            end_realtime_ns: realtime_ns(),
            crc32: 0,
        };
        let trailer = pb::Trailer { index_offset: self.space.end(), mark: END_MARK };
        let mut end = wire::sealed_field(INDEX_TAG, &index, INDEX_CRC_TAG);
        end.extend_from_slice(&wire::field(TRAILER_TAG, &trailer.encode_to_vec()));
        self.space.append_last(&end)?;
        let bytes = self.space.end();
        self.space.close()?;
        Ok(Finished { account, loss, bytes })
    }
}

/// The account of a finished trace.
#[derive(Debug, Clone)]
pub struct Finished {
    /// offered = recorded + dropped + filtered.
    pub account: pb::Account,
    /// Dropped ops by cause.
    pub loss: Vec<pb::LossByCause>,
    /// Bytes of the file.
    pub bytes: u64,
}

/// CLOCK_REALTIME, nanoseconds.
pub(crate) fn realtime_ns() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos() as u64)
}
