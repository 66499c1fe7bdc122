// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! Blocks that are free in the bitmap but may not be given out yet.

use alloc::collections::BTreeMap;

/// A set of runs of blocks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Held {
    runs: BTreeMap<u64, u64>,
    blocks: u64,
}

impl Held {
    /// Adds a run that is not in the set. Neighbouring runs become one, so equal sets look equal.
    pub fn add(&mut self, first: u64, count: u64) {
        self.blocks += count;
        let (mut first, mut count) = (first, count);
        if let Some((&before, &length)) =
            self.runs.range(..first).next_back().filter(|&(&before, &length)| before + length == first)
        {
            (first, count) = (before, length + count);
        }
        if let Some(length) = self.runs.remove(&(first + count)) {
            count += length;
        }
        self.runs.insert(first, count);
    }

    /// Number of blocks.
    pub fn blocks(&self) -> u64 {
        self.blocks
    }

    /// The runs.
    pub fn runs(&self) -> impl ExactSizeIterator<Item = (u64, u64)> {
        self.runs.iter().map(|(&first, &count)| (first, count))
    }

    /// Empties the set.
    pub fn clear(&mut self) {
        *self = Held::default();
    }

    /// The first run that overlaps the blocks from `first` up to `end`: its first block and the block after it.
    pub fn overlap(&self, first: u64, end: u64) -> Option<(u64, u64)> {
        let reaching =
            self.runs.range(..first).next_back().map(|(&at, &count)| (at, at + count)).filter(|&(_, run_end)| run_end > first);
        reaching.or_else(|| self.runs.range(first..end).next().map(|(&at, &count)| (at, at + count)))
    }
}
