// SPDX-License-Identifier: MIT OR Apache-2.0
//! A device in memory, for replays: sparse, copy-on-write, with a digest that costs what changed.
//!
//! Its content is the *logical* device: a cached block that the module changed counts from the moment its exclusive lock is
//! given up, committed or not. So two runs can be compared after every op.
//!
//! Blocks that changed are hashed when somebody asks, once however often they had changed: an op changes the same few blocks over and
//! over, and a run that wants no digests hashes nothing.
//!
//! Invariant: where no block waits to be settled, `digest` is the wrapping sum, over the blocks that are not all zero, of xxh3-64 of the
//! content with the block number as seed; a block that is all zero is not stored.

use super::span::{checked_len, each_part};
use super::{BlockDevice, Buf, FirstRead};
use crate::ks::Counters;
use crate::ks::solo::{SoloGuard, SoloMutex};
use crate::mix::MixMap;
use bento_abi::{DevInfo, Seg};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use xxhash_rust::xxh3::xxh3_64_with_seed;

/// Blocks a leaf.
const FANOUT: usize = 256;

#[derive(Debug, Clone)]
struct Block {
    /// What the block adds to the digest.
    hash: u64,
    /// It has changed since, and is in `Content::unsettled`.
    waits: bool,
    data: Box<[u8]>,
}

type Leaf = [Option<Arc<Block>>; FANOUT];

#[derive(Debug, Clone, Default)]
struct Content {
    /// Leaves up to the last one in use.
    leaves: Vec<Option<Arc<Leaf>>>,
    digest: u64,
    stored: u64,
    /// Numbers of changed blocks, each once.
    unsettled: Vec<u64>,
}

/// A device of a replay.
#[derive(Debug)]
pub struct CowDevice {
    info: DevInfo,
    content: SoloMutex<Content>,
    bufs: SoloMutex<MixMap<u64, Arc<Buf>>>,
    waiting_counters: Mutex<HashMap<u64, Counters>>,
    zeroes: Box<[u8]>,
}

fn place(number: u64) -> (usize, usize) {
    ((number / FANOUT as u64) as usize, (number % FANOUT as u64) as usize)
}

impl Content {
    fn block(&self, number: u64) -> Option<&Arc<Block>> {
        let (leaf, slot) = place(number);
        self.leaves.get(leaf)?.as_ref()?[slot].as_ref()
    }

    fn slot_mut(&mut self, number: u64) -> &mut Option<Arc<Block>> {
        let (leaf, slot) = place(number);
        if self.leaves.len() <= leaf {
            self.leaves.resize_with(leaf + 1, || None);
        }
        let leaf = self.leaves[leaf].get_or_insert_with(|| Arc::new([const { None }; FANOUT]));
        &mut Arc::make_mut(leaf)[slot]
    }

    /// The block for writing; not shared with any fork. The caller says by [`Content::changed`] that it was written.
    fn block_mut(&mut self, number: u64, block_size: usize) -> &mut Block {
        let absent = self.block(number).is_none();
        if absent {
            self.stored += 1;
        }
        let fresh = || Arc::new(Block { hash: 0, waits: false, data: vec![0; block_size].into_boxed_slice() });
        Arc::make_mut(self.slot_mut(number).get_or_insert_with(fresh))
    }

    /// The block was written.
    fn changed(&mut self, number: u64) {
        if self.block(number).is_some_and(|block| !block.waits) {
            self.block_mut(number, 0).waits = true;
            self.unsettled.push(number);
        }
    }

    /// Brings the digest up to date.
    fn settle(&mut self) {
        for at in 0..self.unsettled.len() {
            let number = self.unsettled[at];
            let Some(block) = self.block(number) else { continue };
            let (old, zero) = (block.hash, is_zero(&block.data));
            let new = if zero { 0 } else { xxh3_64_with_seed(&block.data, number) };
            self.digest = self.digest.wrapping_sub(old).wrapping_add(new);
            if zero {
                self.stored -= 1;
                *self.slot_mut(number) = None;
            } else {
                let block = self.block_mut(number, 0);
                (block.hash, block.waits) = (new, false);
            }
        }
        self.unsettled.clear();
    }
}

