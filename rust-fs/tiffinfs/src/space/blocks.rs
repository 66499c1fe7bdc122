// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! Giving out and taking back blocks.

use super::bits::{self, BitmapHead};
use super::{Allocator, split};
use crate::corrupt::corrupt;
use crate::journal::Tx;
use crate::layout::{BITS_PER_BITMAP, Region};
use libbentofs::{Errno, Result};
use zerocopy::little_endian::U32;

/// Which part of the free space an op may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pool {
    /// All but the reserve.
    Ordinary,
    /// The reserve too: the op frees more than it takes.
    Reserve,
}

impl Tx<'_> {
    /// Sets `blocks` blocks aside for this op, so that taking them cannot fail half way. ENOSPC when there are not as many.
    pub fn reserve(&mut self, blocks: u64, pool: Pool) -> Result<()> {
        if blocks == 0 {
            return Ok(());
        }
        let mut space = self.volume.space.lock();
        let kept = if pool == Pool::Reserve { 0 } else { self.volume.superblock.geometry.reserve() };
        if space.available() < blocks + kept {
            return Err(Errno::ENOSPC);
        }
        space.reserved += blocks;
        drop(space);
        self.reserved += blocks;
        Ok(())
    }

    /// Takes one of the reserved blocks, for metadata.
    pub fn take_reserved(&mut self) -> Result<u64> {
        if self.reserved == 0 {
            return Err(corrupt(format_args!("an op needs more metadata blocks than it should")));
        }
        let volume = self.volume;
        let mut space = volume.space.lock();
        space.give_back(1);
        self.reserved -= 1;
        let goal = space.next_block;
        Ok(self.find_run(&mut space, goal, 1)?.first)
    }

    /// Takes up to `want` blocks in a row for file data, at `goal` if they are free there (0: anywhere), and reserves `metadata`
    /// blocks for what will point to them.
    pub fn take_run(&mut self, goal: u64, want: u64, metadata: u64) -> Result<Region> {
        let volume = self.volume;
        let mut space = volume.space.lock();
        let room = space.available().saturating_sub(volume.superblock.geometry.reserve());
        if room <= metadata {
            return Err(Errno::ENOSPC);
        }
        let goal = if goal == 0 { space.next_block } else { goal };
        let run = self.find_run(&mut space, goal, want.min(room - metadata))?;
        space.reserved += metadata;
        self.reserved += metadata;
        Ok(run)
    }

    /// Finds and marks a run of 1 to `want` blocks. There is at least one.
    fn find_run(&mut self, space: &mut Allocator, goal: u64, want: u64) -> Result<Region> {
        let groups = space.block_groups.len() as u64;
        let (first, from) = if goal < self.volume.superblock.geometry.blocks { split(goal) } else { (0, 0) };
        // Groups with much room first, so that a long run is not cut into the holes of a full group.
        for least in [want.min(BITS_PER_BITMAP / 8), 1] {
            for step in 0..groups {
                let group = (first + step) % groups;
                if u64::from(space.block_groups[group as usize]) < least {
                    continue;
                }
                let from = if step == 0 { from } else { 0 };
                if let Some(run) = self.find_in_group(space, group, from, want)? {
                    space.next_block = run.end();
                    return Ok(run);
                }
            }
        }
        Err(corrupt(format_args!("bitmap: the free blocks that are counted cannot be found")))
    }

    /// Finds and marks a run in one group, searching from bit `from` on and then from the group's begin.
    fn find_in_group(&mut self, space: &mut Allocator, group: u64, from: u64, want: u64) -> Result<Option<Region>> {
        let number = self.volume.superblock.geometry.block_bitmap.first + group;
        let block = self.block(number)?;
        let mut content = block.write();
        let found = match best_run(space, bits::bits(&content), group, from, want) {
            Some(run) if run.count == want => Some(run),
            found => {
                let again = best_run(space, bits::bits(&content), group, 0, want);
                if again.map_or(0, |run| run.count) > found.map_or(0, |run| run.count) { again } else { found }
            }
        };
        if let Some(run) = found {
            mark(&mut content, number, group, run, true)?;
            space.block_groups[group as usize] -= run.count as u32;
            space.free_blocks -= run.count;
        }
        Ok(found)
    }

    /// Frees file data; usable again after the next commit.
    pub fn free_data(&mut self, run: Region) -> Result<()> {
        let volume = self.volume;
        let mut space = volume.space.lock();
        self.clear(&mut space, run)?;
        space.until_commit.add(run.first, run.count);
        Ok(())
    }

    /// Frees file data that this op took and nobody else has seen; usable again at once.
    pub fn untake(&mut self, run: Region) -> Result<()> {
        let volume = self.volume;
        let mut space = volume.space.lock();
        self.clear(&mut space, run)
    }

    /// Frees a metadata block; usable again after the next checkpoint.
    pub fn free_metadata(&mut self, block: u64) -> Result<()> {
        let volume = self.volume;
        let mut space = volume.space.lock();
        self.clear(&mut space, Region { first: block, count: 1 })?;
        space.until_checkpoint.add(block, 1);
        Ok(())
    }

    fn clear(&mut self, space: &mut Allocator, run: Region) -> Result<()> {
        let geometry = &self.volume.superblock.geometry;
        if !geometry.is_data(run.first, run.count) {
            return Err(corrupt(format_args!("blocks {} to {} are freed but are no data", run.first, run.end())));
        }
        let bitmap = geometry.block_bitmap.first;
        let mut at = run.first;
        while at < run.end() {
            let (group, bit) = split(at);
            let count = (BITS_PER_BITMAP - bit).min(run.end() - at);
            let block = self.block(bitmap + group)?;
            mark(&mut block.write(), bitmap + group, group, Region { first: at, count }, false)?;
            space.block_groups[group as usize] += count as u32;
            space.free_blocks += count;
            at += count;
        }
        Ok(())
    }
}

