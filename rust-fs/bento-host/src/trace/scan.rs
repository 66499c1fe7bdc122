// SPDX-License-Identifier: MIT OR Apache-2.0
//! Finds the parts of a file: from its end through the index, or, where there is none, field by field from the start.

use super::chunk::{MAX_RAW, SYNC};
use super::error::TraceError;
use super::wire::{CHUNK_TAG, HEADER_CRC_TAG, HEADER_TAG, INDEX_CRC_TAG, INDEX_TAG, TRAILER_BYTES, TRAILER_TAG, is_sealed, varint};
use super::writer::END_MARK;
use crate::proto::trace as pb;
use prost::Message;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;

/// Longest header that is read: commands and options may be long, but not this long.
const MAX_HEADER: u64 = 1 << 20;
/// Longest chunk: its payload, which is never larger than unpacked, and its other fields.
pub const MAX_CHUNK: u64 = MAX_RAW as u64 + 256;
/// Longest index: room for 50 million chunks.
const MAX_INDEX: u64 = 2 << 30;
/// Bytes of a chunk in which all fields before its payload stand.
const CHUNK_HEAD: usize = 128;

/// What was found behind the header.
#[derive(Debug, Default)]
pub struct Found {
    /// Whole chunks.
    pub places: Vec<pb::ChunkPlace>,
    /// The index, when the recording ended in an orderly way.
    pub index: Option<pb::Index>,
    /// Where the last whole part ends.
    pub end: u64,
    /// Why the walk stopped before the end of the file.
    pub stopped: Option<String>,
}

