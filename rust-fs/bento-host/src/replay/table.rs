// SPDX-License-Identifier: MIT OR Apache-2.0
//! Tables from recorded numbers to replayed ones.

use crate::mix::MixMap;

/// Largest number that has its place in an array; numbers beyond (a file system may choose any) are hashed.
const DENSE: u64 = 1 << 22;

/// Numbers to numbers, in an array as far as they are small.
#[derive(Debug, Clone, Default)]
pub struct Numbers {
    /// The number plus one; 0 where nothing is known.
    dense: Vec<u64>,
    sparse: MixMap<u64, u64>,
}

impl Numbers {
    /// What `key` leads to.
    pub fn get(&self, key: u64) -> Option<u64> {
        if key < DENSE {
            return self.dense.get(key as usize)?.checked_sub(1);
        }
        self.sparse.get(&key).copied()
    }

    /// Sets it.
    pub fn set(&mut self, key: u64, value: u64) {
        if key >= DENSE || value == u64::MAX {
            self.sparse.insert(key, value);
            return;
        }
        let at = key as usize;
        if self.dense.len() <= at {
            self.dense.resize((at + 1).next_power_of_two(), 0);
        }
        self.dense[at] = value + 1;
    }

    /// Forgets it.
    pub fn remove(&mut self, key: u64) {
        if key < DENSE {
            if let Some(slot) = self.dense.get_mut(key as usize) {
                *slot = 0;
            }
        } else {
            self.sparse.remove(&key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_and_large_numbers() {
        let mut numbers = Numbers::default();
        for key in [0, 1, 5, DENSE - 1, DENSE, u64::MAX] {
            assert_eq!(numbers.get(key), None);
            numbers.set(key, key ^ 7);
            assert_eq!(numbers.get(key), Some(key ^ 7));
        }
        numbers.remove(5);
        numbers.remove(DENSE);
        assert_eq!((numbers.get(5), numbers.get(DENSE), numbers.get(1)), (None, None, Some(6)));
    }
}
