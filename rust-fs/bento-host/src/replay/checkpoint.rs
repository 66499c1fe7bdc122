// SPDX-License-Identifier: MIT OR Apache-2.0
//! Checkpoints of a run: where it can go back to.
//!
//! A checkpoint is the module's exported state, a fork of the device, lock counters and the run's tables. They are taken as
//! often as their cost allows, and thinned so that their distance from the newest grows: their number is logarithmic in the trace's length,
//! and a step back from anywhere near the newest is short.

use super::interleave::Interleavings;
use super::subject::{Asked, Subject};
use std::time::{Duration, Instant};

/// Shortest distance, ops.
pub const NEAREST: u64 = 1024;
/// Checkpoints take at most this part of a run's time.
const SHARE: u32 = 25;
/// Checkpoints that are kept for each doubling of the distance.
const A_DOUBLING: usize = 2;
/// State bytes that all checkpoints of a run may hold, the newest not counted.
const MOST_BYTES: usize = 512 << 20;

/// A place to go back to.
#[derive(Debug)]
pub struct Checkpoint {
    /// Every op up to this one was done.
    pub prefix: u64,
    /// Ops beyond that were done.
    pub ahead: Vec<u64>,
    /// A subject that shares the device's blocks, without an instance.
    pub subject: Subject,
    /// What the instance exported; nothing where none was mounted.
    pub state: Option<Vec<u8>>,
    /// The last op then.
    pub last: Option<Asked>,
    /// What had interleaved by then.
    pub interleavings: Interleavings,
}

/// The checkpoints of a run, by place.
#[derive(Debug, Default)]
pub struct Checkpoints {
    kept: Vec<Checkpoint>,
    last_cost: Duration,
    last_taken: Option<Instant>,
}

impl Checkpoints {
    /// Whether it is time for one.
    pub fn due(&self, prefix: u64) -> bool {
        let near = self.kept.iter().any(|checkpoint| checkpoint.prefix.abs_diff(prefix) < NEAREST);
        !near && prefix >= NEAREST && self.last_taken.is_none_or(|taken| taken.elapsed() >= self.last_cost * SHARE)
    }

    /// Keeps one, and thins the others.
    pub fn add(&mut self, checkpoint: Checkpoint, cost: Duration) {
        self.last_cost = cost;
        self.last_taken = Some(Instant::now());
        let prefix = checkpoint.prefix;
        let at = self.kept.partition_point(|other| other.prefix < prefix);
        self.kept.insert(at, checkpoint);
        self.thin(prefix);
    }

    /// Leaves at most [`A_DOUBLING`] in each doubling of the distance from `place`, and drops the farthest when they hold too much.
    fn thin(&mut self, place: u64) {
        let band = |checkpoint: &Checkpoint| (checkpoint.prefix.abs_diff(place) / NEAREST + 1).ilog2();
        let mut counts = [0_usize; 65];
        // From the start on, so that of a band those nearest to the start stay: they are the ones that grow old together.
        self.kept.retain(|checkpoint| {
            let count = &mut counts[band(checkpoint) as usize];
            *count += 1;
            *count <= A_DOUBLING
        });
        while self.kept.len() > 1 && self.state_bytes() > MOST_BYTES {
            let far = self.kept.iter().enumerate().max_by_key(|(_, checkpoint)| checkpoint.prefix.abs_diff(place));
            let Some((at, _)) = far else { break };
            self.kept.remove(at);
        }
    }

    /// The nearest at or before `prefix`.
    pub fn before(&self, prefix: u64) -> Option<&Checkpoint> {
        self.kept.iter().rev().find(|checkpoint| checkpoint.prefix <= prefix)
    }

    /// Places, in order.
    pub fn places(&self) -> Vec<u64> {
        self.kept.iter().map(|checkpoint| checkpoint.prefix).collect()
    }

    /// Takes out all beyond `prefix`: they are another module's, or another history's.
    pub fn forget_after(&mut self, prefix: u64) {
        self.kept.retain(|checkpoint| checkpoint.prefix <= prefix);
    }

    fn state_bytes(&self) -> usize {
        self.kept.iter().map(|checkpoint| checkpoint.state.as_ref().map_or(0, Vec::len)).sum()
    }

    /// Bytes held: states, and blocks that the next one does not share.
    pub fn bytes(&self) -> u64 {
        let own = self.kept.windows(2).filter_map(|pair| {
            let (a, b) = (pair[0].subject.device()?, pair[1].subject.device()?);
            Some(a.differing_blocks(b).len() as u64 * u64::from(crate::device::BlockDevice::info(&**a).block_size))
        });
        let newest = self.kept.last().and_then(|newest| newest.subject.device()).map_or(0, |device| device.stored_bytes());
        self.state_bytes() as u64 + own.sum::<u64>() + newest
    }
}
