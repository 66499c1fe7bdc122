// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! A hand-over in two parts: nearly everything while ops go on, and what has changed since while they wait.
//!
//! Before the first part is written, table, handles and journal begin to note what changes; so whatever the first part has wrong because
//! ops went on, the second has right, or, if ops go on still, the next. Blocks need no copy: both versions look at the same cached ones, and an
//! inode whose block was changed is read again. The outcome is the instance that a hand-over in one part would have made.

use super::decode::{HandleState, State};
use super::encode::{Part, Run, of_handle, of_slot};
use super::{CHECKED, DOOMED, GONE, decode, import_volume, nonsense, slot_of};
use crate::fs::TiffinFs;
use crate::inode::handles::OpenFile;
use crate::inode::{Inode, ROOT};
use alloc::collections::BTreeSet;
use alloc::vec::Vec;
use libbentofs::{Errno, Result};

/// Slots or handles that are looked at under one lock: ops get it in between.
const BATCH: usize = 128;

/// The items that `more` gives in pieces, each of those that follow the number it is called with.
fn in_batches(mut more: impl FnMut(u64, &mut Vec<[u64; 3]>)) -> Vec<[u64; 3]> {
    let (mut all, mut from) = (Vec::new(), 0);
    loop {
        let before = all.len();
        more(from, &mut all);
        match all.last() {
            Some([last, ..]) if all.len() == before + BATCH => from = last + 1,
            _ => return all,
        }
    }
}

fn run(items: Vec<[u64; 3]>) -> Run<impl Iterator<Item = [u64; 3]>> {
    Run { count: items.len(), items: items.into_iter() }
}

impl TiffinFs {
    /// The first part, with one more key.
    pub(crate) fn write_early(&self, out: &mut Vec<u8>, more: Option<(&str, &[u8])>) -> Result<()> {
        self.volume.running.lock().noted.begin();
        self.table.write().noted.begin();
        self.handles.write().noted.begin();
        let inodes = in_batches(|from, all| all.extend(self.table.read().slots().iter_from(from).take(BATCH).map(of_slot)));
        let handles = in_batches(|from, all| all.extend(self.handles.read().all_from(from).take(BATCH).map(of_handle)));
        let next = self.handles.read().next();
        self.write_parts(out, &Part::Early, run(inodes), run(handles), (next, &BTreeSet::new()), more)
    }

    /// What has changed since, with one more key. Ops go on unless it is the `last` time. Once it has failed, so does every later call, until a
    /// first part is written again: what it was to tell is noted no more.
    pub(crate) fn write_late(&self, out: &mut Vec<u8>, last: bool, more: Option<(&str, &[u8])>) -> Result<()> {
        let written = self.write_changed(out, last, more);
        if written.is_err() {
            let _ = self.handles.write().noted.take(true);
            let _ = self.table.write().noted.take(true);
            let _ = self.volume.running.lock().noted.take(true);
        }
        written
    }

    fn write_changed(&self, out: &mut Vec<u8>, last: bool, more: Option<(&str, &[u8])>) -> Result<()> {
        // Notes go on before anything is looked at, as in the first part; and first those of what needs the others. A handle is opened after its
        // inode came into the table, which was after its block was written: so what is told of here is there, or was told of before.
        let open = self.handles.write().noted.take(last);
        let inodes = self.table.write().noted.take(last);
        let blocks = self.volume.running.lock().noted.take(last);
        let (Some(blocks), Some(inodes), Some(open)) = (blocks, inodes, open) else { return Err(Errno::EAGAIN) };
        let inodes = {
            let table = self.table.read();
            inodes.iter().map(|&ino| table.slots().get(ino).map_or([ino, 0, GONE], |slot| of_slot((ino, slot)))).collect()
        };
        let (open, next, forgotten) = {
            let handles = self.handles.read();
            let open = open.iter().map(|&fh| handles.get(fh).map_or([fh, 0, 0], |open| of_handle((fh, open)))).collect();
            (open, handles.next(), if last { handles.forgotten().clone() } else { BTreeSet::new() })
        };
        self.write_parts(out, &Part::Late { blocks, last }, run(inodes), run(open), (next, &forgotten), more)
    }

