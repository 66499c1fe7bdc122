// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! Finding and listing.

use super::Tree;
use super::node::{FIRST_CHILD, MAX_LEVELS, Node};
use crate::corrupt::corrupt;
use crate::volume::Volume;
use alloc::vec::Vec;
use libbentofs::Result;

/// Whether a listing goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flow {
    /// To the next entry.
    Continue,
    /// That was enough.
    Stop,
}

/// A node on the way from the root to a leaf.
#[derive(Debug, Clone, Copy)]
pub(super) struct Step {
    /// The node's block.
    pub number: u64,
    /// In an inner node, the child that was taken.
    pub index: usize,
    /// Bytes left in the node.
    pub room: usize,
}

/// A leaf, where the next one's keys begin, and the nearest node to its left with that node's level.
struct Leaf {
    number: u64,
    next: Option<u64>,
    left: Option<(u64, usize)>,
}

impl Tree {
    /// Calls `each` with the node `number` of level `level` (any, when `None`).
    fn visit<R>(&self, volume: &Volume, number: u64, level: Option<usize>, each: impl FnOnce(Node<'_>) -> Result<R>) -> Result<R> {
        let block = volume.metadata_block(number)?;
        let content = block.read();
        let node = Node::parse(&content, number, self.owner)?;
        if level.is_some_and(|level| level != node.level()) {
            return Err(corrupt(format_args!("tree of inode {}: node {number} is at the wrong level", self.owner)));
        }
        each(node)
    }

    /// The leaf where `key` belongs.
    fn descend(&self, volume: &Volume, key: u64) -> Result<Leaf> {
        let (mut number, mut level, mut next, mut left) = (self.root, None, None, None);
        loop {
            let below = self.visit(volume, number, level, |node| {
                if node.level() == 0 {
                    return Ok(None);
                }
                let index = node.find_child(key)?;
                if index + 1 < node.count() {
                    next = Some(node.key(index + 1)?);
                }
                if index > 0 {
                    left = Some((node.child(index - 1)?, node.level() - 1));
                }
                Ok(Some((node.child(index)?, node.level() - 1)))
            })?;
            match below {
                None => return Ok(Leaf { number, next, left }),
                Some((child, below)) => (number, level) = (child, Some(below)),
            }
        }
    }

    /// The nodes from the root to the leaf where `key` belongs.
    pub(super) fn path(&self, volume: &Volume, key: u64) -> Result<Vec<Step>> {
        let mut path = Vec::with_capacity(MAX_LEVELS);
        let (mut number, mut level) = (self.root, None);
        loop {
            let (index, room, below) = self.visit(volume, number, level, |node| {
                if node.level() == 0 {
                    return Ok((0, node.room(), None));
                }
                let index = node.find_child(key)?;
                Ok((index, node.room(), Some((node.child(index)?, node.level() - 1))))
            })?;
            path.push(Step { number, index, room });
            match below {
                None => return Ok(path),
                Some((child, below)) => (number, level) = (child, Some(below)),
            }
        }
    }

    /// Calls `each` with the entries from `key` on, in order, until it stops. `each` runs while a node is locked: it must not take
    /// locks of its own.
    pub fn list(&self, volume: &Volume, key: u64, mut each: impl FnMut(u64, &[u8]) -> Result<Flow>) -> Result<()> {
        let mut from = key;
        loop {
            let leaf = self.descend(volume, from)?;
            let flow = self.visit(volume, leaf.number, Some(0), |node| {
                let (Ok(first) | Err(first)) = node.find(from)?;
                for index in first..node.count() {
                    if each(node.key(index)?, node.value(index)?)? == Flow::Stop {
                        return Ok(Flow::Stop);
                    }
                }
                Ok(Flow::Continue)
            })?;
            match leaf.next {
                Some(next) if flow == Flow::Continue => {
                    if next <= from {
                        return Err(corrupt(format_args!("tree of inode {}: keys out of order", self.owner)));
                    }
                    from = next;
                }
                _ => return Ok(()),
            }
        }
    }

    /// Calls `use_it` with the last entry before or at `key`.
    pub fn floor<R>(&self, volume: &Volume, key: u64, use_it: impl FnOnce(u64, &[u8]) -> Result<R>) -> Result<Option<R>> {
        let leaf = self.descend(volume, key)?;
        let mut use_it = Some(use_it);
        let found = self.visit(volume, leaf.number, Some(0), |node| {
            let index = match node.find(key)? {
                Ok(index) => Some(index),
                Err(after) => after.checked_sub(1),
            };
            let (Some(index), Some(use_it)) = (index, index.and_then(|_| use_it.take())) else { return Ok(None) };
            use_it(node.key(index)?, node.value(index)?).map(Some)
        })?;
        // Nothing so far left in the leaf: the entry before is the last one of the subtree to the left.
        let (None, Some(use_it), Some((mut number, mut level))) = (&found, use_it, leaf.left) else { return Ok(found) };
        while level > 0 {
            number = self.visit(volume, number, Some(level), |node| node.child(node.count().saturating_sub(1)))?;
            level -= 1;
        }
        self.visit(volume, number, Some(0), |node| match node.count().checked_sub(1) {
            Some(last) => use_it(node.key(last)?, node.value(last)?).map(Some),
            None => Ok(None),
        })
    }

    /// Number of levels.
    pub fn levels(&self, volume: &Volume) -> Result<u64> {
        self.visit(volume, self.root, None, |node| Ok(node.level() as u64 + 1))
    }

    /// Whether there are no entries.
    pub fn is_empty(&self, volume: &Volume) -> Result<bool> {
        self.visit(volume, self.root, None, |node| Ok(node.count() == 0))
    }

    /// Checks every node, checksums included but where `unsealed` says that a node is part of the running transaction, and calls `each`
    /// with the leaves' entries.
    pub fn check(
        &self,
        volume: &Volume,
        unsealed: impl Fn(u64) -> bool,
        mut each: impl FnMut(u64, &[u8]) -> Result<()>,
    ) -> Result<()> {
        // Nodes to visit, with their level and the keys they may hold.
        let mut waiting: Vec<(u64, Option<usize>, u64, u64)> = Vec::new();
        waiting.push((self.root, None, 0, u64::MAX));
        let mut visited = 0_u64;
        while let Some((number, level, low, high)) = waiting.pop() {
            visited += 1;
            if visited > volume.superblock.geometry.blocks {
                return Err(corrupt(format_args!("tree of inode {}: it has a loop", self.owner)));
            }
            self.visit(volume, number, level, |node| {
                if let Some(problem) = node.problem(!unsealed(number)) {
                    return Err(corrupt(format_args!("tree of inode {}: node {number}: {problem}", self.owner)));
                }
                if node.level() == 0 && node.count() == 0 && level.is_some() {
                    return Err(corrupt(format_args!("tree of inode {}: node {number} is empty", self.owner)));
                }
                for index in 0..node.count() {
                    let key = node.key(index)?;
                    let first_child = node.level() > 0 && index == 0;
                    let misplaced = if first_child { key != FIRST_CHILD } else { key < low || key > high };
                    if misplaced {
                        return Err(corrupt(format_args!("tree of inode {}: node {number} has a key of another", self.owner)));
                    }
                    if node.level() == 0 {
                        each(key, node.value(index)?)?;
                        continue;
                    }
                    let end = if index + 1 < node.count() { node.key(index + 1)?.saturating_sub(1) } else { high };
                    let begin = if index == 0 { low } else { key };
                    waiting.push((node.child(index)?, Some(node.level() - 1), begin, end));
                }
                Ok(())
            })?;
        }
        Ok(())
    }
}
