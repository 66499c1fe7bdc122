// SPDX-License-Identifier: MIT OR Apache-2.0
//! Opens a trace and reads it chunk by chunk, whatever its state.

use super::chunk::{MAX_RAW, SYNC};
use super::error::{TraceError, TraceWarning};
use super::items::{ChunkRecords, Items};
use super::scan::{self, Found, MAX_CHUNK};
use super::wire::{CHUNK_CRC_TAG, CHUNK_TAG, is_sealed, varint};
use crate::proto::trace as pb;
use bytes::Bytes;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

/// What a reader does about damage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tolerance {
    /// Damage is an error; a lost tail is a warning.
    #[default]
    Strict,
    /// Damaged chunks are left out, and a gap stands in their place.
    AcrossDamage,
}

/// An opened trace.
#[derive(Debug)]
pub struct TraceReader {
    file: File,
    path: PathBuf,
    size: u64,
    header: pb::Header,
    found: Found,
    tolerance: Tolerance,
    warnings: Vec<TraceWarning>,
}

impl TraceReader {
    /// Opens a trace: reads its header and finds its chunks. The chunks themselves are checked as they are read.
    pub fn open(path: &Path, tolerance: Tolerance) -> Result<TraceReader, TraceError> {
        let io = |source: io::Error| match source.kind() {
            io::ErrorKind::NotFound => TraceError::NotFound(path.to_owned()),
            _ => TraceError::Io { path: path.to_owned(), source },
        };
        let file = File::open(path).map_err(io)?;
        let about = file.metadata().map_err(io)?;
        if about.is_dir() {
            return Err(TraceError::IsDirectory(path.to_owned()));
        }
        if !about.is_file() {
            let why = "it is not a regular file".to_owned();
            return Err(TraceError::NotATrace { path: path.to_owned(), why });
        }
        let size = about.len();
        if size == 0 {
            return Err(TraceError::Empty(path.to_owned()));
        }
        let (header, header_end) = scan::header(&file, path, size)?;
        let mut reader =
            TraceReader { file, path: path.to_owned(), size, header, found: Found::default(), tolerance, warnings: Vec::new() };
        reader.find(header_end)?;
        Ok(reader)
    }

    fn find(&mut self, header_end: u64) -> Result<(), TraceError> {
        let path = self.path.clone();
        let io = |source| TraceError::Io { path: path.clone(), source };
        if let Some(found) = scan::by_index(&self.file, header_end, self.size).map_err(io)? {
            self.found = found;
            return Ok(());
        }
        let mut found = scan::by_walking(&self.file, header_end, self.size).map_err(io)?;
        if found.stopped.is_none() && found.index.is_none() {
            self.warn("E_TRACE_TRUNCATED", "the recording did not end in an orderly way: there is no index".to_owned());
        }
        while let Some(why) = found.stopped.take() {
            // A file that was cut ends there; one that was damaged goes on behind.
            let Some(next) = scan::next_sync(&self.file, found.end + 1, self.size).map_err(io)? else {
                self.warn("E_TRACE_TRUNCATED", format!("{why}; they were left out"));
                break;
            };
            if self.tolerance == Tolerance::Strict {
                return Err(TraceError::Damaged { offset: found.end, why });
            }
            self.warn("E_TRACE_CRC", format!("{why}; {} bytes were left out", next - found.end));
            let rest = scan::by_walking(&self.file, next, self.size).map_err(io)?;
            found.places.extend(rest.places);
            (found.end, found.stopped) = (rest.end, rest.stopped);
        }
        self.found = found;
        if self.found.places.is_empty() && self.size > header_end {
            let why = "it has a header and no whole chunk".to_owned();
            return Err(TraceError::Truncated { path, why });
        }
        Ok(())
    }

    fn warn(&mut self, code: &'static str, message: String) {
        self.warnings.push(TraceWarning { code, message });
    }

    /// The header.
    pub fn header(&self) -> &pb::Header {
        &self.header
    }

