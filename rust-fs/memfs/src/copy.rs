// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! COPY_FILE_RANGE.

use crate::MemFs;
use libbentofs::{CopyRange, Errno, Result, Time};

/// Bytes that are copied under one hold of the target's lock.
const CHUNK: usize = 64 << 10;

/// Most bytes of one op, as for a write.
const COPY_MAX: u64 = 0x7fff_f000;

/// Copies by way of a buffer: source and target are locked one after the other, never both, so that two copies cannot block each other.
pub fn copy_file_range(fs: &MemFs, range: &CopyRange) -> Result<u32> {
    let source = fs.opened(range.ino_in, range.fh_in)?;
    let target = fs.opened(range.ino_out, range.fh_out)?;
    if range.flags != 0 {
        return Err(Errno::EINVAL);
    }
    let length = range.length.min(COPY_MAX);
    let end_in = range.offset_in.checked_add(length).ok_or(Errno::EOVERFLOW)?;
    let end_out = range.offset_out.checked_add(length).ok_or(Errno::EFBIG)?;
    if range.ino_in == range.ino_out && range.offset_in < end_out && range.offset_out < end_in {
        return Err(Errno::EINVAL);
    }
    let mut buffer = alloc::vec::Vec::new();
    buffer.try_reserve_exact(CHUNK)?;
    let mut done = 0;
    while done < length {
        {
            let inode = source.read();
            let content = inode.content()?;
            let left = content.size.saturating_sub(range.offset_in + done).min(length - done);
            buffer.resize(left.min(CHUNK as u64) as usize, 0);
            content.copy_out(range.offset_in + done, &mut buffer);
        }
        if buffer.is_empty() {
            break;
        }
        let mut inode = target.write();
        let content = inode.content_mut()?;
        let part = |at: usize, to: &mut [u8]| {
            to.copy_from_slice(&buffer[at..at + to.len()]);
            Ok(())
        };
        let written = match content.write(range.offset_out + done, buffer.len(), &fs.space, part) {
            Ok(written) => u64::from(written),
            Err(errno) if done == 0 => return Err(errno),
            Err(_) => break,
        };
        inode.modified(Time::now(), false);
        done += written;
        if written < buffer.len() as u64 {
            break;
        }
    }
    if done > 0 {
        fs.accessed(&source, Some(range.fh_in));
    }
    u32::try_from(done).map_err(|_| Errno::EINVAL)
}
