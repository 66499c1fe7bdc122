// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! The bytes of a file: pages in a map, where a page that is missing is a hole.
//!
//! Invariant: bytes of a page beyond the file's size are zero, so that a file may grow without a look at its last page.

use crate::space::Space;
use alloc::collections::BTreeMap;
use alloc::collections::btree_map::Entry;
use alloc::vec::Vec;
use core::ops::Range;
use libbentofs::{DataOut, Errno, Result, SeekTo};

/// Bytes a page.
pub const PAGE: u64 = 4096;

/// Largest size of a file: what fits the kernel's `loff_t`.
const SIZE_MAX: u64 = i64::MAX as u64;

#[derive(Default)]
pub struct Content {
    pub size: u64,
    pub pages: BTreeMap<u64, Vec<u8>>,
}

/// The pages that `from..to` touches, each with the part of it that is meant.
fn pieces(from: u64, to: u64) -> impl Iterator<Item = (u64, Range<usize>)> {
    let mut at = from;
    core::iter::from_fn(move || {
        let start = at % PAGE;
        let len = (PAGE - start).min(to.saturating_sub(at));
        let piece = (at / PAGE, start as usize..(start + len) as usize);
        at += len;
        (len > 0).then_some(piece)
    })
}

fn zeroes() -> Result<Vec<u8>> {
    let mut page = Vec::new();
    page.try_reserve_exact(PAGE as usize)?;
    page.resize(PAGE as usize, 0);
    Ok(page)
}

impl Content {
    pub fn read(&self, offset: u64, out: &mut DataOut<'_>) -> Result<()> {
        let end = offset.saturating_add(out.room() as u64).min(self.size);
        for (index, part) in pieces(offset, end) {
            match self.pages.get(&index) {
                Some(page) => out.put(&page[part])?,
                None => out.put_zeroes(part.len())?,
            }
        }
        Ok(())
    }

    /// Bytes `offset..offset + bytes.len()`, which must lie within the size.
    pub fn copy_out(&self, offset: u64, bytes: &mut [u8]) {
        let mut done = 0;
        for (index, part) in pieces(offset, offset + bytes.len() as u64) {
            let to = &mut bytes[done..done + part.len()];
            done += part.len();
            match self.pages.get(&index) {
                Some(page) => to.copy_from_slice(&page[part]),
                None => to.fill(0),
            }
        }
    }

    /// Writes `len` bytes, which `fill(done, part)` gives. Answers how many: fewer when room runs out, an error when there is none at all.
    pub fn write(&mut self, offset: u64, len: usize, space: &Space, fill: impl Fn(usize, &mut [u8]) -> Result<()>) -> Result<u32> {
        let end = offset.checked_add(len as u64).filter(|&end| end <= SIZE_MAX).ok_or(Errno::EFBIG)?;
        let mut done = 0;
        for (index, part) in pieces(offset, end) {
            match self.page_mut(index, space) {
                Ok(page) => fill(done, &mut page[part.clone()])?,
                Err(errno) if done == 0 => return Err(errno),
                Err(_) => break,
            }
            done += part.len();
        }
        if done > 0 {
            self.size = self.size.max(offset + done as u64);
        }
        u32::try_from(done).map_err(|_| Errno::EINVAL)
    }

    fn page_mut(&mut self, index: u64, space: &Space) -> Result<&mut [u8]> {
        match self.pages.entry(index) {
            Entry::Occupied(page) => Ok(page.into_mut()),
            Entry::Vacant(hole) => {
                let page = zeroes()?;
                space.take(1)?;
                Ok(hole.insert(page))
            }
        }
    }

    pub fn resize(&mut self, size: u64, space: &Space) -> Result<()> {
        if size > SIZE_MAX {
            return Err(Errno::EFBIG);
        }
        // Also frees what was set aside beyond the old size.
        self.zero(size, u64::MAX, space);
        self.size = size;
        Ok(())
    }

    /// Makes `from..to` read as zeroes: frees whole pages, clears parts of others.
    pub fn zero(&mut self, from: u64, to: u64, space: &Space) {
        let mut whole = Vec::new();
        for (&index, page) in self.pages.range_mut(from / PAGE..to.div_ceil(PAGE)) {
            let in_page = |at: u64| at.saturating_sub(index * PAGE).min(PAGE) as usize;
            let part = in_page(from)..in_page(to);
            if part.len() == PAGE as usize {
                whole.push(index);
            } else {
                page[part].fill(0);
            }
        }
        for index in &whole {
            self.pages.remove(index);
        }
        space.give(whole.len() as u64);
    }

    /// Sets pages aside for `from..to`, all of them or none.
    pub fn reserve(&mut self, from: u64, to: u64, space: &Space) -> Result<()> {
        let wanted = from / PAGE..to.div_ceil(PAGE);
        let present = self.pages.range(wanted.clone()).count() as u64;
        let missing = wanted.end - wanted.start - present;
        space.take(missing)?;
        let mut made = Vec::new();
        for index in wanted.filter(|index| !self.pages.contains_key(index)) {
            match zeroes() {
                Ok(page) => made.push((index, page)),
                Err(errno) => {
                    space.give(missing);
                    return Err(errno);
                }
            }
        }
        self.pages.extend(made);
        Ok(())
    }

    pub fn seek(&self, offset: u64, to: SeekTo) -> Result<u64> {
        if offset >= self.size {
            return Err(Errno::ENXIO);
        }
        let first = offset / PAGE;
        let found = match to {
            SeekTo::Data => *self.pages.range(first..).next().ok_or(Errno::ENXIO)?.0,
            SeekTo::Hole => {
                let mut hole = first;
                while self.pages.contains_key(&hole) {
                    hole += 1;
                }
                hole
            }
        };
        let found = (found * PAGE).max(offset);
        match to {
            SeekTo::Data if found >= self.size => Err(Errno::ENXIO),
            // The end of a file is a hole.
            _ => Ok(found.min(self.size)),
        }
    }
}
