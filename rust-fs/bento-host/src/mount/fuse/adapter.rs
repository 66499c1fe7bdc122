// SPDX-License-Identifier: MIT OR Apache-2.0
//! The file system that fuser calls: each call as a request.

use super::convert::{NO_INODE, args, attr, entries, file_type, given_time, open_flags, out, request, ttl};
use crate::mount::served::Served;
use crate::trace::{Data, READLINK_ROOM, RequestParts};
use bento_abi::fuse::{self, bits, fattr, opcode};
use fuser::{
    AccessFlags, BsdFileFlags, CopyFileRangeFlags, FileAttr, FileHandle, Filesystem, Generation, INodeNo, InitFlags, IoctlFlags,
    KernelConfig, LockOwner, OpenFlags, PollEvents, PollFlags, PollNotifier, RenameFlags, ReplyAttr, ReplyBmap, ReplyCreate,
    ReplyData, ReplyDirectory, ReplyDirectoryPlus, ReplyEmpty, ReplyEntry, ReplyIoctl, ReplyLock, ReplyLseek, ReplyOpen, ReplyPoll,
    ReplyStatfs, ReplyWrite, ReplyXattr, Request, TimeOrNow, WriteFlags,
};
use std::ffi::OsStr;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

/// Largest write: what the kernel's own limit of 256 pages allows.
const MAX_WRITE: u32 = 1 << 20;
/// Room of a listing: what the kernel asks for.
const LISTING_ROOM: usize = 4096;

/// Hands requests to the mounted instance.
pub(super) struct Adapter {
    pub(super) served: Arc<Served>,
    pub(super) readdirplus: bool,
}

impl Filesystem for Adapter {
    fn init(&mut self, _: &Request, config: &mut KernelConfig) -> io::Result<()> {
        let wanted = [InitFlags::FUSE_PARALLEL_DIROPS, InitFlags::FUSE_CACHE_SYMLINKS, InitFlags::FUSE_ASYNC_DIO];
        let plus = [InitFlags::FUSE_DO_READDIRPLUS, InitFlags::FUSE_READDIRPLUS_AUTO];
        for flag in wanted.into_iter().chain(plus.into_iter().filter(|_| self.readdirplus)) {
            // What an older kernel lacks is not needed.
            let _ = config.add_capabilities(flag);
        }
        // The limit of fuser itself is higher.
        let _ = config.set_max_write(MAX_WRITE);
        let _ = config.set_max_background(64);
        Ok(())
    }

    fn lookup(&self, req: &Request, parent: INodeNo, name: &OsStr, reply: ReplyEntry) {
        self.ask_entry(RequestParts { name: name.as_bytes(), ..request(req, opcode::LOOKUP, parent) }, reply);
    }

    fn forget(&self, req: &Request, ino: INodeNo, nlookup: u64) {
        let args = args(fuse::ForgetIn { nlookup });
        let mut parts = RequestParts { args: args.as_bytes(), ..request(req, opcode::FORGET, ino) };
        // Has no answer.
        let _ = self.ask(&mut parts);
    }

    fn getattr(&self, req: &Request, ino: INodeNo, fh: Option<FileHandle>, reply: ReplyAttr) {
        let getattr_flags = if fh.is_some() { bits::GETATTR_FH } else { 0 };
        let args = args(fuse::GetattrIn { getattr_flags, dummy: 0, fh: fh.map_or(0, |fh| fh.0) });
        self.ask_attr(RequestParts { args: args.as_bytes(), ..request(req, opcode::GETATTR, ino) }, reply);
    }

