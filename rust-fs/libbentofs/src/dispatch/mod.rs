// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! From the contract's structures to the trait's calls, and back.
//!
//! Invariant: every length is checked before it is used, a malformed request answers EINVAL, an opcode without an arm ENOSYS.

mod answer;
mod call;
mod wire;

use crate::fs::FileSystem;
use crate::listing::DirSink;
use crate::types::{CopyRange, FallocFlags, Fh, FileLock, Ino, IoctlArgs, RenameFlags, SeekTo, XattrFlags};
use answer::Answer;
use bento_abi::fuse::{self, bits, opcode};
use bento_abi::{ReplyBuf, RequestBuf};
use call::{Call, xattr_name};
use libbentoks::{Errno, Result};
use wire::{file_lock, setattr, statx};
use zerocopy::FromBytes;

/// The contract's `dispatch` for the file system `F`.
///
/// # Safety
/// `instance` came from `create` or `import_state` of `F`, `request` and `reply` keep the contract's promises.
pub(crate) unsafe extern "C" fn dispatch<F: FileSystem>(
    instance: *mut core::ffi::c_void,
    request: *const RequestBuf,
    reply: *mut ReplyBuf,
) {
    // SAFETY: the caller's promise; instances are only shared here.
    let fs = unsafe { &*instance.cast_const().cast::<F>() };
    // SAFETY: the caller's promise.
    let call = unsafe { Call::new(&*request) };
    // SAFETY: the caller's promise.
    let raw = unsafe { &mut *reply };
    raw.error = 0;
    raw.out_len = 0;
    raw.data_len = 0;
    let mut answer = Answer { raw };
    if let Err(errno) = answer_one(fs, &call, &mut answer) {
        answer.raw.error = errno.code();
        answer.raw.out_len = 0;
        answer.raw.data_len = 0;
    }
}

fn answer_one<F: FileSystem>(fs: &F, call: &Call<'_>, answer: &mut Answer<'_>) -> Result<()> {
    let Call { req, ino, .. } = call;
    let ino = *ino;
    match call.opcode {
        opcode::LOOKUP => answer.entry(fs.lookup(req, ino, call.name()?)?),
        opcode::FORGET => {
            fs.forget(req, ino, call.args::<fuse::ForgetIn>()?.nlookup);
            Ok(())
        }
        opcode::BATCH_FORGET => batch_forget(fs, call),
        opcode::GETATTR => {
            let args: fuse::GetattrIn = call.args()?;
            let fh = (args.getattr_flags & bits::GETATTR_FH != 0).then_some(Fh(args.fh));
            answer.attr(fs.getattr(req, ino, fh)?)
        }
        opcode::SETATTR => answer.attr(fs.setattr(req, ino, &setattr(&call.args()?))?),
        opcode::READLINK => {
            let mut out = call.data_out();
            out.put(&fs.readlink(req, ino)?)?;
            answer.raw.data_len = out.filled();
            Ok(())
        }
        opcode::SYMLINK => answer.entry(fs.symlink(req, ino, call.name()?, call.name2)?),
        opcode::MKNOD => {
            let args: fuse::MknodIn = call.args()?;
            answer.entry(fs.mknod(req, ino, call.name()?, args.mode, args.rdev, args.umask)?)
        }
        opcode::MKDIR => {
            let args: fuse::MkdirIn = call.args()?;
            answer.entry(fs.mkdir(req, ino, call.name()?, args.mode, args.umask)?)
        }
        opcode::UNLINK => fs.unlink(req, ino, call.name()?),
        opcode::RMDIR => fs.rmdir(req, ino, call.name()?),
        opcode::RENAME2 => {
            let args: fuse::Rename2In = call.args()?;
            let flags = RenameFlags::from_bits(args.flags).ok_or(Errno::EINVAL)?;
            fs.rename(req, ino, call.name()?, Ino(args.newdir), call.name2()?, flags)
        }
        opcode::LINK => {
            let args: fuse::LinkIn = call.args()?;
            answer.entry(fs.link(req, Ino(args.oldnodeid), ino, call.name()?)?)
        }
        opcode::OPEN => answer.opened(fs.open(req, ino, call.args::<fuse::OpenIn>()?.flags)?),
        opcode::CREATE => {
            let args: fuse::CreateIn = call.args()?;
            answer.created(fs.create(req, ino, call.name()?, args.mode, args.umask, args.flags)?)
        }
        opcode::TMPFILE => {
            let args: fuse::CreateIn = call.args()?;
            answer.created(fs.tmpfile(req, ino, args.mode, args.umask, args.flags)?)
        }
        opcode::READ => {
            let args: fuse::ReadIn = call.args()?;
            let mut out = call.data_out();
            fs.read(req, ino, Fh(args.fh), args.offset, &mut out)?;
            answer.raw.data_len = out.filled();
            Ok(())
        }
        opcode::WRITE => {
            let args: fuse::WriteIn = call.args()?;
            let kill = args.write_flags & bits::WRITE_KILL_SUIDGID != 0;
            if args.write_flags & bits::WRITE_KEEP_TIMES != 0 && !kill {
                return answer.written(fs.write_content(req, ino, Fh(args.fh), args.offset, &call.data_in())?);
            }
            answer.written(fs.write(req, ino, Fh(args.fh), args.offset, &call.data_in(), kill)?)
        }
        opcode::FLUSH => fs.flush(req, ino, Fh(call.args::<fuse::FlushIn>()?.fh)),
        opcode::RELEASE => {
            let args: fuse::ReleaseIn = call.args()?;
            fs.release(req, ino, Fh(args.fh), args.flags)
        }
        opcode::FSYNC => {
            let args: fuse::FsyncIn = call.args()?;
            fs.fsync(req, ino, Fh(args.fh), args.fsync_flags & bits::FSYNC_FDATASYNC != 0)
        }
        _ => answer_more(fs, call, answer),
    }
}

