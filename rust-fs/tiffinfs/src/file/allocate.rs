// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! FALLOCATE: setting blocks aside, punching holes, zeroing.

use super::write::fill_hole;
use super::{EXTENT_CREDITS, STEP_CREDITS, block_of, check_regular, zero_past_end, zero_written};
use crate::extent::Extent;
use crate::fs::TiffinFs;
use crate::inode::Inode;
use crate::journal::Tx;
use crate::layout::{BITS_PER_BITMAP, BLOCK_SIZE, MAX_FILE_SIZE, Region};
use crate::space::Pool;
use libbentofs::{Errno, FallocFlags, Fh, Result, Time};

/// What becomes of the whole blocks of a range.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Change {
    /// Holes get blocks that read as zeroes.
    SetAside,
    /// Blocks are freed.
    Free,
    /// Blocks read as zeroes, and holes get such blocks.
    Zero,
}

impl TiffinFs {
    pub(crate) fn allocate(&self, ino: u64, fh: Fh, offset: u64, length: u64, flags: FallocFlags) -> Result<()> {
        let change = match flags.difference(FallocFlags::KEEP_SIZE) {
            rest if rest.is_empty() => Change::SetAside,
            FallocFlags::PUNCH_HOLE if flags.contains(FallocFlags::KEEP_SIZE) => Change::Free,
            FallocFlags::ZERO_RANGE => Change::Zero,
            _ => return Err(Errno::EOPNOTSUPP),
        };
        let end = offset.checked_add(length).filter(|&end| end <= MAX_FILE_SIZE).ok_or(Errno::EFBIG)?;
        let node = self.get_open(ino, fh)?;
        self.with_space(|| {
            let mut inode = self.checked_mut(&node)?;
            check_regular(&inode)?;
            self.change_range(&mut inode, offset, end, change, flags.contains(FallocFlags::KEEP_SIZE))
        })
    }

    fn change_range(&self, inode: &mut Inode, offset: u64, end: u64, change: Change, keep_size: bool) -> Result<()> {
        // Blocks that only a part of the range lies in keep the rest of their content.
        let (first, last) = match change {
            Change::SetAside => (block_of(offset), end.div_ceil(BLOCK_SIZE)),
            Change::Free | Change::Zero => (offset.div_ceil(BLOCK_SIZE), block_of(end)),
        };
        let (outer_first, outer_last) = (block_of(offset), end.div_ceil(BLOCK_SIZE));
        if change != Change::Free {
            self.check_room(inode, outer_first, outer_last)?;
        }
        let now = Time::now();
        let mut tx = self.volume.begin(STEP_CREDITS)?;
        if change != Change::SetAside {
            self.zero_edges(inode, offset, end)?;
        }
        if !keep_size && end > inode.size {
            zero_past_end(&self.volume, inode, end)?;
        }
        if change != Change::SetAside && first < last {
            tx = self.empty_blocks(tx, inode, first, last, change)?;
        }
        if change != Change::Free {
            tx = self.fill_holes(tx, inode, outer_first, outer_last)?;
        }
        if !keep_size && end > inode.size {
            inode.size = end;
        }
        inode.touch(now);
        inode.store(&mut tx)?;
        tx.finish();
        Ok(())
    }

    /// Zeroes the parts of the first and the last block that lie in the range.
    fn zero_edges(&self, inode: &Inode, offset: u64, end: u64) -> Result<()> {
        let first_end = offset.next_multiple_of(BLOCK_SIZE).min(end);
        zero_written(&self.volume, inode, offset, first_end)?;
        let last_start = (end / BLOCK_SIZE * BLOCK_SIZE).max(first_end);
        zero_written(&self.volume, inode, last_start, end)
    }

    /// ENOSPC when the range's holes, and what points to them, need more than there is: better now than half way.
    fn check_room(&self, inode: &Inode, first: u64, last: u64) -> Result<()> {
        let (mut at, mut holes) = (first, 0);
        while at < last {
            let Some(extent) = inode.extent_from(&self.volume, at)?.filter(|extent| extent.logical < last) else {
                holes += last - at;
                break;
            };
            holes += extent.logical.saturating_sub(at);
            at = extent.end();
        }
        let kept = self.volume.superblock.geometry.reserve() + if holes > 0 { 8 + holes / 128 } else { 0 };
        if self.volume.space.lock().available() < holes + kept && holes > 0 { Err(Errno::ENOSPC) } else { Ok(()) }
    }

    /// Frees the written and unwritten blocks from `first` up to `last`, or makes them unwritten.
    fn empty_blocks<'a>(&'a self, mut tx: Tx<'a>, inode: &mut Inode, first: u64, last: u64, change: Change) -> Result<Tx<'a>> {
        let mut at = first;
        while at < last {
            let Some(extent) = inode.extent_from(&self.volume, at)?.filter(|extent| extent.logical < last) else { break };
            if tx.room() < EXTENT_CREDITS {
                inode.store(&mut tx)?;
                tx = tx.renew()?;
            }
            let from = at.max(extent.logical);
            let to = last.min(extent.end()).min(from + BITS_PER_BITMAP);
            at = to;
            if change == Change::Zero && extent.unwritten {
                continue;
            }
            if let Err(errno) = tx.reserve(inode.extent_cost(&self.volume, 2)?, Pool::Reserve) {
                // What was done so far is whole.
                inode.store(&mut tx)?;
                tx.finish();
                return Err(errno);
            }
            if change == Change::Free {
                let freed = extent.part(from, to);
                inode.cut_extent(&mut tx, extent, from, to)?;
                tx.free_data(Region { first: freed.physical, count: freed.len })?;
            } else {
                let zeroed = Extent { unwritten: true, ..extent.part(from, to) };
                inode.replace_extent(
                    &mut tx,
                    extent,
                    &[extent.part(extent.logical, from), zeroed, extent.part(to, extent.end())],
                )?;
            }
        }
        Ok(tx)
    }

    fn fill_holes<'a>(&'a self, mut tx: Tx<'a>, inode: &mut Inode, first: u64, last: u64) -> Result<Tx<'a>> {
        let mut at = first;
        while at < last {
            if tx.room() < EXTENT_CREDITS {
                inode.store(&mut tx)?;
                tx = tx.renew()?;
            }
            let next = inode.extent_from(&self.volume, at)?;
            if let Some(extent) = next.filter(|extent| extent.logical <= at) {
                at = extent.end();
                continue;
            }
            let hole_end = next.map_or(last, |next| next.logical.min(last));
            match fill_hole(&mut tx, inode, at, hole_end)? {
                Some(filled) => at += filled,
                None => {
                    // Somebody was faster than the check: what was set aside stays, and reads as zeroes.
                    inode.store(&mut tx)?;
                    tx.finish();
                    return Err(Errno::ENOSPC);
                }
            }
        }
        Ok(tx)
    }
}
