// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! memfs that goes wrong in an op of one's choice, once a LOOKUP of `!HOW=OP` was answered (ENOENT). HOW is `panic`, `loop` (computes
//! without end), `spin` (calls services without end), `deadlock`, `leak` (returns with a lock in its hands), or `late` (panics when all is
//! done but the answer); OP is a method of the trait, or `unmount` or `export` (these not `late`). Mounted with `size=66666` it panics at once.
#![no_std]

extern crate alloc;

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::hint::black_box;
use libbentofs::ks::Result;
use libbentofs::ks::sync::{LockName, RwLock};
use libbentofs::ks::time::Time;
use libbentofs::*;
use memfs::MemFs;

/// The file system.
#[derive(Debug)]
pub struct Trap {
    inner: MemFs,
    /// How, and in which op.
    armed: RwLock<Option<(String, String)>>,
    lock: RwLock<()>,
}

impl Trap {
    fn with(inner: MemFs) -> Trap {
        Trap { inner, armed: RwLock::new(LockName::new(60, 0), None), lock: RwLock::new(LockName::new(61, 0), ()) }
    }

    fn arm(&self, name: &[u8]) {
        let chosen = name.strip_prefix(b"!").and_then(|name| core::str::from_utf8(name).ok()?.split_once('='));
        if let Some((how, which)) = chosen {
            *self.armed.write() = Some((how.to_string(), which.to_string()));
        }
    }

    fn spring(&self, op: &str) {
        let Some((how, which)) = self.armed.read().clone() else { return };
        if which != op {
            return;
        }
        self.go_wrong(&how, op);
    }

    fn spring_late(&self, op: &str) {
        if self.armed.read().as_ref().is_some_and(|(how, which)| how == "late" && which == op) {
            panic!("asked to panic late in {op}");
        }
    }

    fn go_wrong(&self, how: &str, op: &str) {
        match how {
            "panic" => panic!("asked to panic in {op}"),
            "loop" => loop {
                black_box(());
            },
            "spin" => loop {
                black_box(Time::now());
            },
            "deadlock" => {
                let _one = self.lock.write();
                let _two = self.lock.write();
            }
            "leak" => core::mem::forget(self.lock.read()),
            _ => {}
        }
    }
}

/// Methods that go wrong, or do as memfs does.
macro_rules! ops {
    ($($name:ident($($arg:ident: $type:ty),*) -> $answer:ty;)*) => {
        $(fn $name(&self, req: &Request, $($arg: $type),*) -> Result<$answer> {
            self.spring(stringify!($name));
            let answer = self.inner.$name(req, $($arg),*);
            self.spring_late(stringify!($name));
            answer
        })*
    };
}

impl FileSystem for Trap {
    const NAME: &'static str = "trap";
    const NEEDS_DEVICE: bool = false;
    const LOCK_CLASSES: &'static str = MemFs::LOCK_CLASSES;
    const STATE_SCHEMA: u32 = MemFs::STATE_SCHEMA;

    fn mount(mount: &Mount<'_>) -> Result<Self> {
        assert!(!mount.options().any(|option| option == ("size", Some("66666"))), "asked to panic in mount");
        MemFs::mount(mount).map(Trap::with)
    }

    fn unmount(self) -> Result<()> {
        self.spring("unmount");
        self.inner.unmount()
    }

    fn export_state(&self, state: &mut Vec<u8>) -> Result<()> {
        self.spring("export");
        self.inner.export_state(state)
    }

    fn import_state(mount: &Mount<'_>, schema: u32, state: &[u8]) -> Result<Self> {
        MemFs::import_state(mount, schema, state).map(Trap::with)
    }

    fn lookup(&self, req: &Request, parent: Ino, name: &Name) -> Result<Entry> {
        self.spring("lookup");
        self.arm(name.as_bytes());
        self.inner.lookup(req, parent, name)
    }

    fn forget(&self, req: &Request, ino: Ino, lookups: u64) {
        self.spring("forget");
        self.inner.forget(req, ino, lookups);
    }

    ops! {
        getattr(ino: Ino, fh: Option<Fh>) -> (Attr, Ttl);
        setattr(ino: Ino, changes: &SetAttr) -> (Attr, Ttl);
        readlink(ino: Ino) -> Vec<u8>;
        symlink(parent: Ino, name: &Name, target: &[u8]) -> Entry;
        mknod(parent: Ino, name: &Name, mode: u32, rdev: u32, umask: u32) -> Entry;
        mkdir(parent: Ino, name: &Name, mode: u32, umask: u32) -> Entry;
        unlink(parent: Ino, name: &Name) -> ();
        rmdir(parent: Ino, name: &Name) -> ();
        rename(parent: Ino, name: &Name, new_parent: Ino, new_name: &Name, flags: RenameFlags) -> ();
        link(ino: Ino, new_parent: Ino, new_name: &Name) -> Entry;
        open(ino: Ino, flags: u32) -> Opened;
        create(parent: Ino, name: &Name, mode: u32, umask: u32, flags: u32) -> (Entry, Opened);
        tmpfile(parent: Ino, mode: u32, umask: u32, flags: u32) -> (Entry, Opened);
        read(ino: Ino, fh: Fh, offset: u64, out: &mut DataOut<'_>) -> ();
        write(ino: Ino, fh: Fh, offset: u64, data: &DataIn<'_>, kill_suidgid: bool) -> u32;
        flush(ino: Ino, fh: Fh) -> ();
        release(ino: Ino, fh: Fh, flags: u32) -> ();
        fsync(ino: Ino, fh: Fh, datasync: bool) -> ();
        opendir(ino: Ino, flags: u32) -> Opened;
        readdir(ino: Ino, fh: Fh, cookie: u64, out: &mut DirSink<'_>) -> ();
        readdirplus(ino: Ino, fh: Fh, cookie: u64, out: &mut DirSink<'_>) -> ();
        releasedir(ino: Ino, fh: Fh, flags: u32) -> ();
        fsyncdir(ino: Ino, fh: Fh, datasync: bool) -> ();
        statfs(ino: Ino) -> Statfs;
        setxattr(ino: Ino, name: &[u8], value: &[u8], flags: XattrFlags) -> ();
        getxattr(ino: Ino, name: &[u8]) -> Vec<u8>;
        listxattr(ino: Ino) -> Vec<u8>;
        removexattr(ino: Ino, name: &[u8]) -> ();
        getlk(ino: Ino, fh: Fh, owner: u64, lock: FileLock) -> FileLock;
        setlk(ino: Ino, fh: Fh, owner: u64, lock: FileLock, sleep: bool) -> ();
        fallocate(ino: Ino, fh: Fh, offset: u64, length: u64, flags: FallocFlags) -> ();
        lseek(ino: Ino, fh: Fh, offset: u64, to: SeekTo) -> u64;
        copy_file_range(range: &CopyRange) -> u32;
        syncfs(ino: Ino) -> ();
        statx(ino: Ino, fh: Option<Fh>) -> (Statx, Ttl);
    }
}

libbentofs::module!(Trap);
