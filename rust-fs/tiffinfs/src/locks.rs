// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! The lock classes, in the order in which a thread may take them.
//!
//! 1. [`RENAME`]: renames between two directories, so that the shape of the tree stands still while they look at it.
//! 2. [`INODE`], key: inode number. Directories first, an ancestor before its descendant, unrelated ones by number (only under
//!    `RENAME`); then what is no directory, by number.
//! 3. [`JOURNAL`]: shared by every op that changes something (a transaction handle), exclusive for a commit. A handle never waits for
//!    one of the locks above, so a commit, which waits for all handles to end, cannot be part of a circle.
//! 4. [`ORPHANS`]: the tree of orphans.
//! 5. [`TABLE`], then [`HANDLES`], [`RUNNING`] or [`SPACE`]: short, nothing but cached blocks is locked under them.
//! 6. Cached blocks (class 0): one at a time, but for the nodes of one tree, parent before child.

/// Cross-directory renames.
pub const RENAME: u32 = 1;
/// One inode and everything it owns.
pub const INODE: u32 = 2;
/// The journal: shared by handles, exclusive by commits.
pub const JOURNAL: u32 = 3;
/// The tree of orphans.
pub const ORPHANS: u32 = 4;
/// Inodes in memory.
pub const TABLE: u32 = 5;
/// The running transaction.
pub const RUNNING: u32 = 6;
/// The allocator.
pub const SPACE: u32 = 7;

/// Open handles. Apart from the table, so that closing a file, which the kernel does not wait for, orders itself with few other ops.
pub const HANDLES: u32 = 8;

/// The names, in the order of their numbers.
pub const NAMES: &str = "rename,inode,journal,orphans,table,running,space,handles";
