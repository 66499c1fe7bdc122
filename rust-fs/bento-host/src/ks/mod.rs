// SPDX-License-Identifier: MIT OR Apache-2.0
//! libBentoKS's other side: the services behind `bento_ks_*`, in userspace.
//!
//! Every call of a module comes through here with a [`Context`](context::Context) of its op: what the op was given (in a replay) and what it took
//! (in a recording). Order, time, randomness and failures are decided here and nowhere else.

pub mod context;
mod exports;
mod exports_device;
mod kept_back;
pub mod lock;
pub(crate) mod solo;
mod task;
pub mod tasks;
pub mod world;

pub use context::{Given, OpInputs, Taken};
pub use kept_back::KeptBack;
pub use lock::{Counters, LockId, is_named};
pub use tasks::{Ends, Segment, TaskSegment, TaskSink};
pub use world::{Crash, World, WorldOptions};
