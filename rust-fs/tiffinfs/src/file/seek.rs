// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! Where data is.

use super::{block_of, check_regular};
use crate::fs::TiffinFs;
use crate::layout::BLOCK_SIZE;
use libbentofs::{Errno, Fh, Result, SeekTo};

impl TiffinFs {
    /// The next data, or the next hole, from `offset` on. What was only set aside counts as a hole.
    pub(crate) fn seek_file(&self, ino: u64, fh: Fh, offset: u64, to: SeekTo) -> Result<u64> {
        let node = self.get_open(ino, fh)?;
        let inode = self.checked(&node)?;
        check_regular(&inode)?;
        if offset >= inode.size {
            return Err(Errno::ENXIO);
        }
        let mut at = offset;
        while at < inode.size {
            let piece = super::read::piece(&self.volume, &inode, at, inode.size)?;
            if piece.place.is_some() == (to == SeekTo::Data) {
                return Ok(at);
            }
            at += piece.len;
        }
        // The end of the file is a hole.
        if to == SeekTo::Hole { Ok(inode.size) } else { Err(Errno::ENXIO) }
    }

    /// The device's block of a file's block, both counted in `block_size`; 0 for a hole.
    pub(crate) fn map_block(&self, ino: u64, block: u64, block_size: u32) -> Result<u64> {
        let unit = u64::from(block_size);
        if unit == 0 || !unit.is_power_of_two() || unit > BLOCK_SIZE {
            return Err(Errno::EINVAL);
        }
        let node = self.get(ino)?;
        let inode = self.checked(&node)?;
        check_regular(&inode)?;
        let offset = block.checked_mul(unit).ok_or(Errno::EFBIG)?;
        let place = inode.written_block(&self.volume, block_of(offset))?;
        Ok(place.map_or(0, |place| (place * BLOCK_SIZE + offset % BLOCK_SIZE) / unit))
    }
}
