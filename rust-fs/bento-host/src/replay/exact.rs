// SPDX-License-Identifier: MIT OR Apache-2.0
//! The exact replay: a thread for each recorded one, and every lock taken in its recorded turn.
//!
//! Each thread asks its ops in their order. An op begins when every op that had ended before it began in the recording has ended
//! in the replay, so that what needs no lock (a handle, a forgotten inode) is in order too. Within an op, lock acquisitions wait for
//! their recorded turn. Safe Rust without atomics has no other way for one thread to see another's doing, so the outcome is the recorded one.
//!
//! An order that cannot be followed ends in a divergence of kind "order", never in a hang: when nothing moves for the run's
//! deadline, every wait is broken off.
//!
//! A run stands still only where no op was under way in the recording, so it goes on to the next such place.

use super::compare::{Answer, AnswerRef, compare};
use super::line::{Line, OrderUse, given};
use super::rules::Rules;
use super::run_error::RunError;
use super::segments::Held;
use super::serial::{Target, Watch};
use super::source::{Source, is_life};
use super::standstill::standstill;
use super::subject::{Applied, Asked, Subject};
use super::tape::OnTape;
use super::translate::Translation;
use super::verdict;
use crate::ks::{Crash, LockId, OpInputs, World};
use crate::module::Instance;
use crate::proto::host::{Divergence, FieldDifference};
use crate::trace::{OpRecord, Usual};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Condvar, Mutex, MutexGuard};
use std::thread::Scope;
use std::time::{Duration, Instant};

/// Ops that are handed to threads before they can begin. More when that is what the others wait for.
const LOOKAHEAD: u64 = 4096;
/// How often the watchdog looks.
const LOOK: Duration = Duration::from_millis(10);
/// Stack of a replaying thread.
const STACK: usize = 8 << 20;

/// What came of it.
#[derive(Debug, Default)]
pub struct Ran {
    /// Every op up to this one was done.
    pub place: u64,
    /// Ops asked.
    pub replayed: u64,
    /// The first answer that differs, by number.
    pub divergence: Option<Divergence>,
    /// What crashed the module, and in which op.
    pub crash: Option<(u64, Crash)>,
    /// Why an op cannot be asked.
    pub refused: Option<String>,
}

/// What the threads share.
#[derive(Debug, Default)]
struct State {
    /// Every op up to this one has ended.
    prefix: u64,
    /// Ops beyond it that have.
    beyond: BTreeSet<u64>,
    /// Ops ended; what the watchdog looks at.
    ended: u64,
    /// Ops under way, by thread.
    under_way: BTreeMap<u32, OpRecord>,
    divergence: Option<Divergence>,
    crash: Option<(u64, Crash)>,
    refused: Option<String>,
    last: Option<Asked>,
}

#[derive(Debug)]
struct Shared<'a> {
    state: Mutex<State>,
    moved: Condvar,
    rules: Mutex<&'a mut Rules>,
    source: &'a Source,
    instance: &'a Instance,
    /// Judges by value.
    names: &'a Translation,
}

