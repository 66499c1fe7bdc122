// SPDX-License-Identifier: MIT OR Apache-2.0
//! A copy of a run's file system, to be looked at: reading changes access times and opens handles, so the run's own
//! instance is left alone.

use super::probe::Probe;
use crate::ks::OpInputs;
use crate::replay::subject::Subject;

/// A copy that may be asked anything.
#[derive(Debug)]
pub struct Scratch {
    subject: Subject,
}

impl Scratch {
    /// A copy of `subject`, which stands between two ops; `None` when nothing is mounted there.
    pub fn of(subject: &Subject) -> Result<Option<Scratch>, String> {
        let Some(state) = subject.state()? else { return Ok(None) };
        let module = subject.module();
        let copy = subject.copy(Some(&state), module, module.info().state_schema)?;
        // Its tasks rest, and end when they are waited for: no recorded segment is theirs.
        copy.world().throw_away();
        Ok(Some(Scratch { subject: copy }))
    }

    /// Asks it.
    pub fn probe(&self) -> Option<Probe<'_>> {
        self.subject.instance().map(Probe::new)
    }

    /// Writes everything to its device and ends it; then the device can be checked.
    pub fn settle(mut self) -> Result<Subject, String> {
        match self.subject.end(OpInputs::probe(0)) {
            Ok(0) => Ok(self.subject),
            Ok(errno) => Err(format!("the module could not write its state home: {}", crate::replay::human::errno(errno))),
            Err(crash) => Err(format!("while it wrote its state home, {crash}")),
        }
    }
}
