// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! Handles, and listing directories.

use crate::btree::Flow;
use crate::corrupt::corrupt;
use crate::dir::{DOT, DOT_DOT, Target};
use crate::file::STEP_CREDITS;
use crate::fs::TiffinFs;
use crate::inode::table::Node;
use crate::inode::{Inode, ROOT};
use crate::ops::create::New;
use alloc::sync::Arc;
use alloc::vec::Vec;
use libbentofs::abi::fuse::bits;
use libbentofs::{DirSink, Entry, Errno, Fh, FileType, Name, Opened, Request, Result, Time};

const O_EXCL: u32 = 0o200;
const O_TRUNC: u32 = 0o1000;

/// Most names that READDIRPLUS looks at between two looks at the directory.
const PLUS_BATCH: usize = 64;

impl TiffinFs {
    /// A handle. Pages stay valid from one open to the next: all changes come through the kernel.
    fn hand_out(&self, node: Arc<Node>, flags: u32) -> Result<Opened> {
        let fh = self.handles.write().open(node, flags)?;
        Ok(Opened { fh, flags: bits::FOPEN_KEEP_CACHE })
    }

    pub(crate) fn open_file(&self, ino: u64, flags: u32) -> Result<Opened> {
        let node = self.get(ino)?;
        match node.inode.read().kind() {
            FileType::Directory => return Err(Errno::EISDIR),
            FileType::Symlink => return Err(Errno::EINVAL),
            _ => {}
        }
        if flags & O_TRUNC != 0 && !self.volume.read_only {
            let mut inode = self.checked_mut(&node)?;
            let now = Time::now();
            let tx = self.volume.begin(STEP_CREDITS)?;
            let mut tx = self.resize(tx, &mut inode, 0)?;
            inode.touch(now);
            inode.store(&mut tx)?;
            tx.finish();
        }
        self.hand_out(node.share(), flags)
    }

    pub(crate) fn create_file(&self, req: &Request, parent: u64, name: &Name, mode: u32, flags: u32) -> Result<(Entry, Opened)> {
        let entry = match self.make_node(req, parent, name, New::file(mode)) {
            Err(Errno::EEXIST) if flags & O_EXCL == 0 => self.lookup_name(parent, name)?,
            made => {
                let (entry, node) = made?;
                return Ok((entry, self.hand_out(node, flags)?));
            }
        };
        let ino = entry.attr.ino.0;
        match self.open_file(ino, flags) {
            Ok(opened) => Ok((entry, opened)),
            Err(errno) => {
                // An answer without an entry counts no lookup.
                self.settle(ino, |slot| slot.lookups = slot.lookups.saturating_sub(1));
                Err(errno)
            }
        }
    }

    pub(crate) fn open_nameless(&self, req: &Request, parent: u64, mode: u32, flags: u32) -> Result<(Entry, Opened)> {
        let (entry, node) = self.make_nameless(req, parent, mode)?;
        Ok((entry, self.hand_out(node, flags)?))
    }

    pub(crate) fn open_directory(&self, ino: u64, flags: u32) -> Result<Opened> {
        let node = self.get(ino)?;
        if !node.inode.read().is_dir() {
            return Err(Errno::ENOTDIR);
        }
        let Opened { fh, flags } = self.hand_out(node.share(), flags)?;
        Ok(Opened { fh, flags: flags | bits::FOPEN_CACHE_DIR })
    }

    pub(crate) fn close(&self, ino: u64, fh: Fh) -> Result<()> {
        let last = self.handles.write().close(ino, fh)?;
        if last {
            self.settle(ino, |_| {});
        }
        Ok(())
    }

    /// Offers `.` and `..` when the listing has not come past them; answers whether the listing goes on.
    fn list_dots(dir: &Inode, cookie: u64, mut add: impl FnMut(u64, u64, &[u8]) -> bool) -> bool {
        let parent = if dir.ino == ROOT { ROOT } else { dir.parent };
        (cookie >= DOT || add(dir.ino, DOT, b".")) && (cookie >= DOT_DOT || add(parent, DOT_DOT, b".."))
    }

    pub(crate) fn list_directory(&self, ino: u64, fh: Fh, cookie: u64, out: &mut DirSink<'_>) -> Result<()> {
        let node = self.get_open(ino, fh)?;
        let dir = self.checked(&node)?;
        if !TiffinFs::list_dots(&dir, cookie, |ino, next, name| out.add(libbentofs::Ino(ino), next, FileType::Directory, name)) {
            return Ok(());
        }
        dir.list_names(&self.volume, cookie, |target, name| {
            let added = out.add(libbentofs::Ino(target.ino), target.key, target.kind, name.as_bytes());
            Ok(if added { Flow::Continue } else { Flow::Stop })
        })
    }

    pub(crate) fn list_directory_plus(&self, ino: u64, fh: Fh, cookie: u64, out: &mut DirSink<'_>) -> Result<()> {
        let node = self.get_open(ino, fh)?;
        let dir = self.checked(&node)?;
        let dots = TiffinFs::list_dots(&dir, cookie, |ino, next, name| match Name::new(name) {
            Some(name) => out.add_entry(None, libbentofs::Ino(ino), next, FileType::Directory, name),
            None => false,
        });
        if !dots {
            return Ok(());
        }
        let mut after = cookie;
        loop {
            let batch = self.batch(&dir, after)?;
            let Some((last, _)) = batch.last() else { return Ok(()) };
            after = last.key;
            for (target, name) in &batch {
                let name = Name::new(name).ok_or_else(|| corrupt(format_args!("inode {ino}: a name makes no sense")))?;
                if !out.fits(name.as_bytes().len()) {
                    return Ok(());
                }
                let entry = self.get_looked_up(target.ino)?.inode.read().entry();
                if !out.add_entry(Some(&entry), libbentofs::Ino(target.ino), target.key, target.kind, name) {
                    self.settle(target.ino, |slot| slot.lookups = slot.lookups.saturating_sub(1));
                    return Ok(());
                }
            }
        }
    }

    /// The next names, taken out of the directory's node so that the inodes can be read while none of its blocks is locked.
    fn batch(&self, dir: &Inode, after: u64) -> Result<Vec<(Target, Vec<u8>)>> {
        let mut batch = Vec::with_capacity(PLUS_BATCH);
        dir.list_names(&self.volume, after, |target, name| {
            batch.push((target, Vec::from(name.as_bytes())));
            Ok(if batch.len() < PLUS_BATCH { Flow::Continue } else { Flow::Stop })
        })?;
        Ok(batch)
    }
}
