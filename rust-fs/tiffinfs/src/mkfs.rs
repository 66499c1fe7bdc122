// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! Making an empty file system.
//!
//! Options: `label=NAME`, `inode_ratio=BYTES` (an inode for every so many bytes of the device), `journal=BLOCKS`, `blocksize=4096`.

use crate::btree::NodeMut;
use crate::corrupt::say;
use crate::header;
use crate::inode::{Body, Inode, ROOT, raw};
use crate::journal::record;
use crate::layout::{
    BITS_PER_BITMAP, BLOCK, BLOCK_SIZE, Geometry, INODE_SIZE, MAX_JOURNAL, MIN_JOURNAL, ORPHAN_OWNER, ORPHAN_ROOT, Region,
    SUPERBLOCK,
};
use crate::space::{BitmapHead, bits_mut, fill};
use crate::superblock::{LABEL, Superblock};
use alloc::vec;
use alloc::vec::Vec;
use libbentofs::ks::block::Durability;
use libbentofs::ks::{Device, random};
use libbentofs::{Errno, FileType, Mount, Result, Time};

/// Bytes for each inode, unless mkfs is told otherwise: fewer on a large device, of which the inode table takes little anyway.
const fn usual_inode_ratio(blocks: u64) -> u64 {
    if blocks < (512 << 20) / BLOCK_SIZE { 16 * 1024 } else { 8 * 1024 }
}

struct Options {
    label: [u8; LABEL],
    inode_ratio: u64,
    journal: Option<u64>,
}

fn number(name: &str, value: Option<&str>, low: u64, high: u64) -> Result<u64> {
    let number = value.and_then(|value| value.parse().ok()).filter(|number| (low..=high).contains(number));
    number.ok_or_else(|| {
        say(format_args!("mkfs: {name} takes a number from {low} to {high}"));
        Errno::EINVAL
    })
}

fn options(mount: &Mount<'_>, blocks: u64) -> Result<Options> {
    let mut options = Options { label: [0; LABEL], inode_ratio: usual_inode_ratio(blocks), journal: None };
    for (name, value) in mount.options() {
        match name {
            "label" => {
                let label = value.unwrap_or_default().as_bytes();
                let Some(room) = options.label.get_mut(..label.len()) else {
                    say(format_args!("mkfs: a label has at most {LABEL} bytes"));
                    return Err(Errno::EINVAL);
                };
                room.copy_from_slice(label);
            }
            "inode_ratio" => options.inode_ratio = number(name, value, 1024, 1 << 30)?,
            "journal" => options.journal = Some(number(name, value, MIN_JOURNAL, MAX_JOURNAL)?),
            "blocksize" => {
                number(name, value, BLOCK_SIZE, BLOCK_SIZE)?;
            }
            _ => {
                say(format_args!("mkfs: no option is called {name}; there are label, inode_ratio, journal and blocksize"));
                return Err(Errno::EINVAL);
            }
        }
    }
    Ok(options)
}

