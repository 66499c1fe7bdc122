// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! Inserting and removing.

use super::Tree;
use super::node::{FIRST_CHILD, MAX_LEVELS, Node, NodeMut, entry_size};
use super::walk::Step;
use crate::corrupt::corrupt;
use crate::journal::Tx;
use alloc::vec::Vec;
use libbentofs::{Errno, Result};

impl Tree {
    /// New nodes that inserting a value of `len` bytes under `key` takes. EFBIG when the tree cannot grow that far.
    pub fn insert_cost(&self, volume: &crate::volume::Volume, key: u64, len: usize) -> Result<u64> {
        cost(&self.path(volume, key)?, len)
    }

    /// Puts `value` under `key`, which is not in the tree; the op has reserved the new nodes. Answers how many it took.
    pub fn insert(&self, tx: &mut Tx<'_>, key: u64, value: &[u8]) -> Result<u64> {
        let path = self.path(tx.volume, key)?;
        let mut taken = 0;
        let (mut key, mut value) = (key, Vec::from(value));
        let pointer = |number: u64| Vec::from(number.to_le_bytes());
        for (depth, step) in path.iter().enumerate().rev() {
            let block = tx.block(step.number)?;
            let mut content = block.write();
            let mut node = NodeMut::parse(&mut content, step.number, self.owner)?;
            if node.fits(value.len()) {
                insert_sorted(&mut node, key, &value)?;
                return Ok(taken);
            }
            if depth == 0 {
                break;
            }
            let right_number = tx.take_reserved()?;
            taken += 1;
            let separator = self.split(tx, &mut node, right_number, key, &value)?;
            (key, value) = (separator, pointer(right_number));
        }
        // The root is full: its content becomes its only child, which then has room beside it to be split.
        let child_number = tx.take_reserved()?;
        let right_number = tx.take_reserved()?;
        taken += 2;
        let root = tx.block(self.root)?;
        let child = tx.block_zeroed(child_number)?;
        let mut root_content = root.write();
        let mut child_content = child.write();
        let level = Node::parse(&root_content, self.root, self.owner)?.level();
        if level + 1 >= MAX_LEVELS {
            return Err(Errno::EFBIG);
        }
        let mut root_node = NodeMut::parse(&mut root_content, self.root, self.owner)?;
        let mut child_node = NodeMut::create(&mut child_content, child_number, self.owner, level);
        root_node.move_tail(0, &mut child_node)?;
        let separator = self.split(tx, &mut child_node, right_number, key, &value)?;
        let mut root_node = NodeMut::create(&mut root_content, self.root, self.owner, level + 1);
        root_node.insert(0, FIRST_CHILD, &pointer(child_number))?;
        root_node.insert(1, separator, &pointer(right_number))?;
        Ok(taken)
    }

    /// Moves the upper half of `node` to a new node, puts the entry into the half where it belongs, and answers the first key of the new one.
    fn split(&self, tx: &mut Tx<'_>, node: &mut NodeMut<'_>, right_number: u64, key: u64, value: &[u8]) -> Result<u64> {
        let right = tx.block_zeroed(right_number)?;
        let mut right_content = right.write();
        let mut right_node = NodeMut::create(&mut right_content, right_number, self.owner, node.view().level());
        node.move_tail(node.middle()?, &mut right_node)?;
        let separator = right_node.view().key(0)?;
        if right_node.view().level() > 0 {
            right_node.set_key(0, FIRST_CHILD)?;
        }
        if key < separator {
            insert_sorted(node, key, value)?;
        } else {
            insert_sorted(&mut right_node, key, value)?;
        }
        Ok(separator)
    }

    /// Takes the entry under `key` out. Answers how many nodes that freed.
    pub fn remove(&self, tx: &mut Tx<'_>, key: u64) -> Result<u64> {
        let path = self.path(tx.volume, key)?;
        let mut freed = 0;
        for (depth, step) in path.iter().enumerate().rev() {
            let leaf = depth + 1 == path.len();
            let block = tx.block(step.number)?;
            let mut content = block.write();
            let mut node = NodeMut::parse(&mut content, step.number, self.owner)?;
            let index = if leaf {
                node.view().find(key)?.map_err(|_| corrupt(format_args!("tree of inode {}: key {key:#x} is gone", self.owner)))?
            } else {
                step.index
            };
            node.remove(index)?;
            if node.view().count() > 0 {
                if !leaf {
                    // The next child takes over the keys of the one that went.
                    node.set_key(0, FIRST_CHILD)?;
                }
                break;
            }
            if depth == 0 {
                // The last entry of all: the root is an empty leaf again.
                NodeMut::create(&mut content, self.root, self.owner, 0);
                return Ok(freed);
            }
            drop(content);
            tx.free_metadata(step.number)?;
            freed += 1;
        }
        Ok(freed + self.lower_root(tx)?)
    }

    /// Lets the root take its child's place while it has only one.
    fn lower_root(&self, tx: &mut Tx<'_>) -> Result<u64> {
        let mut freed = 0;
        loop {
            let only = {
                let block = tx.volume.metadata_block(self.root)?;
                let content = block.read();
                let node = Node::parse(&content, self.root, self.owner)?;
                if node.level() > 0 && node.count() == 1 { node.child(0)? } else { return Ok(freed) }
            };
            let (root, child) = (tx.block(self.root)?, tx.block(only)?);
            let mut root_content = root.write();
            let mut child_content = child.write();
            let mut child_node = NodeMut::parse(&mut child_content, only, self.owner)?;
            let mut root_node = NodeMut::create(&mut root_content, self.root, self.owner, child_node.view().level());
            child_node.move_tail(0, &mut root_node)?;
            drop(child_content);
            drop(root_content);
            tx.free_metadata(only)?;
            freed += 1;
        }
    }

    /// Overwrites the value under `key` with one of the same length.
    pub fn update(&self, tx: &mut Tx<'_>, key: u64, value: &[u8]) -> Result<()> {
        let path = self.path(tx.volume, key)?;
        let Some(step) = path.last() else { return Err(Errno::EUCLEAN) };
        let block = tx.block(step.number)?;
        let mut content = block.write();
        let mut node = NodeMut::parse(&mut content, step.number, self.owner)?;
        let gone = |_| corrupt(format_args!("tree of inode {}: key {key:#x} is gone", self.owner));
        let index = node.view().find(key)?.map_err(gone)?;
        let place = node.value_mut(index)?;
        if place.len() != value.len() {
            return Err(corrupt(format_args!("tree of inode {}: a value of {} bytes", self.owner, place.len())));
        }
        place.copy_from_slice(value);
        Ok(())
    }
}

/// New nodes that an insertion at the end of `path` takes: one for each full node, and one more for the root.
fn cost(path: &[Step], len: usize) -> Result<u64> {
    let mut needed = entry_size(len);
    for (depth, step) in path.iter().enumerate().rev() {
        if needed <= step.room {
            return Ok((path.len() - 1 - depth) as u64);
        }
        needed = entry_size(size_of::<u64>());
    }
    if path.len() >= MAX_LEVELS { Err(Errno::EFBIG) } else { Ok(path.len() as u64 + 1) }
}

fn insert_sorted(node: &mut NodeMut<'_>, key: u64, value: &[u8]) -> Result<()> {
    match node.view().find(key)? {
        Err(index) => node.insert(index, key, value),
        Ok(_) => Err(corrupt(format_args!("tree node: key {key:#x} is there already"))),
    }
}
