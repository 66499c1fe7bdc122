// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! Finding names and making inodes.

use super::NAME_CREDITS;
use crate::btree::Tree;
use crate::dir::Probe;
use crate::extent::Extent;
use crate::fs::TiffinFs;
use crate::inode::raw::BODY;
use crate::inode::table::Node;
use crate::inode::{Body, Inode, S_ISGID};
use crate::journal::Tx;
use crate::layout::{BLOCK_SIZE, LINK_MAX};
use crate::space::Pool;
use alloc::sync::Arc;
use alloc::vec;
use alloc::vec::Vec;
use libbentofs::ks::block::Durability;
use libbentofs::{Entry, Errno, FileType, Ino, Name, Request, Result, Time};

/// Longest target of a symbolic link, as Linux has it.
const TARGET_MAX: usize = 4095;

/// What is to be made.
#[derive(Debug, Clone, Copy)]
pub struct New<'a> {
    /// Type and permission bits.
    pub mode: u32,
    /// Device number.
    pub rdev: u32,
    /// Target of a symbolic link.
    pub target: &'a [u8],
}

impl New<'_> {
    /// A regular file.
    pub fn file(mode: u32) -> New<'static> {
        New { mode: FileType::Regular.mode_bits() | (mode & 0o7777), rdev: 0, target: &[] }
    }

    fn kind(&self) -> Result<FileType> {
        FileType::from_mode(self.mode).ok_or(Errno::EINVAL)
    }

    /// Blocks that it takes besides its name.
    fn blocks(&self, kind: FileType) -> u64 {
        match kind {
            FileType::Directory => 1,
            FileType::Symlink if self.target.len() > BODY => 1,
            _ => 0,
        }
    }
}

impl TiffinFs {
    /// The inode behind a name, which is not looked up by this: for a file system around this one. ENOENT when there is none.
    pub fn ino_of(&self, parent: Ino, name: &Name) -> Result<Ino> {
        let parent = self.get(parent.0)?;
        let dir = self.checked(&parent)?;
        Ok(Ino(dir.find(&self.volume, name.as_bytes())?.ino))
    }

    pub(crate) fn lookup_name(&self, parent: u64, name: &Name) -> Result<Entry> {
        let parent = self.get(parent)?;
        let node = {
            let dir = self.checked(&parent)?;
            let ino = match name.as_bytes() {
                // Of any inode: how a handle that outlived the cache finds it again.
                b"." => dir.ino,
                b".." => dir.names().map(|_| dir.parent)?,
                name => dir.find(&self.volume, name)?.ino,
            };
            // Counted before the directory is unlocked, so that the inode cannot be freed in between.
            self.get_looked_up(ino)?
        };
        let entry = node.inode.read().entry();
        Ok(entry)
    }

    /// Makes an inode and its name.
    pub(crate) fn make(&self, req: &Request, parent: u64, name: &Name, new: New<'_>) -> Result<Entry> {
        self.make_node(req, parent, name, new).map(|(entry, _)| entry)
    }

    /// As [`TiffinFs::make`], answering the inode in memory too.
    pub(crate) fn make_node(&self, req: &Request, parent: u64, name: &Name, new: New<'_>) -> Result<(Entry, Arc<Node>)> {
        let kind = new.kind()?;
        if matches!(name.as_bytes(), b"." | b"..") {
            return Err(Errno::EEXIST);
        }
        if kind == FileType::Symlink && !(1..=TARGET_MAX).contains(&new.target.len()) {
            return Err(if new.target.is_empty() { Errno::ENOENT } else { Errno::ENAMETOOLONG });
        }
        let parent = self.get(parent)?;
        self.with_space(|| {
            let mut dir = self.live_directory(&parent)?;
            let Probe::Free(key) = dir.probe(&self.volume, name.as_bytes())? else { return Err(Errno::EEXIST) };
            if kind == FileType::Directory && dir.nlink >= LINK_MAX {
                return Err(Errno::EMLINK);
            }
            let mut tx = self.volume.begin(NAME_CREDITS)?;
            tx.reserve(dir.name_cost(&self.volume, key, name)? + new.blocks(kind), Pool::Ordinary)?;
            let inode = self.new_inode(&mut tx, req, &dir, new, 1)?;
            let now = inode.btime;
            dir.add_name(&mut tx, key, name, inode.ino, kind)?;
            if kind == FileType::Directory {
                dir.nlink += 1;
            }
            dir.touch(now);
            dir.store(&mut tx)?;
            let entry = inode.entry();
            tx.finish();
            Ok((entry, self.introduce(inode)))
        })
    }

