// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! Ops, sent through the module contract.

use super::module::{Res, desc, ok};
use bento_abi::fuse::{self, dirent_size, opcode};
use bento_abi::{ReplyBuf, RequestBuf, Seg};
use std::ffi::c_void;
use zerocopy::{FromBytes, Immutable, IntoBytes};

/// What an op answered.
pub struct Answer {
    pub out: Vec<u8>,
    pub data: Vec<u8>,
}

impl Answer {
    fn get<T: FromBytes>(&self) -> T {
        T::read_from_prefix(&self.out).unwrap().0
    }
}

/// A mounted file system.
pub struct Client {
    pub dev: u64,
    pub(super) instance: *mut c_void,
}

// SAFETY: instances are made for many threads.
unsafe impl Send for Client {}
// SAFETY: as above.
unsafe impl Sync for Client {}

#[derive(Default)]
struct Op<'a> {
    opcode: u32,
    nodeid: u64,
    args: &'a [u8],
    name: &'a [u8],
    name2: &'a [u8],
    data: &'a [u8],
    room: usize,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    pub ino: u64,
    pub cookie: u64,
    pub kind: u32,
    pub name: Vec<u8>,
}

impl Client {
    fn call(&self, op: Op<'_>) -> Res<Answer> {
        let mut data = if op.room > 0 { vec![0xEE; op.room] } else { op.data.to_vec() };
        // Odd pieces, so that scatter lists are walked.
        let mut pieces = Vec::new();
        let mut rest = &mut data[..];
        while !rest.is_empty() {
            let (piece, after) = rest.split_at_mut(rest.len().min(5000));
            pieces.push(Seg { ptr: piece.as_mut_ptr(), len: piece.len() });
            rest = after;
        }
        let request = RequestBuf {
            unique: 1,
            nodeid: op.nodeid,
            opcode: op.opcode,
            uid: 1000,
            gid: 100,
            pid: 1,
            args_len: op.args.len() as u32,
            data_segs: pieces.len() as u32,
            args: op.args.as_ptr(),
            name: op.name.as_ptr(),
            name_len: op.name.len(),
            name2: op.name2.as_ptr(),
            name2_len: op.name2.len(),
            data: pieces.as_ptr(),
            data_len: data.len(),
        };
        let mut reply = ReplyBuf::new();
        // SAFETY: the contract.
        unsafe { (desc().dispatch)(self.instance, &request, &mut reply) };
        ok(reply.error)?;
        data.truncate(reply.data_len);
        Ok(Answer { out: reply.out.as_bytes()[..reply.out_len as usize].to_vec(), data })
    }

    fn op(&self, opcode: u32, nodeid: u64, args: &(impl IntoBytes + Immutable), name: &[u8]) -> Res<Answer> {
        self.call(Op { opcode, nodeid, args: args.as_bytes(), name, ..Op::default() })
    }

    pub fn lookup(&self, parent: u64, name: &[u8]) -> Res<fuse::EntryOut> {
        Ok(self.op(opcode::LOOKUP, parent, &0_u64, name)?.get())
    }

    pub fn forget(&self, ino: u64, nlookup: u64) {
        self.op(opcode::FORGET, ino, &fuse::ForgetIn { nlookup }, b"").unwrap();
    }

    pub fn getattr(&self, ino: u64) -> Res<fuse::Attr> {
        Ok(self.op(opcode::GETATTR, ino, &fuse::GetattrIn::default(), b"")?.get::<fuse::AttrOut>().attr)
    }

    pub fn setattr(&self, ino: u64, args: fuse::SetattrIn) -> Res<fuse::Attr> {
        Ok(self.op(opcode::SETATTR, ino, &args, b"")?.get::<fuse::AttrOut>().attr)
    }

    pub fn truncate(&self, ino: u64, size: u64) -> Res<fuse::Attr> {
        self.setattr(ino, fuse::SetattrIn { valid: fuse::fattr::SIZE, size, ..Default::default() })
    }

    pub fn mkdir(&self, parent: u64, name: &[u8]) -> Res<fuse::EntryOut> {
        Ok(self.op(opcode::MKDIR, parent, &fuse::MkdirIn { mode: 0o755, umask: 0 }, name)?.get())
    }

    pub fn mknod(&self, parent: u64, name: &[u8], mode: u32, rdev: u32) -> Res<fuse::EntryOut> {
        Ok(self.op(opcode::MKNOD, parent, &fuse::MknodIn { mode, rdev, ..Default::default() }, name)?.get())
    }

    pub fn symlink(&self, parent: u64, name: &[u8], target: &[u8]) -> Res<fuse::EntryOut> {
        let op = Op { opcode: opcode::SYMLINK, nodeid: parent, name, name2: target, ..Op::default() };
        Ok(self.call(op)?.get())
    }

