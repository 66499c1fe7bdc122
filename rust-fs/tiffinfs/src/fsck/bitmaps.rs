// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! What was found in use against the bitmap of blocks.

use super::Check;
use crate::header;
use crate::layout::BITS_PER_BITMAP;
use crate::space::{BitmapHead, bits, is_set};
use libbentofs::Result;

impl Check<'_> {
    /// Checks every block bitmap: its checksum, its count, and each bit.
    pub fn all_bitmaps(&mut self) -> Result<()> {
        let bitmap = self.geometry.block_bitmap;
        for group in 0..bitmap.count {
            let number = bitmap.first + group;
            let block = self.image.read(number)?;
            let head = BitmapHead::of(&block, number, group).filter(|_| header::is_sealed(&block));
            let Some(head) = head else {
                self.report.problem(format_args!("block bitmap: block {number} is damaged"))?;
                continue;
            };
            let free = (0..BITS_PER_BITMAP).filter(|&bit| !is_set(bits(&block), bit)).count();
            if free as u64 != u64::from(head.free.get()) {
                self.report
                    .problem(format_args!("block bitmap: block {number} counts {} free, but {free} are", head.free.get()))?;
            }
            self.bits_of_group(group, bits(&block))?;
        }
        Ok(())
    }

    /// Tells of differences, those in a row together.
    fn bits_of_group(&mut self, group: u64, bits: &[u8]) -> Result<()> {
        let base = group * BITS_PER_BITMAP;
        let claimed = |check: &Self, bit: u64| base + bit >= check.geometry.blocks || check.image.is_claimed(base + bit);
        let mut bit = 0;
        while bit < BITS_PER_BITMAP {
            let (marked, used) = (is_set(bits, bit), claimed(self, bit));
            let first = bit;
            bit += 1;
            if marked == used {
                continue;
            }
            while bit < BITS_PER_BITMAP && is_set(bits, bit) == marked && claimed(self, bit) == used {
                bit += 1;
            }
            let (first, last) = (base + first, base + bit - 1);
            if marked {
                self.report
                    .problem(format_args!("block bitmap: blocks {first} to {last} are marked used, but nothing has them"))?;
            } else {
                self.report.problem(format_args!("block bitmap: blocks {first} to {last} are in use, but marked free"))?;
            }
        }
        Ok(())
    }
}
