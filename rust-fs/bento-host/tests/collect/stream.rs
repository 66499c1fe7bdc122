// SPDX-License-Identifier: MIT OR Apache-2.0
//! Records out of a stream, however it was cut.

use bento_host::collect::Splitter;
use bento_host::proto::kernel::{KernelOp, KernelRecord, KernelStream, kernel_record::Kind};
use bytes::Bytes;
use proptest::prelude::*;
use prost::Message;

fn stream(names: &[Vec<u8>]) -> Vec<u8> {
    let record = |(at, name): (usize, &Vec<u8>)| KernelRecord {
        kind: Some(Kind::Op(KernelOp { seq: at as u64 + 1, name: name.clone().into(), ..KernelOp::default() })),
    };
    KernelStream { record: names.iter().enumerate().map(record).collect() }.encode_to_vec()
}

#[test]
fn padded_lengths_are_the_kernels() {
    // record (5 bytes, padded), op (1), seq 7 left out: opcode 1.
    let bytes = [0x0a, 0x86, 0x80, 0x00, 0x0a, 0x82, 0x80, 0x00, 0x10, 0x01];
    let mut splitter = Splitter::default();
    splitter.feed(Bytes::copy_from_slice(&bytes));
    let Some(Kind::Op(op)) = splitter.next_record().unwrap() else { panic!("no op") };
    assert_eq!(op.opcode, 1);
    assert_eq!(splitter.left(), 0);
}

#[test]
fn a_damaged_stream_says_where() {
    let mut bytes = stream(&[b"a".to_vec(), b"b".to_vec()]);
    let second = bytes.len() / 2;
    bytes[second] = 0xff;
    let mut splitter = Splitter::default();
    splitter.feed(bytes.into());
    assert!(splitter.next_record().unwrap().is_some());
    assert_eq!(splitter.next_record().unwrap_err().offset, second as u64);
}

proptest! {
    #[test]
    fn any_cut_gives_the_same_records(
        names in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..300), 0..20),
        cuts in prop::collection::vec(1_usize..200, 1..200),
    ) {
        let bytes = stream(&names);
        let mut splitter = Splitter::default();
        let (mut at, mut got) = (0, Vec::new());
        for cut in cuts.iter().cycle() {
            let end = (at + cut).min(bytes.len());
            splitter.feed(Bytes::copy_from_slice(&bytes[at..end]));
            at = end;
            while let Some(record) = splitter.next_record().unwrap() {
                let Kind::Op(op) = record else { panic!("{record:?}") };
                got.push(op.name.to_vec());
            }
            if at == bytes.len() {
                break;
            }
        }
        prop_assert_eq!(got, names);
        prop_assert_eq!(splitter.left(), 0);
    }

    /// Whatever a stream holds: an answer, never a panic, and an end.
    #[test]
    fn noise_is_damage_or_nothing(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let mut splitter = Splitter::default();
        splitter.feed(bytes.into());
        while let Ok(Some(_)) = splitter.next_record() {}
    }
}