    /// Where the chunks are.
    pub fn chunks(&self) -> &[pb::ChunkPlace] {
        &self.found.places
    }

    /// The index with the account, when the recording ended in an orderly way.
    pub fn index(&self) -> Option<&pb::Index> {
        self.found.index.as_ref()
    }

    /// Whether the recording ended in an orderly way.
    pub fn is_complete(&self) -> bool {
        self.found.index.is_some()
    }

    /// Bytes of the file when it was opened.
    pub fn bytes(&self) -> u64 {
        self.size
    }

    /// Sequence number of the last op.
    pub fn last_seq(&self) -> u64 {
        self.found.places.last().map_or(0, |place| place.last_seq)
    }

    /// What was found amiss when opening.
    pub fn warnings(&self) -> &[TraceWarning] {
        &self.warnings
    }

    /// How it was opened.
    pub fn tolerance(&self) -> Tolerance {
        self.tolerance
    }

    /// Every record from the start.
    pub fn items(&self) -> Items<'_> {
        Items::new(self, 0)
    }

    /// Every record from the start of the chunk that holds op `seq`.
    pub fn items_from(&self, seq: u64) -> Items<'_> {
        let after = self.found.places.partition_point(|place| place.first_seq <= seq);
        Items::new(self, after.saturating_sub(1))
    }

    /// Reads, checks and unpacks one chunk.
    pub fn chunk(&self, place: &pb::ChunkPlace) -> Result<ChunkRecords, TraceError> {
        let io = |source| TraceError::Io { path: self.path.clone(), source };
        let damaged = |why: String| TraceError::Damaged { offset: place.offset, why };
        let field = scan::field_at(&self.file, place.offset).map_err(io)?;
        let Some((CHUNK_TAG, body, len)) = field else { return Err(damaged("there is no chunk here".to_owned())) };
        if len > MAX_CHUNK || body + len > self.size {
            return Err(damaged(format!("a chunk of {len} bytes cannot be here")));
        }
        let mut bytes = vec![0; len as usize];
        if scan::read_at(&self.file, body, &mut bytes).map_err(io)? != bytes.len() {
            return Err(damaged("the file became shorter".to_owned()));
        }
        if !is_sealed(&bytes, CHUNK_CRC_TAG) {
            return Err(damaged("the chunk does not match its checksum".to_owned()));
        }
        let malformed = || damaged("the chunk is malformed".to_owned());
        let at = scan::payload_at(&bytes).ok_or_else(malformed)?;
        let head = scan::chunk_head(&bytes).ok_or_else(malformed)?;
        let (payload_len, n) = varint(&bytes[at + 1..]).ok_or_else(malformed)?;
        let start = at + 1 + n;
        let end = start.checked_add(payload_len as usize).filter(|&end| end <= bytes.len() - CHUNK_CRC_TAG.len() - 4);
        let end = end.ok_or_else(malformed)?;
        if head.sync != SYNC || head.first_seq > head.last_seq.wrapping_add(1) {
            return Err(malformed());
        }
        if (head.first_seq, head.last_seq) != (place.first_seq, place.last_seq) {
            return Err(damaged("the chunk is not the one that the index names".to_owned()));
        }
        let raw_size = head.raw_size as usize;
        if raw_size > MAX_RAW {
            return Err(damaged(format!("the chunk says that it unpacks to {raw_size} bytes; the format allows {MAX_RAW}")));
        }
        let payload = match head.codec() {
            pb::Codec::None => Bytes::from(bytes).slice(start..end),
            pb::Codec::Zstd => zstd::bulk::decompress(&bytes[start..end], raw_size)
                .map_err(|error| damaged(format!("the chunk does not unpack: {error}")))?
                .into(),
        };
        if payload.len() != raw_size {
            return Err(damaged(format!("the chunk unpacks to {} bytes instead of {raw_size}", payload.len())));
        }
        Ok(ChunkRecords::new(place.offset, &head, payload))
    }
}
