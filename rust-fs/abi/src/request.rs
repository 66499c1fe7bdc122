// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! A FUSE low-level op on its way into a module, and the answer on its way out.

/// One piece of a scatter list: a page, or part of one, or a plain buffer.
#[derive(Debug, Clone, Copy)]
#[repr(C)]
pub struct Seg {
    /// First byte.
    pub ptr: *mut u8,
    /// Bytes.
    pub len: usize,
}

/// The request. Everything it points to is valid until `dispatch` returns.
#[derive(Debug)]
#[repr(C)]
pub struct RequestBuf {
    /// Unique among the ops under way.
    pub unique: u64,
    /// Inode that the op is about.
    pub nodeid: u64,
    /// FUSE opcode: [`crate::fuse::opcode`].
    pub opcode: u32,
    /// File-system user and group of the caller.
    pub uid: u32,
    /// See `uid`.
    pub gid: u32,
    /// Process id of the caller.
    pub pid: u32,
    /// Bits of `args`.
    pub args_len: u32,
    /// Number of entries in `data`.
    pub data_segs: u32,
    /// The op's `fuse_*_in` structure of FUSE 7.38; no particular alignment.
    pub args: *const u8,
    /// First name (not ended by NUL), when the op has one.
    pub name: *const u8,
    /// Bytes of `name`.
    pub name_len: usize,
    /// Second name: new name of RENAME, target of SYMLINK.
    pub name2: *const u8,
    /// Bytes of `name2`.
    pub name2_len: usize,
    /// Data that the op brings (WRITE, SETXATTR, IOCTL), or has room for (READ, READDIR, READLINK, GETXATTR, LISTXATTR).
    pub data: *const Seg,
    /// Bytes of all of `data`.
    pub data_len: usize,
}

/// Bytes that the largest `fuse_*_out` answer needs (statx, 288 bytes, is the largest).
pub const OUT_CAPACITY: usize = 320;

/// The answer.
#[derive(Debug)]
#[repr(C)]
pub struct ReplyBuf {
    /// 0, or a positive errno.
    pub error: i32,
    /// Bytes of `out` that the module filled.
    pub out_len: u32,
    /// Bytes of the request's data that the module filled.
    pub data_len: usize,
    /// The op's `fuse_*_out` structure (for CREATE and TMPFILE, entry and open one after the other).
    pub out: [u64; OUT_CAPACITY / 8],
}

impl ReplyBuf {
    /// An answer to be filled.
    pub const fn new() -> ReplyBuf {
        ReplyBuf { error: 0, out_len: 0, data_len: 0, out: [0; OUT_CAPACITY / 8] }
    }
}

impl Default for ReplyBuf {
    fn default() -> ReplyBuf {
        ReplyBuf::new()
    }
}
