// SPDX-License-Identifier: MIT OR Apache-2.0
//! Answers: from the contract's structures to the trace's messages.
//!
//! A replay does not turn them back: it encodes its own answer with the recorded op's begin and compares messages.

use crate::proto::trace as pb;
use crate::proto::trace::op::{Reply, Request};
use bento_abi::ReplyBuf;
use bento_abi::fuse::{self, dirent_size};
use bytes::Bytes;
use xxhash_rust::xxh3::xxh3_64;
use xxhash_rust::xxh64::xxh64;
use zerocopy::{FromBytes, IntoBytes};

/// From what the numbers of an answer are kept as differences.
#[derive(Debug, Clone, Copy)]
pub struct Usual {
    /// Begin of the op, nanoseconds since 1970.
    pub begin_ns: i64,
    /// `Header.usual_ttl_ns`.
    pub ttl_ns: u64,
    /// `Header.read_hash`.
    pub read_hash: pb::ReadHash,
}

impl Usual {
    /// Of an op of a trace that has this header.
    pub fn of(header: &pb::Header, begin_ns: i64) -> Usual {
        Usual { begin_ns, ttl_ns: header.usual_ttl_ns, read_hash: header.read_hash() }
    }

    fn hash(self, data: &[u8]) -> u64 {
        match self.read_hash {
            pb::ReadHash::Xxh364 => xxh3_64(data),
            pb::ReadHash::Xxh64 => xxh64(data, 0),
        }
    }
}

/// The out structure as `T`; zeroes beyond what the module filled, so that a short answer shows as such.
fn out<T: FromBytes + Default>(reply: &ReplyBuf, at: usize) -> T {
    let filled = &reply.out.as_bytes()[..(reply.out_len as usize).min(bento_abi::request::OUT_CAPACITY)];
    filled.get(at..).and_then(|bytes| T::read_from_prefix(bytes).ok()).map_or_else(T::default, |(value, _)| value)
}

fn time(seconds: u64, nanoseconds: u32) -> i64 {
    (seconds as i64).wrapping_mul(1_000_000_000).wrapping_add(i64::from(nanoseconds))
}

fn ttl_delta(seconds: u64, nanoseconds: u32, usual: Usual) -> i64 {
    time(seconds, nanoseconds).wrapping_sub(usual.ttl_ns as i64)
}

/// Units of 512 bytes that a file without holes takes.
pub const fn usual_blocks(size: u64) -> u64 {
    size.div_ceil(4096).wrapping_mul(8)
}

fn attr(a: &fuse::Attr, about: u64, ttl_delta_ns: i64, usual: Usual) -> pb::Attr {
    let mtime = time(a.mtime, a.mtimensec);
    pb::Attr {
        size: a.size,
        mode: a.mode,
        mtime: mtime.wrapping_sub(usual.begin_ns),
        ctime: time(a.ctime, a.ctimensec).wrapping_sub(mtime),
        atime: time(a.atime, a.atimensec).wrapping_sub(mtime),
        nlink_less_one: a.nlink.wrapping_sub(1) as i32,
        uid: a.uid,
        gid: a.gid,
        blocks_delta: a.blocks.wrapping_sub(usual_blocks(a.size)) as i64,
        ino_delta: a.ino.wrapping_sub(about) as i64,
        rdev: a.rdev,
        blksize_delta: a.blksize.wrapping_sub(4096) as i32,
        ttl_delta_ns,
    }
}

fn entry(e: &fuse::EntryOut, usual: Usual) -> pb::Entry {
    if e.nodeid == 0 {
        // A name that does not exist has no attributes.
        return pb::Entry { ttl_delta_ns: ttl_delta(e.entry_valid, e.entry_valid_nsec, usual), ..pb::Entry::default() };
    }
    pb::Entry {
        nodeid: e.nodeid,
        attr: Some(attr(&e.attr, e.nodeid, ttl_delta(e.attr_valid, e.attr_valid_nsec, usual), usual)),
        generation: e.generation,
        ttl_delta_ns: ttl_delta(e.entry_valid, e.entry_valid_nsec, usual),
    }
}

fn opened(o: &fuse::OpenOut) -> pb::Opened {
    pb::Opened { fh: o.fh, flags: o.open_flags }
}

