// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! Giving out and taking back inode numbers.

use super::bits::{self, BitmapHead};
use super::split;
use crate::corrupt::corrupt;
use crate::journal::Tx;
use crate::layout::{BITS_PER_BITMAP, INODES_PER_BLOCK};
use crate::volume::Volume;
use libbentofs::{Errno, Result};
use zerocopy::little_endian::{U32, U64};

impl Tx<'_> {
    /// Takes an inode number, and answers it with its generation. ENOSPC when there is none.
    ///
    /// A block of the inode table is never read before one of its inodes is in use: what is on the device there means nothing.
    /// Making the first of its inodes therefore zeroes it, still under the allocator's lock, so that nobody's second inode is wiped.
    pub fn take_inode(&mut self) -> Result<(u64, u64)> {
        let volume = self.volume;
        let geometry = &volume.superblock.geometry;
        let mut space = volume.space.lock();
        if space.free_inodes == 0 {
            return Err(Errno::ENOSPC);
        }
        let groups = space.inode_groups.len() as u64;
        let (first, from) = split(if space.next_inode < geometry.inodes { space.next_inode } else { 0 });
        // The first group comes twice: from the hint on, and once more from its begin.
        for step in 0..=groups {
            let group = (first + step) % groups;
            if space.inode_groups[group as usize] == 0 {
                continue;
            }
            let from = if step == 0 { from } else { 0 };
            let number = geometry.inode_bitmap.first + group;
            let block = self.block(number)?;
            let mut content = block.write();
            let bit = bits::next(bits::bits(&content), from, BITS_PER_BITMAP, false);
            if bit == BITS_PER_BITMAP {
                continue;
            }
            let Some(mut head) = BitmapHead::of(&content, number, group).filter(|head| head.free.get() > 0) else {
                return Err(corrupt(format_args!("bitmap: block {number} is damaged")));
            };
            let index = group * BITS_PER_BITMAP + bit;
            let Some((table_block, _)) = geometry.inode_place(index + 1) else {
                return Err(corrupt(format_args!("bitmap: block {number} has free inodes past the last")));
            };
            let fresh = bits::all(bits::bits(&content), bit / INODES_PER_BLOCK * INODES_PER_BLOCK, INODES_PER_BLOCK, false);
            bits::fill(bits::bits_mut(&mut content), bit, 1, true);
            head.free = U32::new(head.free.get() - 1);
            head.generation = U64::new(head.generation.get().wrapping_add(1));
            head.store(&mut content);
            drop(content);
            if fresh {
                self.block_zeroed(table_block)?;
            }
            space.inode_groups[group as usize] -= 1;
            space.free_inodes -= 1;
            space.next_inode = index + 1;
            return Ok((index + 1, head.generation.get()));
        }
        Err(corrupt(format_args!("bitmap: the free inodes that are counted cannot be found")))
    }

    /// Takes an inode number back. The inode itself was wiped before.
    pub fn free_inode(&mut self, ino: u64) -> Result<()> {
        let volume = self.volume;
        let mut space = volume.space.lock();
        let (group, bit) = split(ino - 1);
        let number = volume.superblock.geometry.inode_bitmap.first + group;
        let block = self.block(number)?;
        let mut content = block.write();
        let Some(mut head) = BitmapHead::of(&content, number, group).filter(|_| bits::is_set(bits::bits(&content), bit)) else {
            return Err(corrupt(format_args!("bitmap: inode {ino} is freed twice")));
        };
        bits::fill(bits::bits_mut(&mut content), bit, 1, false);
        head.free = U32::new(head.free.get().saturating_add(1));
        head.store(&mut content);
        drop(content);
        space.inode_groups[group as usize] += 1;
        space.free_inodes += 1;
        Ok(())
    }
}

impl Volume {
    /// Whether `ino` is in use.
    pub fn inode_in_use(&self, ino: u64) -> Result<bool> {
        let geometry = &self.superblock.geometry;
        let Some(index) = ino.checked_sub(1).filter(|&index| index < geometry.inodes) else { return Ok(false) };
        let (group, bit) = split(index);
        let block = self.device.block(geometry.inode_bitmap.first + group)?;
        Ok(bits::is_set(bits::bits(&block.read()), bit))
    }
}
