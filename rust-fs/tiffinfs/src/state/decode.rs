// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! Reading the state, schemas 1 and 2, and either part of a hand-over.

use super::numbers::take;
use super::{CHECKED, DOOMED, Kept};
use alloc::string::String;
use alloc::vec::Vec;
use libbentofs::cbor::Decoder;
use libbentofs::cbor::data::Type;
use libbentofs::cbor::decode::Error;

type Decoded<T> = core::result::Result<T, Error>;

/// An inode in memory.
#[derive(Default, Clone, Copy)]
pub struct InodeState {
    pub ino: u64,
    pub lookups: u64,
    pub flags: u64,
}

/// An open handle.
#[derive(Default, Clone, Copy)]
pub struct HandleState {
    pub fh: u64,
    pub ino: u64,
    pub flags: u32,
}

/// Everything, decoded.
#[derive(Default)]
pub struct State {
    pub sequence: u64,
    pub head: u64,
    pub committed: Vec<u64>,
    pub running: Vec<u64>,
    pub since: Option<i64>,
    pub failed: Option<i32>,
    pub next_block: u64,
    pub next_inode: u64,
    pub until_commit: Vec<(u64, u64)>,
    pub until_checkpoint: Vec<(u64, u64)>,
    /// Clear bits of each bitmap; absent in schema 1.
    pub free_blocks: Option<Vec<u32>>,
    pub free_inodes: Option<Vec<u32>>,
    /// Absent in schema 1: then it is read from the device.
    pub superblock: Option<Vec<u8>>,
    pub mounted: i64,
    pub mounts: u32,
    pub inodes: Vec<InodeState>,
    /// It was written while ops went on.
    pub early: bool,
    /// The second part of a hand-over: blocks that were changed since the first.
    pub changed_blocks: Vec<u64>,
    pub next_fh: u64,
    pub handles: Vec<HandleState>,
    /// Inodes whose last lookup was forgotten while they were open.
    pub forgotten: Vec<u64>,
    pub kept: Vec<Kept>,
}

/// Calls `entry` with each key of a map; it decodes the value.
fn each_key<'b>(from: &mut Decoder<'b>, mut entry: impl FnMut(&'b str, &mut Decoder<'b>) -> Decoded<()>) -> Decoded<()> {
    let count = from.map()?.ok_or_else(|| Error::message("a map without a length"))?;
    for _ in 0..count {
        let key = from.str()?;
        entry(key, from)?;
    }
    Ok(())
}

/// The items of an array.
fn each_item<'b, T>(from: &mut Decoder<'b>, mut item: impl FnMut(&mut Decoder<'b>) -> Decoded<T>) -> Decoded<Vec<T>> {
    let mut items = Vec::new();
    let Some(count) = from.array()? else {
        while from.datatype()? != Type::Break {
            items.push(item(from)?);
        }
        from.skip()?;
        return Ok(items);
    };
    // The length is not trusted with memory: items are added as they come.
    for _ in 0..count {
        items.push(item(from)?);
    }
    Ok(items)
}

/// An array of numbers, `N` of which are an item.
fn each_of<T, const N: usize>(from: &mut Decoder<'_>, item: impl Fn([u64; N]) -> Option<T>) -> Decoded<Vec<T>> {
    let damaged = || Error::message("a run of numbers");
    let count = from.array()?.filter(|count| count % N as u64 == 0).ok_or_else(damaged)?;
    let mut rest = from.input().get(from.position()..).unwrap_or_default();
    // A number is a byte at least, so a length cannot ask for more memory than the state has bytes.
    let count = usize::try_from(count).ok().filter(|&count| count <= rest.len()).ok_or_else(damaged)?;
    let mut items = Vec::new();
    items.try_reserve_exact(count / N).map_err(|_| Error::message("no memory"))?;
    for _ in 0..count / N {
        let mut numbers = [0; N];
        for number in &mut numbers {
            (*number, rest) = take(rest).ok_or_else(damaged)?;
        }
        items.push(item(numbers).ok_or_else(damaged)?);
    }
    from.set_position(from.input().len() - rest.len());
    Ok(items)
}

/// Numbers of blocks.
fn numbers(from: &mut Decoder<'_>) -> Decoded<Vec<u64>> {
    each_of(from, |[number]| Some(number))
}