    /// Brings an instance that was made from the first part up to date.
    pub(crate) fn catch_up(&mut self, bytes: &[u8]) -> Result<()> {
        let mut state = decode::decode(super::SCHEMA, bytes).map_err(|_| nonsense("it is not CBOR of this schema"))?;
        let committed = core::mem::take(&mut self.volume.log.get_mut().committed);
        let running = core::mem::take(&mut self.volume.running.get_mut().blocks);
        self.volume = import_volume(self.volume.device, self.volume.read_only, &mut state, (committed, running))?;
        let closed = state.handles.iter().filter(|handle| handle.ino == 0).map(|handle| handle.fh);
        self.handles.get_mut().catch_up(closed, state.next_fh);
        self.catch_up_inodes(&state)?;
        let mut opened = Vec::new();
        opened.try_reserve_exact(state.handles.len())?;
        for &HandleState { fh, ino, flags } in state.handles.iter().filter(|handle| handle.ino != 0) {
            match self.table.get_mut().slots().get(ino).filter(|_| fh < state.next_fh) {
                Some(slot) => opened.push((fh, OpenFile { node: slot.node.clone(), flags })),
                None if state.early => {}
                None => return Err(nonsense("an open handle")),
            }
        }
        self.handles.get_mut().catch_up_opened(opened.into_iter(), &state.forgotten);
        self.kept.append(&mut state.kept);
        Ok(())
    }

    fn catch_up_inodes(&mut self, state: &State) -> Result<()> {
        let (table, volume) = (self.table.get_mut(), &self.volume);
        // What went while it was being written is told the next time.
        let absent = || if state.early { Ok(()) } else { Err(nonsense("an inode in memory that is not on the device")) };
        let geometry = &volume.superblock.geometry;
        for kept in &state.inodes {
            if kept.flags & GONE != 0 {
                drop(table.remove(kept.ino));
            } else if let Some(slot) = table.slot(kept.ino) {
                slot.lookups = kept.lookups;
                slot.doomed = kept.flags & DOOMED != 0;
                slot.checked = kept.flags & CHECKED != 0;
            } else {
                let (number, _) = geometry.inode_place(kept.ino).ok_or_else(|| nonsense("an inode in memory that cannot be"))?;
                let block = volume.device.block(number)?;
                let slot = slot_of(volume, &block.read(), kept);
                match slot {
                    Ok(slot) => table.insert(kept.ino, slot),
                    Err(_) => absent()?,
                }
            }
        }
        for inodes in state.changed_blocks.iter().filter_map(|&number| geometry.inodes_of_block(number)) {
            let mut block = None;
            for (ino, slot) in table.slots().iter_from(inodes.start).take_while(|(ino, _)| inodes.contains(ino)) {
                let block = match &mut block {
                    Some(block) => block,
                    none => none.insert(volume.device.block(blocks_of(geometry, ino)?)?),
                };
                let inode = Inode::from_table(volume, &block.read(), ino);
                match inode {
                    Ok(inode) => *slot.node.inode.write() = Inode { checked: slot.checked, ..inode },
                    Err(_) => absent()?,
                }
            }
        }
        // Those that only came to be checked.
        for kept in state.inodes.iter().filter(|kept| kept.flags & CHECKED != 0) {
            if let Some(slot) = table.slots().get(kept.ino) {
                slot.node.inode.write().checked = true;
            }
        }
        if table.slots().get(ROOT).is_some() { Ok(()) } else { Err(nonsense("the root is not in memory")) }
    }
}

fn blocks_of(geometry: &crate::layout::Geometry, ino: u64) -> Result<u64> {
    geometry.inode_place(ino).map(|(number, _)| number).ok_or(Errno::EUCLEAN)
}
