// SPDX-License-Identifier: MIT OR Apache-2.0
//! Tasks: threads and work items that a module makes itself. libbentoks (`ffi.rs`) says what they may expect.
//!
//! Each has an operating-system thread here, a work item too. The steps of its life are exclusive acquisitions of its lock,
//! so that the recorded lock order fixes them; what waits for a step waits beside that lock, and acquires it afterwards. What a
//! task takes from outside is told in segments, from rest to rest: to the recorder in a live world, by the feed of `tasks.rs`
//! in a replay.

use super::context::{Context, Escape};
use super::exports::service;
use super::lock::{KsLock, LockId};
use super::tasks::Next;
use super::world::{Crash, World};
use crate::module::{crash_of, guard};
use bento_abi::TASK_LOCK_CLASS;
use std::ffi::c_void;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::{Duration, Instant};

/// How often one that waits looks whether it should give up.
pub(super) const LOOK: Duration = Duration::from_millis(20);
/// Slot of task 1, less one. Ops have lower ones.
const SLOTS_AFTER: u32 = 47;
/// Bytes of a name that are kept.
const NAME_MAX: usize = 15;

/// A thread or a work item of a module.
#[derive(Debug)]
pub(crate) struct Task {
    pub(crate) id: u32,
    pub(crate) name: String,
    pub(crate) work: bool,
    lock: KsLock,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    /// When the next run may begin; it is queued then.
    due: Option<Instant>,
    running: bool,
    /// Runs that were queued (and not cancelled), begun, and are over with all that is to be told of them.
    queued: u64,
    begun: u64,
    done: u64,
    /// Being freed: queued no more, and its thread ends.
    closing: bool,
    /// A thread whose run is over, with all that is to be told of it.
    over: bool,
    /// So many wait for it: it goes on in a shut gate.
    awaited: u32,
    /// It follows no recorded order any more: the run that it belongs to is being thrown away.
    free: bool,
}

struct Start {
    run: unsafe extern "C" fn(*mut c_void),
    arg: *mut c_void,
}

// SAFETY: the module hands `arg` over to the task that it makes.
unsafe impl Send for Start {}

/// Whether one that waits for `what` has to give up: the instance crashed, the order is broken, the op's time is over.
fn gives_up(context: &Context<'_>, what: &Task) -> Option<Crash> {
    if context.world.crashed() {
        return Some(Crash::Abandoned);
    }
    // A task that waits rests: it may do so for as long as it likes.
    if context.task.is_none() && guard::deadline_passed() {
        return Some(Crash::Deadline { waiting_for: Some(format!("the end of {}", what.in_words())) });
    }
    context.world.impossible_order()
}

impl Task {
    pub(super) fn new(id: u32, name: &str, work: bool, lock: KsLock) -> Task {
        let end = (0..=name.len().min(NAME_MAX)).rev().find(|&end| name.is_char_boundary(end)).unwrap_or(0);
        Task { id, name: name[..end].to_owned(), work, lock, state: Mutex::default(), changed: Condvar::new() }
    }

    /// "task 3 (flusher)".
    pub(crate) fn in_words(&self) -> String {
        format!("task {} ({})", self.id, self.name)
    }

    /// The thread number under which it stands in a trace.
    pub(crate) fn slot(&self) -> u32 {
        SLOTS_AFTER + self.id
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no host code panics while it holds a task's state")
    }

    pub(super) fn awaited(&self) -> bool {
        self.state().awaited > 0
    }

    pub(super) fn is_free(&self) -> bool {
        self.state().free
    }

    pub(super) fn set_free(&self) {
        self.state().free = true;
    }

    /// Makes a task in the world of `context` and starts its thread; `None` when there can be no more threads.
    pub(crate) fn make(
        context: &Context<'_>,
        work: bool,
        name: &str,
        run: unsafe extern "C" fn(*mut c_void),
        arg: *mut c_void,
    ) -> Result<Option<Arc<Task>>, Escape> {
        let tasks = context.world.tasks();
        tasks.making.acquire(context, true)?;
        let task = tasks.enter(context.world, work, name);
        let (mine, start) = (Arc::clone(&task), Start { run, arg });
        let world = context.world.shared();
        let body = move || {
            let start = start;
            run_all(&world, &mine, &start);
        };
        let started = std::thread::Builder::new().name(task.name.clone()).spawn(body);
        if started.is_err() {
            tasks.leave(context.world, &task);
        }
        tasks.making.release(context, true);
        Ok(started.is_ok().then_some(task))
    }

