// SPDX-License-Identifier: MIT OR Apache-2.0
//! Where an op has numbers that a run chose: of inodes and of handles.

use crate::proto::trace as pb;
use crate::proto::trace::op::{Reply, Request};

/// What an op made that later ops name.
#[derive(Debug, Clone, Copy)]
pub struct Made {
    /// The new inode.
    pub node: u64,
    /// The handle that was opened on it.
    pub fh: Option<u64>,
}

impl Made {
    /// What this op made. A handle whose number was known is still open in the replay: its release was left out too, and it serves as well.
    pub fn by(op: &pb::Op) -> Option<Made> {
        match (&op.request, &op.reply) {
            (Some(request), Some(Reply::Entry(entry))) if makes_inode(request) => Some(Made { node: entry.nodeid, fh: None }),
            (Some(_), Some(Reply::Created(pb::Created { entry: Some(entry), opened }))) => {
                Some(Made { node: entry.nodeid, fh: opened.map(|opened| opened.fh) })
            }
            _ => None,
        }
    }
}

/// Whether the op's answer names an inode that did not exist before.
pub const fn makes_inode(request: &Request) -> bool {
    matches!(request, Request::Create(_) | Request::Mknod(_) | Request::Mkdir(_) | Request::Symlink(_) | Request::Tmpfile(_))
}

/// Whether the op is about the inode that its nodeid names.
pub(super) fn has_node(request: &Request) -> bool {
    !matches!(
        request,
        Request::Forget(_)
            | Request::Mkfs(_)
            | Request::Mount(_)
            | Request::Unmount(_)
            | Request::StatfsRequest(_)
            | Request::Syncfs(_)
    )
}

/// The second inode that a request names.
pub(super) fn other_node(request: &Request) -> Option<u64> {
    match request {
        Request::Rename(r) => Some(r.new_parent),
        Request::Link(r) => Some(r.new_parent),
        Request::CopyFileRange(r) => Some(r.nodeid_out),
        _ => None,
    }
}

/// The handle that a request names, of the op's own inode.
pub(super) const fn handle_of(request: &Request) -> Option<u64> {
    Some(match request {
        Request::Getattr(r) => r.fh,
        Request::Setattr(r) => r.fh,
        Request::Read(r) => r.fh,
        Request::Write(r) => r.fh,
        Request::Release(r) | Request::Releasedir(r) => r.fh,
        Request::Fsync(r) | Request::Fsyncdir(r) => r.fh,
        Request::Flush(r) => r.fh,
        Request::Readdir(r) | Request::Readdirplus(r) => r.fh,
        Request::Getlk(r) | Request::Setlk(r) | Request::Setlkw(r) => r.fh,
        Request::Ioctl(r) => r.fh,
        Request::Poll(r) => r.fh,
        Request::Fallocate(r) => r.fh,
        Request::Lseek(r) => r.fh,
        Request::CopyFileRange(r) => r.fh_in,
        Request::Statx(r) => r.fh,
        _ => return None,
    })
}

/// Puts another number where [`handle_of`] found one.
pub(super) fn set_handle(request: &mut Request, fh: u64) {
    let place = match request {
        Request::Getattr(r) => &mut r.fh,
        Request::Setattr(r) => &mut r.fh,
        Request::Read(r) => &mut r.fh,
        Request::Write(r) => &mut r.fh,
        Request::Release(r) | Request::Releasedir(r) => &mut r.fh,
        Request::Fsync(r) | Request::Fsyncdir(r) => &mut r.fh,
        Request::Flush(r) => &mut r.fh,
        Request::Readdir(r) | Request::Readdirplus(r) => &mut r.fh,
        Request::Getlk(r) | Request::Setlk(r) | Request::Setlkw(r) => &mut r.fh,
        Request::Ioctl(r) => &mut r.fh,
        Request::Poll(r) => &mut r.fh,
        Request::Fallocate(r) => &mut r.fh,
        Request::Lseek(r) => &mut r.fh,
        Request::CopyFileRange(r) => &mut r.fh_in,
        Request::Statx(r) => &mut r.fh,
        _ => return,
    };
    *place = fh;
}
