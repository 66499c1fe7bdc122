// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! A device in memory with a strict cache: a block is forgotten as soon as nobody refers to it and it is not dirty, so a change that was
//! neither held nor marked is lost at once, and a dirty block may go home at any moment.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock};

pub const BLOCK: usize = 4096;

/// What happened to the medium.
#[derive(Clone)]
pub enum Logged {
    Write { offset: u64, data: Vec<u8>, fua: bool },
    Flush,
}

pub struct Buffer {
    pub dev: u64,
    pub number: u64,
    pub data: Box<[u8; BLOCK]>,
    pub refs: u64,
    pub dirty: bool,
    pub lock: super::locks::Lock,
}

#[derive(Default)]
pub struct State {
    pub medium: Vec<u8>,
    pub cache: BTreeMap<u64, *mut Buffer>,
    pub log: Vec<Logged>,
    pub logging: bool,
    /// Writes that still succeed; every later one fails with EIO.
    pub writes_left: Option<u64>,
    /// Called before the module's own next writes, with nothing of the device locked.
    pub before_write: Option<Arc<dyn Fn() + Send + Sync>>,
}

// SAFETY: buffers are boxed, and reached under the state's lock or their own.
unsafe impl Send for State {}

static DEVICES: OnceLock<Mutex<BTreeMap<u64, Arc<Mutex<State>>>>> = OnceLock::new();
static NEXT: AtomicU64 = AtomicU64::new(1);

fn devices() -> MutexGuard<'static, BTreeMap<u64, Arc<Mutex<State>>>> {
    DEVICES.get_or_init(Default::default).lock().unwrap()
}

pub fn state(dev: u64) -> Arc<Mutex<State>> {
    devices()[&dev].clone()
}

/// A new device that holds `medium`.
pub fn add(medium: Vec<u8>) -> u64 {
    assert!(medium.len().is_multiple_of(BLOCK));
    let dev = NEXT.fetch_add(1, Ordering::Relaxed);
    devices().insert(dev, Arc::new(Mutex::new(State { medium, ..State::default() })));
    dev
}

pub fn remove(dev: u64) {
    let state = devices().remove(&dev).unwrap();
    let state = state.lock().unwrap();
    for &buffer in state.cache.values() {
        // SAFETY: made by Box::into_raw; nobody refers to it any more.
        drop(unsafe { Box::from_raw(buffer) });
    }
}

impl State {
    fn span(&self, offset: u64, len: usize) -> Result<std::ops::Range<usize>, i32> {
        let start = usize::try_from(offset).map_err(|_| 22)?;
        let end = start.checked_add(len).filter(|&end| end <= self.medium.len()).ok_or(22)?;
        Ok(start..end)
    }

    /// Reads what is newest, cached or not.
    pub fn read(&self, offset: u64, to: &mut [u8]) -> Result<(), i32> {
        let span = self.span(offset, to.len())?;
        to.copy_from_slice(&self.medium[span.clone()]);
        for (number, buffer) in self.overlapping(&span) {
            // SAFETY: live while in the cache.
            let data = unsafe { &(**buffer).data };
            let (block, from, to_end) = overlap(*number, &span);
            to[from - span.start..to_end - span.start].copy_from_slice(&data[from - block..to_end - block]);
        }
        Ok(())
    }

    fn overlapping(&self, span: &std::ops::Range<usize>) -> impl Iterator<Item = (&u64, &*mut Buffer)> {
        let first = (span.start / BLOCK) as u64;
        let last = span.end.div_ceil(BLOCK) as u64;
        self.cache.range(first..last.max(first))
    }

    pub fn write(&mut self, offset: u64, data: &[u8], fua: bool) -> Result<(), i32> {
        if let Some(left) = &mut self.writes_left {
            if *left == 0 {
                return Err(5);
            }
            *left -= 1;
        }
        let span = self.span(offset, data.len())?;
        self.medium[span.clone()].copy_from_slice(data);
        if self.logging {
            self.log.push(Logged::Write { offset, data: data.to_vec(), fua });
        }
        let cached: Vec<(u64, *mut Buffer)> = self.overlapping(&span).map(|(number, buffer)| (*number, *buffer)).collect();
        for (number, buffer) in cached {
            // SAFETY: live while in the cache.
            let content = unsafe { &mut (*buffer).data };
            let (block, from, to) = overlap(number, &span);
            content[from - block..to - block].copy_from_slice(&data[from - span.start..to - span.start]);
        }
        Ok(())
    }

    pub fn flush(&mut self) {
        if self.logging {
            self.log.push(Logged::Flush);
        }
    }

    /// Writes dirty blocks home.
    pub fn sync(&mut self) -> Result<(), i32> {
        let dirty: Vec<*mut Buffer> = self.cache.values().copied().filter(|&buffer| unsafe_dirty(buffer)).collect();
        for buffer in dirty {
            // SAFETY: live while in the cache.
            let (number, data) = unsafe { ((*buffer).number, (*buffer).data.clone()) };
            self.write(number * BLOCK as u64, &data[..], false)?;
            // SAFETY: as above.
            unsafe { (*buffer).dirty = false };
            self.drop_unused(buffer);
        }
        Ok(())
    }

    pub fn get(&mut self, dev: u64, number: u64, noread: bool) -> Result<*mut Buffer, i32> {
        let span = self.span(number.checked_mul(BLOCK as u64).ok_or(22)?, BLOCK)?;
        if let Some(&buffer) = self.cache.get(&number) {
            // SAFETY: live while in the cache.
            unsafe { (*buffer).refs += 1 };
            return Ok(buffer);
        }
        let mut data = Box::new([0xA5; BLOCK]);
        if !noread {
            data.copy_from_slice(&self.medium[span]);
        }
        let lock = super::locks::Lock::default();
        let buffer = Box::into_raw(Box::new(Buffer { dev, number, data, refs: 1, dirty: false, lock }));
        self.cache.insert(number, buffer);
        Ok(buffer)
    }

    pub fn put(&mut self, buffer: *mut Buffer) {
        // SAFETY: the caller gives back a reference it has.
        unsafe { (*buffer).refs -= 1 };
        self.drop_unused(buffer);
    }

    fn drop_unused(&mut self, buffer: *mut Buffer) {
        // SAFETY: live while in the cache.
        let (refs, dirty, number) = unsafe { ((*buffer).refs, (*buffer).dirty, (*buffer).number) };
        if refs == 0 && !dirty {
            self.cache.remove(&number);
            // SAFETY: made by Box::into_raw, and out of the cache now.
            drop(unsafe { Box::from_raw(buffer) });
        }
    }
}

fn unsafe_dirty(buffer: *mut Buffer) -> bool {
    // SAFETY: live while in the cache.
    unsafe { (*buffer).dirty }
}

fn overlap(number: u64, span: &std::ops::Range<usize>) -> (usize, usize, usize) {
    let block = number as usize * BLOCK;
    (block, span.start.max(block), span.end.min(block + BLOCK))
}
