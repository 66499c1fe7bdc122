// SPDX-License-Identifier: MIT OR Apache-2.0
//! When the ops of a chunk took place: a byte an op for the duration, one for the end.
//!
//! The begin that an op has is what the module saw of the clock, and that clock ticks slowly (see `precision`). A person wants to know
//! more. Beside the ops, in columns, two bytes tell it to within an eighth; among their fields it took seven, and most of what zstd
//! could do for the rest.

use crate::proto::trace as pb;

/// Most bytes that the record takes beside its columns.
const FRAME: usize = 32;

/// The byte of a number: three significant bits, rounded to the nearest.
pub const fn code(number: u64) -> u8 {
    if number < 8 {
        return number as u8;
    }
    let shift = u64::BITS - 3 - number.leading_zeros();
    // Half a step up; where that is the next power of two, shift and bits say so by themselves.
    let up = number.saturating_add(1 << (shift - 1));
    let shift = u64::BITS - 3 - up.leading_zeros();
    ((shift + 1) << 2) as u8 | ((up >> shift) & 3) as u8
}

/// The number of a byte; the greatest there is for bytes that no number has.
pub const fn number(code: u8) -> u64 {
    match code {
        0..8 => code as u64,
        8..252 => ((code & 3 | 4) as u64) << ((code >> 2) - 1),
        _ => u64::MAX,
    }
}

/// Takes the times of a chunk's ops.
#[derive(Debug, Default)]
pub struct TimesBuilder {
    durations: Vec<u8>,
    ends: Vec<u8>,
    /// As a reader will know it.
    last_end: Option<i64>,
    /// That of the chunk before.
    end_before: Option<i64>,
}

impl TimesBuilder {
    /// Bytes that the record will take at most.
    pub fn room(&self) -> usize {
        FRAME + 2 * self.ends.len()
    }

    /// Adds an op; `begin_ns` is what the trace says of its begin.
    pub fn add(&mut self, begin_ns: i64, end_ns: i64, duration_ns: u64) {
        let last = self.last_end.map_or(begin_ns, |last| last.max(begin_ns));
        // Ends stand in order, but for what the clocks of two processors differ by, and for what was told too late before.
        let passed = code(end_ns.saturating_sub(last).max(0).unsigned_abs());
        self.last_end = Some(last.saturating_add_unsigned(number(passed)));
        self.ends.push(passed);
        self.durations.push(code(duration_ns));
    }

    /// The record of a chunk that begins at `base_ns`; `None` when there is no op.
    pub fn message(&self, base_ns: i64) -> Option<pb::Times> {
        if self.ends.is_empty() {
            return None;
        }
        let copy = |bytes: &Vec<u8>| bytes.clone().into();
        let end_before_ns = self.end_before.map_or(0, |end| end.wrapping_sub(base_ns));
        Some(pb::Times { durations: copy(&self.durations), ends: copy(&self.ends), end_before_ns })
    }

    /// Goes on with the next chunk, keeping its memory.
    pub fn clear(&mut self) {
        self.durations.clear();
        self.ends.clear();
        self.end_before = self.last_end;
    }
}

/// Hands out the times of a chunk's ops, one after the other.
#[derive(Debug)]
pub struct Times {
    durations: bytes::Bytes,
    ends: bytes::Bytes,
    next: usize,
    last_end: i64,
}

impl Times {
    /// Of a chunk of so many ops that begins at `base_ns`; `None` when the columns are not of that length.
    pub fn new(message: pb::Times, ops: u64, base_ns: i64) -> Option<Times> {
        let pb::Times { durations, ends, end_before_ns } = message;
        let fits = durations.len() as u64 == ops && ends.len() as u64 == ops;
        fits.then_some(Times { durations, ends, next: 0, last_end: base_ns.wrapping_add(end_before_ns) })
    }

    /// Duration and end of the next op, which began at `begin_ns`.
    pub fn next(&mut self, begin_ns: i64) -> Option<(u64, i64)> {
        let (&duration, &passed) = (self.durations.get(self.next)?, self.ends.get(self.next)?);
        self.next += 1;
        self.last_end = self.last_end.max(begin_ns).saturating_add_unsigned(number(passed));
        Some((number(duration), self.last_end))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_told_to_within_an_eighth_and_in_order() {
        let mut last = 0;
        let mut seen = Vec::new();
        for n in (0..100_000).chain((17..64).flat_map(|bit| [(1 << bit) - 1, 1 << bit, (1 << bit) + (1 << (bit - 2))])) {
            let told = number(code(n));
            assert!(told.abs_diff(n) <= n / 8, "{n} as {told}");
            assert_eq!(code(told), code(n), "{n} as {told}");
            assert!(told >= last, "{n} as {told}");
            last = told;
            seen.push(code(n));
        }
        seen.dedup();
        assert!(seen.is_sorted());
        assert_eq!((code(u64::MAX), number(251), number(255)), (251, 7 << 61, u64::MAX));
    }

    #[test]
    fn errors_of_ends_do_not_add_up() {
        // A clock that ticks in 4 ms, ops 10 us apart, and once nothing for a second.
        let tick = |ns: i64| ns - ns % 4_000_000;
        let ends: Vec<i64> = (0..1000_i64).map(|n| 5_000_001_234 + n * 10_337 + n % 7 * 801 + n / 500 * 1_000_000_000).collect();
        let mut builder = TimesBuilder::default();
        for &end in &ends {
            builder.add(tick(end - 1234), end, 1234);
        }
        let message = builder.message(tick(ends[0])).expect("there are ops");
        assert!(Times::new(message.clone(), 999, 0).is_none());
        let mut times = Times::new(message, 1000, tick(ends[0])).expect("fits");
        for (n, &end) in ends.iter().enumerate() {
            let (duration, told) = times.next(tick(end - 1234)).expect("as many");
            let most = if n == 500 { 500_000 } else { 3_000 };
            assert!(n == 501 || told.abs_diff(end) < most, "{told} for {end}");
            assert_eq!(duration, 1280);
        }
        assert_eq!(times.next(0), None);
    }
}
