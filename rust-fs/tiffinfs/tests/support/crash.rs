// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! Images that a power cut could leave.

use super::device::{BLOCK, Logged};

/// A small random generator, so that a failure can be repeated from its seed.
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 16
    }

    pub fn below(&mut self, end: u64) -> u64 {
        self.next() % end.max(1)
    }
}

/// The medium after a cut behind the first `cut` entries of `log`: everything up to the last flush, and of what came later any
/// blocks in any order.
pub fn image(base: &[u8], log: &[Logged], cut: usize, random: &mut Random) -> Vec<u8> {
    let mut image = base.to_vec();
    let log = &log[..cut];
    let durable = log.iter().rposition(|entry| matches!(entry, Logged::Flush)).map_or(0, |at| at + 1);
    for entry in &log[..durable] {
        if let Logged::Write { offset, data, .. } = entry {
            image[*offset as usize..*offset as usize + data.len()].copy_from_slice(data);
        }
    }
    let mut late: Vec<(usize, &[u8])> = Vec::new();
    for entry in &log[durable..] {
        let Logged::Write { offset, data, fua } = entry else { continue };
        let mut at = *offset as usize;
        let mut rest = &data[..];
        while !rest.is_empty() {
            let (piece, after) = rest.split_at(rest.len().min(BLOCK - at % BLOCK));
            if *fua || random.below(2) == 0 {
                late.push((at, piece));
            }
            at += piece.len();
            rest = after;
        }
    }
    let shuffle = random.below(2) == 0;
    for index in (1..late.len()).rev().filter(|_| shuffle) {
        late.swap(index, random.below(index as u64 + 1) as usize);
    }
    for (at, piece) in late {
        image[at..at + piece.len()].copy_from_slice(piece);
    }
    image
}
