// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! Open handles.

use super::table::Node;
use crate::noted::Noted;
use crate::sorted::SortedMap;
use alloc::collections::BTreeSet;
use alloc::sync::Arc;
use alloc::vec::Vec;
use libbentofs::{Errno, Fh, Result};

/// An open handle.
#[derive(Debug)]
pub struct OpenFile {
    /// What was opened.
    pub node: Arc<Node>,
    /// Flags of open(2).
    pub flags: u32,
}

/// The handles. Under the lock `HANDLES`.
#[derive(Debug)]
pub struct Handles {
    open: SortedMap<OpenFile>,
    /// How many handles each inode that is open has.
    inodes: SortedMap<u64>,
    /// Inodes whose last lookup was forgotten while they were open: closing the last handle is what frees them.
    forgotten: BTreeSet<u64>,
    next: u64,
    /// Handles that came or went, for a hand-over.
    pub noted: Noted,
}

impl Handles {
    /// None; the next one is `next`.
    pub fn new(next: u64) -> Handles {
        let (open, inodes, forgotten) = Default::default();
        Handles { open, inodes, forgotten, next, noted: Noted::default() }
    }

    /// A new handle.
    pub fn open(&mut self, node: Arc<Node>, flags: u32) -> Result<Fh> {
        let fh = self.next;
        self.next = fh.checked_add(1).ok_or(Errno::ENFILE)?;
        self.put(fh, node, flags);
        Ok(Fh(fh))
    }

    fn put(&mut self, fh: u64, node: Arc<Node>, flags: u32) {
        self.noted.note(fh);
        *self.inodes.or_insert(node.ino, 0) += 1;
        self.open.insert(fh, OpenFile { node, flags });
    }

    /// Handles that were handed over (number, what it is), in ascending order, and which inodes were forgotten meanwhile. `None` when the order is
    /// another.
    pub fn restored(next: u64, open: Vec<(u64, Option<OpenFile>)>, forgotten: &[u64]) -> Option<Handles> {
        let mut owners = Vec::with_capacity(open.len());
        owners.extend(open.iter().filter_map(|(_, open)| open.as_ref().map(|open| open.node.ino)));
        owners.sort_unstable();
        let mut inodes = Vec::with_capacity(owners.len());
        for same in owners.chunk_by(|one, two| one == two) {
            inodes.push((same[0], Some(same.len() as u64)));
        }
        let mut handles = Handles {
            open: SortedMap::from_sorted(open)?,
            inodes: SortedMap::from_sorted(inodes)?,
            forgotten: BTreeSet::new(),
            next,
            noted: Noted::default(),
        };
        handles.set_forgotten(forgotten);
        Some(handles)
    }

    fn set_forgotten(&mut self, forgotten: &[u64]) {
        self.forgotten.clear();
        self.forgotten.extend(forgotten.iter().filter(|&&ino| self.inodes.get(ino).is_some()));
    }

    /// Brings handles that were handed over early up to date: those of `gone` were closed since, and the next one is `next`.
    pub fn catch_up(&mut self, gone: impl Iterator<Item = u64>, next: u64) {
        for fh in gone {
            if let Some(open) = self.open.get(fh) {
                let _ = self.close(open.node.ino, Fh(fh));
            }
        }
        self.next = next;
    }

    /// The other half of [`Handles::catch_up`], after inodes are up to date too: `new` are those that were opened since.
    pub fn catch_up_opened(&mut self, new: impl Iterator<Item = (u64, OpenFile)>, forgotten: &[u64]) {
        for (fh, open) in new {
            // One that was opened while the rest was being written may have been among it.
            if self.open.get(fh).is_none() {
                self.put(fh, open.node, open.flags);
            }
        }
        self.set_forgotten(forgotten);
    }

    /// The handle `fh`, which must be one of `ino`: EBADF otherwise.
    pub fn check(&self, ino: u64, fh: Fh) -> Result<&OpenFile> {
        self.open.get(fh.0).filter(|open| open.node.ino == ino).ok_or(Errno::EBADF)
    }

    /// Closes a handle; answers whether nothing refers to the inode any more.
    pub fn close(&mut self, ino: u64, fh: Fh) -> Result<bool> {
        self.check(ino, fh)?;
        self.noted.note(fh.0);
        self.open.remove(fh.0);
        let Some(handles) = self.inodes.get_mut(ino) else { return Ok(false) };
        *handles = handles.saturating_sub(1);
        if *handles > 0 {
            return Ok(false);
        }
        self.inodes.remove(ino);
        Ok(self.forgotten.remove(&ino))
    }

    /// Whether `ino` is open; if so, closing the last handle frees it from now on.
    pub fn keep_if_open(&mut self, ino: u64) -> bool {
        let is_open = self.inodes.get(ino).is_some();
        if is_open {
            self.forgotten.insert(ino);
        }
        is_open
    }

    /// The inodes that were forgotten while they were open.
    pub fn forgotten(&self) -> &BTreeSet<u64> {
        &self.forgotten
    }

    /// The handle `fh`, if it is open.
    pub fn get(&self, fh: u64) -> Option<&OpenFile> {
        self.open.get(fh)
    }

    /// All handles, by number.
    pub fn all(&self) -> impl Iterator<Item = (u64, &OpenFile)> {
        self.open.iter_from(0)
    }

    /// Those from number `fh` on.
    pub fn all_from(&self, fh: u64) -> impl Iterator<Item = (u64, &OpenFile)> {
        self.open.iter_from(fh)
    }

    /// How many handles there are.
    pub fn count(&self) -> usize {
        self.open.len()
    }

    /// The next handle's number.
    pub fn next(&self) -> u64 {
        self.next
    }
}
