// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! The head that every metadata block but those of the inode table begins with.
//!
//! The checksum covers the block with the checksum's own bytes left out. While a block is being changed in the cache its checksum is
//! stale; the commit that logs the block seals it (as XFS does), so a block on the medium always has the right one.

use crate::layout::BLOCK;
use zerocopy::little_endian::{U32, U64};
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned};

/// What a block is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum Kind {
    /// The superblock or its backup.
    Super = u32::from_le_bytes(*b"TFsb"),
    /// A bitmap of blocks or of inodes.
    Bitmap = u32::from_le_bytes(*b"TFbm"),
    /// A node of a tree: directory, extents, orphans.
    Node = u32::from_le_bytes(*b"TFnd"),
    /// Extended attributes.
    Xattr = u32::from_le_bytes(*b"TFxa"),
    /// First block of the journal.
    JournalHead = u32::from_le_bytes(*b"TFjh"),
    /// Says where the blocks that follow it in the journal belong.
    JournalDescriptor = u32::from_le_bytes(*b"TFjd"),
    /// Ends a transaction in the journal.
    JournalCommit = u32::from_le_bytes(*b"TFjc"),
}

impl Kind {
    /// The kind with this magic number.
    pub fn from_magic(magic: u32) -> Option<Kind> {
        use Kind::{Bitmap, JournalCommit, JournalDescriptor, JournalHead, Node, Super, Xattr};
        [Super, Bitmap, Node, Xattr, JournalHead, JournalDescriptor, JournalCommit].into_iter().find(|&kind| kind as u32 == magic)
    }
}

/// The head.
#[derive(Debug, Clone, Copy, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
pub struct Header {
    /// A [`Kind`].
    pub magic: U32,
    /// CRC-32 of the rest of the block.
    pub crc: U32,
    /// The block's own place: a block that landed elsewhere shows.
    pub number: U64,
    /// Inode that the block belongs to; group of a bitmap; sequence of a journal record.
    pub owner: U64,
}

/// Bytes of [`Header`].
pub const HEADER: usize = size_of::<Header>();

impl Header {
    /// A head whose checksum is still to be sealed.
    pub fn new(kind: Kind, number: u64, owner: u64) -> Header {
        Header { magic: U32::new(kind as u32), crc: U32::ZERO, number: U64::new(number), owner: U64::new(owner) }
    }

    /// The head of a block.
    pub fn of(block: &[u8]) -> Option<Header> {
        Header::read_from_prefix(block).ok().map(|(header, _)| header)
    }

    /// Whether it is a head of `kind` at place `number`, of `owner`.
    pub fn is(&self, kind: Kind, number: u64, owner: u64) -> bool {
        self.magic.get() == kind as u32 && self.number.get() == number && self.owner.get() == owner
    }
}

fn checksum(block: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&block[..4]);
    hasher.update(&block[8..]);
    hasher.finalize()
}

/// Puts the right checksum into the head of `block`.
pub fn seal(block: &mut [u8]) {
    let crc = checksum(block);
    block[4..8].copy_from_slice(&crc.to_le_bytes());
}

/// Whether `block` has the right checksum.
pub fn is_sealed(block: &[u8]) -> bool {
    block.len() == BLOCK && checksum(block).to_le_bytes() == block[4..8]
}
