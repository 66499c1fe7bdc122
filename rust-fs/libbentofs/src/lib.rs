// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! libBentoFS: a file system is an implementation of [`FileSystem`], and [`module!`] makes a module of it.
//!
//! The trait is the FUSE low-level protocol in safe types: `&self` ops that run concurrently, typed requests, answers as
//! `Result`, names as bytes. The dispatcher turns the contract's structures into these calls and checks every length on the way;
//! an op that a file system does not implement answers ENOSYS.
#![no_std]

extern crate alloc;

mod data;
#[doc(hidden)]
pub mod delegate;
mod dispatch;
mod fs;
mod listing;
pub mod module;
mod types;

pub use bento_abi as abi;
pub use data::{DataIn, DataOut};
pub use fs::{FileSystem, Mount};
pub use libbentoks as ks;
pub use libbentoks::time::Time;
pub use libbentoks::{Errno, Result};
pub use listing::DirSink;
/// Exported state is CBOR with text keys, so that tools can show and compare it by name.
pub use minicbor as cbor;
pub use types::*;
