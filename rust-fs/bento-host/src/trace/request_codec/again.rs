// SPDX-License-Identifier: MIT OR Apache-2.0
//! From the trace's messages to requests that can be made again.

use super::{MAX_ROOM, READLINK_ROOM, RequestError};
use crate::proto::trace as pb;
use crate::proto::trace::op::Request;
use crate::trace::request::{Args, OwnedRequest};
use bento_abi::fuse::{self, bits, opcode};
use bytes::Bytes;
use zerocopy::IntoBytes;

fn split(nanoseconds: i64) -> (u64, u32) {
    (nanoseconds.div_euclid(1_000_000_000) as u64, nanoseconds.rem_euclid(1_000_000_000) as u32)
}

/// What a request is made of, in the making.
struct Made {
    request: OwnedRequest,
}

impl Made {
    fn new(opcode: u32, nodeid: u64) -> Made {
        let (name, name2, data) = (Bytes::new(), Bytes::new(), Bytes::new());
        Made { request: OwnedRequest { nodeid, opcode, args: Args::NONE, name, name2, data, room: 0 } }
    }

    fn args<T: IntoBytes + zerocopy::Immutable>(mut self, args: T) -> Made {
        self.request.args = Args::of(&args);
        self
    }

    fn name(mut self, name: &Bytes) -> Made {
        self.request.name = name.clone();
        self
    }

    fn name2(mut self, name: &Bytes) -> Made {
        self.request.name2 = name.clone();
        self
    }

    fn data(mut self, data: Bytes) -> Made {
        self.request.data = data;
        self
    }

    fn room(mut self, room: u32) -> Result<Made, RequestError> {
        if room > MAX_ROOM {
            return Err(RequestError::TooLarge(room));
        }
        self.request.room = room as usize;
        Ok(self)
    }
}

/// The request that a recorded op made. `content` finds the content of a WRITE by its hash and size, where it does not stand
/// in the op itself.
pub fn to_request(op: &pb::Op, content: impl FnOnce(&[u8], u32) -> Option<Bytes>) -> Result<OwnedRequest, RequestError> {
    let node = op.nodeid;
    let made = |opcode| Made::new(opcode, node);
    let made = match op.request.as_ref().ok_or(RequestError::NoRequest)? {
        Request::Lookup(r) => made(opcode::LOOKUP).name(&r.name),
        Request::Getattr(r) => made(opcode::GETATTR).args(fuse::GetattrIn { getattr_flags: r.flags, dummy: 0, fh: r.fh }),
        Request::Read(r) => made(opcode::READ).args(read_in(r.fh, r.offset, r.size, r.flags)).room(r.size)?,
        Request::Write(r) => made(opcode::WRITE)
            .args(fuse::WriteIn {
                fh: r.fh,
                offset: r.offset,
                size: r.size,
                write_flags: r.write_flags,
                flags: r.flags,
                ..Default::default()
            })
            .data(match r.content.as_ref() {
                Some(pb::write::Content::Inline(bytes)) => bytes.clone(),
                Some(pb::write::Content::Hash(hash)) => content(hash, r.size).ok_or(RequestError::NoContent)?,
                None if r.size == 0 => Bytes::new(),
                None => return Err(RequestError::NoContent),
            }),
        Request::Forget(r) => forget(node, &r.nodes),
        Request::Setattr(r) => made(opcode::SETATTR).args(setattr_in(r)),
        Request::Readlink(_) => made(opcode::READLINK).room(READLINK_ROOM)?,
        Request::Symlink(r) => made(opcode::SYMLINK).name(&r.name).name2(&r.target),
        Request::Mknod(r) => {
            made(opcode::MKNOD).name(&r.name).args(fuse::MknodIn { mode: r.mode, rdev: r.rdev, umask: r.umask, padding: 0 })
        }
        Request::Mkdir(r) => made(opcode::MKDIR).name(&r.name).args(fuse::MkdirIn { mode: r.mode, umask: r.umask }),
        Request::Unlink(r) => made(opcode::UNLINK).name(&r.name),
        Request::Rmdir(r) => made(opcode::RMDIR).name(&r.name),
        Request::Rename(r) => made(opcode::RENAME2).name(&r.name).name2(&r.new_name).args(fuse::Rename2In {
            newdir: r.new_parent,
            flags: r.flags,
            padding: 0,
        }),
        Request::Link(r) => Made::new(opcode::LINK, r.new_parent).name(&r.new_name).args(fuse::LinkIn { oldnodeid: node }),
        Request::Open(r) => made(opcode::OPEN).args(fuse::OpenIn { flags: r.flags, open_flags: 0 }),
        Request::StatfsRequest(_) => made(opcode::STATFS),
        Request::Release(r) => made(opcode::RELEASE).args(release_in(r)),
        Request::Fsync(r) => made(opcode::FSYNC).args(fsync_in(r)),
        Request::Flush(r) => made(opcode::FLUSH).args(fuse::FlushIn { fh: r.fh, ..Default::default() }),
        Request::Opendir(r) => made(opcode::OPENDIR).args(fuse::OpenIn { flags: r.flags, open_flags: 0 }),
        Request::Readdir(r) => made(opcode::READDIR).args(read_in(r.fh, r.cookie, r.size, 0)).room(r.size)?,
        Request::Readdirplus(r) => made(opcode::READDIRPLUS).args(read_in(r.fh, r.cookie, r.size, 0)).room(r.size)?,
        Request::Releasedir(r) => made(opcode::RELEASEDIR).args(release_in(r)),
        Request::Fsyncdir(r) => made(opcode::FSYNCDIR).args(fsync_in(r)),
        Request::Create(r) => {
            made(opcode::CREATE).name(&r.name).args(fuse::CreateIn { flags: r.flags, mode: r.mode, umask: r.umask, open_flags: 0 })
        }
        rarer => to_rarer(node, rarer)?,
    };
    Ok(made.request)
}

