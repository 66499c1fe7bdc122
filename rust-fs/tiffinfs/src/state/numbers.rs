// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! Whole numbers in CBOR, many of them: the same bytes as the encoder writes, at a fraction of the instructions.

use alloc::vec::Vec;

/// Appends a number, 9 bytes at most.
#[inline]
pub fn put(out: &mut Vec<u8>, number: u64) {
    match number {
        0..24 => out.push(number as u8),
        24..0x100 => out.extend_from_slice(&[0x18, number as u8]),
        0x100..0x1_0000 => {
            let [a, b] = (number as u16).to_be_bytes();
            out.extend_from_slice(&[0x19, a, b]);
        }
        0x1_0000..0x1_0000_0000 => {
            let [a, b, c, d] = (number as u32).to_be_bytes();
            out.extend_from_slice(&[0x1a, a, b, c, d]);
        }
        _ => {
            out.push(0x1b);
            out.extend_from_slice(&number.to_be_bytes());
        }
    }
}

/// The number that `bytes` begin with, and what follows it; `None` when there is none.
#[inline]
pub fn take(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let (&head, rest) = bytes.split_first()?;
    match head {
        0..24 => Some((head.into(), rest)),
        0x18 => rest.split_first().map(|(&byte, rest)| (byte.into(), rest)),
        0x19 => rest.split_first_chunk().map(|(bytes, rest)| (u16::from_be_bytes(*bytes).into(), rest)),
        0x1a => rest.split_first_chunk().map(|(bytes, rest)| (u32::from_be_bytes(*bytes).into(), rest)),
        0x1b => rest.split_first_chunk().map(|(bytes, rest)| (u64::from_be_bytes(*bytes), rest)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use libbentofs::cbor::{Decoder, Encoder};

    #[test]
    fn numbers_are_those_of_the_encoder() {
        let edges = [0, 23, 24, 0xff, 0x100, 0xffff, 0x1_0000, 0xffff_ffff, 0x1_0000_0000, u64::MAX];
        for number in edges.into_iter().chain((0..64).map(|bit| 1 << bit)) {
            let (mut ours, mut theirs) = (Vec::new(), Vec::new());
            put(&mut ours, number);
            Encoder::new(&mut theirs).u64(number).expect("in memory");
            assert_eq!(ours, theirs);
            assert_eq!(Decoder::new(&ours).u64().expect("a number"), number);
            ours.push(7);
            assert_eq!(take(&ours), Some((number, &[7][..])));
            for cut in 0..theirs.len() {
                assert_eq!(take(&theirs[..cut]), None);
            }
        }
        assert_eq!(take(&[0x20]), None, "a negative number");
        assert_eq!(take(&[0x80]), None, "an array");
    }
}