/// Reads up to `buf.len()` bytes at `offset`; fewer at the end of the file.
pub fn read_at(file: &File, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
    let mut done = 0;
    while done < buf.len() {
        match file.read_at(&mut buf[done..], offset + done as u64) {
            Ok(0) => break,
            Ok(n) => done += n,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(done)
}

/// The tag of the field at `offset`, where its body begins, and the body's length. `None` at what cannot be a field.
pub fn field_at(file: &File, offset: u64) -> io::Result<Option<(u8, u64, u64)>> {
    let mut head = [0; 11];
    let got = read_at(file, offset, &mut head)?;
    Ok(varint(head[..got].get(1..).unwrap_or_default()).map(|(len, at)| (head[0], offset + 1 + at as u64, len)))
}

/// The header, and where it ends.
pub fn header(file: &File, path: &Path, size: u64) -> Result<(pb::Header, u64), TraceError> {
    let io = |source| TraceError::Io { path: path.to_owned(), source };
    let not_a_trace = |why: &str| TraceError::NotATrace { path: path.to_owned(), why: why.to_owned() };
    let cut = |why: String| TraceError::Truncated { path: path.to_owned(), why };
    // A header begins with its uuid: one tag, then 16 bytes.
    let mut start = [0; 16];
    let got = read_at(file, 0, &mut start).map_err(io)?;
    let start = &start[..got];
    if start[0] != HEADER_TAG {
        return Err(not_a_trace("its first byte is not a header's"));
    }
    let Some((len, at)) = varint(&start[1..]) else {
        let whole = start.len() > 10;
        return Err(if whole { not_a_trace("its header has no length") } else { cut(format!("it has {size} bytes")) });
    };
    let body = 1 + at as u64;
    if !start[body as usize..].iter().zip([1 << 3 | 2, 16]).all(|(&got, want)| got == want) || len > MAX_HEADER {
        return Err(not_a_trace("it does not begin with a header"));
    }
    if body + len > size {
        return Err(cut(format!("its header takes {} bytes and the file has {size}", body + len)));
    }
    let mut bytes = vec![0; len as usize];
    read_at(file, body, &mut bytes).map_err(io)?;
    if !is_sealed(&bytes, HEADER_CRC_TAG) {
        return Err(TraceError::Damaged { offset: 0, why: "the header does not match its checksum".to_owned() });
    }
    let header = pb::Header::decode(&bytes[..])
        .map_err(|error| TraceError::Damaged { offset: 0, why: format!("the header is malformed: {error}") })?;
    if header.format_major != super::FORMAT_MAJOR {
        let (major, minor) = (header.format_major, header.format_minor);
        return Err(TraceError::Version { path: path.to_owned(), major, minor });
    }
    Ok((header, body + len))
}

/// The parts behind the header, through the index at the end of a complete file; `None` when there is none to be trusted.
pub fn by_index(file: &File, header_end: u64, size: u64) -> io::Result<Option<Found>> {
    let Some(at) = size.checked_sub(TRAILER_BYTES as u64).filter(|&at| at >= header_end) else { return Ok(None) };
    let mut trailer = [0; TRAILER_BYTES];
    read_at(file, at, &mut trailer)?;
    if trailer[0] != TRAILER_TAG || trailer[1] as usize != TRAILER_BYTES - 2 {
        return Ok(None);
    }
    let Ok(trailer) = pb::Trailer::decode(&trailer[2..]) else { return Ok(None) };
    if trailer.mark != END_MARK || trailer.index_offset < header_end || trailer.index_offset >= at {
        return Ok(None);
    }
    let Some(index) = index_at(file, trailer.index_offset, at)? else { return Ok(None) };
    let mut end = header_end;
    for place in &index.chunk {
        if place.offset < end || place.offset >= trailer.index_offset || place.first_seq > place.last_seq.wrapping_add(1) {
            return Ok(None);
        }
        end = place.offset + 1;
    }
    Ok(Some(Found { places: index.chunk.clone(), index: Some(index), end: size, stopped: None }))
}

fn index_at(file: &File, offset: u64, end: u64) -> io::Result<Option<pb::Index>> {
    let Some((INDEX_TAG, body, len)) = field_at(file, offset)? else { return Ok(None) };
    if len > MAX_INDEX || body + len != end {
        return Ok(None);
    }
    let mut bytes = vec![0; len as usize];
    read_at(file, body, &mut bytes)?;
    Ok(if is_sealed(&bytes, INDEX_CRC_TAG) { pb::Index::decode(&bytes[..]).ok() } else { None })
}

/// The parts behind the header, one after the other, up to the first that is not whole.
pub fn by_walking(file: &File, from: u64, size: u64) -> io::Result<Found> {
    let mut found = Found { end: from, ..Found::default() };
    while found.end < size {
        let left = size - found.end;
        let Some((tag, body, len)) = field_at(file, found.end)? else {
            found.stopped = Some(format!("the last {left} bytes are not a whole chunk"));
            break;
        };
        let limit = if tag == CHUNK_TAG { MAX_CHUNK } else { MAX_INDEX };
        if !matches!(tag, CHUNK_TAG | INDEX_TAG | TRAILER_TAG) || len > limit {
            found.stopped = Some(format!("the bytes from {} on are not a chunk", found.end));
            break;
        }
        if body + len > size {
            found.stopped = Some(format!("the last {left} bytes are not a whole chunk"));
            break;
        }
        if tag == CHUNK_TAG {
            match place_at(file, found.end, body, len)? {
                Some(place) => found.places.push(place),
                None => {
                    found.stopped = Some(format!("the bytes from {} on are not a chunk", found.end));
                    break;
                }
            }
        }
        found.end = body + len;
    }
    Ok(found)
}

/// What the index would say of the chunk at `offset`.
fn place_at(file: &File, offset: u64, body: u64, len: u64) -> io::Result<Option<pb::ChunkPlace>> {
    let mut head = vec![0; CHUNK_HEAD.min(len as usize)];
    read_at(file, body, &mut head)?;
    // The payload's tag ends what can be decoded here.
    let head = chunk_head(&head);
    Ok(head.filter(|head| head.sync == SYNC).map(|head| pb::ChunkPlace {
        offset,
        first_seq: head.first_seq,
        last_seq: head.last_seq,
        base_time_ns: head.base_time_ns,
    }))
}

/// The fields of a chunk that stand before its payload, without the payload. `None` when they do not make sense.
pub fn chunk_head(bytes: &[u8]) -> Option<pb::Chunk> {
    let payload = payload_at(bytes)?;
    pb::Chunk::decode(&bytes[..payload]).ok()
}

/// Where the tag of the payload stands.
pub fn payload_at(bytes: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        let (key, n) = varint(bytes.get(at..)?)?;
        match (key >> 3, key & 7) {
            (13, 2) => return Some(at),
            (_, 0) => at += n + varint(bytes.get(at + n..)?)?.1,
            (_, 1) => at += n + 8,
            (_, 5) => at += n + 4,
            _ => return None,
        }
    }
}

/// Where the next chunk begins at or after `from`, found by its sync mark.
pub fn next_sync(file: &File, from: u64, size: u64) -> io::Result<Option<u64>> {
    const WINDOW: usize = 1 << 20;
    let mark = SYNC.to_le_bytes();
    let mut buf = vec![0; WINDOW];
    let mut at = from;
    while at < size {
        let got = read_at(file, at, &mut buf)?;
        for hit in buf[..got].windows(8).enumerate().filter_map(|(i, w)| (w == mark).then_some(i as u64)) {
            // Before the mark stand its own tag, the chunk's length (1 to 5 bytes) and the chunk's tag.
            for back in 3..=7 {
                let Some(start) = (at + hit).checked_sub(back).filter(|&start| start >= from) else { continue };
                if let Some((CHUNK_TAG, body, len)) = field_at(file, start)?
                    && body == at + hit - 1
                    && len <= MAX_CHUNK
                    && body + len <= size
                    && place_at(file, start, body, len)?.is_some()
                {
                    return Ok(Some(start));
                }
            }
        }
        if got < WINDOW {
            break;
        }
        at += (WINDOW - 16) as u64;
    }
    Ok(None)
}
