// SPDX-License-Identifier: MIT OR Apache-2.0
//! The kernel's FUSE, through fuser: requests become the contract's, answers become fuser's. The only file that knows fuser.
//!
//! Notes on what fuser 0.18 does not deliver: TMPFILE, SYNCFS and STATX (it answers ENOSYS, and the kernel does without), the
//! room of a listing (a page, which is what the kernel asks for), BATCH_FORGET (which comes as one FORGET after the other).

use super::served::{NoAnswer, Served};
use crate::trace::{Args, Data, READLINK_ROOM, RequestParts, USUAL_TTL_NS};
use bento_abi::ReplyBuf;
use bento_abi::fuse::{self, bits, dirent_size, fattr, opcode};
use fuser::{
    AccessFlags, BsdFileFlags, Config, CopyFileRangeFlags, Errno, FileAttr, FileHandle, FileType, Filesystem, FopenFlags,
    Generation, INodeNo, InitFlags, IoctlFlags, KernelConfig, LockOwner, MountOption, OpenFlags, PollEvents, PollFlags,
    PollNotifier, RenameFlags, ReplyAttr, ReplyBmap, ReplyCreate, ReplyData, ReplyDirectory, ReplyDirectoryPlus, ReplyEmpty,
    ReplyEntry, ReplyIoctl, ReplyLock, ReplyLseek, ReplyOpen, ReplyPoll, ReplyStatfs, ReplyWrite, ReplyXattr, Request, SessionACL,
    TimeOrNow, WriteFlags,
};
use std::ffi::OsStr;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use zerocopy::{FromBytes, Immutable, IntoBytes};

/// Largest write: what the kernel's own limit of 256 pages allows.
const MAX_WRITE: u32 = 1 << 20;
/// Room of a listing: what the kernel asks for.
const LISTING_ROOM: usize = 4096;
/// An answer that the kernel may keep for a day.
const DAY: Duration = Duration::from_nanos(USUAL_TTL_NS);

/// How the kernel is asked to mount.
#[derive(Debug, Clone)]
pub struct KernelMount {
    /// Threads that serve ops.
    pub threads: usize,
    /// Let listings carry attributes.
    pub readdirplus: bool,
    /// Nothing may be written.
    pub read_only: bool,
    /// Shown as the mount's source.
    pub source: String,
    /// Shown behind "fuse." as the mount's type.
    pub fs_name: String,
}

/// A mount that is being served.
pub struct Session(fuser::BackgroundSession);

impl Session {
    /// Mounts at `mountpoint` and serves until it is unmounted.
    pub fn start(served: Arc<Served>, mountpoint: &Path, mount: &KernelMount) -> io::Result<Session> {
        let mut config = Config::default();
        let rw = if mount.read_only { MountOption::RO } else { MountOption::RW };
        // A comma would end the option.
        let source = mount.source.replace(',', "_");
        config.mount_options =
            vec![MountOption::DefaultPermissions, MountOption::FSName(source), MountOption::Subtype(mount.fs_name.clone()), rw];
        if rustix::process::geteuid().is_root() {
            config.acl = SessionACL::All;
            config.mount_options.extend([MountOption::Dev, MountOption::Suid]);
            if has_helper() {
                // The helper unmounts even when this process is killed.
                config.mount_options.push(MountOption::AutoUnmount);
            }
        }
        config.n_threads = Some(mount.threads);
        config.clone_fd = true;
        let adapter = Adapter { served, readdirplus: mount.readdirplus };
        Ok(Session(fuser::Session::new(adapter, mountpoint, &config)?.spawn()?))
    }

    /// Whether it was unmounted.
    pub fn is_over(&self) -> bool {
        self.0.guard.is_finished()
    }

    /// Waits until it is unmounted.
    pub fn join(self) -> io::Result<()> {
        self.0.join()
    }
}

/// Whether the helper that outlives this process is installed.
fn has_helper() -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join("fusermount3").is_file())
}

/// The file system that fuser calls.
struct Adapter {
    served: Arc<Served>,
    readdirplus: bool,
}

impl Adapter {
    /// Asks the module; its errno, or EIO when it has no answer.
    fn ask(&self, parts: &mut RequestParts<'_>) -> Result<ReplyBuf, Errno> {
        let mut reply = ReplyBuf::new();
        match self.served.answer(parts, &mut reply) {
            Ok(()) if reply.error == 0 => Ok(reply),
            Ok(()) => Err(Errno::from_i32(reply.error)),
            Err(NoAnswer) => Err(Errno::EIO),
        }
    }

    fn ask_entry(&self, mut parts: RequestParts<'_>, reply: ReplyEntry) {
        match self.ask(&mut parts) {
            Ok(answer) => give_entry(&out(&answer, 0), reply),
            // All changes come through this mount, so what is not there may be remembered.
            Err(errno) if parts.opcode == opcode::LOOKUP && errno.code() == libc::ENOENT => {
                reply.entry_with_ttls(&DAY, &DAY, &NO_INODE, Generation(0));
            }
            Err(errno) => reply.error(errno),
        }
    }

