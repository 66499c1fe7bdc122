// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! Which blocks of the device hold which blocks of a file.
//!
//! Up to [`INLINE_EXTENTS`] extents are in the inode, more in a tree under their first block's number. An unwritten extent has
//! blocks that read as zeroes until they are written.

mod change;
mod find;

use crate::layout::{Geometry, MAX_FILE_BLOCKS};
use zerocopy::little_endian::{U32, U64};
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned};

/// Extents that fit into an inode.
pub const INLINE_EXTENTS: usize = 6;
/// Longest extent, blocks.
pub const MAX_LEN: u64 = 1 << 30;

const UNWRITTEN: u32 = 1 << 31;

/// Some blocks of a file in a row, on the device in a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Extent {
    /// First block in the file.
    pub logical: u64,
    /// First block on the device.
    pub physical: u64,
    /// Number of blocks.
    pub len: u64,
    /// Reads as zeroes.
    pub unwritten: bool,
}

impl Extent {
    /// Block of the file after the last.
    pub const fn end(&self) -> u64 {
        self.logical + self.len
    }

    /// The part from block `from` up to `to` of the file, which lies within.
    pub const fn part(&self, from: u64, to: u64) -> Extent {
        Extent { logical: from, physical: self.physical + (from - self.logical), len: to - from, unwritten: self.unwritten }
    }

    /// Whether `next` goes on where this ends, in every respect.
    pub fn joins(&self, next: &Extent) -> bool {
        self.end() == next.logical
            && self.physical + self.len == next.physical
            && self.unwritten == next.unwritten
            && self.len + next.len <= MAX_LEN
    }
}

/// An extent in the body of an inode. In a tree the first field is the key, the others are the value.
#[derive(Debug, Clone, Copy, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
pub struct RawExtent {
    logical: U32,
    len: U32,
    physical: U64,
}

impl From<Extent> for RawExtent {
    fn from(extent: Extent) -> RawExtent {
        let flag = if extent.unwritten { UNWRITTEN } else { 0 };
        RawExtent {
            logical: U32::new(extent.logical as u32),
            len: U32::new(extent.len as u32 | flag),
            physical: U64::new(extent.physical),
        }
    }
}

impl RawExtent {
    /// The extent, if it lies where file data may.
    pub fn decode(&self, geometry: &Geometry) -> Option<Extent> {
        let extent = Extent {
            logical: u64::from(self.logical.get()),
            physical: self.physical.get(),
            len: u64::from(self.len.get() & !UNWRITTEN),
            unwritten: self.len.get() & UNWRITTEN != 0,
        };
        let sound =
            (1..=MAX_LEN).contains(&extent.len) && extent.end() <= MAX_FILE_BLOCKS && geometry.is_data(extent.physical, extent.len);
        sound.then_some(extent)
    }
}

/// Bytes of an extent's value in a tree.
pub const VALUE: usize = size_of::<RawExtent>() - size_of::<U32>();

/// The value under which a tree keeps `extent`.
fn value(extent: Extent) -> [u8; VALUE] {
    let mut value = [0; VALUE];
    value.copy_from_slice(&RawExtent::from(extent).as_bytes()[4..]);
    value
}

/// The extent that a tree keeps under `key`.
pub fn from_tree(key: u64, value: &[u8], geometry: &Geometry) -> Option<Extent> {
    let mut bytes = [0; size_of::<RawExtent>()];
    bytes[..4].copy_from_slice(&u32::try_from(key).ok()?.to_le_bytes());
    bytes[4..].copy_from_slice(value.get(..VALUE).filter(|_| value.len() == VALUE)?);
    RawExtent::read_from_bytes(&bytes).ok()?.decode(geometry)
}
