// SPDX-License-Identifier: MIT OR Apache-2.0
//! The collector of recordings that bentofs.ko makes: reads its buffers, puts the ops in order, and writes the trace.
//!
//! The kernel hands over each op as it was asked and answered (`proto/bento/kernel/v1`); the codecs are those of the host's own
//! recordings, so that a trace is the same whoever recorded it.
//!
//! Invariant: what is missing is in the trace as a gap, with the processor and the cause that the kernel counted.

mod convert;
mod error;
mod folder;
mod ledger;
mod life;
mod merge;
mod sink;
mod stream;

pub use error::CollectError;
pub use folder::{Counts, Folder, Info, Status};
pub use ledger::Ledger;
pub use life::{CollectOptions, run};
pub use merge::{Entry, Merger, Out};
pub use sink::Sink;
pub use stream::{Damage, Splitter};
