// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! What the parts of a mounted file system share: the device, the superblock, the journal and the allocator.

use crate::corrupt::{corrupt, say};
use crate::journal::{Log, Running, record, recovery};
use crate::layout::{BLOCK, BLOCK_SIZE, ORPHAN_ROOT};
use crate::locks;
use crate::space::Allocator;
use crate::superblock::{KNOWN_RO_COMPAT, Superblock};
use alloc::sync::Arc;
use alloc::vec;
use alloc::vec::Vec;
use libbentofs::ks::block::Durability;
use libbentofs::ks::sync::{LockName, Mutex, RwLock};
use libbentofs::ks::{CachedBlock, Device};
use libbentofs::{Errno, Result, Time};

/// A mounted file system without its inodes in memory.
#[derive(Debug)]
pub struct Volume {
    /// The device.
    pub device: Device,
    /// As it was at mount.
    pub superblock: Superblock,
    /// Nothing may be written.
    pub read_only: bool,
    /// The log.
    pub log: RwLock<Log>,
    /// The running transaction.
    pub running: Mutex<Running>,
    /// Free blocks and inodes.
    pub space: Mutex<Allocator>,
}

impl Volume {
    /// Puts the parts together.
    pub fn new(device: Device, superblock: Superblock, read_only: bool, log: Log, running: Running, space: Allocator) -> Volume {
        Volume {
            device,
            superblock,
            read_only,
            log: RwLock::new(LockName::new(locks::JOURNAL, 0), log),
            running: Mutex::new(LockName::new(locks::RUNNING, 0), running),
            space: Mutex::new(LockName::new(locks::SPACE, 0), space),
        }
    }

    /// Opens the file system on `device`: recovers it from the log, and notes that it is mounted.
    ///
    /// A read-only mount recovers in the cache only: the recovered blocks are held, and never marked dirty.
    pub fn open(device: Device, read_only: bool) -> Result<Volume> {
        let mut superblock = Superblock::load(&device)?;
        if !read_only && superblock.ro_compat & !KNOWN_RO_COMPAT != 0 {
            say(format_args!("mount: it has features that this version can only read; mount it read-only"));
            return Err(Errno::EROFS);
        }
        let geometry = superblock.geometry;
        let replay = recovery::scan(&geometry, |number| read_block(&device, number))?;
        if replay.transactions > 0 {
            say(format_args!("recovering: {} transactions, {} blocks", replay.transactions, replay.blocks.len()));
        }
        let mut log = Log { sequence: replay.sequence, head: 1, committed: Default::default() };
        for (number, content) in replay.blocks {
            let block = device.block_zeroed(number)?;
            block.write().copy_from_slice(&content);
            if !read_only {
                block.mark_dirty();
            }
            log.committed.insert(number, Arc::new(block));
        }
        if !read_only {
            device.sync()?;
            device.flush()?;
            log.committed.clear();
            let head = geometry.journal.first;
            device.write(head * BLOCK_SIZE, &record::head(head, log.sequence), Durability::FlushedBefore)?;
            superblock.clean = false;
            superblock.mounted = Time::now().0;
            superblock.mounts = superblock.mounts.saturating_add(1);
            superblock.store(&device)?;
        }
        let space = Allocator::load(&device, &geometry)?;
        Ok(Volume::new(device, superblock, read_only, log, Running::default(), space))
    }

    /// Writes everything home and notes that the file system is clean.
    pub fn close(self) -> Result<()> {
        if self.read_only {
            return Ok(());
        }
        self.checkpoint()?;
        let mut superblock = self.superblock;
        superblock.clean = true;
        superblock.store(&self.device)
    }

    /// The cached block `number`, to which metadata points. EUCLEAN when metadata cannot be there.
    pub fn metadata_block(&self, number: u64) -> Result<CachedBlock> {
        let geometry = &self.superblock.geometry;
        if number != ORPHAN_ROOT && !geometry.is_data(number, 1) {
            return Err(corrupt(format_args!("a pointer to metadata leads to block {number}")));
        }
        self.device.block(number)
    }

    /// Whether block `number` was changed since the last commit, so that its checksum is stale.
    pub fn is_unsealed(&self, number: u64) -> bool {
        let running = self.running.lock();
        running.blocks.contains_key(&number) || running.committing.binary_search(&number).is_ok()
    }

    /// Makes space that was freed, but may not be used yet, usable. Answers whether there was any.
    pub fn release_freed(&self) -> Result<bool> {
        if self.read_only || !self.space.lock().has_held() {
            return Ok(false);
        }
        self.checkpoint()?;
        Ok(true)
    }
}

/// The content of a block, read from the device.
pub fn read_block(device: &Device, number: u64) -> Result<Vec<u8>> {
    let mut block = vec![0; BLOCK];
    device.read(number * BLOCK_SIZE, &mut block)?;
    Ok(block)
}