fn is_zero(bytes: &[u8]) -> bool {
    let (head, words, tail) = {
        let (words, tail) = bytes.as_chunks::<16>();
        (words.first().is_none_or(|word| *word == [0; 16]), words, tail)
    };
    head && words.iter().all(|word| u128::from_ne_bytes(*word) == 0) && tail.iter().all(|&byte| byte == 0)
}

impl CowDevice {
    /// All zeroes.
    pub fn new(block_size: u32, blocks: u64) -> CowDevice {
        CowDevice::with_content(DevInfo { block_size, read_only: 0, blocks }, Content::default())
    }

    fn with_content(info: DevInfo, content: Content) -> CowDevice {
        CowDevice {
            info,
            content: SoloMutex::new(content),
            bufs: SoloMutex::default(),
            waiting_counters: Mutex::default(),
            zeroes: vec![0; info.block_size as usize].into_boxed_slice(),
        }
    }

    /// The content, settled. Nobody is writing: no op is under way.
    fn settled(&self) -> SoloGuard<'_, Content> {
        let mut content = self.content.lock();
        content.settle();
        content
    }

    /// A device with the same content, sharing it until either writes. No op is under way on this one.
    pub fn fork(&self) -> CowDevice {
        CowDevice::with_content(self.info, self.settled().clone())
    }

    /// The digest; costs what changed since it was last asked for. No op is under way.
    pub fn digest(&self) -> u64 {
        self.settled().digest
    }

    /// The digest, from a walk over every block.
    pub fn full_digest(&self) -> u64 {
        let content = self.content.lock();
        let blocks = content.leaves.iter().enumerate().flat_map(|(leaf, blocks)| {
            let slots = blocks.iter().flat_map(|slots| slots.iter().enumerate());
            slots.filter_map(move |(slot, block)| Some(((leaf * FANOUT + slot) as u64, block.as_ref()?)))
        });
        let hashes =
            blocks.filter(|(_, block)| !is_zero(&block.data)).map(|(number, block)| xxh3_64_with_seed(&block.data, number));
        hashes.fold(0, u64::wrapping_add)
    }

    /// Bytes that the stored blocks take (shared ones too).
    pub fn stored_bytes(&self) -> u64 {
        self.settled().stored * u64::from(self.info.block_size)
    }

    /// Numbers of blocks from `first` on that are not all zero, at most `limit`.
    pub fn stored_blocks(&self, first: u64, limit: usize) -> Vec<u64> {
        let content = self.settled();
        let mut numbers = Vec::new();
        let (first_leaf, _) = place(first);
        for (leaf, blocks) in content.leaves.iter().enumerate().skip(first_leaf) {
            let Some(blocks) = blocks else { continue };
            for (slot, block) in blocks.iter().enumerate() {
                let number = (leaf * FANOUT + slot) as u64;
                if block.is_some() && number >= first {
                    if numbers.len() == limit {
                        return numbers;
                    }
                    numbers.push(number);
                }
            }
        }
        numbers
    }

    /// A copy of one block.
    pub fn block(&self, number: u64) -> Vec<u8> {
        self.content.lock().block(number).map_or_else(|| self.zeroes.to_vec(), |block| block.data.to_vec())
    }

    /// Puts a whole block in place, as it was before the run.
    pub fn preload(&self, number: u64, data: &[u8]) {
        if number >= self.info.blocks || data.len() != self.info.block_size as usize {
            return;
        }
        let mut content = self.content.lock();
        content.block_mut(number, data.len()).data.copy_from_slice(data);
        content.changed(number);
    }

    /// Numbers of blocks in which this device and `other` differ. Shared parts cost nothing.
    pub fn differing_blocks(&self, other: &CowDevice) -> Vec<u64> {
        if std::ptr::eq(self, other) {
            return Vec::new();
        }
        let (ours, theirs) = (self.settled(), other.settled());
        let mut numbers = Vec::new();
        for leaf in 0..ours.leaves.len().max(theirs.leaves.len()) {
            let a = ours.leaves.get(leaf).and_then(Option::as_ref);
            let b = theirs.leaves.get(leaf).and_then(Option::as_ref);
            if let (Some(a), Some(b)) = (a, b)
                && Arc::ptr_eq(a, b)
            {
                continue;
            }
            for slot in 0..FANOUT {
                let hash = |leaf: Option<&Arc<Leaf>>| leaf.and_then(|leaf| leaf[slot].as_ref()).map_or(0, |block| block.hash);
                if hash(a) != hash(b) {
                    numbers.push((leaf * FANOUT + slot) as u64);
                }
            }
        }
        numbers
    }
}

