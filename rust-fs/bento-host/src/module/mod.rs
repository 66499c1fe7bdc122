// SPDX-License-Identifier: MIT OR Apache-2.0
//! Modules: loading them, and calling into them so that a crash of theirs is an answer.

pub(crate) mod guard;
mod instance;
mod loader;

pub(crate) use instance::crash_of;
pub use instance::{Instance, Outcome, explain, fsck, mkfs};
pub use loader::{Module, ModuleError, ModuleInfo};
