// SPDX-License-Identifier: MIT OR Apache-2.0
//! What the threads of an exact replay share: which ops have ended, and so who may begin, and what ends the run for all.

use crate::ks::{Crash, LockId, World};
use crate::module::Instance;
use crate::proto::host::Divergence;
use crate::replay::rules::Rules;
use crate::replay::source::Source;
use crate::replay::subject::Asked;
use crate::replay::translate::Translation;
use crate::replay::verdict;
use crate::trace::OpRecord;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Condvar, Mutex, MutexGuard};

/// What the threads share.
#[derive(Debug, Default)]
pub(super) struct State {
    /// Every op up to this one has ended.
    pub(super) prefix: u64,
    /// Ops beyond it that have.
    pub(super) beyond: BTreeSet<u64>,
    /// Ops ended; what the watchdog looks at.
    pub(super) ended: u64,
    /// Ops under way, by thread.
    pub(super) under_way: BTreeMap<u32, OpRecord>,
    pub(super) divergence: Option<Divergence>,
    pub(super) crash: Option<(u64, Crash)>,
    pub(super) refused: Option<String>,
    /// What ended the recorded module was answered.
    pub(super) culprit_answered: bool,
    pub(super) last: Option<Asked>,
}

#[derive(Debug)]
pub(super) struct Shared<'a> {
    pub(super) state: Mutex<State>,
    pub(super) moved: Condvar,
    pub(super) rules: Mutex<&'a mut Rules>,
    pub(super) source: &'a Source,
    pub(super) instance: &'a Instance,
    /// Judges by value.
    pub(super) names: &'a Translation,
}

impl Shared<'_> {
    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no thread panics while it holds this")
    }

    /// Waits until `record` may begin; false when the run is over.
    pub(super) fn begin(&self, record: &OpRecord) -> bool {
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

    pub(super) fn end(&self, asked: Asked, divergence: Option<Divergence>) {
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

    /// What ended the recorded module did not end this one.
    pub(super) fn culprit_answered(&self) {
        self.state().culprit_answered = true;
        self.moved.notify_all();
    }

    pub(super) fn crashed(&self, seq: u64, crash: Crash) {
        let mut state = self.state();
        // The others are only told that the instance is gone.
        let better = state.crash.as_ref().is_none_or(|(_, known)| *known == Crash::Abandoned && crash != Crash::Abandoned);
        if better {
            state.crash = Some((seq, crash));
        }
        drop(state);
        self.moved.notify_all();
    }

    pub(super) fn refused(&self, why: String) {
        self.state().refused.get_or_insert(why);
        self.moved.notify_all();
    }

    pub(super) fn over(&self) -> bool {
        let state = self.state();
        state.crash.is_some() || state.refused.is_some() || state.culprit_answered
    }

    /// What the ops under way wait for, in words.
    pub(super) fn explain(&self, world: &World) -> String {
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
