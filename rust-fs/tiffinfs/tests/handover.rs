// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! Handing the state over to other versions.

mod support;

use libbentofs::cbor::data::Type;
use libbentofs::cbor::{Decoder, Encoder};
use support::client::Client;
use support::device;
use support::module::{fsck, mkfs};

const EINVAL: i32 = 22;
const ENOSPC: i32 = 28;

fn fresh() -> Client {
    let dev = device::add(vec![0x5A; 16 << 20]);
    mkfs(dev, "").unwrap();
    Client::mount(dev).unwrap()
}

/// The numbers of an array, which may have no length.
fn numbers(from: &mut Decoder<'_>) -> Vec<u64> {
    let Some(count) = from.array().unwrap() else {
        let mut all = Vec::new();
        while from.datatype().unwrap() != Type::Break {
            all.push(from.u64().unwrap());
        }
        from.skip().unwrap();
        return all;
    };
    (0..count).map(|_| from.u64().unwrap()).collect()
}

/// Copies one item.
fn copy(from: &mut Decoder<'_>, out: &mut Vec<u8>) {
    let start = from.position();
    from.skip().unwrap();
    out.extend_from_slice(&from.input()[start..from.position()]);
}

/// What schema 1 makes of a state of schema 2: a map for each inode and handle, and no counts of what is free.
fn as_schema_1(state: &[u8]) -> Vec<u8> {
    let from = &mut Decoder::new(state);
    let mut out = Vec::new();
    Encoder::new(&mut out).map(from.map().unwrap().unwrap()).unwrap();
    while from.position() < state.len() {
        let part = from.str().unwrap();
        Encoder::new(&mut out).str(part).unwrap();
        match part {
            "space" => {
                let keys = from.map().unwrap().unwrap();
                Encoder::new(&mut out).map(keys - 2).unwrap();
                for _ in 0..keys {
                    let key = from.str().unwrap();
                    if key.starts_with("free") {
                        from.skip().unwrap();
                    } else {
                        Encoder::new(&mut out).str(key).unwrap();
                        copy(from, &mut out);
                    }
                }
            }
            "inodes" => {
                assert_eq!((from.map().unwrap(), from.str().unwrap()), (Some(1), "inoLookupsFlags"));
                let inodes = numbers(from);
                let mut e = Encoder::new(&mut out);
                e.array(inodes.len() as u64 / 3).unwrap();
                for inode in inodes.chunks(3) {
                    e.map(4).unwrap().str("ino").unwrap().u64(inode[0]).unwrap().str("lookups").unwrap().u64(inode[1]).unwrap();
                    e.str("doomed").unwrap().bool(inode[2] & 1 != 0).unwrap();
                    e.str("checked").unwrap().bool(inode[2] & 2 != 0).unwrap();
                }
            }
            "handles" => {
                assert_eq!((from.map().unwrap(), from.str().unwrap()), (Some(3), "next"));
                let next = from.u64().unwrap();
                assert_eq!(from.str().unwrap(), "fhInoFlags");
                let open = numbers(from);
                assert_eq!(from.str().unwrap(), "forgotten");
                let forgotten = numbers(from);
                let mut e = Encoder::new(&mut out);
                e.map(2)
                    .unwrap()
                    .str("next")
                    .unwrap()
                    .u64(next)
                    .unwrap()
                    .str("open")
                    .unwrap()
                    .array(open.len() as u64 / 3)
                    .unwrap();
                for handle in open.chunks(3) {
                    e.map(4).unwrap().str("fh").unwrap().u64(handle[0]).unwrap().str("ino").unwrap().u64(handle[1]).unwrap();
                    e.str("flags").unwrap().u64(handle[2]).unwrap();
                    e.str("forgotten").unwrap().bool(forgotten.contains(&handle[1])).unwrap();
                }
            }
            _ => copy(from, &mut out),
        }
    }
    out
}

/// Inodes of every condition: open, looked up, without a name, without a lookup.
fn busy() -> (Client, Vec<(u64, u64)>) {
    let fs = fresh();
    let mut open = Vec::new();
    for i in 0..100 {
        let (entry, fh) = fs.create(1, format!("file-{i}").as_bytes(), 0).unwrap();
        fs.write(entry.nodeid, fh, 0, format!("content {i}").as_bytes()).unwrap();
        match i % 4 {
            0 => fs.unlink(1, format!("file-{i}").as_bytes()).unwrap(),
            1 => fs.release(entry.nodeid, fh).unwrap(),
            2 => {
                fs.unlink(1, format!("file-{i}").as_bytes()).unwrap();
                fs.forget(entry.nodeid, 1);
            }
            _ => {}
        }
        if i % 4 != 1 {
            open.push((entry.nodeid, fh));
        }
    }
    (fs, open)
}

