// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! The ops: tiffinfs's, and a note of those that make, open, move and take away.

use crate::deed::{Deed, Place, What};
use crate::log::Log;
use alloc::vec::Vec;
use core::fmt::Write;
use libbentofs::ks::sync::{LockName, Mutex};
use libbentofs::{Entry, Errno, FileSystem, Ino, Mount, Name, Opened, RenameFlags, Request, Result, XattrFlags};
use tiffinfs::TiffinFs;

/// Where the log is in the state.
const KEY: &str = "provenance";
/// Where its end is that the second part of a hand-over adds.
const KEY_LATE: &str = "provenance.late";

/// What is known of an inode.
const OF_INODE: &[u8] = b"user.bento.provenance";
/// What is known at all; of the root.
const OF_ALL: &[u8] = b"user.bento.provenance.log";

const OWN_CLASS: &str = ",provenance";

/// Tiffinfs's lock classes and one more.
const LOCK_CLASSES: [u8; TiffinFs::LOCK_CLASSES.len() + OWN_CLASS.len()] = {
    let mut names = [0; TiffinFs::LOCK_CLASSES.len() + OWN_CLASS.len()];
    let (first, second) = names.split_at_mut(TiffinFs::LOCK_CLASSES.len());
    first.copy_from_slice(TiffinFs::LOCK_CLASSES.as_bytes());
    second.copy_from_slice(OWN_CLASS.as_bytes());
    names
};

/// Class of the log's lock: the last one. Taken while no other is held.
const PROVENANCE: u32 = {
    let (mut classes, mut at) = (1, 0);
    while at < LOCK_CLASSES.len() {
        classes += (LOCK_CLASSES[at] == b',') as u32;
        at += 1;
    }
    classes
};

/// A mounted tiffinfs, and what was done to it.
#[derive(Debug)]
pub struct TiffinFsProv {
    inner: TiffinFs,
    log: Mutex<Log>,
}

impl TiffinFsProv {
    fn with(inner: TiffinFs, log: Log) -> TiffinFsProv {
        TiffinFsProv { inner, log: Mutex::new(LockName::new(PROVENANCE, 0), log) }
    }

    fn note(&self, deed: Deed) {
        self.log.lock().add(deed);
    }

    fn made(&self, req: &Request, entry: Entry, parent: Ino, name: &Name) -> Entry {
        self.note(Deed::new(req, What::Created, entry.attr.ino, Place::new(parent, name)));
        entry
    }

    /// The inode behind a name that is about to go; the kernel keeps others from changing the name meanwhile.
    fn remove(&self, req: &Request, parent: Ino, name: &Name, remove: impl FnOnce() -> Result<()>) -> Result<()> {
        let ino = self.inner.ino_of(parent, name);
        remove()?;
        self.note(Deed::new(req, What::Removed, ino?, Place::new(parent, name)));
        Ok(())
    }
}

impl Log {
    /// Takes in what was handed over.
    fn take_kept(&mut self, inner: &mut TiffinFs) -> Result<()> {
        for key in [KEY, KEY_LATE] {
            if let Some(log) = inner.take_kept(key) {
                self.go_on_with(Log::decode(&log)?);
            }
        }
        Ok(())
    }
}

fn is_ours(name: &[u8]) -> bool {
    name == OF_INODE || name == OF_ALL
}

