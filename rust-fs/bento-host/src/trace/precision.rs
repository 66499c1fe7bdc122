// SPDX-License-Identifier: MIT OR Apache-2.0
//! How exactly a recorder tells times.
//!
//! Nanoseconds are noise, and noise does not compress: of the bytes that a stored metadata op took, a third told begins and
//! durations to the nanosecond. A recording's clock ticks in 1.024 us (file systems in the kernel see one of 4 ms), which
//! leaves most of each stored difference constant; durations keep four significant bits. The format knows nothing of this.

/// What the recorder's clock advances by, nanoseconds. A power of two: as varints, differences then end in constant bits.
pub const TICK_NS: i64 = 1024;

/// Significant bits of a duration: right to within 1/16.
const BITS: u32 = 4;

/// The tick at or before `ns`.
pub const fn tick(ns: i64) -> i64 {
    ns & !(TICK_NS - 1)
}

/// The tick at or after `ns`.
pub const fn tick_after(ns: i64) -> i64 {
    tick(ns.saturating_add(TICK_NS - 1))
}

/// The nearest duration that is told.
pub const fn rounded(duration_ns: u64) -> u64 {
    let length = u64::BITS - duration_ns.leading_zeros();
    if length <= BITS {
        return duration_ns;
    }
    let step = 1 << (length - BITS);
    // At the very end of the range there is nothing to round up to.
    duration_ns.saturating_add(step / 2) & !(step - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_enclose() {
        for ns in [-2049, -1, 0, 1, 1023, 1024, 1025, 1_700_000_000_123_456_789, i64::MAX - 2000] {
            assert!(tick(ns) <= ns && ns - tick(ns) < TICK_NS);
            assert!(tick_after(ns) >= ns && tick_after(ns) - ns < TICK_NS);
            assert_eq!((tick(ns) % TICK_NS, tick_after(ns) % TICK_NS), (0, 0));
        }
    }

    #[test]
    fn durations_are_right_to_within_a_sixteenth() {
        for duration in (0..100_000).chain([u64::MAX / 3, u64::MAX]) {
            let told = rounded(duration);
            assert!(told.abs_diff(duration) <= duration / 16, "{duration} as {told}");
            assert!(told == 0 || told.ilog2() + 1 - told.trailing_zeros() <= BITS, "{duration} as {told}");
        }
    }
}
