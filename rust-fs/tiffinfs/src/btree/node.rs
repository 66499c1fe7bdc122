// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! A node: a sorted table of keys, and a heap of values that grows from the end of the block towards the table.
//!
//! Every place that is read from the block is checked against its bounds, so a damaged node gives EUCLEAN, never a panic.

use crate::corrupt::corrupt;
use crate::header::{self, Header, Kind};
use crate::layout::BLOCK;
use libbentofs::{Errno, Result};
use zerocopy::little_endian::{U16, U64};
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned};

/// Levels that a tree may have.
pub const MAX_LEVELS: usize = 8;

#[derive(Debug, Clone, Copy, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
struct NodeHead {
    header: Header,
    level: U16,
    count: U16,
    heap: U16,
    padding: U16,
}

#[derive(Debug, Clone, Copy, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
struct Slot {
    key: U64,
    offset: U16,
    len: U16,
}

const SLOTS_AT: usize = size_of::<NodeHead>();
const SLOT: usize = size_of::<Slot>();
/// The first key of an inner node: its first child has all keys below the second.
pub const FIRST_CHILD: u64 = 0;
/// Bytes that keys and values share.
pub const CAPACITY: usize = BLOCK - SLOTS_AT;

/// Bytes that an entry with a value of `len` bytes takes.
pub const fn entry_size(len: usize) -> usize {
    SLOT + len
}

/// A node to be read.
#[derive(Debug, Clone, Copy)]
pub struct Node<'a> {
    bytes: &'a [u8],
    head: NodeHead,
}

fn parse(bytes: &[u8], number: u64, owner: u64) -> Result<NodeHead> {
    let damaged = || corrupt(format_args!("tree of inode {owner}: block {number} is not the node it should be"));
    let (head, _) = NodeHead::read_from_prefix(bytes).map_err(|_| damaged())?;
    let table_end = SLOTS_AT + head.count.get() as usize * SLOT;
    let heap = head.heap.get() as usize;
    let sound = bytes.len() == BLOCK
        && head.header.is(Kind::Node, number, owner)
        && (head.level.get() as usize) < MAX_LEVELS
        && table_end <= heap
        && heap <= BLOCK;
    if sound { Ok(head) } else { Err(damaged()) }
}

impl<'a> Node<'a> {
    /// The node at place `number` of the tree of `owner`.
    pub fn parse(bytes: &'a [u8], number: u64, owner: u64) -> Result<Node<'a>> {
        Ok(Node { bytes, head: parse(bytes, number, owner)? })
    }

    /// Number of entries.
    pub fn count(&self) -> usize {
        self.head.count.get() as usize
    }

    /// 0 for a leaf.
    pub fn level(&self) -> usize {
        self.head.level.get() as usize
    }

    /// Bytes left.
    pub fn room(&self) -> usize {
        self.head.heap.get() as usize - SLOTS_AT - self.count() * SLOT
    }

    fn slot(&self, index: usize) -> Result<Slot> {
        if index >= self.count() {
            return Err(Errno::EUCLEAN);
        }
        let at = SLOTS_AT + index * SLOT;
        Slot::read_from_bytes(&self.bytes[at..at + SLOT]).map_err(|_| Errno::EUCLEAN)
    }

    /// Key of entry `index`.
    pub fn key(&self, index: usize) -> Result<u64> {
        Ok(self.slot(index)?.key.get())
    }

    /// Value of entry `index`.
    pub fn value(&self, index: usize) -> Result<&'a [u8]> {
        let slot = self.slot(index)?;
        let (at, len) = (slot.offset.get() as usize, slot.len.get() as usize);
        let inside = at >= self.head.heap.get() as usize && at + len <= BLOCK;
        if inside { Ok(&self.bytes[at..at + len]) } else { Err(corrupt(format_args!("tree node: a value lies outside"))) }
    }

    /// The child that entry `index` of an inner node leads to.
    pub fn child(&self, index: usize) -> Result<u64> {
        let value = self.value(index)?;
        let bytes = value.try_into().map_err(|_| corrupt(format_args!("tree node: a child pointer of {} bytes", value.len())))?;
        Ok(u64::from_le_bytes(bytes))
    }

    /// Place of `key`, or where it would go.
    pub fn find(&self, key: u64) -> Result<core::result::Result<usize, usize>> {
        let (mut low, mut high) = (0, self.count());
        while low < high {
            let middle = (low + high) / 2;
            match self.key(middle)?.cmp(&key) {
                core::cmp::Ordering::Less => low = middle + 1,
                core::cmp::Ordering::Greater => high = middle,
                core::cmp::Ordering::Equal => return Ok(Ok(middle)),
            }
        }
        Ok(Err(low))
    }

    /// Index of the child of an inner node under which `key` belongs.
    pub fn find_child(&self, key: u64) -> Result<usize> {
        if self.count() == 0 {
            return Err(corrupt(format_args!("tree node: an inner node without children")));
        }
        Ok(match self.find(key)? {
            Ok(index) => index,
            Err(index) => index.saturating_sub(1),
        })
    }

    /// What is wrong within the node, its checksum included when `sealed`.
    pub fn problem(&self, sealed: bool) -> Option<&'static str> {
        if sealed && !header::is_sealed(self.bytes) {
            return Some("wrong checksum");
        }
        let mut used = 0;
        let mut last = None;
        for index in 0..self.count() {
            let (Ok(slot), Ok(value)) = (self.slot(index), self.value(index)) else { return Some("a value lies outside") };
            if last.is_some_and(|last| last >= slot.key.get()) {
                return Some("keys out of order");
            }
            last = Some(slot.key.get());
            used += value.len();
        }
        let in_order = used == BLOCK - self.head.heap.get() as usize;
        if in_order { None } else { Some("the values do not fill the heap") }
    }
}

