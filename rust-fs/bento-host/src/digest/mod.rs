// SPDX-License-Identifier: MIT OR Apache-2.0
//! What a file system holds, as one number: of the device (kept by [`CowDevice`](crate::device::CowDevice) itself) and of the
//! logical tree.

pub mod probe;
pub mod scratch;
pub mod tree;
