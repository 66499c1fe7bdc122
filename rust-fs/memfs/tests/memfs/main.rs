// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! memfs, driven through the module contract as a host drives it.

mod posix;
mod state;
mod tutorial;
mod world;
