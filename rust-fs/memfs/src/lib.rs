// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! memfs: the shortest readable Bento file system. Everything is in memory, and is gone with the mount.
//!
//! Three ideas, a file each: [`tree`] has the names and knows who still needs an inode, [`inode`] has what one inode is,
//! [`content`] has the bytes of a file. This file is the trait, op for op. `docs/tutorial.md` goes through it.
//!
//! Locks, in the order in which they are taken: the tree's, then one inode's, then the count of used pages. An op on
//! names holds the tree's for its whole length; an op on a file's content only to find the inode.
//!
//! Invariant: nothing here depends on anything but the ops and the order of locks: maps are ordered, numbers are counted.
#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

mod content;
mod copy;
mod directory;
mod inode;
mod listing;
mod rename;
mod space;
mod state;
mod tree;

use alloc::sync::Arc;
use alloc::vec::Vec;
use content::PAGE;
use inode::Body;
use libbentofs::ks::sync::{LockName, RwLock};
use libbentofs::{
    Attr, CopyRange, DataIn, DataOut, DirSink, Entry, Errno, FallocFlags, Fh, FileSystem, FileType, Ino, Mount, Name, Opened,
    RenameFlags, Request, Result, SeekTo, SetAttr, Statfs, Statx, Time, Ttl, XattrFlags,
};
use rename::Place;
use space::Space;
use tree::{SharedInode, Tree};

/// Lock class, see [`MemFs::LOCK_CLASSES`].
const TREE: u32 = 1;

/// open(2): the content goes.
const O_TRUNC: u32 = 0o1000;
/// open(2): reading does not move the access time.
const O_NOATIME: u32 = 0o1000000;

/// The file system.
pub struct MemFs {
    tree: RwLock<Tree>,
    space: Arc<Space>,
}

impl core::fmt::Debug for MemFs {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("MemFs")
    }
}

impl MemFs {
    fn with(tree: Tree) -> MemFs {
        let space = tree.space.clone();
        MemFs { tree: RwLock::new(LockName::new(TREE, 0), tree), space }
    }

    fn inode(&self, ino: Ino) -> Result<SharedInode> {
        self.tree.read().inode(ino)
    }

    fn opened(&self, ino: Ino, fh: Fh) -> Result<SharedInode> {
        self.tree.read().opened(ino, fh)
    }

    /// Makes an inode with a name, and answers it.
    fn make(&self, req: &Request, parent: Ino, name: &Name, mode: u32, rdev: u32, body: Body) -> Result<Entry> {
        let mut tree = self.tree.write();
        let ino = tree.make(req, parent, Some(name), mode, rdev, body)?;
        tree.entry(ino)
    }

    /// Makes a regular file, with a name or without, and opens it.
    fn make_open(&self, req: &Request, parent: Ino, name: Option<&Name>, mode: u32, flags: u32) -> Result<(Entry, Opened)> {
        let mut tree = self.tree.write();
        let mode = FileType::Regular.mode_bits() | mode & 0o7777;
        let ino = tree.make(req, parent, name, mode, 0, Body::File(Default::default()))?;
        Ok((tree.entry(ino)?, tree.open(ino, flags)?))
    }

    /// Something was read through the handle.
    fn accessed(&self, inode: &SharedInode, fh: Option<Fh>) {
        let now = Time::now();
        if !inode.read().atime_is_old(now) {
            return;
        }
        let no_atime = |fh| self.tree.read().handles.get(&fh).is_some_and(|handle| handle.flags & O_NOATIME != 0);
        if !fh.is_some_and(no_atime) {
            inode.write().atime = now;
        }
    }
}

impl FileSystem for MemFs {
    const NAME: &'static str = "memfs";
    const NEEDS_DEVICE: bool = false;
    const LOCK_CLASSES: &'static str = "tree,inode,space";
    const STATE_SCHEMA: u32 = 1;

    fn mount(mount: &Mount<'_>) -> Result<MemFs> {
        Ok(MemFs::with(Tree::new(Arc::new(Space::new(mount)?))))
    }

    fn export_state(&self, state: &mut Vec<u8>) -> Result<()> {
        state::export(&self.tree.read(), state)
    }

    fn import_state(mount: &Mount<'_>, _schema: u32, state: &[u8]) -> Result<MemFs> {
        Ok(MemFs::with(state::import(Arc::new(Space::new(mount)?), state)?))
    }

    fn lookup(&self, _req: &Request, parent: Ino, name: &Name) -> Result<Entry> {
        let mut tree = self.tree.write();
        let ino = match name.as_bytes() {
            // Of any inode: how a handle that outlived the cache finds it again, and ".." the way from it to the root.
            b"." => parent,
            b".." => tree.directory(parent)?.parent,
            _ => tree.find(parent, name)?,
        };
        tree.entry(ino)
    }

    fn forget(&self, _req: &Request, ino: Ino, lookups: u64) {
        self.tree.write().forget(ino, lookups);
    }

