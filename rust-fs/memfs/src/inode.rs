// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! One inode: attributes, extended attributes and what it holds. Names are the tree's.

use crate::content::{Content, PAGE};
use crate::space::Space;
use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use libbentofs::{Attr, Errno, FileType, Ino, Result, SetAttr, SetTime, Statx, Time, XattrFlags};

const TYPE_BITS: u32 = 0o170000;
const SETUID: u32 = 0o4000;
const SETGID: u32 = 0o2000;
const GROUP_EXEC: u32 = 0o0010;

/// Largest value of an extended attribute, as the kernel's XATTR_SIZE_MAX.
const XATTR_SIZE_MAX: usize = 65536;

/// The attribute that holds a file's capabilities, which go when someone else's bytes come in.
const CAPABILITY: &[u8] = b"security.capability";

pub enum Body {
    File(Content),
    Symlink(Vec<u8>),
    /// Directories (their names are in the tree), devices, pipes and sockets.
    Nothing,
}

pub struct Inode {
    /// Type and permission bits.
    pub mode: u32,
    pub uid: u32,
    pub gid: u32,
    pub rdev: u32,
    pub nlink: u32,
    pub atime: Time,
    pub mtime: Time,
    pub ctime: Time,
    /// When it was made.
    pub btime: Time,
    pub xattrs: BTreeMap<Vec<u8>, Vec<u8>>,
    pub body: Body,
}

impl Inode {
    pub fn new(mode: u32, uid: u32, gid: u32, rdev: u32, body: Body, now: Time) -> Inode {
        let xattrs = BTreeMap::new();
        Inode { mode, uid, gid, rdev, nlink: 0, atime: now, mtime: now, ctime: now, btime: now, xattrs, body }
    }

    /// Owner, group and mode of a new inode in this directory: a set-group-id directory hands its group down, and to directories the bit too.
    pub fn inherit(&self, gid: u32, mode: u32) -> (u32, u32) {
        if self.mode & SETGID == 0 {
            return (gid, mode);
        }
        let directory = mode & TYPE_BITS == FileType::Directory.mode_bits();
        (self.gid, if directory { mode | SETGID } else { mode })
    }

    pub fn attr(&self, ino: Ino) -> Attr {
        let (size, blocks) = match &self.body {
            Body::File(content) => (content.size, content.pages.len() as u64 * (PAGE / 512)),
            Body::Symlink(target) => (target.len() as u64, 0),
            Body::Nothing => (0, 0),
        };
        let &Inode { mode, uid, gid, rdev, nlink, atime, mtime, ctime, .. } = self;
        Attr { ino, size, blocks, atime, mtime, ctime, mode, nlink, uid, gid, rdev, blksize: PAGE as u32 }
    }

    pub fn statx(&self, ino: Ino) -> Statx {
        Statx { attr: self.attr(ino), btime: Some(self.btime) }
    }

    pub fn is_directory(&self) -> bool {
        self.mode & TYPE_BITS == FileType::Directory.mode_bits()
    }

    pub fn content(&self) -> Result<&Content> {
        match &self.body {
            Body::File(content) => Ok(content),
            _ => Err(if self.is_directory() { Errno::EISDIR } else { Errno::EINVAL }),
        }
    }

    pub fn content_mut(&mut self) -> Result<&mut Content> {
        let errno = if self.is_directory() { Errno::EISDIR } else { Errno::EINVAL };
        match &mut self.body {
            Body::File(content) => Ok(content),
            _ => Err(errno),
        }
    }

    /// SETATTR. The status-change time moves whatever was changed.
    pub fn set(&mut self, changes: &SetAttr, now: Time, space: &Space) -> Result<()> {
        if let Some(size) = changes.size {
            self.content_mut()?.resize(size, space)?;
            self.mtime = now;
            self.xattrs.remove(CAPABILITY);
        }
        let chown = changes.uid.is_some() || changes.gid.is_some();
        if changes.kill_suidgid || (chown && !self.is_directory()) {
            self.drop_privileges();
        }
        if let Some(mode) = changes.mode {
            self.mode = self.mode & TYPE_BITS | mode & !TYPE_BITS;
        }
        self.uid = changes.uid.unwrap_or(self.uid);
        self.gid = changes.gid.unwrap_or(self.gid);
        let time = |change: Option<SetTime>, old: Time| match change {
            None => old,
            Some(SetTime::Now) => now,
            Some(SetTime::To(time)) => time,
        };
        self.atime = time(changes.atime, self.atime);
        self.mtime = time(changes.mtime, self.mtime);
        self.ctime = changes.ctime.unwrap_or(now);
        Ok(())
    }

    /// The content changed.
    pub fn modified(&mut self, now: Time, kill_suidgid: bool) {
        self.mtime = now;
        self.ctime = now;
        self.xattrs.remove(CAPABILITY);
        if kill_suidgid {
            self.drop_privileges();
        }
    }

    /// Takes off what would let the file run as somebody else. Set-group-id without group execution means something else (mandatory
    /// locking, once) and stays.
    fn drop_privileges(&mut self) {
        self.mode &= !SETUID;
        if self.mode & GROUP_EXEC != 0 {
            self.mode &= !SETGID;
        }
        self.xattrs.remove(CAPABILITY);
    }

    /// Whether reading moves the access time: as with the kernel's `relatime`, when it is not newer than a change or a day old.
    pub fn atime_is_old(&self, now: Time) -> bool {
        const DAY: i64 = 86_400 * 1_000_000_000;
        self.atime <= self.mtime || self.atime <= self.ctime || now.0.saturating_sub(self.atime.0) >= DAY
    }

    pub fn set_xattr(&mut self, name: &[u8], value: &[u8], flags: XattrFlags, now: Time) -> Result<()> {
        // No access control lists here: to store one and not keep to it would be worse than none.
        if name.starts_with(b"system.") {
            return Err(Errno::EOPNOTSUPP);
        }
        if value.len() > XATTR_SIZE_MAX {
            return Err(Errno::E2BIG);
        }
        match self.xattrs.contains_key(name) {
            true if flags.contains(XattrFlags::CREATE) => return Err(Errno::EEXIST),
            false if flags.contains(XattrFlags::REPLACE) => return Err(Errno::ENODATA),
            _ => {}
        }
        self.xattrs.insert(name.to_vec(), value.to_vec());
        self.ctime = now;
        Ok(())
    }

    pub fn xattr(&self, name: &[u8]) -> Result<Vec<u8>> {
        self.xattrs.get(name).cloned().ok_or(Errno::ENODATA)
    }

    pub fn xattr_names(&self) -> Vec<u8> {
        let mut names = Vec::new();
        for name in self.xattrs.keys() {
            names.extend_from_slice(name);
            names.push(0);
        }
        names
    }

    pub fn remove_xattr(&mut self, name: &[u8], now: Time) -> Result<()> {
        self.xattrs.remove(name).ok_or(Errno::ENODATA)?;
        self.ctime = now;
        Ok(())
    }
}
