// SPDX-License-Identifier: MIT OR Apache-2.0
//! From records in order to the trace's writer.

use super::convert::{self, Converted};
use super::folder::Status;
use super::ledger::{Booking, Ledger};
use super::merge::{Entry, Out, Overlap};
use crate::proto::trace as pb;
use crate::trace::{Loss, TraceWriter, USUAL_TTL_NS};

/// Writes what a [`super::Merger`] gives out.
#[derive(Debug)]
pub struct Sink {
    /// The trace.
    pub writer: TraceWriter,
    ledger: Ledger,
    counted: Status,
    crash: Option<String>,
}

impl Sink {
    /// Into this trace.
    pub fn new(writer: TraceWriter) -> Sink {
        Sink { writer, ledger: Ledger::default(), counted: Status::default(), crash: None }
    }

    /// What the kernel has counted: losses that follow are booked against it.
    pub fn count(&mut self, counted: Status) {
        self.counted = counted;
    }

    /// The kernel's counts, as last read.
    pub fn counted(&self) -> &Status {
        &self.counted
    }

    /// What the module crashed of.
    pub fn crash(&self) -> Option<&str> {
        self.crash.as_deref()
    }

    /// Numbers that are missing for no cause that the kernel knows.
    pub fn unexplained(&self) -> u64 {
        self.ledger.unexplained()
    }

    /// Writes it.
    pub fn write(&mut self, out: Out) {
        match out {
            Out::Block(number, data) if data.is_empty() => self.writer.block(number, &[0]),
            Out::Block(number, data) => self.writer.block(number, &data),
            Out::Missing(numbers) => {
                let bookings = self.ledger.book(&self.counted, numbers);
                if bookings.is_empty() {
                    // Not an op's place; or the record of an op was damaged. Either way a replay must not pass here unasked.
                    self.writer.lost_on(0, Loss::IoError, 0);
                }
                self.lose(&bookings);
            }
            Out::Entry(entry, overlap) => self.entry(entry, overlap),
        }
    }

    fn entry(&mut self, entry: Entry, overlap: Overlap) {
        match entry {
            Entry::Op(k, data) => {
                let Converted { begin_ns, caller, mut op, content } = convert::op(&k, &data, overlap, USUAL_TTL_NS);
                // What the kernel's recorder tells is the time since the begin that the module saw.
                let end_ns = begin_ns.saturating_add_unsigned(k.lead_ns).saturating_add_unsigned(op.duration_ns);
                self.writer.op(begin_ns, end_ns, caller, &mut op, content.as_deref());
            }
            Entry::Segment(k) => self.writer.task(&convert::task(&k, overlap)),
            Entry::Unfinished(k) => {
                let Converted { begin_ns, caller, mut op, content } = convert::unanswered(&k, overlap);
                self.writer.unfinished(begin_ns, caller, &mut op, content.as_deref());
            }
            Entry::Panic(k) => {
                let mut panic = convert::panic(&k);
                self.crash.get_or_insert_with(|| format!("{} ({})", panic.message, panic.location));
                let in_task = k.op.as_ref().filter(|op| op.task != 0);
                panic.task = in_task.map(|segment| convert::task(segment, overlap));
                let of = k.op.as_ref().filter(|op| op.task == 0).map(|op| convert::unanswered(op, overlap));
                let (begin_ns, caller, content) = of.map_or_else(Default::default, |of| {
                    panic.op = Some(of.op);
                    (of.begin_ns, of.caller, of.content)
                });
                self.writer.panic(begin_ns, caller, &mut panic, content.as_deref());
            }
            Entry::Upgrade(k) => self.writer.upgrade(&convert::upgrade(&k)),
            Entry::Mark(k) => {
                let text = String::from_utf8_lossy(&k.text).into_owned();
                self.writer.mark(&pb::Mark { text, time_ns: k.time_ns });
            }
        }
    }

    fn lose(&mut self, bookings: &[Booking]) {
        for &(cpu, cause, ops) in bookings {
            self.writer.lost_on(cpu, cause, ops);
        }
    }

    /// At the end: books what the kernel has counted and no hole has shown.
    pub fn settle(&mut self) {
        let rest = self.ledger.rest(&self.counted);
        self.lose(&rest);
    }
}
