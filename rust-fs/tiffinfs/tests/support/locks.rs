// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! Locks: many readers or one writer, and a check that a thread does not take one twice.

use std::collections::BTreeMap;
use std::sync::{Condvar, Mutex};
use std::thread::{ThreadId, current};

#[derive(Default)]
struct Holders {
    shared: BTreeMap<String, u32>,
    exclusive: Option<ThreadId>,
    readers: u32,
}

#[derive(Default)]
pub struct Lock {
    holders: Mutex<Holders>,
    freed: Condvar,
}

fn me() -> String {
    format!("{:?}", current().id())
}

impl Lock {
    pub fn shared(&self) {
        let mut holders = self.holders.lock().unwrap();
        assert!(holders.exclusive != Some(current().id()), "a lock is taken shared by its exclusive holder");
        assert!(!holders.shared.contains_key(&me()), "a lock is taken shared twice by one thread");
        while holders.exclusive.is_some() {
            holders = self.freed.wait(holders).unwrap();
        }
        *holders.shared.entry(me()).or_default() += 1;
        holders.readers += 1;
    }

    pub fn exclusive(&self) {
        let mut holders = self.holders.lock().unwrap();
        assert!(holders.exclusive != Some(current().id()), "a lock is taken twice by one thread");
        assert!(!holders.shared.contains_key(&me()), "a lock is taken exclusively by a sharer");
        while holders.exclusive.is_some() || holders.readers > 0 {
            holders = self.freed.wait(holders).unwrap();
        }
        holders.exclusive = Some(current().id());
    }

    pub fn unlock_shared(&self) {
        let mut holders = self.holders.lock().unwrap();
        holders.shared.remove(&me());
        holders.readers -= 1;
        self.freed.notify_all();
    }

    pub fn unlock_exclusive(&self) {
        let mut holders = self.holders.lock().unwrap();
        assert!(holders.exclusive.take() == Some(current().id()));
        self.freed.notify_all();
    }
}
