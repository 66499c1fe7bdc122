// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! tiffinfs: a journalled file system on a block device.
#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

mod btree;
mod corrupt;
mod dir;
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
mod ops;
mod orphan;
mod space;
mod state;
mod superblock;
mod trait_impl;
mod volume;
mod xattr;

pub use fs::TiffinFs;
