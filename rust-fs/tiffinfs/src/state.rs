// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! The state in memory, handed from one version to the next, or kept in a checkpoint.
//!
//! Metadata is always up to date in the cached blocks, so the state is little: which of them are not home yet, what the allocator and the
//! journal know besides, which inodes are in memory and why, and the open handles. It is CBOR with text keys.
//!
//! Importing changes nothing: it takes references to the cached blocks and reads inodes from them.

use crate::corrupt::say;
use crate::fs::TiffinFs;
use crate::inode::Inode;
use crate::inode::handles::Handles;
use crate::inode::table::{Node, Slot, Table};
use crate::journal::{Blocks, Log, Running};
use crate::space::{Allocator, Held};
use crate::superblock::Superblock;
use crate::volume::Volume;
use alloc::collections::BTreeMap;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::convert::Infallible;
use libbentofs::cbor::decode::Error as DecodeError;
use libbentofs::cbor::encode::Error as EncodeError;
use libbentofs::cbor::{Decoder, Encoder};
use libbentofs::ks::Device;
use libbentofs::{Errno, Mount, Result, Time};

type Out<'a> = Encoder<&'a mut Vec<u8>>;
type Encoded = core::result::Result<(), EncodeError<Infallible>>;
type Decoded<T> = core::result::Result<T, DecodeError>;

/// An inode in memory.
struct InodeState {
    ino: u64,
    lookups: u64,
    doomed: bool,
    checked: bool,
}

/// An open handle.
struct HandleState {
    fh: u64,
    ino: u64,
    flags: u32,
    forgotten: bool,
}

/// Everything, decoded.
#[derive(Default)]
struct State {
    sequence: u64,
    head: u64,
    committed: Vec<u64>,
    running: Vec<u64>,
    since: Option<i64>,
    failed: Option<i32>,
    next_block: u64,
    next_inode: u64,
    until_commit: Vec<(u64, u64)>,
    until_checkpoint: Vec<(u64, u64)>,
    mounted: i64,
    mounts: u32,
    inodes: Vec<InodeState>,
    next_fh: u64,
    handles: Vec<HandleState>,
}

impl TiffinFs {
    pub(crate) fn write_state(&self, out: &mut Vec<u8>) -> Result<()> {
        let log = self.volume.log.read();
        let running = self.volume.running.lock();
        let space = self.volume.space.lock();
        let table = self.table.read();
        let handles = self.handles.read();
        let mut encoder = Encoder::new(out);
        let written = encode(&mut encoder, &self.volume, &log, &running, &space, &table, &handles);
        written.map_err(|_| Errno::ENOMEM)
    }
}

fn encode(
    out: &mut Out<'_>,
    volume: &Volume,
    log: &Log,
    running: &Running,
    space: &Allocator,
    table: &Table,
    handles: &Handles,
) -> Encoded {
    out.map(5)?;
    out.str("volume")?.map(2)?;
    out.str("mounted")?.i64(volume.superblock.mounted)?;
    out.str("mounts")?.u32(volume.superblock.mounts)?;
    out.str("journal")?.map(6)?;
    out.str("sequence")?.u64(log.sequence)?;
    out.str("head")?.u64(log.head)?;
    out.str("since")?.encode(running.since.map(|since| since.0))?;
    out.str("failed")?.encode(running.failed.map(Errno::code))?;
    encode_blocks(out.str("running")?, &running.blocks)?;
    encode_blocks(out.str("committed")?, &log.committed)?;
    out.str("space")?.map(4)?;
    out.str("nextBlock")?.u64(space.next_block)?;
    out.str("nextInode")?.u64(space.next_inode)?;
    encode_held(out.str("untilCommit")?, &space.until_commit)?;
    encode_held(out.str("untilCheckpoint")?, &space.until_checkpoint)?;
    out.str("inodes")?.array(table.slots.len() as u64)?;
    for slot in table.slots.values() {
        let checked = slot.node.inode.read().checked;
        out.map(4)?;
        out.str("ino")?.u64(slot.node.ino)?;
        out.str("lookups")?.u64(slot.lookups)?;
        out.str("doomed")?.bool(slot.doomed)?;
        out.str("checked")?.bool(checked)?;
    }
    out.str("handles")?.map(2)?;
    out.str("next")?.u64(handles.next())?;
    out.str("open")?.array(handles.all().len() as u64)?;
    for (fh, open) in handles.all() {
        out.map(4)?;
        out.str("fh")?.u64(fh)?;
        out.str("ino")?.u64(open.node.ino)?;
        out.str("flags")?.u32(open.flags)?;
        out.str("forgotten")?.bool(handles.is_forgotten(open.node.ino))?;
    }
    Ok(())
}

