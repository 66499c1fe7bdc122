// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! Lines for the host's log (the kernel's log, or bento-host's standard error).

use crate::ffi;

/// How much a line matters; the kernel's numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum Level {
    /// Something failed.
    Error = 3,
    /// Something is odd.
    Warning = 4,
    /// Worth knowing.
    Info = 6,
    /// For the developer.
    Debug = 7,
}

/// Writes one line; a newline at its end is not needed.
pub fn line(level: Level, text: &str) {
    // SAFETY: a pointer to `len` readable bytes.
    unsafe { ffi::bento_ks_log(level as u32, text.as_ptr(), text.len()) }
}
