// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! The mounted file system.

use crate::corrupt::corrupt;
use crate::dir;
use crate::extent;
use crate::inode::handles::Handles;
use crate::inode::table::{Node, Slot, Table};
use crate::inode::{Inode, ROOT};
use crate::locks;
use crate::sorted::SortedMap;
use crate::state::Kept;
use crate::volume::Volume;
use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use libbentofs::ks::sync::{LockName, Mutex, ReadGuard, RwLock, WriteGuard};
use libbentofs::{Errno, Result};

/// A mounted tiffinfs.
#[derive(Debug)]
pub struct TiffinFs {
    pub(crate) volume: Volume,
    pub(crate) table: RwLock<Table>,
    pub(crate) handles: RwLock<Handles>,
    pub(crate) orphans: Mutex<()>,
    pub(crate) rename: Mutex<()>,
    /// What other versions have in the state.
    pub(crate) kept: Vec<Kept>,
}

impl TiffinFs {
    /// With an empty table but for the root.
    pub(crate) fn new(volume: Volume) -> Result<TiffinFs> {
        let root = Inode::load(&volume, ROOT)?;
        if !root.is_dir() {
            return Err(corrupt(format_args!("inode {ROOT}: the root is no directory")));
        }
        let mut slots = SortedMap::default();
        slots.insert(ROOT, Slot::new(root));
        Ok(TiffinFs::with_table(volume, Table::new(slots), Handles::new(1)))
    }

    pub(crate) fn with_table(volume: Volume, table: Table, handles: Handles) -> TiffinFs {
        TiffinFs {
            volume,
            table: RwLock::new(LockName::new(locks::TABLE, 0), table),
            handles: RwLock::new(LockName::new(locks::HANDLES, 0), handles),
            orphans: Mutex::new(LockName::new(locks::ORPHANS, 0), ()),
            rename: Mutex::new(LockName::new(locks::RENAME, 0), ()),
            kept: Vec::new(),
        }
    }

    /// The inode, locked shared, its tree checked.
    pub(crate) fn checked<'a>(&self, node: &'a Node) -> Result<ReadGuard<'a, Inode>> {
        {
            let inode = node.inode.read();
            if inode.checked || inode.tree().is_none() {
                return Ok(inode);
            }
        }
        drop(self.checked_mut(node)?);
        Ok(node.inode.read())
    }

    /// The inode, locked exclusively, its tree checked: once after it was read from the device, so that later ops need not.
    pub(crate) fn checked_mut<'a>(&self, node: &'a Node) -> Result<WriteGuard<'a, Inode>> {
        let mut inode = node.inode.write();
        if !inode.checked {
            self.check_tree(&inode)?;
            inode.checked = true;
            self.set_checked(inode.ino);
        }
        Ok(inode)
    }

    /// A directory that still has a name, locked exclusively, to be given another entry.
    pub(crate) fn live_directory<'a>(&self, node: &'a Node) -> Result<WriteGuard<'a, Inode>> {
        let inode = self.checked_mut(node)?;
        match inode.names() {
            Ok(_) if inode.nlink == 0 => Err(Errno::ENOENT),
            Ok(_) => Ok(inode),
            Err(errno) => Err(errno),
        }
    }

    fn check_tree(&self, inode: &Inode) -> Result<()> {
        let Some(tree) = inode.tree() else { return Ok(()) };
        let unsealed = |number| self.volume.is_unsealed(number);
        if inode.is_dir() {
            return tree.check(&self.volume, unsealed, |key, value| dir::check_entry(&self.volume, key, value));
        }
        let geometry = &self.volume.superblock.geometry;
        let mut sorted = BTreeMap::new();
        tree.check(&self.volume, unsealed, |key, value| {
            let extent = extent::from_tree(key, value, geometry)
                .ok_or_else(|| corrupt(format_args!("inode {}: the extent at block {key} lies outside", inode.ino)))?;
            sorted.insert(extent.logical, extent.end());
            Ok(())
        })?;
        let overlap = sorted.iter().zip(sorted.keys().skip(1)).any(|((_, end), next)| end > next);
        if overlap { Err(corrupt(format_args!("inode {}: extents overlap", inode.ino))) } else { Ok(()) }
    }

    /// Runs `op`, and when it finds no space, once more after freed space was made usable. An op that answers ENOSPC has changed nothing.
    pub(crate) fn with_space<R>(&self, mut op: impl FnMut() -> Result<R>) -> Result<R> {
        match op() {
            Err(Errno::ENOSPC) if self.volume.release_freed()? => op(),
            result => result,
        }
    }
}
