// SPDX-License-Identifier: MIT OR Apache-2.0
//! Who lost the ops that are missing: the kernel counts losses by processor and cause, and holes are booked against its counts.

use super::folder::Status;
use crate::proto::trace::LossCause;
use std::collections::BTreeMap;

/// Losses that are booked so far.
#[derive(Debug, Default)]
pub struct Ledger {
    booked: BTreeMap<(u32, i32), u64>,
    /// Numbers of records that are no op's.
    others: u64,
    /// Numbers that were missing without the kernel having counted a loss.
    unexplained: u64,
}

/// Ops that one processor lost for one cause.
pub type Booking = (u32, LossCause, u64);

impl Ledger {
    /// Books `missing` numbers against what the kernel has counted and nobody has booked: ops that it lost, and then records of no op (of a crash,
    /// of an upgrade). A number that it has not counted was damaged: `unexplained`, of no cause.
    pub fn book(&mut self, counted: &Status, missing: u64) -> Vec<Booking> {
        let mut left = missing;
        let mut bookings = Vec::new();
        for (&cpu, counts) in &counted.cpus {
            for (&cause, &lost) in &counts.lost {
                let booked = self.booked.entry((cpu, cause)).or_default();
                let ops = lost.saturating_sub(*booked).min(left);
                if ops > 0 {
                    *booked += ops;
                    left -= ops;
                    bookings.push((cpu, LossCause::try_from(cause).unwrap_or_default(), ops));
                }
            }
        }
        let others = counted.sum(|counts| counts.others_lost).saturating_sub(self.others).min(left);
        self.others += others;
        self.unexplained += left - others;
        bookings
    }

    /// What the kernel has counted and no hole has shown.
    pub fn rest(&mut self, counted: &Status) -> Vec<Booking> {
        // Where a number was missing for no cause before, the sum has no room for what is not asked about here.
        let unexplained = std::mem::take(&mut self.unexplained);
        let rest = self.book(counted, u64::MAX);
        self.unexplained = unexplained;
        rest
    }

    /// See [`Ledger::book`].
    pub fn unexplained(&self) -> u64 {
        self.unexplained
    }
}

#[cfg(test)]
mod tests {
    use super::super::folder::Counts;
    use super::*;

    fn counted(lost: &[(u32, LossCause, u64)]) -> Status {
        let mut status = Status::default();
        for &(cpu, cause, ops) in lost {
            status.cpus.entry(cpu).or_insert_with(Counts::default).lost.insert(cause.into(), ops);
        }
        status
    }

    #[test]
    fn holes_are_booked_once() {
        let mut ledger = Ledger::default();
        let first = counted(&[(0, LossCause::BufferFull, 3), (1, LossCause::TooLarge, 2)]);
        assert_eq!(ledger.book(&first, 4), [(0, LossCause::BufferFull, 3), (1, LossCause::TooLarge, 1)]);
        let later = counted(&[(0, LossCause::BufferFull, 5), (1, LossCause::TooLarge, 2)]);
        assert_eq!(ledger.book(&later, 2), [(0, LossCause::BufferFull, 2)]);
        assert_eq!(ledger.rest(&later), [(1, LossCause::TooLarge, 1)]);
        assert_eq!(ledger.rest(&later), []);
        assert_eq!(ledger.unexplained(), 0);
    }

    #[test]
    fn a_record_of_no_op_is_no_loss_of_one() {
        let mut ledger = Ledger::default();
        let mut status = counted(&[(0, LossCause::BufferFull, 2)]);
        status.cpus.entry(1).or_default().others_lost = 1;
        assert_eq!(ledger.book(&status, 3), [(0, LossCause::BufferFull, 2)]);
        assert_eq!((ledger.unexplained(), ledger.book(&status, 1)), (0, vec![]));
        assert_eq!(ledger.unexplained(), 1);
    }

    #[test]
    fn a_hole_that_nobody_counted_is_said() {
        let mut ledger = Ledger::default();
        assert_eq!(ledger.book(&counted(&[(0, LossCause::BufferFull, 1)]), 3), [(0, LossCause::BufferFull, 1)]);
        assert_eq!(ledger.rest(&counted(&[(1, LossCause::TooLarge, 1)])), [(1, LossCause::TooLarge, 1)]);
        assert_eq!(ledger.unexplained(), 2);
    }
}
