// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! tiffinfs that panics in a LOOKUP of `!panic`: by name the same file system, so that an upgrade can lead away from the crash. After a LOOKUP of
//! `!dawdle` it takes its time between the first part of a hand-over and the next.
#![no_std]

extern crate alloc;

use alloc::vec::Vec;
use libbentofs::ks::sync::{LockName, RwLock};
use libbentofs::ks::time::Time;
use libbentofs::*;
use tiffinfs::TiffinFs;

/// It dawdles until so many files were made or removed, each of them several changes: more than tiffinfs takes note of. But not for ever.
const DAWDLE_FILES: u64 = 6000;
const DAWDLE_NS: i64 = 200_000_000_000;

/// Whom it syncs for.
const NOBODY: Request = Request { unique: 0, uid: 0, gid: 0, pid: 0 };

/// The file system.
#[derive(Debug)]
pub struct Tripwire {
    inner: TiffinFs,
    dawdles: RwLock<bool>,
    /// Files made or removed.
    files: RwLock<u64>,
}

fn with(inner: TiffinFs) -> Tripwire {
    Tripwire { inner, dawdles: RwLock::new(LockName::new(60, 0), false), files: RwLock::new(LockName::new(61, 0), 0) }
}

impl FileSystem for Tripwire {
    const NAME: &'static str = TiffinFs::NAME;
    const NEEDS_DEVICE: bool = true;
    const LOCK_CLASSES: &'static str = TiffinFs::LOCK_CLASSES;
    const STATE_SCHEMA: u32 = TiffinFs::STATE_SCHEMA;
    const STATE_SCHEMA_MIN: u32 = TiffinFs::STATE_SCHEMA_MIN;

    fn mount(mount: &Mount<'_>) -> Result<Tripwire> {
        Ok(with(*TiffinFs::mount_boxed(mount)?))
    }

    fn unmount(self) -> Result<()> {
        self.inner.unmount()
    }

    fn export_state(&self, state: &mut Vec<u8>) -> Result<()> {
        self.inner.export_state(state)
    }

    fn import_state(mount: &Mount<'_>, schema: u32, state: &[u8]) -> Result<Tripwire> {
        Ok(with(*TiffinFs::import_boxed(mount, schema, state)?))
    }

    const HANDS_OVER_EARLY: bool = true;

    fn export_early(&self, state: &mut Vec<u8>) -> Result<()> {
        self.inner.export_early(state)?;
        let (begun, files) = (Time::now(), *self.files.read());
        while *self.dawdles.read() && *self.files.read() < files + DAWDLE_FILES && Time::now().0 - begun.0 < DAWDLE_NS {
            // It waits for the device meanwhile, and leaves the processor to those who make the files.
            self.inner.syncfs(&NOBODY, Ino::ROOT)?;
        }
        Ok(())
    }

    fn export_late(&self, state: &mut Vec<u8>, last: bool) -> Result<()> {
        self.inner.export_late(state, last)
    }

    fn import_late(&mut self, state: &[u8]) -> Result<()> {
        self.inner.import_late(state)
    }

    fn lookup(&self, req: &Request, parent: Ino, name: &Name) -> Result<Entry> {
        assert!(name.as_bytes() != b"!panic", "asked to panic");
        if name.as_bytes() == b"!dawdle" {
            *self.dawdles.write() = true;
        }
        self.inner.lookup(req, parent, name)
    }

    libbentofs::delegate!(inner: forget, getattr, setattr, statx, statfs, readlink, symlink, mknod, mkdir, rmdir, rename, link, tmpfile, open,
        read, write, release, flush, fsync, opendir, readdir, readdirplus, releasedir, fsyncdir, syncfs, getxattr, setxattr, listxattr,
        removexattr, fallocate, lseek, copy_file_range);

    fn unlink(&self, req: &Request, parent: Ino, name: &Name) -> Result<()> {
        *self.files.write() += 1;
        self.inner.unlink(req, parent, name)
    }

    fn create(&self, req: &Request, parent: Ino, name: &Name, mode: u32, umask: u32, flags: u32) -> Result<(Entry, Opened)> {
        *self.files.write() += 1;
        self.inner.create(req, parent, name, mode, umask, flags)
    }
}

libbentofs::module!(Tripwire);