    fn setattr(
        &self,
        req: &Request,
        ino: INodeNo,
        mode: Option<u32>,
        uid: Option<u32>,
        gid: Option<u32>,
        size: Option<u64>,
        atime: Option<TimeOrNow>,
        mtime: Option<TimeOrNow>,
        ctime: Option<SystemTime>,
        fh: Option<FileHandle>,
        _: Option<SystemTime>,
        _: Option<SystemTime>,
        _: Option<SystemTime>,
        _: Option<BsdFileFlags>,
        reply: ReplyAttr,
    ) {
        let mut a = fuse::SetattrIn::default();
        let mut has = |bit: u32, given: bool| a.valid |= if given { bit } else { 0 };
        has(fattr::MODE, mode.is_some());
        has(fattr::UID, uid.is_some());
        has(fattr::GID, gid.is_some());
        has(fattr::SIZE, size.is_some());
        has(fattr::FH, fh.is_some());
        has(fattr::CTIME, ctime.is_some());
        has(fattr::ATIME, atime.is_some());
        has(fattr::MTIME, mtime.is_some());
        has(fattr::ATIME_NOW, matches!(atime, Some(TimeOrNow::Now)));
        has(fattr::MTIME_NOW, matches!(mtime, Some(TimeOrNow::Now)));
        a.mode = mode.unwrap_or(0);
        a.uid = uid.unwrap_or(0);
        a.gid = gid.unwrap_or(0);
        a.size = size.unwrap_or(0);
        a.fh = fh.map_or(0, |fh| fh.0);
        let to = |time: Option<TimeOrNow>| match time {
            Some(TimeOrNow::SpecificTime(time)) => given_time(time),
            _ => (0, 0),
        };
        (a.atime, a.atimensec) = to(atime);
        (a.mtime, a.mtimensec) = to(mtime);
        (a.ctime, a.ctimensec) = ctime.map_or((0, 0), given_time);
        let args = args(a);
        self.ask_attr(RequestParts { args: args.as_bytes(), ..request(req, opcode::SETATTR, ino) }, reply);
    }

    fn readlink(&self, req: &Request, ino: INodeNo, reply: ReplyData) {
        let mut room = [0; READLINK_ROOM as usize];
        let data = Data::Room(&mut room);
        match self.ask(&mut RequestParts { data, ..request(req, opcode::READLINK, ino) }) {
            Ok(answer) => reply.data(&room[..answer.data_len.min(READLINK_ROOM as usize)]),
            Err(errno) => reply.error(errno),
        }
    }

    fn mknod(&self, req: &Request, parent: INodeNo, name: &OsStr, mode: u32, umask: u32, rdev: u32, reply: ReplyEntry) {
        let args = args(fuse::MknodIn { mode, rdev, umask, padding: 0 });
        let (args, name) = (args.as_bytes(), name.as_bytes());
        self.ask_entry(RequestParts { args, name, ..request(req, opcode::MKNOD, parent) }, reply);
    }

    fn mkdir(&self, req: &Request, parent: INodeNo, name: &OsStr, mode: u32, umask: u32, reply: ReplyEntry) {
        let args = args(fuse::MkdirIn { mode, umask });
        let (args, name) = (args.as_bytes(), name.as_bytes());
        self.ask_entry(RequestParts { args, name, ..request(req, opcode::MKDIR, parent) }, reply);
    }

    fn unlink(&self, req: &Request, parent: INodeNo, name: &OsStr, reply: ReplyEmpty) {
        self.ask_empty(RequestParts { name: name.as_bytes(), ..request(req, opcode::UNLINK, parent) }, reply);
    }

    fn rmdir(&self, req: &Request, parent: INodeNo, name: &OsStr, reply: ReplyEmpty) {
        self.ask_empty(RequestParts { name: name.as_bytes(), ..request(req, opcode::RMDIR, parent) }, reply);
    }

    fn symlink(&self, req: &Request, parent: INodeNo, name: &OsStr, target: &Path, reply: ReplyEntry) {
        let (name, name2) = (name.as_bytes(), target.as_os_str().as_bytes());
        self.ask_entry(RequestParts { name, name2, ..request(req, opcode::SYMLINK, parent) }, reply);
    }

    fn rename(
        &self,
        req: &Request,
        parent: INodeNo,
        name: &OsStr,
        newparent: INodeNo,
        newname: &OsStr,
        flags: RenameFlags,
        reply: ReplyEmpty,
    ) {
        let args = args(fuse::Rename2In { newdir: newparent.0, flags: flags.bits(), padding: 0 });
        let (args, name, name2) = (args.as_bytes(), name.as_bytes(), newname.as_bytes());
        self.ask_empty(RequestParts { args, name, name2, ..request(req, opcode::RENAME2, parent) }, reply);
    }

