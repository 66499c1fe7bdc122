// SPDX-License-Identifier: MIT OR Apache-2.0
//! Small translations into the protocol's messages, and the sending of progress.

use super::Output;
use crate::module::ModuleInfo;
use crate::proto::host;
use crate::proto::host::response::Result as Answer;
use crate::record::module_message;
use crate::replay::serial::Watch;
use std::time::{Duration, Instant};

/// Progress is sent at most this often.
const PROGRESS_EVERY: Duration = Duration::from_millis(100);
/// The clock is looked at after so many ops.
const LOOK_EVERY: u32 = 512;
/// Digests that are sent in one message.
const DIGESTS_AT_ONCE: usize = 1 << 16;

/// The protocol's message for a module.
pub fn module_info(info: &ModuleInfo) -> host::ModuleInfo {
    host::ModuleInfo {
        module: Some(module_message(info)),
        state_schema_min: info.state_schema_min,
        state_schema_max: info.state_schema_max,
        has_mkfs: info.has_mkfs,
        has_fsck: info.has_fsck,
        has_explain: info.has_explain,
        path: info.path.to_string_lossy().into_owned(),
    }
}

/// Sends a run's progress.
pub struct Teller<'a, 'b> {
    output: &'a mut Output<'b>,
    total: u64,
    wants_digests: bool,
    digests_first: u64,
    digests: Vec<u64>,
    steps: u32,
    sent: Instant,
}

impl<'a, 'b> Teller<'a, 'b> {
    /// Tells `output` of a run over `total` ops.
    pub fn new(output: &'a mut Output<'b>, total: u64, wants_digests: bool) -> Teller<'a, 'b> {
        Teller { output, total, wants_digests, digests_first: 0, digests: Vec::new(), steps: 0, sent: Instant::now() }
    }

    fn send(&mut self, seq: u64) {
        self.sent = Instant::now();
        let digests = std::mem::take(&mut self.digests);
        let first = if digests.is_empty() { 0 } else { self.digests_first };
        self.output.more(Answer::Progress(host::Progress { seq, total: self.total, digests_first: first, digests }));
    }

    /// Sends the digests that are left.
    pub fn finish(mut self, seq: u64) {
        if !self.digests.is_empty() {
            self.send(seq);
        }
    }
}

impl Watch for Teller<'_, '_> {
    fn step(&mut self, seq: u64, digest: Option<u64>) {
        if let Some(digest) = digest {
            if self.digests.is_empty() {
                self.digests_first = seq;
            }
            self.digests.push(digest);
            if self.digests.len() >= DIGESTS_AT_ONCE {
                return self.send(seq);
            }
        }
        self.steps += 1;
        if self.steps.is_multiple_of(LOOK_EVERY) && self.sent.elapsed() >= PROGRESS_EVERY {
            self.send(seq);
        }
    }

    fn wants_digests(&self) -> bool {
        self.wants_digests
    }
}
