// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! Reading the state, schemas 1 and 2.

use super::{CHECKED, DOOMED, Kept};
use alloc::string::String;
use alloc::vec::Vec;
use libbentofs::cbor::Decoder;
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
    pub mounted: i64,
    pub mounts: u32,
    pub inodes: Vec<InodeState>,
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

/// Items of an array, each being `width` items of CBOR.
fn each_item<'b, T>(from: &mut Decoder<'b>, width: u64, mut item: impl FnMut(&mut Decoder<'b>) -> Decoded<T>) -> Decoded<Vec<T>> {
    let mut items = Vec::new();
    let Some(count) = from.array()? else {
        while from.datatype()? != libbentofs::cbor::data::Type::Break {
            items.push(item(from)?);
        }
        from.skip()?;
        return Ok(items);
    };
    // An item is a byte at least, so a length cannot ask for more memory than the state has bytes.
    let left = from.input().len().saturating_sub(from.position()) as u64;
    if count % width != 0 || count > left {
        return Err(Error::message("an array's length"));
    }
    items.try_reserve_exact((count / width) as usize).map_err(|_| Error::message("no memory"))?;
    for _ in 0..count / width {
        items.push(item(from)?);
    }
    Ok(items)
}

/// The state in `bytes`.
pub fn decode(schema: u32, bytes: &[u8]) -> Decoded<State> {
    let mut state = State::default();
    each_key(&mut Decoder::new(bytes), |part, from| match part {
        "inodes" if schema == 1 => {
            state.inodes = each_item(from, 1, inode_of_schema_1)?;
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
        ("volume", "mounted") => state.mounted = from.i64()?,
        ("volume", "mounts") => state.mounts = from.u32()?,
        ("journal", "sequence") => state.sequence = from.u64()?,
        ("journal", "head") => state.head = from.u64()?,
        ("journal", "since") => state.since = from.decode()?,
        ("journal", "failed") => state.failed = from.decode()?,
        ("journal", "running") => state.running = each_item(from, 1, |from| from.u64())?,
        ("journal", "committed") => state.committed = each_item(from, 1, |from| from.u64())?,
        ("space", "nextBlock") => state.next_block = from.u64()?,
        ("space", "nextInode") => state.next_inode = from.u64()?,
        ("space", "untilCommit") => state.until_commit = each_item(from, 1, pair)?,
        ("space", "untilCheckpoint") => state.until_checkpoint = each_item(from, 1, pair)?,
        ("space", "freeBlocks") => state.free_blocks = Some(each_item(from, 1, |from| from.u32())?),
        ("space", "freeInodes") => state.free_inodes = Some(each_item(from, 1, |from| from.u32())?),
        ("inodes", "inoLookupsFlags") => {
            let inode = |from: &mut Decoder<'_>| Ok(InodeState { ino: from.u64()?, lookups: from.u64()?, flags: from.u64()? });
            state.inodes = each_item(from, 3, inode)?;
        }
        ("handles", "next") => state.next_fh = from.u64()?,
        ("handles", "fhInoFlags") => {
            let handle = |from: &mut Decoder<'_>| Ok(HandleState { fh: from.u64()?, ino: from.u64()?, flags: from.u32()? });
            state.handles = each_item(from, 3, handle)?;
        }
        ("handles", "forgotten") => state.forgotten = each_item(from, 1, |from| from.u64())?,
        ("handles", "open") => {
            let forgotten = &mut state.forgotten;
            state.handles = each_item(from, 1, |from| handle_of_schema_1(from, forgotten))?;
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
