// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! A request as safe code sees it: its pointers are slices, and what it says of itself is checked when it is asked for.

use crate::data::{DataIn, DataOut};
use crate::types::{Ino, Name, Request};
use bento_abi::{RequestBuf, Seg};
use libbentoks::{Errno, Result};
use zerocopy::FromBytes;

/// A request whose pointers are slices.
pub(super) struct Call<'a> {
    pub(super) opcode: u32,
    pub(super) req: Request,
    pub(super) ino: Ino,
    pub(super) args: &'a [u8],
    pub(super) name: &'a [u8],
    pub(super) name2: &'a [u8],
    segs: &'a [Seg],
    data_len: usize,
}

/// # Safety
/// `ptr` is readable for `len` bytes for `'a`, or `len` is 0.
unsafe fn bytes<'a>(ptr: *const u8, len: usize) -> &'a [u8] {
    if len == 0 {
        return &[];
    }
    // SAFETY: the caller's promise.
    unsafe { core::slice::from_raw_parts(ptr, len) }
}

impl<'a> Call<'a> {
    /// # Safety
    /// `raw` keeps the contract's promises: its pointers are valid for `'a`, its data writable where the op fills it.
    pub(super) unsafe fn new(raw: &'a RequestBuf) -> Call<'a> {
        let segs = if raw.data_segs == 0 {
            &[][..]
        } else {
            // SAFETY: the caller's promise.
            unsafe { core::slice::from_raw_parts(raw.data, raw.data_segs as usize) }
        };
        Call {
            opcode: raw.opcode,
            req: Request { unique: raw.unique, uid: raw.uid, gid: raw.gid, pid: raw.pid },
            ino: Ino(raw.nodeid),
            // SAFETY: the caller's promise.
            args: unsafe { bytes(raw.args, raw.args_len as usize) },
            // SAFETY: the caller's promise.
            name: unsafe { bytes(raw.name, raw.name_len) },
            // SAFETY: the caller's promise.
            name2: unsafe { bytes(raw.name2, raw.name2_len) },
            segs,
            data_len: raw.data_len,
        }
    }

    pub(super) fn args<T: FromBytes>(&self) -> Result<T> {
        T::read_from_prefix(self.args).map(|(args, _)| args).map_err(|_| Errno::EINVAL)
    }

    pub(super) fn name(&self) -> Result<&'a Name> {
        name(self.name)
    }

    pub(super) fn name2(&self) -> Result<&'a Name> {
        name(self.name2)
    }

    pub(super) fn data_in(&self) -> DataIn<'a> {
        // SAFETY: the contract: the pieces are the request's data and `data_len` bytes together.
        unsafe { DataIn::new(self.segs, self.data_len) }
    }

    pub(super) fn data_out(&self) -> DataOut<'a> {
        // SAFETY: as above; they are writable of an op that brings no data, and of IOCTL, whose data was copied before; each op makes one of these.
        unsafe { DataOut::new(self.segs, self.data_len) }
    }
}

fn name(bytes: &[u8]) -> Result<&Name> {
    let too_long = bytes.len() > crate::types::NAME_MAX;
    Name::new(bytes).ok_or(if too_long { Errno::ENAMETOOLONG } else { Errno::EINVAL })
}

/// Names of extended attributes may hold any byte but NUL.
pub(super) fn xattr_name(bytes: &[u8]) -> Result<&[u8]> {
    if bytes.is_empty() || bytes.contains(&0) {
        return Err(Errno::EINVAL);
    }
    if bytes.len() > crate::types::NAME_MAX { Err(Errno::ERANGE) } else { Ok(bytes) }
}