impl Shared<'_> {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no thread panics while it holds this")
    }

    /// Waits until `record` may begin; false when the run is over.
    fn begin(&self, record: &OpRecord) -> bool {
        let after = (record.seq - 1).saturating_sub(u64::from(record.op.overlap));
        let mut state = self.state();
        while state.prefix < after && state.crash.is_none() && state.refused.is_none() {
            state = self.moved.wait(state).expect("no thread panics while it holds this");
        }
        if state.crash.is_some() || state.refused.is_some() {
            return false;
        }
        state.under_way.insert(record.op.thread, record.clone());
        true
    }

    fn end(&self, asked: Asked, divergence: Option<Divergence>) {
        let mut state = self.state();
        let seq = asked.record.seq;
        state.under_way.remove(&asked.record.op.thread);
        state.ended += 1;
        state.beyond.insert(seq);
        let before = state.prefix;
        while let Some(next) = state.beyond.first().copied().filter(|&next| next == state.prefix + 1) {
            state.beyond.remove(&next);
            state.prefix = next;
        }
        if let Some(divergence) = divergence
            && state.divergence.as_ref().is_none_or(|first| divergence.seq < first.seq)
        {
            state.divergence = Some(divergence);
        }
        if state.last.as_ref().is_none_or(|last| last.record.seq < seq) {
            state.last = Some(asked);
        }
        let moved = state.prefix != before;
        drop(state);
        if moved {
            self.moved.notify_all();
        }
    }

    fn crashed(&self, seq: u64, crash: Crash) {
        let mut state = self.state();
        // The others are only told that the instance is gone.
        let better = state.crash.as_ref().is_none_or(|(_, known)| *known == Crash::Abandoned && crash != Crash::Abandoned);
        if better {
            state.crash = Some((seq, crash));
        }
        drop(state);
        self.moved.notify_all();
    }

    fn refused(&self, why: String) {
        self.state().refused.get_or_insert(why);
        self.moved.notify_all();
    }

    fn over(&self) -> bool {
        let state = self.state();
        state.crash.is_some() || state.refused.is_some()
    }

    /// One recorded thread.
    fn thread(&self, ops: &Receiver<Box<OpRecord>>) {
        let mut line = Line::default();
        while let Ok(record) = ops.recv() {
            if !self.begin(&record) {
                return;
            }
            let inputs = OpInputs {
                thread: record.op.thread,
                begin_ns: record.begin_ns,
                given: Some(Box::new(given(&record.op, OrderUse::Enforce))),
                counting: true,
            };
            let seq = record.seq;
            match line.dispatch(self.source, self.instance, &record, &record.op, inputs) {
                Ok((Ok(answer), taken)) => {
                    let divergence = self.judge(&record, &answer);
                    self.end(Asked { record, translated: None, answer: Some(answer), taken }, divergence);
                }
                Ok((Err(crash), _)) => return self.crashed(seq, crash),
                Err(why) => return self.refused(format!("op {seq} cannot be asked again: {why}")),
            }
        }
    }

    fn judge(&self, record: &OpRecord, answer: &Answer) -> Option<Divergence> {
        if record.op.errno == answer.errno && record.op.reply == answer.reply {
            return None;
        }
        let usual = Usual::of(self.source.header(), record.begin_ns);
        let mut fields: Vec<FieldDifference> = compare(self.names, usual, false, AnswerRef::of(&record.op), answer.as_ref());
        if self.source.without_data() {
            fields.retain(|difference| difference.field != "data.hash");
        }
        let mut rules = self.rules.lock().expect("no thread panics while it holds this");
        rules.excuse(verdict::name(record), record.seq, &mut fields, true);
        (!fields.is_empty()).then(|| verdict::reply(record, fields))
    }

    /// What the ops under way wait for, in words.
    fn explain(&self, world: &World) -> String {
        let state = self.state();
        let waits = state.under_way.values().filter_map(|record| {
            let five = record.op.lock_order.as_chunks::<5>().0.iter();
            five.filter_map(|&[_, class, key, writes, reads]| {
                let lock = LockId { class: u32::try_from(class).unwrap_or(u32::MAX), key };
                let seen = world.lock_counters(lock);
                ((seen.writes, seen.reads) < (writes, reads)).then(|| {
                    format!(
                        "op {} ({}) waits for lock {} to be acquired {writes} times exclusively and then {reads} times shared; \
                         it has been {} and {} times",
                        record.seq,
                        verdict::name(record),
                        world.lock_name(lock),
                        seen.writes,
                        seen.reads
                    )
                })
            })
            .next()
        });
        let waits: Vec<String> = waits.take(4).collect();
        if waits.is_empty() {
            return format!("nothing moves after op {}: no op under way waits for a lock", state.prefix);
        }
        format!("the recorded lock order cannot be followed after op {}: {}", state.prefix, waits.join("; "))
    }
}

