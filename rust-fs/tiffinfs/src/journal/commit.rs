// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! Beginning handles, committing, and writing home.

use super::{Blocks, COMMIT_AGE_NS, Log, Tx, record};
use crate::corrupt::say;
use crate::header;
use crate::layout::{BLOCK, BLOCK_SIZE};
use crate::volume::Volume;
use alloc::vec::Vec;
use libbentofs::ks::block::Durability;
use libbentofs::{Errno, Result, Time};
use record::{SEGMENT, Tag};
use zerocopy::little_endian::{U32, U64};

impl Volume {
    /// Begins a handle for an op that changes at most `credits` metadata blocks, after a commit when the running transaction is
    /// full or old. The caller holds no lock from the journal's on.
    pub fn begin(&self, credits: u64) -> Result<Tx<'_>> {
        if self.read_only {
            return Err(Errno::EROFS);
        }
        loop {
            let log = self.log.read();
            let mut running = self.running.lock();
            if let Some(errno) = running.failed {
                return Err(errno);
            }
            let now = Time::now();
            let blocks = running.blocks.len() as u64;
            let full = blocks + running.credits + credits > self.superblock.geometry.transaction_blocks();
            let idle = blocks == 0 && running.credits == 0;
            let old = running.since.is_some_and(|since| now.0.saturating_sub(since.0) >= COMMIT_AGE_NS);
            if idle || !(full || old) {
                running.credits += credits;
                if idle || running.since.is_none() {
                    running.since = Some(now);
                }
                drop(running);
                return Ok(Tx::new(self, log, credits));
            }
            drop(running);
            drop(log);
            self.commit()?;
        }
    }

    /// Makes every change of metadata durable that ops have done so far, and the file data it points to.
    pub fn commit(&self) -> Result<()> {
        self.commit_changes().map(|_| ())
    }

    /// As [`Volume::commit`], and file data that was written in its place too, which changes no metadata.
    pub fn make_durable(&self) -> Result<()> {
        if self.commit_changes()? { Ok(()) } else { self.device.flush() }
    }

    /// Answers whether there was anything to commit.
    fn commit_changes(&self) -> Result<bool> {
        let mut log = self.log.write();
        let committed = self.commit_running(&mut log)?;
        // Room for the next transaction, and as much again for ops that were counted too low.
        let room = self.superblock.geometry.journal.count - log.head;
        if room < 2 * log_size(self.superblock.geometry.transaction_blocks()) {
            self.checkpoint_committed(&mut log)?;
        }
        Ok(committed)
    }

    /// Makes everything durable in its own place, and the log empty.
    pub fn checkpoint(&self) -> Result<()> {
        let mut log = self.log.write();
        self.commit_running(&mut log)?;
        self.checkpoint_committed(&mut log)
    }

    fn commit_running(&self, log: &mut Log) -> Result<bool> {
        let blocks = {
            let mut running = self.running.lock();
            if let Some(errno) = running.failed {
                return Err(errno);
            }
            running.since = None;
            running.committing = running.blocks.keys().copied().collect();
            core::mem::take(&mut running.blocks)
        };
        if blocks.is_empty() {
            return Ok(false);
        }
        let written = self.write_transaction(log, &blocks);
        let mut running = self.running.lock();
        running.committing = Vec::new();
        if let Err(errno) = written {
            // The changes stay in the cache, as the running transaction of a file system that has stopped.
            running.blocks = blocks;
            drop(running);
            return Err(self.fail("the journal cannot be written", errno));
        }
        drop(running);
        log.head += log_size(blocks.len() as u64);
        log.sequence += 1;
        let mut blocks = blocks;
        log.committed.append(&mut blocks);
        self.space.lock().transaction_committed();
        Ok(true)
    }

    fn checkpoint_committed(&self, log: &mut Log) -> Result<()> {
        if log.head == 1 && log.committed.is_empty() {
            return Ok(());
        }
        for block in log.committed.values() {
            block.mark_dirty();
        }
        let head = self.superblock.geometry.journal.first;
        let written = self
            .device
            .sync()
            .and_then(|()| self.device.flush())
            .and_then(|()| self.device.write(head * BLOCK_SIZE, &record::head(head, log.sequence), Durability::FlushedBefore));
        if let Err(errno) = written {
            return Err(self.fail("metadata cannot be written home", errno));
        }
        log.committed.clear();
        log.head = 1;
        self.space.lock().checkpoint_done();
        Ok(())
    }

    /// Stops all changes.
    fn fail(&self, what: &str, errno: Errno) -> Errno {
        say(format_args!("{what} ({errno}); nothing more is written, so unmount and mount again"));
        self.running.lock().failed = Some(Errno::EIO);
        errno
    }

    /// Writes `blocks` and their commit record to the log.
    fn write_transaction(&self, log: &Log, blocks: &Blocks) -> Result<()> {
        let journal = self.superblock.geometry.journal;
        let total = log_size(blocks.len() as u64);
        if log.head + total > journal.count {
            return Err(Errno::ENOSPC);
        }
        let mut place = journal.first + log.head;
        let mut waiting = blocks.values();
        let mut buffer = Vec::new();
        buffer.try_reserve_exact((blocks.len().min(SEGMENT) + 1) * BLOCK)?;
        let mut tags = Vec::with_capacity(SEGMENT);
        while waiting.len() > 0 {
            buffer.clear();
            tags.clear();
            buffer.resize(BLOCK, 0);
            for block in waiting.by_ref().take(SEGMENT) {
                let at = buffer.len();
                self.copy_sealed(block, &mut buffer);
                let crc = record::content_crc(&buffer[at..]);
                tags.push(Tag { number: U64::new(block.number()), crc: U32::new(crc) });
            }
            record::descriptor(&mut buffer[..BLOCK], place, log.sequence, &tags);
            self.device.write(place * BLOCK_SIZE, &buffer, Durability::Cached)?;
            place += (buffer.len() / BLOCK) as u64;
        }
        let commit = record::commit(place, log.sequence, blocks.len() as u32, Time::now().0);
        self.device.write(place * BLOCK_SIZE, &commit, Durability::FlushedBefore)
    }

    /// Appends the content of `block`, with its checksum made right in the cache too.
    fn copy_sealed(&self, block: &libbentofs::ks::CachedBlock, buffer: &mut Vec<u8>) {
        if self.superblock.geometry.inode_table.contains(block.number()) {
            // Inodes have checksums of their own.
            buffer.extend_from_slice(&block.read());
        } else {
            let mut content = block.write();
            header::seal(&mut content);
            buffer.extend_from_slice(&content);
        }
    }
}

/// Blocks that a transaction of `blocks` blocks takes in the log.
pub(super) fn log_size(blocks: u64) -> u64 {
    blocks + blocks.div_ceil(SEGMENT as u64) + 1
}
