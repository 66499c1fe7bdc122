// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! Writing the state, schema 2.

use super::numbers::put;
use super::{CHECKED, DOOMED, Kept};
use crate::fs::TiffinFs;
use crate::inode::handles::Handles;
use crate::inode::table::Table;
use crate::journal::{Blocks, Log, Running};
use crate::space::{Allocator, Held};
use crate::volume::Volume;
use alloc::vec::Vec;
use core::convert::Infallible;
use libbentofs::cbor::Encoder;
use libbentofs::cbor::encode::Error;
use libbentofs::{Errno, Result};

type Out<'a> = Encoder<&'a mut Vec<u8>>;
type Encoded = core::result::Result<(), Error<Infallible>>;

/// Bytes that an inode or a handle usually takes: room is taken once, and hardly ever grows.
const USUAL: usize = 12;

impl TiffinFs {
    pub(crate) fn write_state(&self, out: &mut Vec<u8>, more: Option<(&str, &[u8])>) -> Result<()> {
        let log = self.volume.log.read();
        let running = self.volume.running.lock();
        let space = self.volume.space.lock();
        let table = self.table.read();
        let handles = self.handles.read();
        let kept: usize = self.kept.iter().map(|kept| kept.key.len() + kept.value.len() + 9).sum();
        let known = more.map_or(0, |(key, value)| key.len() + value.len() + 9);
        let numbers = table.slots.len() + handles.count() + running.blocks.len() + log.committed.len() + space.block_groups.len();
        out.try_reserve(512 + numbers * USUAL + kept + known)?;
        let mut encoder = Encoder::new(out);
        let written =
            encode(&mut encoder, &self.volume, &log, &running, &space, &table, &handles, 5 + self.kept.len() + more.iter().len());
        written.map_err(|_| Errno::ENOMEM)?;
        let out = encoder.into_writer();
        let others = self.kept.iter().map(|Kept { key, value }| (key.as_str(), value.as_slice()));
        for (key, value) in others.chain(more) {
            Encoder::new(&mut *out).str(key).map_err(|_| Errno::ENOMEM)?;
            out.extend_from_slice(value);
        }
        Ok(())
    }
}

#[expect(clippy::too_many_arguments, reason = "the parts of a file system")]
fn encode(
    out: &mut Out<'_>,
    volume: &Volume,
    log: &Log,
    running: &Running,
    space: &Allocator,
    table: &Table,
    handles: &Handles,
    keys: usize,
) -> Encoded {
    out.map(keys as u64)?;
    out.str("volume")?.map(3)?;
    out.str("superblock")?.bytes(&volume.superblock.to_state())?;
    out.str("mounted")?.i64(volume.superblock.mounted)?;
    out.str("mounts")?.u32(volume.superblock.mounts)?;
    out.str("journal")?.map(6)?;
    out.str("sequence")?.u64(log.sequence)?;
    out.str("head")?.u64(log.head)?;
    out.str("since")?.encode(running.since.map(|since| since.0))?;
    out.str("failed")?.encode(running.failed.map(Errno::code))?;
    encode_blocks(out.str("running")?, &running.blocks)?;
    encode_blocks(out.str("committed")?, &log.committed)?;
    out.str("space")?.map(6)?;
    out.str("nextBlock")?.u64(space.next_block)?;
    out.str("nextInode")?.u64(space.next_inode)?;
    encode_held(out.str("untilCommit")?, &space.until_commit)?;
    encode_held(out.str("untilCheckpoint")?, &space.until_checkpoint)?;
    encode_counts(out.str("freeBlocks")?, &space.block_groups)?;
    encode_counts(out.str("freeInodes")?, &space.inode_groups)?;
    out.str("inodes")?.map(1)?;
    out.str("inoLookupsFlags")?.array(3 * table.slots.len() as u64)?;
    for (ino, slot) in table.slots.iter() {
        let checked = slot.node.inode.read().checked;
        let flags = if slot.doomed { DOOMED } else { 0 } | if checked { CHECKED } else { 0 };
        for number in [ino, slot.lookups, flags] {
            put(out.writer_mut(), number);
        }
    }
    out.str("handles")?.map(3)?;
    out.str("next")?.u64(handles.next())?;
    out.str("fhInoFlags")?.array(3 * handles.count() as u64)?;
    for (fh, open) in handles.all() {
        for number in [fh, open.node.ino, open.flags.into()] {
            put(out.writer_mut(), number);
        }
    }
    out.str("forgotten")?.begin_array()?;
    for ino in handles.forgotten() {
        out.u64(ino)?;
    }
    out.end()?;
    Ok(())
}

fn encode_blocks(out: &mut Out<'_>, blocks: &Blocks) -> Encoded {
    out.array(blocks.len() as u64)?;
    for number in blocks.keys() {
        out.u64(*number)?;
    }
    Ok(())
}

fn encode_counts(out: &mut Out<'_>, counts: &[u32]) -> Encoded {
    out.array(counts.len() as u64)?;
    for &count in counts {
        out.u32(count)?;
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