/// The ops that are not on a file's daily path.
fn answer_more<F: FileSystem>(fs: &F, call: &Call<'_>, answer: &mut Answer<'_>) -> Result<()> {
    let Call { req, ino, .. } = call;
    let ino = *ino;
    match call.opcode {
        opcode::OPENDIR => answer.opened(fs.opendir(req, ino, call.args::<fuse::OpenIn>()?.flags)?),
        opcode::READDIR | opcode::READDIRPLUS => {
            let args: fuse::ReadIn = call.args()?;
            let plus = call.opcode == opcode::READDIRPLUS;
            let mut out = DirSink::new(call.data_out(), plus);
            if plus {
                fs.readdirplus(req, ino, Fh(args.fh), args.offset, &mut out)?;
            } else {
                fs.readdir(req, ino, Fh(args.fh), args.offset, &mut out)?;
            }
            answer.raw.data_len = out.filled();
            Ok(())
        }
        opcode::RELEASEDIR => {
            let args: fuse::ReleaseIn = call.args()?;
            fs.releasedir(req, ino, Fh(args.fh), args.flags)
        }
        opcode::FSYNCDIR => {
            let args: fuse::FsyncIn = call.args()?;
            fs.fsyncdir(req, ino, Fh(args.fh), args.fsync_flags & bits::FSYNC_FDATASYNC != 0)
        }
        opcode::STATFS => {
            let s = fs.statfs(req, ino)?;
            answer.out(&fuse::StatfsOut {
                blocks: s.blocks,
                bfree: s.bfree,
                bavail: s.bavail,
                files: s.files,
                ffree: s.ffree,
                bsize: s.bsize,
                namelen: s.namelen,
                frsize: s.frsize,
                ..Default::default()
            })
        }
        opcode::SETXATTR => {
            let args: fuse::SetxattrIn = call.args()?;
            let flags = XattrFlags::from_bits(args.flags).ok_or(Errno::EINVAL)?;
            fs.setxattr(req, ino, xattr_name(call.name)?, &call.data_in().to_vec()?, flags)
        }
        opcode::GETXATTR => {
            let args: fuse::GetxattrIn = call.args()?;
            let value = fs.getxattr(req, ino, xattr_name(call.name)?)?;
            answer.sized(&value, args.size, &mut call.data_out())
        }
        opcode::LISTXATTR => {
            let args: fuse::GetxattrIn = call.args()?;
            answer.sized(&fs.listxattr(req, ino)?, args.size, &mut call.data_out())
        }
        opcode::REMOVEXATTR => fs.removexattr(req, ino, xattr_name(call.name)?),
        opcode::ACCESS => fs.access(req, ino, call.args::<fuse::AccessIn>()?.mask),
        opcode::GETLK => {
            let args: fuse::LkIn = call.args()?;
            let lock = fs.getlk(req, ino, Fh(args.fh), args.owner, file_lock(args.lk))?;
            let FileLock { start, end, kind, pid } = lock;
            answer.out(&fuse::LkOut { lk: fuse::FileLock { start, end, kind, pid } })
        }
        opcode::SETLK | opcode::SETLKW => {
            let args: fuse::LkIn = call.args()?;
            fs.setlk(req, ino, Fh(args.fh), args.owner, file_lock(args.lk), call.opcode == opcode::SETLKW)
        }
        opcode::BMAP => {
            let args: fuse::BmapIn = call.args()?;
            answer.out(&fuse::BmapOut { block: fs.bmap(req, ino, args.block, args.blocksize)? })
        }
        opcode::IOCTL => ioctl(fs, call, answer),
        opcode::POLL => {
            let args: fuse::PollIn = call.args()?;
            answer.out(&fuse::PollOut { revents: fs.poll(req, ino, Fh(args.fh), args.events)?, padding: 0 })
        }
        opcode::FALLOCATE => {
            let args: fuse::FallocateIn = call.args()?;
            let flags = FallocFlags::from_bits(args.mode).ok_or(Errno::EOPNOTSUPP)?;
            let end = args.offset.checked_add(args.length).ok_or(Errno::EFBIG)?;
            if args.length == 0 || end > i64::MAX as u64 {
                return Err(if args.length == 0 { Errno::EINVAL } else { Errno::EFBIG });
            }
            fs.fallocate(req, ino, Fh(args.fh), args.offset, args.length, flags)
        }
        opcode::LSEEK => {
            let args: fuse::LseekIn = call.args()?;
            let to = match args.whence {
                bits::SEEK_DATA => SeekTo::Data,
                bits::SEEK_HOLE => SeekTo::Hole,
                _ => return Err(Errno::EINVAL),
            };
            answer.out(&fuse::LseekOut { offset: fs.lseek(req, ino, Fh(args.fh), args.offset, to)? })
        }
        opcode::COPY_FILE_RANGE => {
            let args: fuse::CopyFileRangeIn = call.args()?;
            answer.written(fs.copy_file_range(
                req,
                &CopyRange {
                    ino_in: ino,
                    fh_in: Fh(args.fh_in),
                    offset_in: args.off_in,
                    ino_out: Ino(args.nodeid_out),
                    fh_out: Fh(args.fh_out),
                    offset_out: args.off_out,
                    length: args.len,
                    flags: args.flags,
                },
            )?)
        }
        opcode::SYNCFS => fs.syncfs(req, ino),
        opcode::STATX => {
            let args: fuse::StatxIn = call.args()?;
            let fh = (args.getattr_flags & bits::GETATTR_FH != 0).then_some(Fh(args.fh));
            answer.out(&statx(fs.statx(req, ino, fh)?))
        }
        _ => Err(Errno::ENOSYS),
    }
}

