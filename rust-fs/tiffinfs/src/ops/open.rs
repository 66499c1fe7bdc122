// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! Handles, and listing directories.

use crate::btree::Flow;
use crate::corrupt::corrupt;
use crate::dir::{DOT, DOT_DOT, Target};
use crate::file::STEP_CREDITS;
use crate::fs::TiffinFs;
use crate::inode::{Inode, ROOT};
use alloc::vec::Vec;
use libbentofs::abi::fuse::bits;
use libbentofs::{DirSink, Entry, Errno, Fh, FileType, Name, Opened, Request, Result, Time};

const O_EXCL: u32 = 0o200;
const O_TRUNC: u32 = 0o1000;

/// Most names that READDIRPLUS looks at between two looks at the directory.
const PLUS_BATCH: usize = 64;

impl TiffinFs {
    fn hand_out(&self, ino: u64, flags: u32) -> Result<Fh> {
        self.table.write().open(ino, flags)
    }

    pub(crate) fn open_file(&self, ino: u64, flags: u32) -> Result<Opened> {
        let node = self.get(ino)?;
        {
            let inode = node.inode.read();
            match inode.kind() {
                FileType::Directory => return Err(Errno::EISDIR),
                FileType::Symlink => return Err(Errno::EINVAL),
                _ => {}
            }
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
        // Pages stay valid from one open to the next: all changes come through the kernel.
        Ok(Opened { fh: self.hand_out(ino, flags)?, flags: bits::FOPEN_KEEP_CACHE })
    }

    pub(crate) fn create_file(&self, req: &Request, parent: u64, name: &Name, mode: u32, flags: u32) -> Result<(Entry, Opened)> {
        let entry = match self.make(req, parent, name, crate::ops::create::New::file(mode)) {
            Err(Errno::EEXIST) if flags & O_EXCL == 0 => self.lookup_name(parent, name)?,
            made => made?,
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
        let entry = self.make_nameless(req, parent, mode)?;
        Ok((entry, Opened { fh: self.hand_out(entry.attr.ino.0, flags)?, flags: bits::FOPEN_KEEP_CACHE }))
    }

    pub(crate) fn open_directory(&self, ino: u64, flags: u32) -> Result<Opened> {
        let node = self.get(ino)?;
        if !node.inode.read().is_dir() {
            return Err(Errno::ENOTDIR);
        }
        Ok(Opened { fh: self.hand_out(ino, flags)?, flags: bits::FOPEN_KEEP_CACHE | bits::FOPEN_CACHE_DIR })
    }

    pub(crate) fn close(&self, ino: u64, fh: Fh) -> Result<()> {
        {
            let mut table = self.table.write();
            table.check_open(ino, fh)?;
            table.handles.remove(&fh.0);
        }
        self.settle(ino, |slot| slot.opens = slot.opens.saturating_sub(1));
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
