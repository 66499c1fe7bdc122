// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! A lock that is taken and given back by separate calls, as the contract has it.

use std::sync::{Condvar, Mutex};

/// Number of readers, or -1 for a writer.
#[derive(Default)]
pub struct RawLock {
    holders: Mutex<isize>,
    changed: Condvar,
}

impl RawLock {
    fn take(&self, free: impl Fn(isize) -> bool, step: isize) {
        let holders = self.holders.lock().unwrap();
        *self.changed.wait_while(holders, |holders| !free(*holders)).unwrap() += step;
    }

    fn give(&self, step: isize) {
        *self.holders.lock().unwrap() += step;
        self.changed.notify_all();
    }

    pub fn lock_shared(&self) {
        self.take(|holders| holders >= 0, 1);
    }

    pub fn lock_exclusive(&self) {
        self.take(|holders| holders == 0, -1);
    }

    pub fn unlock_shared(&self) {
        self.give(-1);
    }

    pub fn unlock_exclusive(&self) {
        self.give(1);
    }

    pub fn is_held(&self) -> bool {
        *self.holders.lock().unwrap() != 0
    }
}
