// SPDX-License-Identifier: MIT OR Apache-2.0
//! The tasks of one world: their gate, who is told of their segments, and in a replay the feed that says when each goes on.
//!
//! In a live world a task goes on when what it waited for has come and the gate is open. In a replay's (a fed world) it goes on with the
//! next recorded segment that it is handed. Once such a run is thrown away (or in a copy that is only looked at) there are
//! no further segments: tasks rest, and each goes on freely when somebody waits for its end.

use super::context::{Context, Given, Taken, realtime_ns};
use super::lock::{Counters, KsLock, LockId};
use super::task::{self, LOOK, Task};
use super::world::{Crash, World};
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::fmt;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::{Duration, Instant};

/// How many ops, and segments of tasks, have ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Ends {
    /// Ops.
    pub ops: u64,
    /// Segments.
    pub segments: u64,
}

/// What a task did from one rest to the next.
#[derive(Debug, Clone, Default)]
pub struct TaskSegment {
    /// Number of the task.
    pub id: u32,
    /// What the module called it.
    pub name: String,
    /// A work item; otherwise a thread.
    pub work: bool,
    /// Slot.
    pub thread: u32,
    /// Its begin: CLOCK_REALTIME, nanoseconds.
    pub begin_ns: i64,
    /// What had ended then.
    pub began: Ends,
    /// What it took.
    pub taken: Taken,
    /// The run ended with it.
    pub ended: bool,
}

/// Who is told of segments.
pub trait TaskSink: Send + Sync + fmt::Debug {
    /// What has ended so far.
    fn ends(&self) -> Ends;
    /// A segment ended.
    fn ended(&self, segment: TaskSegment);
    /// A segment ended the instance.
    fn crashed(&self, segment: TaskSegment, crash: &Crash);
}

/// A recorded segment, to be run again.
#[derive(Debug, Clone)]
pub struct Segment {
    /// The task's number here.
    pub task: u32,
    /// Which segment of the trace it is; for whoever hands it out.
    pub number: u64,
    /// Clock at its begin.
    pub begin_ns: i64,
    /// What it took then.
    pub given: Given,
}

/// What came of nested segments, and of those that were run by themselves.
#[derive(Debug, Default)]
pub struct Unnested {
    /// Those that no op waited for.
    pub left: Vec<Segment>,
    /// A task that an op waited for with no segment to run.
    pub made_up: Option<u32>,
    /// Class and key of the first lock that a segment did not take in its recorded turn.
    pub out_of_turn: Option<(u64, u64)>,
}

/// How a task goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    /// With its next segment.
    Segment,
    /// Without a recorded order.
    Free,
    /// Not at all.
    None,
}

#[derive(Debug, Default)]
struct Inner {
    live: BTreeMap<u32, Arc<Task>>,
    last_id: u32,
    /// Numbers that tasks of these names get.
    adopt: Vec<(String, u32)>,
    shut: bool,
    running: BTreeMap<u32, Ends>,
    sink: Option<Arc<dyn TaskSink>>,
    feed: HashMap<u32, VecDeque<Segment>>,
    /// Segments that run when an op waits for their task.
    nested: VecDeque<Segment>,
    /// A segment of this task was run for a waiting op though none was recorded for it there.
    made_up: Option<u32>,
    /// Class and key of the first lock that a segment did not take in its recorded turn, since this was last asked for.
    out_of_turn: Option<(u64, u64)>,
    finished: u64,
    crashed_in: Option<(String, Crash)>,
}

/// The tasks of a world.
#[derive(Debug)]
pub struct Tasks {
    pub(super) making: KsLock,
    fed: bool,
    inner: Mutex<Inner>,
    changed: Condvar,
}

impl Tasks {
    /// The lock under which they are made.
    pub(super) const MAKING: LockId = LockId { class: bento_abi::TASK_LOCK_CLASS, key: 0 };

    pub(super) fn new(fed: bool, adopt: Vec<(String, u32)>, making: Counters) -> Tasks {
        let last_id = adopt.iter().map(|(_, id)| *id).max().unwrap_or(0);
        let inner = Inner { adopt, last_id, shut: true, ..Inner::default() };
        let making = KsLock::new(Tasks::MAKING, making);
        Tasks { making, fed, inner: Mutex::new(inner), changed: Condvar::new() }
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().expect("no host code panics while it holds the table of tasks")
    }