    pub fn readlink(&self, ino: u64) -> Res<Vec<u8>> {
        Ok(self.call(Op { opcode: opcode::READLINK, nodeid: ino, room: 4096, ..Op::default() })?.data)
    }

    pub fn create(&self, parent: u64, name: &[u8], flags: u32) -> Res<(fuse::EntryOut, u64)> {
        let answer = self.op(opcode::CREATE, parent, &fuse::CreateIn { flags, mode: 0o100644, ..Default::default() }, name)?;
        let open = fuse::OpenOut::read_from_bytes(&answer.out[size_of::<fuse::EntryOut>()..]).unwrap();
        Ok((answer.get(), open.fh))
    }

    pub fn tmpfile(&self, parent: u64) -> Res<(fuse::EntryOut, u64)> {
        let answer = self.op(opcode::TMPFILE, parent, &fuse::CreateIn { mode: 0o100600, ..Default::default() }, b"")?;
        let open = fuse::OpenOut::read_from_bytes(&answer.out[size_of::<fuse::EntryOut>()..]).unwrap();
        Ok((answer.get(), open.fh))
    }

    pub fn link(&self, ino: u64, parent: u64, name: &[u8]) -> Res<fuse::EntryOut> {
        Ok(self.op(opcode::LINK, parent, &fuse::LinkIn { oldnodeid: ino }, name)?.get())
    }

    pub fn unlink(&self, parent: u64, name: &[u8]) -> Res<()> {
        self.op(opcode::UNLINK, parent, &0_u64, name).map(|_| ())
    }

    pub fn rmdir(&self, parent: u64, name: &[u8]) -> Res<()> {
        self.op(opcode::RMDIR, parent, &0_u64, name).map(|_| ())
    }

    pub fn rename(&self, parent: u64, name: &[u8], newdir: u64, new: &[u8], flags: u32) -> Res<()> {
        let args = fuse::Rename2In { newdir, flags, padding: 0 };
        let op = Op { opcode: opcode::RENAME2, nodeid: parent, args: args.as_bytes(), name, name2: new, ..Op::default() };
        self.call(op).map(|_| ())
    }

    pub fn open(&self, ino: u64) -> Res<u64> {
        Ok(self.op(opcode::OPEN, ino, &fuse::OpenIn::default(), b"")?.get::<fuse::OpenOut>().fh)
    }

    pub fn release(&self, ino: u64, fh: u64) -> Res<()> {
        self.op(opcode::RELEASE, ino, &fuse::ReleaseIn { fh, ..Default::default() }, b"").map(|_| ())
    }

    pub fn opendir(&self, ino: u64) -> Res<u64> {
        Ok(self.op(opcode::OPENDIR, ino, &fuse::OpenIn::default(), b"")?.get::<fuse::OpenOut>().fh)
    }

    pub fn releasedir(&self, ino: u64, fh: u64) -> Res<()> {
        self.op(opcode::RELEASEDIR, ino, &fuse::ReleaseIn { fh, ..Default::default() }, b"").map(|_| ())
    }

    pub fn read(&self, ino: u64, fh: u64, offset: u64, size: usize) -> Res<Vec<u8>> {
        let args = fuse::ReadIn { fh, offset, size: size as u32, ..Default::default() };
        Ok(self.call(Op { opcode: opcode::READ, nodeid: ino, args: args.as_bytes(), room: size, ..Op::default() })?.data)
    }

    pub fn write(&self, ino: u64, fh: u64, offset: u64, data: &[u8]) -> Res<u32> {
        self.write_with(ino, fh, offset, data, 0)
    }

    pub fn write_with(&self, ino: u64, fh: u64, offset: u64, data: &[u8], write_flags: u32) -> Res<u32> {
        let args = fuse::WriteIn { fh, offset, size: data.len() as u32, write_flags, ..Default::default() };
        let op = Op { opcode: opcode::WRITE, nodeid: ino, args: args.as_bytes(), data, ..Op::default() };
        Ok(self.call(op)?.get::<fuse::WriteOut>().size)
    }

    pub fn fsync(&self, ino: u64, fh: u64) -> Res<()> {
        self.op(opcode::FSYNC, ino, &fuse::FsyncIn { fh, ..Default::default() }, b"").map(|_| ())
    }

    pub fn syncfs(&self) -> Res<()> {
        self.op(opcode::SYNCFS, 1, &fuse::SyncfsIn::default(), b"").map(|_| ())
    }

    pub fn statfs(&self) -> fuse::StatfsOut {
        self.op(opcode::STATFS, 1, &0_u64, b"").unwrap().get()
    }

