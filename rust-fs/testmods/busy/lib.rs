// SPDX-License-Identifier: MIT OR Apache-2.0
//! tiffinfs with a background thread and a delayed work item of its own, whose doings show in answers and on the device.
//!
//! After every few changes the thread makes everything durable, at a moment that nobody promises. Each change also queues the work
//! item for a little later; it writes how often it ran, the time and a random number into the root's attribute `user.busy`.
//! An fsync waits for it. LOOKUP of `!long` makes the thread take a lock ten thousand times, of `!panic` or `!loop` do that;
//! of `!wait`, an op waits for the thread's next round.
#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

use alloc::boxed::Box;
use alloc::format;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::hint::black_box;
use core::time::Duration;
use libbentofs::ks::sync::{Condvar, LockName, Mutex};
use libbentofs::ks::thread::{JoinHandle, spawn};
use libbentofs::ks::time::Time;
use libbentofs::ks::work::Work;
use libbentofs::ks::{Errno, Result, log, random};
use libbentofs::*;
use tiffinfs::TiffinFs;

/// Changes after which the thread has something to do.
const MANY: u64 = 5;
/// How long after a change the work item runs.
const LATER: Duration = Duration::from_millis(3);

/// Whoever the tasks act for.
const NOBODY: Request = Request { unique: 0, uid: 0, gid: 0, pid: 0 };

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    Panic,
    Loop,
}

#[derive(Debug, Default, Clone, Copy)]
struct Watch {
    changes: u64,
    rounds: u64,
    notes: u64,
    waiting: u64,
    fault: Option<Fault>,
    /// Acquisitions that the thread is asked to make.
    spins: u64,
    stop: bool,
    /// The state was handed over: nothing is to be written.
    quiet: bool,
}

fn misbehave(fault: Fault) -> ! {
    match fault {
        Fault::Panic => {
            log::line(log::Level::Info, "about to panic");
            panic!("asked to panic in a thread");
        }
        Fault::Loop => loop {
            black_box(());
        },
    }
}

#[derive(Debug)]
struct Shared {
    fs: Box<TiffinFs>,
    watch: Mutex<Watch>,
    moved: Condvar,
}

impl Shared {
    fn thread(&self) {
        loop {
            let mut watch = self.moved.wait_while(self.watch.lock(), |watch| {
                !watch.stop && watch.changes < MANY && watch.waiting == 0 && watch.fault.is_none() && watch.spins == 0
            });
            if let Some(fault) = watch.fault {
                // Whoever waits for the lock would run past its deadline too, and be named instead.
                drop(watch);
                misbehave(fault);
            }
            if watch.quiet || watch.stop && watch.changes == 0 {
                return;
            }
            watch.changes = 0;
            drop(watch);
            while self.spin() {}
            let _ = self.fs.syncfs(&NOBODY, Ino::ROOT);
            let mut watch = self.watch.lock();
            watch.rounds += 1;
            watch.waiting = 0;
            self.moved.notify_all();
        }
    }

    /// One of the acquisitions asked for.
    fn spin(&self) -> bool {
        let mut watch = self.watch.lock();
        watch.spins = watch.spins.saturating_sub(1);
        watch.spins > 0
    }

    fn note(&self) {
        let (notes, rounds) = {
            let mut watch = self.watch.lock();
            if watch.quiet {
                return;
            }
            watch.notes += 1;
            (watch.notes, watch.rounds)
        };
        let mut drawn = [0; 8];
        random::fill(&mut drawn);
        let text = format!("{notes} {rounds} {} {:x}", Time::now().0, u64::from_le_bytes(drawn));
        let _ = self.fs.setxattr(&NOBODY, Ino::ROOT, b"user.busy", text.as_bytes(), XattrFlags::empty());
    }
}

/// The file system.
#[derive(Debug)]
pub struct Busy {
    tasks: Option<(JoinHandle, Work)>,
    shared: Option<Arc<Shared>>,
}

