// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! RENAME, which is the hardest of the name ops: it may move, replace or exchange, and must not make a directory its own ancestor.

use crate::tree::Tree;
use libbentofs::{Errno, FileType, Ino, Name, RenameFlags, Result, Time};

/// A name in a directory.
#[derive(Clone, Copy)]
pub struct Place<'a> {
    pub parent: Ino,
    pub name: &'a Name,
}

impl Tree {
    pub fn rename(&mut self, from: Place<'_>, to: Place<'_>, flags: RenameFlags) -> Result<()> {
        let exchange = match flags {
            RenameFlags::EXCHANGE => true,
            RenameFlags::NOREPLACE => false,
            none if none.is_empty() => false,
            // Whiteouts, and both at once.
            _ => return Err(Errno::EINVAL),
        };
        let moved = self.find(from.parent, from.name)?;
        let target = self.directory(to.parent)?.get(to.name);
        match target {
            None if exchange => return Err(Errno::ENOENT),
            None => self.check_alive(to.parent)?,
            Some(_) if flags == RenameFlags::NOREPLACE => return Err(Errno::EEXIST),
            // Two names of one file: POSIX has both stay.
            Some(target) if target == moved => return Ok(()),
            Some(_) => {}
        }
        self.check_not_below(moved, to.parent)?;
        let now = Time::now();
        match target {
            Some(target) if exchange => {
                self.check_not_below(target, from.parent)?;
                self.put(from, target, to.parent, now)?;
            }
            Some(target) => {
                self.check_replace(moved, target)?;
                self.directory_mut(from.parent)?.remove(from.name)?;
                // Before the name leads elsewhere, so that the parent's links are counted once.
                self.drop_name(target, to.parent, now)?;
            }
            None => self.directory_mut(from.parent)?.remove(from.name)?,
        }
        self.put(to, moved, from.parent, now)?;
        self.change(from.parent, |parent| parent.modified(now, false))?;
        self.change(to.parent, |parent| parent.modified(now, false))
    }

    /// Lets `place` lead to `ino`, which had its name in `old_parent`.
    fn put(&mut self, place: Place<'_>, ino: Ino, old_parent: Ino, now: Time) -> Result<()> {
        self.directory_mut(place.parent)?.set(place.name, ino);
        self.change(ino, |inode| inode.ctime = now)?;
        if self.node(ino)?.kind == FileType::Directory {
            self.directory_mut(ino)?.parent = place.parent;
            self.change(old_parent, |parent| parent.nlink -= 1)?;
            self.change(place.parent, |parent| parent.nlink += 1)?;
        }
        Ok(())
    }

    fn check_replace(&self, moved: Ino, target: Ino) -> Result<()> {
        let is_directory = |ino| self.node(ino).map(|node| node.kind == FileType::Directory);
        match (is_directory(moved)?, is_directory(target)?) {
            (true, false) => Err(Errno::ENOTDIR),
            (false, true) => Err(Errno::EISDIR),
            (true, true) if !self.directory(target)?.is_empty() => Err(Errno::ENOTEMPTY),
            _ => Ok(()),
        }
    }

    /// EINVAL when `directory` is `ino` or below it.
    fn check_not_below(&self, ino: Ino, directory: Ino) -> Result<()> {
        let mut at = directory;
        loop {
            if at == ino {
                return Err(Errno::EINVAL);
            }
            if at == Ino::ROOT {
                return Ok(());
            }
            at = self.directory(at)?.parent;
        }
    }
}
