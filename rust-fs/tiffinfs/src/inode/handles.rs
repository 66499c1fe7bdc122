// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! Open handles.

use super::table::Node;
use alloc::collections::BTreeMap;
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
    open: BTreeMap<u64, OpenFile>,
    inodes: BTreeMap<u64, Opens>,
    next: u64,
}

impl Handles {
    /// None; the next one is `next`.
    pub fn new(next: u64) -> Handles {
        Handles { open: BTreeMap::new(), inodes: BTreeMap::new(), next }
    }

    /// A new handle.
    pub fn open(&mut self, node: Arc<Node>, flags: u32) -> Result<Fh> {
        let fh = self.next;
        self.next = fh.checked_add(1).ok_or(Errno::ENFILE)?;
        self.inodes.entry(node.ino).or_default().handles += 1;
        self.open.insert(fh, OpenFile { node, flags });
        Ok(Fh(fh))
    }

    /// Handles that were handed over (number, inode, flags), and which inodes were forgotten meanwhile.
    pub fn restored(next: u64, open: Vec<(u64, Arc<Node>, u32)>, forgotten: &[u64]) -> Handles {
        let mut owners: Vec<u64> = open.iter().map(|(_, node, _)| node.ino).collect();
        owners.sort_unstable();
        // Made from runs in order, the maps need no search.
        let counted = owners.chunk_by(|one, two| one == two);
        let mut inodes: BTreeMap<u64, Opens> =
            counted.map(|same| (same[0], Opens { handles: same.len() as u64, forgotten: false })).collect();
        for ino in forgotten {
            if let Some(opens) = inodes.get_mut(ino) {
                opens.forgotten = true;
            }
        }
        let open = open.into_iter().map(|(fh, node, flags)| (fh, OpenFile { node, flags })).collect();
        Handles { open, inodes, next }
    }

    /// The handle `fh`, which must be one of `ino`: EBADF otherwise.
    pub fn check(&self, ino: u64, fh: Fh) -> Result<&OpenFile> {
        self.open.get(&fh.0).filter(|open| open.node.ino == ino).ok_or(Errno::EBADF)
    }

    /// Closes a handle; answers whether nothing refers to the inode any more.
    pub fn close(&mut self, ino: u64, fh: Fh) -> Result<bool> {
        self.check(ino, fh)?;
        self.open.remove(&fh.0);
        let Some(opens) = self.inodes.get_mut(&ino) else { return Ok(false) };
        opens.handles = opens.handles.saturating_sub(1);
        if opens.handles > 0 {
            return Ok(false);
        }
        Ok(self.inodes.remove(&ino).is_some_and(|opens| opens.forgotten))
    }

    /// Whether `ino` is open; if so, closing the last handle frees it from now on.
    pub fn keep_if_open(&mut self, ino: u64) -> bool {
        match self.inodes.get_mut(&ino) {
            Some(opens) => {
                opens.forgotten = true;
                true
            }
            None => false,
        }
    }

    /// The inodes that were forgotten while they were open.
    pub fn forgotten(&self) -> impl Iterator<Item = u64> {
        self.inodes.iter().filter(|(_, opens)| opens.forgotten).map(|(&ino, _)| ino)
    }

    /// All handles, by number.
    pub fn all(&self) -> impl ExactSizeIterator<Item = (u64, &OpenFile)> {
        self.open.iter().map(|(&fh, open)| (fh, open))
    }

    /// The next handle's number.
    pub fn next(&self) -> u64 {
        self.next
    }
}
