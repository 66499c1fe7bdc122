// SPDX-License-Identifier: MIT OR Apache-2.0
//! Places in a trace where the recorded threads stood still.

use super::source::Outline;

/// The first place from `seq` on where no op was under way and no task ran. Segments of tasks that ended after the op of that place
/// and before the next are behind it too.
pub fn standstill(outline: &Outline, seq: u64) -> u64 {
    let mut place = of_ops(outline, seq);
    while let Some(later) = in_the_way(outline, place) {
        place = of_ops(outline, later);
    }
    place
}

/// The end of something that began before `place` was reached and ends behind it.
fn in_the_way(outline: &Outline, place: u64) -> Option<u64> {
    let done = outline.segments.partition_point(|segment| segment.place <= place);
    let behind = outline.segments[done..].iter();
    let across = behind.filter(|segment| segment.after_ops < place || segment.after_segments < done as u64);
    let ops = outline.over_segments.iter().filter(|(op, first)| *op > place && *first <= done as u64).map(|(op, _)| *op);
    across.map(|segment| segment.place).chain(ops).max()
}

/// The same, of ops alone.
fn of_ops(outline: &Outline, seq: u64) -> u64 {
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
    use super::super::source::SegmentSpan;
    use super::*;

    fn outline(overlaps: &[u32]) -> Outline {
        Outline { overlaps: overlaps.to_vec(), ..Outline::default() }
    }

    #[test]
    fn a_standstill_has_no_op_across_it() {
        // Op 3 began before op 2 ended; op 6 before ops 4 and 5 ended.
        let overlaps = outline(&[0, 0, 1, 0, 0, 2, 0]);
        let places: Vec<u64> = (0..=7).map(|seq| standstill(&overlaps, seq)).collect();
        assert_eq!(places, [0, 1, 3, 3, 6, 6, 6, 7]);
        assert_eq!(standstill(&outline(&[]), 5), 5);
    }

    #[test]
    fn a_segment_is_not_cut_in_two() {
        let segment = |after_ops, after_segments, place| SegmentSpan { after_ops, after_segments, place };
        let mut outline = Outline { segments: vec![segment(2, 0, 4), segment(4, 1, 4)], ..Outline::default() };
        let places: Vec<u64> = (0..=5).map(|seq| standstill(&outline, seq)).collect();
        assert_eq!(places, [0, 1, 2, 4, 4, 5]);
        // Op 6 began before the second segment ended, which stands right after op 4.
        outline.over_segments = vec![(6, 2)];
        assert_eq!(standstill(&outline, 4), 6);
    }
}
