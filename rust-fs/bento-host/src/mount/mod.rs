// SPDX-License-Identifier: MIT OR Apache-2.0
//! Mounting a module through the kernel's FUSE: the life of a mount, the gate that ops pass, live upgrade, and control from
//! outside.

mod attach;
mod control;
mod fuse;
mod gate;
mod image;
mod life;
mod served;
mod slot;
mod upgrade;

pub use image::{BLOCK_SIZE, ImageError, clear};
pub use life::{MountError, MountOptions, run};
pub use served::{Ended, Served};
