// SPDX-License-Identifier: MIT OR Apache-2.0
//! What the mount tells of each op.

use super::pending::Pending;
use super::queue::{Item, Queue};
use super::writing::{self, Numbers};
use crate::ks::context::realtime_ns;
use crate::ks::{Crash, Ends, Taken, TaskSegment, TaskSink};
use crate::proto::trace as pb;
use crate::proto::trace::op::Request;
use crate::trace::{Finished, RequestParts, TraceWriter};
use bento_abi::ReplyBuf;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use thiserror::Error;

/// Most threads that serve ops.
pub const SLOTS: usize = 64;
/// Bytes of ops that may wait for the writer.
const QUEUE_BYTES: usize = 192 << 20;
/// Most bytes of lock counters that a checkpoint in a trace may have: a chunk's, with room for the rest of the record.
const MAX_LOCKS: usize = crate::trace::MAX_RAW - (1 << 20);

/// A recording that cannot be made or ended.
#[derive(Debug, Error)]
pub enum RecordError {
    /// The file cannot be made.
    #[error("cannot write the trace {}: {source}", path.display())]
    Create {
        /// The trace.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The end of the trace could not be written.
    #[error("cannot finish the trace {}: {source}", path.display())]
    Finish {
        /// The trace.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The lock counters are more than a chunk may hold.
    #[error("the file system's lock counters have {bytes} bytes; a checkpoint in a trace holds {MAX_LOCKS}")]
    StateTooLarge {
        /// How many.
        bytes: usize,
    },
}

impl RecordError {
    /// The stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            RecordError::Create { .. } => "E_RECORD_CREATE",
            RecordError::Finish { .. } => "E_RECORD_FINISH",
            RecordError::StateTooLarge { .. } => "E_RECORD_STATE_TOO_LARGE",
        }
    }

    /// What to do about it.
    pub const fn hint(&self) -> &'static str {
        match self {
            RecordError::Create { .. } => "name a file in a directory that exists, can be written and has 64 KiB of room",
            RecordError::Finish { .. } => {
                "what was recorded before is in the file and can be replayed; free some room and record again"
            }
            RecordError::StateTooLarge { .. } => "record from the start of a mount (mount --record), which needs no checkpoint",
        }
    }
}

/// How far a recording is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// Ops in the trace.
    pub ops: u64,
    /// Bytes of the file.
    pub bytes: u64,
    /// Ops that were lost.
    pub dropped: u64,
}

/// What one thread is at: the op under way.
type Slot = Option<Box<Pending>>;

/// A running recording.
#[derive(Debug)]
pub struct Recorder {
    path: PathBuf,
    queue: Arc<Queue>,
    numbers: Arc<Numbers>,
    lost: AtomicU64,
    /// Replay begins with a device that is not empty.
    keep_first_reads: bool,
    /// By thread.
    slots: Vec<Mutex<Slot>>,
    writer: Mutex<Option<JoinHandle<io::Result<Finished>>>>,
}

impl Recorder {
    /// Makes the file and starts the writer.
    pub fn start(path: &Path, header: pb::Header) -> Result<Recorder, RecordError> {
        let failed = |source| RecordError::Create { path: path.to_owned(), source };
        let keep_first_reads = header.origin() != pb::Origin::Mkfs;
        let block = header.drop_policy() == pb::DropPolicy::Block;
        let writer = TraceWriter::create(path, header).map_err(failed)?;
        let (queue, numbers) = (Arc::new(Queue::new(QUEUE_BYTES, block)), Arc::new(Numbers::default()));
        let (of_writer, told) = (Arc::clone(&queue), Arc::clone(&numbers));
        let run = move || writing::run(writer, &of_writer, &told);
        let thread = std::thread::Builder::new().name("record".into()).spawn(run).map_err(failed)?;
        Ok(Recorder {
            path: path.to_owned(),
            queue,
            numbers,
            lost: AtomicU64::new(0),
            keep_first_reads,
            slots: std::iter::repeat_with(Mutex::default).take(SLOTS).collect(),
            writer: Mutex::new(Some(thread)),
        })
    }

    /// The trace.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Numbers so far.
    pub fn progress(&self) -> Progress {
        let load = |number: &AtomicU64| number.load(Ordering::Relaxed);
        let dropped = load(&self.numbers.dropped).max(load(&self.lost));
        Progress { ops: load(&self.numbers.ops), bytes: load(&self.numbers.bytes), dropped }
    }

