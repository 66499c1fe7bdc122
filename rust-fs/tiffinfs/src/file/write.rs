// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! Writing.

use super::{EXTENT_CREDITS, STEP_CREDITS, block_of, check_regular, zero_device, zero_past_end};
use crate::extent::Extent;
use crate::fs::TiffinFs;
use crate::inode::Inode;
use crate::journal::Tx;
use crate::layout::{BLOCK_SIZE, MAX_FILE_SIZE, Region};
use crate::volume::Volume;
use libbentofs::ks::Device;
use libbentofs::ks::block::Durability;
use libbentofs::{DataIn, Errno, Fh, Result, Time};

/// What is written.
pub enum Source<'a> {
    /// Pages of a request.
    Pages(&'a DataIn<'a>),
    /// Bytes of our own.
    Bytes(&'a [u8]),
}

impl Source<'_> {
    fn len(&self) -> usize {
        match self {
            Source::Pages(data) => data.len(),
            Source::Bytes(bytes) => bytes.len(),
        }
    }

    fn write_to(&self, from: usize, len: usize, device: &Device, offset: u64) -> Result<()> {
        match self {
            Source::Pages(data) => data.write_to(from, len, device, offset),
            Source::Bytes(bytes) => device.write(offset, bytes.get(from..from + len).ok_or(Errno::EINVAL)?, Durability::Cached),
        }
    }
}

/// What of the inode changes with its content.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Touch {
    /// Times become now; set-user-id and set-group-id go when so asked.
    Times {
        /// The write is by someone without privilege.
        kill_suidgid: bool,
    },
    /// Nothing: who writes keeps the times.
    Nothing,
}

/// How one step of a write went. A failure of the op itself (a damaged tree, half a change) is an `Err` around it.
enum Step {
    /// So many bytes were written, into blocks that the file had.
    Wrote(u64),
    /// So many bytes were written, and the file's blocks changed.
    Mapped(u64),
    /// Nothing was changed, for this reason.
    Refused(Errno),
}

/// The bytes of one step: `from` up to `to` of the file, which begin at byte `at` of the source.
struct Span<'a> {
    source: &'a Source<'a>,
    at: usize,
    from: u64,
    to: u64,
}

impl Span<'_> {
    /// Writes the span into blocks that held nothing yet: the file's block `logical` is at `physical`. What the first and the last block
    /// hold besides becomes zero, as far as it is inside the file.
    fn write_new(&self, volume: &Volume, size: u64, logical: u64, physical: u64) -> Result<()> {
        let place = |offset: u64| physical * BLOCK_SIZE + (offset - logical * BLOCK_SIZE);
        let first = self.from / BLOCK_SIZE * BLOCK_SIZE;
        zero_device(volume, place(first), self.from - first)?;
        self.source.write_to(self.at, (self.to - self.from) as usize, &volume.device, place(self.from))?;
        let last = self.to.next_multiple_of(BLOCK_SIZE).min(size);
        zero_device(volume, place(self.to), last.saturating_sub(self.to))
    }
}

impl TiffinFs {
    pub(crate) fn write_file(&self, ino: u64, fh: Fh, offset: u64, data: &DataIn<'_>, touch: Touch) -> Result<u32> {
        let node = self.get_open(ino, fh)?;
        self.with_space(|| {
            let mut inode = self.checked_mut(&node)?;
            check_regular(&inode)?;
            let written = self.write_bytes(&mut inode, offset, &Source::Pages(data), touch)?;
            u32::try_from(written).map_err(|_| Errno::EOVERFLOW)
        })
    }

    /// Writes `source` at byte `offset`, and answers how many bytes of it: fewer than all only when the device is full or fails.
    pub(crate) fn write_bytes(&self, inode: &mut Inode, offset: u64, source: &Source<'_>, touch: Touch) -> Result<u64> {
        let len = source.len() as u64;
        if len == 0 {
            return Ok(0);
        }
        let end = offset.checked_add(len).filter(|&end| end <= MAX_FILE_SIZE).ok_or(Errno::EFBIG)?;
        let now = Time::now();
        let mut tx = self.volume.begin(STEP_CREDITS)?;
        if offset > inode.size {
            zero_past_end(&self.volume, inode, offset)?;
        }
        let (mut at, mut changed) = (offset, touch != Touch::Nothing);
        while at < end {
            if tx.room() < EXTENT_CREDITS {
                inode.store(&mut tx)?;
                tx = tx.renew()?;
            }
            let span = Span { source, at: (at - offset) as usize, from: at, to: end };
            match self.write_step(&mut tx, inode, span)? {
                Step::Wrote(bytes) => at += bytes,
                Step::Mapped(bytes) => {
                    changed = true;
                    at += bytes;
                }
                Step::Refused(errno) if at == offset => {
                    tx.finish();
                    return Err(errno);
                }
                Step::Refused(_) => break,
            }
            if at > inode.size {
                changed = true;
                inode.size = at;
            }
        }
        if let Touch::Times { kill_suidgid } = touch {
            if kill_suidgid {
                inode.drop_suidgid();
            }
            inode.touch(now);
        }
        if changed {
            inode.store(&mut tx)?;
        }
        tx.finish();
        Ok(at - offset)
    }

