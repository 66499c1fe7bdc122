// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! Saying in words what a block holds.

use core::fmt::Write;
use libbentofs::{Mount, Result};

/// Says what block `number` holds.
pub fn explain(_mount: &Mount<'_>, _number: u64, _data: &[u8], _text: &mut dyn Write) -> Result<()> {
    Ok(())
}
