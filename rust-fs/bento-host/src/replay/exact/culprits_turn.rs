// SPDX-License-Identifier: MIT OR Apache-2.0
//! When what ended the recorded module is to begin, and what that left in its middle.

use crate::proto::trace as pb;
use crate::replay::culprit::{Culprit, began_after};
use crate::replay::source::Source;
use crate::trace::OpRecord;

/// What is to begin.
pub(super) enum Coming<'a> {
    Op(Box<OpRecord>),
    Segment(&'a pb::Task),
}

/// Where an exact replay stands with it. One that had nothing beside it has no turn: it is asked when the threads are gone.
pub(super) struct CulpritsTurn<'a> {
    culprit: Option<&'a Culprit>,
    come: bool,
    /// Of those left in their middle, who is still to come.
    left: Vec<&'a OpRecord>,
}

impl<'a> CulpritsTurn<'a> {
    pub(super) fn new(source: &'a Source) -> CulpritsTurn<'a> {
        let culprit = source.culprit().filter(|culprit| culprit.overlapped);
        CulpritsTurn { culprit, come: false, left: culprit.map(|culprit| culprit.left.iter().collect()).unwrap_or_default() }
    }

    /// Who comes when every op up to `prefix` has ended, and those up to `fed` are in their threads' hands: its own thread waits for the rest.
    pub(super) fn come(&mut self, prefix: u64, fed: u64) -> Option<Coming<'a>> {
        if let Some(at) = self.left.iter().position(|record| began_after(record) <= fed) {
            return Some(Coming::Op(Box::new(self.left.swap_remove(at).clone())));
        }
        let culprit = self.culprit.filter(|_| !self.come)?;
        let coming = match &culprit.panic.task {
            Some(task) => (prefix >= culprit.after).then_some(Coming::Segment(task)),
            None => (fed >= culprit.after).then(|| Coming::Op(culprit.record.clone())),
        };
        self.come = coming.is_some();
        coming
    }

    pub(super) fn has_come(&self) -> bool {
        self.come
    }
}
