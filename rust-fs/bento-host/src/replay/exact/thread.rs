// SPDX-License-Identifier: MIT OR Apache-2.0
//! A recorded thread, again: it asks its ops one after the other, and judges the answers.

use super::shared::Shared;
use crate::ks::{Crash, Given, OpInputs};
use crate::proto::host::{Divergence, FieldDifference};
use crate::replay::compare::{Answer, AnswerRef, compare};
use crate::replay::line::{Line, OrderUse, given};
use crate::replay::subject::Asked;
use crate::replay::verdict;
use crate::trace::{OpRecord, Usual};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::Scope;

/// Stack of a replaying thread.
const STACK: usize = 8 << 20;

impl Shared<'_> {
    /// One recorded thread.
    fn thread(&self, ops: &Receiver<Box<OpRecord>>) {
        let mut line = Line::default();
        while let Ok(record) = ops.recv() {
            if !self.begin(&record) {
                return;
            }
            let seq = record.seq;
            let crash_last = seq == self.source.ops() + 1;
            let left_after = (seq > self.source.ops() + 1).then_some(record.op.acquisitions);
            let inputs = OpInputs {
                thread: record.op.thread,
                begin_ns: record.begin_ns,
                given: Some(Box::new(Given { crash_last, left_after, ..given(&record.op, OrderUse::Enforce) })),
                counting: true,
            };
            match line.dispatch(self.source, self.instance, &record, &record.op, inputs) {
                Ok((Ok(_), _)) if crash_last => return self.culprit_answered(),
                // As far as it had come, or as it can come without more locks.
                Ok((outcome, _)) if left_after.is_some() && !matches!(outcome, Err(Crash::Order { .. })) => return,
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
}

pub(super) fn spawn<'scope>(scope: &'scope Scope<'scope, '_>, shared: &'scope Shared<'_>, thread: u32) -> Sender<Box<OpRecord>> {
    let (sender, ops) = channel();
    let builder = std::thread::Builder::new().name(format!("replay-{thread}")).stack_size(STACK);
    if builder.spawn_scoped(scope, move || shared.thread(&ops)).is_err() {
        shared.refused(format!("no thread could be started for recorded thread {thread}; there are too many"));
    }
    sender
}