fn encode_blocks(out: &mut Out<'_>, blocks: &Blocks) -> Encoded {
    out.array(blocks.len() as u64)?;
    for number in blocks.keys() {
        out.u64(*number)?;
    }
    Ok(())
}

fn encode_held(out: &mut Out<'_>, held: &Held) -> Encoded {
    out.array(held.runs().len() as u64)?;
    for (first, count) in held.runs() {
        out.array(2)?.u64(first)?.u64(count)?;
    }
    Ok(())
}

/// Calls `entry` with each key of a map; it decodes the value.
fn each_key<'b>(from: &mut Decoder<'b>, mut entry: impl FnMut(&'b str, &mut Decoder<'b>) -> Decoded<()>) -> Decoded<()> {
    let count = from.map()?.ok_or_else(|| DecodeError::message("a map without a length"))?;
    for _ in 0..count {
        let key = from.str()?;
        entry(key, from)?;
    }
    Ok(())
}

/// The items of an array.
fn each_item<'b, T>(from: &mut Decoder<'b>, mut item: impl FnMut(&mut Decoder<'b>) -> Decoded<T>) -> Decoded<Vec<T>> {
    let count = from.array()?.ok_or_else(|| DecodeError::message("an array without a length"))?;
    // The length is not trusted with memory: items are added as they come.
    let mut items = Vec::new();
    for _ in 0..count {
        items.push(item(from)?);
    }
    Ok(items)
}

fn decode(bytes: &[u8]) -> Decoded<State> {
    let mut state = State::default();
    each_key(&mut Decoder::new(bytes), |part, from| match part {
        "inodes" => {
            state.inodes = each_item(from, decode_inode)?;
            Ok(())
        }
        "volume" | "journal" | "space" | "handles" => each_key(from, |key, from| decode_field(&mut state, part, key, from)),
        _ => from.skip(),
    })?;
    Ok(state)
}

fn decode_field(state: &mut State, part: &str, key: &str, from: &mut Decoder<'_>) -> Decoded<()> {
    let pair = |from: &mut Decoder<'_>| {
        from.array()?;
        Ok((from.u64()?, from.u64()?))
    };
    match (part, key) {
        ("volume", "mounted") => state.mounted = from.i64()?,
        ("volume", "mounts") => state.mounts = from.u32()?,
        ("journal", "sequence") => state.sequence = from.u64()?,
        ("journal", "head") => state.head = from.u64()?,
        ("journal", "since") => state.since = from.decode()?,
        ("journal", "failed") => state.failed = from.decode()?,
        ("journal", "running") => state.running = each_item(from, |from| from.u64())?,
        ("journal", "committed") => state.committed = each_item(from, |from| from.u64())?,
        ("space", "nextBlock") => state.next_block = from.u64()?,
        ("space", "nextInode") => state.next_inode = from.u64()?,
        ("space", "untilCommit") => state.until_commit = each_item(from, pair)?,
        ("space", "untilCheckpoint") => state.until_checkpoint = each_item(from, pair)?,
        ("handles", "next") => state.next_fh = from.u64()?,
        ("handles", "open") => state.handles = each_item(from, decode_handle)?,
        _ => from.skip()?,
    }
    Ok(())
}

