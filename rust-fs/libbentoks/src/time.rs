// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! The clock; recorded, and read again in a replay.

use crate::ffi;

/// A moment: nanoseconds since 1970, before or after.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Time(pub i64);

impl Time {
    /// Now. Within one op the clock stands still at the op's begin, unless the op runs for long (over 10 ms).
    pub fn now() -> Time {
        // SAFETY: no arguments.
        Time(unsafe { ffi::bento_ks_time_now() })
    }

    /// From whole seconds and nanoseconds, kept within what 64 bits of nanoseconds hold (years 1677 to 2262).
    pub const fn new(seconds: i64, nanoseconds: u32) -> Time {
        Time(seconds.saturating_mul(1_000_000_000).saturating_add(nanoseconds as i64))
    }

    /// Whole seconds, rounded down.
    pub const fn seconds(self) -> i64 {
        self.0.div_euclid(1_000_000_000)
    }

    /// Nanoseconds beyond `seconds`.
    pub const fn nanoseconds(self) -> u32 {
        self.0.rem_euclid(1_000_000_000) as u32
    }
}
