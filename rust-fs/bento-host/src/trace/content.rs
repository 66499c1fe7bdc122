// SPDX-License-Identifier: MIT OR Apache-2.0
//! Written contents: their names, and what stands in for one that was not kept.

use bytes::Bytes;
use xxhash_rust::xxh3::{xxh3_64_with_seed, xxh3_128};

/// The name of a content: xxh3-128, big-endian.
pub fn content_hash(data: &[u8]) -> [u8; 16] {
    xxh3_128(data).to_be_bytes()
}

/// Bytes that replay writes where the trace has a content's hash only (`DATA_POLICY_NONE`): the same for the same hash, and
/// different for different ones, so that lost and swapped writes still show.
pub fn filler(hash: &[u8], size: u32) -> Bytes {
    let seed = xxh3_64_with_seed(hash, 0);
    let words = (0..u64::from(size).div_ceil(8)).flat_map(|at| (seed ^ at.wrapping_mul(0x9e37_79b9_7f4a_7c15)).to_le_bytes());
    words.take(size as usize).collect::<Vec<u8>>().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_is_the_reference_implementations() {
        // `xxh128sum` of an empty file.
        assert_eq!(u128::from_be_bytes(content_hash(b"")), 0x99aa_06d3_0147_98d8_6001_c324_468d_497f);
    }

    #[test]
    fn fillers_differ_by_hash_and_agree_in_their_beginnings() {
        assert_ne!(filler(&[1; 16], 100), filler(&[2; 16], 100));
        assert_eq!(filler(&[1; 16], 9), filler(&[1; 16], 100)[..9]);
        assert_eq!(filler(&[1; 16], 0).len(), 0);
    }
}
