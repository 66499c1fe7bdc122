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
//!
//! What ended the recorded module runs beside the ops that it overlapped, and takes its locks in their turns; its crash is kept back until
//! they have all ended, as they had in the recording.
//!
//! Steps in the module's life are made here; the ops between two of them are one stretch, which the threads do.

mod culprits_turn;
mod shared;
mod stretch;
mod thread;

use super::culprit::Culprit;
use super::rules::Rules;
use super::run_error::RunError;
use super::segments::Held;
use super::serial::{Target, Watch};
use super::source::{Source, is_life};
use super::standstill::standstill;
use super::subject::{Applied, Subject};
use super::tape::OnTape;
use super::verdict;
use crate::ks::Crash;
use crate::proto::host::Divergence;
use crate::trace::OpRecord;
use std::sync::atomic::{AtomicBool, Ordering};
use stretch::Feed;

/// What came of it.
#[derive(Debug, Default)]
pub struct Ran {
    /// Every op up to this one was done.
    pub place: u64,
    /// Ops asked.
    pub replayed: u64,
    /// The first answer that differs, by number.
    pub divergence: Option<Divergence>,
    /// What crashed the module, and in which op; the one after the last was to, and so was the task that stands for it.
    pub crash: Option<(u64, Crash)>,
    /// What ended the recorded module was answered here.
    pub culprit_answered: bool,
    /// Why an op cannot be asked.
    pub refused: Option<String>,
}

impl Ran {
    /// Whether it came to what ended the recorded module.
    pub fn has_met(&self, culprit: &Culprit) -> bool {
        let crashed = |(seq, crash): &(u64, Crash)| *seq == culprit.record.seq && !matches!(crash, Crash::Order { .. });
        self.culprit_answered || self.crash.as_ref().is_some_and(crashed)
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
    let culprit = source.culprit().filter(|culprit| culprit.overlapped);
    if culprit.is_some_and(|culprit| culprit.first_after() < end) {
        end = source.ops();
    }
    let mut tape = source.tape(place + 1);
    let mut next = tape.step(source)?;
    // Beside the last op there may have been nothing but those that have no answer.
    let mut unmet = culprit.is_some();
    while (ran.place < end || unmet && end == source.ops())
        && ran.crash.is_none()
        && ran.refused.is_none()
        && !cancelled.load(Ordering::Relaxed)
    {
        match next.take() {
            None if !unmet => break,
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
            first => {
                let over = first.is_none();
                let mut feed = Feed { tape: &mut tape, held: first, next: None, over };
                unmet &= !over;
                stretch::threads(source, subject, &mut feed, &mut held, &mut end, target, rules, cancelled, watch, &mut ran)?;
                next = feed.next;
                unmet &= !ran.culprit_answered;
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

/// A crash of a task, for a place that knows ops only.
pub fn in_task(task: &str, crash: Crash) -> Crash {
    match crash {
        Crash::Panic { message, location } => Crash::Panic { message: format!("in {task}: {message}"), location },
        Crash::Order { message } => Crash::Order { message: format!("in {task}: {message}") },
        other => Crash::Panic { message: format!("in {task}: {other}"), location: String::new() },
    }
}