fn listing(mut data: &[u8], plus: bool, usual: Usual) -> pb::Listing {
    let mut entries = Vec::new();
    let mut cookie = 0_u64;
    loop {
        let mut with = None;
        let mut rest = data;
        if plus {
            let Ok((e, after)) = fuse::EntryOut::read_from_prefix(rest) else { break };
            with = (e.nodeid != 0).then(|| entry(&e, usual));
            rest = after;
        }
        let Ok((head, after)) = fuse::Dirent::read_from_prefix(rest) else { break };
        let Some(name) = after.get(..head.namelen as usize) else { break };
        entries.push(pb::DirEntry {
            name: Bytes::copy_from_slice(name),
            ino: head.ino,
            cookie_delta: head.off.wrapping_sub(cookie) as i64,
            r#type: head.kind,
            entry: with,
        });
        cookie = head.off;
        let Some(next) = rest.get(dirent_size(head.namelen as usize)..) else { break };
        data = next;
    }
    pb::Listing { entry: entries }
}

fn stat(s: &fuse::StatxOut, about: u64, usual: Usual) -> pb::Stat64 {
    let x = &s.stat;
    let time = |t: fuse::SxTime| t.sec.wrapping_mul(1_000_000_000).wrapping_add(i64::from(t.nsec));
    let mtime = time(x.mtime);
    let rdev = (x.rdev_minor & 0xff) | (x.rdev_major << 8) | ((x.rdev_minor & !0xff) << 12);
    let attr = pb::Attr {
        size: x.size,
        mode: u32::from(x.mode),
        mtime: mtime.wrapping_sub(usual.begin_ns),
        ctime: time(x.ctime).wrapping_sub(mtime),
        atime: time(x.atime).wrapping_sub(mtime),
        nlink_less_one: x.nlink.wrapping_sub(1) as i32,
        uid: x.uid,
        gid: x.gid,
        blocks_delta: x.blocks.wrapping_sub(usual_blocks(x.size)) as i64,
        ino_delta: x.ino.wrapping_sub(about) as i64,
        rdev,
        blksize_delta: x.blksize.wrapping_sub(4096) as i32,
        ttl_delta_ns: ttl_delta(s.attr_valid, s.attr_valid_nsec, usual),
    };
    pb::Stat64 { attr: Some(attr), mask: x.mask, btime: time(x.btime).wrapping_sub(usual.begin_ns), attributes: x.attributes }
}

