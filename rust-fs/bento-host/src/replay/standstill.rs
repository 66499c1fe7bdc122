// SPDX-License-Identifier: MIT OR Apache-2.0
//! Places in a trace where the recorded threads stood still.

use super::source::Outline;

/// The first place from `seq` on where no op was under way.
pub fn standstill(outline: &Outline, seq: u64) -> u64 {
    // Backwards: `began` is the earliest place after which an op behind began.
    let mut began = u64::MAX;
    let mut found = outline.overlaps.len() as u64;
    if outline.overlaps.is_empty() {
        return seq;
    }
    for (at, &overlap) in outline.overlaps.iter().enumerate().skip(seq as usize).rev() {
        let number = at as u64 + 1;
        if began >= number {
            found = number;
        }
        began = began.min((number - 1).saturating_sub(u64::from(overlap)));
    }
    if began >= seq { seq } else { found }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outline(overlaps: &[u32]) -> Outline {
        Outline { threads: Vec::new(), overlaps: overlaps.to_vec() }
    }

    #[test]
    fn a_standstill_has_no_op_across_it() {
        // Op 3 began before op 2 ended; op 6 before ops 4 and 5 ended.
        let overlaps = outline(&[0, 0, 1, 0, 0, 2, 0]);
        let places: Vec<u64> = (0..=7).map(|seq| standstill(&overlaps, seq)).collect();
        assert_eq!(places, [0, 1, 3, 3, 6, 6, 6, 7]);
        assert_eq!(standstill(&outline(&[]), 5), 5);
    }
}