    /// Writes as much of `span` as lies in one extent, or in one hole.
    fn write_step(&self, tx: &mut Tx<'_>, inode: &mut Inode, span: Span<'_>) -> Result<Step> {
        let volume = &self.volume;
        let block = block_of(span.from);
        let end_block = span.to.div_ceil(BLOCK_SIZE);
        match inode.extent_from(volume, block)? {
            Some(extent) if extent.logical <= block => {
                let to = span.to.min(extent.end() * BLOCK_SIZE);
                let span = Span { to, ..span };
                if extent.unwritten {
                    return self.write_unwritten(tx, inode, extent, &span);
                }
                let place = (extent.physical + (block - extent.logical)) * BLOCK_SIZE + span.from % BLOCK_SIZE;
                let len = span.to - span.from;
                Ok(match span.source.write_to(span.at, len as usize, &volume.device, place) {
                    Ok(()) => Step::Wrote(len),
                    Err(errno) => Step::Refused(errno),
                })
            }
            next => {
                let hole_end = next.map_or(end_block, |next| next.logical.min(end_block));
                self.write_hole(tx, inode, block, hole_end, span)
            }
        }
    }

    /// Writes into a hole from block `block` up to block `hole_end`.
    fn write_hole(&self, tx: &mut Tx<'_>, inode: &mut Inode, block: u64, hole_end: u64, span: Span<'_>) -> Result<Step> {
        let volume = &self.volume;
        let before = inode.extent_before(volume, block)?;
        let goal = before.map_or(0, |before| before.physical + (block - before.logical));
        let metadata = inode.extent_cost(volume, 1)?;
        let run = match tx.take_run(goal, hole_end - block, metadata) {
            Ok(run) => run,
            Err(Errno::ENOSPC) => return Ok(Step::Refused(Errno::ENOSPC)),
            Err(errno) => return Err(errno),
        };
        let span = Span { to: span.to.min((block + run.count) * BLOCK_SIZE), ..span };
        if let Err(errno) = span.write_new(volume, inode.size, block, run.first) {
            tx.untake(run)?;
            return Ok(Step::Refused(errno));
        }
        inode.add_extent(tx, Extent { logical: block, physical: run.first, len: run.count, unwritten: false })?;
        Ok(Step::Mapped(span.to - span.from))
    }

    /// Writes into blocks that were set aside, which then count as written.
    fn write_unwritten(&self, tx: &mut Tx<'_>, inode: &mut Inode, extent: Extent, span: &Span<'_>) -> Result<Step> {
        let volume = &self.volume;
        let (from, to) = (block_of(span.from), span.to.div_ceil(BLOCK_SIZE));
        match tx.reserve(inode.extent_cost(volume, 2)?, crate::space::Pool::Reserve) {
            Ok(()) => {}
            Err(errno) => return Ok(Step::Refused(errno)),
        }
        let written = Extent { unwritten: false, ..extent.part(from, to) };
        if let Err(errno) = span.write_new(volume, inode.size, from, written.physical) {
            return Ok(Step::Refused(errno));
        }
        inode.replace_extent(tx, extent, &[extent.part(extent.logical, from), written, extent.part(to, extent.end())])?;
        Ok(Step::Mapped(span.to - span.from))
    }
}

/// Takes blocks that read as zeroes for the hole from block `block` up to `hole_end`; answers how many.
pub fn fill_hole(tx: &mut Tx<'_>, inode: &mut Inode, block: u64, hole_end: u64) -> Result<Option<u64>> {
    let before = inode.extent_before(tx.volume, block)?;
    let goal = before.map_or(0, |before| before.physical + (block - before.logical));
    let metadata = inode.extent_cost(tx.volume, 1)?;
    let Region { first, count } = match tx.take_run(goal, hole_end - block, metadata) {
        Ok(run) => run,
        Err(Errno::ENOSPC) => return Ok(None),
        Err(errno) => return Err(errno),
    };
    inode.add_extent(tx, Extent { logical: block, physical: first, len: count, unwritten: true })?;
    Ok(Some(count))
}