    fn link(&self, req: &Request, ino: INodeNo, newparent: INodeNo, newname: &OsStr, reply: ReplyEntry) {
        let args = args(fuse::LinkIn { oldnodeid: ino.0 });
        let (args, name) = (args.as_bytes(), newname.as_bytes());
        self.ask_entry(RequestParts { args, name, ..request(req, opcode::LINK, newparent) }, reply);
    }

    fn open(&self, req: &Request, ino: INodeNo, flags: OpenFlags, reply: ReplyOpen) {
        let args = args(fuse::OpenIn { flags: flags.0 as u32, open_flags: 0 });
        self.ask_open(RequestParts { args: args.as_bytes(), ..request(req, opcode::OPEN, ino) }, reply);
    }

    fn read(
        &self,
        req: &Request,
        ino: INodeNo,
        fh: FileHandle,
        offset: u64,
        size: u32,
        flags: OpenFlags,
        lock_owner: Option<LockOwner>,
        reply: ReplyData,
    ) {
        let lock_owner = lock_owner.map_or(0, |owner| owner.0);
        let args = args(fuse::ReadIn { fh: fh.0, offset, size, lock_owner, flags: flags.0 as u32, ..Default::default() });
        let mut room = vec![0; size as usize];
        let data = Data::Room(&mut room);
        match self.ask(&mut RequestParts { args: args.as_bytes(), data, ..request(req, opcode::READ, ino) }) {
            Ok(answer) => reply.data(&room[..answer.data_len.min(size as usize)]),
            Err(errno) => reply.error(errno),
        }
    }

    fn write(
        &self,
        req: &Request,
        ino: INodeNo,
        fh: FileHandle,
        offset: u64,
        data: &[u8],
        write_flags: WriteFlags,
        flags: OpenFlags,
        lock_owner: Option<LockOwner>,
        reply: ReplyWrite,
    ) {
        let args = args(fuse::WriteIn {
            fh: fh.0,
            offset,
            size: data.len() as u32,
            write_flags: write_flags.bits(),
            lock_owner: lock_owner.map_or(0, |owner| owner.0),
            flags: flags.0 as u32,
            padding: 0,
        });
        let (args, data) = (args.as_bytes(), Data::In(data));
        self.ask_written(RequestParts { args, data, ..request(req, opcode::WRITE, ino) }, reply);
    }

    fn flush(&self, req: &Request, ino: INodeNo, fh: FileHandle, lock_owner: LockOwner, reply: ReplyEmpty) {
        let args = args(fuse::FlushIn { fh: fh.0, unused: 0, padding: 0, lock_owner: lock_owner.0 });
        self.ask_empty(RequestParts { args: args.as_bytes(), ..request(req, opcode::FLUSH, ino) }, reply);
    }

    fn release(
        &self,
        req: &Request,
        ino: INodeNo,
        fh: FileHandle,
        flags: OpenFlags,
        lock_owner: Option<LockOwner>,
        flush: bool,
        reply: ReplyEmpty,
    ) {
        let args = args(fuse::ReleaseIn {
            fh: fh.0,
            flags: flags.0 as u32,
            release_flags: flush.into(),
            lock_owner: lock_owner.map_or(0, |owner| owner.0),
        });
        self.ask_empty(RequestParts { args: args.as_bytes(), ..request(req, opcode::RELEASE, ino) }, reply);
    }

    fn fsync(&self, req: &Request, ino: INodeNo, fh: FileHandle, datasync: bool, reply: ReplyEmpty) {
        let args = args(fuse::FsyncIn { fh: fh.0, fsync_flags: datasync.into(), padding: 0 });
        self.ask_empty(RequestParts { args: args.as_bytes(), ..request(req, opcode::FSYNC, ino) }, reply);
    }

