// SPDX-License-Identifier: MIT OR Apache-2.0
//! memfs with other inode numbers and handles: a version of memfs that answers alike in all that matters.
#![no_std]

extern crate alloc;

use alloc::vec::Vec;
use libbentofs::ks::Result;
use libbentofs::*;
use memfs::MemFs;

/// The file system.
#[derive(Debug)]
pub struct Renumbered(MemFs);

/// What every inode but the root is moved by.
const BY: u64 = 1000;
/// What handles are mixed with.
const MIX: u64 = 0x5a5a;

fn inside(ino: Ino) -> Ino {
    if ino == Ino::ROOT { ino } else { Ino(ino.0.wrapping_sub(BY)) }
}

fn attr(attr: Attr) -> Attr {
    Attr { ino: if attr.ino == Ino::ROOT { attr.ino } else { Ino(attr.ino.0 + BY) }, ..attr }
}

fn entry(entry: Entry) -> Entry {
    Entry { attr: attr(entry.attr), generation: entry.generation + 3, ..entry }
}

fn opened(opened: Opened) -> Opened {
    Opened { fh: handle(opened.fh), ..opened }
}

fn handle(fh: Fh) -> Fh {
    Fh(fh.0 ^ MIX)
}

impl FileSystem for Renumbered {
    const NAME: &'static str = MemFs::NAME;
    const NEEDS_DEVICE: bool = false;
    const LOCK_CLASSES: &'static str = MemFs::LOCK_CLASSES;
    const STATE_SCHEMA: u32 = MemFs::STATE_SCHEMA;

    fn mount(mount: &Mount<'_>) -> Result<Self> {
        MemFs::mount(mount).map(Renumbered)
    }

    fn export_state(&self, state: &mut Vec<u8>) -> Result<()> {
        self.0.export_state(state)
    }

    fn import_state(mount: &Mount<'_>, schema: u32, state: &[u8]) -> Result<Self> {
        MemFs::import_state(mount, schema, state).map(Renumbered)
    }

    fn lookup(&self, req: &Request, parent: Ino, name: &Name) -> Result<Entry> {
        self.0.lookup(req, inside(parent), name).map(entry)
    }

    fn forget(&self, req: &Request, ino: Ino, lookups: u64) {
        self.0.forget(req, inside(ino), lookups);
    }

    fn getattr(&self, req: &Request, ino: Ino, fh: Option<Fh>) -> Result<(Attr, Ttl)> {
        self.0.getattr(req, inside(ino), fh.map(handle)).map(|(one, ttl)| (attr(one), ttl))
    }

    fn setattr(&self, req: &Request, ino: Ino, changes: &SetAttr) -> Result<(Attr, Ttl)> {
        let changes = SetAttr { fh: changes.fh.map(handle), ..*changes };
        self.0.setattr(req, inside(ino), &changes).map(|(one, ttl)| (attr(one), ttl))
    }

    fn symlink(&self, req: &Request, parent: Ino, name: &Name, target: &[u8]) -> Result<Entry> {
        self.0.symlink(req, inside(parent), name, target).map(entry)
    }

    fn mkdir(&self, req: &Request, parent: Ino, name: &Name, mode: u32, umask: u32) -> Result<Entry> {
        self.0.mkdir(req, inside(parent), name, mode, umask).map(entry)
    }

    fn unlink(&self, req: &Request, parent: Ino, name: &Name) -> Result<()> {
        self.0.unlink(req, inside(parent), name)
    }

    fn rename(&self, req: &Request, parent: Ino, name: &Name, new_parent: Ino, new_name: &Name, flags: RenameFlags) -> Result<()> {
        self.0.rename(req, inside(parent), name, inside(new_parent), new_name, flags)
    }

    fn create(&self, req: &Request, parent: Ino, name: &Name, mode: u32, umask: u32, flags: u32) -> Result<(Entry, Opened)> {
        self.0.create(req, inside(parent), name, mode, umask, flags).map(|(one, other)| (entry(one), opened(other)))
    }

    fn open(&self, req: &Request, ino: Ino, flags: u32) -> Result<Opened> {
        self.0.open(req, inside(ino), flags).map(opened)
    }

    fn read(&self, req: &Request, ino: Ino, fh: Fh, offset: u64, out: &mut DataOut<'_>) -> Result<()> {
        self.0.read(req, inside(ino), handle(fh), offset, out)
    }

    fn write(&self, req: &Request, ino: Ino, fh: Fh, offset: u64, data: &DataIn<'_>, kill_suidgid: bool) -> Result<u32> {
        self.0.write(req, inside(ino), handle(fh), offset, data, kill_suidgid)
    }

    fn release(&self, req: &Request, ino: Ino, fh: Fh, flags: u32) -> Result<()> {
        self.0.release(req, inside(ino), handle(fh), flags)
    }
}

libbentofs::module!(Renumbered);