/// Runs from `place` to `target`, or to the next place after it where the recorded threads stood still.
pub fn run(
    source: &Source,
    subject: &mut Subject,
    place: u64,
    target: Target,
    rules: &mut Rules,
    cancelled: &AtomicBool,
    watch: &mut dyn Watch,
) -> Result<Ran, RunError> {
    let mut ran = Ran { place, refused: source.tasks_end(), ..Ran::default() };
    let mut held = Held::new(subject.world());
    let mut end = standstill(source.outline(), target.seq.min(source.ops()));
    let mut tape = source.tape(place + 1);
    let mut next = tape.step(source)?;
    while ran.place < end && ran.crash.is_none() && ran.refused.is_none() && !cancelled.load(Ordering::Relaxed) {
        match next.take() {
            None => break,
            Some(OnTape::Op(record, _)) if is_life(record.op.request.as_ref()) => {
                let seq = record.seq;
                // Segments that wait for nothing but this op.
                held.hand_out(subject.world(), seq - 1);
                life(subject, record, rules, &mut ran);
                if ran.crash.is_none() {
                    ran.place = seq;
                }
                watch.step(ran.place, None);
                next = tape.step(source)?;
            }
            Some(first) => {
                let mut feed = Feed { tape: &mut tape, held: Some(first), next: None, over: false };
                threads(source, subject, &mut feed, &mut held, &mut end, target, rules, cancelled, watch, &mut ran)?;
                next = feed.next;
            }
        }
        if target.stop_at_divergence && ran.divergence.is_some() {
            break;
        }
    }
    Ok(ran)
}

fn life(subject: &mut Subject, record: Box<OpRecord>, rules: &mut Rules, ran: &mut Ran) {
    let seq = record.seq;
    ran.replayed += 1;
    match subject.apply(record.clone()) {
        Applied::Answered(mut fields) => {
            rules.excuse(verdict::name(&record), seq, &mut fields, true);
            if !fields.is_empty() {
                ran.divergence.get_or_insert(verdict::reply(&record, fields));
            }
        }
        Applied::LeftOut(_) => {}
        Applied::Crashed(crash) => {
            ran.divergence.get_or_insert(verdict::crash(&record, None, Some(&crash), true));
            ran.crash = Some((seq, crash));
        }
        Applied::Unaskable(why) => ran.refused = Some(format!("op {seq} cannot be asked again: {why}")),
    }
}

/// Ops for the threads, and segments for the tasks, up to a step in the module's life.
struct Feed<'a> {
    tape: &'a mut super::tape::Tape,
    held: Option<OnTape>,
    /// What came instead of something for them.
    next: Option<OnTape>,
    over: bool,
}

impl Feed<'_> {
    fn take(&mut self, source: &Source, end: u64) -> Result<Option<OnTape>, RunError> {
        if self.over {
            return Ok(None);
        }
        let taken = match self.held.take() {
            Some(held) => Some(held),
            None => self.tape.step(source)?,
        };
        match taken {
            Some(OnTape::Op(record, _)) if record.seq > end || is_life(record.op.request.as_ref()) => {
                self.next = Some(OnTape::Op(record, 0));
                self.over = true;
                Ok(None)
            }
            None => {
                self.over = true;
                Ok(None)
            }
            taken => Ok(taken),
        }
    }

    /// A step in the module's life comes next.
    fn life_is_next(&self) -> bool {
        matches!(&self.next, Some(OnTape::Op(record, _)) if is_life(record.op.request.as_ref()))
    }
}

