// SPDX-License-Identifier: MIT OR Apache-2.0
//! What waits, in an exact replay, until every op has ended that had ended when the recorded module crashed: first the crash, and then
//! those that the crash left without an answer.

use super::task::LOOK;
use super::world::World;
use std::sync::atomic::{AtomicU8, Ordering};

const KEPT: u8 = 0;
const MAY_CRASH: u8 = 1;
const MAY_GO: u8 = 2;

/// How far they may go.
#[derive(Debug, Default)]
pub struct KeptBack(AtomicU8);

impl KeptBack {
    fn wait(&self, world: &World, until: u8) {
        while self.0.load(Ordering::Acquire) < until && !world.crashed() {
            std::thread::sleep(LOOK);
        }
    }

    /// An op, or a segment, is about to crash; it holds what it holds meanwhile.
    pub(crate) fn wait_to_crash(&self, world: &World) {
        self.wait(world, MAY_CRASH);
    }

    /// An op stands where the crash found it.
    pub(crate) fn wait_to_go(&self, world: &World) {
        self.wait(world, MAY_GO);
    }

    /// A run begins, or goes on after one that stopped before the crash.
    pub fn keep(&self) {
        self.0.store(KEPT, Ordering::Release);
    }

    /// Nobody else is under way whom the crash could disturb.
    pub fn let_crash(&self) {
        self.0.fetch_max(MAY_CRASH, Ordering::Release);
    }

    /// The run is over, with a crash or without.
    pub fn let_go(&self) {
        self.0.store(MAY_GO, Ordering::Release);
    }
}
