// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! Changing a file's size, and freeing its blocks.

use super::{EXTENT_CREDITS, zero_past_end};
use crate::extent::Extent;
use crate::fs::TiffinFs;
use crate::inode::Inode;
use crate::journal::Tx;
use crate::layout::{BITS_PER_BITMAP, BLOCK_SIZE, MAX_FILE_SIZE, Region};
use libbentofs::{Errno, Result};

impl TiffinFs {
    /// Makes the file `size` bytes long. The inode is stored by the caller, in the handle that comes back.
    pub(crate) fn resize<'a>(&'a self, mut tx: Tx<'a>, inode: &mut Inode, size: u64) -> Result<Tx<'a>> {
        if size > MAX_FILE_SIZE {
            tx.finish();
            return Err(Errno::EFBIG);
        }
        if size > inode.size {
            if let Err(errno) = zero_past_end(&self.volume, inode, size) {
                tx.finish();
                return Err(errno);
            }
            inode.size = size;
            return Ok(tx);
        }
        inode.size = size;
        tx = self.free_blocks_from(tx, inode, size.div_ceil(BLOCK_SIZE))?;
        Ok(tx)
    }

    /// Frees the file's blocks from block `keep` on, the last ones first. When that takes more than one transaction, the inode is among the
    /// orphans meanwhile, so that a mount after a crash goes on with it.
    pub(crate) fn free_blocks_from<'a>(&'a self, mut tx: Tx<'a>, inode: &mut Inode, keep: u64) -> Result<Tx<'a>> {
        if inode.nlink == 0 {
            return self.free_noted_blocks_from(tx, inode, keep);
        }
        while let Some(last) = last_extent_past(self, inode, keep)? {
            if tx.room() < EXTENT_CREDITS {
                self.add_orphan(&mut tx, inode.ino)?;
                let mut tx = self.free_noted_blocks_from(tx, inode, keep)?;
                self.remove_orphan(&mut tx, inode.ino)?;
                return Ok(tx);
            }
            free_tail(&mut tx, inode, last, keep)?;
        }
        Ok(tx)
    }

    /// As [`TiffinFs::free_blocks_from`], for an inode that is among the orphans already.
    pub(crate) fn free_noted_blocks_from<'a>(&'a self, mut tx: Tx<'a>, inode: &mut Inode, keep: u64) -> Result<Tx<'a>> {
        while let Some(last) = last_extent_past(self, inode, keep)? {
            if tx.room() < EXTENT_CREDITS {
                inode.store(&mut tx)?;
                tx = tx.renew()?;
            }
            free_tail(&mut tx, inode, last, keep)?;
        }
        inode.store(&mut tx)?;
        tx.renew()
    }
}

fn last_extent_past(fs: &TiffinFs, inode: &Inode, keep: u64) -> Result<Option<Extent>> {
    Ok(inode.extent_before(&fs.volume, u64::MAX)?.filter(|last| last.end() > keep))
}

/// Frees the end of the last extent: at most one group's worth at a time, which touches two bitmap blocks.
fn free_tail(tx: &mut Tx<'_>, inode: &mut Inode, last: Extent, keep: u64) -> Result<()> {
    let from = keep.max(last.logical).max(last.end().saturating_sub(BITS_PER_BITMAP));
    let freed = last.part(from, last.end());
    inode.cut_extent(tx, last, from, last.end())?;
    tx.free_data(Region { first: freed.physical, count: freed.len })
}
