// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! The device as a mount would find it after recovery, and who has which block.

use crate::layout::{BLOCK, Geometry, Region};
use crate::space::{fill, is_set, next};
use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use libbentofs::ks::Device;
use libbentofs::{Errno, Result};

/// The blocks.
pub struct Image<'a> {
    device: &'a Device,
    logged: BTreeMap<u64, Vec<u8>>,
    /// One bit a block.
    claimed: Vec<u8>,
}

impl<'a> Image<'a> {
    /// Nothing is claimed yet. ENOMEM when there is no room for a bit for each block.
    pub fn new(device: &'a Device, geometry: &Geometry) -> Result<Image<'a>> {
        let bytes = usize::try_from(geometry.blocks.div_ceil(64) * 8).map_err(|_| Errno::ENOMEM)?;
        let mut claimed = Vec::new();
        claimed.try_reserve_exact(bytes)?;
        claimed.resize(bytes, 0);
        Ok(Image { device, logged: BTreeMap::new(), claimed })
    }

    /// Lays what the log holds over the device.
    pub fn overlay(&mut self, blocks: BTreeMap<u64, Vec<u8>>) {
        self.logged = blocks;
    }

    /// The content of a block.
    pub fn read(&self, number: u64) -> Result<Vec<u8>> {
        if let Some(content) = self.logged.get(&number) {
            return Ok(content.clone());
        }
        let mut content = Vec::new();
        content.try_reserve_exact(BLOCK)?;
        content.resize(BLOCK, 0);
        self.device.read(number * BLOCK as u64, &mut content)?;
        Ok(content)
    }

    /// Claims what mkfs took: everything before the data, and the backup superblock.
    pub fn claim_fixed(&mut self, geometry: &Geometry) {
        fill(&mut self.claimed, 0, geometry.data_start(), true);
        fill(&mut self.claimed, geometry.backup(), 1, true);
    }

    /// Claims some blocks; the first of them that somebody has already, if any.
    pub fn claim(&mut self, region: Region) -> Option<u64> {
        let taken = next(&self.claimed, region.first, region.end(), true);
        fill(&mut self.claimed, region.first, region.count, true);
        (taken < region.end()).then_some(taken)
    }

    /// Whether somebody has the block.
    pub fn is_claimed(&self, number: u64) -> bool {
        is_set(&self.claimed, number)
    }
}