    fn ask_empty(&self, mut parts: RequestParts<'_>, reply: ReplyEmpty) {
        match self.ask(&mut parts) {
            Ok(_) => reply.ok(),
            Err(errno) => reply.error(errno),
        }
    }

    fn ask_attr(&self, mut parts: RequestParts<'_>, reply: ReplyAttr) {
        match self.ask(&mut parts) {
            Ok(answer) => {
                let a: fuse::AttrOut = out(&answer, 0);
                reply.attr(&ttl(a.attr_valid, a.attr_valid_nsec), &attr(&a.attr));
            }
            Err(errno) => reply.error(errno),
        }
    }

    fn ask_open(&self, mut parts: RequestParts<'_>, reply: ReplyOpen) {
        match self.ask(&mut parts) {
            Ok(answer) => {
                let o: fuse::OpenOut = out(&answer, 0);
                reply.opened(FileHandle(o.fh), open_flags(o.open_flags));
            }
            Err(errno) => reply.error(errno),
        }
    }

    fn ask_written(&self, mut parts: RequestParts<'_>, reply: ReplyWrite) {
        match self.ask(&mut parts) {
            Ok(answer) => reply.written(out::<fuse::WriteOut>(&answer, 0).size),
            Err(errno) => reply.error(errno),
        }
    }

    /// An op that answers a value, or its size when there is no room.
    fn ask_sized(&self, parts: RequestParts<'_>, size: u32, reply: ReplyXattr) {
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

/// What stands for a name that leads nowhere.
const NO_INODE: FileAttr = FileAttr {
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

fn request<'a>(req: &Request, op: u32, node: INodeNo) -> RequestParts<'a> {
    let (uid, gid, pid) = (req.uid(), req.gid(), req.pid());
    RequestParts { unique: req.unique().0, nodeid: node.0, opcode: op, uid, gid, pid, ..RequestParts::default() }
}

fn out<T: FromBytes + Default>(reply: &ReplyBuf, at: usize) -> T {
    let filled = &reply.out.as_bytes()[..(reply.out_len as usize).min(bento_abi::request::OUT_CAPACITY)];
    filled.get(at..).and_then(|bytes| T::read_from_prefix(bytes).ok()).map_or_else(T::default, |(value, _)| value)
}

fn args(value: impl IntoBytes + Immutable) -> Args {
    Args::of(&value)
}

/// Passing through to another file is not the contract's, and fuser panics at it.
fn open_flags(bits: u32) -> FopenFlags {
    FopenFlags::from_bits_truncate(bits) - FopenFlags::FOPEN_PASSTHROUGH
}

fn ttl(seconds: u64, nanoseconds: u32) -> Duration {
    Duration::new(seconds, nanoseconds.min(999_999_999))
}

fn system_time(seconds: u64, nanoseconds: u32) -> SystemTime {
    let (seconds, nanoseconds) = (seconds as i64, nanoseconds.min(999_999_999));
    let since = Duration::new(seconds.unsigned_abs(), 0);
    let whole = if seconds < 0 { UNIX_EPOCH.checked_sub(since) } else { UNIX_EPOCH.checked_add(since) };
    whole.map_or(UNIX_EPOCH, |whole| whole + Duration::new(0, nanoseconds))
}

/// Seconds and nanoseconds of a time that fuser gives. Before 1970 fuser 0.18 takes the nanoseconds away from the seconds instead of
/// adding them; this undoes it, so that the file system gets what the caller set.
fn given_time(time: SystemTime) -> (u64, u32) {
    match time.duration_since(UNIX_EPOCH) {
        Ok(since) => (since.as_secs(), since.subsec_nanos()),
        Err(before) => {
            let before = before.duration();
            ((before.as_secs() as i64).wrapping_neg() as u64, before.subsec_nanos())
        }
    }
}

fn file_type(dirent_type: u32) -> FileType {
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

fn attr(a: &fuse::Attr) -> FileAttr {
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

fn give_entry(e: &fuse::EntryOut, reply: ReplyEntry) {
    let (attr_ttl, entry_ttl) = (ttl(e.attr_valid, e.attr_valid_nsec), ttl(e.entry_valid, e.entry_valid_nsec));
    if e.nodeid == 0 {
        return reply.entry_with_ttls(&attr_ttl, &entry_ttl, &NO_INODE, Generation(0));
    }
    // The nodeid of the contract is the inode number.
    reply.entry_with_ttls(&attr_ttl, &entry_ttl, &attr(&e.attr), Generation(e.generation));
}

/// The entries of a listing: the entry of READDIRPLUS (all zeroes otherwise), the head, the name.
fn entries(mut data: &[u8], plus: bool) -> impl Iterator<Item = (fuse::EntryOut, fuse::Dirent, &[u8])> {
    std::iter::from_fn(move || {
        let (entry, rest) = if plus { fuse::EntryOut::read_from_prefix(data).ok()? } else { (fuse::EntryOut::default(), data) };
        let (head, after) = fuse::Dirent::read_from_prefix(rest).ok()?;
        let name = after.get(..head.namelen as usize)?;
        data = rest.get(dirent_size(name.len())..).unwrap_or_default();
        Some((entry, head, name))
    })
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
