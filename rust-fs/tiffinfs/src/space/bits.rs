// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! Searching and changing the bits of a bitmap block.

use crate::header::{Header, Kind};
use crate::layout::{BITMAP_HEADER, BITS_PER_BITMAP, BLOCK};
use zerocopy::little_endian::{U32, U64};
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned};

/// The head of a bitmap block.
#[derive(Debug, Clone, Copy, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
pub struct BitmapHead {
    /// Magic, checksum, place; the owner is the group.
    pub header: Header,
    /// Number of clear bits.
    pub free: U32,
    /// Zero.
    pub padding: U32,
    /// Inodes only: counts the inodes made in this group, which is where their generations come from.
    pub generation: U64,
}

const _: () = assert!(size_of::<BitmapHead>() <= BITMAP_HEADER);

impl BitmapHead {
    /// The head of a new bitmap block.
    pub fn new(number: u64, group: u64, free: u32) -> BitmapHead {
        let header = Header::new(Kind::Bitmap, number, group);
        BitmapHead { header, free: U32::new(free), padding: U32::ZERO, generation: U64::ZERO }
    }

    /// The head of `block`, if it is the bitmap of `group` at place `number`.
    pub fn of(block: &[u8], number: u64, group: u64) -> Option<BitmapHead> {
        let (head, _) = BitmapHead::read_from_prefix(block).ok()?;
        let right = head.header.is(Kind::Bitmap, number, group) && u64::from(head.free.get()) <= BITS_PER_BITMAP;
        right.then_some(head)
    }

    /// Puts it into `block`.
    pub fn store(&self, block: &mut [u8]) {
        block[..size_of::<BitmapHead>()].copy_from_slice(self.as_bytes());
    }
}

/// The bits of a bitmap block.
pub fn bits(block: &[u8]) -> &[u8] {
    &block[BITMAP_HEADER..BLOCK]
}

/// The bits of a bitmap block, to be changed.
pub fn bits_mut(block: &mut [u8]) -> &mut [u8] {
    &mut block[BITMAP_HEADER..BLOCK]
}

/// Whether bit `index` is set.
pub fn is_set(bits: &[u8], index: u64) -> bool {
    bits[(index / 8) as usize] & (1 << (index % 8)) != 0
}

/// Sets or clears `count` bits from `first` on.
pub fn fill(bits: &mut [u8], first: u64, count: u64, set: bool) {
    let mut index = first;
    while index < first + count {
        let byte = &mut bits[(index / 8) as usize];
        if index.is_multiple_of(8) && first + count - index >= 8 {
            *byte = if set { 0xff } else { 0 };
            index += 8;
            continue;
        }
        if set {
            *byte |= 1 << (index % 8)
        } else {
            *byte &= !(1 << (index % 8))
        }
        index += 1;
    }
}

/// First index from `from` on, before `end`, whose bit is `set`; `end` when there is none.
pub fn next(bits: &[u8], from: u64, end: u64, set: bool) -> u64 {
    let mut index = from;
    while index < end {
        let at = (index / 64 * 8) as usize;
        let mut word = [0; 8];
        word.copy_from_slice(&bits[at..at + 8]);
        let word = u64::from_le_bytes(word);
        let hits = if set { word } else { !word } & (u64::MAX << (index % 64));
        if hits != 0 {
            return (index / 64 * 64 + u64::from(hits.trailing_zeros())).min(end);
        }
        index = (index / 64 + 1) * 64;
    }
    end
}

/// Whether all of `count` bits from `first` on are `set`.
pub fn all(bits: &[u8], first: u64, count: u64, set: bool) -> bool {
    next(bits, first, first + count, !set) == first + count
}
