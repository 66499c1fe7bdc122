// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! Opcodes, bits and structures of the FUSE low-level protocol, version 7.38, as far as a module sees them.
//!
//! The names follow the kernel's `include/uapi/linux/fuse.h` without the `fuse_` prefix, so that its documentation applies.

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

/// Opcodes. Numbers from 0x1_0000 on are the contract's own and never reach `dispatch`: they name steps in a module's life.
#[expect(missing_docs, reason = "the names are the kernel's")]
pub mod opcode {
    pub const LOOKUP: u32 = 1;
    pub const FORGET: u32 = 2;
    pub const GETATTR: u32 = 3;
    pub const SETATTR: u32 = 4;
    pub const READLINK: u32 = 5;
    pub const SYMLINK: u32 = 6;
    pub const MKNOD: u32 = 8;
    pub const MKDIR: u32 = 9;
    pub const UNLINK: u32 = 10;
    pub const RMDIR: u32 = 11;
    pub const LINK: u32 = 13;
    pub const OPEN: u32 = 14;
    pub const READ: u32 = 15;
    pub const WRITE: u32 = 16;
    pub const STATFS: u32 = 17;
    pub const RELEASE: u32 = 18;
    pub const FSYNC: u32 = 20;
    pub const SETXATTR: u32 = 21;
    pub const GETXATTR: u32 = 22;
    pub const LISTXATTR: u32 = 23;
    pub const REMOVEXATTR: u32 = 24;
    pub const FLUSH: u32 = 25;
    pub const OPENDIR: u32 = 27;
    pub const READDIR: u32 = 28;
    pub const RELEASEDIR: u32 = 29;
    pub const FSYNCDIR: u32 = 30;
    pub const GETLK: u32 = 31;
    pub const SETLK: u32 = 32;
    pub const SETLKW: u32 = 33;
    pub const ACCESS: u32 = 34;
    pub const CREATE: u32 = 35;
    pub const BMAP: u32 = 37;
    pub const IOCTL: u32 = 39;
    pub const POLL: u32 = 40;
    pub const BATCH_FORGET: u32 = 42;
    pub const FALLOCATE: u32 = 43;
    pub const READDIRPLUS: u32 = 44;
    /// Covers FUSE_RENAME too: the old one is sent on as a RENAME2 without flags.
    pub const RENAME2: u32 = 45;
    pub const LSEEK: u32 = 46;
    pub const COPY_FILE_RANGE: u32 = 47;
    pub const SYNCFS: u32 = 50;
    pub const TMPFILE: u32 = 51;
    /// Added after 7.38; answered where the kernel has it.
    pub const STATX: u32 = 52;

    pub const MKFS: u32 = 0x1_0000;
    pub const MOUNT: u32 = 0x1_0001;
    pub const UNMOUNT: u32 = 0x1_0002;
}

/// `setattr_in.valid`: which of its fields count.
#[expect(missing_docs, reason = "the names are the kernel's")]
pub mod fattr {
    pub const MODE: u32 = 1 << 0;
    pub const UID: u32 = 1 << 1;
    pub const GID: u32 = 1 << 2;
    pub const SIZE: u32 = 1 << 3;
    pub const ATIME: u32 = 1 << 4;
    pub const MTIME: u32 = 1 << 5;
    pub const FH: u32 = 1 << 6;
    pub const ATIME_NOW: u32 = 1 << 7;
    pub const MTIME_NOW: u32 = 1 << 8;
    pub const LOCKOWNER: u32 = 1 << 9;
    pub const CTIME: u32 = 1 << 10;
    pub const KILL_SUIDGID: u32 = 1 << 11;
}

