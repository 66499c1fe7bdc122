// SPDX-License-Identifier: MIT OR Apache-2.0
//! Maps with small integers as keys: block numbers, locks, inodes.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// Mixes small integers; faster than std's, whose protection against chosen keys is not needed here.
#[derive(Debug, Default, Clone, Copy)]
pub struct Mix(u64);

impl Hasher for Mix {
    fn finish(&self) -> u64 {
        self.0 ^ (self.0 >> 29)
    }
    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            self.write_u64(u64::from_le_bytes(word));
        }
    }
    fn write_u64(&mut self, word: u64) {
        self.0 = (self.0.rotate_left(5) ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
    fn write_u32(&mut self, word: u32) {
        self.write_u64(word.into());
    }
    fn write_usize(&mut self, word: usize) {
        self.write_u64(word as u64);
    }
}

/// A map with small integer keys.
pub type MixMap<K, V> = HashMap<K, V, BuildHasherDefault<Mix>>;
