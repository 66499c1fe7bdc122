// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! Where things are on the device.
//!
//! ```text
//! | superblock | orphan root | journal | block bitmap | inode bitmap | inode table | data ... | backup superblock |
//! ```

use libbentofs::{Errno, Result};

/// Bytes a block; the device must have the same.
pub const BLOCK: usize = 4096;
/// As [`BLOCK`], for places and sizes.
pub const BLOCK_SIZE: u64 = BLOCK as u64;
/// Bytes an inode takes in the inode table.
pub const INODE_SIZE: usize = 256;
/// Inodes in a block of the inode table.
pub const INODES_PER_BLOCK: u64 = (BLOCK / INODE_SIZE) as u64;
/// Bytes before the bits in a bitmap block.
pub const BITMAP_HEADER: usize = 64;
/// Bits in a bitmap block: the blocks (or inodes) of one group.
pub const BITS_PER_BITMAP: u64 = ((BLOCK - BITMAP_HEADER) * 8) as u64;

/// Place of the superblock.
pub const SUPERBLOCK: u64 = 0;
/// Place of the root of the tree of orphans.
pub const ORPHAN_ROOT: u64 = 1;
/// First block of the journal.
pub const JOURNAL_START: u64 = 2;
/// Owner that the nodes of the tree of orphans name; no inode has this number.
pub const ORPHAN_OWNER: u64 = u64::MAX;

/// Smallest device, blocks.
pub const MIN_BLOCKS: u64 = 2048;
/// Smallest journal, blocks.
pub const MIN_JOURNAL: u64 = 512;
/// Largest journal, blocks.
pub const MAX_JOURNAL: u64 = 16384;
/// Largest file, blocks: block numbers within a file have 32 bits.
pub const MAX_FILE_BLOCKS: u64 = u32::MAX as u64;
/// Largest file, bytes.
pub const MAX_FILE_SIZE: u64 = MAX_FILE_BLOCKS * BLOCK_SIZE;
/// Most names (directories: 2 plus subdirectories) an inode may have.
pub const LINK_MAX: u32 = 65_000;

/// Some blocks in a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Region {
    /// First block.
    pub first: u64,
    /// Number of blocks.
    pub count: u64,
}

impl Region {
    /// Block after the last.
    pub const fn end(&self) -> u64 {
        self.first + self.count
    }

    /// Whether it holds `block`.
    pub const fn contains(&self, block: u64) -> bool {
        block >= self.first && block < self.end()
    }
}

/// The regions of one file system. Made by mkfs, kept in the superblock, never changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Geometry {
    /// Blocks of the device that are used.
    pub blocks: u64,
    /// Number of inodes; they are numbered from 1.
    pub inodes: u64,
    /// Write-ahead journal.
    pub journal: Region,
    /// One bit a block.
    pub block_bitmap: Region,
    /// One bit an inode.
    pub inode_bitmap: Region,
    /// The inodes.
    pub inode_table: Region,
}

impl Geometry {
    /// Divides a device of `blocks` blocks, with an inode for every `inode_ratio` bytes. ENOSPC when it is too small.
    pub fn plan(blocks: u64, inode_ratio: u64, journal: Option<u64>) -> Result<Geometry> {
        if blocks < MIN_BLOCKS {
            return Err(Errno::ENOSPC);
        }
        let bytes = blocks.checked_mul(BLOCK_SIZE).ok_or(Errno::EFBIG)?;
        let wanted = (bytes / inode_ratio).clamp(INODES_PER_BLOCK, 1 << 40);
        let table = wanted.div_ceil(INODES_PER_BLOCK);
        let inodes = table * INODES_PER_BLOCK;
        let journal = Region { first: JOURNAL_START, count: journal.unwrap_or((blocks / 16).clamp(MIN_JOURNAL, MAX_JOURNAL)) };
        let block_bitmap = Region { first: journal.end(), count: blocks.div_ceil(BITS_PER_BITMAP) };
        let inode_bitmap = Region { first: block_bitmap.end(), count: inodes.div_ceil(BITS_PER_BITMAP) };
        let inode_table = Region { first: inode_bitmap.end(), count: table };
        let geometry = Geometry { blocks, inodes, journal, block_bitmap, inode_bitmap, inode_table };
        // Room for the root directory, the backup superblock and some files.
        if geometry.data_start() + 64 > blocks { Err(Errno::ENOSPC) } else { Ok(geometry) }
    }

    /// Whether the regions are where [`Geometry::plan`] would put them, on a device of `device_blocks`.
    pub fn is_sound(&self, device_blocks: u64) -> bool {
        let limit = 1 << 52;
        self.blocks >= MIN_BLOCKS
            && self.blocks <= device_blocks.min(limit)
            && self.inodes >= INODES_PER_BLOCK
            && self.inodes <= limit
            && self.inodes.is_multiple_of(INODES_PER_BLOCK)
            && (MIN_JOURNAL..=self.blocks).contains(&self.journal.count)
            && self.journal.first == JOURNAL_START
            && self.block_bitmap == (Region { first: self.journal.end(), count: self.blocks.div_ceil(BITS_PER_BITMAP) })
            && self.inode_bitmap == (Region { first: self.block_bitmap.end(), count: self.inodes.div_ceil(BITS_PER_BITMAP) })
            && self.inode_table == (Region { first: self.inode_bitmap.end(), count: self.inodes / INODES_PER_BLOCK })
            && self.data_start() < self.backup()
    }

    /// First block that files and directories may use.
    pub const fn data_start(&self) -> u64 {
        self.inode_table.end()
    }

    /// Place of the second superblock.
    pub const fn backup(&self) -> u64 {
        self.blocks - 1
    }

    /// Whether `count` blocks from `first` on all belong to files and directories.
    pub fn is_data(&self, first: u64, count: u64) -> bool {
        first >= self.data_start() && first.checked_add(count).is_some_and(|end| end <= self.backup())
    }

    /// Block of the inode table that holds `ino`, and the byte in it; `None` when there is no such inode.
    pub fn inode_place(&self, ino: u64) -> Option<(u64, usize)> {
        let index = ino.checked_sub(1).filter(|&index| index < self.inodes)?;
        let offset = (index % INODES_PER_BLOCK) as usize * INODE_SIZE;
        Some((self.inode_table.first + index / INODES_PER_BLOCK, offset))
    }

    /// The inodes in block `number`; `None` when it is not one of the inode table.
    pub fn inodes_of_block(&self, number: u64) -> Option<core::ops::Range<u64>> {
        let first =
            number.checked_sub(self.inode_table.first).filter(|&index| index < self.inode_table.count)? * INODES_PER_BLOCK + 1;
        Some(first..first + INODES_PER_BLOCK)
    }

    /// Blocks that ordinary writes may not take, so that what frees space can always go on.
    pub fn reserve(&self) -> u64 {
        (self.blocks / 256).clamp(16, 1024)
    }

    /// Most blocks that one transaction should hold; a quarter of the journal, so that two always fit.
    pub const fn transaction_blocks(&self) -> u64 {
        (self.journal.count - 1) / 4
    }
}
