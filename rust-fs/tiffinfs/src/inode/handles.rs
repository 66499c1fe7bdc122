// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! Open handles.

use super::table::Node;
use crate::sorted::SortedMap;
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

/// How an inode is open.
#[derive(Debug, Default)]
struct Opens {
    handles: u64,
    /// Its last lookup was forgotten meanwhile: closing the last handle is what frees it.
    forgotten: bool,
}

/// The handles. Under the lock `HANDLES`.
#[derive(Debug)]
pub struct Handles {
    open: SortedMap<OpenFile>,
    inodes: SortedMap<Opens>,
    next: u64,
}

impl Handles {
    /// None; the next one is `next`.
    pub fn new(next: u64) -> Handles {
        Handles { open: SortedMap::default(), inodes: SortedMap::default(), next }
    }

    /// A new handle.
    pub fn open(&mut self, node: Arc<Node>, flags: u32) -> Result<Fh> {
        let fh = self.next;
        self.next = fh.checked_add(1).ok_or(Errno::ENFILE)?;
        self.inodes.or_insert(node.ino, Opens::default()).handles += 1;
        self.open.insert(fh, OpenFile { node, flags });
        Ok(Fh(fh))
    }

    /// Handles that were handed over (number, what it is), in ascending order, and which inodes were forgotten meanwhile. `None` when the order is
    /// another.
    pub fn restored(next: u64, open: Vec<(u64, Option<OpenFile>)>, forgotten: &[u64]) -> Option<Handles> {
        let mut owners = Vec::with_capacity(open.len());
        owners.extend(open.iter().filter_map(|(_, open)| open.as_ref().map(|open| open.node.ino)));
        owners.sort_unstable();
        let mut inodes = Vec::with_capacity(owners.len());
        for same in owners.chunk_by(|one, two| one == two) {
            inodes.push((same[0], Some(Opens { handles: same.len() as u64, forgotten: false })));
        }
        let mut inodes = SortedMap::from_sorted(inodes)?;
        for &ino in forgotten {
            if let Some(opens) = inodes.get_mut(ino) {
                opens.forgotten = true;
            }
        }
        Some(Handles { open: SortedMap::from_sorted(open)?, inodes, next })
    }

    /// The handle `fh`, which must be one of `ino`: EBADF otherwise.
    pub fn check(&self, ino: u64, fh: Fh) -> Result<&OpenFile> {
        self.open.get(fh.0).filter(|open| open.node.ino == ino).ok_or(Errno::EBADF)
    }

    /// Closes a handle; answers whether nothing refers to the inode any more.
    pub fn close(&mut self, ino: u64, fh: Fh) -> Result<bool> {
        self.check(ino, fh)?;
        self.open.remove(fh.0);
        let Some(opens) = self.inodes.get_mut(ino) else { return Ok(false) };
        opens.handles = opens.handles.saturating_sub(1);
        if opens.handles > 0 {
            return Ok(false);
        }
        Ok(self.inodes.remove(ino).is_some_and(|opens| opens.forgotten))
    }

    /// Whether `ino` is open; if so, closing the last handle frees it from now on.
    pub fn keep_if_open(&mut self, ino: u64) -> bool {
        match self.inodes.get_mut(ino) {
            Some(opens) => {
                opens.forgotten = true;
                true
            }
            None => false,
        }
    }

    /// The inodes that were forgotten while they were open.
    pub fn forgotten(&self) -> impl Iterator<Item = u64> {
        self.inodes.iter().filter(|(_, opens)| opens.forgotten).map(|(ino, _)| ino)
    }

    /// All handles, by number.
    pub fn all(&self) -> impl Iterator<Item = (u64, &OpenFile)> {
        self.open.iter()
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
