// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! All names, and who still needs an inode. One lock guards all of it.
//!
//! Invariant: an inode is in the table for as long as it has a name, a lookup or a handle. Its number is never used again.

use crate::directory::Directory;
use crate::inode::{Body, Inode};
use crate::space::Space;
use alloc::collections::BTreeMap;
use alloc::sync::Arc;
use libbentofs::ks::sync::{LockName, RwLock};
use libbentofs::{Entry, Errno, Fh, FileType, Ino, Name, Opened, Request, Result, Time};

/// Lock class, see `MemFs::LOCK_CLASSES`. Taken after the tree's lock, and one at a time.
const INODE: u32 = 2;

pub type SharedInode = Arc<RwLock<Inode>>;

pub struct Node {
    pub kind: FileType,
    /// Answered entries that were not forgotten yet.
    pub lookups: u64,
    /// Handles.
    pub opens: u64,
    /// Names, when it is a directory.
    pub directory: Option<Directory>,
    pub inode: SharedInode,
}

pub struct Handle {
    pub ino: Ino,
    /// As of open(2).
    pub flags: u32,
}

pub struct Tree {
    pub nodes: BTreeMap<Ino, Node>,
    pub handles: BTreeMap<Fh, Handle>,
    pub next_ino: u64,
    pub next_fh: u64,
    pub space: Arc<Space>,
}

/// `inode` behind its lock.
pub fn shared(ino: Ino, inode: Inode) -> SharedInode {
    Arc::new(RwLock::new(LockName::new(INODE, ino.0), inode))
}

impl Tree {
    /// An empty root directory.
    pub fn new(space: Arc<Space>) -> Tree {
        let mode = FileType::Directory.mode_bits() | 0o755;
        let root = Inode { nlink: 2, ..Inode::new(mode, 0, 0, 0, Body::Nothing, Time::now()) };
        let mut tree = Tree { nodes: BTreeMap::new(), handles: BTreeMap::new(), next_ino: Ino::ROOT.0 + 1, next_fh: 1, space };
        tree.nodes.insert(
            Ino::ROOT,
            Node {
                kind: FileType::Directory,
                lookups: 0,
                opens: 0,
                directory: Some(Directory::new(Ino::ROOT)),
                inode: shared(Ino::ROOT, root),
            },
        );
        tree
    }

    pub fn node(&self, ino: Ino) -> Result<&Node> {
        self.nodes.get(&ino).ok_or(Errno::ESTALE)
    }

    fn node_mut(&mut self, ino: Ino) -> Result<&mut Node> {
        self.nodes.get_mut(&ino).ok_or(Errno::ESTALE)
    }

    pub fn inode(&self, ino: Ino) -> Result<SharedInode> {
        Ok(self.node(ino)?.inode.clone())
    }

    /// The inode that `fh` is open on, which must be `ino`.
    pub fn opened(&self, ino: Ino, fh: Fh) -> Result<SharedInode> {
        match self.handles.get(&fh) {
            Some(handle) if handle.ino == ino => self.inode(ino),
            _ => Err(Errno::EBADF),
        }
    }

    pub fn directory(&self, ino: Ino) -> Result<&Directory> {
        self.node(ino)?.directory.as_ref().ok_or(Errno::ENOTDIR)
    }

    pub(crate) fn directory_mut(&mut self, ino: Ino) -> Result<&mut Directory> {
        self.node_mut(ino)?.directory.as_mut().ok_or(Errno::ENOTDIR)
    }

    pub fn find(&self, parent: Ino, name: &Name) -> Result<Ino> {
        self.directory(parent)?.get(name).ok_or(Errno::ENOENT)
    }

    /// An inode for an answer: counts a lookup.
    pub fn entry(&mut self, ino: Ino) -> Result<Entry> {
        let node = self.node_mut(ino)?;
        node.lookups += 1;
        let attr = node.inode.read().attr(ino);
        // Numbers are never used again, so one generation is enough.
        Ok(Entry::new(attr, 0))
    }

    pub fn forget(&mut self, ino: Ino, lookups: u64) {
        if let Some(node) = self.nodes.get_mut(&ino) {
            node.lookups = node.lookups.saturating_sub(lookups);
            self.reap(ino);
        }
    }

    pub fn open(&mut self, ino: Ino, flags: u32) -> Result<Opened> {
        self.node_mut(ino)?.opens += 1;
        let fh = Fh(self.next_fh);
        self.next_fh += 1;
        self.handles.insert(fh, Handle { ino, flags });
        Ok(Opened { fh, flags: 0 })
    }

