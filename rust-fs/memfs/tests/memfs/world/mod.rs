// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! The other side of the module contract, small enough for these tests: [`services`] are the `bento_ks_*` functions of a world without
//! devices, [`ops`] sends ops through the dispatcher, as a host does.

pub mod lock;
pub mod ops;
pub mod services;

pub use ops::{Fs, Made};