    pub fn fallocate(&self, ino: u64, fh: u64, offset: u64, length: u64, mode: u32) -> Res<()> {
        let args = fuse::FallocateIn { fh, offset, length, mode, padding: 0 };
        self.op(opcode::FALLOCATE, ino, &args, b"").map(|_| ())
    }

    pub fn lseek(&self, ino: u64, fh: u64, offset: u64, whence: u32) -> Res<u64> {
        let args = fuse::LseekIn { fh, offset, whence, padding: 0 };
        Ok(self.op(opcode::LSEEK, ino, &args, b"")?.get::<fuse::LseekOut>().offset)
    }

    pub fn copy(&self, from: (u64, u64, u64), to: (u64, u64, u64), len: u64) -> Res<u32> {
        let args =
            fuse::CopyFileRangeIn { fh_in: from.1, off_in: from.2, nodeid_out: to.0, fh_out: to.1, off_out: to.2, len, flags: 0 };
        Ok(self.op(opcode::COPY_FILE_RANGE, from.0, &args, b"")?.get::<fuse::WriteOut>().size)
    }

    pub fn setxattr(&self, ino: u64, name: &[u8], value: &[u8], flags: u32) -> Res<()> {
        let args = fuse::SetxattrIn { size: value.len() as u32, flags };
        let op = Op { opcode: opcode::SETXATTR, nodeid: ino, args: args.as_bytes(), name, data: value, ..Op::default() };
        self.call(op).map(|_| ())
    }

    pub fn getxattr(&self, ino: u64, name: &[u8]) -> Res<Vec<u8>> {
        let args = fuse::GetxattrIn { size: 70_000, padding: 0 };
        let op = Op { opcode: opcode::GETXATTR, nodeid: ino, args: args.as_bytes(), name, room: 70_000, ..Op::default() };
        Ok(self.call(op)?.data)
    }

    pub fn listxattr(&self, ino: u64) -> Res<Vec<u8>> {
        let args = fuse::GetxattrIn { size: 70_000, padding: 0 };
        let op = Op { opcode: opcode::LISTXATTR, nodeid: ino, args: args.as_bytes(), room: 70_000, ..Op::default() };
        Ok(self.call(op)?.data)
    }

    pub fn removexattr(&self, ino: u64, name: &[u8]) -> Res<()> {
        self.op(opcode::REMOVEXATTR, ino, &0_u64, name).map(|_| ())
    }

    pub fn bmap(&self, ino: u64, block: u64) -> Res<u64> {
        let args = fuse::BmapIn { block, blocksize: 4096, padding: 0 };
        Ok(self.op(opcode::BMAP, ino, &args, b"")?.get::<fuse::BmapOut>().block)
    }

    pub fn readdir(&self, ino: u64, fh: u64, cookie: u64, room: usize) -> Res<Vec<Listed>> {
        let args = fuse::ReadIn { fh, offset: cookie, size: room as u32, ..Default::default() };
        let data = self.call(Op { opcode: opcode::READDIR, nodeid: ino, args: args.as_bytes(), room, ..Op::default() })?.data;
        Ok(parse_listing(&data, 0))
    }

    /// As `readdir`, with entries; the lookups that they count are given back.
    pub fn readdirplus(&self, ino: u64, fh: u64, cookie: u64, room: usize) -> Res<Vec<Listed>> {
        let args = fuse::ReadIn { fh, offset: cookie, size: room as u32, ..Default::default() };
        let data = self.call(Op { opcode: opcode::READDIRPLUS, nodeid: ino, args: args.as_bytes(), room, ..Op::default() })?.data;
        let listed = parse_listing(&data, size_of::<fuse::EntryOut>());
        for entry in listed.iter().filter(|entry| entry.name != b"." && entry.name != b"..") {
            self.forget(entry.ino, 1);
        }
        Ok(listed)
    }

    /// The whole directory, in listings of `room` bytes.
    pub fn list(&self, ino: u64, room: usize) -> Res<Vec<Listed>> {
        let fh = self.opendir(ino)?;
        let mut all: Vec<Listed> = Vec::new();
        loop {
            let more = self.readdir(ino, fh, all.last().map_or(0, |last| last.cookie), room)?;
            if more.is_empty() {
                self.releasedir(ino, fh)?;
                return Ok(all);
            }
            all.extend(more);
        }
    }
}

fn parse_listing(mut data: &[u8], before: usize) -> Vec<Listed> {
    let mut listed = Vec::new();
    while !data.is_empty() {
        let (head, rest) = fuse::Dirent::read_from_prefix(&data[before..]).unwrap();
        let name = rest[..head.namelen as usize].to_vec();
        listed.push(Listed { ino: head.ino, cookie: head.off, kind: head.kind, name });
        data = &data[before + dirent_size(head.namelen as usize)..];
    }
    listed
}
