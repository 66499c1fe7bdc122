// SPDX-License-Identifier: MIT OR Apache-2.0
//! What an op is given from outside, and what it takes.

use super::lock::Expected;
use super::task::Task;
use super::world::{Crash, World};
use crate::module::guard;
use crate::trace::tick;
use std::cell::{Cell, RefCell};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// After this long an op's clock readings are taken anew (and recorded) instead of being the op's begin.
const CLOCK_STANDS_FOR: Duration = Duration::from_millis(10);

/// Lock acquisitions, and fallible calls, after which a task's segment is cut: what a trace says of it stays small. Part of the trace
/// format: a replay cuts where the recording did.
const SEGMENT_MOST: u64 = 4096;

/// What a host gives along with an op.
#[derive(Debug, Default)]
pub struct OpInputs {
    /// Slot of the thread that runs the op.
    pub thread: u32,
    /// The op's begin: CLOCK_REALTIME, nanoseconds.
    pub begin_ns: i64,
    /// In a replay, what the recorded op took.
    pub given: Option<Box<Given>>,
    /// False for a probe: its lock acquisitions are not counted, so that the run's own order stays as it is.
    pub counting: bool,
}

impl OpInputs {
    /// An op of thread `thread` that begins now.
    pub fn now(thread: u32) -> OpInputs {
        OpInputs { thread, begin_ns: tick(realtime_ns()), given: None, counting: true }
    }

    /// An op that leaves no trace in the lock order, at a clock of `begin_ns`.
    pub fn probe(begin_ns: i64) -> OpInputs {
        OpInputs { thread: 0, begin_ns, given: None, counting: false }
    }
}

/// What a recorded op took; the fields are those of `Op` in the trace.
#[derive(Debug, Default, Clone)]
pub struct Given {
    /// Five numbers an entry.
    pub lock_order: Vec<u64>,
    /// Bytes drawn.
    pub random: Vec<u8>,
    /// Clock readings, one a call from the first on; a missing one is the op's begin.
    pub clock_ns: Vec<i64>,
    /// Pairs of call and errno.
    pub failures: Vec<u64>,
    /// Make lock acquisitions wait for their recorded turn.
    pub enforce_order: bool,
    /// Note the first that is not in its recorded turn.
    pub check_order: bool,
    /// It ended the recorded module: should it crash here, the others go on until it may ([`KeptBack`](super::KeptBack)).
    pub crash_last: bool,
    /// It was left, the module having crashed, after so many lock acquisitions: it makes no more.
    pub left_after: Option<u32>,
}

/// What an op took.
#[derive(Debug, Default, Clone)]
pub struct Taken {
    /// See [`Given`].
    pub lock_order: Vec<u64>,
    /// See [`Given`].
    pub random: Vec<u8>,
    /// See [`Given`].
    pub clock_ns: Vec<i64>,
    /// See [`Given`].
    pub failures: Vec<u64>,
    /// Blocks that this op was the first of the run to read, with their content (empty: all zeroes).
    pub first_reads: Vec<(u64, Box<[u8]>)>,
    /// Class and key of the first lock that it did not take in its recorded turn.
    pub out_of_turn: Option<(u64, u64)>,
    /// Lock acquisitions, counted or not.
    pub acquisitions: u32,
}

/// CLOCK_REALTIME in nanoseconds.
pub fn realtime_ns() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.map_or(0, |since| i64::try_from(since.as_nanos()).unwrap_or(i64::MAX))
}

/// An op, or a segment of a task, under way on this thread.
pub(crate) struct Context<'a> {
    pub(crate) world: &'a World,
    pub(crate) thread: u32,
    counting: Cell<bool>,
    /// The task, where it is not an op.
    pub(crate) task: Option<Arc<Task>>,
    begin_ns: Cell<i64>,
    /// When it really began; not looked at in a replay, whose clock is the recorded one.
    started: Cell<Option<Instant>>,
    given: RefCell<Option<Box<Given>>>,
    taken: RefCell<Taken>,
    counts: Counts,
    /// Locks in its hands.
    held: Cell<usize>,
    /// Why the op is being left.
    escape: RefCell<Option<Crash>>,
}

/// How often an op has called what.
#[derive(Default)]
struct Counts {
    /// Lock acquisitions that were begun.
    acquisitions: Cell<u64>,
    /// Those that were made.
    made: Cell<u32>,
    /// Acquisition of the last entry taken, and the place and acquisition of the next entry given.
    last_taken: Cell<u64>,
    next_given: Cell<(usize, u64)>,
    /// Fallible service calls so far.
    calls: Cell<u64>,
    clock_calls: Cell<usize>,
    random_used: Cell<usize>,
}

thread_local! {
    static CURRENT: Cell<*const Context<'static>> = const { Cell::new(std::ptr::null()) };
}

/// Why a service cannot come back; the reason is in the context.
#[derive(Debug)]
pub(crate) struct Escape;

