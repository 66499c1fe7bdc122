// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! A version of tiffinfs that keeps the provenance of files: who created, opened, renamed and removed what.
//!
//! It is tiffinfs (the same name, device format and state), with a log beside it. A live upgrade to it starts the log, one between its own
//! versions hands the log over, and plain tiffinfs keeps the log in its state without looking at it, so it is there again after
//! a way back and forth.
//!
//! The log is read through extended attributes that no listing shows:
//!
//! - `user.bento.provenance` of any inode: what is known of it, one deed a line;
//! - `user.bento.provenance.log` of the root: the whole log.
//!
//! The log is in memory and holds the last [`CAPACITY`] deeds; unmounting ends it.
#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

mod deed;
mod fs;
mod log;

pub use fs::TiffinFsProv;
pub use log::CAPACITY;