fn to_rarer(node: u64, request: &Request) -> Result<Made, RequestError> {
    let made = |opcode| Made::new(opcode, node);
    Ok(match request {
        Request::Setxattr(r) => made(opcode::SETXATTR)
            .name(&r.name)
            .data(r.value.clone())
            .args(fuse::SetxattrIn { size: r.value.len() as u32, flags: r.flags }),
        Request::Getxattr(r) => {
            made(opcode::GETXATTR).name(&r.name).args(fuse::GetxattrIn { size: r.size, padding: 0 }).room(r.size)?
        }
        Request::Listxattr(r) => made(opcode::LISTXATTR).args(fuse::GetxattrIn { size: r.size, padding: 0 }).room(r.size)?,
        Request::Removexattr(r) => made(opcode::REMOVEXATTR).name(&r.name),
        Request::Getlk(r) => made(opcode::GETLK).args(lk_in(r)),
        Request::Setlk(r) => made(opcode::SETLK).args(lk_in(r)),
        Request::Setlkw(r) => made(opcode::SETLKW).args(lk_in(r)),
        Request::Access(r) => made(opcode::ACCESS).args(fuse::AccessIn { mask: r.mask, padding: 0 }),
        Request::Tmpfile(r) => {
            made(opcode::TMPFILE).args(fuse::CreateIn { flags: r.flags, mode: r.mode, umask: r.umask, open_flags: 0 })
        }
        Request::Bmap(r) => made(opcode::BMAP).args(fuse::BmapIn { block: r.block, blocksize: r.block_size, padding: 0 }),
        Request::Ioctl(r) => {
            let in_size = r.data.len() as u32;
            let (fh, flags, cmd, arg, out_size) = (r.fh, r.flags, r.command, r.argument, r.out_size);
            made(opcode::IOCTL)
                .args(fuse::IoctlIn { fh, flags, cmd, arg, in_size, out_size })
                .data(r.data.clone())
                .room(in_size.max(out_size))?
        }
        Request::Poll(r) => made(opcode::POLL).args(fuse::PollIn { fh: r.fh, kh: 0, flags: 0, events: r.events }),
        Request::Fallocate(r) => made(opcode::FALLOCATE).args(fuse::FallocateIn {
            fh: r.fh,
            offset: r.offset,
            length: r.length,
            mode: r.mode,
            padding: 0,
        }),
        Request::Lseek(r) => made(opcode::LSEEK).args(fuse::LseekIn { fh: r.fh, offset: r.offset, whence: r.whence, padding: 0 }),
        Request::CopyFileRange(r) => made(opcode::COPY_FILE_RANGE).args(fuse::CopyFileRangeIn {
            fh_in: r.fh_in,
            off_in: r.offset_in,
            nodeid_out: r.nodeid_out,
            fh_out: r.fh_out,
            off_out: r.offset_out,
            len: r.length,
            flags: r.flags,
        }),
        Request::Syncfs(_) => made(opcode::SYNCFS).args(fuse::SyncfsIn::default()),
        Request::Statx(r) => {
            made(opcode::STATX).args(fuse::StatxIn { getattr_flags: r.flags, reserved: 0, fh: r.fh, sx_flags: 0, sx_mask: r.mask })
        }
        Request::Unknown(opcode) => made(*opcode),
        Request::Mkfs(_) | Request::Mount(_) | Request::Unmount(_) => return Err(RequestError::NotARequest),
        _ => return Err(RequestError::NoRequest),
    })
}

