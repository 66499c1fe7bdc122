// SPDX-License-Identifier: MIT OR Apache-2.0
//! One order out of many streams.

use bento_abi::fuse::opcode;
use bento_host::collect::{Entry, Merger, Out};
use bento_host::proto::kernel::{KernelData, KernelOp, KernelUpgrade, kernel_record::Kind};
use proptest::prelude::*;

fn op(seq: u64, overlap: u64) -> Kind {
    Kind::Op(KernelOp { seq, overlap, ..KernelOp::default() })
}

/// What came out: numbers of ops, and minus how many were missing.
fn outline(outs: &[Out]) -> Vec<i64> {
    outs.iter()
        .map(|out| match out {
            Out::Entry(Entry::Op(op, _), _) => op.seq as i64,
            Out::Entry(Entry::Upgrade(upgrade), _) => upgrade.seq as i64,
            Out::Missing(numbers) => -(*numbers as i64),
            other => panic!("{other:?}"),
        })
        .collect()
}

#[test]
fn a_hole_waits_for_its_filling() {
    let (mut merger, mut outs) = (Merger::default(), Vec::new());
    for seq in [1, 4, 3] {
        merger.add(op(seq, 0), &mut |out| outs.push(out));
    }
    assert_eq!(outline(&outs), [1]);
    assert!(merger.waits());
    merger.add(op(2, 0), &mut |out| outs.push(out));
    assert_eq!(outline(&outs), [1, 2, 3, 4]);
    assert!(!merger.waits());
    assert_eq!(merger.bytes(), 0);
}

#[test]
fn a_hole_that_a_barrier_has_passed_is_a_loss() {
    let (mut merger, mut outs) = (Merger::default(), Vec::new());
    for seq in [3, 4, 8] {
        merger.add(op(seq, 0), &mut |out| outs.push(out));
    }
    merger.settle(6, &mut |out| outs.push(out));
    assert_eq!(outline(&outs), [-2, 3, 4, -2], "7 may still come");
    merger.add(op(7, 0), &mut |out| outs.push(out));
    assert_eq!(outline(&outs), [-2, 3, 4, -2, 7, 8]);
    merger.add(op(2, 0), &mut |out| outs.push(out));
    assert_eq!(merger.late(), 1, "given up for lost");
}

#[test]
fn overlap_counts_ops_and_segments_apart() {
    let (mut merger, mut outs) = (Merger::default(), Vec::new());
    merger.add(op(1, 0), &mut |out| outs.push(out));
    merger.add(Kind::Upgrade(KernelUpgrade { seq: 2, ..KernelUpgrade::default() }), &mut |out| outs.push(out));
    merger.add(op(3, 0), &mut |out| outs.push(out));
    // Three numbers were given while it ran: two ops and an upgrade.
    merger.add(op(4, 3), &mut |out| outs.push(out));
    // One number, an op's.
    merger.add(op(5, 1), &mut |out| outs.push(out));
    let segment = |seq, overlap| Kind::Segment(KernelOp { seq, overlap, task: 1, ..KernelOp::default() });
    // The upgrade and three ops; then an op and that segment; then both segments.
    for record in [segment(6, 4), segment(7, 2), op(8, 2)] {
        merger.add(record, &mut |out| outs.push(out));
    }
    let told = |out: &Out| if let Out::Entry(_, overlap) = out { (overlap.ops, overlap.segments) } else { panic!("{out:?}") };
    let overlaps: Vec<_> = outs.iter().map(told).collect();
    assert_eq!(overlaps, [(0, 0), (0, 0), (0, 0), (2, 0), (1, 0), (3, 0), (1, 1), (0, 2)]);
}

#[test]
fn pieces_are_put_together_and_those_of_lost_ops_forgotten() {
    let (mut merger, mut outs) = (Merger::default(), Vec::new());
    let piece = |seq, data: &'static [u8]| Kind::Data(KernelData { seq, data: data.into() });
    for record in [piece(1, b"ab"), piece(2, b"lost"), piece(1, b"cd"), op(1, 0)] {
        merger.add(record, &mut |out| outs.push(out));
    }
    let Out::Entry(Entry::Op(_, data), _) = &outs[0] else { panic!("{outs:?}") };
    assert_eq!(&data[..], b"abcd");
    merger.settle(2, &mut |out| outs.push(out));
    assert_eq!(merger.bytes(), 0);
}

#[test]
fn an_op_whose_first_pieces_are_gone_is_missing() {
    let (mut merger, mut outs) = (Merger::default(), Vec::new());
    let write = |seq, data_len, hash| Kind::Op(KernelOp { seq, opcode: opcode::WRITE, data_len, hash, ..KernelOp::default() });
    let piece = |seq, data: &'static [u8]| Kind::Data(KernelData { seq, data: data.into() });
    // Whole; its end only; a hash that stands for the content.
    for record in [piece(1, b"abcd"), write(1, 4, 0), piece(2, b"cd"), write(2, 4, 0), write(3, 4, 7)] {
        merger.add(record, &mut |out| outs.push(out));
    }
    merger.settle(3, &mut |out| outs.push(out));
    assert_eq!(outline(&outs), [1, -1, 3]);
    assert_eq!(merger.bytes(), 0);
}

proptest! {
    /// However ops are spread over processors, and however the reading of these interleaves: all that is there comes out in order, and
    /// what is missing is counted.
    #[test]
    fn any_interleaving_gives_the_order(
        places in prop::collection::vec((0_usize..4, prop::bool::weighted(0.9)), 1..200),
        turns in prop::collection::vec(0_usize..4, 0..400),
        barriers in prop::collection::vec(any::<bool>(), 400),
    ) {
        let mut streams: [std::collections::VecDeque<u64>; 4] = Default::default();
        for (at, (cpu, kept)) in places.iter().enumerate() {
            if *kept {
                streams[*cpu].push_back(at as u64 + 1);
            }
        }
        let (mut merger, mut outs) = (Merger::default(), Vec::new());
        for (turn, barrier) in turns.iter().zip(barriers) {
            if let Some(seq) = streams[*turn].pop_front() {
                merger.add(op(seq, 0), &mut |out| outs.push(out));
            }
            if barrier {
                // A barrier speaks for what has been read of every stream.
                let unread = streams.iter().filter_map(|stream| stream.front()).min().copied().unwrap_or(u64::MAX);
                merger.settle((unread - 1).min(places.len() as u64), &mut |out| outs.push(out));
            }
        }
        for seq in streams.into_iter().flatten() {
            merger.add(op(seq, 0), &mut |out| outs.push(out));
        }
        merger.settle(places.len() as u64, &mut |out| outs.push(out));
        let mut next = 1;
        for place in outline(&outs) {
            if place < 0 {
                next += -place;
            } else {
                prop_assert_eq!(place, next);
                next += 1;
            }
        }
        prop_assert_eq!(next, places.len() as i64 + 1);
        let kept = places.iter().filter(|(_, kept)| *kept).count();
        prop_assert_eq!(outline(&outs).iter().filter(|&&place| place > 0).count(), kept);
        prop_assert_eq!(merger.late(), 0);
    }
}
