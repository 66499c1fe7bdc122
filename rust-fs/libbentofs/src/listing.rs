// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! Directory listings, packed as the protocol wants them.

use crate::data::DataOut;
use crate::types::{Entry, FileType, Ino, Name};
use bento_abi::fuse;
use libbentoks::Result;
use zerocopy::IntoBytes;

/// Takes the entries of READDIR and READDIRPLUS.
#[derive(Debug)]
pub struct DirSink<'a> {
    out: DataOut<'a>,
    plus: bool,
}

impl<'a> DirSink<'a> {
    pub(crate) fn new(out: DataOut<'a>, plus: bool) -> DirSink<'a> {
        DirSink { out, plus }
    }

    pub(crate) fn filled(&self) -> usize {
        self.out.filled()
    }

    /// Adds a name. `next` is the cookie from which a later READDIR goes on after this name; never 0. Answers `false`, having
    /// added nothing, when the listing is full: stop then.
    #[must_use = "a full listing must end"]
    pub fn add(&mut self, ino: Ino, next: u64, kind: FileType, name: &[u8]) -> bool {
        debug_assert!(!self.plus, "READDIRPLUS takes entries: use add_entry");
        self.push(None, ino, next, kind, name)
    }

    /// As [`DirSink::add`] for READDIRPLUS. A name added with `Some` entry counts as one lookup of its inode; `.` and `..` take `None`.
    #[must_use = "a full listing must end"]
    pub fn add_entry(&mut self, entry: Option<&Entry>, ino: Ino, next: u64, kind: FileType, name: &Name) -> bool {
        debug_assert!(self.plus, "READDIR takes names only: use add");
        let wire = entry.map_or_else(fuse::EntryOut::default, |entry| entry.to_wire());
        self.push(Some(&wire), ino, next, kind, name.as_bytes())
    }

    /// Whether a name of `len` bytes would still fit.
    pub fn fits(&self, len: usize) -> bool {
        self.size(len) <= self.out.room()
    }

    fn size(&self, name_len: usize) -> usize {
        fuse::dirent_size(name_len) + if self.plus { size_of::<fuse::EntryOut>() } else { 0 }
    }

    fn push(&mut self, entry: Option<&fuse::EntryOut>, ino: Ino, next: u64, kind: FileType, name: &[u8]) -> bool {
        if !self.fits(name.len()) {
            return false;
        }
        let Ok(namelen) = u32::try_from(name.len()) else { return false };
        let head = fuse::Dirent { ino: ino.0, off: next, namelen, kind: kind.dirent_type() };
        let padding = fuse::dirent_size(name.len()) - size_of::<fuse::Dirent>() - name.len();
        let mut pack = || -> Result<()> {
            if let Some(entry) = entry {
                self.out.put(entry.as_bytes())?;
            }
            self.out.put(head.as_bytes())?;
            self.out.put(name)?;
            self.out.put_zeroes(padding)
        };
        // Room was checked, so nothing can fail.
        pack().is_ok()
    }
}
