// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! Reading.

use super::{block_of, check_regular};
use crate::fs::TiffinFs;
use crate::inode::Inode;
use crate::layout::BLOCK_SIZE;
use crate::volume::Volume;
use libbentofs::{DataOut, Fh, Result};

/// A piece of a file that can be read in one go: its bytes, and where they are on the device (`None`: zeroes).
pub struct Piece {
    /// Bytes.
    pub len: u64,
    /// Byte of the device.
    pub place: Option<u64>,
}

/// The longest piece from byte `offset` on, up to byte `end`.
pub fn piece(volume: &Volume, inode: &Inode, offset: u64, end: u64) -> Result<Piece> {
    let block = block_of(offset);
    let Some(extent) = inode.extent_from(volume, block)? else { return Ok(Piece { len: end - offset, place: None }) };
    if extent.logical > block {
        return Ok(Piece { len: end.min(extent.logical * BLOCK_SIZE) - offset, place: None });
    }
    let len = end.min(extent.end() * BLOCK_SIZE) - offset;
    let place = (extent.physical + (block - extent.logical)) * BLOCK_SIZE + offset % BLOCK_SIZE;
    Ok(Piece { len, place: (!extent.unwritten).then_some(place) })
}

impl TiffinFs {
    pub(crate) fn read_file(&self, ino: u64, fh: Fh, offset: u64, out: &mut DataOut<'_>) -> Result<()> {
        let node = self.get_open(ino, fh)?;
        let inode = self.checked(&node)?;
        check_regular(&inode)?;
        let end = inode.size.min(offset.saturating_add(out.room() as u64));
        let mut at = offset;
        while at < end {
            let piece = piece(&self.volume, &inode, at, end)?;
            match piece.place {
                Some(place) => out.read_from(piece.len as usize, &self.volume.device, place)?,
                None => out.put_zeroes(piece.len as usize)?,
            }
            at += piece.len;
        }
        Ok(())
    }
}