fn decode_inode(from: &mut Decoder<'_>) -> Decoded<InodeState> {
    let mut state = InodeState { ino: 0, lookups: 0, doomed: false, checked: false };
    each_key(from, |key, from| {
        match key {
            "ino" => state.ino = from.u64()?,
            "lookups" => state.lookups = from.u64()?,
            "doomed" => state.doomed = from.bool()?,
            "checked" => state.checked = from.bool()?,
            _ => from.skip()?,
        }
        Ok(())
    })?;
    Ok(state)
}

fn decode_handle(from: &mut Decoder<'_>) -> Decoded<HandleState> {
    let mut state = HandleState { fh: 0, ino: 0, flags: 0, forgotten: false };
    each_key(from, |key, from| {
        match key {
            "fh" => state.fh = from.u64()?,
            "ino" => state.ino = from.u64()?,
            "flags" => state.flags = from.u32()?,
            "forgotten" => state.forgotten = from.bool()?,
            _ => from.skip()?,
        }
        Ok(())
    })?;
    Ok(state)
}

fn nonsense(what: &str) -> Errno {
    say(format_args!("the state that was handed over makes no sense: {what}"));
    Errno::EINVAL
}

/// Makes an instance that goes on from `bytes`.
pub fn import(mount: &Mount<'_>, bytes: &[u8]) -> Result<TiffinFs> {
    let device = mount.device()?;
    let state = decode(bytes).map_err(|_| nonsense("it is not CBOR of this schema"))?;
    let mut superblock = Superblock::load(&device)?;
    superblock.mounted = state.mounted;
    superblock.mounts = state.mounts;
    let geometry = superblock.geometry;
    if state.sequence == 0 || !(1..geometry.journal.count).contains(&state.head) || state.next_fh == 0 {
        return Err(nonsense("the place in the journal"));
    }
    let hold = |numbers: &[u64]| -> Result<Blocks> {
        // One by one: collecting sorts, with 4 KiB of a kernel's stack as scratch space.
        let mut blocks = Blocks::new();
        for &number in numbers {
            let (number, block) = hold(&device, number, geometry.backup())?;
            blocks.insert(number, block);
        }
        Ok(blocks)
    };
    let log = Log { sequence: state.sequence, head: state.head, committed: hold(&state.committed)? };
    let running =
        Running { blocks: hold(&state.running)?, credits: 0, since: state.since.map(Time), failed: state.failed.map(Errno::new) };
    let mut space = Allocator::load_unsealed(&device, &geometry)?;
    space.next_block = state.next_block;
    space.next_inode = state.next_inode;
    space.until_commit = held(&state.until_commit, geometry.blocks)?;
    space.until_checkpoint = held(&state.until_checkpoint, geometry.blocks)?;
    let volume = Volume::new(device, superblock, mount.read_only(), log, running, space);
    let table = import_table(&volume, &state)?;
    let handles = import_handles(&table, &state)?;
    Ok(TiffinFs::with_table(volume, table, handles))
}

fn hold(device: &Device, number: u64, end: u64) -> Result<(u64, Arc<libbentofs::ks::CachedBlock>)> {
    if number >= end {
        return Err(nonsense("a block past the end"));
    }
    Ok((number, Arc::new(device.block(number)?)))
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
    let mut slots = BTreeMap::new();
    for kept in &state.inodes {
        let mut inode = Inode::load(volume, kept.ino).map_err(|_| nonsense("an inode in memory that is not on the device"))?;
        inode.checked = kept.checked;
        let mut slot = Slot::new(Node::new(inode), kept.doomed);
        slot.lookups = kept.lookups;
        slots.insert(kept.ino, slot);
    }
    if slots.contains_key(&crate::inode::ROOT) { Ok(Table { slots }) } else { Err(nonsense("the root is not in memory")) }
}

fn import_handles(table: &Table, state: &State) -> Result<Handles> {
    let mut handles = Handles::new(state.next_fh);
    for kept in &state.handles {
        let slot = table.slots.get(&kept.ino).filter(|_| kept.fh < state.next_fh).ok_or_else(|| nonsense("an open handle"))?;
        handles.restore(kept.fh, slot.node.clone(), kept.flags, kept.forgotten);
    }
    Ok(handles)
}
