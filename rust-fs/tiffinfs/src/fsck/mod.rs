// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! Checking a file system without writing to it.
//!
//! What the log holds is laid over the device in memory, so the check sees what a mount would after its recovery. Then: superblocks, every inode
//! in use with its extents, names and attributes, the names against the inodes, the orphans, and at last what was found in use against the
//! bitmaps.

mod bitmaps;
mod image;
mod inodes;
mod names;
mod report;
mod tree;

use crate::journal::recovery;
use crate::layout::{Geometry, ORPHAN_OWNER, ORPHAN_ROOT, SUPERBLOCK};
use crate::superblock::Superblock;
use alloc::collections::{BTreeMap, BTreeSet};
use core::fmt::Write;
use image::Image;
use libbentofs::{Errno, Mount, Result};
use report::Report;

/// What is known of an inode in use.
struct Known {
    mode: u32,
    nlink: u32,
    parent: u64,
    /// Names that lead to it.
    names: u64,
    /// Directories among what its own names lead to.
    subdirectories: u64,
}

/// The check under way.
struct Check<'a> {
    image: Image<'a>,
    geometry: Geometry,
    hash_seed: u64,
    report: Report<'a>,
    /// Inodes in use.
    inodes: BTreeMap<u64, Known>,
    /// Inodes in the tree of orphans.
    orphans: BTreeSet<u64>,
}

/// Checks the file system on the device: one problem a line, and EUCLEAN when there are any.
pub fn fsck(mount: &Mount<'_>, out: &mut dyn Write) -> Result<()> {
    let device = mount.device()?;
    let mut report = Report::new(out);
    let Some(superblock) = superblocks(&device, &mut report)? else { return report.end() };
    let geometry = superblock.geometry;
    let mut image = Image::new(&device, &geometry)?;
    match recovery::scan(&geometry, |number| image.read(number)) {
        Ok(replay) => {
            if superblock.clean && replay.transactions > 0 {
                report.problem(format_args!(
                    "journal: the file system is marked clean, but {} transactions are not home",
                    replay.transactions
                ))?;
            }
            image.overlay(replay.blocks);
        }
        Err(Errno::EUCLEAN) => {
            report.problem(format_args!("journal: its first block (block {}) is damaged", geometry.journal.first))?
        }
        Err(errno) => return Err(errno),
    }
    let mut check =
        Check { image, geometry, hash_seed: superblock.hash_seed, report, inodes: BTreeMap::new(), orphans: BTreeSet::new() };
    check.image.claim_fixed(&geometry);
    check.orphan_tree()?;
    check.all_inodes()?;
    check.all_names()?;
    check.all_links()?;
    check.all_bitmaps()?;
    check.report.end()
}

/// The superblock to go by, after both were checked.
fn superblocks(device: &libbentofs::ks::Device, report: &mut Report<'_>) -> Result<Option<Superblock>> {
    if device.block_size() as usize != crate::layout::BLOCK || device.blocks() == 0 {
        report.problem(format_args!("the device has blocks of {} bytes", device.block_size()))?;
        return Ok(None);
    }
    let backup = device.blocks() - 1;
    let mut found: [Option<Superblock>; 2] = [None, None];
    for (slot, number) in found.iter_mut().zip([SUPERBLOCK, backup]) {
        let block = crate::volume::read_block(device, number)?;
        match Superblock::decode(&block, number, device.blocks()) {
            Ok(superblock) => *slot = Some(superblock),
            Err(problem) => report.problem(format_args!("superblock in block {number}: {problem}"))?,
        }
    }
    if let [Some(first), Some(second)] = found
        && (first.geometry != second.geometry || first.uuid != second.uuid || first.hash_seed != second.hash_seed)
    {
        report.problem(format_args!("superblock: the backup in block {backup} is of another file system"))?;
    }
    Ok(found[0].or(found[1]))
}

impl Check<'_> {
    fn orphan_tree(&mut self) -> Result<()> {
        let mut orphans = BTreeSet::new();
        self.walk(ORPHAN_ROOT, ORPHAN_OWNER, |check, key, value| {
            if !value.is_empty() || check.geometry.inode_place(key).is_none() {
                check.report.problem(format_args!("orphans: there is no inode {key}"))?;
            }
            orphans.insert(key);
            Ok(())
        })?;
        self.orphans = orphans;
        Ok(())
    }
}
