// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! Changing the extents of a file. Each step leaves the inode whole; the caller stores it.

use super::{Extent, INLINE_EXTENTS, value};
use crate::btree::Tree;
use crate::inode::{Body, Inode};
use crate::journal::Tx;
use crate::volume::Volume;
use alloc::vec::Vec;
use libbentofs::{Errno, Result};

impl Inode {
    /// Most tree nodes that adding `more` extents takes.
    pub fn extent_cost(&self, volume: &Volume, more: u64) -> Result<u64> {
        match &self.body {
            Body::Extents(extents) if extents.len() as u64 + more <= INLINE_EXTENTS as u64 => Ok(0),
            Body::Extents(_) => Ok(1),
            Body::Tree(_) => Ok((self.tree().ok_or(Errno::EUCLEAN)?.levels(volume)? + 1) * more),
            _ => Err(Errno::EINVAL),
        }
    }

    /// Adds `extent` where the file has a hole, joining it with its neighbours where it can. The op has reserved [`Inode::extent_cost`].
    pub fn add_extent(&mut self, tx: &mut Tx<'_>, extent: Extent) -> Result<()> {
        self.count_blocks(extent.len, 0);
        self.put_extent(tx, extent)
    }

    fn put_extent(&mut self, tx: &mut Tx<'_>, mut extent: Extent) -> Result<()> {
        let before = match extent.logical.checked_sub(1) {
            Some(block) => self.extent_before(tx.volume, block)?.filter(|before| before.joins(&extent)),
            None => None,
        };
        if let Some(before) = before {
            self.take_extent(tx, before)?;
            extent = Extent { len: before.len + extent.len, ..before };
        }
        let after = self.extent_before(tx.volume, extent.end())?.filter(|after| extent.joins(after));
        if let Some(after) = after {
            self.take_extent(tx, after)?;
            extent.len += after.len;
        }
        self.insert_extent(tx, extent)
    }

    /// Puts `parts`, which cover some or all of `old`, in its place.
    pub fn replace_extent(&mut self, tx: &mut Tx<'_>, old: Extent, parts: &[Extent]) -> Result<()> {
        let mut parts = parts.iter().filter(|part| part.len > 0);
        match parts.clone().next() {
            // What is left of its head needs no new place.
            Some(head) if head.logical == old.logical && head.unwritten == old.unwritten => {
                self.shorten_extent(tx, *head)?;
                parts.next();
            }
            _ => self.take_extent(tx, old)?,
        }
        for part in parts {
            self.put_extent(tx, *part)?;
        }
        self.drop_empty_tree(tx)
    }

    /// Takes the blocks from `from` up to `to` out of `old`, within which they lie; the caller frees them.
    pub fn cut_extent(&mut self, tx: &mut Tx<'_>, old: Extent, from: u64, to: u64) -> Result<()> {
        self.count_blocks(0, to - from);
        self.replace_extent(tx, old, &[old.part(old.logical, from), old.part(to, old.end())])
    }

    fn insert_extent(&mut self, tx: &mut Tx<'_>, extent: Extent) -> Result<()> {
        if let Body::Extents(extents) = &mut self.body {
            let at = extents.partition_point(|other| other.logical < extent.logical);
            extents.insert(at, extent);
            if extents.len() <= INLINE_EXTENTS {
                return Ok(());
            }
            let extents = core::mem::take(extents);
            let root = tx.take_reserved()?;
            let tree = Tree::create(tx, root, self.ino)?;
            for extent in extents {
                tree.insert(tx, extent.logical, &value(extent))?;
            }
            self.body = Body::Tree(root);
            self.count_blocks(1, 0);
            return Ok(());
        }
        let taken = self.tree().ok_or(Errno::EUCLEAN)?.insert(tx, extent.logical, &value(extent))?;
        self.count_blocks(taken, 0);
        Ok(())
    }

    fn shorten_extent(&mut self, tx: &mut Tx<'_>, extent: Extent) -> Result<()> {
        if let Body::Extents(extents) = &mut self.body {
            extents.iter_mut().filter(|other| other.logical == extent.logical).for_each(|other| *other = extent);
            return Ok(());
        }
        self.tree().ok_or(Errno::EUCLEAN)?.update(tx, extent.logical, &value(extent))
    }

    fn take_extent(&mut self, tx: &mut Tx<'_>, extent: Extent) -> Result<()> {
        if let Body::Extents(extents) = &mut self.body {
            extents.retain(|other| other.logical != extent.logical);
            return Ok(());
        }
        let freed = self.tree().ok_or(Errno::EUCLEAN)?.remove(tx, extent.logical)?;
        self.count_blocks(0, freed);
        Ok(())
    }

    /// Goes back to extents in the inode when the tree has none.
    fn drop_empty_tree(&mut self, tx: &mut Tx<'_>) -> Result<()> {
        if let Some(tree) = self.tree()
            && tree.is_empty(tx.volume)?
        {
            tx.free_metadata(tree.root)?;
            self.count_blocks(0, 1);
            self.body = Body::Extents(Vec::new());
        }
        Ok(())
    }
}
