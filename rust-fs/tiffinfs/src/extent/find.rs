// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! Finding extents.

use super::{Extent, from_tree};
use crate::btree::Flow;
use crate::corrupt::corrupt;
use crate::inode::{Body, Inode};
use crate::volume::Volume;
use libbentofs::{Errno, Result};

impl Inode {
    fn tree_extent(&self, volume: &Volume, key: u64, value: &[u8]) -> Result<Extent> {
        from_tree(key, value, &volume.superblock.geometry)
            .ok_or_else(|| corrupt(format_args!("inode {}: the extent at block {key} lies outside", self.ino)))
    }

    /// The first extent that ends after block `block`: it holds the block, or else the file has a hole up to where it begins.
    pub fn extent_from(&self, volume: &Volume, block: u64) -> Result<Option<Extent>> {
        if let Some(extent) = self.extent_before(volume, block)?.filter(|extent| extent.end() > block) {
            return Ok(Some(extent));
        }
        match &self.body {
            Body::Extents(extents) => Ok(extents.iter().find(|extent| extent.logical > block).copied()),
            Body::Tree(_) => {
                let mut found = None;
                self.tree().ok_or(Errno::EUCLEAN)?.list(volume, block, |key, value| {
                    found = Some(self.tree_extent(volume, key, value)?);
                    Ok(Flow::Stop)
                })?;
                Ok(found)
            }
            _ => Ok(None),
        }
    }

    /// The last extent that begins at or before block `block`.
    pub fn extent_before(&self, volume: &Volume, block: u64) -> Result<Option<Extent>> {
        match &self.body {
            Body::Extents(extents) => Ok(extents.iter().rev().find(|extent| extent.logical <= block).copied()),
            Body::Tree(_) => {
                self.tree().ok_or(Errno::EUCLEAN)?.floor(volume, block, |key, value| self.tree_extent(volume, key, value))
            }
            _ => Ok(None),
        }
    }

    /// The device's block that holds block `block`, with what was written there.
    pub fn written_block(&self, volume: &Volume, block: u64) -> Result<Option<u64>> {
        let extent = self.extent_before(volume, block)?.filter(|extent| extent.end() > block && !extent.unwritten);
        Ok(extent.map(|extent| extent.physical + (block - extent.logical)))
    }
}