    fn opendir(&self, req: &Request, ino: INodeNo, flags: OpenFlags, reply: ReplyOpen) {
        let args = args(fuse::OpenIn { flags: flags.0 as u32, open_flags: 0 });
        self.ask_open(RequestParts { args: args.as_bytes(), ..request(req, opcode::OPENDIR, ino) }, reply);
    }

    fn readdir(&self, req: &Request, ino: INodeNo, fh: FileHandle, offset: u64, mut reply: ReplyDirectory) {
        let mut room = [0; LISTING_ROOM];
        let args = args(fuse::ReadIn { fh: fh.0, offset, size: LISTING_ROOM as u32, ..Default::default() });
        let data = Data::Room(&mut room);
        match self.ask(&mut RequestParts { args: args.as_bytes(), data, ..request(req, opcode::READDIR, ino) }) {
            Ok(answer) => {
                for (_, head, name) in entries(&room[..answer.data_len.min(LISTING_ROOM)], false) {
                    if reply.add(INodeNo(head.ino), head.off, file_type(head.kind), OsStr::from_bytes(name)) {
                        break;
                    }
                }
                reply.ok();
            }
            Err(errno) => reply.error(errno),
        }
    }

    fn readdirplus(&self, req: &Request, ino: INodeNo, fh: FileHandle, offset: u64, mut reply: ReplyDirectoryPlus) {
        let mut room = [0; LISTING_ROOM];
        let args = args(fuse::ReadIn { fh: fh.0, offset, size: LISTING_ROOM as u32, ..Default::default() });
        let data = Data::Room(&mut room);
        match self.ask(&mut RequestParts { args: args.as_bytes(), data, ..request(req, opcode::READDIRPLUS, ino) }) {
            Ok(answer) => {
                for (entry, head, name) in entries(&room[..answer.data_len.min(LISTING_ROOM)], true) {
                    let mut about = attr(&entry.attr);
                    if entry.nodeid == 0 {
                        // Names without an entry count no lookup. The kernel knows that of `.` and `..` by their names, so they
                        // keep their inode number.
                        let ino = INodeNo(if matches!(name, b"." | b"..") { head.ino } else { 0 });
                        about = FileAttr { ino, kind: file_type(head.kind), ..NO_INODE };
                    }
                    let ttl = ttl(entry.attr_valid, entry.attr_valid_nsec);
                    let (name, generation) = (OsStr::from_bytes(name), Generation(entry.generation));
                    if reply.add(about.ino, head.off, name, &ttl, &about, generation) {
                        break;
                    }
                }
                reply.ok();
            }
            Err(errno) => reply.error(errno),
        }
    }

    fn releasedir(&self, req: &Request, ino: INodeNo, fh: FileHandle, flags: OpenFlags, reply: ReplyEmpty) {
        let args = args(fuse::ReleaseIn { fh: fh.0, flags: flags.0 as u32, ..Default::default() });
        self.ask_empty(RequestParts { args: args.as_bytes(), ..request(req, opcode::RELEASEDIR, ino) }, reply);
    }

    fn fsyncdir(&self, req: &Request, ino: INodeNo, fh: FileHandle, datasync: bool, reply: ReplyEmpty) {
        let args = args(fuse::FsyncIn { fh: fh.0, fsync_flags: datasync.into(), padding: 0 });
        self.ask_empty(RequestParts { args: args.as_bytes(), ..request(req, opcode::FSYNCDIR, ino) }, reply);
    }

    fn statfs(&self, req: &Request, ino: INodeNo, reply: ReplyStatfs) {
        match self.ask(&mut request(req, opcode::STATFS, ino)) {
            Ok(answer) => {
                let s: fuse::StatfsOut = out(&answer, 0);
                reply.statfs(s.blocks, s.bfree, s.bavail, s.files, s.ffree, s.bsize, s.namelen, s.frsize);
            }
            Err(errno) => reply.error(errno),
        }
    }