    fn getattr(&self, _req: &Request, ino: Ino, _fh: Option<Fh>) -> Result<(Attr, Ttl)> {
        let attr = self.inode(ino)?.read().attr(ino);
        Ok((attr, Ttl::USUAL))
    }

    fn statx(&self, _req: &Request, ino: Ino, _fh: Option<Fh>) -> Result<(Statx, Ttl)> {
        let statx = self.inode(ino)?.read().statx(ino);
        Ok((statx, Ttl::USUAL))
    }

    fn setattr(&self, _req: &Request, ino: Ino, changes: &SetAttr) -> Result<(Attr, Ttl)> {
        let inode = self.inode(ino)?;
        let mut inode = inode.write();
        inode.set(changes, Time::now(), &self.space)?;
        Ok((inode.attr(ino), Ttl::USUAL))
    }

    fn readlink(&self, _req: &Request, ino: Ino) -> Result<Vec<u8>> {
        let inode = self.inode(ino)?;
        let target = match &inode.read().body {
            Body::Symlink(target) => target.clone(),
            _ => return Err(Errno::EINVAL),
        };
        self.accessed(&inode, None);
        Ok(target)
    }

    fn symlink(&self, req: &Request, parent: Ino, name: &Name, target: &[u8]) -> Result<Entry> {
        if target.is_empty() || target.len() >= PAGE as usize {
            return Err(if target.is_empty() { Errno::ENOENT } else { Errno::ENAMETOOLONG });
        }
        self.make(req, parent, name, FileType::Symlink.mode_bits() | 0o777, 0, Body::Symlink(target.to_vec()))
    }

    fn mknod(&self, req: &Request, parent: Ino, name: &Name, mode: u32, rdev: u32, _umask: u32) -> Result<Entry> {
        // mknod(2): no type means a regular file.
        let mode = if mode & 0o170000 == 0 { mode | FileType::Regular.mode_bits() } else { mode };
        let body = match FileType::from_mode(mode) {
            Some(FileType::Regular) => Body::File(Default::default()),
            Some(FileType::Directory) => return Err(Errno::EPERM),
            Some(FileType::Symlink) | None => return Err(Errno::EINVAL),
            Some(_) => Body::Nothing,
        };
        self.make(req, parent, name, mode, rdev, body)
    }

    fn mkdir(&self, req: &Request, parent: Ino, name: &Name, mode: u32, _umask: u32) -> Result<Entry> {
        self.make(req, parent, name, FileType::Directory.mode_bits() | mode & 0o7777, 0, Body::Nothing)
    }

    fn unlink(&self, _req: &Request, parent: Ino, name: &Name) -> Result<()> {
        self.tree.write().unlink(parent, name)
    }

    fn rmdir(&self, _req: &Request, parent: Ino, name: &Name) -> Result<()> {
        self.tree.write().rmdir(parent, name)
    }

    fn rename(&self, _req: &Request, parent: Ino, name: &Name, new_parent: Ino, new_name: &Name, flags: RenameFlags) -> Result<()> {
        self.tree.write().rename(Place { parent, name }, Place { parent: new_parent, name: new_name }, flags)
    }

    fn link(&self, _req: &Request, ino: Ino, new_parent: Ino, new_name: &Name) -> Result<Entry> {
        let mut tree = self.tree.write();
        tree.link(ino, new_parent, new_name)?;
        tree.entry(ino)
    }

    fn open(&self, _req: &Request, ino: Ino, flags: u32) -> Result<Opened> {
        let mut tree = self.tree.write();
        if tree.node(ino)?.kind == FileType::Directory {
            return Err(Errno::EISDIR);
        }
        if flags & O_TRUNC != 0 {
            let truncate = SetAttr { size: Some(0), ..Default::default() };
            tree.inode(ino)?.write().set(&truncate, Time::now(), &self.space)?;
        }
        tree.open(ino, flags)
    }

    fn create(&self, req: &Request, parent: Ino, name: &Name, mode: u32, _umask: u32, flags: u32) -> Result<(Entry, Opened)> {
        self.make_open(req, parent, Some(name), mode, flags)
    }

    fn tmpfile(&self, req: &Request, parent: Ino, mode: u32, _umask: u32, flags: u32) -> Result<(Entry, Opened)> {
        self.make_open(req, parent, None, mode, flags)
    }

    fn read(&self, _req: &Request, ino: Ino, fh: Fh, offset: u64, out: &mut DataOut<'_>) -> Result<()> {
        let inode = self.opened(ino, fh)?;
        inode.read().content()?.read(offset, out)?;
        self.accessed(&inode, Some(fh));
        Ok(())
    }

    fn write(&self, _req: &Request, ino: Ino, fh: Fh, offset: u64, data: &DataIn<'_>, kill_suidgid: bool) -> Result<u32> {
        let inode = self.opened(ino, fh)?;
        let mut inode = inode.write();
        let written = inode.content_mut()?.write(offset, data.len(), &self.space, |done, part| data.copy_to(done, part))?;
        if written > 0 {
            inode.modified(Time::now(), kill_suidgid);
        }
        Ok(written)
    }

