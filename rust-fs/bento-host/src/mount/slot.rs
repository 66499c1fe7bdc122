// SPDX-License-Identifier: MIT OR Apache-2.0
//! Threads as a recording sees them.
//!
//! The kernel hands each op to whichever worker is idle, so the workers' own identities say nothing. What matters is which ops
//! could overlap: an op takes the lowest slot that no other op has, for as long as it runs. Ops of one slot follow one another, as
//! on a thread; and a program that makes one call after the other stays in slot 0 whatever workers serve it. Locks that do not
//! change slots need no order in the trace (a git clone's ops are half the size that they have with a slot for each worker), and a
//! replay needs no more threads than ops ever ran at once.

use std::sync::atomic::{AtomicU64, Ordering};

/// Most ops at once.
pub const MOST: usize = 64;

/// Slots in use, as bits.
static TAKEN: AtomicU64 = AtomicU64::new(0);

/// A slot, given back when dropped.
#[derive(Debug)]
pub struct Slot(u32);

impl Slot {
    /// The lowest free slot. With more than [`MOST`] ops at once it waits for one to end.
    pub fn take() -> Slot {
        let mut taken = TAKEN.load(Ordering::Relaxed);
        loop {
            let slot = taken.trailing_ones();
            if slot as usize == MOST {
                std::thread::yield_now();
                taken = TAKEN.load(Ordering::Relaxed);
                continue;
            }
            // Acquire: what the slot's last op did happened before this one, as on one thread. Pairs with Release in `drop`.
            match TAKEN.compare_exchange_weak(taken, taken | 1 << slot, Ordering::Acquire, Ordering::Relaxed) {
                Ok(_) => return Slot(slot),
                Err(now) => taken = now,
            }
        }
    }

    /// Its number.
    pub fn number(&self) -> u32 {
        self.0
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        TAKEN.fetch_and(!(1 << self.0), Ordering::Release);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_at_once_differ_and_the_lowest_free_one_is_next() {
        let (a, b, c) = (Slot::take(), Slot::take(), Slot::take());
        assert!(a.number() != b.number() && b.number() != c.number() && a.number() != c.number());
        let freed = a.number().min(b.number());
        let keep = if a.number() == freed { b } else { a };
        // The lower of the two is free again here.
        assert!(Slot::take().number() <= freed);
        drop((keep, c));
    }
}
