// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! Ops, as a host sends them: through the module's description.

use libbentofs::abi::fuse::{self, bits, fattr, opcode};
use libbentofs::abi::{CreateArgs, ModuleDesc, ReplyBuf, RequestBuf, Seg, Sink, Str};
use libbentofs::module::{Description, describe};
use memfs::MemFs;
use std::ffi::c_void;
use zerocopy::{FromBytes, Immutable, IntoBytes};

static DESC: Description = describe::<MemFs>(None);

/// Result of an op: the errno that it answered.
pub type Answer<T> = Result<T, i32>;

/// An inode that an op made or found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Made {
    pub ino: u64,
    pub fh: u64,
}

/// A mounted file system.
pub struct Fs {
    instance: *mut c_void,
    pub uid: u32,
}

fn desc() -> &'static ModuleDesc {
    // SAFETY: the description is a static.
    unsafe { &*DESC.get() }
}

fn create_args(options: &str) -> CreateArgs {
    CreateArgs { dev: 0, options: Str::new(options.as_bytes()), read_only: 0, reserved: 0 }
}

unsafe extern "C" fn append(ctx: *mut c_void, ptr: *const u8, len: usize) -> i32 {
    // SAFETY: `export` hands a vector over, the module `len` readable bytes.
    unsafe { (*ctx.cast::<Vec<u8>>()).extend_from_slice(std::slice::from_raw_parts(ptr, len)) };
    0
}

impl Fs {
    pub fn mount(options: &str) -> Answer<Fs> {
        let mut instance = std::ptr::null_mut();
        // SAFETY: both arguments live for the call.
        match unsafe { (desc().create)(&create_args(options), &mut instance) } {
            0 => Ok(Fs { instance, uid: 0 }),
            errno => Err(errno),
        }
    }

    pub fn export(&self) -> Vec<u8> {
        let mut state = Vec::new();
        let sink = Sink { ctx: (&raw mut state).cast(), write: append };
        // SAFETY: a live instance, a live sink, no op under way.
        assert_eq!(unsafe { (desc().export_state)(self.instance, &sink) }, 0);
        state
    }

    pub fn import(state: &[u8]) -> Answer<Fs> {
        let mut instance = std::ptr::null_mut();
        // SAFETY: all arguments live for the call.
        match unsafe { (desc().import_state)(&create_args(""), 1, Str::new(state), &mut instance) } {
            0 => Ok(Fs { instance, uid: 0 }),
            errno => Err(errno),
        }
    }

    /// One op; answers its `fuse_*_out` structure's bytes and how much of `data` was filled.
    pub fn op(&self, code: u32, ino: u64, args: &[u8], names: [&[u8]; 2], data: &mut [u8]) -> Answer<(Vec<u8>, usize)> {
        // Data in pieces of odd sizes, because a host hands over pages.
        let segs: Vec<Seg> = data.chunks_mut(1000).map(|piece| Seg { ptr: piece.as_mut_ptr(), len: piece.len() }).collect();
        let data_len = segs.iter().map(|seg| seg.len).sum();
        let request = RequestBuf {
            unique: 1,
            nodeid: ino,
            opcode: code,
            uid: self.uid,
            gid: self.uid,
            pid: 1,
            args_len: args.len() as u32,
            data_segs: segs.len() as u32,
            args: args.as_ptr(),
            name: names[0].as_ptr(),
            name_len: names[0].len(),
            name2: names[1].as_ptr(),
            name2_len: names[1].len(),
            data: segs.as_ptr(),
            data_len,
        };
        let mut reply = ReplyBuf::new();
        // SAFETY: a live instance; everything the request points to lives until the call returns.
        unsafe { (desc().dispatch)(self.instance, &request, &mut reply) };
        match reply.error {
            0 => Ok((reply.out.as_bytes()[..reply.out_len as usize].to_vec(), reply.data_len)),
            errno => Err(errno),
        }
    }

    fn simple(&self, code: u32, ino: u64, args: &(impl IntoBytes + Immutable), names: [&str; 2]) -> Answer<Vec<u8>> {
        Ok(self.op(code, ino, args.as_bytes(), names.map(str::as_bytes), &mut [])?.0)
    }

    fn made(out: &[u8]) -> Made {
        let (entry, rest) = fuse::EntryOut::read_from_prefix(out).unwrap();
        let fh = fuse::OpenOut::read_from_prefix(rest).map_or(0, |(open, _)| open.fh);
        Made { ino: entry.nodeid, fh }
    }

