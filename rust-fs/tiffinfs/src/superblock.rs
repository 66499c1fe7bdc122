// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! The superblock: what the file system is and where its parts are. Written by mkfs, and at mount and unmount for the
//! `clean` flag; it is not in the journal. Its backup in the last block is as mkfs wrote it.

use crate::corrupt::corrupt;
use crate::header::{self, Header, Kind};
use crate::layout::{BLOCK, BLOCK_SIZE, Geometry, Region, SUPERBLOCK};
use alloc::vec;
use alloc::vec::Vec;
use libbentofs::ks::Device;
use libbentofs::ks::block::Durability;
use libbentofs::{Errno, Result};
use zerocopy::little_endian::{I64, U32, U64};
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned};

/// Layout version; another one is refused.
pub const VERSION: u32 = 1;
/// Bytes of the label.
pub const LABEL: usize = 32;

/// Features that a mount must know (none yet). An unknown one is refused.
pub const KNOWN_INCOMPAT: u64 = 0;
/// Features that a mount must know to write (none yet).
pub const KNOWN_RO_COMPAT: u64 = 0;

#[derive(FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned, Clone, Copy)]
#[repr(C)]
struct RawRegion {
    first: U64,
    count: U64,
}

#[derive(FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned, Clone, Copy)]
#[repr(C)]
struct RawSuper {
    header: Header,
    version: U32,
    block_size: U32,
    compat: U64,
    ro_compat: U64,
    incompat: U64,
    uuid: [u8; 16],
    label: [u8; LABEL],
    hash_seed: U64,
    made: I64,
    mounted: I64,
    mounts: U32,
    clean: U32,
    blocks: U64,
    inodes: U64,
    journal: RawRegion,
    block_bitmap: RawRegion,
    inode_bitmap: RawRegion,
    inode_table: RawRegion,
}

/// The superblock, decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Superblock {
    /// Tells file systems apart.
    pub uuid: [u8; 16],
    /// Name for people, padded with zeroes.
    pub label: [u8; LABEL],
    /// Key of the hash of names.
    pub hash_seed: u64,
    /// Features that may be ignored.
    pub compat: u64,
    /// Features that forbid writing when not known.
    pub ro_compat: u64,
    /// When mkfs ran.
    pub made: i64,
    /// When it was last mounted.
    pub mounted: i64,
    /// How often it was mounted.
    pub mounts: u32,
    /// Unmounted, and not mounted since.
    pub clean: bool,
    /// The regions.
    pub geometry: Geometry,
}

impl From<RawRegion> for Region {
    fn from(raw: RawRegion) -> Region {
        Region { first: raw.first.get(), count: raw.count.get() }
    }
}

impl From<Region> for RawRegion {
    fn from(region: Region) -> RawRegion {
        RawRegion { first: U64::new(region.first), count: U64::new(region.count) }
    }
}

impl Superblock {
    /// The block for place `number`, sealed.
    pub fn encode(&self, number: u64) -> Vec<u8> {
        let geometry = &self.geometry;
        let raw = RawSuper {
            header: Header::new(Kind::Super, number, 0),
            version: U32::new(VERSION),
            block_size: U32::new(BLOCK as u32),
            compat: U64::new(self.compat),
            ro_compat: U64::new(self.ro_compat),
            incompat: U64::new(KNOWN_INCOMPAT),
            uuid: self.uuid,
            label: self.label,
            hash_seed: U64::new(self.hash_seed),
            made: I64::new(self.made),
            mounted: I64::new(self.mounted),
            mounts: U32::new(self.mounts),
            clean: U32::new(u32::from(self.clean)),
            blocks: U64::new(geometry.blocks),
            inodes: U64::new(geometry.inodes),
            journal: geometry.journal.into(),
            block_bitmap: geometry.block_bitmap.into(),
            inode_bitmap: geometry.inode_bitmap.into(),
            inode_table: geometry.inode_table.into(),
        };
        let mut block = vec![0; BLOCK];
        block[..size_of::<RawSuper>()].copy_from_slice(raw.as_bytes());
        header::seal(&mut block);
        block
    }

