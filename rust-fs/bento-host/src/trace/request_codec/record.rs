// SPDX-License-Identifier: MIT OR Apache-2.0
//! From the contract's structures to the trace's messages.

use crate::proto::trace as pb;
use crate::proto::trace::op::Request;
use crate::trace::request::RequestParts;
use bento_abi::fuse::{self, bits, opcode};
use bytes::Bytes;
use zerocopy::FromBytes;

fn copy(bytes: &[u8]) -> Bytes {
    Bytes::copy_from_slice(bytes)
}

fn join(seconds: u64, nanoseconds: u32) -> i64 {
    (seconds as i64).wrapping_mul(1_000_000_000).wrapping_add(i64::from(nanoseconds))
}

fn name(parts: &RequestParts<'_>) -> pb::Name {
    pb::Name { name: copy(parts.name) }
}

fn open(parts: &RequestParts<'_>) -> pb::Open {
    pb::Open { flags: parts.args::<fuse::OpenIn>().flags }
}

fn release(parts: &RequestParts<'_>) -> pb::Release {
    let a: fuse::ReleaseIn = parts.args();
    pb::Release { fh: a.fh, flags: a.flags, release_flags: a.release_flags }
}

fn fsync(parts: &RequestParts<'_>) -> pb::Fsync {
    let a: fuse::FsyncIn = parts.args();
    pb::Fsync { fh: a.fh, datasync: a.fsync_flags & bits::FSYNC_FDATASYNC != 0 }
}

fn readdir(parts: &RequestParts<'_>) -> pb::Readdir {
    let a: fuse::ReadIn = parts.args();
    pb::Readdir { fh: a.fh, cookie: a.offset, size: a.size }
}