    fn slot(&self, thread: u32) -> std::sync::MutexGuard<'_, Slot> {
        self.slots[thread as usize % SLOTS].lock().expect("no host code panics while it holds a slot")
    }

    /// An op begins on `thread`, which serves one at a time. The module is to see the tick of `now_ns`.
    pub fn begin(&self, thread: u32, now_ns: i64, parts: &RequestParts<'_>) {
        let (before, mut pending) = self.queue.begin();
        pending.begin(thread, now_ns, before, parts);
        *self.slot(thread) = Some(pending);
    }

    /// A step in the module's life (MKFS, MOUNT, UNMOUNT) begins.
    pub fn begin_life(&self, thread: u32, now_ns: i64, step: Request) {
        let (before, mut pending) = self.queue.begin();
        pending.begin_step(thread, now_ns, before, step);
        *self.slot(thread) = Some(pending);
    }

    /// The op of `thread` ended. `data` is what the module filled of the request's room.
    pub fn end(&self, thread: u32, end_ns: i64, reply: &ReplyBuf, data: &[u8], taken: Taken) {
        let Some(mut pending) = self.slot(thread).take() else { return };
        pending.end(end_ns, reply, data);
        self.hand_over(pending, taken);
    }

    /// The step of the module's life on `thread` ended.
    pub fn end_life(&self, thread: u32, end_ns: i64, errno: i32, taken: Taken) {
        let Some(mut pending) = self.slot(thread).take() else { return };
        pending.end_step(end_ns, errno);
        self.hand_over(pending, taken);
    }

    fn hand_over(&self, mut pending: Box<Pending>, mut taken: Taken) {
        let first_reads = self.first_reads(&mut taken);
        pending.took(taken);
        self.lost.fetch_add(self.queue.end(pending, first_reads), Ordering::Relaxed);
    }

    fn first_reads(&self, taken: &mut Taken) -> Vec<(u64, Box<[u8]>)> {
        let reads = std::mem::take(&mut taken.first_reads);
        if self.keep_first_reads { reads } else { Vec::new() }
    }

    /// The op of `thread` did not come back.
    pub fn crashed(&self, thread: u32, crash: &Crash, mut taken: Taken) {
        let Some(mut pending) = self.slot(thread).take() else { return };
        for (number, data) in self.first_reads(&mut taken) {
            self.queue.push(Item::Block(number, data));
        }
        pending.left(taken);
        match panic_message(crash) {
            Some(panic) => self.queue.push(Item::Panic(Box::new(panic), Some(pending))),
            // Another op brought the module down under this one.
            None => self.queue.push(Item::Unfinished(pending)),
        }
    }

    /// The state of the module here, from which a replay begins; no op is under way.
    pub fn checkpoint(&self, checkpoint: pb::Checkpoint) -> Result<(), RecordError> {
        let bytes = checkpoint.locks.iter().map(|&number| prost::encoding::encoded_len_varint(number)).sum::<usize>();
        if bytes > MAX_LOCKS {
            return Err(RecordError::StateTooLarge { bytes });
        }
        self.queue.push(Item::Checkpoint(Box::new(checkpoint)));
        Ok(())
    }

    /// The content of a block here.
    pub fn block(&self, number: u64, data: Box<[u8]>) {
        self.queue.push(Item::Block(number, data));
    }

    /// The module was replaced, or was not.
    pub fn upgrade(&self, upgrade: pb::Upgrade) {
        self.queue.push(Item::Upgrade(Box::new(upgrade)));
    }

    /// A note.
    pub fn mark(&self, text: &str) {
        let time_ns = crate::trace::realtime_ns();
        self.queue.push(Item::Mark(pb::Mark { text: text.to_owned(), time_ns }));
    }

    /// Ends the recording: ops that are still under way are written without answers.
    pub fn finish(&self) -> Result<Finished, RecordError> {
        for slot in 0..SLOTS {
            if let Some(pending) = self.slot(slot as u32).take() {
                self.queue.push(Item::Unfinished(pending));
            }
        }
        self.queue.close();
        let writer = self.writer.lock().expect("no host code panics while it holds this").take();
        let finished = match writer.map(JoinHandle::join) {
            Some(Ok(finished)) => finished,
            Some(Err(_)) => Err(io::Error::other("the writer thread failed")),
            None => Err(io::Error::other("the recording was finished before")),
        };
        finished.map_err(|source| RecordError::Finish { path: self.path.clone(), source })
    }
}

impl TaskSink for Recorder {
    fn ends(&self) -> Ends {
        self.queue.ends()
    }

    fn ended(&self, mut segment: TaskSegment) {
        let first_reads = self.first_reads(&mut segment.taken);
        let before = segment.began;
        self.queue.end_segment(Box::new(task_message(segment)), before, first_reads);
    }

    fn crashed(&self, mut segment: TaskSegment, crash: &Crash) {
        for (number, data) in self.first_reads(&mut segment.taken) {
            self.queue.push(Item::Block(number, data));
        }
        let (began, now) = (segment.began, self.queue.ends());
        let mut task = task_message(segment);
        task.overlap = u32::try_from(now.ops - began.ops).unwrap_or(u32::MAX);
        task.task_overlap = u32::try_from(now.segments - began.segments).unwrap_or(u32::MAX);
        // Where the instance ended elsewhere, what this task still took is of no use: no answer followed from it.
        if let Some(panic) = panic_message(crash) {
            self.queue.push(Item::Panic(Box::new(pb::Panic { task: Some(task), ..panic }), None));
        }
    }
}

/// The trace's message for a segment that ends now.
fn task_message(segment: TaskSegment) -> pb::Task {
    let TaskSegment { id, name, work, thread, begin_ns, taken, ended, .. } = segment;
    pb::Task {
        thread,
        name,
        lock_order: taken.lock_order,
        random: taken.random.into(),
        clock_ns: taken.clock_ns,
        failures: taken.failures,
        id,
        work,
        begin_ns: begin_ns as u64,
        duration_ns: realtime_ns().saturating_sub(begin_ns).max(0).unsigned_abs(),
        overlap: 0,
        task_overlap: 0,
        ended,
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        self.queue.close();
    }
}

/// The trace's message for a crash; `None` when it was not this op's own.
fn panic_message(crash: &Crash) -> Option<pb::Panic> {
    (*crash != Crash::Abandoned).then(|| crash.in_trace())
}
