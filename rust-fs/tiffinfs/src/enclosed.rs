// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! For a file system around this one: a tiffinfs that is on the heap as soon as it is there. Each has a stack frame of its own, which is gone when
//! the one around goes on: a kernel's stack has no room for a tiffinfs twice.

use crate::fs::TiffinFs;
use alloc::boxed::Box;
use libbentofs::{FileSystem, Mount, Result};

impl TiffinFs {
    /// As [`FileSystem::mount`].
    #[inline(never)]
    pub fn mount_boxed(mount: &Mount<'_>) -> Result<Box<TiffinFs>> {
        TiffinFs::mount(mount).map(Box::new)
    }

    /// As [`FileSystem::import_state`].
    #[inline(never)]
    pub fn import_boxed(mount: &Mount<'_>, schema: u32, state: &[u8]) -> Result<Box<TiffinFs>> {
        TiffinFs::import_state(mount, schema, state).map(Box::new)
    }
}