    pub fn lookup(&self, parent: u64, name: &str) -> Answer<Made> {
        Ok(Fs::made(&self.simple(opcode::LOOKUP, parent, &[0_u8; 0], [name, ""])?))
    }

    pub fn forget(&self, ino: u64, nlookup: u64) {
        self.simple(opcode::FORGET, ino, &fuse::ForgetIn { nlookup }, ["", ""]).unwrap();
    }

    pub fn attr(&self, ino: u64) -> Answer<fuse::Attr> {
        let out = self.simple(opcode::GETATTR, ino, &fuse::GetattrIn::default(), ["", ""])?;
        Ok(fuse::AttrOut::read_from_prefix(&out).unwrap().0.attr)
    }

    pub fn setattr(&self, ino: u64, args: fuse::SetattrIn) -> Answer<fuse::Attr> {
        let out = self.simple(opcode::SETATTR, ino, &args, ["", ""])?;
        Ok(fuse::AttrOut::read_from_prefix(&out).unwrap().0.attr)
    }

    pub fn truncate(&self, ino: u64, size: u64) -> Answer<fuse::Attr> {
        self.setattr(ino, fuse::SetattrIn { valid: fattr::SIZE, size, ..Default::default() })
    }

    pub fn mkdir(&self, parent: u64, name: &str, mode: u32) -> Answer<u64> {
        let args = fuse::MkdirIn { mode, umask: 0 };
        Ok(Fs::made(&self.simple(opcode::MKDIR, parent, &args, [name, ""])?).ino)
    }

    pub fn create(&self, parent: u64, name: &str, mode: u32) -> Answer<Made> {
        let args = fuse::CreateIn { mode, ..Default::default() };
        Ok(Fs::made(&self.simple(opcode::CREATE, parent, &args, [name, ""])?))
    }

    pub fn tmpfile(&self, parent: u64) -> Answer<Made> {
        let args = fuse::CreateIn { mode: 0o600, ..Default::default() };
        Ok(Fs::made(&self.simple(opcode::TMPFILE, parent, &args, ["", ""])?))
    }

    pub fn open(&self, ino: u64, flags: u32) -> Answer<u64> {
        let out = self.simple(opcode::OPEN, ino, &fuse::OpenIn { flags, open_flags: 0 }, ["", ""])?;
        Ok(fuse::OpenOut::read_from_prefix(&out).unwrap().0.fh)
    }

    pub fn opendir(&self, ino: u64) -> Answer<u64> {
        let out = self.simple(opcode::OPENDIR, ino, &fuse::OpenIn::default(), ["", ""])?;
        Ok(fuse::OpenOut::read_from_prefix(&out).unwrap().0.fh)
    }

    pub fn release(&self, at: Made) -> Answer<()> {
        let args = fuse::ReleaseIn { fh: at.fh, ..Default::default() };
        self.simple(opcode::RELEASE, at.ino, &args, ["", ""]).map(drop)
    }

    pub fn write(&self, at: Made, offset: u64, bytes: &[u8]) -> Answer<u32> {
        let args = fuse::WriteIn { fh: at.fh, offset, size: bytes.len() as u32, ..Default::default() };
        let (out, _) = self.op(opcode::WRITE, at.ino, args.as_bytes(), [b"", b""], &mut bytes.to_vec())?;
        Ok(fuse::WriteOut::read_from_prefix(&out).unwrap().0.size)
    }

    pub fn write_killing(&self, at: Made, bytes: &[u8]) -> Answer<()> {
        let write_flags = bits::WRITE_KILL_SUIDGID;
        let args = fuse::WriteIn { fh: at.fh, size: bytes.len() as u32, write_flags, ..Default::default() };
        self.op(opcode::WRITE, at.ino, args.as_bytes(), [b"", b""], &mut bytes.to_vec()).map(drop)
    }

    pub fn read(&self, at: Made, offset: u64, len: usize) -> Answer<Vec<u8>> {
        let args = fuse::ReadIn { fh: at.fh, offset, size: len as u32, ..Default::default() };
        let mut bytes = vec![0xee; len];
        let (_, filled) = self.op(opcode::READ, at.ino, args.as_bytes(), [b"", b""], &mut bytes)?;
        bytes.truncate(filled);
        Ok(bytes)
    }

    pub fn unlink(&self, parent: u64, name: &str) -> Answer<()> {
        self.simple(opcode::UNLINK, parent, &[0_u8; 0], [name, ""]).map(drop)
    }

