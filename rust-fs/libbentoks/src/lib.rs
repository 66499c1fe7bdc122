// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! libBentoKS: what a file system needs of its kernel, in safe Rust.
//!
//! Every call ends in a `bento_ks_*` function, which bentofs.ko exports in the kernel and bento-host in userspace. Nothing
//! else reaches a module: no clock, no randomness, no device, no lock and no thread but through here, and so whoever
//! provides these functions can record a module's run and play it again.
//!
//! Invariant: no `cfg` in this crate tells one world from the other.
#![no_std]

extern crate alloc;

pub mod block;
mod builtins;
pub mod errno;
mod ffi;
pub mod heap;
pub mod log;
pub mod panic;
pub mod random;
pub mod sync;
pub mod thread;
pub mod time;
pub mod work;

pub use block::{CachedBlock, Device};
pub use errno::{Errno, Result};
