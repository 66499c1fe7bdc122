// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! Free blocks and free inodes.
//!
//! Two bitmaps on the device, each block of which heads its bits with the number of those that are clear. In memory: these
//! counts, where the last search ended (the next one goes on from there, so files come out in long runs), what is reserved for ops
//! under way, and what was freed but may not be given out yet.

mod bits;
mod blocks;
mod held;
mod inodes;

pub use bits::{BitmapHead, bits, bits_mut, fill, is_set, next};
pub use blocks::Pool;
pub use held::Held;

use crate::corrupt::corrupt;
use crate::header;
use crate::layout::{BITS_PER_BITMAP, Geometry, Region};
use alloc::vec::Vec;
use libbentofs::Result;
use libbentofs::ks::Device;

/// Free space, in memory. Under the lock `SPACE`.
#[derive(Debug, Default)]
pub struct Allocator {
    /// Clear bits of each block bitmap.
    pub block_groups: Vec<u32>,
    /// Clear bits of each inode bitmap.
    pub inode_groups: Vec<u32>,
    /// Clear bits of all block bitmaps.
    pub free_blocks: u64,
    /// Clear bits of all inode bitmaps.
    pub free_inodes: u64,
    /// Blocks promised to ops under way.
    pub reserved: u64,
    /// Where the next search for blocks begins.
    pub next_block: u64,
    /// Where the next search for an inode begins (a bit: inode number minus 1).
    pub next_inode: u64,
    /// Freed file data: usable after the next commit.
    pub until_commit: Held,
    /// Freed metadata: usable after the next checkpoint.
    pub until_checkpoint: Held,
}

impl Allocator {
    /// Reads the counts.
    pub fn load(device: &Device, geometry: &Geometry) -> Result<Allocator> {
        Allocator::read(device, geometry, true)
    }

    /// As [`Allocator::load`], from blocks that may be part of the running transaction and so not be sealed.
    pub fn load_unsealed(device: &Device, geometry: &Geometry) -> Result<Allocator> {
        Allocator::read(device, geometry, false)
    }

    fn read(device: &Device, geometry: &Geometry, sealed: bool) -> Result<Allocator> {
        let blocks = counts(device, geometry.block_bitmap, sealed)?;
        let inodes = counts(device, geometry.inode_bitmap, sealed)?;
        Allocator::with_counts(geometry, blocks, inodes).ok_or_else(|| corrupt(format_args!("bitmap: more is free than there is")))
    }

    /// From the clear bits of each bitmap; `None` when there are not as many as bitmaps, or more than a bitmap has bits.
    pub fn with_counts(geometry: &Geometry, block_groups: Vec<u32>, inode_groups: Vec<u32>) -> Option<Allocator> {
        let fits = |groups: &[u32], bitmap: Region| {
            groups.len() as u64 == bitmap.count && groups.iter().all(|&free| u64::from(free) <= BITS_PER_BITMAP)
        };
        if !fits(&block_groups, geometry.block_bitmap) || !fits(&inode_groups, geometry.inode_bitmap) {
            return None;
        }
        let sum = |groups: &[u32]| groups.iter().map(|&free| u64::from(free)).sum();
        Some(Allocator {
            free_blocks: sum(&block_groups),
            free_inodes: sum(&inode_groups),
            block_groups,
            inode_groups,
            next_block: geometry.data_start(),
            ..Allocator::default()
        })
    }

    /// Blocks that could be given out now.
    pub fn available(&self) -> u64 {
        self.free_blocks.saturating_sub(self.until_commit.blocks() + self.until_checkpoint.blocks() + self.reserved)
    }

    /// Takes back a reservation.
    pub fn give_back(&mut self, blocks: u64) {
        self.reserved = self.reserved.saturating_sub(blocks);
    }

    /// The running transaction was committed.
    pub fn transaction_committed(&mut self) {
        self.until_commit.clear();
    }

    /// All of the log is home.
    pub fn checkpoint_done(&mut self) {
        self.until_checkpoint.clear();
    }

    /// Whether something free may not be given out yet.
    pub fn has_held(&self) -> bool {
        self.until_commit.blocks() + self.until_checkpoint.blocks() > 0
    }
}

fn counts(device: &Device, bitmap: Region, sealed: bool) -> Result<Vec<u32>> {
    let mut counts = Vec::new();
    counts.try_reserve_exact(usize::try_from(bitmap.count).map_err(|_| libbentofs::Errno::ENOMEM)?)?;
    for group in 0..bitmap.count {
        let number = bitmap.first + group;
        let block = device.block(number)?;
        let content = block.read();
        let head = BitmapHead::of(&content, number, group).filter(|_| !sealed || header::is_sealed(&content));
        let Some(head) = head else { return Err(corrupt(format_args!("bitmap: block {number} is damaged"))) };
        counts.push(head.free.get());
    }
    Ok(counts)
}

/// Group and bit of place `index`.
fn split(index: u64) -> (u64, u64) {
    (index / BITS_PER_BITMAP, index % BITS_PER_BITMAP)
}