    /// What `block`, which was at place `number` of a device of `device_blocks`, says; or what is wrong with it.
    pub fn decode(block: &[u8], number: u64, device_blocks: u64) -> core::result::Result<Superblock, &'static str> {
        let Ok((raw, _)) = RawSuper::read_from_prefix(block) else { return Err("too short") };
        if raw.header.magic.get() != Kind::Super as u32 {
            return Err("no tiffinfs (the magic number is another)");
        }
        if !header::is_sealed(block) {
            return Err("wrong checksum");
        }
        if raw.version.get() != VERSION {
            return Err("another version of the layout");
        }
        if raw.block_size.get() != BLOCK as u32 {
            return Err("another block size");
        }
        if raw.incompat.get() & !KNOWN_INCOMPAT != 0 {
            return Err("unknown features that a mount must know");
        }
        let geometry = Geometry {
            blocks: raw.blocks.get(),
            inodes: raw.inodes.get(),
            journal: raw.journal.into(),
            block_bitmap: raw.block_bitmap.into(),
            inode_bitmap: raw.inode_bitmap.into(),
            inode_table: raw.inode_table.into(),
        };
        if geometry.blocks > device_blocks {
            return Err("made for a larger device");
        }
        if raw.header.number.get() != number || raw.clean.get() > 1 || !geometry.is_sound(device_blocks) {
            return Err("the regions make no sense");
        }
        Ok(Superblock {
            uuid: raw.uuid,
            label: raw.label,
            hash_seed: raw.hash_seed.get(),
            compat: raw.compat.get(),
            ro_compat: raw.ro_compat.get(),
            made: raw.made.get(),
            mounted: raw.mounted.get(),
            mounts: raw.mounts.get(),
            clean: raw.clean.get() == 1,
            geometry,
        })
    }

    /// Reads the superblock, or its backup when it is damaged.
    pub fn load(device: &Device) -> Result<Superblock> {
        if device.block_size() as usize != BLOCK {
            crate::corrupt::say(format_args!("the device has blocks of {} bytes; tiffinfs needs {BLOCK}", device.block_size()));
            return Err(Errno::EINVAL);
        }
        let backup = device.blocks().checked_sub(1).ok_or(Errno::EINVAL)?;
        let mut block = vec![0; BLOCK];
        device.read(SUPERBLOCK * BLOCK_SIZE, &mut block)?;
        let wrong = match Superblock::decode(&block, SUPERBLOCK, device.blocks()) {
            Ok(superblock) => return Ok(superblock),
            Err(wrong) => wrong,
        };
        device.read(backup * BLOCK_SIZE, &mut block)?;
        match Superblock::decode(&block, backup, device.blocks()) {
            Ok(superblock) => {
                crate::corrupt::say(format_args!("superblock: {wrong}; its backup in block {backup} is used instead"));
                Ok(superblock)
            }
            Err(_) => Err(corrupt(format_args!("superblock: {wrong}, and so is its backup"))),
        }
    }

    /// The superblock as it is handed over: without the zeroes at its end.
    pub fn to_state(self) -> Vec<u8> {
        let mut block = self.encode(SUPERBLOCK);
        while block.last() == Some(&0) {
            block.pop();
        }
        block
    }

    /// The superblock that [`Superblock::to_state`] made: no device is read, which other I/O may keep busy. `None` when it is not one.
    pub fn from_state(bytes: &[u8], device: &Device) -> Option<Superblock> {
        let mut block = vec![0; BLOCK];
        block.get_mut(..bytes.len())?.copy_from_slice(bytes);
        let fits = device.block_size() as usize == BLOCK;
        Superblock::decode(&block, SUPERBLOCK, device.blocks()).ok().filter(|_| fits)
    }

    /// Writes the primary superblock, durably.
    pub fn store(&self, device: &Device) -> Result<()> {
        device.write(SUPERBLOCK * BLOCK_SIZE, &self.encode(SUPERBLOCK), Durability::FlushedBefore)
    }
}
