// SPDX-License-Identifier: MIT OR Apache-2.0
//! Two runs of one trace side by side: the first op that they answer differently, and the first after which their states differ.
//!
//! With a device, states are compared by its digest after every op. Without one, the logical trees are compared at growing distances, and the
//! first difference is then found by halving.

use super::Output;
use super::answers::Teller;
use super::failure::{Failure, exit};
use super::host::{Called, Host, OpenRun};
use crate::proto::host;
use crate::proto::host::response::Result as Answer;
use crate::replay::serial::{Run, Target, Unwatched, Watch};
use crate::replay::step::Step;
use crate::replay::verdict;
use std::sync::atomic::{AtomicBool, Ordering};

/// First distance at which trees are compared, ops.
const FIRST_DISTANCE: u64 = 256;
/// Largest.
const LAST_DISTANCE: u64 = 1 << 16;

/// What is known so far.
struct Pair<'a> {
    a: &'a mut Run,
    b: &'a mut Run,
    first_reply: u64,
    first_state: u64,
    reply: Option<host::Divergence>,
    /// Where the trees were equal, without a device.
    equal_at: u64,
    distance: u64,
}

/// Runs both until what was asked for is known.
pub fn run(host: &mut Host, call: &host::RunPair, cancelled: &AtomicBool, output: &mut Output<'_>) -> Called {
    let [a, b] = host.two_runs(call.a, call.b)?;
    check(&a.run, &b.run)?;
    let (OpenRun { run: a }, OpenRun { run: b }) = (a, b);
    let mut teller = Teller::new(output, a.source().ops(), false);
    let equal_at = a.place();
    let mut pair = Pair { a, b, first_reply: 0, first_state: 0, reply: None, equal_at, distance: FIRST_DISTANCE };
    let (stop_a, stop_b) = pair.go(call.both, cancelled, &mut teller)?;
    let (a, b) = (pair.a.stop(stop_a.0, stop_a.1), pair.b.stop(stop_b.0, stop_b.1));
    Ok(Answer::PairResult(host::PairResult {
        first_reply: pair.first_reply,
        first_state: pair.first_state,
        reply: pair.reply,
        a: Some(a),
        b: Some(b),
    }))
}

fn check(a: &Run, b: &Run) -> Result<(), Failure> {
    let usage = |message: &str, hint: &str| Err(Failure::new("E_HOST_USAGE", message, hint, exit::USAGE));
    if !std::sync::Arc::ptr_eq(a.source(), b.source()) {
        return usage("the two runs are of different traces", "open both runs on one trace");
    }
    if a.is_exact() || b.is_exact() {
        return usage("runs in exact order cannot go side by side", "open both with ORDER_SERIAL");
    }
    if a.place() != b.place() {
        return usage("the two runs stand at different places", "run both to one place first");
    }
    super::calls::alive(a)?;
    super::calls::alive(b)
}

type Stopped = (host::StopReason, String);