#[test]
fn a_state_of_schema_1_is_read() {
    let (old, open) = busy();
    let state = old.export();
    let fs = Client::import_as(old.dev, 1, &as_schema_1(&state)).unwrap();
    assert!(fs.export() == state, "both schemas say the same");
    old.discard();
    for (ino, fh) in open {
        assert!(fs.read(ino, fh, 0, 100).unwrap().starts_with(b"content "));
        fs.release(ino, fh).unwrap();
    }
    let dev = fs.dev;
    fs.unmount().unwrap();
    assert_eq!(fsck(dev), (0, String::new()));
    device::remove(dev);
}

#[test]
fn what_another_version_adds_is_kept_and_handed_on() {
    let (old, _) = busy();
    let state = old.export();
    // One key more, before and after those that are known.
    let mut more = Vec::new();
    let keys = Decoder::new(&state).map().unwrap().unwrap();
    Encoder::new(&mut more).map(keys + 1).unwrap();
    more.extend_from_slice(&state[1..]);
    Encoder::new(&mut more)
        .str("other")
        .unwrap()
        .array(2)
        .unwrap()
        .str("of")
        .unwrap()
        .map(1)
        .unwrap()
        .u8(1)
        .unwrap()
        .bool(true)
        .unwrap();
    let fs = Client::import(old.dev, &more).unwrap();
    assert!(fs.export() == more, "the same to the byte");
    fs.discard();
    old.discard();
}

#[test]
fn a_state_that_is_cut_or_makes_no_sense_is_refused() {
    let (old, _) = busy();
    let state = old.export();
    for cut in (0..state.len()).step_by(7) {
        assert_eq!(Client::import(old.dev, &state[..cut]).err(), Some(EINVAL), "cut at {cut}");
    }
    // Whatever one byte is changed to, the answer is an instance or a refusal.
    for at in (0..state.len()).step_by(3) {
        let mut damaged = state.clone();
        damaged[at] ^= 0xFF;
        if let Ok(fs) = Client::import(old.dev, &damaged) {
            fs.discard();
        }
    }
    old.discard();
}

/// Ops of all kinds that change which inodes are in memory, which are open, and what they are.
struct Busy {
    random: u64,
    known: Vec<u64>,
    open: Vec<(u64, u64)>,
    names: u64,
}

impl Busy {
    fn below(&mut self, below: usize) -> usize {
        self.random = self.random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.random >> 33) as usize % below
    }

    fn op(&mut self, fs: &Client, dir: u64) {
        let name = |number: usize| format!("n{number}").into_bytes();
        let any = self.below(self.names as usize + 1);
        match self.below(9) {
            0 | 1 => {
                self.names += 1;
                match fs.create(dir, &name(self.names as usize), 0) {
                    Ok((entry, fh)) => {
                        self.known.push(entry.nodeid);
                        self.open.push((entry.nodeid, fh));
                    }
                    // How many ops there are is up to the machine; others make room again.
                    Err(errno) => assert_eq!(errno, ENOSPC),
                }
            }
            2 => drop(fs.unlink(dir, &name(any))),
            3 if !self.open.is_empty() => {
                let (ino, fh) = self.open.swap_remove(any % self.open.len());
                fs.release(ino, fh).unwrap();
            }
            4 if !self.known.is_empty() => {
                let ino = self.known.swap_remove(any % self.known.len());
                fs.forget(ino, 1);
            }
            5 => {
                if let Ok(entry) = fs.lookup(dir, &name(any)) {
                    self.known.push(entry.nodeid);
                    self.open.push((entry.nodeid, fs.open(entry.nodeid).unwrap()));
                }
            }
            6 if !self.open.is_empty() => {
                let (ino, fh) = self.open[any % self.open.len()];
                let written = fs.write(ino, fh, any as u64 * 1000, &[any as u8; 300]);
                assert!(matches!(written, Ok(_) | Err(ENOSPC)), "{written:?}");
            }
            7 if any.is_multiple_of(8) => fs.syncfs().unwrap(),
            _ if any.is_multiple_of(4) => {
                let made = fs.mkdir(dir, &name(1_000_000 + any)).map(|entry| entry.nodeid);
                self.known.extend(made.ok());
            }
            _ => drop(fs.rename(dir, &name(any), dir, &name(any / 2), 0)),
        }
    }

    /// Every open file reads the same through both.
    fn compare(&self, one: &Client, two: &Client) {
        for &(ino, fh) in &self.open {
            assert_eq!(one.read(ino, fh, 0, 1 << 20), two.read(ino, fh, 0, 1 << 20));
        }
        for &ino in &self.known {
            let attrs =
                [one, two].map(|fs| fs.getattr(ino).map(|attr| (attr.size, attr.nlink, attr.blocks, attr.mtime, attr.ctime)));
            assert_eq!(attrs[0], attrs[1]);
        }
    }
}

