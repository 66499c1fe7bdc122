// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! What inodes carry besides contents and names.

mod support;

use bento_abi::fuse::{self, fattr};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use support::device;
use support::mounted::{end, fresh, remount};

const EEXIST: i32 = 17;
const ENODATA: i32 = 61;

#[test]
fn extended_attributes_of_all_sizes() {
    let fs = fresh(16);
    let ino = fs.create(1, b"f", 0).unwrap().0.nodeid;
    assert_eq!(fs.getxattr(ino, b"user.a"), Err(ENODATA));
    fs.setxattr(ino, b"user.a", b"1", 0).unwrap();
    assert_eq!(fs.setxattr(ino, b"user.a", b"1", 1), Err(EEXIST));
    assert_eq!(fs.setxattr(ino, b"user.b", b"1", 2), Err(ENODATA));
    let big: Vec<u8> = (0..65_536_u32).map(|at| at as u8).collect();
    fs.setxattr(ino, b"trusted.big", &big, 0).unwrap();
    assert_eq!(fs.getxattr(ino, b"trusted.big").unwrap(), big);
    assert_eq!(fs.getxattr(ino, b"user.a").unwrap(), b"1");
    let fs = remount(fs);
    assert_eq!(fs.getxattr(ino, b"trusted.big").unwrap(), big);
    assert_eq!(fs.listxattr(ino).unwrap(), b"user.a\0trusted.big\0");
    fs.removexattr(ino, b"trusted.big").unwrap();
    assert_eq!(fs.getattr(ino).unwrap().blocks, 0);
    assert_eq!(fs.removexattr(ino, b"trusted.big"), Err(ENODATA));
    end(fs);
}

#[test]
fn times_modes_and_owners() {
    let fs = fresh(16);
    let (entry, fh) = fs.create(1, b"f", 0).unwrap();
    let ino = entry.nodeid;
    let set = |args: fuse::SetattrIn| fs.setattr(ino, args).unwrap();
    assert_eq!(set(fuse::SetattrIn { valid: fattr::MODE, mode: 0o106755, ..Default::default() }).mode, 0o106755);
    assert_eq!(set(fuse::SetattrIn { valid: fattr::UID, uid: 5, ..Default::default() }).mode, 0o100755);
    let attr =
        set(fuse::SetattrIn { valid: fattr::MTIME | fattr::ATIME, mtime: 12, mtimensec: 34, atime: 56, ..Default::default() });
    assert_eq!((attr.mtime, attr.mtimensec, attr.atime, attr.uid), (12, 34, 56, 5));
    support::ks::CLOCK.fetch_add(1_000_000_007, std::sync::atomic::Ordering::Relaxed);
    fs.write(ino, fh, 0, b"x").unwrap();
    assert!(fs.getattr(ino).unwrap().mtime > 1_700_000_000);
    let dir = fs.mkdir(1, b"d").unwrap().nodeid;
    fs.setattr(dir, fuse::SetattrIn { valid: fattr::MODE | fattr::GID, mode: 0o042755, gid: 77, ..Default::default() }).unwrap();
    assert_eq!(fs.create(dir, b"in", 0).unwrap().0.attr.gid, 77);
    let sub = fs.mkdir(dir, b"sub").unwrap();
    assert_eq!((sub.attr.gid, sub.attr.mode), (77, 0o042755));
    fs.release(ino, fh).unwrap();
    end(fs);
}

/// A commit seals its blocks by segments, each before it is written to the log. Who reads meanwhile meets some that are not sealed yet, and
/// must not take them for damaged.
#[test]
fn attributes_are_readable_while_a_commit_writes_them() {
    let fs = Arc::new(fresh(64));
    let dev = fs.dev;
    // Chains of 17 blocks: together more than the 63 of a segment.
    let value = vec![7; 65_536];
    let files: Vec<u64> = (0..6_u8).map(|n| fs.create(1, &[b'a' + n], 0).unwrap().0.nodeid).collect();
    fs.syncfs().unwrap();
    for &ino in &files {
        fs.setxattr(ino, b"user.long", &value, 0).unwrap();
    }

    let seen = Arc::new(Mutex::new(Vec::new()));
    let writes = Arc::new(AtomicU32::new(0));
    let (client, answers, count) = (fs.clone(), seen.clone(), writes.clone());
    device::state(dev).lock().unwrap().before_write = Some(Arc::new(move || {
        count.fetch_add(1, Ordering::Relaxed);
        let (client, files) = (client.clone(), files.clone());
        // In a thread of its own, as a second process would.
        let read = std::thread::spawn(move || files.iter().map(|&ino| client.getxattr(ino, b"user.long")).collect::<Vec<_>>());
        answers.lock().unwrap().extend(read.join().unwrap());
    }));
    fs.syncfs().unwrap();
    device::state(dev).lock().unwrap().before_write = None;

    assert!(writes.load(Ordering::Relaxed) >= 3, "two segments and a commit record");
    for answer in seen.lock().unwrap().iter() {
        assert_eq!(answer.as_ref().map(Vec::len), Ok(value.len()));
        assert!(answer.as_ref() == Ok(&value));
    }
    end(Arc::into_inner(fs).unwrap());
}