/// The trace's message for an answer: its errno, and what it carries besides. `data` is what the module filled of the room,
/// `nodeid` the op's as in the trace.
pub fn from_reply(request: &Request, nodeid: u64, reply: &ReplyBuf, data: &[u8], usual: Usual) -> (u32, Option<Reply>) {
    if reply.error != 0 {
        // A module that answers a negative number has a fault, which is shown as it is.
        return (reply.error as u32, None);
    }
    let attr_out = || {
        let a: fuse::AttrOut = out(reply, 0);
        Reply::Attr(attr(&a.attr, nodeid, ttl_delta(a.attr_valid, a.attr_valid_nsec, usual), usual))
    };
    let sized = |room: u32| match room {
        0 => Reply::Number(u64::from(out::<fuse::GetxattrOut>(reply, 0).size)),
        _ => Reply::Bytes(Bytes::copy_from_slice(data)),
    };
    let answer = match request {
        Request::Lookup(_) | Request::Mknod(_) | Request::Mkdir(_) | Request::Symlink(_) | Request::Link(_) => {
            Reply::Entry(entry(&out(reply, 0), usual))
        }
        Request::Getattr(_) | Request::Setattr(_) => attr_out(),
        Request::Read(_) => Reply::Data(pb::Data { size: data.len() as u64, hash: usual.hash(data) }),
        Request::Write(_) | Request::CopyFileRange(_) => Reply::Written(u64::from(out::<fuse::WriteOut>(reply, 0).size)),
        Request::Open(_) | Request::Opendir(_) => Reply::Opened(opened(&out(reply, 0))),
        Request::Create(_) | Request::Tmpfile(_) => Reply::Created(pb::Created {
            entry: Some(entry(&out(reply, 0), usual)),
            opened: Some(opened(&out(reply, size_of::<fuse::EntryOut>()))),
        }),
        Request::Readlink(_) => Reply::Bytes(Bytes::copy_from_slice(data)),
        Request::Readdir(_) => Reply::Listing(listing(data, false, usual)),
        Request::Readdirplus(_) => Reply::Listing(listing(data, true, usual)),
        Request::Getxattr(r) => sized(r.size),
        Request::Listxattr(r) => sized(r.size),
        Request::StatfsRequest(_) => {
            let s: fuse::StatfsOut = out(reply, 0);
            Reply::Statfs(pb::Statfs {
                blocks: s.blocks,
                bfree: s.bfree,
                bavail: s.bavail,
                files: s.files,
                ffree: s.ffree,
                bsize: s.bsize,
                namelen: s.namelen,
                frsize: s.frsize,
            })
        }
        Request::Getlk(_) => {
            let lock = out::<fuse::LkOut>(reply, 0).lk;
            Reply::Lock(pb::FileLock { start: lock.start, end: lock.end, r#type: lock.kind, pid: lock.pid })
        }
        Request::Bmap(_) => Reply::Number(out::<fuse::BmapOut>(reply, 0).block),
        Request::Lseek(_) => Reply::Number(out::<fuse::LseekOut>(reply, 0).offset),
        Request::Poll(_) => Reply::Number(u64::from(out::<fuse::PollOut>(reply, 0).revents)),
        Request::Ioctl(_) => {
            let result = out::<fuse::IoctlOut>(reply, 0).result;
            Reply::IoctlReply(pb::IoctlReply { result, data: Bytes::copy_from_slice(data) })
        }
        Request::Statx(_) => Reply::Stat(stat(&out(reply, 0), nodeid, usual)),
        Request::Forget(_)
        | Request::Unlink(_)
        | Request::Rmdir(_)
        | Request::Rename(_)
        | Request::Release(_)
        | Request::Fsync(_)
        | Request::Setxattr(_)
        | Request::Removexattr(_)
        | Request::Flush(_)
        | Request::Releasedir(_)
        | Request::Fsyncdir(_)
        | Request::Setlk(_)
        | Request::Setlkw(_)
        | Request::Access(_)
        | Request::Fallocate(_)
        | Request::Syncfs(_)
        | Request::Mkfs(_)
        | Request::Mount(_)
        | Request::Unmount(_)
        | Request::Unknown(_) => return (0, None),
    };
    (0, Some(answer))
}

#[cfg(test)]
mod tests {
    use super::*;
    use zerocopy::Immutable;

    const USUAL: Usual = Usual { begin_ns: 1_700_000_000_123_456_789, ttl_ns: 86_400_000_000_000, read_hash: pb::ReadHash::Xxh364 };

    fn reply_of<T: IntoBytes + Immutable>(value: &T) -> ReplyBuf {
        let mut reply = ReplyBuf::new();
        reply.out.as_mut_bytes()[..size_of::<T>()].copy_from_slice(value.as_bytes());
        reply.out_len = size_of::<T>() as u32;
        reply
    }

    #[test]
    fn attributes_of_a_new_file_are_mostly_zero() {
        let now = 1_700_000_000;
        let a = fuse::Attr {
            ino: 42,
            mode: 0o100_644,
            nlink: 1,
            size: 5000,
            blocks: 16,
            blksize: 4096,
            atime: now,
            mtime: now,
            ctime: now,
            atimensec: 123_456_789,
            mtimensec: 123_456_789,
            ctimensec: 123_456_789,
            ..Default::default()
        };
        let reply = reply_of(&fuse::AttrOut { attr_valid: 86_400, attr_valid_nsec: 0, dummy: 0, attr: a });
        let request = Request::Getattr(pb::Getattr::default());
        let expected = pb::Attr { size: 5000, mode: 0o100_644, ..Default::default() };
        assert_eq!(from_reply(&request, 42, &reply, &[], USUAL), (0, Some(Reply::Attr(expected))));
    }

    #[test]
    fn times_before_1970_keep_their_sign() {
        let a = fuse::Attr { mtime: -2_i64 as u64, mtimensec: 500_000_000, ..Default::default() };
        let delta = attr(&a, 0, 0, Usual { begin_ns: 0, ttl_ns: 0, ..USUAL });
        assert_eq!(delta.mtime, -1_500_000_000);
    }

    #[test]
    fn a_listing_is_taken_apart() {
        let mut data = Vec::new();
        for (ino, off, name) in [(1_u64, 10_u64, &b"."[..]), (7, 12, b"a-longer-name")] {
            data.extend_from_slice(fuse::Dirent { ino, off, namelen: name.len() as u32, kind: 4 }.as_bytes());
            data.extend_from_slice(name);
            data.resize(data.len().next_multiple_of(8), 0);
        }
        let got = listing(&data, false, USUAL);
        let seen: Vec<_> = got.entry.iter().map(|e| (e.ino, e.cookie_delta, &e.name[..])).collect();
        assert_eq!(seen, [(1, 10, &b"."[..]), (7, 2, &b"a-longer-name"[..])]);
    }

    #[test]
    fn a_listing_that_lies_about_its_names_ends_there() {
        let head = fuse::Dirent { ino: 1, off: 1, namelen: 500, kind: 4 };
        assert_eq!(listing(head.as_bytes(), false, USUAL).entry.len(), 0);
    }

    #[test]
    fn an_error_carries_nothing() {
        let reply = ReplyBuf { error: 2, ..ReplyBuf::new() };
        assert_eq!(from_reply(&Request::Lookup(pb::Lookup::default()), 1, &reply, &[], USUAL), (2, None));
    }
}