    fn setxattr(&self, req: &Request, ino: INodeNo, name: &OsStr, value: &[u8], flags: i32, _: u32, reply: ReplyEmpty) {
        let args = args(fuse::SetxattrIn { size: value.len() as u32, flags: flags as u32 });
        let (args, name) = (args.as_bytes(), name.as_bytes());
        let data = if value.is_empty() { Data::None } else { Data::In(value) };
        self.ask_empty(RequestParts { args, name, data, ..request(req, opcode::SETXATTR, ino) }, reply);
    }

    fn getxattr(&self, req: &Request, ino: INodeNo, name: &OsStr, size: u32, reply: ReplyXattr) {
        let args = args(fuse::GetxattrIn { size, padding: 0 });
        let (args, name) = (args.as_bytes(), name.as_bytes());
        self.ask_sized(RequestParts { args, name, ..request(req, opcode::GETXATTR, ino) }, size, reply);
    }

    fn listxattr(&self, req: &Request, ino: INodeNo, size: u32, reply: ReplyXattr) {
        let args = args(fuse::GetxattrIn { size, padding: 0 });
        self.ask_sized(RequestParts { args: args.as_bytes(), ..request(req, opcode::LISTXATTR, ino) }, size, reply);
    }

    fn removexattr(&self, req: &Request, ino: INodeNo, name: &OsStr, reply: ReplyEmpty) {
        self.ask_empty(RequestParts { name: name.as_bytes(), ..request(req, opcode::REMOVEXATTR, ino) }, reply);
    }

    fn access(&self, req: &Request, ino: INodeNo, mask: AccessFlags, reply: ReplyEmpty) {
        let args = args(fuse::AccessIn { mask: mask.bits() as u32, padding: 0 });
        self.ask_empty(RequestParts { args: args.as_bytes(), ..request(req, opcode::ACCESS, ino) }, reply);
    }

    fn create(&self, req: &Request, parent: INodeNo, name: &OsStr, mode: u32, umask: u32, flags: i32, reply: ReplyCreate) {
        let args = args(fuse::CreateIn { flags: flags as u32, mode, umask, open_flags: 0 });
        let (args, name) = (args.as_bytes(), name.as_bytes());
        match self.ask(&mut RequestParts { args, name, ..request(req, opcode::CREATE, parent) }) {
            Ok(answer) => {
                let e: fuse::EntryOut = out(&answer, 0);
                let o: fuse::OpenOut = out(&answer, size_of::<fuse::EntryOut>());
                let ttl = ttl(e.attr_valid, e.attr_valid_nsec);
                let flags = open_flags(o.open_flags);
                reply.created(&ttl, &attr(&e.attr), Generation(e.generation), FileHandle(o.fh), flags);
            }
            Err(errno) => reply.error(errno),
        }
    }

    fn getlk(
        &self,
        req: &Request,
        ino: INodeNo,
        fh: FileHandle,
        owner: LockOwner,
        start: u64,
        end: u64,
        typ: i32,
        pid: u32,
        reply: ReplyLock,
    ) {
        let lk = fuse::FileLock { start, end, kind: typ as u32, pid };
        let args = args(fuse::LkIn { fh: fh.0, owner: owner.0, lk, lk_flags: 0, padding: 0 });
        match self.ask(&mut RequestParts { args: args.as_bytes(), ..request(req, opcode::GETLK, ino) }) {
            Ok(answer) => {
                let lock = out::<fuse::LkOut>(&answer, 0).lk;
                reply.locked(lock.start, lock.end, lock.kind as i32, lock.pid);
            }
            Err(errno) => reply.error(errno),
        }
    }

    fn setlk(
        &self,
        req: &Request,
        ino: INodeNo,
        fh: FileHandle,
        owner: LockOwner,
        start: u64,
        end: u64,
        typ: i32,
        pid: u32,
        sleep: bool,
        reply: ReplyEmpty,
    ) {
        let lk = fuse::FileLock { start, end, kind: typ as u32, pid };
        let args = args(fuse::LkIn { fh: fh.0, owner: owner.0, lk, lk_flags: 0, padding: 0 });
        let op = if sleep { opcode::SETLKW } else { opcode::SETLK };
        self.ask_empty(RequestParts { args: args.as_bytes(), ..request(req, op, ino) }, reply);
    }