/// Smaller sets of bits.
#[expect(missing_docs, reason = "the names are the kernel's")]
pub mod bits {
    pub const GETATTR_FH: u32 = 1 << 0;
    pub const FSYNC_FDATASYNC: u32 = 1 << 0;
    pub const FOPEN_DIRECT_IO: u32 = 1 << 0;
    pub const FOPEN_KEEP_CACHE: u32 = 1 << 1;
    pub const FOPEN_CACHE_DIR: u32 = 1 << 3;
    pub const WRITE_CACHE: u32 = 1 << 0;
    pub const WRITE_LOCKOWNER: u32 = 1 << 1;
    pub const WRITE_KILL_SUIDGID: u32 = 1 << 2;
    /// Not of FUSE: the times are the caller's, who tells them with SETATTR.
    pub const WRITE_KEEP_TIMES: u32 = 1 << 31;
    pub const RENAME_NOREPLACE: u32 = 1 << 0;
    pub const RENAME_EXCHANGE: u32 = 1 << 1;
    pub const RENAME_WHITEOUT: u32 = 1 << 2;
    pub const XATTR_CREATE: u32 = 1;
    pub const XATTR_REPLACE: u32 = 2;
    pub const FALLOC_KEEP_SIZE: u32 = 1;
    pub const FALLOC_PUNCH_HOLE: u32 = 2;
    pub const FALLOC_ZERO_RANGE: u32 = 0x10;
    pub const SEEK_DATA: u32 = 3;
    pub const SEEK_HOLE: u32 = 4;
}