    fn flush(&self, _req: &Request, ino: Ino, fh: Fh) -> Result<()> {
        self.opened(ino, fh).map(drop)
    }

    fn release(&self, _req: &Request, ino: Ino, fh: Fh, _flags: u32) -> Result<()> {
        self.tree.write().close(ino, fh)
    }

    /// There is nothing that memory could be written to.
    fn fsync(&self, _req: &Request, ino: Ino, fh: Fh, _datasync: bool) -> Result<()> {
        self.opened(ino, fh).map(drop)
    }

    fn opendir(&self, _req: &Request, ino: Ino, flags: u32) -> Result<Opened> {
        let mut tree = self.tree.write();
        tree.directory(ino)?;
        tree.open(ino, flags)
    }

    fn readdir(&self, _req: &Request, ino: Ino, fh: Fh, cookie: u64, out: &mut DirSink<'_>) -> Result<()> {
        let inode = self.opened(ino, fh)?;
        self.tree.read().list(ino, cookie, out)?;
        self.accessed(&inode, Some(fh));
        Ok(())
    }

    fn readdirplus(&self, _req: &Request, ino: Ino, fh: Fh, cookie: u64, out: &mut DirSink<'_>) -> Result<()> {
        let inode = self.opened(ino, fh)?;
        self.tree.write().list_entries(ino, cookie, out)?;
        self.accessed(&inode, Some(fh));
        Ok(())
    }

    fn releasedir(&self, _req: &Request, ino: Ino, fh: Fh, _flags: u32) -> Result<()> {
        self.tree.write().close(ino, fh)
    }

    fn fsyncdir(&self, _req: &Request, ino: Ino, fh: Fh, _datasync: bool) -> Result<()> {
        self.opened(ino, fh).map(drop)
    }

    fn syncfs(&self, _req: &Request, _ino: Ino) -> Result<()> {
        Ok(())
    }

    fn statfs(&self, _req: &Request, _ino: Ino) -> Result<Statfs> {
        let inodes = self.tree.read().nodes.len() as u64;
        let (blocks, page) = (self.space.limit, PAGE as u32);
        let free = blocks - self.space.used();
        let (files, ffree) = (blocks, blocks.saturating_sub(inodes));
        let namelen = libbentofs::NAME_MAX as u32;
        Ok(Statfs { blocks, bfree: free, bavail: free, files, ffree, bsize: page, namelen, frsize: page })
    }

    fn setxattr(&self, _req: &Request, ino: Ino, name: &[u8], value: &[u8], flags: XattrFlags) -> Result<()> {
        self.inode(ino)?.write().set_xattr(name, value, flags, Time::now())
    }

    fn getxattr(&self, _req: &Request, ino: Ino, name: &[u8]) -> Result<Vec<u8>> {
        self.inode(ino)?.read().xattr(name)
    }

    fn listxattr(&self, _req: &Request, ino: Ino) -> Result<Vec<u8>> {
        Ok(self.inode(ino)?.read().xattr_names())
    }

    fn removexattr(&self, _req: &Request, ino: Ino, name: &[u8]) -> Result<()> {
        self.inode(ino)?.write().remove_xattr(name, Time::now())
    }

    /// Modes are checked by the kernel, which knows the caller's groups; an op need only say whether the inode is there.
    fn access(&self, _req: &Request, ino: Ino, _mask: u32) -> Result<()> {
        self.inode(ino).map(drop)
    }

    fn fallocate(&self, _req: &Request, ino: Ino, fh: Fh, offset: u64, length: u64, flags: FallocFlags) -> Result<()> {
        let inode = self.opened(ino, fh)?;
        let mut inode = inode.write();
        let content = inode.content_mut()?;
        let end = offset.checked_add(length).ok_or(Errno::EFBIG)?;
        let keep_size = flags.contains(FallocFlags::KEEP_SIZE);
        match flags - FallocFlags::KEEP_SIZE {
            FallocFlags::PUNCH_HOLE if keep_size => content.zero(offset, end, &self.space),
            FallocFlags::ZERO_RANGE => {
                content.zero(offset, end, &self.space);
                content.reserve(offset, end, &self.space)?;
            }
            plain if plain.is_empty() => content.reserve(offset, end, &self.space)?,
            _ => return Err(Errno::EOPNOTSUPP),
        }
        if !keep_size {
            content.size = content.size.max(end);
        }
        inode.modified(Time::now(), false);
        Ok(())
    }

    fn lseek(&self, _req: &Request, ino: Ino, fh: Fh, offset: u64, to: SeekTo) -> Result<u64> {
        self.opened(ino, fh)?.read().content()?.seek(offset, to)
    }

    fn copy_file_range(&self, _req: &Request, range: &CopyRange) -> Result<u32> {
        copy::copy_file_range(self, range)
    }
}
