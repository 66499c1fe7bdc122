// SPDX-License-Identifier: MIT OR Apache-2.0
//! Byte ranges of a device, as parts of blocks and parts of a scatter list.

use bento_abi::{DevInfo, Seg};

/// Bytes of a scatter list; an errno when they do not lie within the device.
pub(super) fn checked_len(info: DevInfo, offset: u64, segs: &[Seg]) -> Result<u64, i32> {
    let len = segs.iter().try_fold(0_u64, |sum, seg| sum.checked_add(seg.len as u64)).ok_or(libc::EINVAL)?;
    let size = u64::from(info.block_size).saturating_mul(info.blocks);
    match offset.checked_add(len) {
        Some(end) if end <= size => Ok(len),
        _ => Err(libc::EIO),
    }
}

/// Calls `each` with (block, byte within it, piece of memory) for every part of `segs` laid out from byte `offset` on.
pub(super) fn each_part(
    block_size: u64,
    offset: u64,
    segs: &[Seg],
    mut each: impl FnMut(u64, usize, Seg) -> Result<(), i32>,
) -> Result<(), i32> {
    let mut at = offset;
    for seg in segs {
        let mut done = 0;
        while done < seg.len {
            let within = at % block_size;
            let take = (seg.len - done).min((block_size - within) as usize);
            each(at / block_size, within as usize, Seg { ptr: seg.ptr.wrapping_add(done), len: take })?;
            done += take;
            at += take as u64;
        }
    }
    Ok(())
}
