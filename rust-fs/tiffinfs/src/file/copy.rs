// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! Copying within the file system.

use super::check_regular;
use super::read::piece;
use super::write::{Source, Touch};
use crate::fs::TiffinFs;
use crate::inode::Inode;
use alloc::vec::Vec;
use libbentofs::{CopyRange, Errno, Result};

/// Bytes that are copied at a time.
const CHUNK: usize = 128 * 1024;

impl TiffinFs {
    pub(crate) fn copy_range(&self, range: &CopyRange) -> Result<u32> {
        if range.flags != 0 {
            return Err(Errno::EINVAL);
        }
        let source = self.get_open(range.ino_in.0, range.fh_in)?;
        let target = self.get_open(range.ino_out.0, range.fh_out)?;
        let length = range.length.min(u64::from(u32::MAX / 2));
        let end_in = range.offset_in.checked_add(length).ok_or(Errno::EFBIG)?;
        let end_out = range.offset_out.checked_add(length).ok_or(Errno::EFBIG)?;
        self.with_space(|| {
            if source.ino == target.ino {
                if range.offset_in < end_out && range.offset_out < end_in {
                    return Err(Errno::EINVAL);
                }
                let mut inode = self.checked_mut(&source)?;
                return self.copy_chunks(None, &mut inode, range, length);
            }
            if source.ino < target.ino {
                let from = self.checked(&source)?;
                let mut to = self.checked_mut(&target)?;
                return self.copy_chunks(Some(&from), &mut to, range, length);
            }
            let mut to = self.checked_mut(&target)?;
            let from = self.checked(&source)?;
            self.copy_chunks(Some(&from), &mut to, range, length)
        })
    }

    /// Copies from `from`, or within `to`.
    fn copy_chunks(&self, from: Option<&Inode>, to: &mut Inode, range: &CopyRange, length: u64) -> Result<u32> {
        check_regular(from.unwrap_or(to))?;
        check_regular(to)?;
        let mut buffer = Vec::new();
        buffer.try_reserve_exact(CHUNK.min(length as usize))?;
        let mut done = 0;
        while done < length {
            let want = (length - done).min(CHUNK as u64);
            self.read_bytes(from.unwrap_or(to), range.offset_in + done, want, &mut buffer)?;
            if buffer.is_empty() {
                break;
            }
            match self.write_bytes(to, range.offset_out + done, &Source::Bytes(&buffer), Touch::Times { kill_suidgid: false }) {
                Ok(written) => done += written,
                Err(errno) if done == 0 => return Err(errno),
                Err(_) => break,
            }
            if done % CHUNK as u64 != 0 {
                break;
            }
        }
        u32::try_from(done).map_err(|_| Errno::EOVERFLOW)
    }

    /// Reads up to `want` bytes at `offset` into `buffer`.
    fn read_bytes(&self, inode: &Inode, offset: u64, want: u64, buffer: &mut Vec<u8>) -> Result<()> {
        buffer.clear();
        let end = inode.size.min(offset.saturating_add(want));
        let mut at = offset;
        while at < end {
            let piece = piece(&self.volume, inode, at, end)?;
            let filled = buffer.len();
            buffer.resize(filled + piece.len as usize, 0);
            if let Some(place) = piece.place {
                self.volume.device.read(place, &mut buffer[filled..])?;
            }
            at += piece.len;
        }
        Ok(())
    }
}
