// SPDX-License-Identifier: MIT OR Apache-2.0
//! The recorder: takes ops from many threads, in the order in which they end, and has them written.
//!
//! Invariant: what a trace says of an op is complete before the op's answer leaves the host, so an op that a caller makes
//! because of an answer always stands behind it.

mod header;
mod pending;
mod queue;
mod recorder;
mod writing;

pub use header::{Recording, header, module_message};
pub use recorder::{Progress, RecordError, Recorder};
