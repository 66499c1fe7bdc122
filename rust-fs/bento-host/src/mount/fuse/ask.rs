// SPDX-License-Identifier: MIT OR Apache-2.0
//! Asking the module, by the shape of the answer.

use super::adapter::Adapter;
use super::convert::{NO_INODE, attr, give_entry, open_flags, out, ttl};
use crate::mount::served::NoAnswer;
use crate::trace::{Data, RequestParts, USUAL_TTL_NS};
use bento_abi::ReplyBuf;
use bento_abi::fuse::{self, opcode};
use fuser::{Errno, FileHandle, Generation, ReplyAttr, ReplyEmpty, ReplyEntry, ReplyOpen, ReplyWrite, ReplyXattr};
use std::time::Duration;

/// An answer that the kernel may keep for a day.
const DAY: Duration = Duration::from_nanos(USUAL_TTL_NS);

impl Adapter {
    /// Asks the module; its errno, or EIO when it has no answer.
    pub(super) fn ask(&self, parts: &mut RequestParts<'_>) -> Result<ReplyBuf, Errno> {
        let mut reply = ReplyBuf::new();
        match self.served.answer(parts, &mut reply) {
            Ok(()) if reply.error == 0 => Ok(reply),
            Ok(()) => Err(Errno::from_i32(reply.error)),
            Err(NoAnswer) => Err(Errno::EIO),
        }
    }

    pub(super) fn ask_entry(&self, mut parts: RequestParts<'_>, reply: ReplyEntry) {
        match self.ask(&mut parts) {
            Ok(answer) => give_entry(&out(&answer, 0), reply),
            // All changes come through this mount, so what is not there may be remembered.
            Err(errno) if parts.opcode == opcode::LOOKUP && errno.code() == libc::ENOENT => {
                reply.entry_with_ttls(&DAY, &DAY, &NO_INODE, Generation(0));
            }
            Err(errno) => reply.error(errno),
        }
    }

    pub(super) fn ask_empty(&self, mut parts: RequestParts<'_>, reply: ReplyEmpty) {
        match self.ask(&mut parts) {
            Ok(_) => reply.ok(),
            Err(errno) => reply.error(errno),
        }
    }

    pub(super) fn ask_attr(&self, mut parts: RequestParts<'_>, reply: ReplyAttr) {
        match self.ask(&mut parts) {
            Ok(answer) => {
                let a: fuse::AttrOut = out(&answer, 0);
                reply.attr(&ttl(a.attr_valid, a.attr_valid_nsec), &attr(&a.attr));
            }
            Err(errno) => reply.error(errno),
        }
    }

    pub(super) fn ask_open(&self, mut parts: RequestParts<'_>, reply: ReplyOpen) {
        match self.ask(&mut parts) {
            Ok(answer) => {
                let o: fuse::OpenOut = out(&answer, 0);
                reply.opened(FileHandle(o.fh), open_flags(o.open_flags));
            }
            Err(errno) => reply.error(errno),
        }
    }

    pub(super) fn ask_written(&self, mut parts: RequestParts<'_>, reply: ReplyWrite) {
        match self.ask(&mut parts) {
            Ok(answer) => reply.written(out::<fuse::WriteOut>(&answer, 0).size),
            Err(errno) => reply.error(errno),
        }
    }

    /// An op that answers a value, or its size when there is no room.
    pub(super) fn ask_sized(&self, parts: RequestParts<'_>, size: u32, reply: ReplyXattr) {
        let mut room = vec![0; size as usize];
        let data = if size > 0 { Data::Room(&mut room) } else { Data::None };
        let mut parts = RequestParts { data, ..parts };
        match self.ask(&mut parts) {
            Ok(answer) if size == 0 => reply.size(out::<fuse::GetxattrOut>(&answer, 0).size),
            Ok(answer) => reply.data(&room[..answer.data_len.min(size as usize)]),
            Err(errno) => reply.error(errno),
        }
    }
}