impl Busy {
    fn with(fs: Box<TiffinFs>, watch: Watch) -> Result<Busy> {
        let (watch, moved) = (Mutex::new(LockName::new(40, 0), watch), Condvar::new());
        let shared = Arc::new(Shared { fs, watch, moved });
        let (of_thread, of_work) = (Arc::clone(&shared), Arc::clone(&shared));
        let thread = spawn("flusher", move || of_thread.thread())?;
        let work = Work::new("note", move |_| of_work.note())?;
        if shared.watch.lock().changes > 0 {
            work.queue_after(LATER);
        }
        Ok(Busy { tasks: Some((thread, work)), shared: Some(shared) })
    }

    fn shared(&self) -> &Shared {
        self.shared.as_ref().expect("there until it is unmounted")
    }

    fn fs(&self) -> &TiffinFs {
        &self.shared().fs
    }

    fn work(&self) -> &Work {
        &self.tasks.as_ref().expect("there until it is unmounted").1
    }

    fn changed<T>(&self, result: Result<T>) -> Result<T> {
        if result.is_ok() {
            let shared = self.shared();
            let mut watch = shared.watch.lock();
            watch.changes += 1;
            let many = watch.changes >= MANY;
            drop(watch);
            if many {
                shared.moved.notify_all();
            }
            self.work().queue_after(LATER);
        }
        result
    }

    fn end_tasks(&mut self, quiet: bool) {
        let Some((thread, work)) = self.tasks.take() else { return };
        let shared = self.shared();
        let mut watch = shared.watch.lock();
        watch.stop = true;
        watch.quiet = quiet;
        drop(watch);
        shared.moved.notify_all();
        thread.join();
        drop(work);
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.end_tasks(true);
    }
}

macro_rules! as_tiffinfs {
    ($($how:ident fn $name:ident($($arg:ident: $type:ty),*) -> $answer:ty;)*) => {
        $(fn $name(&self, req: &Request, $($arg: $type),*) -> $answer {
            as_tiffinfs!(@$how self, self.fs().$name(req, $($arg),*))
        })*
    };
    (@look $self:ident, $call:expr) => { $call };
    (@change $self:ident, $call:expr) => {{ let result = $call; $self.changed(result) }};
}

impl FileSystem for Busy {
    const NAME: &'static str = "busy";
    const NEEDS_DEVICE: bool = true;
    const LOCK_CLASSES: &'static str = TiffinFs::LOCK_CLASSES;
    const STATE_SCHEMA: u32 = TiffinFs::STATE_SCHEMA;

    fn mount(mount: &Mount<'_>) -> Result<Busy> {
        Busy::with(TiffinFs::mount_boxed(mount)?, Watch::default())
    }

    fn unmount(mut self) -> Result<()> {
        self.end_tasks(false);
        let shared = self.shared.take().and_then(Arc::into_inner).ok_or(Errno::EIO)?;
        (*shared.fs).unmount()
    }

    fn export_state(&self, state: &mut Vec<u8>) -> Result<()> {
        let watch = *self.shared().watch.lock();
        for number in [watch.changes, watch.rounds, watch.notes] {
            state.extend_from_slice(&number.to_le_bytes());
        }
        self.fs().export_state(state)
    }

    fn import_state(mount: &Mount<'_>, schema: u32, state: &[u8]) -> Result<Busy> {
        let (numbers, inner) = state.split_at_checked(24).ok_or(Errno::EINVAL)?;
        let mut numbers = numbers.as_chunks::<8>().0.iter().map(|bytes| u64::from_le_bytes(*bytes));
        let mut next = || numbers.next().unwrap_or(0);
        let watch = Watch { changes: next(), rounds: next(), notes: next(), ..Watch::default() };
        Busy::with(TiffinFs::import_boxed(mount, schema, inner)?, watch)
    }

    fn mkfs(mount: &Mount<'_>) -> Result<()> {
        TiffinFs::mkfs(mount)
    }

    fn fsck(mount: &Mount<'_>, report: &mut dyn core::fmt::Write) -> Result<()> {
        TiffinFs::fsck(mount, report)
    }

