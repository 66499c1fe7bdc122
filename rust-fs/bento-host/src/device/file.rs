// SPDX-License-Identifier: MIT OR Apache-2.0
//! A device on an image file or a real block device, with a cache of blocks.
//!
//! A cached block goes home only after it was marked dirty: by `sync`, by the writer thread, or when the cache grows too large (then
//! clean ones are dropped first). Direct reads and writes see, and change, what is cached.

use super::span::{checked_len, each_part};
use super::{BlockDevice, Buf, FirstRead};
use crate::ks::Counters;
use bento_abi::{DevInfo, Seg, write_flags};
use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard, Weak};
use std::time::Duration;

/// Blocks that the cache keeps when nobody holds them.
const CACHED_BLOCKS: usize = 65_536;
/// How often dirty blocks are written home in the background.
const WRITE_EVERY: Duration = Duration::from_secs(5);

/// A device could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum DeviceError {
    /// The image cannot be opened or made.
    #[error("cannot open the image {path}")]
    Open {
        /// The image.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Too small, or not whole blocks.
    #[error("the image {path} has {size} bytes, which is less than one block of {block_size}")]
    TooSmall {
        /// The image.
        path: PathBuf,
        /// Its size.
        size: u64,
        /// A block.
        block_size: u32,
    },
}

#[derive(Debug, Default)]
struct Cache {
    bufs: HashMap<u64, Arc<Buf>>,
    /// Lock counters of blocks that are not in the cache.
    counters: HashMap<u64, Counters>,
}

/// A device on a file.
#[derive(Debug)]
pub struct FileDevice {
    file: File,
    info: DevInfo,
    cache: Mutex<Cache>,
    /// Blocks read or written by this run, as bits; none when nobody asks for first reads.
    touched: Option<Mutex<Vec<u64>>>,
}

fn errno(error: &io::Error) -> i32 {
    error.raw_os_error().unwrap_or(libc::EIO)
}

impl FileDevice {
    /// Opens an image or block device; `note_first_reads` reports the content of each block that the run reads before it writes it.
    pub fn open(path: &Path, block_size: u32, read_only: bool, note_first_reads: bool) -> Result<Arc<FileDevice>, DeviceError> {
        let failed = |source| DeviceError::Open { path: path.into(), source };
        let file = OpenOptions::new().read(true).write(!read_only).open(path).map_err(failed)?;
        // A block device has no length of its own; its end does.
        let size = io::Seek::seek(&mut &file, io::SeekFrom::End(0)).map_err(failed)?;
        let blocks = size / u64::from(block_size);
        if blocks == 0 {
            return Err(DeviceError::TooSmall { path: path.into(), size, block_size });
        }
        let touched = note_first_reads.then(|| Mutex::new(vec![0; blocks.div_ceil(64) as usize]));
        let info = DevInfo { block_size, read_only: read_only.into(), blocks };
        let device = Arc::new(FileDevice { file, info, cache: Mutex::default(), touched });
        let weak = Arc::downgrade(&device);
        let started = std::thread::Builder::new().name("write-home".into()).spawn(move || write_home(&weak));
        started.map_err(failed)?;
        Ok(device)
    }

    /// Begins anew with noting first reads, for a recording that starts mid-run: the content of every cached block, which will not be
    /// read from the device again. No op is under way.
    pub fn restart_first_reads(&self) -> Vec<(u64, Box<[u8]>)> {
        if let Some(touched) = &self.touched {
            touched.lock().expect("no host code panics while it holds this").fill(0);
        }
        let cache = self.cache();
        let mut cached: Vec<_> = cache.bufs.values().map(Arc::clone).collect();
        drop(cache);
        cached.sort_unstable_by_key(|buf| buf.number);
        let content = |buf: &Arc<Buf>| {
            self.touch(buf.number);
            // SAFETY: no op is under way, so nobody changes the content.
            (buf.number, unsafe { (*buf.content.get()).clone() })
        };
        cached.iter().map(content).collect()
    }