/// Writes a new file system over whatever is on the device.
pub fn mkfs(mount: &Mount<'_>) -> Result<()> {
    let device = mount.device()?;
    if mount.read_only() {
        return Err(Errno::EROFS);
    }
    if device.block_size() as usize != BLOCK {
        say(format_args!("mkfs: the device has blocks of {} bytes; tiffinfs needs {BLOCK}", device.block_size()));
        return Err(Errno::EINVAL);
    }
    let options = options(mount, device.blocks())?;
    let geometry = Geometry::plan(device.blocks(), options.inode_ratio, options.journal).inspect_err(|_| {
        say(format_args!("mkfs: a device of {} blocks is too small", device.blocks()));
    })?;
    let mut random = [0; 24];
    random::fill(&mut random);
    let (uuid, seed) = random.split_at(16);
    let now = Time::now();
    let superblock = Superblock {
        // Version 4 (random), variant 1, as RFC 9562 has them.
        uuid: core::array::from_fn(|at| match at {
            6 => (uuid[at] & 0x0f) | 0x40,
            8 => (uuid[at] & 0x3f) | 0x80,
            _ => uuid[at],
        }),
        label: options.label,
        hash_seed: seed.iter().fold(0, |seed, &byte| seed << 8 | u64::from(byte)),
        compat: 0,
        ro_compat: 0,
        made: now.0,
        mounted: 0,
        mounts: 0,
        clean: true,
        geometry,
    };
    // The old superblock goes first: half a new file system must not be taken for a whole old one.
    write(&device, SUPERBLOCK, &vec![0; BLOCK])?;
    write(&device, geometry.backup(), &vec![0; BLOCK])?;
    device.flush()?;
    let root_node = geometry.data_start();
    write(&device, ORPHAN_ROOT, &node(ORPHAN_ROOT, ORPHAN_OWNER))?;
    write(&device, root_node, &node(root_node, ROOT))?;
    write(&device, geometry.journal.first, &record::head(geometry.journal.first, first_sequence(uuid)))?;
    let used = [Region { first: 0, count: root_node + 1 }, Region { first: geometry.backup(), count: 1 }];
    write_bitmap(&device, geometry.block_bitmap, geometry.blocks, &used)?;
    write_bitmap(&device, geometry.inode_bitmap, geometry.inodes, &[Region { first: ROOT - 1, count: 1 }])?;
    write_root(&device, &geometry, root_node, now)?;
    device.flush()?;
    write(&device, geometry.backup(), &superblock.encode(geometry.backup()))?;
    superblock.store(&device)
}

/// With which sequence the log begins: none that a file system before this one reached, whose transactions still lie in the journal and
/// would be recovered as this one's.
fn first_sequence(random: &[u8]) -> u64 {
    // 56 bits: there is room to count on.
    random.iter().take(7).fold(0, |sequence, &byte| sequence << 8 | u64::from(byte)).max(1)
}

fn write(device: &Device, number: u64, content: &[u8]) -> Result<()> {
    device.write(number * BLOCK_SIZE, content, Durability::Cached)
}

fn node(number: u64, owner: u64) -> Vec<u8> {
    let mut block = vec![0; BLOCK];
    NodeMut::create(&mut block, number, owner, 0);
    header::seal(&mut block);
    block
}

/// Writes a bitmap of `total` things in which those in `used` are taken, and those past the end too.
fn write_bitmap(device: &Device, bitmap: Region, total: u64, used: &[Region]) -> Result<()> {
    for group in 0..bitmap.count {
        let base = group * BITS_PER_BITMAP;
        let past_end = Region { first: total, count: (bitmap.count * BITS_PER_BITMAP) - total };
        let mut block = vec![0; BLOCK];
        let mut taken = 0;
        for region in used.iter().chain([&past_end]) {
            let from = region.first.max(base);
            let to = region.end().min(base + BITS_PER_BITMAP);
            if from < to {
                fill(bits_mut(&mut block), from - base, to - from, true);
                taken += to - from;
            }
        }
        let number = bitmap.first + group;
        BitmapHead::new(number, group, (BITS_PER_BITMAP - taken) as u32).store(&mut block);
        header::seal(&mut block);
        write(device, number, &block)?;
    }
    Ok(())
}

fn write_root(device: &Device, geometry: &Geometry, node: u64, now: Time) -> Result<()> {
    let mut root = Inode::new(ROOT, 0, FileType::Directory.mode_bits() | 0o755, Body::Tree(node), now);
    root.nlink = 2;
    root.size = BLOCK_SIZE;
    root.blocks = 1;
    root.parent = ROOT;
    let (number, offset) = geometry.inode_place(ROOT).ok_or(Errno::EINVAL)?;
    let mut block = vec![0; BLOCK];
    block[offset..offset + INODE_SIZE].copy_from_slice(&raw::encode(&root));
    write(device, number, &block)
}