    /// One step of its life: `change` under its lock.
    fn step<R>(&self, context: &Context<'_>, change: impl FnOnce(&mut State) -> R) -> Result<R, Escape> {
        self.lock.acquire(context, true)?;
        let result = change(&mut self.state());
        self.lock.release(context, true);
        self.changed.notify_all();
        Ok(result)
    }

    /// Waits, in another call, until `reached`.
    fn wait_until(&self, context: &Context<'_>, reached: impl Fn(&State) -> bool) -> Result<(), Escape> {
        if context.task.as_ref().is_some_and(|task| std::ptr::eq(&**task, self)) {
            return Err(context.escape(Crash::Deadline { waiting_for: Some(format!("the end of {}, in itself", self.in_words())) }));
        }
        self.state().awaited += 1;
        context.world.tasks().moved();
        let result = rest(context, |_| self.wait_awaited(context, &reached));
        self.state().awaited -= 1;
        result
    }

    fn wait_awaited(&self, context: &Context<'_>, reached: &impl Fn(&State) -> bool) -> Result<(), Escape> {
        let world = context.world;
        // One thread runs everything: what is waited for has to run here and now.
        if world.single_threaded() && context.task.is_none() {
            while !reached(&self.state()) && gives_up(context, self).is_none() && world.tasks().run_awaited(context, self) {}
        }
        let mut state = self.state();
        while !reached(&state) {
            if let Some(why) = gives_up(context, self) {
                drop(state);
                return Err(context.escape(why));
            }
            state = self.changed.wait_timeout(state, LOOK).expect("no host code panics while it holds a task's state").0;
        }
        Ok(())
    }

    /// Waits for a thread's end.
    pub(crate) fn join(&self, context: &Context<'_>) -> Result<(), Escape> {
        self.wait_until(context, |state| state.over)?;
        self.step(context, |_| ())?;
        context.world.tasks().leave(context.world, self);
        Ok(())
    }

    /// Queues a run of a work item. Whether it was not queued before.
    pub(crate) fn queue(&self, context: &Context<'_>, delay: Duration) -> Result<bool, Escape> {
        self.step(context, |state| {
            if state.due.is_some() || state.closing {
                return false;
            }
            // A delay beyond what a clock can hold is none that ends.
            let far = Duration::from_secs(u64::from(u32::MAX));
            state.due = Some(Instant::now() + delay.min(far));
            state.queued += 1;
            true
        })
    }

    fn take_out(state: &mut State) -> (bool, Option<u64>) {
        let was_queued = state.due.take().is_some();
        state.queued -= u64::from(was_queued);
        (was_queued, state.running.then_some(state.begun))
    }

    fn wait_for_run(&self, context: &Context<'_>, run: Option<u64>) -> Result<(), Escape> {
        let Some(run) = run else { return Ok(()) };
        self.wait_until(context, |state| state.done >= run)?;
        self.step(context, |_| ())
    }

    /// Takes a work item out of the queue. Whether it was in it.
    pub(crate) fn cancel(&self, context: &Context<'_>) -> Result<bool, Escape> {
        let (was_queued, run) = self.step(context, Task::take_out)?;
        self.wait_for_run(context, run)?;
        Ok(was_queued)
    }

    /// Has a queued run begin, and waits for its end or that of the run under way.
    pub(crate) fn flush(&self, context: &Context<'_>) -> Result<(), Escape> {
        let run = self.step(context, |state| {
            if state.due.is_some() {
                state.due = Some(Instant::now());
            }
            (state.due.is_some() || state.running).then_some(state.queued)
        })?;
        self.wait_for_run(context, run)
    }

    /// Ends a work item.
    pub(crate) fn free(&self, context: &Context<'_>) -> Result<(), Escape> {
        let (_, run) = self.step(context, |state| {
            state.closing = true;
            Task::take_out(state)
        })?;
        self.wait_for_run(context, run)?;
        context.world.tasks().moved();
        context.world.tasks().leave(context.world, self);
        Ok(())
    }