/// The first run of `want` usable blocks from bit `from` on, or else the longest.
fn best_run(space: &Allocator, bits: &[u8], group: u64, from: u64, want: u64) -> Option<Region> {
    let base = group * BITS_PER_BITMAP;
    let mut best: Option<Region> = None;
    let mut at = from;
    loop {
        let first = bits::next(bits, at, BITS_PER_BITMAP, false);
        if first == BITS_PER_BITMAP {
            return best;
        }
        let mut end = bits::next(bits, first, (first + want).min(BITS_PER_BITMAP), true);
        let mut skip = None;
        for held in [&space.until_commit, &space.until_checkpoint] {
            match held.overlap(base + first, base + end) {
                Some((held_first, held_end)) if held_first <= base + first => skip = Some(held_end - base),
                Some((held_first, _)) => end = held_first - base,
                None => {}
            }
        }
        if let Some(after) = skip {
            if after >= BITS_PER_BITMAP {
                return best;
            }
            at = after;
            continue;
        }
        let run = Region { first: base + first, count: end - first };
        if run.count == want {
            return Some(run);
        }
        if best.is_none_or(|best| run.count > best.count) {
            best = Some(run);
        }
        at = end;
    }
}

/// Sets or clears the bits of `run`, all within the bitmap of `group`.
fn mark(content: &mut [u8], number: u64, group: u64, run: Region, used: bool) -> Result<()> {
    let Some(mut head) = BitmapHead::of(content, number, group) else {
        return Err(corrupt(format_args!("bitmap: block {number} is damaged")));
    };
    let bit = run.first % BITS_PER_BITMAP;
    let free = head.free.get();
    let count = run.count as u32;
    let counted = if used { free.checked_sub(count) } else { free.checked_add(count) };
    let bits = bits::bits_mut(content);
    if !bits::all(bits, bit, run.count, !used) || counted.is_none() {
        let what = if used { "taken" } else { "freed" };
        return Err(corrupt(format_args!("bitmap: blocks {} to {} are {what} twice", run.first, run.end())));
    }
    bits::fill(bits, bit, run.count, used);
    head.free = U32::new(counted.unwrap_or(free));
    head.store(content);
    Ok(())
}
