// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! What changes while a hand-over is being prepared.
//!
//! The bulk of the state is handed over while ops go on. Each part of it (inodes in memory, handles, blocks) notes by number what
//! changes from then on, and only that is handed over while ops wait. Notes are in no state and decide nothing.

use alloc::vec::Vec;

/// More than this is handed over anew as a whole. Bounds what an upgrade that does not come costs.
const MOST: usize = 16_384;

/// Numbers of what has changed.
#[derive(Debug, Default)]
pub enum Noted {
    /// Nothing is being prepared.
    #[default]
    Off,
    /// These, in the order of their changes.
    On(Vec<u64>),
    /// More than [`MOST`].
    TooMany,
}

impl Noted {
    /// Notes from here on, beginning with nothing.
    pub fn begin(&mut self) {
        *self = Noted::On(Vec::new());
    }

    /// Notes a change of `number`.
    #[inline]
    pub fn note(&mut self, number: u64) {
        if let Noted::On(numbers) = self
            && numbers.last() != Some(&number)
        {
            if numbers.len() == MOST {
                *self = Noted::TooMany;
            } else {
                numbers.push(number);
            }
        }
    }

    /// Notes changes of all of these.
    pub fn note_all<'a>(&mut self, numbers: impl Iterator<Item = &'a u64>) {
        if let Noted::On(_) = self {
            numbers.for_each(|&number| self.note(number));
        }
    }

    /// What has changed, each number once, in order; `None` when nothing was noted, or too much. Notes go on from here, unless it is for the
    /// `last` time, or was `None`: then there are no more until they begin anew.
    pub fn take(&mut self, last: bool) -> Option<Vec<u64>> {
        let Noted::On(mut numbers) = core::mem::take(self) else { return None };
        if !last {
            *self = Noted::On(Vec::new());
        }
        numbers.sort_unstable();
        numbers.dedup();
        Some(numbers)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_noted_once_begun() {
        let mut noted = Noted::default();
        noted.note(1);
        assert_eq!(noted.take(true), None);
        noted.begin();
        [7, 7, 3, 7].iter().for_each(|&number| noted.note(number));
        assert_eq!(noted.take(false), Some(Vec::from([3, 7])));
        noted.note(5);
        assert_eq!(noted.take(true), Some(Vec::from([5])));
        noted.note(5);
        assert_eq!(noted.take(true), None);
    }

    #[test]
    fn too_many_are_not_kept() {
        let mut noted = Noted::default();
        noted.begin();
        (0..=MOST as u64).for_each(|number| noted.note(number));
        assert_eq!(noted.take(false), None);
        noted.note(1);
        assert_eq!(noted.take(true), None, "what was not kept is never made up for");
        noted.begin();
        assert_eq!(noted.take(true), Some(Vec::new()));
    }
}