    fn cache(&self) -> MutexGuard<'_, Cache> {
        self.cache.lock().expect("no host code panics while it holds the cache")
    }

    /// Marks a block as touched; true the first time.
    fn touch(&self, number: u64) -> bool {
        let Some(touched) = &self.touched else { return false };
        let mut touched = touched.lock().expect("no host code panics while it holds this");
        let (word, bit) = ((number / 64) as usize, 1 << (number % 64));
        let first = touched[word] & bit == 0;
        touched[word] |= bit;
        first
    }

    fn read_block(&self, number: u64) -> Result<Box<[u8]>, i32> {
        let mut data = vec![0; self.info.block_size as usize].into_boxed_slice();
        self.file.read_exact_at(&mut data, number * u64::from(self.info.block_size)).map_err(|error| errno(&error))?;
        Ok(data)
    }

    /// Reports the content of blocks of a range that the run touches for the first time. A write that covers a block whole needs none.
    fn note_range(&self, offset: u64, len: u64, writes: bool, first: FirstRead<'_>) -> Result<(), i32> {
        if self.touched.is_none() || len == 0 {
            return Ok(());
        }
        let block_size = u64::from(self.info.block_size);
        for number in offset / block_size..=(offset + len - 1) / block_size {
            let whole = number * block_size >= offset && (number + 1) * block_size <= offset + len;
            if self.touch(number) && !(writes && whole) {
                first(number, &self.read_block(number)?);
            }
        }
        Ok(())
    }

    fn write_buf(&self, buf: &Buf) -> Result<(), i32> {
        if !buf.dirty.swap(false, Ordering::AcqRel) {
            return Ok(());
        }
        // SAFETY: bytes that a module may be changing right now are copied as they are, once, through a raw pointer; a block that
        // is changed again is the module's to mark again, so a torn copy is overwritten later.
        let bytes = unsafe {
            let content = &*buf.content.get();
            std::slice::from_raw_parts(content.as_ptr(), content.len()).to_vec()
        };
        self.file.write_all_at(&bytes, buf.number * u64::from(self.info.block_size)).map_err(|error| {
            buf.dirty.store(true, Ordering::Release);
            errno(&error)
        })
    }

    fn dirty_bufs(&self) -> Vec<Arc<Buf>> {
        let cache = self.cache();
        let mut dirty: Vec<_> = cache.bufs.values().filter(|buf| buf.dirty.load(Ordering::Acquire)).map(Arc::clone).collect();
        dirty.sort_unstable_by_key(|buf| buf.number);
        dirty
    }

    /// Drops blocks that are clean and held by nobody.
    fn shrink(cache: &mut Cache) {
        let Cache { bufs, counters } = cache;
        bufs.retain(|number, buf| {
            let keep = Arc::strong_count(buf) > 1 || buf.dirty.load(Ordering::Acquire);
            if !keep && buf.lock.counters() != Counters::default() {
                counters.insert(*number, buf.lock.counters());
            }
            keep
        });
    }
}

/// Writes dirty blocks home now and then, as long as the device lives. An error leaves the block dirty; `sync` will report it.
fn write_home(device: &Weak<FileDevice>) {
    loop {
        std::thread::sleep(WRITE_EVERY);
        let Some(device) = device.upgrade() else { return };
        for buf in device.dirty_bufs() {
            let _ = device.write_buf(&buf);
        }
    }
}

impl BlockDevice for FileDevice {
    fn info(&self) -> DevInfo {
        self.info
    }

    unsafe fn read(&self, offset: u64, segs: &[Seg], first: FirstRead<'_>) -> Result<(), i32> {
        let len = checked_len(self.info, offset, segs)?;
        self.note_range(offset, len, false, first)?;
        let mut at = offset;
        for seg in segs {
            // SAFETY: a writable piece (the caller).
            let bytes = unsafe { std::slice::from_raw_parts_mut(seg.ptr, seg.len) };
            self.file.read_exact_at(bytes, at).map_err(|error| errno(&error))?;
            at += seg.len as u64;
        }
        let cache = self.cache();
        if cache.bufs.is_empty() {
            return Ok(());
        }
        each_part(u64::from(self.info.block_size), offset, segs, |number, within, part| {
            if let Some(buf) = cache.bufs.get(&number) {
                // SAFETY: the cached content has a whole block; the piece is writable. A module that reads a block directly while it
                // changes it through the cache gets one or the other, byte by byte.
                unsafe { std::ptr::copy_nonoverlapping((&*buf.content.get()).as_ptr().add(within), part.ptr, part.len) };
            }
            Ok(())
        })
    }

