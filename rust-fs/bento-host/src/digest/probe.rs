// SPDX-License-Identifier: MIT OR Apache-2.0
//! Questions to a file system beside any recorded op.

use crate::ks::OpInputs;
use crate::module::Instance;
use crate::replay::human;
use crate::trace::{Data, RequestParts};
use bento_abi::ReplyBuf;
use bento_abi::fuse::{self, bits, dirent_size, opcode};
use std::fmt;
use zerocopy::{FromBytes, IntoBytes};

/// Room for one portion of a listing.
const LISTING_ROOM: usize = 64 << 10;
/// Most portions of one listing: an instance that lists for ever has a fault.
const PORTIONS: usize = 1 << 20;
/// Room for an extended attribute, or the names of all of them: Linux's limit.
const XATTR_ROOM: usize = 64 << 10;

/// A question that was not answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unanswered {
    /// An errno.
    Errno(i32),
    /// The module did not come back, or lied about a length.
    Broken(String),
}

impl fmt::Display for Unanswered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unanswered::Errno(errno) => f.write_str(&human::errno(errno.unsigned_abs())),
            Unanswered::Broken(why) => f.write_str(why),
        }
    }
}

/// An answer, or why there is none.
pub type Asked<T> = Result<T, Unanswered>;

/// A name in a directory.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Named {
    /// The name.
    pub name: Vec<u8>,
    /// The inode.
    pub ino: u64,
}

/// Asks an instance.
#[derive(Debug)]
pub struct Probe<'a> {
    instance: &'a Instance,
    reply: ReplyBuf,
}

impl<'a> Probe<'a> {
    /// Asks `instance`, between two ops.
    pub fn new(instance: &'a Instance) -> Probe<'a> {
        Probe { instance, reply: ReplyBuf::new() }
    }

    /// One op; how many bytes of the room were filled.
    fn ask(&mut self, mut parts: RequestParts<'_>) -> Asked<usize> {
        let room = parts.data.bytes().len();
        let inputs = OpInputs::probe(0);
        let (outcome, _) = parts.with_raw(|raw| self.instance.dispatch(inputs, raw, &mut self.reply));
        outcome.map_err(|crash| Unanswered::Broken(crash.to_string()))?;
        if self.reply.error != 0 {
            return Err(Unanswered::Errno(self.reply.error));
        }
        if self.reply.data_len > room {
            return Err(Unanswered::Broken("the module says that it filled more than there was room for".into()));
        }
        Ok(self.reply.data_len)
    }

    fn out<T: FromBytes>(&self) -> Asked<T> {
        let bytes = self.reply.out.as_bytes();
        let filled = bytes.get(..self.reply.out_len as usize).and_then(|bytes| T::read_from_prefix(bytes).ok());
        filled.map(|(value, _)| value).ok_or_else(|| Unanswered::Broken("the module's answer is too short".into()))
    }

    /// Attributes of an inode.
    pub fn attributes(&mut self, ino: u64) -> Asked<fuse::Attr> {
        let args = fuse::GetattrIn::default();
        self.ask(RequestParts { opcode: opcode::GETATTR, nodeid: ino, args: args.as_bytes(), ..Default::default() })?;
        Ok(self.out::<fuse::AttrOut>()?.attr)
    }

    /// The inode behind a name.
    pub fn lookup(&mut self, parent: u64, name: &[u8]) -> Asked<Option<u64>> {
        let asked = self.ask(RequestParts { opcode: opcode::LOOKUP, nodeid: parent, name, ..Default::default() });
        match asked {
            Ok(_) => {
                let ino = self.out::<fuse::EntryOut>()?.nodeid;
                if ino == 0 {
                    return Ok(None);
                }
                let args = fuse::ForgetIn { nlookup: 1 };
                self.ask(RequestParts { opcode: opcode::FORGET, nodeid: ino, args: args.as_bytes(), ..Default::default() })?;
                Ok(Some(ino))
            }
            Err(Unanswered::Errno(libc::ENOENT | libc::ENOTDIR | libc::ESTALE)) => Ok(None),
            Err(other) => Err(other),
        }
    }

    fn open(&mut self, ino: u64, opcode: u32) -> Asked<u64> {
        let args = fuse::OpenIn::default();
        self.ask(RequestParts { opcode, nodeid: ino, args: args.as_bytes(), ..Default::default() })?;
        Ok(self.out::<fuse::OpenOut>()?.fh)
    }

    fn close(&mut self, ino: u64, fh: u64, opcode: u32) -> Asked<()> {
        let args = fuse::ReleaseIn { fh, ..Default::default() };
        self.ask(RequestParts { opcode, nodeid: ino, args: args.as_bytes(), ..Default::default() }).map(|_| ())
    }

    /// Names in a directory, sorted, without `.` and `..`.
    pub fn list(&mut self, ino: u64) -> Asked<Vec<Named>> {
        let fh = self.open(ino, opcode::OPENDIR)?;
        let mut names = Vec::new();
        let listed = self.list_opened(ino, fh, &mut names);
        self.close(ino, fh, opcode::RELEASEDIR)?;
        listed?;
        names.retain(|named: &Named| named.name != b"." && named.name != b"..");
        names.sort();
        Ok(names)
    }

    fn list_opened(&mut self, ino: u64, fh: u64, names: &mut Vec<Named>) -> Asked<()> {
        let mut room = vec![0; LISTING_ROOM];
        let mut cookie = 0;
        for _ in 0..PORTIONS {
            let args = fuse::ReadIn { fh, offset: cookie, size: LISTING_ROOM as u32, ..Default::default() };
            let data = Data::Room(&mut room);
            let filled =
                self.ask(RequestParts { opcode: opcode::READDIR, nodeid: ino, args: args.as_bytes(), data, ..Default::default() })?;
            let mut portion = &room[..filled];
            if portion.is_empty() {
                return Ok(());
            }
            while let Ok((head, rest)) = fuse::Dirent::read_from_prefix(portion) {
                let Some(name) = rest.get(..head.namelen as usize) else { break };
                names.push(Named { name: name.to_vec(), ino: head.ino });
                cookie = head.off;
                portion = portion.get(dirent_size(head.namelen as usize)..).unwrap_or_default();
            }
        }
        Err(Unanswered::Broken("the listing has no end".into()))
    }

    /// Target of a symbolic link.
    pub fn target(&mut self, ino: u64) -> Asked<Vec<u8>> {
        let mut room = vec![0; 4096];
        let data = Data::Room(&mut room);
        let filled = self.ask(RequestParts { opcode: opcode::READLINK, nodeid: ino, data, ..Default::default() })?;
        room.truncate(filled);
        Ok(room)
    }

    /// Extended attributes, sorted by name; none where the file system has no such thing.
    pub fn xattrs(&mut self, ino: u64) -> Asked<Vec<(Vec<u8>, Vec<u8>)>> {
        let mut names = vec![0; XATTR_ROOM];
        let args = fuse::GetxattrIn { size: XATTR_ROOM as u32, padding: 0 };
        let data = Data::Room(&mut names);
        let listed =
            self.ask(RequestParts { opcode: opcode::LISTXATTR, nodeid: ino, args: args.as_bytes(), data, ..Default::default() });
        let filled = match listed {
            Ok(filled) => filled,
            Err(Unanswered::Errno(libc::ENOSYS | libc::EOPNOTSUPP)) => return Ok(Vec::new()),
            Err(other) => return Err(other),
        };
        names.truncate(filled);
        let mut found = Vec::new();
        for name in names.split(|&byte| byte == 0).filter(|name| !name.is_empty()) {
            let mut value = vec![0; XATTR_ROOM];
            let data = Data::Room(&mut value);
            let filled = self.ask(RequestParts {
                opcode: opcode::GETXATTR,
                nodeid: ino,
                name,
                args: args.as_bytes(),
                data,
                ..Default::default()
            })?;
            value.truncate(filled);
            found.push((name.to_vec(), value));
        }
        found.sort();
        Ok(found)
    }

    /// Opens a regular file for [`Opened::read`].
    pub fn file<'b>(&'b mut self, ino: u64) -> Asked<Opened<'b, 'a>> {
        let fh = self.open(ino, opcode::OPEN)?;
        Ok(Opened { probe: self, ino, fh })
    }
}

