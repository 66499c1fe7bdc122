// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! The names in a directory.
//!
//! Each name has a cookie that no other name of the directory ever had, and listings go by cookie. So a listing that is
//! interrupted goes on at the right place, whatever was added or removed meanwhile.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use libbentofs::{Errno, Ino, Name, Result};

/// Cookies of `.` and `..`; names come after them.
pub const DOT: u64 = 1;
pub const DOT_DOT: u64 = 2;

pub struct Directory {
    /// Where `..` leads.
    pub parent: Ino,
    pub next_cookie: u64,
    pub cookies: BTreeMap<Vec<u8>, u64>,
    pub entries: BTreeMap<u64, (Vec<u8>, Ino)>,
}

impl Directory {
    pub fn new(parent: Ino) -> Directory {
        Directory { parent, next_cookie: DOT_DOT + 1, cookies: BTreeMap::new(), entries: BTreeMap::new() }
    }

    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    pub fn get(&self, name: &Name) -> Option<Ino> {
        let cookie = self.cookies.get(name.as_bytes())?;
        self.entries.get(cookie).map(|(_, ino)| *ino)
    }

    /// Adds a name that is not there yet.
    pub fn add(&mut self, name: &Name, ino: Ino) {
        let cookie = self.next_cookie;
        self.next_cookie += 1;
        self.cookies.insert(name.as_bytes().to_vec(), cookie);
        self.entries.insert(cookie, (name.as_bytes().to_vec(), ino));
    }

    pub fn remove(&mut self, name: &Name) -> Result<()> {
        let cookie = self.cookies.remove(name.as_bytes()).ok_or(Errno::ENOENT)?;
        self.entries.remove(&cookie);
        Ok(())
    }

    /// Lets `name` lead to `ino`. A name that is there keeps its cookie: it must be listed once.
    pub fn set(&mut self, name: &Name, ino: Ino) {
        match self.cookies.get(name.as_bytes()).and_then(|cookie| self.entries.get_mut(cookie)) {
            Some(entry) => entry.1 = ino,
            None => self.add(name, ino),
        }
    }

    /// Names after `cookie`, each with its own.
    pub fn after(&self, cookie: u64) -> impl Iterator<Item = (u64, &[u8], Ino)> {
        let from = cookie.saturating_add(1);
        self.entries.range(from..).map(|(&cookie, (name, ino))| (cookie, &name[..], *ino))
    }
}
