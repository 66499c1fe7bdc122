// SPDX-License-Identifier: MIT OR Apache-2.0
//! The contract's structures as fuser's, and back.

use crate::trace::{Args, RequestParts};
use bento_abi::ReplyBuf;
use bento_abi::fuse::{self, dirent_size};
use fuser::{FileAttr, FileType, FopenFlags, Generation, INodeNo, ReplyEntry, Request};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use zerocopy::{FromBytes, Immutable, IntoBytes};

/// What stands for a name that leads nowhere.
pub(super) const NO_INODE: FileAttr = FileAttr {
    ino: INodeNo(0),
    size: 0,
    blocks: 0,
    atime: UNIX_EPOCH,
    mtime: UNIX_EPOCH,
    ctime: UNIX_EPOCH,
    crtime: UNIX_EPOCH,
    kind: FileType::RegularFile,
    perm: 0,
    nlink: 0,
    uid: 0,
    gid: 0,
    rdev: 0,
    blksize: 0,
    flags: 0,
};

pub(super) fn request<'a>(req: &Request, op: u32, node: INodeNo) -> RequestParts<'a> {
    let (uid, gid, pid) = (req.uid(), req.gid(), req.pid());
    RequestParts { unique: req.unique().0, nodeid: node.0, opcode: op, uid, gid, pid, ..RequestParts::default() }
}

pub(super) fn out<T: FromBytes + Default>(reply: &ReplyBuf, at: usize) -> T {
    let filled = &reply.out.as_bytes()[..(reply.out_len as usize).min(bento_abi::request::OUT_CAPACITY)];
    filled.get(at..).and_then(|bytes| T::read_from_prefix(bytes).ok()).map_or_else(T::default, |(value, _)| value)
}

pub(super) fn args(value: impl IntoBytes + Immutable) -> Args {
    Args::of(&value)
}

/// Passing through to another file is not the contract's, and fuser panics at it.
pub(super) fn open_flags(bits: u32) -> FopenFlags {
    FopenFlags::from_bits_truncate(bits) - FopenFlags::FOPEN_PASSTHROUGH
}

pub(super) fn ttl(seconds: u64, nanoseconds: u32) -> Duration {
    Duration::new(seconds, nanoseconds.min(999_999_999))
}

pub(super) fn system_time(seconds: u64, nanoseconds: u32) -> SystemTime {
    let (seconds, nanoseconds) = (seconds as i64, nanoseconds.min(999_999_999));
    let since = Duration::new(seconds.unsigned_abs(), 0);
    let whole = if seconds < 0 { UNIX_EPOCH.checked_sub(since) } else { UNIX_EPOCH.checked_add(since) };
    whole.map_or(UNIX_EPOCH, |whole| whole + Duration::new(0, nanoseconds))
}

/// Seconds and nanoseconds of a time that fuser gives. Before 1970 fuser 0.18 takes the nanoseconds away from the seconds instead of
/// adding them; this undoes it, so that the file system gets what the caller set.
pub(super) fn given_time(time: SystemTime) -> (u64, u32) {
    match time.duration_since(UNIX_EPOCH) {
        Ok(since) => (since.as_secs(), since.subsec_nanos()),
        Err(before) => {
            let before = before.duration();
            ((before.as_secs() as i64).wrapping_neg() as u64, before.subsec_nanos())
        }
    }
}

pub(super) fn file_type(dirent_type: u32) -> FileType {
    match dirent_type {
        0o01 => FileType::NamedPipe,
        0o02 => FileType::CharDevice,
        0o04 => FileType::Directory,
        0o06 => FileType::BlockDevice,
        0o12 => FileType::Symlink,
        0o14 => FileType::Socket,
        _ => FileType::RegularFile,
    }
}

pub(super) fn attr(a: &fuse::Attr) -> FileAttr {
    FileAttr {
        ino: INodeNo(a.ino),
        size: a.size,
        blocks: a.blocks,
        atime: system_time(a.atime, a.atimensec),
        mtime: system_time(a.mtime, a.mtimensec),
        ctime: system_time(a.ctime, a.ctimensec),
        crtime: UNIX_EPOCH,
        kind: file_type((a.mode & 0o170_000) >> 12),
        perm: (a.mode & 0o7777) as u16,
        nlink: a.nlink,
        uid: a.uid,
        gid: a.gid,
        rdev: a.rdev,
        blksize: a.blksize,
        flags: 0,
    }
}

pub(super) fn give_entry(e: &fuse::EntryOut, reply: ReplyEntry) {
    let (attr_ttl, entry_ttl) = (ttl(e.attr_valid, e.attr_valid_nsec), ttl(e.entry_valid, e.entry_valid_nsec));
    if e.nodeid == 0 {
        return reply.entry_with_ttls(&attr_ttl, &entry_ttl, &NO_INODE, Generation(0));
    }
    // The nodeid of the contract is the inode number.
    reply.entry_with_ttls(&attr_ttl, &entry_ttl, &attr(&e.attr), Generation(e.generation));
}

/// The entries of a listing: the entry of READDIRPLUS (all zeroes otherwise), the head, the name.
pub(super) fn entries(mut data: &[u8], plus: bool) -> impl Iterator<Item = (fuse::EntryOut, fuse::Dirent, &[u8])> {
    std::iter::from_fn(move || {
        let (entry, rest) = if plus { fuse::EntryOut::read_from_prefix(data).ok()? } else { (fuse::EntryOut::default(), data) };
        let (head, after) = fuse::Dirent::read_from_prefix(rest).ok()?;
        let name = after.get(..head.namelen as usize)?;
        data = rest.get(dirent_size(name.len())..).unwrap_or_default();
        Some((entry, head, name))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_before_1970_survive_both_ways() {
        let half_past = system_time(-2_i64 as u64, 500_000_000);
        assert_eq!(UNIX_EPOCH.duration_since(half_past).map(|d| d.as_millis()).ok(), Some(1500));
        // What fuser makes of the kernel's (-2, 500 ms).
        assert_eq!(given_time(UNIX_EPOCH - Duration::new(2, 500_000_000)), (-2_i64 as u64, 500_000_000));
        assert_eq!(given_time(UNIX_EPOCH + Duration::new(2, 500_000_000)), (2, 500_000_000));
    }

    #[test]
    fn a_module_cannot_pass_through_to_other_files() {
        assert!(!open_flags(u32::MAX).contains(FopenFlags::FOPEN_PASSTHROUGH));
    }

    #[test]
    fn a_listing_that_lies_ends() {
        let head = fuse::Dirent { ino: 1, off: 1, namelen: 4000, kind: 8 };
        assert_eq!(entries(head.as_bytes(), false).count(), 0);
    }
}