#[expect(clippy::too_many_arguments, reason = "one caller, and no two belong together")]
fn threads(
    source: &Source,
    subject: &mut Subject,
    feed: &mut Feed<'_>,
    held: &mut Held,
    end: &mut u64,
    target: Target,
    rules: &mut Rules,
    cancelled: &AtomicBool,
    watch: &mut dyn Watch,
    ran: &mut Ran,
) -> Result<(), RunError> {
    let deadline = subject.world().deadline();
    let world = std::sync::Arc::clone(subject.world());
    let Some(instance) = subject.instance() else {
        ran.refused = Some("the trace has ops without a mounted file system".into());
        return Ok(());
    };
    let shared = Shared {
        state: Mutex::new(State { prefix: ran.place, ..State::default() }),
        moved: Condvar::new(),
        rules: Mutex::new(rules),
        source,
        instance,
        names: &subject.names,
    };
    let result = std::thread::scope(|scope| {
        let mut lines: BTreeMap<u32, Sender<Box<OpRecord>>> = BTreeMap::new();
        let mut fed = ran.place;
        let mut stuck = (0_u64, Instant::now());
        let mut ahead = LOOKAHEAD;
        let mut winding_up = false;
        let result = loop {
            let (prefix, ended, diverged) = {
                let state = shared.state();
                (state.prefix, state.ended, state.divergence.is_some())
            };
            if shared.over() {
                break Ok(());
            }
            if let Some((task, crash)) = world.tasks().crashed_in() {
                shared.crashed(prefix + 1, in_task(&task, crash));
                break Ok(());
            }
            if !winding_up && (cancelled.load(Ordering::Relaxed) || diverged && target.stop_at_divergence) {
                winding_up = true;
                *end = (*end).min(standstill(source.outline(), fed));
            }
            while !feed.over && fed < prefix.saturating_add(ahead) {
                match feed.take(source, *end) {
                    Ok(Some(OnTape::Op(record, _))) => {
                        fed = record.seq;
                        let line = lines.entry(record.op.thread).or_insert_with(|| spawn(scope, &shared, record.op.thread));
                        // A thread that is gone has said why.
                        let _ = line.send(record);
                    }
                    Ok(Some(OnTape::Segment(record))) => held.hold(record),
                    Ok(None) => {}
                    Err(error) => {
                        shared.refused(error.to_string());
                        return Err(error);
                    }
                }
            }
            held.hand_out(&world, prefix);
            watch.step(prefix, None);
            let tasks_rest = held.all_ended(&world);
            if prefix >= fed && feed.over && (tasks_rest || feed.life_is_next()) {
                break Ok(());
            }
            let ended = ended + held.ended(&world);
            if ended != stuck.0 {
                stuck = (ended, Instant::now());
            } else if stuck.1.elapsed() > LOOK * 5 && !feed.over && fed == prefix.saturating_add(ahead) {
                // They may wait for an op that was not handed out yet.
                ahead = ahead.saturating_mul(4);
            } else if stuck.1.elapsed() > deadline {
                world.break_order(shared.explain(&world));
                let first = shared.state().under_way.values().map(|record| record.seq).min();
                shared.crashed(first.unwrap_or(prefix + 1), Crash::Order { message: shared.explain(&world) });
            }
            let state = shared.state();
            if state.prefix == prefix {
                // What tasks do is not told through `moved`.
                let patience = if tasks_rest { LOOK } else { LOOK / 10 };
                drop(shared.moved.wait_timeout(state, patience).expect("no thread panics while it holds this"));
            }
        };
        drop(lines);
        result
    });
    let state = shared.state.into_inner().expect("every thread has ended well");
    ran.place = state.prefix;
    ran.replayed += state.ended;
    ran.refused = state.refused;
    if let Some(divergence) = state.divergence {
        ran.divergence.get_or_insert(divergence);
    }
    if let Some((seq, crash)) = state.crash {
        let record = match state.under_way.into_values().find(|record| record.seq == seq) {
            Some(record) => Some(Box::new(record)),
            None => source.op(seq)?,
        };
        if let Some(record) = record {
            let divergence = verdict::crash(&record, None, Some(&crash), true);
            if ran.divergence.as_ref().is_none_or(|first| seq < first.seq) {
                ran.divergence = Some(divergence);
            }
            subject.set_last(Some(Asked { record, translated: None, answer: None, taken: Default::default() }));
        }
        ran.crash = Some((seq, crash));
    } else {
        subject.set_last(state.last);
    }
    result
}

/// A crash of a task, for a place that knows ops only.
pub fn in_task(task: &str, crash: Crash) -> Crash {
    match crash {
        Crash::Panic { message, location } => Crash::Panic { message: format!("in {task}: {message}"), location },
        Crash::Order { message } => Crash::Order { message: format!("in {task}: {message}") },
        other => Crash::Panic { message: format!("in {task}: {other}"), location: String::new() },
    }
}

fn spawn<'scope>(scope: &'scope Scope<'scope, '_>, shared: &'scope Shared<'_>, thread: u32) -> Sender<Box<OpRecord>> {
    let (sender, ops) = channel();
    let builder = std::thread::Builder::new().name(format!("replay-{thread}")).stack_size(STACK);
    if builder.spawn_scoped(scope, move || shared.thread(&ops)).is_err() {
        shared.refused(format!("no thread could be started for recorded thread {thread}; there are too many"));
    }
    sender
}