impl<'a> Context<'a> {
    pub(crate) fn new(world: &'a World, inputs: OpInputs) -> Context<'a> {
        Context::made(world, inputs, None)
    }

    /// A task's, before its first segment.
    pub(crate) fn of_task(world: &'a World, task: Arc<Task>) -> Context<'a> {
        let inputs = OpInputs { thread: task.slot(), begin_ns: 0, given: None, counting: false };
        Context::made(world, inputs, Some(task))
    }

    fn made(world: &'a World, inputs: OpInputs, task: Option<Arc<Task>>) -> Context<'a> {
        let context = Context {
            world,
            thread: inputs.thread,
            counting: Cell::new(inputs.counting),
            task,
            begin_ns: Cell::new(inputs.begin_ns),
            started: Cell::new(None),
            given: RefCell::new(None),
            taken: RefCell::default(),
            counts: Counts::default(),
            held: Cell::new(0),
            escape: RefCell::new(None),
        };
        context.start(inputs.begin_ns, inputs.given, inputs.counting);
        context
    }

    /// Begins the next segment of a task, at a clock of `begin_ns`.
    pub(crate) fn begin(&self, begin_ns: i64, given: Option<Box<Given>>, counting: bool) {
        self.start(begin_ns, given, counting);
    }

    fn start(&self, begin_ns: i64, given: Option<Box<Given>>, counting: bool) {
        // A list cut short (a damaged trace) gives what is whole.
        let first = given.as_ref().and_then(|given| given.lock_order.get(..5).map(|entry| entry[0]));
        self.begin_ns.set(begin_ns);
        self.counting.set(counting);
        self.started.set(given.is_none().then(Instant::now));
        *self.given.borrow_mut() = given;
        let Counts { acquisitions, made, last_taken, next_given, calls, clock_calls, random_used } = &self.counts;
        next_given.set((0, first.unwrap_or(u64::MAX)));
        acquisitions.set(0);
        made.set(0);
        last_taken.set(0);
        calls.set(0);
        clock_calls.set(0);
        random_used.set(0);
    }

    /// Ends a segment: its begin, and what it took.
    pub(crate) fn end_segment(&self) -> (i64, Taken) {
        (self.begin_ns.get(), self.taken.take())
    }

    pub(crate) fn counting(&self) -> bool {
        self.counting.get()
    }

    pub(crate) fn begin_ns(&self) -> i64 {
        self.begin_ns.get()
    }

    /// Whether the segment has grown so long that it is to be cut.
    fn is_long(&self) -> bool {
        self.task.is_some() && (self.counts.acquisitions.get() >= SEGMENT_MOST || self.counts.calls.get() >= SEGMENT_MOST)
    }

    /// Makes this the thread's op while `body` runs. `body` may not unwind, but may be left and continued after a guard inside it.
    pub(crate) fn enter<R>(&self, body: impl FnOnce() -> R) -> R {
        let before = CURRENT.replace(std::ptr::from_ref(self).cast::<Context<'static>>());
        let result = body();
        CURRENT.set(before);
        result
    }

    /// The thread's op.
    ///
    /// # Safety
    /// The result is not kept beyond the service call; a module's code is running on this thread.
    pub(crate) unsafe fn current<'b>() -> Option<&'b Context<'b>> {
        // SAFETY: the pointer was set by `enter`, whose frame is still there while the module runs.
        unsafe { CURRENT.get().as_ref() }
    }

    pub(crate) fn finish(self) -> (Taken, Option<Crash>) {
        let taken = Taken { acquisitions: self.counts.made.get(), ..self.taken.into_inner() };
        (taken, self.escape.into_inner())
    }

    /// A lock was taken.
    pub(crate) fn holds_one_more(&self) {
        self.held.set(self.held.get() + 1);
        self.counts.made.set(self.counts.made.get() + 1);
    }

    /// A lock was given up.
    pub(crate) fn holds_one_less(&self) {
        self.held.set(self.held.get().saturating_sub(1));
    }

    /// Whether a lock is in its hands.
    pub(crate) fn holds_any(&self) -> bool {
        self.held.get() > 0
    }

    /// Why the segment was left, for its thread.
    pub(crate) fn take_escape(&self) -> Option<Crash> {
        self.escape.take()
    }

    /// Notes why, for whoever runs the guard.
    pub(crate) fn escape(&self, why: Crash) -> Escape {
        self.escape.borrow_mut().get_or_insert(why);
        Escape
    }

    pub(crate) fn enforce_order(&self) -> bool {
        self.given.borrow().as_ref().is_some_and(|given| given.enforce_order)
    }

    /// It is about to crash, which may have to wait for others.
    pub(crate) fn keep_crash_back(&self) {
        let kept_back = self.world.kept_back();
        if self.left_after().is_some() {
            kept_back.wait_to_go(self.world);
        } else if self.given.borrow().as_ref().is_some_and(|given| given.crash_last) {
            kept_back.wait_to_crash(self.world);
        }
    }

    /// See [`Given::left_after`].
    pub(crate) fn left_after(&self) -> Option<u32> {
        self.given.borrow().as_ref().and_then(|given| given.left_after)
    }

    pub(crate) fn check_order(&self) -> bool {
        self.given.borrow().as_ref().is_some_and(|given| given.check_order)
    }

    pub(crate) fn disagrees(&self, class: u64, key: u64) {
        self.taken.borrow_mut().out_of_turn.get_or_insert((class, key));
    }

    /// Counts an acquisition; what was recorded for it, if anything.
    pub(crate) fn next_acquisition(&self) -> Result<(u64, Option<Expected>), Escape> {
        if self.is_long() {
            super::task::cut(self)?;
        }
        let counts = &self.counts;
        let index = counts.acquisitions.get();
        if self.left_after().is_some_and(|most| index >= most.into()) {
            // For as long as the others take.
            guard::rest();
            self.world.kept_back().wait_to_go(self.world);
            return Err(self.escape(Crash::Abandoned));
        }
        counts.acquisitions.set(index + 1);
        let (at, next) = counts.next_given.get();
        if index != next {
            return Ok((index, None));
        }
        let given = self.given.borrow();
        let Some(given) = given.as_ref() else { return Ok((index, None)) };
        let [_, class, key, writes, reads] = given.lock_order[at..at + 5] else { unreachable!("a slice of five") };
        let following = given.lock_order.get(at + 5).filter(|_| given.lock_order.len() >= at + 10);
        counts.next_given.set((at + 5, following.map_or(u64::MAX, |delta| index.saturating_add(*delta))));
        Ok((index, Some(Expected { class, key, writes, reads })))
    }

    /// Notes an acquisition whose order is not implied.
    pub(crate) fn take_order(&self, index: u64, class: u32, key: u64, writes: u64, reads: u64) {
        let delta = index - self.counts.last_taken.replace(index);
        self.taken.borrow_mut().lock_order.extend([delta, u64::from(class), key, writes, reads]);
    }

    /// Counts a fallible call and answers what was recorded of it: an errno when it failed then.
    pub(crate) fn recorded_failure(&self) -> Result<(u64, Option<i32>), Escape> {
        if self.is_long() {
            super::task::cut(self)?;
        }
        let call = self.counts.calls.get();
        self.counts.calls.set(call + 1);
        let given = self.given.borrow();
        let Some(given) = given.as_ref() else { return Ok((call, None)) };
        let failed = given.failures.chunks_exact(2).find(|pair| pair[0] == call);
        Ok((call, failed.map(|pair| i32::try_from(pair[1]).unwrap_or(libc::EIO))))
    }

    pub(crate) fn take_failure(&self, call: u64, errno: i32) {
        self.taken.borrow_mut().failures.extend([call, errno.unsigned_abs().into()]);
    }

    pub(crate) fn take_first_read(&self, number: u64, content: &[u8]) {
        let content = if content.iter().all(|&byte| byte == 0) { Box::default() } else { content.into() };
        self.taken.borrow_mut().first_reads.push((number, content));
    }

    /// The clock, as the module sees it.
    pub(crate) fn time_now(&self) -> i64 {
        let call = self.counts.clock_calls.get();
        self.counts.clock_calls.set(call + 1);
        let begin_ns = self.begin_ns.get();
        if let Some(given) = self.given.borrow().as_ref() {
            return begin_ns.saturating_add(given.clock_ns.get(call).copied().unwrap_or(0));
        }
        if !self.counting.get() || self.started.get().is_none_or(|started| started.elapsed() < CLOCK_STANDS_FOR) {
            return begin_ns;
        }
        let now = tick(realtime_ns()).max(begin_ns);
        let mut taken = self.taken.borrow_mut();
        // Earlier readings were the begin itself.
        taken.clock_ns.resize(call, 0);
        taken.clock_ns.push(now - begin_ns);
        now
    }

    /// Random bytes. A replay that draws more than was recorded gets bytes that depend on nothing but the op.
    pub(crate) fn random(&self, bytes: &mut [u8]) {
        let at = self.counts.random_used.get();
        self.counts.random_used.set(at + bytes.len());
        match self.given.borrow().as_ref() {
            Some(given) => {
                let seed = self.begin_ns.get().to_le_bytes();
                for (place, byte) in bytes.iter_mut().enumerate() {
                    let beyond = || xxhash_rust::xxh3::xxh3_64_with_seed(&seed, (at + place) as u64) as u8;
                    *byte = given.random.get(at + place).copied().unwrap_or_else(beyond);
                }
            }
            None => fill_from_system(bytes),
        }
        self.taken.borrow_mut().random.extend_from_slice(bytes);
    }
}

fn fill_from_system(bytes: &mut [u8]) {
    let mut filled = 0;
    while filled < bytes.len() {
        let rest = &mut bytes[filled..];
        // SAFETY: `rest` is writable for its length.
        let got = unsafe { libc::getrandom(rest.as_mut_ptr().cast(), rest.len(), 0) };
        // Interrupted: once more. The call has no other way to fail with these arguments on a Linux that has it.
        filled += usize::try_from(got).unwrap_or(0);
    }
}
