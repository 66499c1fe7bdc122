// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! tiffinfs: a journalled file system on a block device.
//!
//! # From the op to the device
//!
//! `trait_impl` receives the ops and hands them on: names to [`ops`], contents to [`file`], attributes of the extended kind to [`xattr`]. An op
//! takes the [`inode`]s that it is about from the table of those in memory and locks them, looks at everything that could make it fail, and
//! only then begins a handle ([`journal::Tx`]), reserves what it will take ([`space`]), and changes metadata in the host's block cache:
//! [`btree`]s of names ([`dir`]), of extents ([`extent`]) and of [`orphan`]s, bitmaps, inodes. At the end of an op the cached blocks are up to
//! date: what is decoded in memory is a copy of them, never newer.
//!
//! File data goes straight between the request's pages and the device, in runs as long as the extents.
//!
//! # What keeps a crash harmless
//!
//! The [`journal`] logs metadata blocks, ahead of their own places; its invariants stand there. Data is on the device before the commit that
//! points to it. What needs several transactions (freeing a large file) is noted among the orphans first, and a mount goes on with it.
//!
//! # What keeps it deterministic
//!
//! Ordered maps only, no addresses, no atomics of its own; the order of locks ([`locks`]) fixes the outcome. Which inodes are in memory
//! follows from the ops, and [`state`] hands over everything that a later answer, a later allocation or a later lock depends on.
//!
//! # What it does not do
//!
//! Access times are kept but not updated by reading (as mounted with `noatime`). Sparse tree nodes are not merged, only empty ones freed. Byte-range
//! locks, ACCESS and POLL are the kernel's.
//!
//! The format on the device is described in `docs/tiffinfs.md`.
#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

mod btree;
mod corrupt;
mod dir;
mod enclosed;
mod explain;
mod extent;
mod file;
mod fs;
mod fsck;
mod header;
mod inode;
mod journal;
mod layout;
mod locks;
mod mkfs;
mod noted;
mod ops;
mod orphan;
mod sorted;
mod space;
mod state;
mod superblock;
mod trait_impl;
mod volume;
mod xattr;

pub use fs::TiffinFs;
