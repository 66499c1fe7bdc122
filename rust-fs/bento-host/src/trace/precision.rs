// SPDX-License-Identifier: MIT OR Apache-2.0
//! How exactly a recorder tells times.
//!
//! Nanoseconds are noise, and noise does not compress: more than half of the bytes that a stored metadata op took told times.
//! So a module sees a clock that ticks in 4.19 ms, as file systems do in the kernel (there it is one tick of the scheduler, 4 ms on
//! Debian): most ops begin in the same tick as the one before, and file times are few. When an op really took place stands beside it
//! (`times`). The format knows nothing of this.

/// What the module's clock advances by, nanoseconds. A power of two: as varints, differences then end in constant bits.
pub const TICK_NS: i64 = 1 << 22;

/// The tick at or before `ns`.
pub const fn tick(ns: i64) -> i64 {
    ns & !(TICK_NS - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tick_is_not_in_the_future() {
        for ns in [-(1 << 23) - 1, -1, 0, 1, (1 << 22) - 1, 1 << 22, 1_700_000_000_123_456_789, i64::MAX] {
            assert!(tick(ns) <= ns && ns - tick(ns) < TICK_NS && tick(ns) % TICK_NS == 0);
        }
    }
}