macro_rules! wire {
    ($($(#[$doc:meta])* $name:ident { $($field:ident: $type:ty),* $(,)? })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq, FromBytes, IntoBytes, KnownLayout, Immutable)]
        #[repr(C)]
        #[expect(missing_docs, reason = "the names are the kernel's")]
        pub struct $name { $(pub $field: $type),* }
    )*};
}

wire! {
    /// Attributes of an inode.
    Attr {
        ino: u64, size: u64, blocks: u64, atime: u64, mtime: u64, ctime: u64,
        atimensec: u32, mtimensec: u32, ctimensec: u32,
        mode: u32, nlink: u32, uid: u32, gid: u32, rdev: u32, blksize: u32, flags: u32,
    }
    /// Answer of LOOKUP, MKNOD, MKDIR, SYMLINK, LINK; first half of CREATE's.
    EntryOut {
        nodeid: u64, generation: u64, entry_valid: u64, attr_valid: u64,
        entry_valid_nsec: u32, attr_valid_nsec: u32, attr: Attr,
    }
    /// Argument of FORGET.
    ForgetIn { nlookup: u64 }
    /// One of BATCH_FORGET's.
    ForgetOne { nodeid: u64, nlookup: u64 }
    /// Argument of BATCH_FORGET; `count` of [`ForgetOne`] follow.
    BatchForgetIn { count: u32, dummy: u32 }
    /// Argument of GETATTR.
    GetattrIn { getattr_flags: u32, dummy: u32, fh: u64 }
    /// Answer of GETATTR and SETATTR.
    AttrOut { attr_valid: u64, attr_valid_nsec: u32, dummy: u32, attr: Attr }
    /// Argument of MKNOD.
    MknodIn { mode: u32, rdev: u32, umask: u32, padding: u32 }
    /// Argument of MKDIR.
    MkdirIn { mode: u32, umask: u32 }
    /// Argument of RENAME2.
    Rename2In { newdir: u64, flags: u32, padding: u32 }
    /// Argument of LINK; the header's nodeid is the new parent, as in the kernel's protocol.
    LinkIn { oldnodeid: u64 }
    /// Argument of SETATTR.
    SetattrIn {
        valid: u32, padding: u32, fh: u64, size: u64, lock_owner: u64,
        atime: u64, mtime: u64, ctime: u64, atimensec: u32, mtimensec: u32, ctimensec: u32,
        mode: u32, unused4: u32, uid: u32, gid: u32, unused5: u32,
    }
    /// Argument of OPEN and OPENDIR.
    OpenIn { flags: u32, open_flags: u32 }
    /// Argument of CREATE and TMPFILE.
    CreateIn { flags: u32, mode: u32, umask: u32, open_flags: u32 }
    /// Answer of OPEN and OPENDIR; second half of CREATE's.
    OpenOut { fh: u64, open_flags: u32, padding: u32 }
    /// Argument of RELEASE and RELEASEDIR.
    ReleaseIn { fh: u64, flags: u32, release_flags: u32, lock_owner: u64 }
    /// Argument of FLUSH.
    FlushIn { fh: u64, unused: u32, padding: u32, lock_owner: u64 }
    /// Argument of READ, READDIR and READDIRPLUS.
    ReadIn { fh: u64, offset: u64, size: u32, read_flags: u32, lock_owner: u64, flags: u32, padding: u32 }
    /// Argument of WRITE.
    WriteIn { fh: u64, offset: u64, size: u32, write_flags: u32, lock_owner: u64, flags: u32, padding: u32 }
    /// Answer of WRITE and COPY_FILE_RANGE.
    WriteOut { size: u32, padding: u32 }
    /// Answer of STATFS.
    StatfsOut {
        blocks: u64, bfree: u64, bavail: u64, files: u64, ffree: u64,
        bsize: u32, namelen: u32, frsize: u32, padding: u32, spare: [u32; 6],
    }
    /// Argument of FSYNC and FSYNCDIR.
    FsyncIn { fh: u64, fsync_flags: u32, padding: u32 }
    /// Argument of SETXATTR; the name and, as data, the value follow.
    SetxattrIn { size: u32, flags: u32 }
    /// Argument of GETXATTR and LISTXATTR.
    GetxattrIn { size: u32, padding: u32 }
    /// Answer of GETXATTR and LISTXATTR when `size` was 0.
    GetxattrOut { size: u32, padding: u32 }
    /// A byte-range lock.
    FileLock { start: u64, end: u64, kind: u32, pid: u32 }
    /// Argument of GETLK, SETLK and SETLKW.
    LkIn { fh: u64, owner: u64, lk: FileLock, lk_flags: u32, padding: u32 }
    /// Answer of GETLK.
    LkOut { lk: FileLock }
    /// Argument of ACCESS.
    AccessIn { mask: u32, padding: u32 }
    /// Argument of BMAP.
    BmapIn { block: u64, blocksize: u32, padding: u32 }
    /// Answer of BMAP.
    BmapOut { block: u64 }
    /// Argument of IOCTL.
    IoctlIn { fh: u64, flags: u32, cmd: u32, arg: u64, in_size: u32, out_size: u32 }
    /// Answer of IOCTL.
    IoctlOut { result: i32, flags: u32, in_iovs: u32, out_iovs: u32 }
    /// Argument of POLL.
    PollIn { fh: u64, kh: u64, flags: u32, events: u32 }
    /// Answer of POLL.
    PollOut { revents: u32, padding: u32 }
    /// Argument of FALLOCATE.
    FallocateIn { fh: u64, offset: u64, length: u64, mode: u32, padding: u32 }
    /// Argument of LSEEK.
    LseekIn { fh: u64, offset: u64, whence: u32, padding: u32 }
    /// Answer of LSEEK.
    LseekOut { offset: u64 }
    /// Argument of COPY_FILE_RANGE.
    CopyFileRangeIn { fh_in: u64, off_in: u64, nodeid_out: u64, fh_out: u64, off_out: u64, len: u64, flags: u64 }
    /// Argument of SYNCFS.
    SyncfsIn { padding: u64 }
    /// Head of an entry in a READDIR listing; the name follows, the whole padded to 8 bytes.
    Dirent { ino: u64, off: u64, namelen: u32, kind: u32 }
    /// A moment in STATX's answer.
    SxTime { sec: i64, nsec: u32, reserved: i32 }
    /// Argument of STATX.
    StatxIn { getattr_flags: u32, reserved: u32, fh: u64, sx_flags: u32, sx_mask: u32 }
    /// Attributes in STATX's answer.
    Statx {
        mask: u32, blksize: u32, attributes: u64, nlink: u32, uid: u32, gid: u32, mode: u16, spare0: u16,
        ino: u64, size: u64, blocks: u64, attributes_mask: u64,
        atime: SxTime, btime: SxTime, ctime: SxTime, mtime: SxTime,
        rdev_major: u32, rdev_minor: u32, dev_major: u32, dev_minor: u32, spare2: [u64; 14],
    }
    /// Answer of STATX.
    StatxOut { attr_valid: u64, attr_valid_nsec: u32, flags: u32, spare: [u64; 2], stat: Statx }
}

/// Bytes that one READDIR entry takes, its padding included.
pub const fn dirent_size(name_len: usize) -> usize {
    (size_of::<Dirent>() + name_len + 7) & !7
}

const _: () = assert!(size_of::<Attr>() == 88 && size_of::<EntryOut>() == 128 && size_of::<SetattrIn>() == 88);
const _: () = assert!(size_of::<StatfsOut>() == 80 && size_of::<StatxOut>() == 288 && size_of::<ReadIn>() == 40);
const _: () = assert!(size_of::<StatxOut>() <= crate::request::OUT_CAPACITY);
const _: () = assert!(size_of::<EntryOut>() + size_of::<OpenOut>() <= crate::request::OUT_CAPACITY);
