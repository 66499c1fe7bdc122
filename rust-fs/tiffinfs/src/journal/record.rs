// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! What the journal's blocks look like.
//!
//! Block 0 of the journal says with which sequence the log in the other blocks begins. A transaction is one or more segments, each a
//! descriptor and the blocks it names, and a commit record. Everything is found by its place and proven by checksum and sequence, so
//! blocks need no escaping, and what is left of an older turn of the log is never mistaken for this one's.

use crate::header::{self, HEADER, Header, Kind};
use crate::layout::BLOCK;
use alloc::vec;
use alloc::vec::Vec;
use zerocopy::little_endian::{I64, U32, U64};
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned};

/// Most blocks behind one descriptor; a segment is written in one go.
pub const SEGMENT: usize = 63;

/// Where one logged block belongs.
#[derive(Debug, Clone, Copy, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
pub struct Tag {
    /// Its place on the device.
    pub number: U64,
    /// CRC-32 of its content.
    pub crc: U32,
}

#[derive(FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
struct RawDescriptor {
    header: Header,
    count: U32,
    padding: U32,
}

#[derive(FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
struct RawCommit {
    header: Header,
    blocks: U32,
    padding: U32,
    time: I64,
}

const TAGS_AT: usize = size_of::<RawDescriptor>();
const _: () = assert!(TAGS_AT + SEGMENT * size_of::<Tag>() <= BLOCK && TAGS_AT == HEADER + 8);

/// CRC-32 of a logged block's content.
pub fn content_crc(content: &[u8]) -> u32 {
    crc32fast::hash(content)
}

/// The first block of the journal, at place `number`: the log begins with `sequence`.
pub fn head(number: u64, sequence: u64) -> Vec<u8> {
    let mut block = vec![0; BLOCK];
    block[..HEADER].copy_from_slice(Header::new(Kind::JournalHead, number, sequence).as_bytes());
    header::seal(&mut block);
    block
}

/// The sequence that a head at place `number` names.
pub fn parse_head(block: &[u8], number: u64) -> Option<u64> {
    let header = Header::of(block)?;
    let right = header.magic.get() == Kind::JournalHead as u32 && header.number.get() == number && header::is_sealed(block);
    right.then(|| header.owner.get())
}

/// A descriptor of transaction `sequence` at place `number`, into the zeroed `block`.
pub fn descriptor(block: &mut [u8], number: u64, sequence: u64, tags: &[Tag]) {
    let raw = RawDescriptor {
        header: Header::new(Kind::JournalDescriptor, number, sequence),
        count: U32::new(tags.len() as u32),
        padding: U32::ZERO,
    };
    block[..TAGS_AT].copy_from_slice(raw.as_bytes());
    block[TAGS_AT..TAGS_AT + size_of_val(tags)].copy_from_slice(tags.as_bytes());
    header::seal(block);
}

/// The tags of a descriptor of transaction `sequence` at place `number`.
pub fn parse_descriptor(block: &[u8], number: u64, sequence: u64) -> Option<&[Tag]> {
    let (raw, rest) = RawDescriptor::ref_from_prefix(block).ok()?;
    let count = raw.count.get() as usize;
    if !raw.header.is(Kind::JournalDescriptor, number, sequence) || !(1..=SEGMENT).contains(&count) || !header::is_sealed(block) {
        return None;
    }
    <[Tag]>::ref_from_prefix_with_elems(rest, count).ok().map(|(tags, _)| tags)
}

/// The commit record of transaction `sequence`, which logged `blocks` blocks.
pub fn commit(number: u64, sequence: u64, blocks: u32, time: i64) -> Vec<u8> {
    let raw = RawCommit {
        header: Header::new(Kind::JournalCommit, number, sequence),
        blocks: U32::new(blocks),
        padding: U32::ZERO,
        time: I64::new(time),
    };
    let mut block = vec![0; BLOCK];
    block[..size_of::<RawCommit>()].copy_from_slice(raw.as_bytes());
    header::seal(&mut block);
    block
}

/// How many blocks transaction `sequence` logged, and when it was committed, if `block` is its commit record.
pub fn parse_commit(block: &[u8], number: u64, sequence: u64) -> Option<(u32, i64)> {
    let (raw, _) = RawCommit::ref_from_prefix(block).ok()?;
    let right = raw.header.is(Kind::JournalCommit, number, sequence) && header::is_sealed(block);
    right.then(|| (raw.blocks.get(), raw.time.get()))
}
