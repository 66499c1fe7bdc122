// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! B+ trees of variable-size values under 64-bit keys: directories, extents of large files, the orphans.
//!
//! The root stays in its block for the tree's whole life: when it is full its content moves to a new child. A node that becomes
//! empty is freed, and a root with one child takes the child's place. Nodes that are merely sparse are not merged.
//!
//! Invariant: a child has the keys from its own in the parent up to the next child's. The first child has everything below the second, and its
//! key says so by being [`FIRST_CHILD`]: a real key would have to be lowered whenever a smaller one is inserted, or else a split of the first
//! child could yield a key below it.
//!
//! The owner's lock protects a tree; below it, a walk locks one node at a time.

mod change;
mod node;
mod walk;

pub use node::{CAPACITY, FIRST_CHILD, Node, NodeMut, entry_size};
pub use walk::Flow;

use crate::journal::Tx;
use libbentofs::Result;

/// A tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tree {
    /// Block of its root.
    pub root: u64,
    /// Inode that it belongs to; all its nodes name it.
    pub owner: u64,
}

impl Tree {
    /// Makes an empty tree in the block `root`, which the caller took.
    pub fn create(tx: &mut Tx<'_>, root: u64, owner: u64) -> Result<Tree> {
        let block = tx.block_zeroed(root)?;
        NodeMut::create(&mut block.write(), root, owner, 0);
        Ok(Tree { root, owner })
    }
}
