// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! Inodes in memory.
//!
//! An inode is in the table while it has lookups or open handles, or while an op is at work on it though it has neither (its number is
//! valid without a lookup). Nothing else is kept, so memory is bounded by what the kernel holds, and which inodes are in
//! memory follows from the ops alone.

use super::{Inode, ROOT};
use crate::fs::TiffinFs;
use crate::locks;
use crate::noted::Noted;
use crate::sorted::SortedMap;
use alloc::sync::Arc;
use core::ops::Deref;
use libbentofs::ks::sync::{LockName, RwLock};
use libbentofs::{Fh, Result};

/// An inode in memory.
#[derive(Debug)]
pub struct Node {
    /// Its number.
    pub ino: u64,
    /// The inode, under its lock.
    pub inode: RwLock<Inode>,
}

impl Node {
    /// Puts a lock around `inode`.
    pub fn new(inode: Inode) -> Arc<Node> {
        let ino = inode.ino;
        Arc::new(Node { ino, inode: RwLock::new(LockName::new(locks::INODE, ino), inode) })
    }
}

/// An inode's place in the table.
#[derive(Debug)]
pub struct Slot {
    /// The inode.
    pub node: Arc<Node>,
    /// Lookups that were not forgotten.
    pub lookups: u64,
    /// Ops at work on it that found it not looked up.
    pub pins: u64,
    /// It has no name any more: it goes when the last reference does.
    pub doomed: bool,
    /// Its tree was checked: [`Inode::checked`], to be read without the inode's lock.
    pub checked: bool,
}

impl Slot {
    /// A place for `inode` that nothing refers to yet.
    pub fn new(inode: Inode) -> Slot {
        let (doomed, checked) = (inode.nlink == 0, inode.checked);
        Slot { node: Node::new(inode), lookups: 0, pins: 0, doomed, checked }
    }

    /// Whether the kernel knows it: then it stays for as long as an op takes.
    fn is_held(&self) -> bool {
        self.lookups > 0 || self.node.ino == ROOT
    }

    fn is_idle(&self) -> bool {
        !self.is_held() && self.pins == 0
    }
}

/// The table. Under the lock `TABLE`.
#[derive(Debug)]
pub struct Table {
    slots: SortedMap<Slot>,
    /// Inodes whose slots changed, for a hand-over.
    pub noted: Noted,
}

impl Table {
    /// With these slots, by inode number.
    pub fn new(slots: SortedMap<Slot>) -> Table {
        Table { slots, noted: Noted::default() }
    }

    /// The slots, to be looked at.
    pub fn slots(&self) -> &SortedMap<Slot> {
        &self.slots
    }

    /// The slot of `ino`, to be changed.
    pub fn slot(&mut self, ino: u64) -> Option<&mut Slot> {
        let slot = self.slots.get_mut(ino)?;
        self.noted.note(ino);
        Some(slot)
    }

    /// Puts a slot in.
    pub fn insert(&mut self, ino: u64, slot: Slot) {
        self.noted.note(ino);
        self.slots.insert(ino, slot);
    }

    /// Takes a slot out.
    pub fn remove(&mut self, ino: u64) -> Option<Slot> {
        self.noted.note(ino);
        self.slots.remove(ino)
    }

    /// Takes all but that of `ino` out.
    pub fn keep_only(&mut self, ino: u64) {
        self.slots.keep_only(ino);
    }
}

/// A reference to an inode in memory, for one op.
pub struct Ref<'a> {
    fs: &'a TiffinFs,
    node: Arc<Node>,
    pinned: bool,
}

impl Ref<'_> {
    /// The inode, for a handle.
    pub fn share(&self) -> Arc<Node> {
        self.node.clone()
    }
}

impl Deref for Ref<'_> {
    type Target = Node;
    fn deref(&self) -> &Node {
        &self.node
    }
}

impl Drop for Ref<'_> {
    fn drop(&mut self) {
        if self.pinned {
            self.fs.settle(self.node.ino, |slot| slot.pins = slot.pins.saturating_sub(1));
        }
    }
}

impl TiffinFs {
    /// Inode `ino`, read from the device when it is not in memory. ESTALE when there is none.
    ///
    /// The kernel keeps a lookup on every inode that it has an op on, so one that is in the table stays there for as long as the op takes,
    /// and one that is not is pinned.
    pub(crate) fn get(&self, ino: u64) -> Result<Ref<'_>> {
        if let Some(slot) = self.table.read().slots().get(ino).filter(|slot| slot.is_held()) {
            return Ok(Ref { fs: self, node: slot.node.clone(), pinned: false });
        }
        let node = self.with_slot(ino, |slot| {
            slot.pins += 1;
            slot.node.clone()
        })?;
        Ok(Ref { fs: self, node, pinned: true })
    }

    /// The inode that the handle `fh` is for, which must be `ino`: EBADF otherwise.
    pub(crate) fn get_open(&self, ino: u64, fh: Fh) -> Result<Ref<'_>> {
        let node = self.handles.read().check(ino, fh)?.node.clone();
        Ok(Ref { fs: self, node, pinned: false })
    }

    /// As [`TiffinFs::get`], counting a lookup that the kernel will take back with `forget`.
    pub(crate) fn get_looked_up(&self, ino: u64) -> Result<Arc<Node>> {
        self.with_slot(ino, |slot| {
            slot.lookups += 1;
            slot.node.clone()
        })
    }

    /// Calls `use_it` with the slot of `ino`, which is filled from the device when it is not there.
    pub(crate) fn with_slot<R>(&self, ino: u64, use_it: impl FnOnce(&mut Slot) -> R) -> Result<R> {
        let mut table = self.table.write();
        if let Some(slot) = table.slot(ino) {
            return Ok(use_it(slot));
        }
        let mut slot = Slot::new(Inode::load(&self.volume, ino)?);
        let used = use_it(&mut slot);
        table.insert(ino, slot);
        Ok(used)
    }

    /// Puts a new inode into the table, with one lookup.
    pub(crate) fn introduce(&self, inode: Inode) -> Arc<Node> {
        let mut slot = Slot::new(inode);
        slot.lookups = 1;
        let node = slot.node.clone();
        self.table.write().insert(node.ino, slot);
        node
    }

    /// Gives up references to `ino` as `give_up` says; the last one takes it out of memory, and off the device if it is doomed.
    pub(crate) fn settle(&self, ino: u64, give_up: impl FnOnce(&mut Slot)) {
        let node = {
            let mut table = self.table.write();
            let Some(slot) = table.slot(ino) else { return };
            give_up(slot);
            // One that is open stays until it is closed.
            if !slot.is_idle() || self.handles.write().keep_if_open(ino) {
                return;
            }
            if !slot.doomed || self.volume.read_only {
                table.remove(ino);
                return;
            }
            slot.pins = 1;
            slot.node.clone()
        };
        if let Err(errno) = self.reclaim(node) {
            crate::corrupt::say(format_args!("inode {ino} could not be freed ({errno}); the next mount will try again"));
            self.table.write().remove(ino);
        }
    }

    /// Notes whether `ino`, whose lock the caller holds, has names.
    pub(crate) fn set_doomed(&self, ino: u64, doomed: bool) {
        if let Some(slot) = self.table.write().slot(ino) {
            slot.doomed = doomed;
        }
    }

    /// Notes that the tree of `ino`, whose lock the caller holds, was checked.
    pub(crate) fn set_checked(&self, ino: u64) {
        if let Some(slot) = self.table.write().slot(ino) {
            slot.checked = true;
        }
    }
}