    pub fn rmdir(&self, parent: u64, name: &str) -> Answer<()> {
        self.simple(opcode::RMDIR, parent, &[0_u8; 0], [name, ""]).map(drop)
    }

    pub fn rename(&self, from: (u64, &str), to: (u64, &str), flags: u32) -> Answer<()> {
        let args = fuse::Rename2In { newdir: to.0, flags, padding: 0 };
        self.simple(opcode::RENAME2, from.0, &args, [from.1, to.1]).map(drop)
    }

    pub fn link(&self, ino: u64, parent: u64, name: &str) -> Answer<()> {
        self.simple(opcode::LINK, parent, &fuse::LinkIn { oldnodeid: ino }, [name, ""]).map(drop)
    }

    pub fn symlink(&self, parent: u64, name: &str, target: &str) -> Answer<u64> {
        Ok(Fs::made(&self.simple(opcode::SYMLINK, parent, &[0_u8; 0], [name, target])?).ino)
    }

    pub fn fallocate(&self, at: Made, offset: u64, length: u64, mode: u32) -> Answer<()> {
        let args = fuse::FallocateIn { fh: at.fh, offset, length, mode, padding: 0 };
        self.simple(opcode::FALLOCATE, at.ino, &args, ["", ""]).map(drop)
    }

    pub fn seek(&self, at: Made, offset: u64, whence: u32) -> Answer<u64> {
        let out = self.simple(opcode::LSEEK, at.ino, &fuse::LseekIn { fh: at.fh, offset, whence, padding: 0 }, ["", ""])?;
        Ok(fuse::LseekOut::read_from_prefix(&out).unwrap().0.offset)
    }

    pub fn copy(&self, from: (Made, u64), to: (Made, u64), len: u64) -> Answer<u32> {
        let args = fuse::CopyFileRangeIn {
            fh_in: from.0.fh,
            off_in: from.1,
            nodeid_out: to.0.ino,
            fh_out: to.0.fh,
            off_out: to.1,
            len,
            flags: 0,
        };
        let out = self.simple(opcode::COPY_FILE_RANGE, from.0.ino, &args, ["", ""])?;
        Ok(fuse::WriteOut::read_from_prefix(&out).unwrap().0.size)
    }

    pub fn setxattr(&self, ino: u64, name: &str, value: &[u8], flags: u32) -> Answer<()> {
        let args = fuse::SetxattrIn { size: value.len() as u32, flags };
        self.op(opcode::SETXATTR, ino, args.as_bytes(), [name.as_bytes(), b""], &mut value.to_vec()).map(drop)
    }

    pub fn getxattr(&self, ino: u64, name: &str) -> Answer<Vec<u8>> {
        let mut value = vec![0; 70_000];
        let args = fuse::GetxattrIn { size: value.len() as u32, padding: 0 };
        let (_, filled) = self.op(opcode::GETXATTR, ino, args.as_bytes(), [name.as_bytes(), b""], &mut value)?;
        value.truncate(filled);
        Ok(value)
    }

    pub fn statfs(&self) -> fuse::StatfsOut {
        let out = self.simple(opcode::STATFS, 1, &[0_u8; 0], ["", ""]).unwrap();
        fuse::StatfsOut::read_from_prefix(&out).unwrap().0
    }

    /// One READDIR with room for `room` bytes: names, each with its cookie.
    pub fn list(&self, dir: Made, cookie: u64, room: usize) -> Answer<Vec<(String, u64)>> {
        let args = fuse::ReadIn { fh: dir.fh, offset: cookie, size: room as u32, ..Default::default() };
        let mut bytes = vec![0; room];
        let (_, filled) = self.op(opcode::READDIR, dir.ino, args.as_bytes(), [b"", b""], &mut bytes)?;
        let (mut names, mut at) = (Vec::new(), 0);
        while at < filled {
            let (head, rest) = fuse::Dirent::read_from_prefix(&bytes[at..]).unwrap();
            let name = String::from_utf8(rest[..head.namelen as usize].to_vec()).unwrap();
            at += fuse::dirent_size(name.len());
            names.push((name, head.off));
        }
        Ok(names)
    }
}

impl Drop for Fs {
    fn drop(&mut self) {
        // SAFETY: the instance is this value's, and no op is under way.
        assert_eq!(unsafe { (desc().destroy)(self.instance, 0) }, 0);
    }
}