fn lock_request(parts: &RequestParts<'_>) -> pb::LockRequest {
    let a: fuse::LkIn = parts.args();
    let lock = pb::FileLock { start: a.lk.start, end: a.lk.end, r#type: a.lk.kind, pid: a.lk.pid };
    pb::LockRequest { fh: a.fh, owner: a.owner, lock: Some(lock), flags: a.lk_flags }
}

fn forget_pairs(args: &[u8]) -> Vec<u64> {
    let Ok((head, mut rest)) = fuse::BatchForgetIn::read_from_prefix(args) else { return Vec::new() };
    let mut nodes = Vec::with_capacity(2 * (head.count as usize).min(rest.len() / size_of::<fuse::ForgetOne>()));
    for _ in 0..head.count {
        let Ok((one, after)) = fuse::ForgetOne::read_from_prefix(rest) else { break };
        nodes.extend([one.nodeid, one.nlookup]);
        rest = after;
    }
    nodes
}

/// The trace's message for a request, and the op's nodeid (LINK's is the inode that gets a name, not the directory).
///
/// A WRITE comes without content, which the trace's writer adds.
pub fn from_request(parts: &RequestParts<'_>) -> (u64, Request) {
    let mut nodeid = parts.nodeid;
    let request = match parts.opcode {
        opcode::LOOKUP => Request::Lookup(pb::Lookup { name: copy(parts.name) }),
        opcode::GETATTR => {
            let a: fuse::GetattrIn = parts.args();
            Request::Getattr(pb::Getattr { flags: a.getattr_flags, fh: a.fh })
        }
        opcode::READ => {
            let a: fuse::ReadIn = parts.args();
            Request::Read(pb::Read { fh: a.fh, offset: a.offset, size: a.size, flags: a.flags })
        }
        opcode::WRITE => {
            let a: fuse::WriteIn = parts.args();
            let (size, write_flags) = (parts.data.bytes().len() as u32, a.write_flags);
            Request::Write(pb::Write { fh: a.fh, offset: a.offset, size, flags: a.flags, write_flags, content: None })
        }
        opcode::FORGET => Request::Forget(pb::Forget { nodes: vec![parts.nodeid, parts.args::<fuse::ForgetIn>().nlookup] }),
        opcode::BATCH_FORGET => Request::Forget(pb::Forget { nodes: forget_pairs(parts.args) }),
        opcode::SETATTR => {
            let a: fuse::SetattrIn = parts.args();
            Request::Setattr(pb::Setattr {
                valid: a.valid,
                size: a.size,
                mode: a.mode,
                uid: a.uid,
                gid: a.gid,
                atime: join(a.atime, a.atimensec),
                mtime: join(a.mtime, a.mtimensec),
                ctime: join(a.ctime, a.ctimensec),
                fh: a.fh,
            })
        }
        opcode::READLINK => Request::Readlink(pb::Empty {}),
        opcode::SYMLINK => Request::Symlink(pb::Symlink { name: copy(parts.name), target: copy(parts.name2) }),
        opcode::MKNOD => {
            let a: fuse::MknodIn = parts.args();
            Request::Mknod(pb::Mknod { name: copy(parts.name), mode: a.mode, rdev: a.rdev, umask: a.umask })
        }
        opcode::MKDIR => {
            let a: fuse::MkdirIn = parts.args();
            Request::Mkdir(pb::Mkdir { name: copy(parts.name), mode: a.mode, umask: a.umask })
        }
        opcode::UNLINK => Request::Unlink(name(parts)),
        opcode::RMDIR => Request::Rmdir(name(parts)),
        opcode::RENAME2 => {
            let a: fuse::Rename2In = parts.args();
            let (name, new_name) = (copy(parts.name), copy(parts.name2));
            Request::Rename(pb::Rename { name, new_parent: a.newdir, new_name, flags: a.flags })
        }
        opcode::LINK => {
            nodeid = parts.args::<fuse::LinkIn>().oldnodeid;
            Request::Link(pb::Link { new_parent: parts.nodeid, new_name: copy(parts.name) })
        }
        opcode::OPEN => Request::Open(open(parts)),
        opcode::STATFS => Request::StatfsRequest(pb::Empty {}),
        opcode::RELEASE => Request::Release(release(parts)),
        opcode::FSYNC => Request::Fsync(fsync(parts)),
        opcode::FLUSH => Request::Flush(pb::Flush { fh: parts.args::<fuse::FlushIn>().fh }),
        opcode::OPENDIR => Request::Opendir(open(parts)),
        opcode::READDIR => Request::Readdir(readdir(parts)),
        opcode::READDIRPLUS => Request::Readdirplus(readdir(parts)),
        opcode::RELEASEDIR => Request::Releasedir(release(parts)),
        opcode::FSYNCDIR => Request::Fsyncdir(fsync(parts)),
        opcode::CREATE => {
            let a: fuse::CreateIn = parts.args();
            Request::Create(pb::Create { name: copy(parts.name), mode: a.mode, umask: a.umask, flags: a.flags })
        }
        _ => from_rarer(parts),
    };
    (nodeid, request)
}

fn from_rarer(parts: &RequestParts<'_>) -> Request {
    match parts.opcode {
        opcode::SETXATTR => {
            let a: fuse::SetxattrIn = parts.args();
            Request::Setxattr(pb::Setxattr { name: copy(parts.name), value: copy(parts.data.bytes()), flags: a.flags })
        }
        opcode::GETXATTR => Request::Getxattr(pb::Getxattr { name: copy(parts.name), size: parts.args::<fuse::GetxattrIn>().size }),
        opcode::LISTXATTR => Request::Listxattr(pb::Listxattr { size: parts.args::<fuse::GetxattrIn>().size }),
        opcode::REMOVEXATTR => Request::Removexattr(name(parts)),
        opcode::GETLK => Request::Getlk(lock_request(parts)),
        opcode::SETLK => Request::Setlk(lock_request(parts)),
        opcode::SETLKW => Request::Setlkw(lock_request(parts)),
        opcode::ACCESS => Request::Access(pb::Access { mask: parts.args::<fuse::AccessIn>().mask }),
        opcode::TMPFILE => {
            let a: fuse::CreateIn = parts.args();
            Request::Tmpfile(pb::Tmpfile { mode: a.mode, umask: a.umask, flags: a.flags })
        }
        opcode::BMAP => {
            let a: fuse::BmapIn = parts.args();
            Request::Bmap(pb::Bmap { block: a.block, block_size: a.blocksize })
        }
        opcode::IOCTL => {
            let a: fuse::IoctlIn = parts.args();
            let given = parts.data.bytes();
            Request::Ioctl(pb::Ioctl {
                fh: a.fh,
                command: a.cmd,
                argument: a.arg,
                flags: a.flags,
                data: copy(&given[..given.len().min(a.in_size as usize)]),
                out_size: a.out_size,
            })
        }
        opcode::POLL => {
            let a: fuse::PollIn = parts.args();
            Request::Poll(pb::Poll { fh: a.fh, events: a.events })
        }
        opcode::FALLOCATE => {
            let a: fuse::FallocateIn = parts.args();
            Request::Fallocate(pb::Fallocate { fh: a.fh, offset: a.offset, length: a.length, mode: a.mode })
        }
        opcode::LSEEK => {
            let a: fuse::LseekIn = parts.args();
            Request::Lseek(pb::Lseek { fh: a.fh, offset: a.offset, whence: a.whence })
        }
        opcode::COPY_FILE_RANGE => {
            let a: fuse::CopyFileRangeIn = parts.args();
            Request::CopyFileRange(pb::CopyFileRange {
                fh_in: a.fh_in,
                offset_in: a.off_in,
                nodeid_out: a.nodeid_out,
                fh_out: a.fh_out,
                offset_out: a.off_out,
                length: a.len,
                flags: a.flags,
            })
        }
        opcode::SYNCFS => Request::Syncfs(pb::Empty {}),
        opcode::STATX => {
            let a: fuse::StatxIn = parts.args();
            Request::Statx(pb::Statx { fh: a.fh, flags: a.getattr_flags, mask: a.sx_mask })
        }
        other => Request::Unknown(other),
    }
}