/// The state in `bytes`.
pub fn decode(schema: u32, bytes: &[u8]) -> Decoded<State> {
    let mut state = State::default();
    each_key(&mut Decoder::new(bytes), |part, from| match part {
        "inodes" if schema == 1 => {
            state.inodes = each_item(from, inode_of_schema_1)?;
            Ok(())
        }
        "volume" | "journal" | "space" | "inodes" | "handles" => {
            each_key(from, |key, from| decode_field(&mut state, part, key, from))
        }
        key => {
            let start = from.position();
            from.skip()?;
            let value = bytes.get(start..from.position()).unwrap_or_default();
            state.kept.push(Kept { key: String::from(key), value: Vec::from(value) });
            Ok(())
        }
    })?;
    Ok(state)
}

fn decode_field(state: &mut State, part: &str, key: &str, from: &mut Decoder<'_>) -> Decoded<()> {
    let pair = |from: &mut Decoder<'_>| {
        from.array()?;
        Ok((from.u64()?, from.u64()?))
    };
    match (part, key) {
        ("volume", "superblock") => state.superblock = Some(Vec::from(from.bytes()?)),
        ("volume", "mounted") => state.mounted = from.i64()?,
        ("volume", "mounts") => state.mounts = from.u32()?,
        ("journal", "sequence") => state.sequence = from.u64()?,
        ("journal", "head") => state.head = from.u64()?,
        ("journal", "since") => state.since = from.decode()?,
        ("journal", "failed") => state.failed = from.decode()?,
        ("journal", "running") => state.running = numbers(from)?,
        ("journal", "committed") => state.committed = numbers(from)?,
        ("space", "nextBlock") => state.next_block = from.u64()?,
        ("space", "nextInode") => state.next_inode = from.u64()?,
        ("space", "untilCommit") => state.until_commit = each_item(from, pair)?,
        ("space", "untilCheckpoint") => state.until_checkpoint = each_item(from, pair)?,
        ("space", "freeBlocks") => state.free_blocks = Some(each_item(from, |from| from.u32())?),
        ("space", "freeInodes") => state.free_inodes = Some(each_item(from, |from| from.u32())?),
        ("inodes", "inoLookupsFlags") => {
            state.inodes = each_of(from, |[ino, lookups, flags]| Some(InodeState { ino, lookups, flags }))?;
        }
        ("inodes", "early") => state.early = from.bool()?,
        ("inodes", "changedBlocks") => state.changed_blocks = numbers(from)?,
        ("handles", "next") => state.next_fh = from.u64()?,
        ("handles", "fhInoFlags") => {
            let handle = |[fh, ino, flags]: [u64; 3]| Some(HandleState { fh, ino, flags: flags.try_into().ok()? });
            state.handles = each_of(from, handle)?;
        }
        ("handles", "forgotten") => state.forgotten = each_item(from, |from| from.u64())?,
        ("handles", "open") => {
            let forgotten = &mut state.forgotten;
            state.handles = each_item(from, |from| handle_of_schema_1(from, forgotten))?;
        }
        _ => from.skip()?,
    }
    Ok(())
}

fn inode_of_schema_1(from: &mut Decoder<'_>) -> Decoded<InodeState> {
    let mut state = InodeState::default();
    each_key(from, |key, from| {
        match key {
            "ino" => state.ino = from.u64()?,
            "lookups" => state.lookups = from.u64()?,
            "doomed" => state.flags |= if from.bool()? { DOOMED } else { 0 },
            "checked" => state.flags |= if from.bool()? { CHECKED } else { 0 },
            _ => from.skip()?,
        }
        Ok(())
    })?;
    Ok(state)
}

fn handle_of_schema_1(from: &mut Decoder<'_>, forgotten: &mut Vec<u64>) -> Decoded<HandleState> {
    let mut state = HandleState::default();
    let mut is_forgotten = false;
    each_key(from, |key, from| {
        match key {
            "fh" => state.fh = from.u64()?,
            "ino" => state.ino = from.u64()?,
            "flags" => state.flags = from.u32()?,
            "forgotten" => is_forgotten = from.bool()?,
            _ => from.skip()?,
        }
        Ok(())
    })?;
    if is_forgotten {
        forgotten.push(state.ino);
    }
    Ok(state)
}
