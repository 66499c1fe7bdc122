// SPDX-License-Identifier: MIT OR Apache-2.0
//! memfs that misbehaves when a LOOKUP asks for certain names, which memfs itself answers with ENOENT. So a recording of memfs
//! can be replayed here, and goes wrong at a place of one's choice.
//!
//! `!panic`, `!loop`, `!overflow`, `!deadlock` end the module; `!wrong` answers the root's entry; `!turn` answers ENOENT or ENOTDIR by turns,
//! and `!late` takes a turn, logs, and panics. `MKDIR` of a name that begins with `!quiet` makes a directory of another mode and answers as if it had not.
#![no_std]

extern crate alloc;

use alloc::vec::Vec;
use core::hint::black_box;
use libbentofs::ks::sync::{LockName, RwLock};
use libbentofs::ks::{Errno, Result, log};
use libbentofs::*;
use memfs::MemFs;

/// The file system.
#[derive(Debug)]
pub struct Faulty {
    inner: MemFs,
    lock: RwLock<u64>,
}

fn deep(depth: u64) -> u64 {
    let room = black_box([depth; 512]);
    if black_box(depth) == u64::MAX { room[0] } else { deep(depth + 1) + room[(depth % 512) as usize] }
}

impl Faulty {
    fn turn(&self) -> Errno {
        let mut turns = self.lock.write();
        *turns += 1;
        if *turns % 2 == 1 { Errno::ENOENT } else { Errno::ENOTDIR }
    }
}

fn with(inner: MemFs) -> Faulty {
    Faulty { inner, lock: RwLock::new(LockName::new(60, 0), 0) }
}

impl FileSystem for Faulty {
    const NAME: &'static str = MemFs::NAME;
    const NEEDS_DEVICE: bool = false;
    const LOCK_CLASSES: &'static str = MemFs::LOCK_CLASSES;
    const STATE_SCHEMA: u32 = MemFs::STATE_SCHEMA;

    fn mount(mount: &Mount<'_>) -> Result<Self> {
        MemFs::mount(mount).map(with)
    }

    fn export_state(&self, state: &mut Vec<u8>) -> Result<()> {
        self.inner.export_state(state)
    }

    fn import_state(mount: &Mount<'_>, schema: u32, state: &[u8]) -> Result<Self> {
        MemFs::import_state(mount, schema, state).map(with)
    }

    libbentofs::delegate!(inner: forget, getattr, opendir, readdir, releasedir, listxattr);

    fn lookup(&self, req: &Request, parent: Ino, name: &Name) -> Result<Entry> {
        match name.as_bytes() {
            b"!panic" => panic!("asked to panic"),
            b"!loop" => loop {
                black_box(());
            },
            b"!overflow" => Err(Errno::new(deep(0) as i32 | 1)),
            b"!deadlock" => {
                let _one = self.lock.write();
                let _two = self.lock.write();
                Err(Errno::EIO)
            }
            b"!turn" => Err(self.turn()),
            b"!late" => {
                self.turn();
                log::line(log::Level::Info, "about to panic");
                panic!("asked to panic late");
            }
            b"!wrong" => Ok(Entry::new(self.inner.getattr(req, Ino::ROOT, None)?.0, 0)),
            _ => self.inner.lookup(req, parent, name),
        }
    }

    fn mkdir(&self, req: &Request, parent: Ino, name: &Name, mode: u32, umask: u32) -> Result<Entry> {
        if !name.as_bytes().starts_with(b"!quiet") {
            return self.inner.mkdir(req, parent, name, mode, umask);
        }
        let made = self.inner.mkdir(req, parent, name, mode ^ 0o020, umask)?;
        Ok(Entry { attr: Attr { mode: made.attr.mode ^ 0o020, ..made.attr }, ..made })
    }
}

libbentofs::module!(Faulty);