/// A file that is being read; closed when dropped.
#[derive(Debug)]
pub struct Opened<'b, 'a> {
    probe: &'b mut Probe<'a>,
    ino: u64,
    fh: u64,
}

impl Opened<'_, '_> {
    /// Reads into `room`; how many bytes, fewer at the end.
    pub fn read(&mut self, offset: u64, room: &mut [u8]) -> Asked<usize> {
        let args = fuse::ReadIn { fh: self.fh, offset, size: room.len() as u32, ..Default::default() };
        let parts = RequestParts {
            opcode: opcode::READ,
            nodeid: self.ino,
            args: args.as_bytes(),
            data: Data::Room(room),
            ..Default::default()
        };
        self.probe.ask(parts)
    }

    /// Where the next data is from `offset` on; the offset itself where the file system does not tell holes.
    pub fn data_from(&mut self, offset: u64) -> Asked<Option<u64>> {
        let args = fuse::LseekIn { fh: self.fh, offset, whence: bits::SEEK_DATA, padding: 0 };
        match self.probe.ask(RequestParts { opcode: opcode::LSEEK, nodeid: self.ino, args: args.as_bytes(), ..Default::default() })
        {
            Ok(_) => Ok(Some(self.probe.out::<fuse::LseekOut>()?.offset.max(offset))),
            Err(Unanswered::Errno(libc::ENXIO)) => Ok(None),
            Err(Unanswered::Errno(_)) => Ok(Some(offset)),
            Err(other) => Err(other),
        }
    }
}

impl Drop for Opened<'_, '_> {
    fn drop(&mut self) {
        // A scratch copy: a handle that cannot be closed harms nobody.
        let _ = self.probe.close(self.ino, self.fh, opcode::RELEASE);
    }
}
