// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! What ops are asked and what they answer.

use bento_abi::fuse;
use bitflags::bitflags;
use core::fmt;
use libbentoks::time::Time;

/// Inode number, which is also the nodeid of the protocol: it stays valid while the inode has a name or a lookup is
/// outstanding, and an op may name any linked inode by it, looked up or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ino(pub u64);

impl Ino {
    /// The root directory.
    pub const ROOT: Ino = Ino(1);
}

/// A handle that `open` or `opendir` gave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fh(pub u64);

/// One component of a path: 1 to 255 bytes without `/` and NUL; no promise of UTF-8.
#[derive(PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(transparent)]
pub struct Name([u8]);

/// Longest name, bytes.
pub const NAME_MAX: usize = 255;

impl Name {
    /// `bytes` as a name, if they are one.
    pub fn new(bytes: &[u8]) -> Option<&Name> {
        let ok = (1..=NAME_MAX).contains(&bytes.len()) && !bytes.iter().any(|&b| b == b'/' || b == 0);
        ok.then(|| {
            // SAFETY: Name is a transparent wrapper of [u8].
            unsafe { &*(core::ptr::from_ref(bytes) as *const Name) }
        })
    }

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.0.escape_ascii())
    }
}

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Request {
    /// Unique among the ops under way.
    pub unique: u64,
    /// File-system user.
    pub uid: u32,
    /// File-system group.
    pub gid: u32,
    /// Process.
    pub pid: u32,
}

/// What an inode is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u32)]
#[expect(missing_docs, reason = "the names say it")]
pub enum FileType {
    Fifo = 0o010000,
    CharDevice = 0o020000,
    Directory = 0o040000,
    BlockDevice = 0o060000,
    Regular = 0o100000,
    Symlink = 0o120000,
    Socket = 0o140000,
}

impl FileType {
    /// The type in an st_mode.
    pub const fn from_mode(mode: u32) -> Option<FileType> {
        Some(match mode & 0o170000 {
            0o010000 => FileType::Fifo,
            0o020000 => FileType::CharDevice,
            0o040000 => FileType::Directory,
            0o060000 => FileType::BlockDevice,
            0o100000 => FileType::Regular,
            0o120000 => FileType::Symlink,
            0o140000 => FileType::Socket,
            _ => return None,
        })
    }

    /// The bits that it has in an st_mode.
    pub const fn mode_bits(self) -> u32 {
        self as u32
    }

    /// The DT_ value that directory listings use.
    pub const fn dirent_type(self) -> u32 {
        self as u32 >> 12
    }
}

/// Attributes of an inode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are stat's")]
pub struct Attr {
    pub ino: Ino,
    pub size: u64,
    /// Units of 512 bytes.
    pub blocks: u64,
    pub atime: Time,
    pub mtime: Time,
    pub ctime: Time,
    /// Type and permission bits.
    pub mode: u32,
    pub nlink: u32,
    pub uid: u32,
    pub gid: u32,
    pub rdev: u32,
    pub blksize: u32,
}

impl Attr {
    pub(crate) fn to_wire(self) -> fuse::Attr {
        fuse::Attr {
            ino: self.ino.0,
            size: self.size,
            blocks: self.blocks,
            atime: self.atime.seconds() as u64,
            mtime: self.mtime.seconds() as u64,
            ctime: self.ctime.seconds() as u64,
            atimensec: self.atime.nanoseconds(),
            mtimensec: self.mtime.nanoseconds(),
            ctimensec: self.ctime.nanoseconds(),
            mode: self.mode,
            nlink: self.nlink,
            uid: self.uid,
            gid: self.gid,
            rdev: self.rdev,
            blksize: self.blksize,
            flags: 0,
        }
    }
}

/// How long the kernel may keep an answer, nanoseconds. All changes come through the kernel, so this is long by default.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ttl(pub u64);

impl Ttl {
    /// A day.
    pub const USUAL: Ttl = Ttl(86_400 * 1_000_000_000);
    /// Not at all.
    pub const NONE: Ttl = Ttl(0);

    pub(crate) const fn parts(self) -> (u64, u32) {
        (self.0 / 1_000_000_000, (self.0 % 1_000_000_000) as u32)
    }
}

/// A name and the inode that it leads to. Answering one counts as one lookup, until `forget`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// Attributes, the inode number among them.
    pub attr: Attr,
    /// Tells inodes apart that had the same number one after the other.
    pub generation: u64,
    /// For the name.
    pub entry_ttl: Ttl,
    /// For the attributes.
    pub attr_ttl: Ttl,
}

