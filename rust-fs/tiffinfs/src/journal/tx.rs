// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! A handle: one op's part in the running transaction.

use super::Log;
use crate::corrupt::{corrupt, say};
use crate::volume::Volume;
use alloc::collections::BTreeMap;
use alloc::sync::Arc;
use libbentofs::Result;
use libbentofs::ks::CachedBlock;
use libbentofs::ks::sync::ReadGuard;

/// One op's changes to metadata.
///
/// Every block is announced with [`Tx::block`] before it is changed. [`Tx::finish`] says that the op's changes belong together and are
/// complete. A handle that changed something and is dropped without it leaves things half done, which the journal cannot take
/// back: the file system then stops, so that the half never reaches the device. Ops therefore check everything first.
pub struct Tx<'a> {
    pub(crate) volume: &'a Volume,
    _log: ReadGuard<'a, Log>,
    blocks: BTreeMap<u64, Arc<CachedBlock>>,
    credits: u64,
    /// Blocks that the allocator set aside for this op.
    pub(crate) reserved: u64,
    finished: bool,
}

impl<'a> Tx<'a> {
    pub(super) fn new(volume: &'a Volume, log: ReadGuard<'a, Log>, credits: u64) -> Tx<'a> {
        Tx { volume, _log: log, blocks: BTreeMap::new(), credits, reserved: 0, finished: false }
    }

    /// The metadata block `number`, to be changed.
    pub fn block(&mut self, number: u64) -> Result<Arc<CachedBlock>> {
        if let Some(block) = self.blocks.get(&number) {
            return Ok(block.clone());
        }
        self.check_place(number)?;
        let block = Arc::new(self.volume.device.block(number)?);
        self.blocks.insert(number, block.clone());
        Ok(block)
    }

    /// As [`Tx::block`], all zeroes whatever was there.
    pub fn block_zeroed(&mut self, number: u64) -> Result<Arc<CachedBlock>> {
        if let Some(block) = self.blocks.get(&number) {
            block.write().fill(0);
            return Ok(block.clone());
        }
        self.check_place(number)?;
        let block = Arc::new(self.volume.device.block_zeroed(number)?);
        self.blocks.insert(number, block.clone());
        Ok(block)
    }

    fn check_place(&self, number: u64) -> Result<()> {
        let geometry = &self.volume.superblock.geometry;
        if number == 0 || number >= geometry.backup() || geometry.journal.contains(number) {
            return Err(corrupt(format_args!("a pointer to metadata leads to block {number}")));
        }
        Ok(())
    }

    /// Blocks that the op may still announce.
    pub fn room(&self) -> u64 {
        self.credits.saturating_sub(self.blocks.len() as u64)
    }

    /// The op's changes are complete.
    pub fn finish(mut self) {
        self.finished = true;
    }

    /// Ends this part of a long op, whose changes so far are consistent, and begins the next with as many credits.
    pub fn renew(self) -> Result<Tx<'a>> {
        let (volume, credits) = (self.volume, self.credits);
        self.finish();
        volume.begin(credits)
    }
}

impl Drop for Tx<'_> {
    fn drop(&mut self) {
        if self.reserved > 0 {
            self.volume.space.lock().give_back(self.reserved);
        }
        let mut running = self.volume.running.lock();
        running.credits = running.credits.saturating_sub(self.credits);
        if !self.finished && !self.blocks.is_empty() {
            say(format_args!("an op failed half way; nothing more is written, so unmount and mount again"));
            running.failed = Some(libbentofs::Errno::EIO);
        }
        running.noted.note_all(self.blocks.keys());
        // Not `append`: that builds the whole of the running map anew, for each op.
        running.blocks.extend(core::mem::take(&mut self.blocks));
    }
}