    /// Waits, as its own thread, until a queued run is due; false when there will be none.
    pub(super) fn wait_until_due(&self, world: &World) -> bool {
        let mut state = self.state();
        loop {
            if state.closing || world.crashed() {
                return false;
            }
            let left = state.due.map(|due| due.saturating_duration_since(Instant::now()));
            if left == Some(Duration::ZERO) {
                return true;
            }
            let patience = left.map_or(LOOK * 10, |left| left.min(LOOK * 10));
            state = self.changed.wait_timeout(state, patience).expect("no host code panics while it holds a task's state").0;
        }
    }

    pub(super) fn is_closing(&self) -> bool {
        self.state().closing
    }

    fn is_due(&self) -> bool {
        self.state().due.is_some()
    }
}

/// Ends the segment of a task that is to wait, and begins its next one after `wait`, which is told whether it has to wait itself: in a
/// replay the feed says when to go on. An op just waits.
pub(super) fn rest(context: &Context<'_>, wait: impl FnOnce(bool) -> Result<(), Escape>) -> Result<(), Escape> {
    let Some(task) = &context.task else { return wait(true) };
    let tasks = context.world.tasks();
    guard::rest();
    tasks.end_segment(context, task, false);
    if tasks.is_fed() && !task.is_free() {
        let next = tasks.next_segment(context, task);
        guard::resume(context.world.deadline());
        return match next {
            Next::Segment | Next::Free => wait(false),
            Next::None => Err(context.escape(Crash::Abandoned)),
        };
    }
    wait(true)?;
    let next = tasks.next_segment(context, task);
    guard::resume(context.world.deadline());
    if matches!(next, Next::None) { Err(context.escape(Crash::Abandoned)) } else { Ok(()) }
}

/// Cuts a task's segment that has grown long.
pub(super) fn cut(context: &Context<'_>) -> Result<(), Escape> {
    let Some(task) = &context.task else { return Ok(()) };
    let tasks = context.world.tasks();
    guard::rest();
    tasks.end_segment(context, task, false);
    let next = tasks.next_segment(context, task);
    guard::resume(context.world.deadline());
    if matches!(next, Next::None) { Err(context.escape(Crash::Abandoned)) } else { Ok(()) }
}

/// A task's thread.
fn run_all(world: &Arc<World>, task: &Arc<Task>, start: &Start) {
    let context = Context::of_task(world, Arc::clone(task));
    let tasks = world.tasks();
    loop {
        if task.work && (!tasks.is_fed() || task.is_free()) && !task.wait_until_due(world) {
            return;
        }
        if matches!(tasks.next_segment(&context, task), Next::None) {
            return;
        }
        if task.work && !tasks.is_fed() && !task.is_due() {
            // Cancelled while it waited for the gate: nothing has begun.
            tasks.forget_segment(task);
            continue;
        }
        // A run that turns out not to be queued any more is over at once.
        let mut ran = true;
        let left = context.enter(|| guard::run(world.deadline(), &mut || ran = run_once(task, start)));
        if let Some(left) = left {
            let crash = crash_of(left, context.take_escape());
            tasks.crashed(&context, task, &crash);
            return;
        }
        tasks.tell_segment(&context, task, true);
        let mut state = task.state();
        if ran {
            state.done = state.begun;
        }
        state.over = !task.work;
        drop(state);
        task.changed.notify_all();
        // Last: whoever ran the segment looks at once whether the run is over.
        tasks.finish(task);
        if !task.work {
            return;
        }
    }
}

/// One run, under a guard and in the task's context; whether there was one.
fn run_once(task: &Task, start: &Start) -> bool {
    let begins = service(|context| {
        task.step(context, |state| {
            let begins = !task.work || state.due.take().is_some();
            if begins {
                state.running = true;
                state.begun += 1;
            }
            begins
        })
    });
    if begins {
        // SAFETY: the module's own function and argument: a thread's is run once, a work item's while the item lives.
        unsafe { (start.run)(start.arg) };
        service(|context| task.step(context, |state| state.running = false));
    }
    begins
}

/// The name of a task's lock.
pub(super) fn lock_id(id: u32) -> LockId {
    LockId { class: TASK_LOCK_CLASS, key: u64::from(id) }
}

pub(super) fn lock_of(task: &Task) -> &KsLock {
    &task.lock
}
