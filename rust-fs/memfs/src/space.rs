// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! How much there is, and how much of it is used.

use crate::content::PAGE;
use alloc::format;
use libbentofs::ks::log;
use libbentofs::ks::sync::{LockName, Mutex};
use libbentofs::{Errno, Mount, Result};

/// Lock class, see `MemFs::LOCK_CLASSES`.
const SPACE: u32 = 3;

/// Without the option `size=`: 1 GiB. Nothing is set aside, it is only a limit.
const DEFAULT_SIZE: u64 = 1 << 30;

pub struct Space {
    /// Pages there are; also the number of inodes there may be.
    pub limit: u64,
    used: Mutex<u64>,
}

impl Space {
    /// Room as the mount options say: `size=BYTES`, with k, m or g behind the number if wanted.
    pub fn new(mount: &Mount<'_>) -> Result<Space> {
        let mut size = DEFAULT_SIZE;
        for (name, value) in mount.options() {
            size = match (name, value.and_then(parse_size)) {
                ("size", Some(size)) => size,
                _ => {
                    let value = value.unwrap_or_default();
                    let line =
                        format!("memfs: cannot understand the option {name}={value}: there is only size=BYTES (or 64k, 64m, 64g)");
                    log::line(log::Level::Error, &line);
                    return Err(Errno::EINVAL);
                }
            };
        }
        Ok(Space { limit: size.div_ceil(PAGE), used: Mutex::new(LockName::new(SPACE, 0), 0) })
    }

    pub fn used(&self) -> u64 {
        *self.used.lock()
    }

    /// Takes `pages`, all or none: ENOSPC.
    pub fn take(&self, pages: u64) -> Result<()> {
        if pages == 0 {
            return Ok(());
        }
        let mut used = self.used.lock();
        let after = used.checked_add(pages).filter(|&after| after <= self.limit).ok_or(Errno::ENOSPC)?;
        *used = after;
        Ok(())
    }

    pub fn give(&self, pages: u64) {
        if pages > 0 {
            *self.used.lock() -= pages;
        }
    }
}

fn parse_size(text: &str) -> Option<u64> {
    let (digits, shift) = match text.as_bytes().last()? {
        b'k' | b'K' => (&text[..text.len() - 1], 10),
        b'm' | b'M' => (&text[..text.len() - 1], 20),
        b'g' | b'G' => (&text[..text.len() - 1], 30),
        _ => (text, 0),
    };
    digits.parse::<u64>().ok()?.checked_mul(1 << shift).filter(|&size| size > 0)
}
