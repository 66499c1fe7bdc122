// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! Checking.

use core::fmt::Write;
use libbentofs::{Mount, Result};

/// Checks.
pub fn fsck(_mount: &Mount<'_>, _report: &mut dyn Write) -> Result<()> {
    Ok(())
}
