// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! The state in memory, handed from one version to the next, or kept in a checkpoint.
//!
//! Metadata is always up to date in the cached blocks, so the state is little: which of them are not home yet, what the allocator and the
//! journal know besides, which inodes are in memory and why, and the open handles. It is CBOR with text keys.
//!
//! Ops wait for an upgrade, so what there are many of (inodes, handles) is written as plain runs of numbers, and importing takes each block
//! of the inode table once. Importing changes nothing: it takes references to the cached blocks and reads inodes from them.
//!
//! A key that this version does not know belongs to another one: its value is kept as it is, and handed on.

mod decode;
mod early;
mod encode;
mod numbers;

use crate::corrupt::say;
use crate::fs::TiffinFs;
use crate::inode::Inode;
use crate::inode::handles::{Handles, OpenFile};
use crate::inode::table::{Slot, Table};
use crate::journal::{Blocks, Log, Running};
use crate::layout::Geometry;
use crate::sorted::SortedMap;
use crate::space::{Allocator, Held};
use crate::superblock::Superblock;
use crate::volume::Volume;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use decode::{InodeState, State};
use libbentofs::ks::Device;
use libbentofs::{Errno, Mount, Result, Time};

/// The schema that is written. 1 had a map for each inode and each handle.
pub const SCHEMA: u32 = 2;
/// The oldest that is read.
pub const SCHEMA_MIN: u32 = 1;

/// Flags of an inode in the state.
const DOOMED: u64 = 1;
const CHECKED: u64 = 2;
/// It is in memory no more; in the second part of a hand-over.
const GONE: u64 = 4;

/// A value of another version's, under its key: one item of CBOR.
#[derive(Debug, Clone)]
pub(crate) struct Kept {
    pub key: String,
    pub value: Vec<u8>,
}

impl TiffinFs {
    /// As [`libbentofs::FileSystem::export_state`], with one more key: `value` is one item of CBOR. Versions that do not know the key keep it.
    pub fn export_with(&self, state: &mut Vec<u8>, key: &str, value: &[u8]) -> Result<()> {
        self.write_state(state, Some((key, value)))
    }

    /// As [`TiffinFs::export_with`], for [`libbentofs::FileSystem::export_early`] and `export_late`; a key of its own for each, since a version
    /// that does not know them keeps both.
    pub fn export_early_with(&self, state: &mut Vec<u8>, key: &str, value: &[u8]) -> Result<()> {
        self.write_early(state, Some((key, value)))
    }

    /// See [`TiffinFs::export_early_with`].
    pub fn export_late_with(&self, state: &mut Vec<u8>, last: bool, key: &str, value: &[u8]) -> Result<()> {
        self.write_late(state, last, Some((key, value)))
    }

    /// Takes out what the imported state had under a key that this crate does not know.
    pub fn take_kept(&mut self, key: &str) -> Option<Vec<u8>> {
        let at = self.kept.iter().position(|kept| kept.key == key)?;
        Some(self.kept.remove(at).value)
    }
}

fn nonsense(what: &str) -> Errno {
    say(format_args!("the state that was handed over makes no sense: {what}"));
    Errno::EINVAL
}

/// Makes an instance that goes on from `bytes`.
pub fn import(mount: &Mount<'_>, schema: u32, bytes: &[u8]) -> Result<TiffinFs> {
    let device = mount.device()?;
    let mut state = decode::decode(schema, bytes).map_err(|_| nonsense("it is not CBOR of this schema"))?;
    let volume = import_volume(device, mount.read_only(), &mut state, (Blocks::new(), Blocks::new()))?;
    let table = import_table(&volume, &state)?;
    let handles = import_handles(&table, &state)?;
    let mut fs = TiffinFs::with_table(volume, table, handles);
    fs.kept = state.kept;
    Ok(fs)
}

/// The volume. `committed` and `running` are what is held already.
fn import_volume(device: Device, read_only: bool, state: &mut State, (committed, running): (Blocks, Blocks)) -> Result<Volume> {
    let mut superblock = match state.superblock.take() {
        Some(bytes) => Superblock::from_state(&bytes, &device).ok_or_else(|| nonsense("the superblock"))?,
        None => Superblock::load(&device)?,
    };
    superblock.mounted = state.mounted;
    superblock.mounts = state.mounts;
    let geometry = superblock.geometry;
    if state.sequence == 0 || !(1..geometry.journal.count).contains(&state.head) || state.next_fh == 0 {
        return Err(nonsense("the place in the journal"));
    }
    let end = geometry.backup();
    let committed = hold(&device, end, committed, &running, &state.committed)?;
    let log = Log { sequence: state.sequence, head: state.head, committed };
    let running = Running {
        blocks: hold(&device, end, running, &Blocks::new(), &state.running)?,
        since: state.since.map(Time),
        failed: state.failed.map(Errno::new),
        ..Running::default()
    };
    let space = import_space(&device, &geometry, state)?;
    Ok(Volume::new(device, superblock, read_only, log, running, space))
}