impl BlockDevice for CowDevice {
    fn info(&self) -> DevInfo {
        self.info
    }

    unsafe fn read(&self, offset: u64, segs: &[Seg], _: FirstRead<'_>) -> Result<(), i32> {
        checked_len(self.info, offset, segs)?;
        let content = self.content.lock();
        each_part(u64::from(self.info.block_size), offset, segs, |number, within, part| {
            let block = content.block(number).map_or(&*self.zeroes, |block| &block.data);
            // SAFETY: `part` is a writable piece of `part.len` bytes (the caller), and the block has as many from `within` on.
            unsafe { std::ptr::copy_nonoverlapping(block[within..within + part.len].as_ptr(), part.ptr, part.len) };
            Ok(())
        })
    }

    unsafe fn write(&self, offset: u64, segs: &[Seg], _: u32, _: FirstRead<'_>) -> Result<(), i32> {
        checked_len(self.info, offset, segs)?;
        let block_size = self.info.block_size as usize;
        let mut content = self.content.lock();
        each_part(block_size as u64, offset, segs, |number, within, part| {
            // SAFETY: `part` is a readable piece of `part.len` bytes (the caller).
            let bytes = unsafe { std::slice::from_raw_parts(part.ptr.cast_const(), part.len) };
            content.block_mut(number, block_size).data[within..within + part.len].copy_from_slice(bytes);
            content.changed(number);
            Ok(())
        })
    }

    fn flush(&self) -> Result<(), i32> {
        Ok(())
    }

    fn sync(&self) -> Result<(), i32> {
        Ok(())
    }

    /// Nothing: "may read as anything written before", and so a replay does not depend on what a device does with a discard.
    fn discard(&self, _: u64, _: u64) -> Result<(), i32> {
        Ok(())
    }

    fn get(&self, number: u64, _: bool, _: FirstRead<'_>) -> Result<Arc<Buf>, i32> {
        if number >= self.info.blocks {
            return Err(libc::EIO);
        }
        let mut bufs = self.bufs.lock();
        let solo = self.bufs.is_solo();
        let buf = bufs.entry(number).or_insert_with(|| {
            let waiting = self.waiting_counters.lock().expect("no host code panics while it holds this").remove(&number);
            let counters = waiting.unwrap_or_default();
            Arc::new(match solo {
                // SAFETY: `set_solo`'s promise.
                true => unsafe { Buf::solo(number, counters, Box::default()) },
                false => Buf::new(number, counters, Box::default()),
            })
        });
        Ok(Arc::clone(buf))
    }

    fn content(&self, buf: &Buf, exclusive: bool, zeroed: bool) -> *mut u8 {
        if !exclusive {
            let content = self.content.lock();
            let block = content.block(buf.number).map_or(&*self.zeroes, |block| &block.data);
            // The block stays where it is while its lock is held: forks happen only between ops.
            return block.as_ptr().cast_mut();
        }
        let mut content = self.content.lock();
        let block = content.block_mut(buf.number, self.info.block_size as usize);
        if zeroed {
            block.data.fill(0);
        }
        block.data.as_mut_ptr()
    }

