// SPDX-License-Identifier: MIT OR Apache-2.0
//! How a run goes back: it takes checkpoints on its way, and begins again at the nearest.

use super::checkpoint::Checkpoint;
use super::order::Order;
use super::run_error::RunError;
use super::serial::Run;
use super::subject::Subject;
use std::sync::Arc;
use std::time::Instant;

impl Run {
    /// Takes a checkpoint when it is time for one.
    pub fn keep_checkpoint(&mut self) {
        let even = self.order.is_even();
        let wanted = even && self.checkpoint_at.take_if(|at| self.order.prefix() >= *at).is_some();
        if self.options.checkpoints && even && (wanted || self.checkpoints.due(self.place())) {
            self.take_checkpoint();
        }
    }

    fn take_checkpoint(&mut self) {
        let begun = Instant::now();
        // A module that cannot export its state here may do so later; going back is only slower then.
        let Ok(state) = self.subject.state() else { return };
        let Ok(subject) = self.subject.copy(None, self.subject.module(), 0) else { return };
        let (ahead, interleavings) = (self.order.ahead(), self.order.interleavings().clone());
        let last = self.subject.last().cloned();
        let checkpoint = Checkpoint { prefix: self.place(), ahead, subject, state, last, interleavings };
        self.checkpoints.add(checkpoint, begun.elapsed());
    }

    /// Stands at or before `seq`: at the nearest checkpoint, or at the start.
    pub(super) fn go_back(&mut self, seq: u64) -> Result<(), RunError> {
        let module = Arc::clone(self.subject.module());
        let (order, subject) = if let Some(checkpoint) = self.checkpoints.before(seq) {
            let from = &checkpoint.subject;
            let state = checkpoint.state.as_deref();
            let mut subject = from.copy(state, from.module(), from.module().info().state_schema).map_err(RunError::Begin)?;
            subject.set_last(checkpoint.last.clone());
            let mut order = Order::new(&self.source, checkpoint.prefix, &checkpoint.ahead)?;
            order.interleavings().clone_from(&checkpoint.interleavings);
            (order, subject)
        } else {
            let subject = Subject::begin(&self.source, &module, *self.subject.options()).map_err(RunError::Begin)?;
            (Order::new(&self.source, 0, &[])?, subject)
        };
        // Only now: where that failed, the run stands where it stood.
        (self.order, self.subject) = (order, subject);
        (self.crash, self.past_panic) = (None, false);
        self.tree.forget();
        Ok(())
    }

    /// Puts another subject in the place of this one: the module was replaced.
    pub fn replace_subject(&mut self, subject: Subject) {
        self.checkpoints.forget_after(self.place());
        self.tree.forget();
        self.subject = subject;
    }
}