    fn lookup(&self, req: &Request, parent: Ino, name: &Name) -> Result<Entry> {
        let shared = self.shared();
        let fault = match name.as_bytes() {
            b"!panic" => Fault::Panic,
            b"!loop" => Fault::Loop,
            b"!wait" => {
                let mut watch = shared.watch.lock();
                let before = watch.rounds;
                watch.waiting += 1;
                shared.moved.notify_all();
                drop(shared.moved.wait_while(watch, |watch| watch.rounds == before));
                return Err(Errno::ENOENT);
            }
            b"!long" => {
                shared.watch.lock().spins += 10_000;
                shared.moved.notify_all();
                return Err(Errno::ENOENT);
            }
            _ => return self.fs().lookup(req, parent, name),
        };
        shared.watch.lock().fault = Some(fault);
        shared.moved.notify_all();
        Err(Errno::ENOENT)
    }

    fn forget(&self, req: &Request, ino: Ino, lookups: u64) {
        self.fs().forget(req, ino, lookups);
    }

    fn fsync(&self, req: &Request, ino: Ino, fh: Fh, datasync: bool) -> Result<()> {
        self.work().flush();
        self.fs().fsync(req, ino, fh, datasync)
    }

    as_tiffinfs! {
        look fn getattr(ino: Ino, fh: Option<Fh>) -> Result<(Attr, Ttl)>;
        change fn setattr(ino: Ino, changes: &SetAttr) -> Result<(Attr, Ttl)>;
        look fn readlink(ino: Ino) -> Result<Vec<u8>>;
        change fn symlink(parent: Ino, name: &Name, target: &[u8]) -> Result<Entry>;
        change fn mknod(parent: Ino, name: &Name, mode: u32, rdev: u32, umask: u32) -> Result<Entry>;
        change fn mkdir(parent: Ino, name: &Name, mode: u32, umask: u32) -> Result<Entry>;
        change fn unlink(parent: Ino, name: &Name) -> Result<()>;
        change fn rmdir(parent: Ino, name: &Name) -> Result<()>;
        change fn rename(parent: Ino, name: &Name, new_parent: Ino, new_name: &Name, flags: RenameFlags) -> Result<()>;
        change fn link(ino: Ino, new_parent: Ino, new_name: &Name) -> Result<Entry>;
        look fn open(ino: Ino, flags: u32) -> Result<Opened>;
        change fn create(parent: Ino, name: &Name, mode: u32, umask: u32, flags: u32) -> Result<(Entry, Opened)>;
        look fn read(ino: Ino, fh: Fh, offset: u64, out: &mut DataOut<'_>) -> Result<()>;
        change fn write(ino: Ino, fh: Fh, offset: u64, data: &DataIn<'_>, kill_suidgid: bool) -> Result<u32>;
        look fn flush(ino: Ino, fh: Fh) -> Result<()>;
        look fn release(ino: Ino, fh: Fh, flags: u32) -> Result<()>;
        look fn opendir(ino: Ino, flags: u32) -> Result<Opened>;
        look fn readdir(ino: Ino, fh: Fh, cookie: u64, out: &mut DirSink<'_>) -> Result<()>;
        look fn readdirplus(ino: Ino, fh: Fh, cookie: u64, out: &mut DirSink<'_>) -> Result<()>;
        look fn releasedir(ino: Ino, fh: Fh, flags: u32) -> Result<()>;
        look fn fsyncdir(ino: Ino, fh: Fh, datasync: bool) -> Result<()>;
        look fn statfs(ino: Ino) -> Result<Statfs>;
        change fn setxattr(ino: Ino, name: &[u8], value: &[u8], flags: XattrFlags) -> Result<()>;
        look fn getxattr(ino: Ino, name: &[u8]) -> Result<Vec<u8>>;
        look fn listxattr(ino: Ino) -> Result<Vec<u8>>;
        change fn removexattr(ino: Ino, name: &[u8]) -> Result<()>;
        change fn fallocate(ino: Ino, fh: Fh, offset: u64, length: u64, flags: FallocFlags) -> Result<()>;
        look fn lseek(ino: Ino, fh: Fh, offset: u64, to: SeekTo) -> Result<u64>;
        change fn copy_file_range(range: &CopyRange) -> Result<u32>;
    }
}

libbentofs::module!(Busy);