    fn changed(&self, buf: &Buf) {
        self.content.lock().changed(buf.number);
    }

    fn dirty(&self, _: &Buf) {}

    fn lock_counters(&self, number: u64) -> Counters {
        if let Some(buf) = self.bufs.lock().get(&number) {
            return buf.lock.counters();
        }
        let waiting = self.waiting_counters.lock().expect("no host code panics while it holds this");
        waiting.get(&number).copied().unwrap_or_default()
    }

    fn all_lock_counters(&self) -> HashMap<u64, Counters> {
        let mut all = self.waiting_counters.lock().expect("no host code panics while it holds this").clone();
        all.extend(self.bufs.lock().iter().map(|(number, buf)| (*number, buf.lock.counters())));
        all
    }

    fn set_lock_counters(&self, counters: HashMap<u64, Counters>) {
        *self.waiting_counters.lock().expect("no host code panics while it holds this") = counters;
    }

    unsafe fn set_solo(&self) {
        // SAFETY: the caller's promise.
        unsafe {
            self.content.set_solo();
            self.bufs.set_solo();
        }
    }

    fn as_cow(&self) -> Option<&CowDevice> {
        Some(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn write(device: &CowDevice, offset: u64, bytes: &[u8]) {
        let seg = Seg { ptr: bytes.as_ptr().cast_mut(), len: bytes.len() };
        // SAFETY: a readable piece.
        unsafe { device.write(offset, &[seg], 0, &mut |_, _| ()) }.expect("within the device");
    }

    fn read(device: &CowDevice, offset: u64, len: usize) -> Vec<u8> {
        let mut bytes = vec![1; len];
        let seg = Seg { ptr: bytes.as_mut_ptr(), len };
        // SAFETY: a writable piece.
        unsafe { device.read(offset, &[seg], &mut |_, _| ()) }.expect("within the device");
        bytes
    }

    proptest! {
        /// Against a plain array: content, digest, and a fork that must not see later writes.
        #[test]
        fn behaves_as_an_array(writes in prop::collection::vec((0_u64..16_000, prop::collection::vec(0_u8..3, 1..900)), 1..40), fork_at in 0_usize..40) {
            let device = CowDevice::new(512, 40);
            let mut model = vec![0_u8; 512 * 40];
            let mut fork = None;
            for (at, (offset, bytes)) in writes.iter().enumerate() {
                if at == fork_at {
                    fork = Some((device.fork(), model.clone()));
                }
                write(&device, *offset, bytes);
                model[*offset as usize..*offset as usize + bytes.len()].copy_from_slice(bytes);
                prop_assert_eq!(device.digest(), device.full_digest());
            }
            prop_assert_eq!(read(&device, 0, model.len()), model.clone());
            if let Some((fork, then)) = fork {
                prop_assert_eq!(read(&fork, 0, then.len()), then.clone());
                prop_assert_eq!(fork.digest(), fork.full_digest());
                let differing: Vec<u64> = (0..40).filter(|&block| {
                    let range = block as usize * 512..(block as usize + 1) * 512;
                    model[range.clone()] != then[range]
                }).collect();
                prop_assert_eq!(device.differing_blocks(&fork), differing);
            }
        }
    }

    #[test]
    fn beyond_the_end_is_an_error() {
        let device = CowDevice::new(512, 4);
        let mut byte = 0_u8;
        let seg = Seg { ptr: &raw mut byte, len: 1 };
        // SAFETY: a writable piece.
        assert_eq!(unsafe { device.read(2048, &[seg], &mut |_, _| ()) }, Err(libc::EIO));
        assert_eq!(device.get(4, false, &mut |_, _| ()).err(), Some(libc::EIO));
    }
}
