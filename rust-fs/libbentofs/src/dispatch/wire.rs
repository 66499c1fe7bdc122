// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! Structures of the protocol that are more than a field or two, to the trait's types and back.

use crate::types::{Attr, Fh, FileLock, SetAttr, SetTime, Statx, Ttl};
use bento_abi::fuse::{self, fattr};
use libbentoks::time::Time;

pub(super) fn file_lock(lock: fuse::FileLock) -> FileLock {
    FileLock { start: lock.start, end: lock.end, kind: lock.kind, pid: lock.pid }
}

pub(super) fn setattr(args: &fuse::SetattrIn) -> SetAttr {
    let has = |bit: u32| args.valid & bit != 0;
    // Seconds travel as u64 but mean i64, as in the kernel.
    let time = |now: u32, bit: u32, seconds: u64, nanoseconds: u32| {
        if has(now) { Some(SetTime::Now) } else { has(bit).then(|| SetTime::To(Time::new(seconds as i64, nanoseconds))) }
    };
    SetAttr {
        mode: has(fattr::MODE).then_some(args.mode),
        uid: has(fattr::UID).then_some(args.uid),
        gid: has(fattr::GID).then_some(args.gid),
        size: has(fattr::SIZE).then_some(args.size),
        atime: time(fattr::ATIME_NOW, fattr::ATIME, args.atime, args.atimensec),
        mtime: time(fattr::MTIME_NOW, fattr::MTIME, args.mtime, args.mtimensec),
        ctime: has(fattr::CTIME).then(|| Time::new(args.ctime as i64, args.ctimensec)),
        fh: has(fattr::FH).then_some(Fh(args.fh)),
        kill_suidgid: has(fattr::KILL_SUIDGID),
    }
}

/// STATX_BASIC_STATS and STATX_BTIME.
const STATX_BASIC: u32 = 0x7ff;
const STATX_BTIME: u32 = 0x800;

pub(super) fn statx((answer, ttl): (Statx, Ttl)) -> fuse::StatxOut {
    let (attr_valid, attr_valid_nsec) = ttl.parts();
    let time = |time: Time| fuse::SxTime { sec: time.seconds(), nsec: time.nanoseconds(), reserved: 0 };
    let Attr { ino, size, blocks, atime, mtime, ctime, mode, nlink, uid, gid, rdev, blksize } = answer.attr;
    let stat = fuse::Statx {
        mask: STATX_BASIC | if answer.btime.is_some() { STATX_BTIME } else { 0 },
        blksize,
        nlink,
        uid,
        gid,
        mode: mode as u16,
        ino: ino.0,
        size,
        blocks,
        atime: time(atime),
        btime: time(answer.btime.unwrap_or_default()),
        ctime: time(ctime),
        mtime: time(mtime),
        // The kernel's encoding of a device number in 32 bits.
        rdev_major: (rdev >> 8) & 0xfff,
        rdev_minor: (rdev & 0xff) | ((rdev >> 12) & 0xfff00),
        ..Default::default()
    };
    fuse::StatxOut { attr_valid, attr_valid_nsec, flags: 0, spare: [0; 2], stat }
}