    unsafe fn write(&self, offset: u64, segs: &[Seg], flags: u32, first: FirstRead<'_>) -> Result<(), i32> {
        let len = checked_len(self.info, offset, segs)?;
        if self.info.read_only != 0 {
            return Err(libc::EROFS);
        }
        self.note_range(offset, len, true, first)?;
        if flags & write_flags::PREFLUSH != 0 {
            self.flush()?;
        }
        {
            let cache = self.cache();
            if !cache.bufs.is_empty() {
                each_part(u64::from(self.info.block_size), offset, segs, |number, within, part| {
                    if let Some(buf) = cache.bufs.get(&number) {
                        // SAFETY: as in `read`, the other way round.
                        unsafe {
                            let content = (*buf.content.get()).as_mut_ptr();
                            std::ptr::copy_nonoverlapping(part.ptr.cast_const(), content.add(within), part.len);
                        }
                    }
                    Ok(())
                })?;
            }
        }
        let mut at = offset;
        for seg in segs {
            // SAFETY: a readable piece (the caller).
            let bytes = unsafe { std::slice::from_raw_parts(seg.ptr.cast_const(), seg.len) };
            self.file.write_all_at(bytes, at).map_err(|error| errno(&error))?;
            at += seg.len as u64;
        }
        if flags & write_flags::FUA != 0 { self.flush() } else { Ok(()) }
    }

    fn flush(&self) -> Result<(), i32> {
        self.file.sync_data().map_err(|error| errno(&error))
    }

    fn sync(&self) -> Result<(), i32> {
        let mut result = Ok(());
        for buf in self.dirty_bufs() {
            result = result.and(self.write_buf(&buf));
        }
        result
    }

    fn discard(&self, first: u64, blocks: u64) -> Result<(), i32> {
        if first.checked_add(blocks).is_none_or(|end| end > self.info.blocks) {
            return Err(libc::EIO);
        }
        let mut cache = self.cache();
        for buf in cache.bufs.values().filter(|buf| (first..first + blocks).contains(&buf.number)) {
            buf.dirty.store(false, Ordering::Release);
        }
        Self::shrink(&mut cache);
        Ok(())
    }

    fn get(&self, number: u64, noread: bool, first: FirstRead<'_>) -> Result<Arc<Buf>, i32> {
        if number >= self.info.blocks {
            return Err(libc::EIO);
        }
        if let Some(buf) = self.cache().bufs.get(&number) {
            return Ok(Arc::clone(buf));
        }
        let content = if noread {
            self.touch(number);
            vec![0; self.info.block_size as usize].into_boxed_slice()
        } else {
            let content = self.read_block(number)?;
            if self.touch(number) {
                first(number, &content);
            }
            content
        };
        let mut cache = self.cache();
        if cache.bufs.len() >= CACHED_BLOCKS {
            Self::shrink(&mut cache);
        }
        let counters = cache.counters.remove(&number).unwrap_or_default();
        // Another thread may have brought it in meanwhile: then that one counts.
        let buf = cache.bufs.entry(number).or_insert_with(|| Arc::new(Buf::new(number, counters, content)));
        Ok(Arc::clone(buf))
    }

    fn content(&self, buf: &Buf, _exclusive: bool, zeroed: bool) -> *mut u8 {
        // SAFETY: the caller has just taken the block's lock.
        unsafe {
            let content = buf.content.get();
            if zeroed {
                (*content).fill(0);
            }
            (*content).as_mut_ptr()
        }
    }

    fn changed(&self, _: &Buf) {}

    fn dirty(&self, buf: &Buf) {
        buf.dirty.store(true, Ordering::Release);
    }

    fn lock_counters(&self, number: u64) -> Counters {
        let cache = self.cache();
        let live = cache.bufs.get(&number).map(|buf| buf.lock.counters());
        live.or_else(|| cache.counters.get(&number).copied()).unwrap_or_default()
    }

    fn all_lock_counters(&self) -> HashMap<u64, Counters> {
        let cache = self.cache();
        let mut all = cache.counters.clone();
        all.extend(cache.bufs.iter().map(|(number, buf)| (*number, buf.lock.counters())));
        all
    }

    fn set_lock_counters(&self, counters: HashMap<u64, Counters>) {
        self.cache().counters = counters;
    }
}
