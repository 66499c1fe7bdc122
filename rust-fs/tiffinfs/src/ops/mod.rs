// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! The ops on names and inodes.

pub mod attr;
pub mod create;
pub mod open;
pub mod remove;
pub mod rename;

/// Metadata blocks that an op on one name may change.
pub const NAME_CREDITS: u64 = 48;
