// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! READDIR and READDIRPLUS.

use crate::directory::{DOT, DOT_DOT};
use crate::tree::Tree;
use libbentofs::{DirSink, Errno, FileType, Ino, Name, Result};

impl Tree {
    /// `.` and `..`, as far as they come after `cookie`.
    fn dots(&self, ino: Ino, cookie: u64) -> Result<impl Iterator<Item = (u64, &'static [u8], Ino)> + use<>> {
        let parent = self.directory(ino)?.parent;
        let dots: [(u64, &[u8], Ino); 2] = [(DOT, b".", ino), (DOT_DOT, b"..", parent)];
        Ok(dots.into_iter().filter(move |(own, ..)| *own > cookie))
    }

    pub fn list(&self, ino: Ino, cookie: u64, out: &mut DirSink<'_>) -> Result<()> {
        for (cookie, name, ino) in self.dots(ino, cookie)? {
            if !out.add(ino, cookie, FileType::Directory, name) {
                return Ok(());
            }
        }
        for (cookie, name, ino) in self.directory(ino)?.after(cookie) {
            if !out.add(ino, cookie, self.node(ino)?.kind, name) {
                break;
            }
        }
        Ok(())
    }

    pub fn list_entries(&mut self, ino: Ino, cookie: u64, out: &mut DirSink<'_>) -> Result<()> {
        for (cookie, name, ino) in self.dots(ino, cookie)? {
            let name = Name::new(name).ok_or(Errno::EINVAL)?;
            if !out.add_entry(None, ino, cookie, FileType::Directory, name) {
                return Ok(());
            }
        }
        let mut at = cookie;
        loop {
            let next = self.directory(ino)?.after(at).next().map(|(cookie, name, child)| (cookie, name.to_vec(), child));
            let Some((cookie, name, child)) = next else { break };
            // Asked before, because an entry that is made counts as a lookup.
            if !out.fits(name.len()) {
                break;
            }
            let entry = self.entry(child)?;
            let kind = self.node(child)?.kind;
            if !out.add_entry(Some(&entry), child, cookie, kind, Name::new(&name).ok_or(Errno::EINVAL)?) {
                break;
            }
            at = cookie;
        }
        Ok(())
    }
}
