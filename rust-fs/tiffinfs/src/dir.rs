// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! Names in a directory: a tree under the hash of the name.
//!
//! A key is 55 bits of hash and 8 bits that tell names with the same hash apart. It stays with the name for as long as that is there,
//! and is the readdir cookie too: a listing goes on after a key, whatever came or went meanwhile. `.` and `..` are not stored; they have
//! the cookies below every key.

use crate::btree::Flow;
use crate::corrupt::corrupt;
use crate::inode::Inode;
use crate::journal::Tx;
use crate::layout::BLOCK_SIZE;
use crate::volume::Volume;
use alloc::vec::Vec;
use libbentofs::{Errno, FileType, NAME_MAX, Name, Result};

/// Cookie of `.`.
pub const DOT: u64 = 1;
/// Cookie of `..`.
pub const DOT_DOT: u64 = 2;

const COLLISION_BITS: u32 = 8;
const COLLISIONS: u64 = 1 << COLLISION_BITS;
/// Bytes of a value before the name: inode number and type.
const VALUE_HEAD: usize = 9;

/// What a name leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Target {
    /// Key of the name.
    pub key: u64,
    /// The inode.
    pub ino: u64,
    /// Its type.
    pub kind: FileType,
}

/// Where a name is, or could be put.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Probe {
    /// It is there.
    Found(Target),
    /// It is not; this key is free for it.
    Free(u64),
}

/// First key of the names that hash like `name`.
pub fn first_key(seed: u64, name: &[u8]) -> u64 {
    let mut hash = seed ^ (name.len() as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    for chunk in name.chunks(8) {
        let mut word = [0; 8];
        word[..chunk.len()].copy_from_slice(chunk);
        hash = (hash ^ u64::from_le_bytes(word)).wrapping_mul(0xff51_afd7_ed55_8ccd);
        hash ^= hash >> 32;
    }
    hash = hash.wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    // 55 bits, so that a cookie is positive as a signed number, and not 0, so that it is above the cookies of dot and dot-dot.
    let hash = ((hash ^ (hash >> 33)) >> 9).max(1);
    hash << COLLISION_BITS
}

fn value(ino: u64, kind: FileType, name: &[u8]) -> Vec<u8> {
    let mut value = Vec::with_capacity(VALUE_HEAD + name.len());
    value.extend_from_slice(&ino.to_le_bytes());
    value.push(kind.dirent_type() as u8);
    value.extend_from_slice(name);
    value
}

/// Inode, type and name of a value.
pub fn parse(value: &[u8]) -> Option<(u64, FileType, &Name)> {
    let (ino, rest) = value.split_first_chunk::<8>()?;
    let (&kind, name) = rest.split_first()?;
    Some((u64::from_le_bytes(*ino), FileType::from_mode(u32::from(kind) << 12)?, Name::new(name)?))
}

fn damaged(key: u64) -> Errno {
    corrupt(format_args!("directory: the entry under key {key:#x} makes no sense"))
}

/// Checks an entry against its key.
pub fn check_entry(volume: &Volume, key: u64, value: &[u8]) -> Result<()> {
    let sound = parse(value).is_some_and(|(ino, _, name)| {
        first_key(volume.superblock.hash_seed, name.as_bytes()) == key & !(COLLISIONS - 1)
            && volume.superblock.geometry.inode_place(ino).is_some()
    });
    if sound { Ok(()) } else { Err(damaged(key)) }
}

impl Inode {
    /// Looks for `name` in this directory. ENOSPC when there is no place for it either.
    pub fn probe(&self, volume: &Volume, name: &[u8]) -> Result<Probe> {
        let first = first_key(volume.superblock.hash_seed, name);
        let mut free = first;
        let mut found = None;
        self.names()?.list(volume, first, |key, value| {
            if key >= first + COLLISIONS {
                return Ok(Flow::Stop);
            }
            let (ino, kind, other) = parse(value).ok_or_else(|| damaged(key))?;
            if other.as_bytes() == name {
                found = Some(Target { key, ino, kind });
                return Ok(Flow::Stop);
            }
            if key == free {
                free += 1;
            }
            Ok(Flow::Continue)
        })?;
        match found {
            Some(target) => Ok(Probe::Found(target)),
            None if free < first + COLLISIONS => Ok(Probe::Free(free)),
            None => Err(Errno::ENOSPC),
        }
    }

    /// What `name` leads to; ENOENT when it is not there.
    pub fn find(&self, volume: &Volume, name: &[u8]) -> Result<Target> {
        match self.probe(volume, name)? {
            Probe::Found(target) => Ok(target),
            Probe::Free(_) => Err(Errno::ENOENT),
        }
    }

    /// Blocks that adding `name` under `key` takes.
    pub fn name_cost(&self, volume: &Volume, key: u64, name: &Name) -> Result<u64> {
        self.names()?.insert_cost(volume, key, VALUE_HEAD + name.as_bytes().len())
    }

    /// Adds a name under a free key; the op has reserved [`Inode::name_cost`].
    pub fn add_name(&mut self, tx: &mut Tx<'_>, key: u64, name: &Name, ino: u64, kind: FileType) -> Result<()> {
        let taken = self.names()?.insert(tx, key, &value(ino, kind, name.as_bytes()))?;
        self.count_nodes(taken, 0);
        Ok(())
    }

    /// Takes a name out.
    pub fn remove_name(&mut self, tx: &mut Tx<'_>, key: u64) -> Result<()> {
        let freed = self.names()?.remove(tx, key)?;
        self.count_nodes(0, freed);
        Ok(())
    }

    /// Makes a name lead elsewhere.
    pub fn point_name(&mut self, tx: &mut Tx<'_>, key: u64, name: &Name, ino: u64, kind: FileType) -> Result<()> {
        self.names()?.update(tx, key, &value(ino, kind, name.as_bytes()))
    }

    /// Calls `each` with key, inode, type and name of the entries after `cookie`, until it stops.
    pub fn list_names(&self, volume: &Volume, cookie: u64, mut each: impl FnMut(Target, &Name) -> Result<Flow>) -> Result<()> {
        let Some(from) = cookie.max(DOT_DOT).checked_add(1) else { return Ok(()) };
        self.names()?.list(volume, from, |key, value| {
            let (ino, kind, name) = parse(value).ok_or_else(|| damaged(key))?;
            each(Target { key, ino, kind }, name)
        })
    }

    /// A directory's size is that of its nodes.
    fn count_nodes(&mut self, taken: u64, freed: u64) {
        self.count_blocks(taken, freed);
        self.size = self.size.saturating_add(taken * BLOCK_SIZE).saturating_sub(freed * BLOCK_SIZE);
    }
}

const _: () = assert!(crate::btree::entry_size(VALUE_HEAD + NAME_MAX) * 4 < crate::btree::CAPACITY);