impl FileSystem for TiffinFsProv {
    const NAME: &'static str = TiffinFs::NAME;
    const NEEDS_DEVICE: bool = TiffinFs::NEEDS_DEVICE;
    const LOCK_CLASSES: &'static str = match core::str::from_utf8(&LOCK_CLASSES) {
        Ok(names) => names,
        Err(_) => panic!("made of texts"),
    };
    const STATE_SCHEMA: u32 = TiffinFs::STATE_SCHEMA;
    const STATE_SCHEMA_MIN: u32 = TiffinFs::STATE_SCHEMA_MIN;

    fn mount(mount: &Mount<'_>) -> Result<TiffinFsProv> {
        Ok(TiffinFsProv::with(*TiffinFs::mount_boxed(mount)?, Log::default()))
    }

    fn unmount(self) -> Result<()> {
        self.inner.unmount()
    }

    fn export_state(&self, state: &mut Vec<u8>) -> Result<()> {
        let log = self.log.lock().encode()?;
        self.inner.export_with(state, KEY, &log)
    }

    fn import_state(mount: &Mount<'_>, schema: u32, state: &[u8]) -> Result<TiffinFsProv> {
        let mut inner = TiffinFs::import_boxed(mount, schema, state)?;
        let mut log = Log::default();
        log.take_kept(&mut inner)?;
        Ok(TiffinFsProv::with(*inner, log))
    }

    const HANDS_OVER_EARLY: bool = true;

    fn export_early(&self, state: &mut Vec<u8>) -> Result<()> {
        let log = self.log.lock().encode_early()?;
        self.inner.export_early_with(state, KEY, &log)
    }

    fn export_late(&self, state: &mut Vec<u8>, last: bool) -> Result<()> {
        // The log is told once: a version that does not know it keeps what it is given, and cannot put pieces together.
        if !last {
            return self.inner.export_late(state, false);
        }
        let log = self.log.lock().encode_late()?;
        self.inner.export_late_with(state, last, KEY_LATE, &log)
    }

    fn import_late(&mut self, state: &[u8]) -> Result<()> {
        self.inner.import_late(state)?;
        self.log.get_mut().take_kept(&mut self.inner)
    }

    fn mkfs(mount: &Mount<'_>) -> Result<()> {
        TiffinFs::mkfs(mount)
    }

    fn fsck(mount: &Mount<'_>, report: &mut dyn Write) -> Result<()> {
        TiffinFs::fsck(mount, report)
    }

    fn explain(mount: &Mount<'_>, number: u64, data: &[u8], text: &mut dyn Write) -> Result<()> {
        TiffinFs::explain(mount, number, data, text)
    }

    libbentofs::delegate!(inner: lookup, forget, getattr, setattr, statx, statfs, readlink, read, write, flush, release, fsync,
        opendir, readdir, readdirplus, releasedir, fsyncdir, syncfs, listxattr, access, getlk, setlk, bmap, ioctl, poll, fallocate, lseek,
        copy_file_range);

    fn symlink(&self, req: &Request, parent: Ino, name: &Name, target: &[u8]) -> Result<Entry> {
        Ok(self.made(req, self.inner.symlink(req, parent, name, target)?, parent, name))
    }

    fn mknod(&self, req: &Request, parent: Ino, name: &Name, mode: u32, rdev: u32, umask: u32) -> Result<Entry> {
        Ok(self.made(req, self.inner.mknod(req, parent, name, mode, rdev, umask)?, parent, name))
    }

    fn mkdir(&self, req: &Request, parent: Ino, name: &Name, mode: u32, umask: u32) -> Result<Entry> {
        Ok(self.made(req, self.inner.mkdir(req, parent, name, mode, umask)?, parent, name))
    }

    fn create(&self, req: &Request, parent: Ino, name: &Name, mode: u32, umask: u32, flags: u32) -> Result<(Entry, Opened)> {
        let (entry, opened) = self.inner.create(req, parent, name, mode, umask, flags)?;
        Ok((self.made(req, entry, parent, name), opened))
    }

    fn tmpfile(&self, req: &Request, parent: Ino, mode: u32, umask: u32, flags: u32) -> Result<(Entry, Opened)> {
        let (entry, opened) = self.inner.tmpfile(req, parent, mode, umask, flags)?;
        self.note(Deed::new(req, What::Created, entry.attr.ino, Place::default()));
        Ok((entry, opened))
    }

    fn link(&self, req: &Request, ino: Ino, new_parent: Ino, new_name: &Name) -> Result<Entry> {
        let entry = self.inner.link(req, ino, new_parent, new_name)?;
        self.note(Deed::new(req, What::Linked, ino, Place::new(new_parent, new_name)));
        Ok(entry)
    }

    fn open(&self, req: &Request, ino: Ino, flags: u32) -> Result<Opened> {
        let opened = self.inner.open(req, ino, flags)?;
        self.note(Deed::new(req, What::Opened, ino, Place::default()));
        Ok(opened)
    }

    fn unlink(&self, req: &Request, parent: Ino, name: &Name) -> Result<()> {
        self.remove(req, parent, name, || self.inner.unlink(req, parent, name))
    }

    fn rmdir(&self, req: &Request, parent: Ino, name: &Name) -> Result<()> {
        self.remove(req, parent, name, || self.inner.rmdir(req, parent, name))
    }

    fn rename(&self, req: &Request, parent: Ino, name: &Name, new_parent: Ino, new_name: &Name, flags: RenameFlags) -> Result<()> {
        let moved = self.inner.ino_of(parent, name);
        let there = self.inner.ino_of(new_parent, new_name).ok();
        self.inner.rename(req, parent, name, new_parent, new_name, flags)?;
        let moved = moved?;
        let (from, to) = (Place::new(parent, name), Place::new(new_parent, new_name));
        match there {
            Some(there) if flags.contains(RenameFlags::EXCHANGE) => {
                self.note(Deed { to: from.clone(), ..Deed::new(req, What::Renamed, there, to.clone()) });
            }
            Some(there) if there != moved => self.note(Deed::new(req, What::Removed, there, to.clone())),
            _ => {}
        }
        self.note(Deed { to, ..Deed::new(req, What::Renamed, moved, from) });
        Ok(())
    }

    fn getxattr(&self, req: &Request, ino: Ino, name: &[u8]) -> Result<Vec<u8>> {
        match name {
            OF_INODE => self.log.lock().text(|deed| deed.ino == ino.0),
            OF_ALL if ino == Ino::ROOT => self.log.lock().text(|_| true),
            OF_ALL => Err(Errno::ENODATA),
            _ => self.inner.getxattr(req, ino, name),
        }
    }

    /// The past cannot be changed.
    fn setxattr(&self, req: &Request, ino: Ino, name: &[u8], value: &[u8], flags: XattrFlags) -> Result<()> {
        if is_ours(name) { Err(Errno::EPERM) } else { self.inner.setxattr(req, ino, name, value, flags) }
    }

    fn removexattr(&self, req: &Request, ino: Ino, name: &[u8]) -> Result<()> {
        if is_ours(name) { Err(Errno::EPERM) } else { self.inner.removexattr(req, ino, name) }
    }
}