    /// Makes a regular file without a name.
    pub(crate) fn make_nameless(&self, req: &Request, parent: u64, mode: u32) -> Result<(Entry, Arc<Node>)> {
        let parent = self.get(parent)?;
        self.with_space(|| {
            let dir = self.live_directory(&parent)?;
            let mut tx = self.volume.begin(NAME_CREDITS)?;
            let inode = self.new_inode(&mut tx, req, &dir, New::file(mode), 0)?;
            self.add_orphan(&mut tx, inode.ino)?;
            let entry = inode.entry();
            tx.finish();
            Ok((entry, self.introduce(inode)))
        })
    }

    /// Takes an inode and fills it; the op has reserved its blocks. ENOSPC, with nothing changed, when there is no inode left.
    fn new_inode(&self, tx: &mut Tx<'_>, req: &Request, dir: &Inode, new: New<'_>, nlink: u32) -> Result<Inode> {
        let kind = new.kind()?;
        let (ino, generation) = tx.take_inode()?;
        let mut inode = Inode::new(ino, generation, new.mode, Body::Empty, Time::now());
        inode.nlink = nlink;
        inode.uid = req.uid;
        inode.gid = req.gid;
        if dir.mode & S_ISGID != 0 {
            inode.gid = dir.gid;
            if kind == FileType::Directory {
                inode.mode |= S_ISGID;
            }
        }
        match kind {
            FileType::Regular => inode.body = Body::Extents(Vec::new()),
            FileType::Directory => {
                let root = tx.take_reserved()?;
                Tree::create(tx, root, ino)?;
                inode.body = Body::Tree(root);
                inode.parent = dir.ino;
                inode.nlink = 2;
                inode.blocks = 1;
                inode.size = BLOCK_SIZE;
            }
            FileType::Symlink => self.set_target(tx, &mut inode, new.target)?,
            FileType::CharDevice | FileType::BlockDevice => inode.rdev = new.rdev,
            FileType::Fifo | FileType::Socket => {}
        }
        inode.store(tx)?;
        Ok(inode)
    }

    /// A short target goes into the inode, a long one into a block.
    fn set_target(&self, tx: &mut Tx<'_>, inode: &mut Inode, target: &[u8]) -> Result<()> {
        inode.size = target.len() as u64;
        if target.len() <= BODY {
            inode.body = Body::Target(Vec::from(target));
            return Ok(());
        }
        let block = tx.take_reserved()?;
        self.volume.device.write(block * BLOCK_SIZE, target, Durability::Cached)?;
        inode.body = Body::Extents(Vec::new());
        inode.add_extent(tx, Extent { logical: 0, physical: block, len: 1, unwritten: false })
    }

    pub(crate) fn read_target(&self, ino: u64) -> Result<Vec<u8>> {
        let node = self.get(ino)?;
        let inode = node.inode.read();
        if inode.kind() != FileType::Symlink {
            return Err(Errno::EINVAL);
        }
        if let Body::Target(target) = &inode.body {
            return Ok(target.clone());
        }
        let block = inode.written_block(&self.volume, 0)?.filter(|_| inode.size <= TARGET_MAX as u64).ok_or(Errno::EUCLEAN)?;
        let mut target = vec![0; inode.size as usize];
        self.volume.device.read(block * BLOCK_SIZE, &mut target)?;
        Ok(target)
    }

    /// Gives an inode one more name; one without names (O_TMPFILE) its first.
    pub(crate) fn link_name(&self, ino: u64, new_parent: u64, name: &Name) -> Result<Entry> {
        let parent = self.get(new_parent)?;
        if ino == new_parent {
            return Err(Errno::EPERM);
        }
        let node = self.get(ino)?;
        let entry = self.with_space(|| {
            let mut dir = self.live_directory(&parent)?;
            let mut inode = self.checked_mut(&node)?;
            if inode.is_dir() {
                return Err(Errno::EPERM);
            }
            if inode.nlink >= LINK_MAX {
                return Err(Errno::EMLINK);
            }
            let Probe::Free(key) = dir.probe(&self.volume, name.as_bytes())? else { return Err(Errno::EEXIST) };
            let now = Time::now();
            let mut tx = self.volume.begin(NAME_CREDITS)?;
            tx.reserve(dir.name_cost(&self.volume, key, name)?, Pool::Ordinary)?;
            if inode.nlink == 0 {
                self.remove_orphan(&mut tx, ino)?;
            }
            dir.add_name(&mut tx, key, name, ino, inode.kind())?;
            dir.touch(now);
            dir.store(&mut tx)?;
            inode.nlink += 1;
            inode.ctime = now;
            inode.store(&mut tx)?;
            tx.finish();
            // The lookup that the answer counts, and the end of an O_TMPFILE's doom, before the inode is unlocked.
            self.with_slot(ino, |slot| {
                slot.doomed = false;
                slot.lookups += 1;
            })?;
            Ok(inode.entry())
        })?;
        Ok(entry)
    }
}