#[test]
fn two_parts_make_what_one_makes() {
    for seed in 0..40 {
        let mut fs = fresh();
        let mut busy = Busy { random: seed, known: Vec::new(), open: Vec::new(), names: 0 };
        // Several hand-overs one after the other, so that what was handed over is handed on.
        for round in 0..4 {
            (0..200).for_each(|_| busy.op(&fs, 1));
            let early = fs.export_early().unwrap();
            // Some of the ops come between writing and reading the first part.
            (0..60 * round).for_each(|_| busy.op(&fs, 1));
            let next = Client::import(fs.dev, &early).unwrap();
            for _ in 0..round {
                (0..60).for_each(|_| busy.op(&fs, 1));
                let late = fs.export_late(false).unwrap();
                (0..20).for_each(|_| busy.op(&fs, 1));
                next.import_late(&late).unwrap();
            }
            (0..60).for_each(|_| busy.op(&fs, 1));
            next.import_late(&fs.export_late(true).unwrap()).unwrap();
            let whole = Client::import(fs.dev, &fs.export()).unwrap();
            assert!(next.export() == fs.export(), "seed {seed}, round {round}: the state is another");
            assert!(next.export() == whole.export());
            busy.compare(&next, &whole);
            assert!(next.export() == fs.export());
            whole.discard();
            fs.discard();
            fs = next;
        }
        let dev = fs.dev;
        fs.unmount().unwrap();
        assert_eq!(fsck(dev), (0, String::new()));
        device::remove(dev);
    }
}

#[test]
fn the_first_part_is_written_while_ops_go_on() {
    use std::sync::atomic::{AtomicBool, Ordering};
    let fs = fresh();
    let done = AtomicBool::new(false);
    let dirs = [0, 1, 2, 3].map(|worker| fs.mkdir(1, format!("d{worker}").as_bytes()).unwrap().nodeid);
    let work = |dir| {
        let mut busy = Busy { random: dir, known: Vec::new(), open: Vec::new(), names: 0 };
        while !done.load(Ordering::Relaxed) {
            busy.op(&fs, dir);
        }
        busy
    };
    let (next, workers) = std::thread::scope(|scope| {
        let work = &work;
        let workers = dirs.map(|dir| scope.spawn(move || work(dir)));
        let mut next = None;
        for _ in 0..30 {
            let made = Client::import(fs.dev, &fs.export_early().unwrap()).unwrap();
            if let Some(before) = next.replace(made) {
                before.discard();
            }
        }
        let next = next.unwrap();
        for _ in 0..30 {
            next.import_late(&fs.export_late(false).unwrap()).unwrap();
        }
        done.store(true, Ordering::Relaxed);
        (next, workers.map(|worker| worker.join().unwrap()))
    });
    next.import_late(&fs.export_late(true).unwrap()).unwrap();
    assert!(next.export() == fs.export());
    workers.iter().for_each(|busy| busy.compare(&next, &fs));
    fs.discard();
    let dev = next.dev;
    next.unmount().unwrap();
    assert_eq!(fsck(dev), (0, String::new()));
    device::remove(dev);
}

#[test]
fn a_second_part_without_a_first_or_that_makes_no_sense_is_refused() {
    const EAGAIN: i32 = 11;
    let (fs, _) = busy();
    assert_eq!(fs.export_late(true).err(), Some(EAGAIN), "nothing was noted");
    let early = fs.export_early().unwrap();
    fs.create(1, b"one more", 0).unwrap();
    let late = fs.export_late(true).unwrap();
    assert_eq!(fs.export_late(true).err(), Some(EAGAIN), "what was noted is told once");
    for cut in (0..late.len()).step_by(5) {
        let next = Client::import(fs.dev, &early).unwrap();
        assert_eq!(next.import_late(&late[..cut]).err(), Some(EINVAL), "cut at {cut}");
        next.discard();
    }
    for at in 0..late.len() {
        let next = Client::import(fs.dev, &early).unwrap();
        let mut damaged = late.clone();
        damaged[at] ^= 0xFF;
        let _ = next.import_late(&damaged);
        next.discard();
    }
    fs.discard();
}
