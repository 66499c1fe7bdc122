// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! Random bytes; recorded, and given again in a replay.

use crate::ffi;

/// Fills `bytes`.
pub fn fill(bytes: &mut [u8]) {
    // SAFETY: a pointer to `len` writable bytes.
    unsafe { ffi::bento_ks_random(bytes.as_mut_ptr(), bytes.len()) }
}