fn forget(node: u64, nodes: &[u64]) -> Made {
    if let [one, nlookup] = *nodes
        && one == node
    {
        return Made::new(opcode::FORGET, node).args(fuse::ForgetIn { nlookup });
    }
    let mut made = Made::new(opcode::BATCH_FORGET, node);
    let (pairs, _) = nodes.as_chunks::<2>();
    let mut args = Vec::with_capacity(8 + 16 * pairs.len());
    args.extend_from_slice(fuse::BatchForgetIn { count: pairs.len() as u32, dummy: 0 }.as_bytes());
    for &[nodeid, nlookup] in pairs {
        args.extend_from_slice(fuse::ForgetOne { nodeid, nlookup }.as_bytes());
    }
    made.request.args = Args::Heap(args);
    made
}

fn read_in(fh: u64, offset: u64, size: u32, flags: u32) -> fuse::ReadIn {
    fuse::ReadIn { fh, offset, size, flags, ..Default::default() }
}

fn release_in(r: &pb::Release) -> fuse::ReleaseIn {
    fuse::ReleaseIn { fh: r.fh, flags: r.flags, release_flags: r.release_flags, lock_owner: 0 }
}

fn fsync_in(r: &pb::Fsync) -> fuse::FsyncIn {
    fuse::FsyncIn { fh: r.fh, fsync_flags: if r.datasync { bits::FSYNC_FDATASYNC } else { 0 }, padding: 0 }
}

fn lk_in(r: &pb::LockRequest) -> fuse::LkIn {
    let lock = r.lock.unwrap_or_default();
    let lk = fuse::FileLock { start: lock.start, end: lock.end, kind: lock.r#type, pid: lock.pid };
    fuse::LkIn { fh: r.fh, owner: r.owner, lk, lk_flags: r.flags, padding: 0 }
}

fn setattr_in(r: &pb::Setattr) -> fuse::SetattrIn {
    let ((atime, atimensec), (mtime, mtimensec), (ctime, ctimensec)) = (split(r.atime), split(r.mtime), split(r.ctime));
    fuse::SetattrIn {
        valid: r.valid,
        fh: r.fh,
        size: r.size,
        atime,
        mtime,
        ctime,
        atimensec,
        mtimensec,
        ctimensec,
        mode: r.mode,
        uid: r.uid,
        gid: r.gid,
        ..Default::default()
    }
}