impl Entry {
    /// With the usual times to live.
    pub fn new(attr: Attr, generation: u64) -> Entry {
        Entry { attr, generation, entry_ttl: Ttl::USUAL, attr_ttl: Ttl::USUAL }
    }

    pub(crate) fn to_wire(self) -> fuse::EntryOut {
        let (entry_valid, entry_valid_nsec) = self.entry_ttl.parts();
        let (attr_valid, attr_valid_nsec) = self.attr_ttl.parts();
        fuse::EntryOut {
            nodeid: self.attr.ino.0,
            generation: self.generation,
            entry_valid,
            attr_valid,
            entry_valid_nsec,
            attr_valid_nsec,
            attr: self.attr.to_wire(),
        }
    }
}

/// What `open` and `opendir` answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Opened {
    /// The handle.
    pub fh: Fh,
    /// FOPEN_ bits of `abi::fuse::bits`.
    pub flags: u32,
}

/// What SETATTR changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(missing_docs, reason = "the names are stat's")]
pub struct SetAttr {
    pub mode: Option<u32>,
    pub uid: Option<u32>,
    pub gid: Option<u32>,
    pub size: Option<u64>,
    pub atime: Option<SetTime>,
    pub mtime: Option<SetTime>,
    pub ctime: Option<Time>,
    /// The handle, when it was done through one (ftruncate).
    pub fh: Option<Fh>,
    /// Set-user-id and set-group-id are to be taken off.
    pub kill_suidgid: bool,
}

/// A time to be set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SetTime {
    /// The file system's own clock.
    Now,
    /// This one.
    To(Time),
}

bitflags! {
    /// How RENAME treats a target that exists.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub struct RenameFlags: u32 {
        /// EEXIST instead of replacing.
        const NOREPLACE = 1;
        /// The two names swap what they lead to.
        const EXCHANGE = 2;
        /// Leaves a whiteout in the old place.
        const WHITEOUT = 4;
    }

    /// How FALLOCATE works.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub struct FallocFlags: u32 {
        /// The size stays.
        const KEEP_SIZE = 0x01;
        /// Frees the range, which then reads as zeroes; always with `KEEP_SIZE`.
        const PUNCH_HOLE = 0x02;
        /// Takes the range out, moving what follows down.
        const COLLAPSE_RANGE = 0x08;
        /// The range reads as zeroes.
        const ZERO_RANGE = 0x10;
        /// Moves what follows up.
        const INSERT_RANGE = 0x20;
    }

    /// How SETXATTR treats a name that exists, or does not.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub struct XattrFlags: u32 {
        /// EEXIST when it exists.
        const CREATE = 1;
        /// ENODATA when it does not.
        const REPLACE = 2;
    }
}

/// What LSEEK looks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SeekTo {
    /// SEEK_DATA.
    Data,
    /// SEEK_HOLE; the end of the file is a hole.
    Hole,
}

/// What STATFS answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(missing_docs, reason = "the names are statfs's")]
pub struct Statfs {
    pub blocks: u64,
    pub bfree: u64,
    pub bavail: u64,
    pub files: u64,
    pub ffree: u64,
    pub bsize: u32,
    pub namelen: u32,
    pub frsize: u32,
}

/// A byte-range lock of GETLK, SETLK and SETLKW.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are flock's")]
pub struct FileLock {
    pub start: u64,
    pub end: u64,
    /// F_RDLCK, F_WRLCK or F_UNLCK.
    pub kind: u32,
    pub pid: u32,
}

/// An ioctl.
#[derive(Debug, Clone, Copy)]
#[expect(missing_docs, reason = "the names are ioctl's")]
pub struct IoctlArgs<'a> {
    pub command: u32,
    pub argument: u64,
    pub data: &'a [u8],
}

/// The source and the target of COPY_FILE_RANGE.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are copy_file_range's")]
pub struct CopyRange {
    pub ino_in: Ino,
    pub fh_in: Fh,
    pub offset_in: u64,
    pub ino_out: Ino,
    pub fh_out: Fh,
    pub offset_out: u64,
    pub length: u64,
    pub flags: u64,
}

/// What STATX answers, besides the attributes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Statx {
    /// As GETATTR gives.
    pub attr: Attr,
    /// When the inode was made.
    pub btime: Option<Time>,
}