    fn bmap(&self, req: &Request, ino: INodeNo, blocksize: u32, block: u64, reply: ReplyBmap) {
        let args = args(fuse::BmapIn { block, blocksize, padding: 0 });
        match self.ask(&mut RequestParts { args: args.as_bytes(), ..request(req, opcode::BMAP, ino) }) {
            Ok(answer) => reply.bmap(out::<fuse::BmapOut>(&answer, 0).block),
            Err(errno) => reply.error(errno),
        }
    }

    fn ioctl(
        &self,
        req: &Request,
        ino: INodeNo,
        fh: FileHandle,
        flags: IoctlFlags,
        cmd: u32,
        in_data: &[u8],
        out_size: u32,
        reply: ReplyIoctl,
    ) {
        let in_size = in_data.len() as u32;
        let args = args(fuse::IoctlIn { fh: fh.0, flags: flags.bits(), cmd, arg: 0, in_size, out_size });
        let mut room = in_data.to_vec();
        room.resize(in_data.len().max(out_size as usize), 0);
        let data = if room.is_empty() { Data::None } else { Data::Room(&mut room) };
        match self.ask(&mut RequestParts { args: args.as_bytes(), data, ..request(req, opcode::IOCTL, ino) }) {
            Ok(answer) => {
                let filled = answer.data_len.min(out_size as usize);
                reply.ioctl(out::<fuse::IoctlOut>(&answer, 0).result, &room[..filled]);
            }
            Err(errno) => reply.error(errno),
        }
    }

    fn poll(
        &self,
        req: &Request,
        ino: INodeNo,
        fh: FileHandle,
        _: PollNotifier,
        events: PollEvents,
        flags: PollFlags,
        reply: ReplyPoll,
    ) {
        let args = args(fuse::PollIn { fh: fh.0, kh: 0, flags: flags.bits(), events: events.bits() });
        match self.ask(&mut RequestParts { args: args.as_bytes(), ..request(req, opcode::POLL, ino) }) {
            Ok(answer) => reply.poll(PollEvents::from_bits_retain(out::<fuse::PollOut>(&answer, 0).revents)),
            Err(errno) => reply.error(errno),
        }
    }

    fn fallocate(&self, req: &Request, ino: INodeNo, fh: FileHandle, offset: u64, length: u64, mode: i32, reply: ReplyEmpty) {
        let args = args(fuse::FallocateIn { fh: fh.0, offset, length, mode: mode as u32, padding: 0 });
        self.ask_empty(RequestParts { args: args.as_bytes(), ..request(req, opcode::FALLOCATE, ino) }, reply);
    }

    fn lseek(&self, req: &Request, ino: INodeNo, fh: FileHandle, offset: i64, whence: i32, reply: ReplyLseek) {
        let args = args(fuse::LseekIn { fh: fh.0, offset: offset as u64, whence: whence as u32, padding: 0 });
        match self.ask(&mut RequestParts { args: args.as_bytes(), ..request(req, opcode::LSEEK, ino) }) {
            Ok(answer) => reply.offset(out::<fuse::LseekOut>(&answer, 0).offset as i64),
            Err(errno) => reply.error(errno),
        }
    }

    fn copy_file_range(
        &self,
        req: &Request,
        ino_in: INodeNo,
        fh_in: FileHandle,
        off_in: u64,
        ino_out: INodeNo,
        fh_out: FileHandle,
        off_out: u64,
        len: u64,
        flags: CopyFileRangeFlags,
        reply: ReplyWrite,
    ) {
        let args = args(fuse::CopyFileRangeIn {
            fh_in: fh_in.0,
            off_in,
            nodeid_out: ino_out.0,
            fh_out: fh_out.0,
            off_out,
            len,
            flags: flags.bits(),
        });
        self.ask_written(RequestParts { args: args.as_bytes(), ..request(req, opcode::COPY_FILE_RANGE, ino_in) }, reply);
    }
}