/// A node to be changed.
#[derive(Debug)]
pub struct NodeMut<'a> {
    bytes: &'a mut [u8],
    head: NodeHead,
}

impl<'a> NodeMut<'a> {
    /// Makes an empty node of `bytes`.
    pub fn create(bytes: &'a mut [u8], number: u64, owner: u64, level: usize) -> NodeMut<'a> {
        bytes.fill(0);
        let head = NodeHead {
            header: Header::new(Kind::Node, number, owner),
            level: U16::new(level as u16),
            count: U16::ZERO,
            heap: U16::new(BLOCK as u16),
            padding: U16::ZERO,
        };
        let mut node = NodeMut { bytes, head };
        node.store_head();
        node
    }

    /// The node at place `number` of the tree of `owner`.
    pub fn parse(bytes: &'a mut [u8], number: u64, owner: u64) -> Result<NodeMut<'a>> {
        let head = parse(bytes, number, owner)?;
        Ok(NodeMut { bytes, head })
    }

    /// The node, to be read.
    pub fn view(&self) -> Node<'_> {
        Node { bytes: self.bytes, head: self.head }
    }

    fn store_head(&mut self) {
        self.bytes[..SLOTS_AT].copy_from_slice(self.head.as_bytes());
    }

    /// Whether an entry with a value of `len` bytes fits.
    pub fn fits(&self, len: usize) -> bool {
        entry_size(len) <= self.view().room()
    }

    /// Puts an entry at `index`; it fits.
    pub fn insert(&mut self, index: usize, key: u64, value: &[u8]) -> Result<()> {
        let count = self.view().count();
        if !self.fits(value.len()) || index > count {
            return Err(corrupt(format_args!("tree node: an entry does not fit")));
        }
        let heap = self.head.heap.get() as usize - value.len();
        self.bytes[heap..heap + value.len()].copy_from_slice(value);
        let at = SLOTS_AT + index * SLOT;
        self.bytes.copy_within(at..SLOTS_AT + count * SLOT, at + SLOT);
        let slot = Slot { key: U64::new(key), offset: U16::new(heap as u16), len: U16::new(value.len() as u16) };
        self.bytes[at..at + SLOT].copy_from_slice(slot.as_bytes());
        self.head.heap = U16::new(heap as u16);
        self.head.count = U16::new(count as u16 + 1);
        self.store_head();
        Ok(())
    }

    /// Takes entry `index` out, and closes the gap in the heap.
    pub fn remove(&mut self, index: usize) -> Result<()> {
        let len = self.view().value(index)?.len();
        let offset = self.view().slot(index)?.offset.get() as usize;
        let (count, heap) = (self.view().count(), self.head.heap.get() as usize);
        self.bytes.copy_within(heap..offset, heap + len);
        for other in 0..count {
            let at = SLOTS_AT + other * SLOT + 8;
            let place = u16::from_le_bytes([self.bytes[at], self.bytes[at + 1]]);
            if (place as usize) < offset {
                let moved = place.checked_add(len as u16).ok_or(Errno::EUCLEAN)?;
                self.bytes[at..at + 2].copy_from_slice(&moved.to_le_bytes());
            }
        }
        let at = SLOTS_AT + index * SLOT;
        let table_end = SLOTS_AT + count * SLOT;
        self.bytes.copy_within(at + SLOT..table_end, at);
        self.bytes[table_end - SLOT..table_end].fill(0);
        self.bytes[heap..heap + len].fill(0);
        self.head.heap = U16::new((heap + len) as u16);
        self.head.count = U16::new(count as u16 - 1);
        self.store_head();
        Ok(())
    }

    /// Changes the key of entry `index`, which stays in order.
    pub fn set_key(&mut self, index: usize, key: u64) -> Result<()> {
        self.view().slot(index)?;
        let at = SLOTS_AT + index * SLOT;
        self.bytes[at..at + size_of::<u64>()].copy_from_slice(&key.to_le_bytes());
        Ok(())
    }

    /// The value of entry `index`, to be overwritten in place.
    pub fn value_mut(&mut self, index: usize) -> Result<&mut [u8]> {
        let len = self.view().value(index)?.len();
        let offset = self.view().slot(index)?.offset.get() as usize;
        Ok(&mut self.bytes[offset..offset + len])
    }

    /// Moves the entries from `index` on to the end of `to`.
    pub fn move_tail(&mut self, index: usize, to: &mut NodeMut<'_>) -> Result<()> {
        let count = self.view().count();
        for moved in index..count {
            let at = to.view().count();
            to.insert(at, self.view().key(moved)?, self.view().value(moved)?)?;
        }
        for moved in (index..count).rev() {
            self.remove(moved)?;
        }
        Ok(())
    }

    /// Where to cut the node so that both halves hold about as many bytes: at least one entry on each side.
    pub fn middle(&self) -> Result<usize> {
        let count = self.view().count();
        let half = (CAPACITY - self.view().room()) / 2;
        let mut used = 0;
        for index in 0..count {
            used += entry_size(self.view().value(index)?.len());
            if used >= half {
                return Ok((index + 1).clamp(1, count.saturating_sub(1).max(1)));
            }
        }
        Ok(count / 2)
    }
}