impl Pair<'_> {
    fn go(&mut self, both: bool, cancelled: &AtomicBool, watch: &mut dyn Watch) -> Result<(Stopped, Stopped), Failure> {
        let plain = |reason| (reason, String::new());
        loop {
            if cancelled.load(Ordering::Relaxed) {
                return Ok((plain(host::StopReason::Cancelled), plain(host::StopReason::Cancelled)));
            }
            let step_a = self.a.step()?;
            let seq = match &step_a {
                Step::Done(seq) | Step::Crashed(seq) => *seq,
                Step::End => {
                    self.settle_state(u64::MAX)?;
                    return Ok((plain(host::StopReason::End), plain(host::StopReason::End)));
                }
                Step::Refused(why) => return Ok(((host::StopReason::Refused, why.clone()), plain(host::StopReason::Reached))),
            };
            let step_b = self.b.step_to(seq)?;
            if let Step::Refused(why) = step_b {
                return Ok((plain(host::StopReason::Reached), (host::StopReason::Refused, why)));
            }
            watch.step(seq, None);
            self.compare_answers(seq, &step_a, &step_b);
            let crashed = matches!(step_a, Step::Crashed(_)) || matches!(step_b, Step::Crashed(_));
            self.compare_devices(seq);
            if !crashed {
                self.a.keep_checkpoint();
                self.b.keep_checkpoint();
                if self.first_state == 0 && self.without_device() && seq >= self.equal_at + self.distance {
                    self.settle_state(seq)?;
                }
            }
            let answers_differ = self.first_reply != 0;
            let stopped = |step: &Step| match step {
                Step::Crashed(_) => plain(host::StopReason::Crashed),
                _ if answers_differ => plain(host::StopReason::Diverged),
                _ => plain(host::StopReason::Reached),
            };
            let known =
                if both { self.first_reply != 0 && self.first_state != 0 } else { self.first_reply != 0 || self.first_state != 0 };
            if crashed || known {
                if !crashed {
                    self.settle_state(seq)?;
                }
                return Ok((stopped(&step_a), stopped(&step_b)));
            }
        }
    }

    fn without_device(&self) -> bool {
        self.a.subject().device().is_none() || self.b.subject().device().is_none()
    }

    /// Both answers, as far as they differ from one another.
    fn compare_answers(&mut self, seq: u64, step_a: &Step, step_b: &Step) {
        if self.first_reply != 0 {
            return;
        }
        let (crashed_a, crashed_b) = (matches!(step_a, Step::Crashed(_)), matches!(step_b, Step::Crashed(_)));
        if crashed_a || crashed_b {
            if crashed_a != crashed_b {
                self.first_reply = seq;
                let text = |run: &Run| run.crash().map_or_else(|| "an answer".to_owned(), |(_, crash)| crash.to_string());
                let fields = vec![crate::replay::compare::difference("answer", text(self.a), text(self.b))];
                self.reply = self
                    .a
                    .subject()
                    .last()
                    .map(|asked| host::Divergence { kind: "crash".into(), ..verdict::reply(&asked.record, fields) });
            }
            return;
        }
        let (a, b): (&Run, &Run) = (self.a, self.b);
        let (fields_a, fields_b) = (a.differences(), b.differences());
        if fields_a == fields_b {
            return;
        }
        let shown = |own: &[host::FieldDifference], field: &str, recorded: &str| {
            own.iter().find(|one| one.field == field).map_or_else(|| recorded.to_owned(), |one| one.actual.clone())
        };
        let mut fields: Vec<host::FieldDifference> = Vec::new();
        for one in fields_a.iter().chain(fields_b) {
            let (a, b) = (shown(fields_a, &one.field, &one.expected), shown(fields_b, &one.field, &one.expected));
            if a != b && fields.iter().all(|known| known.field != one.field) {
                fields.push(crate::replay::compare::difference(&one.field, a, b));
            }
        }
        if !fields.is_empty() {
            self.reply = a.subject().last().map(|asked| verdict::reply(&asked.record, fields));
            self.first_reply = seq;
        }
    }

    fn compare_devices(&mut self, seq: u64) {
        if self.first_state != 0 {
            return;
        }
        if let (Some(a), Some(b)) = (self.a.subject().device(), self.b.subject().device())
            && a.digest() != b.digest()
        {
            self.first_state = seq;
        }
    }

    /// Without a device: compares the trees here, and finds the first difference between the last equal place and this one.
    fn settle_state(&mut self, seq: u64) -> Result<(), Failure> {
        if self.first_state != 0 || !self.without_device() {
            return Ok(());
        }
        let here = self.a.place();
        if equal(self.a, self.b)? {
            self.equal_at = here;
            self.distance = (self.distance * 2).min(LAST_DISTANCE);
            return Ok(());
        }
        let (mut low, mut high) = (self.equal_at, here.min(seq));
        while high - low > 1 {
            let middle = low + (high - low) / 2;
            self.stand_at(middle)?;
            if equal(self.a, self.b)? {
                low = middle;
            } else {
                high = middle;
            }
        }
        self.first_state = high;
        self.stand_at(here)
    }

    fn stand_at(&mut self, seq: u64) -> Result<(), Failure> {
        let never = AtomicBool::new(false);
        for run in [&mut *self.a, &mut *self.b] {
            run.run_to(Target { seq, stop_at_divergence: false }, &never, &mut Unwatched)?;
        }
        Ok(())
    }
}

/// Whether both logical trees are the same. Without a mounted file system there is none.
fn equal(a: &mut Run, b: &mut Run) -> Result<bool, Failure> {
    Ok(a.tree_digest().map_err(Failure::module)? == b.tree_digest().map_err(Failure::module)?)
}