    pub fn close(&mut self, ino: Ino, fh: Fh) -> Result<()> {
        self.opened(ino, fh)?;
        self.handles.remove(&fh);
        self.node_mut(ino)?.opens -= 1;
        self.reap(ino);
        Ok(())
    }

    /// Frees an inode that nobody needs any more.
    fn reap(&mut self, ino: Ino) {
        let Some(node) = self.nodes.get(&ino) else { return };
        if node.lookups > 0 || node.opens > 0 || node.inode.read().nlink > 0 {
            return;
        }
        if let Body::File(content) = &mut node.inode.write().body {
            content.zero(0, u64::MAX, &self.space);
        }
        self.nodes.remove(&ino);
    }

    pub(crate) fn change(&self, ino: Ino, change: impl FnOnce(&mut Inode)) -> Result<()> {
        change(&mut self.node(ino)?.inode.write());
        Ok(())
    }

    /// Whether a name may be added: EEXIST when it is there, ENOENT when the directory itself is gone.
    fn check_free(&self, parent: Ino, name: &Name) -> Result<()> {
        if self.directory(parent)?.get(name).is_some() {
            return Err(Errno::EEXIST);
        }
        self.check_alive(parent)
    }

    pub(crate) fn check_alive(&self, directory: Ino) -> Result<()> {
        if self.node(directory)?.inode.read().nlink == 0 { Err(Errno::ENOENT) } else { Ok(()) }
    }

    /// Makes an inode; without `name` it is one that goes with its handle, unless it is linked before.
    pub fn make(&mut self, req: &Request, parent: Ino, name: Option<&Name>, mode: u32, rdev: u32, body: Body) -> Result<Ino> {
        match name {
            Some(name) => self.check_free(parent, name)?,
            None => self.check_alive(parent)?,
        }
        if self.nodes.len() as u64 >= self.space.limit {
            return Err(Errno::ENOSPC);
        }
        let kind = FileType::from_mode(mode).ok_or(Errno::EINVAL)?;
        let now = Time::now();
        let (gid, mode) = self.node(parent)?.inode.read().inherit(req.gid, mode);
        let ino = Ino(self.next_ino);
        self.next_ino += 1;
        let is_directory = kind == FileType::Directory;
        let nlink = match name {
            None => 0,
            Some(_) if is_directory => 2,
            Some(_) => 1,
        };
        let inode = Inode { nlink, ..Inode::new(mode, req.uid, gid, rdev, body, now) };
        let directory = is_directory.then(|| Directory::new(parent));
        self.nodes.insert(ino, Node { kind, lookups: 0, opens: 0, directory, inode: shared(ino, inode) });
        if let Some(name) = name {
            self.directory_mut(parent)?.add(name, ino);
            self.change(parent, |parent| {
                parent.nlink += u32::from(is_directory);
                parent.modified(now, false);
            })?;
        }
        Ok(ino)
    }

    pub fn link(&mut self, ino: Ino, parent: Ino, name: &Name) -> Result<()> {
        if self.node(ino)?.kind == FileType::Directory {
            return Err(Errno::EPERM);
        }
        self.check_free(parent, name)?;
        let now = Time::now();
        self.directory_mut(parent)?.add(name, ino);
        self.change(parent, |parent| parent.modified(now, false))?;
        self.change(ino, |inode| {
            inode.nlink += 1;
            inode.ctime = now;
        })
    }

    pub fn unlink(&mut self, parent: Ino, name: &Name) -> Result<()> {
        let ino = self.find(parent, name)?;
        if self.node(ino)?.kind == FileType::Directory {
            return Err(Errno::EISDIR);
        }
        let now = Time::now();
        self.directory_mut(parent)?.remove(name)?;
        self.change(parent, |parent| parent.modified(now, false))?;
        self.drop_name(ino, parent, now)
    }

    pub fn rmdir(&mut self, parent: Ino, name: &Name) -> Result<()> {
        let ino = self.find(parent, name)?;
        if !self.directory(ino)?.is_empty() {
            return Err(Errno::ENOTEMPTY);
        }
        let now = Time::now();
        self.directory_mut(parent)?.remove(name)?;
        self.change(parent, |parent| parent.modified(now, false))?;
        self.drop_name(ino, parent, now)
    }

    /// `ino` has lost a name in `parent`; a directory had only that one.
    pub(crate) fn drop_name(&mut self, ino: Ino, parent: Ino, now: Time) -> Result<()> {
        let is_directory = self.node(ino)?.kind == FileType::Directory;
        self.change(ino, |inode| {
            inode.nlink = if is_directory { 0 } else { inode.nlink - 1 };
            inode.ctime = now;
        })?;
        if is_directory {
            self.change(parent, |parent| parent.nlink -= 1)?;
        }
        self.reap(ino);
        Ok(())
    }
}
