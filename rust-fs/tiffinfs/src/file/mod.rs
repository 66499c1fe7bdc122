// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! Content of regular files.
//!
//! Data goes straight between the request's pages and the device, in runs as long as the extents. It is on the device before the
//! transaction that points to it is committed. What a block holds after the end of the file is undefined on the device: whoever makes a
//! file longer first zeroes from the old end to the end of that block, so shrinking never touches data.

pub mod allocate;
pub mod copy;
pub mod read;
pub mod seek;
pub mod truncate;
pub mod write;

use crate::inode::Inode;
use crate::layout::{BLOCK, BLOCK_SIZE};
use crate::volume::Volume;
use libbentofs::ks::block::Durability;
use libbentofs::{Errno, FileType, Result};

/// Metadata blocks that a part of a long op may change.
pub const STEP_CREDITS: u64 = 40;
/// Metadata blocks that one extent's change may change: two paths of a tree and their new nodes, and the bitmaps.
pub const EXTENT_CREDITS: u64 = 36;

static ZEROES: [u8; BLOCK] = [0; BLOCK];

/// The block that byte `offset` is in.
pub fn block_of(offset: u64) -> u64 {
    offset / BLOCK_SIZE
}

/// Zeroes `len` bytes from byte `offset` of the device on.
pub fn zero_device(volume: &Volume, offset: u64, len: u64) -> Result<()> {
    let (mut at, mut left) = (offset, len);
    while left > 0 {
        let some = left.min(BLOCK_SIZE) as usize;
        volume.device.write(at, &ZEROES[..some], Durability::Cached)?;
        at += some as u64;
        left -= some as u64;
    }
    Ok(())
}

/// Zeroes bytes `from` up to `to` of the file, within one block, where they were written.
pub fn zero_written(volume: &Volume, inode: &Inode, from: u64, to: u64) -> Result<()> {
    if from >= to {
        return Ok(());
    }
    match inode.written_block(volume, block_of(from))? {
        Some(block) => zero_device(volume, block * BLOCK_SIZE + from % BLOCK_SIZE, to - from),
        None => Ok(()),
    }
}

/// Makes what the file's last block holds after its end read as zeroes up to byte `to`: the file is about to be made longer.
pub fn zero_past_end(volume: &Volume, inode: &Inode, to: u64) -> Result<()> {
    if inode.size.is_multiple_of(BLOCK_SIZE) {
        return Ok(());
    }
    let block_end = inode.size.next_multiple_of(BLOCK_SIZE);
    zero_written(volume, inode, inode.size, block_end.min(to))
}

/// Only a regular file has content to read and write.
pub fn check_regular(inode: &Inode) -> Result<()> {
    match inode.kind() {
        FileType::Regular => Ok(()),
        FileType::Directory => Err(Errno::EISDIR),
        _ => Err(Errno::EINVAL),
    }
}