/// References to the blocks that are `wanted`, in ascending order and below `end`: those that are `held`, those of `others`, and new ones.
fn hold(device: &Device, end: u64, mut held: Blocks, others: &Blocks, wanted: &[u64]) -> Result<Blocks> {
    if !wanted.is_sorted() || wanted.last().is_some_and(|&last| last >= end) {
        return Err(nonsense("the blocks that are not home"));
    }
    let (mut rest, mut missing) = (wanted, Vec::new());
    held.retain(|&number, _| {
        while let [first, after @ ..] = rest
            && *first < number
        {
            missing.push(*first);
            rest = after;
        }
        match rest {
            [first, after @ ..] if *first == number => {
                rest = after;
                true
            }
            _ => false,
        }
    });
    for &number in missing.iter().chain(rest) {
        let block = match others.get(&number) {
            Some(block) => block.clone(),
            None => Arc::new(device.block(number)?),
        };
        // One by one: collecting sorts, with 4 KiB of a kernel's stack as scratch space.
        held.insert(number, block);
    }
    Ok(held)
}

fn import_space(device: &Device, geometry: &Geometry, state: &mut State) -> Result<Allocator> {
    let mut space = match (state.free_blocks.take(), state.free_inodes.take()) {
        (Some(blocks), Some(inodes)) => {
            Allocator::with_counts(geometry, blocks, inodes).ok_or_else(|| nonsense("the counts of what is free"))?
        }
        // Schema 1 leaves them to the bitmaps.
        _ => Allocator::load_unsealed(device, geometry)?,
    };
    space.next_block = state.next_block;
    space.next_inode = state.next_inode;
    space.until_commit = held(&state.until_commit, geometry.blocks)?;
    space.until_checkpoint = held(&state.until_checkpoint, geometry.blocks)?;
    Ok(space)
}

fn held(runs: &[(u64, u64)], blocks: u64) -> Result<Held> {
    let mut held = Held::default();
    let mut after = 0;
    for &(first, count) in runs {
        let end = first.checked_add(count).filter(|&end| first >= after && count > 0 && end <= blocks);
        after = end.ok_or_else(|| nonsense("freed blocks"))?;
        held.add(first, count);
    }
    Ok(held)
}

fn import_table(volume: &Volume, state: &State) -> Result<Table> {
    let mut slots = Vec::new();
    slots.try_reserve_exact(state.inodes.len())?;
    let block_of = |ino: u64| volume.superblock.geometry.inode_place(ino).map(|(number, _)| number);
    // In order of number, so inodes of one block of the table follow one another.
    for together in state.inodes.chunk_by(|one, two| block_of(one.ino) == block_of(two.ino)) {
        let number = block_of(together[0].ino).ok_or_else(|| nonsense("an inode in memory that cannot be"))?;
        let block = volume.device.block(number)?;
        let content = block.read();
        for kept in together {
            match slot_of(volume, &content, kept) {
                Ok(slot) => slots.push((kept.ino, Some(slot))),
                // It went while the state was being written, as the second part will say.
                Err(_) if state.early => {}
                Err(_) => return Err(nonsense("an inode in memory that is not on the device")),
            }
        }
    }
    let slots = SortedMap::from_sorted(slots).ok_or_else(|| nonsense("the order of the inodes in memory"))?;
    if slots.get(crate::inode::ROOT).is_some() { Ok(Table::new(slots)) } else { Err(nonsense("the root is not in memory")) }
}

/// The slot of an inode in memory; `content` is its block.
fn slot_of(volume: &Volume, content: &[u8], kept: &InodeState) -> Result<Slot> {
    let mut inode = Inode::from_table(volume, content, kept.ino)?;
    inode.checked = kept.flags & CHECKED != 0;
    let mut slot = Slot::new(inode);
    slot.lookups = kept.lookups;
    slot.doomed = kept.flags & DOOMED != 0;
    Ok(slot)
}

fn import_handles(table: &Table, state: &State) -> Result<Handles> {
    // Files are mostly opened in the order in which they were made.
    let (mut open, mut near) = (Vec::new(), 0);
    open.try_reserve_exact(state.handles.len())?;
    for kept in &state.handles {
        let slot = table.slots().near(&mut near, kept.ino).filter(|_| kept.fh < state.next_fh);
        let Some(slot) = slot else {
            if state.early {
                continue;
            }
            return Err(nonsense("an open handle"));
        };
        open.push((kept.fh, Some(OpenFile { node: slot.node.clone(), flags: kept.flags })));
    }
    Handles::restored(state.next_fh, open, &state.forgotten).ok_or_else(|| nonsense("the order of the open handles"))
}
