// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! The data of an op: a scatter list of pages, seen as one run of bytes.
//!
//! A file system never sees the pages' addresses. It copies, or lets the device read into them and write from them, so that
//! one READ or WRITE may span many pages without a copy in between.

use alloc::vec::Vec;
use bento_abi::Seg;
use core::marker::PhantomData;
use libbentoks::block::Durability;
use libbentoks::{Device, Errno, Result};

/// Most pieces that are handed to the device at once where a list has to be made; longer ones go in several calls.
const BATCH: usize = 32;
/// The same for a request's own list: as many pages as one READ or WRITE may have.
const AT_ONCE: usize = 256;

/// Calls `each` with the pieces of `segs` that cover `len` bytes from `skip` on, at most [`BATCH`] at a time, and the number of bytes
/// of earlier batches.
fn batches(segs: &[Seg], skip: usize, len: usize, mut each: impl FnMut(u64, &[Seg]) -> Result<()>) -> Result<()> {
    let mut batch = [Seg { ptr: core::ptr::null_mut(), len: 0 }; BATCH];
    let (mut count, mut in_batch, mut done, mut skip, mut left) = (0, 0, 0_u64, skip, len);
    for seg in segs {
        if left == 0 {
            break;
        }
        if skip >= seg.len {
            skip -= seg.len;
            continue;
        }
        let take = (seg.len - skip).min(left);
        batch[count] = Seg { ptr: seg.ptr.wrapping_add(skip), len: take };
        skip = 0;
        left -= take;
        in_batch += take;
        count += 1;
        if count == BATCH {
            each(done, &batch[..count])?;
            done += in_batch as u64;
            (count, in_batch) = (0, 0);
        }
    }
    if count > 0 {
        each(done, &batch[..count])?;
    }
    if left == 0 { Ok(()) } else { Err(Errno::EINVAL) }
}

/// Calls `each` with the pieces of `segs`, which are `all` bytes, that cover `len` bytes from `skip` on, and with how many bytes went before:
/// at once where that takes no list of our own, else in [`batches`].
fn covering(segs: &[Seg], all: usize, skip: usize, len: usize, mut each: impl FnMut(u64, &[Seg]) -> Result<()>) -> Result<()> {
    if skip == 0 && len == all && segs.len() <= AT_ONCE {
        return each(0, segs);
    }
    match segs {
        [only] if skip <= only.len && len <= only.len - skip => each(0, &[Seg { ptr: only.ptr.wrapping_add(skip), len }]),
        _ => batches(segs, skip, len, each),
    }
}

/// Data that an op brings.
#[derive(Debug)]
pub struct DataIn<'a> {
    segs: &'a [Seg],
    len: usize,
    _data: PhantomData<&'a [u8]>,
}

impl<'a> DataIn<'a> {
    /// # Safety
    /// The pieces are readable and unchanged for `'a`, and are `len` bytes together.
    pub(crate) unsafe fn new(segs: &'a [Seg], len: usize) -> DataIn<'a> {
        DataIn { segs, len, _data: PhantomData }
    }

    /// Bytes.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The pieces, in order.
    pub fn pieces(&self) -> impl Iterator<Item = &'a [u8]> {
        self.segs.iter().map(|seg| {
            // SAFETY: readable for 'a by the contract of `new`.
            unsafe { core::slice::from_raw_parts(seg.ptr.cast_const(), seg.len) }
        })
    }

    /// Copies `to.len()` bytes from byte `from` on; EINVAL when there are fewer.
    pub fn copy_to(&self, from: usize, to: &mut [u8]) -> Result<()> {
        let mut at = 0;
        batches(self.segs, from, to.len(), |_, pieces| {
            for piece in pieces {
                // SAFETY: part of a piece that is readable by the contract of `new`.
                let bytes = unsafe { core::slice::from_raw_parts(piece.ptr.cast_const(), piece.len) };
                to[at..at + bytes.len()].copy_from_slice(bytes);
                at += bytes.len();
            }
            Ok(())
        })
    }

