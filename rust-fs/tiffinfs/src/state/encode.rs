// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! Writing the state, schema 2.

use super::numbers::put;
use super::{CHECKED, DOOMED, Kept};
use crate::fs::TiffinFs;
use crate::inode::handles::OpenFile;
use crate::inode::table::Slot;
use crate::journal::{Blocks, Log, Running};
use crate::space::{Allocator, Held};
use crate::volume::Volume;
use alloc::collections::BTreeSet;
use alloc::vec::Vec;
use core::convert::Infallible;
use libbentofs::cbor::Encoder;
use libbentofs::cbor::encode::Error;
use libbentofs::{Errno, Result};

type Out<'a> = Encoder<&'a mut Vec<u8>>;
type Encoded = core::result::Result<(), Error<Infallible>>;

/// Bytes that an inode or a handle usually takes: room is taken once, and hardly ever grows.
const USUAL: usize = 12;

/// Inodes and handles: all of them, or what changed.
pub(super) struct Run<I> {
    pub count: usize,
    /// Number, lookups and flags; or number, inode and flags.
    pub items: I,
}

/// What else is said of the inodes in a hand-over of two parts.
pub(super) enum Part {
    /// It has one part.
    Whole,
    /// What is out of date follows.
    Early,
    /// What was out of date: these blocks were changed since. What is out of date again follows unless it is the last.
    Late { blocks: Vec<u64>, last: bool },
}

pub(super) fn of_slot((ino, slot): (u64, &Slot)) -> [u64; 3] {
    let flags = if slot.doomed { DOOMED } else { 0 } | if slot.checked { CHECKED } else { 0 };
    [ino, slot.lookups, flags]
}

pub(super) fn of_handle((fh, open): (u64, &OpenFile)) -> [u64; 3] {
    [fh, open.node.ino, open.flags.into()]
}

impl TiffinFs {
    pub(crate) fn write_state(&self, out: &mut Vec<u8>, more: Option<(&str, &[u8])>) -> Result<()> {
        let table = self.table.read();
        let handles = self.handles.read();
        let inodes = Run { count: table.slots().len(), items: table.slots().iter().map(of_slot) };
        let open = Run { count: handles.count(), items: handles.all().map(of_handle) };
        self.write_parts(out, &Part::Whole, inodes, open, (handles.next(), handles.forgotten()), more)
    }

    /// Appends a state with these inodes and handles.
    pub(super) fn write_parts(
        &self,
        out: &mut Vec<u8>,
        part: &Part,
        inodes: Run<impl Iterator<Item = [u64; 3]>>,
        handles: Run<impl Iterator<Item = [u64; 3]>>,
        (next, forgotten): (u64, &BTreeSet<u64>),
        more: Option<(&str, &[u8])>,
    ) -> Result<()> {
        let log = self.volume.log.read();
        let running = self.volume.running.lock();
        let space = self.volume.space.lock();
        // What other versions have does not change: it was handed over with the first part.
        let kept = if let Part::Late { .. } = part { &[][..] } else { &self.kept };
        let others = || kept.iter().map(|Kept { key, value }| (key.as_str(), value.as_slice())).chain(more);
        let bytes: usize = others().map(|(key, value)| key.len() + value.len() + 9).sum();
        let numbers = inodes.count + handles.count + running.blocks.len() + log.committed.len() + space.block_groups.len();
        out.try_reserve(512 + numbers * USUAL + bytes)?;
        let mut encoder = Encoder::new(out);
        let written = encoder.map(5 + others().count() as u64).and_then(|out| {
            encode_volume(out, &self.volume, &log, &running, &space)?;
            encode_inodes(out, part, inodes)?;
            encode_handles(out, handles, next, forgotten)
        });
        written.map_err(|_| Errno::ENOMEM)?;
        let out = encoder.into_writer();
        for (key, value) in others() {
            Encoder::new(&mut *out).str(key).map_err(|_| Errno::ENOMEM)?;
            out.extend_from_slice(value);
        }
        Ok(())
    }
}

fn encode_volume(out: &mut Out<'_>, volume: &Volume, log: &Log, running: &Running, space: &Allocator) -> Encoded {
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
    encode_counts(out.str("freeInodes")?, &space.inode_groups)
}

fn encode_inodes(out: &mut Out<'_>, part: &Part, inodes: Run<impl Iterator<Item = [u64; 3]>>) -> Encoded {
    out.str("inodes")?.map(match part {
        Part::Whole => 1,
        Part::Early | Part::Late { last: true, .. } => 2,
        Part::Late { last: false, .. } => 3,
    })?;
    if let Part::Early | Part::Late { last: false, .. } = part {
        out.str("early")?.bool(true)?;
    }
    match part {
        Part::Whole | Part::Early => {}
        Part::Late { blocks, .. } => {
            out.str("changedBlocks")?.array(blocks.len() as u64)?;
            blocks.iter().for_each(|&number| put(out.writer_mut(), number));
        }
    }
    encode_run(out.str("inoLookupsFlags")?, inodes)
}

fn encode_handles(
    out: &mut Out<'_>,
    handles: Run<impl Iterator<Item = [u64; 3]>>,
    next: u64,
    forgotten: &BTreeSet<u64>,
) -> Encoded {
    out.str("handles")?.map(3)?;
    out.str("next")?.u64(next)?;
    encode_run(out.str("fhInoFlags")?, handles)?;
    out.str("forgotten")?.begin_array()?;
    for ino in forgotten {
        out.u64(*ino)?;
    }
    out.end()?;
    Ok(())
}

fn encode_run(out: &mut Out<'_>, run: Run<impl Iterator<Item = [u64; 3]>>) -> Encoded {
    out.array(3 * run.count as u64)?;
    run.items.for_each(|numbers| numbers.iter().for_each(|&number| put(out.writer_mut(), number)));
    Ok(())
}

fn encode_blocks(out: &mut Out<'_>, blocks: &Blocks) -> Encoded {
    out.array(blocks.len() as u64)?;
    blocks.keys().for_each(|&number| put(out.writer_mut(), number));
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