fn batch_forget<F: FileSystem>(fs: &F, call: &Call<'_>) -> Result<()> {
    let (head, mut rest) = fuse::BatchForgetIn::read_from_prefix(call.args).map_err(|_| Errno::EINVAL)?;
    // All of them or none: a caller who is told EINVAL still holds what it held.
    if rest.len() / size_of::<fuse::ForgetOne>() < head.count as usize {
        return Err(Errno::EINVAL);
    }
    for _ in 0..head.count {
        let (one, after) = fuse::ForgetOne::read_from_prefix(rest).map_err(|_| Errno::EINVAL)?;
        fs.forget(&call.req, Ino(one.nodeid), one.nlookup);
        rest = after;
    }
    Ok(())
}

fn ioctl<F: FileSystem>(fs: &F, call: &Call<'_>, answer: &mut Answer<'_>) -> Result<()> {
    let args: fuse::IoctlIn = call.args()?;
    let given = call.data_in().to_vec()?;
    let data = given.get(..args.in_size as usize).ok_or(Errno::EINVAL)?;
    let mut out = call.data_out();
    let ioctl = IoctlArgs { command: args.cmd, argument: args.arg, data };
    let result = fs.ioctl(&call.req, call.ino, Fh(args.fh), &ioctl, &mut out)?;
    answer.out(&fuse::IoctlOut { result, ..Default::default() })?;
    answer.raw.data_len = out.filled();
    Ok(())
}