    /// All of it in one piece; ENOMEM when there is no room.
    pub fn to_vec(&self) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        bytes.try_reserve_exact(self.len)?;
        for piece in self.pieces() {
            bytes.extend_from_slice(piece);
        }
        Ok(bytes)
    }

    /// Writes `len` bytes from byte `from` on to byte `offset` of `device`, without a copy.
    pub fn write_to(&self, from: usize, len: usize, device: &Device, offset: u64) -> Result<()> {
        covering(self.segs, self.len, from, len, |done, pieces| {
            // SAFETY: parts of pieces that are readable by the contract of `new`.
            unsafe { device.write_segs(offset + done, pieces, Durability::Cached) }
        })
    }
}

/// Room for data that an op answers with, filled from its start.
#[derive(Debug)]
pub struct DataOut<'a> {
    segs: &'a [Seg],
    len: usize,
    filled: usize,
    _data: PhantomData<&'a mut [u8]>,
}

impl<'a> DataOut<'a> {
    /// # Safety
    /// The pieces are writable and nobody else's for `'a`, and are `len` bytes together.
    pub(crate) unsafe fn new(segs: &'a [Seg], len: usize) -> DataOut<'a> {
        DataOut { segs, len, filled: 0, _data: PhantomData }
    }

    /// Bytes of room, filled or not.
    pub fn capacity(&self) -> usize {
        self.len
    }

    /// Bytes of room left.
    pub fn room(&self) -> usize {
        self.len - self.filled
    }

    /// Bytes filled.
    pub fn filled(&self) -> usize {
        self.filled
    }

    /// The next `len` bytes, where all of the room is in one piece.
    fn in_one_piece(&mut self, len: usize) -> Option<&mut [u8]> {
        let [only] = self.segs else { return None };
        let (at, end) = (self.filled, self.filled.checked_add(len)?);
        if end > self.len.min(only.len) {
            return None;
        }
        self.filled = end;
        // SAFETY: part of a piece that is writable, and nobody else's, by the contract of `new`.
        Some(unsafe { core::slice::from_raw_parts_mut(only.ptr.add(at), len) })
    }

    /// Appends `bytes`; ERANGE when there is no room for all.
    pub fn put(&mut self, bytes: &[u8]) -> Result<()> {
        if let Some(room) = self.in_one_piece(bytes.len()) {
            room.copy_from_slice(bytes);
            return Ok(());
        }
        let mut at = 0;
        self.extend(bytes.len(), |_, pieces| {
            for piece in pieces {
                // SAFETY: part of a piece that is writable by the contract of `new`.
                let room = unsafe { core::slice::from_raw_parts_mut(piece.ptr, piece.len) };
                room.copy_from_slice(&bytes[at..at + piece.len]);
                at += piece.len;
            }
            Ok(())
        })
    }

    /// Appends `len` zeroes; ERANGE when there is no room for all.
    pub fn put_zeroes(&mut self, len: usize) -> Result<()> {
        if let Some(room) = self.in_one_piece(len) {
            room.fill(0);
            return Ok(());
        }
        self.extend(len, |_, pieces| {
            for piece in pieces {
                // SAFETY: part of a piece that is writable by the contract of `new`.
                unsafe { core::ptr::write_bytes(piece.ptr, 0, piece.len) };
            }
            Ok(())
        })
    }

    /// Appends `len` bytes from byte `offset` of `device`, without a copy; ERANGE when there is no room for all.
    pub fn read_from(&mut self, len: usize, device: &Device, offset: u64) -> Result<()> {
        self.extend(len, |done, pieces| {
            // SAFETY: parts of pieces that are writable by the contract of `new`.
            unsafe { device.read_segs(offset + done, pieces) }
        })
    }

    fn extend(&mut self, len: usize, each: impl FnMut(u64, &[Seg]) -> Result<()>) -> Result<()> {
        if len > self.room() {
            return Err(Errno::ERANGE);
        }
        covering(self.segs, self.len, self.filled, len, each)?;
        self.filled += len;
        Ok(())
    }
}
