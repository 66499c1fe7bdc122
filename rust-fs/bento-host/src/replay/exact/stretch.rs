// SPDX-License-Identifier: MIT OR Apache-2.0
//! A stretch of ops between two steps in the module's life: the trace's ops are handed to the threads, which are watched until all
//! have ended.

use super::culprits_turn::{Coming, CulpritsTurn};
use super::shared::{Shared, State};
use super::thread::spawn;
use super::{Ran, in_task};
use crate::ks::Crash;
use crate::replay::rules::Rules;
use crate::replay::run_error::RunError;
use crate::replay::segments::Held;
use crate::replay::serial::{Target, Watch};
use crate::replay::source::{Source, is_life};
use crate::replay::standstill::standstill;
use crate::replay::subject::{Asked, Subject};
use crate::replay::tape::{OnTape, Tape};
use crate::replay::verdict;
use crate::trace::OpRecord;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Sender;
use std::sync::{Condvar, Mutex};
use std::time::{Duration, Instant};

/// Ops that are handed to threads before they can begin. More when that is what the others wait for.
const LOOKAHEAD: u64 = 4096;
/// How often the watchdog looks.
const LOOK: Duration = Duration::from_millis(10);

/// Ops for the threads, and segments for the tasks, up to a step in the module's life.
pub(super) struct Feed<'a> {
    pub(super) tape: &'a mut Tape,
    pub(super) held: Option<OnTape>,
    /// What came instead of something for them.
    pub(super) next: Option<OnTape>,
    pub(super) over: bool,
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
pub(super) fn threads(
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
    world.kept_back().keep();
    let result = std::thread::scope(|scope| {
        let mut lines: BTreeMap<u32, Sender<Box<OpRecord>>> = BTreeMap::new();
        let mut hand_out = |record: Box<OpRecord>| {
            let line = lines.entry(record.op.thread).or_insert_with(|| spawn(scope, &shared, record.op.thread));
            // A thread that is gone has said why.
            let _ = line.send(record);
        };
        let mut fed = ran.place;
        let mut stuck = (0_u64, Instant::now());
        let mut ahead = LOOKAHEAD;
        let mut winding_up = false;
        let mut culprit = CulpritsTurn::new(source);
        let result = 'run: loop {
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
                        hand_out(record);
                    }
                    Ok(Some(OnTape::Segment(record))) => held.hold(record),
                    Ok(None) => {}
                    Err(error) => {
                        shared.refused(error.to_string());
                        break 'run Err(error);
                    }
                }
            }
            held.hand_out(&world, prefix);
            while *end == source.ops()
                && let Some(coming) = culprit.come(prefix, fed)
            {
                match coming {
                    Coming::Op(record) => hand_out(record),
                    Coming::Segment(task) => held.hand_out_culprit(&world, task),
                }
            }
            watch.step(prefix, None);
            let tasks_rest = held.all_ended(&world);
            let all_ended = prefix >= fed && feed.over && (tasks_rest || feed.life_is_next());
            if all_ended {
                if !culprit.has_come() {
                    break Ok(());
                }
                world.kept_back().let_crash();
                if held.culprit_ended(&world) {
                    shared.culprit_answered();
                }
            }
            let ended = ended + held.ended(&world);
            if ended != stuck.0 {
                stuck = (ended, Instant::now());
            } else if all_ended && stuck.1.elapsed() <= deadline * 2 {
                // Its own deadline ends it.
            } else if stuck.1.elapsed() > LOOK * 5 && !feed.over && fed == prefix.saturating_add(ahead) {
                // They may wait for an op that was not handed out yet.
                ahead = ahead.saturating_mul(4);
            } else if stuck.1.elapsed() > deadline {
                let message = shared.explain(&world);
                world.break_order(message.clone());
                let first = shared.state().under_way.values().map(|record| record.seq).min();
                shared.crashed(first.unwrap_or(prefix + 1), Crash::Order { message });
            }
            let state = shared.state();
            if state.prefix == prefix {
                // What tasks do is not told through `moved`.
                let patience = if tasks_rest { LOOK } else { LOOK / 10 };
                drop(shared.moved.wait_timeout(state, patience).expect("no thread panics while it holds this"));
            }
        };
        world.kept_back().let_go();
        drop(lines);
        result
    });
    let state = shared.state.into_inner().expect("every thread has ended well");
    ran.place = state.prefix;
    ran.replayed += state.ended;
    ran.refused = state.refused;
    ran.culprit_answered = state.culprit_answered;
    if let Some(divergence) = state.divergence {
        ran.divergence.get_or_insert(divergence);
    }
    if let Some((seq, crash)) = state.crash {
        let record = match state.under_way.into_values().find(|record| record.seq == seq) {
            Some(record) => Some(Box::new(record)),
            None => source.op(seq)?,
        };
        if let Some(record) = record {
            let as_recorded = seq > source.ops() && !matches!(crash, Crash::Order { .. });
            if !as_recorded && ran.divergence.as_ref().is_none_or(|first| seq < first.seq) {
                ran.divergence = Some(verdict::crash(&record, None, Some(&crash), true));
            }
            subject.set_last(Some(Asked { record, translated: None, answer: None, taken: Default::default() }));
        }
        ran.crash = Some((seq, crash));
    } else {
        subject.set_last(state.last);
    }
    result
}