    fn wait<'a>(&self, inner: MutexGuard<'a, Inner>, patience: Duration) -> MutexGuard<'a, Inner> {
        self.changed.wait_timeout(inner, patience).expect("no host code panics while it holds the table of tasks").0
    }

    pub(super) fn moved(&self) {
        drop(self.inner());
        self.changed.notify_all();
    }

    pub(super) fn is_fed(&self) -> bool {
        self.fed
    }

    /// A new task, in the table, with its lock. The making lock is held.
    pub(super) fn enter(&self, world: &World, work: bool, name: &str) -> Arc<Task> {
        let mut inner = self.inner();
        let adopted = inner.adopt.iter().position(|(known, _)| known == name).map(|at| inner.adopt.remove(at).1);
        let id = adopted.unwrap_or(inner.last_id + 1);
        inner.last_id = inner.last_id.max(id);
        let mut made = None;
        world.enter_lock(task::lock_id(id), |counters| {
            let task = Arc::new(Task::new(id, name, work, KsLock::new(task::lock_id(id), counters)));
            let lock = std::ptr::from_ref(task::lock_of(&task));
            made = Some(task);
            lock
        });
        let task = made.expect("the closure was called");
        inner.live.insert(id, Arc::clone(&task));
        task
    }

    pub(super) fn leave(&self, world: &World, task: &Task) {
        self.inner().live.remove(&task.id);
        world.leave_lock(task::lock_id(task.id), task::lock_of(task));
    }

    /// Names and numbers of those there are.
    pub fn names(&self) -> Vec<(String, u32)> {
        self.inner().live.values().map(|task| (task.name.clone(), task.id)).collect()
    }

    /// The task that a recorded one is here: of its number and name, or else of its name.
    pub fn find(&self, id: u32, name: &str) -> Option<u32> {
        let inner = self.inner();
        let same = inner.live.get(&id).filter(|task| task.name == name);
        same.or_else(|| inner.live.values().find(|task| task.name == name)).map(|task| task.id)
    }

    /// Tells `sink` of every segment from here on; no task is running.
    pub fn tell(&self, sink: Option<Arc<dyn TaskSink>>) {
        self.inner().sink = sink;
    }

    /// Opens the gate.
    pub fn open(&self) {
        self.inner().shut = false;
        self.changed.notify_all();
    }

    /// Shuts the gate and waits until every task rests. Opens it again when one does not, and says which.
    pub fn quiesce(&self, deadline: Duration) -> Result<(), String> {
        let begun = Instant::now();
        let mut inner = self.inner();
        inner.shut = true;
        while let Some((&id, _)) = inner.running.first_key_value() {
            if begun.elapsed() > deadline {
                inner.shut = false;
                let task = inner.live.get(&id).map_or_else(|| format!("task {id}"), |task| task.in_words());
                drop(inner);
                self.changed.notify_all();
                return Err(format!("{task} of the module did not come to rest within {} ms", deadline.as_millis()));
            }
            inner = self.wait(inner, LOOK);
        }
        Ok(())
    }

    /// The task that crashed the instance, in words, and how.
    pub fn crashed_in(&self) -> Option<(String, Crash)> {
        self.inner().crashed_in.clone()
    }

    /// Has `task` go on: waits for its turn, and begins its next segment in `context`.
    pub(super) fn next_segment(&self, context: &Context<'_>, task: &Task) -> Next {
        if self.fed && !task.is_free() {
            return self.next_fed(context, task);
        }
        let mut inner = self.inner();
        while inner.shut && !self.fed && !task.awaited() {
            if context.world.crashed() || task.is_closing() {
                return Next::None;
            }
            inner = self.wait(inner, LOOK);
        }
        if context.world.crashed() {
            return Next::None;
        }
        let began = inner.sink.as_ref().map(|sink| sink.ends()).unwrap_or_default();
        inner.running.insert(task.id, began);
        drop(inner);
        context.begin(realtime_ns(), None, !self.fed);
        Next::Free
    }

    fn next_fed(&self, context: &Context<'_>, task: &Task) -> Next {
        let mut inner = self.inner();
        loop {
            if context.world.crashed() {
                return Next::None;
            }
            if let Some(segment) = inner.feed.get_mut(&task.id).and_then(VecDeque::pop_front) {
                inner.running.insert(task.id, Ends::default());
                drop(inner);
                context.begin(segment.begin_ns, Some(Box::new(segment.given)), true);
                return Next::Segment;
            }
            if task.is_closing() {
                return Next::None;
            }
            if inner.feed_is_over(context.world) && task.awaited() {
                task.set_free();
                inner.running.insert(task.id, Ends::default());
                drop(inner);
                context.begin(realtime_ns(), None, false);
                return Next::Free;
            }
            inner = self.wait(inner, LOOK * 10);
        }
    }

    /// Ends the segment of `task` that runs in `context`.
    pub(super) fn end_segment(&self, context: &Context<'_>, task: &Task, ended: bool) {
        self.tell_segment(context, task, ended);
        // Only now: whoever waits for the task to rest may look at what was told of it.
        self.finish(task);
    }

    /// Tells of a segment whose task is about to rest.
    pub(super) fn tell_segment(&self, context: &Context<'_>, task: &Task, ended: bool) {
        let (segment, sink) = self.ended(context, task, ended);
        if let Some(sink) = sink {
            sink.ended(segment);
        }
    }

    /// Nothing has begun after all.
    pub(super) fn forget_segment(&self, task: &Task) {
        self.finish(task);
    }

    fn ended(&self, context: &Context<'_>, task: &Task, ended: bool) -> (TaskSegment, Option<Arc<dyn TaskSink>>) {
        let (begin_ns, taken) = context.end_segment();
        let mut inner = self.inner();
        inner.out_of_turn = inner.out_of_turn.or(taken.out_of_turn);
        let began = inner.running.get(&task.id).copied().unwrap_or_default();
        let (name, thread) = (task.name.clone(), task.slot());
        let segment = TaskSegment { id: task.id, name, work: task.work, thread, begin_ns, began, taken, ended };
        (segment, inner.sink.clone())
    }

    /// `task` rests.
    pub(super) fn finish(&self, task: &Task) {
        let mut inner = self.inner();
        inner.running.remove(&task.id);
        inner.finished += 1;
        drop(inner);
        self.changed.notify_all();
    }

    /// The segment of `task` that runs in `context` has ended the instance.
    pub(super) fn crashed(&self, context: &Context<'_>, task: &Task, crash: &Crash) {
        context.keep_crash_back();
        let (segment, sink) = self.ended(context, task, true);
        if *crash != Crash::Abandoned {
            self.inner().crashed_in.get_or_insert_with(|| (task.in_words(), crash.clone()));
            if !context.world.crashed() {
                eprintln!(
                    "bento-host: in {} of the module: {crash}; every further op answers EIO until the unmount",
                    task.in_words()
                );
            }
        }
        // First, so that it is told before anybody ends the recording because of it.
        if let Some(sink) = sink {
            sink.crashed(segment, crash);
        }
        context.world.set_crash(crash);
        self.finish(task);
    }

    /// In a replay: hands a segment to its task.
    pub fn feed(&self, segment: Segment) {
        self.inner().feed.entry(segment.task).or_default().push_back(segment);
        self.changed.notify_all();
    }

    /// Segments that have ended.
    pub fn finished(&self) -> u64 {
        self.inner().finished
    }

    /// Hands a segment to its task and waits until it has ended; false when the task does not come back to rest.
    pub fn run(&self, world: &World, segment: Segment) -> bool {
        let before = self.finished();
        let begun = Instant::now();
        self.feed(segment);
        let mut inner = self.inner();
        while inner.finished == before {
            // Twice: the task's own guard comes first.
            if world.crashed() || begun.elapsed() > world.deadline() * 2 {
                return false;
            }
            inner = self.wait(inner, LOOK);
        }
        true
    }

    /// Segments that run when the next op waits for their tasks.
    pub fn nest(&self, segments: impl IntoIterator<Item = Segment>) {
        self.inner().nested.extend(segments);
    }

    /// Takes back what no op waited for.
    pub fn unnest(&self) -> Unnested {
        let mut inner = self.inner();
        Unnested { left: inner.nested.drain(..).collect(), made_up: inner.made_up.take(), out_of_turn: inner.out_of_turn.take() }
    }

    /// In a serial replay: runs the next nested segment (of `task`, or of any) here and now; false when there is none.
    pub(super) fn run_nested(&self, world: &World, task: Option<u32>) -> bool {
        let mut inner = self.inner();
        let Some(at) = inner.nested.iter().position(|segment| task.is_none_or(|task| segment.task == task)) else { return false };
        let Some(segment) = inner.nested.remove(at) else { return false };
        drop(inner);
        self.run(world, segment)
    }

    /// In a serial replay: has `task`, for which the op of `context` waits, run one segment; false when it cannot.
    pub(super) fn run_awaited(&self, context: &Context<'_>, task: &Task) -> bool {
        if self.run_nested(context.world, Some(task.id)) {
            return true;
        }
        let mut inner = self.inner();
        if inner.feed_is_over(context.world) {
            // It runs by itself.
            return false;
        }
        inner.made_up.get_or_insert(task.id);
        drop(inner);
        let segment = Segment { task: task.id, number: 0, begin_ns: context.begin_ns(), given: Given::default() };
        self.run(context.world, segment)
    }
}

impl Inner {
    fn feed_is_over(&self, world: &World) -> bool {
        world.is_thrown_away()
    }
}
