// SPDX-License-Identifier: MIT OR Apache-2.0
//! Whether the replay's locks stand where they stood when an op or a segment was recorded.

use crate::ks::{World, is_named};
use crate::replay::interleave::entries;
use crate::replay::tape::SegmentRecord;
use crate::trace::OpRecord;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ready {
    Yes,
    /// It may be that an acquisition is missing, or that the op makes it itself.
    Perhaps,
    No,
}

/// Whether some lock of an order does not stand where it stood.
fn is_stuck(world: &World, thread: u32, lock_order: &[u64]) -> bool {
    entries(lock_order).enumerate().any(|(at, entry)| {
        let before = entries(lock_order).take(at);
        match before.filter(|before| (before.class, before.key) == (entry.class, entry.key)).last() {
            None => world.lock_counters(entry.lock()).writes != entry.writes,
            // The op's own acquisitions since then need no entry unless somebody came between.
            Some(last) => entry.writes > last.writes + u64::from(!is_named(thread)),
        }
    })
}

fn ready(world: &World, thread: u32, lock_order: &[u64]) -> Ready {
    if is_stuck(world, thread, lock_order) {
        return Ready::No;
    }
    let short = entries(lock_order).any(|entry| {
        let seen = world.lock_counters(entry.lock());
        // An entry does not say whether it is shared; a reader may come before others that read, a writer may not.
        seen.writes == entry.writes && seen.reads < entry.reads
    });
    if short { Ready::Perhaps } else { Ready::Yes }
}

pub(super) fn ready_op(world: &World, record: &OpRecord) -> Ready {
    ready(world, record.op.thread, &record.op.lock_order)
}

pub(super) fn ready_segment(world: &World, record: &SegmentRecord) -> Ready {
    ready(world, record.task.thread, &record.task.lock_order)
}
