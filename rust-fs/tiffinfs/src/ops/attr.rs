// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! Attributes.

use crate::file::STEP_CREDITS;
use crate::fs::TiffinFs;
use crate::inode::{Inode, S_ISGID, S_ISUID};
use crate::layout::BLOCK;
use libbentofs::{Attr, Errno, Fh, FileType, NAME_MAX, Result, SetAttr, SetTime, Statfs, Statx, Time};

fn time(set: SetTime, now: Time) -> Time {
    match set {
        SetTime::Now => now,
        SetTime::To(time) => time,
    }
}

/// Changes owner, mode and times as asked.
fn apply(inode: &mut Inode, changes: &SetAttr, now: Time) {
    let type_bits = inode.kind().mode_bits();
    if let Some(mode) = changes.mode {
        inode.mode = type_bits | (mode & 0o7777);
    }
    let owner_changes = changes.uid.is_some() || changes.gid.is_some();
    if let Some(uid) = changes.uid {
        inode.uid = uid;
    }
    if let Some(gid) = changes.gid {
        inode.gid = gid;
    }
    let drops = changes.kill_suidgid || (owner_changes && changes.mode.is_none());
    if drops && !inode.is_dir() && inode.mode & (S_ISUID | S_ISGID) != 0 {
        inode.drop_suidgid();
    }
    if let Some(atime) = changes.atime {
        inode.atime = time(atime, now);
    }
    if let Some(mtime) = changes.mtime {
        inode.mtime = time(mtime, now);
    }
    inode.ctime = changes.ctime.unwrap_or(now);
}

impl TiffinFs {
    pub(crate) fn attr_of(&self, ino: u64, fh: Option<Fh>) -> Result<Attr> {
        let node = match fh {
            Some(fh) => self.get_open(ino, fh)?,
            None => self.get(ino)?,
        };
        let attr = node.inode.read().attr();
        Ok(attr)
    }

    pub(crate) fn statx_of(&self, ino: u64, fh: Option<Fh>) -> Result<Statx> {
        let node = match fh {
            Some(fh) => self.get_open(ino, fh)?,
            None => self.get(ino)?,
        };
        let inode = node.inode.read();
        Ok(Statx { attr: inode.attr(), btime: Some(inode.btime) })
    }

    pub(crate) fn set_attr(&self, ino: u64, changes: &SetAttr) -> Result<Attr> {
        let node = match changes.fh {
            Some(fh) => self.get_open(ino, fh)?,
            None => self.get(ino)?,
        };
        let mut inode = self.checked_mut(&node)?;
        if changes.size.is_some() {
            match inode.kind() {
                FileType::Regular => {}
                FileType::Directory => return Err(Errno::EISDIR),
                _ => return Err(Errno::EINVAL),
            }
        }
        let now = Time::now();
        let mut tx = self.volume.begin(STEP_CREDITS)?;
        if let Some(size) = changes.size {
            let changed = size != inode.size;
            tx = self.resize(tx, &mut inode, size)?;
            if changed || changes.mtime.is_none() {
                inode.mtime = now;
            }
        }
        apply(&mut inode, changes, now);
        inode.store(&mut tx)?;
        tx.finish();
        Ok(inode.attr())
    }

    pub(crate) fn statfs_of(&self) -> Statfs {
        let geometry = &self.volume.superblock.geometry;
        let space = self.volume.space.lock();
        let free = space.free_blocks.saturating_sub(space.reserved);
        Statfs {
            blocks: geometry.backup() - geometry.data_start(),
            bfree: free,
            bavail: free.saturating_sub(geometry.reserve()),
            files: geometry.inodes,
            ffree: space.free_inodes,
            bsize: BLOCK as u32,
            namelen: NAME_MAX as u32,
            frsize: BLOCK as u32,
        }
    }
}
