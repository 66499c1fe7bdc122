// SPDX-License-Identifier: MIT OR Apache-2.0
//! Threads as a recording sees them.
//!
//! The kernel hands each op to whichever worker is idle, so the workers' own identities say nothing. What matters is which ops
//! could overlap: an op takes the lowest slot that no other op has, for as long as it runs. Ops of one slot follow one another, as
//! on a thread; and a program that makes one call after the other stays in slot 0 whatever workers serve it. Locks that do not
//! change slots need no order in the trace (a git clone's ops are half the size that they have with a slot for each worker), and a
//! replay needs no more threads than ops ever ran at once.

use std::sync::atomic::{AtomicU64, Ordering};

/// Most ops at once. The slots above are those of the module's own tasks.
pub const MOST: usize = 48;

/// Slots in use, as bits.
#[derive(Debug)]
struct Slots(AtomicU64);

/// The process's.
static SLOTS: Slots = Slots(AtomicU64::new(0));

/// A slot, given back when dropped.
#[derive(Debug)]
pub struct Slot {
    number: u32,
    of: &'static Slots,
}

impl Slots {
    fn take(&'static self) -> Slot {
        let mut taken = self.0.load(Ordering::Relaxed);
        loop {
            let slot = taken.trailing_ones();
            if slot as usize == MOST {
                std::thread::yield_now();
                taken = self.0.load(Ordering::Relaxed);
                continue;
            }
            // Acquire: what the slot's last op did happened before this one, as on one thread. Pairs with Release in `drop`.
            match self.0.compare_exchange_weak(taken, taken | 1 << slot, Ordering::Acquire, Ordering::Relaxed) {
                Ok(_) => return Slot { number: slot, of: self },
                Err(now) => taken = now,
            }
        }
    }
}

impl Slot {
    /// The lowest free slot. With more than [`MOST`] ops at once it waits for one to end.
    pub fn take() -> Slot {
        SLOTS.take()
    }

    /// Its number.
    pub fn number(&self) -> u32 {
        self.number
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.of.0.fetch_and(!(1 << self.number), Ordering::Release);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_at_once_differ_and_the_lowest_free_one_is_next() {
        static POOL: Slots = Slots(AtomicU64::new(0));
        let (a, b, c) = (POOL.take(), POOL.take(), POOL.take());
        assert_eq!([a.number(), b.number(), c.number()], [0, 1, 2]);
        drop(b);
        assert_eq!(POOL.take().number(), 1);
        drop(a);
        let again = POOL.take();
        assert_eq!(again.number(), 0);
        assert_eq!(c.number(), 2);
    }
}
