// SPDX-License-Identifier: MIT OR Apache-2.0
//! The thread that writes.

use super::pending::Pending;
use super::queue::{Item, Queue};
use crate::trace::{Caller, Finished, Loss, TraceWriter};
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// How long the writer waits for work, and about how old a record may become before it is sealed: together less than the
/// 100 ms of tail that a killed recorder may lose.
const PATIENCE: Duration = Duration::from_millis(25);
const SEAL_AFTER: Duration = Duration::from_millis(60);

/// Niceness of the writer.
const WRITER_NICE: i32 = -10;

/// Numbers that may be read while the recording runs.
#[derive(Debug, Default)]
pub struct Numbers {
    /// Ops in the trace.
    pub ops: AtomicU64,
    /// Bytes of the file.
    pub bytes: AtomicU64,
    /// Ops that were lost.
    pub dropped: AtomicU64,
}

/// Writes until the queue is closed.
pub fn run(mut writer: TraceWriter, queue: &Queue, numbers: &Numbers) -> io::Result<Finished> {
    let mut unsealed_since: Option<Instant> = None;
    let mut written: Vec<Box<Pending>> = Vec::new();
    go_first();
    loop {
        let batch = queue.take(PATIENCE, &mut written);
        // What is not wanted again.
        written.clear();
        writer.hurry(batch.lags);
        for item in batch.items {
            written.extend(write(&mut writer, item));
        }
        if batch.last {
            return writer.finish(0);
        }
        if !writer.has_unsealed() {
            unsealed_since = None;
        } else if unsealed_since.get_or_insert_with(Instant::now).elapsed() >= SEAL_AFTER {
            writer.seal();
            unsealed_since = None;
        }
        numbers.ops.store(writer.ops(), Ordering::Relaxed);
        numbers.bytes.store(writer.bytes(), Ordering::Relaxed);
        numbers.dropped.store(writer.dropped(), Ordering::Relaxed);
    }
}

/// The writer does little for each op, but where many threads make ops it must come to do it, or ops are lost (or wait).
fn go_first() {
    let me = rustix::thread::gettid();
    // Allowed to root; others keep the usual share.
    let _ = rustix::process::setpriority_process(Some(me), WRITER_NICE);
}

/// Writes an item; an op's memory may be used again.
fn write(writer: &mut TraceWriter, item: Item) -> Option<Box<Pending>> {
    match item {
        Item::Op(mut pending) => {
            let mut op = pending.message();
            writer.op(pending.begin_ns(), pending.end_ns(), pending.caller(), &mut op, pending.content());
            return Some(pending);
        }
        Item::Unfinished(mut pending) => {
            let mut op = pending.message();
            writer.unfinished(pending.begin_ns(), pending.caller(), &mut op, pending.content());
        }
        Item::Panic(mut panic, None) => writer.panic(0, Caller::KERNEL, &mut panic, None),
        Item::Panic(mut panic, Some(mut pending)) => {
            panic.op = Some(pending.message());
            writer.panic(pending.begin_ns(), pending.caller(), &mut panic, pending.content());
        }
        Item::Task(task) => writer.task(&task),
        Item::Block(number, data) => writer.block(number, &data),
        Item::Lost(ops) => writer.lost(Loss::BufferFull, ops),
        Item::Checkpoint(checkpoint) => {
            if !writer.checkpoint(&checkpoint) {
                // Its size was checked before; should that ever be wrong, a gap says that the trace cannot be replayed.
                writer.lost(Loss::TooLarge, 0);
            }
        }
        Item::Upgrade(upgrade) => writer.upgrade(&upgrade),
        Item::Mark(mark) => writer.mark(&mark),
    }
    None
}
