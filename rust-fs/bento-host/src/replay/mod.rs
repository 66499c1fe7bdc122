// SPDX-License-Identifier: MIT OR Apache-2.0
//! Replays: a trace against a module.
//!
//! [`source`] opens a trace, [`subject`] is a module that is asked its ops, [`serial`] is a run from place to place, with
//! [`order`] saying which op is next and [`interleave`] where none is, [`exact`] the way that keeps the recorded threads. [`compare`], [`listing`] and [`rules`] judge
//! answers, [`translate`] knows what recorded numbers are called in the replay.

pub mod checkpoint;
pub mod compare;
pub mod culprit;
mod ending;
pub mod exact;
mod going_back;
pub mod human;
pub mod interleave;
mod judge;
pub mod line;
pub mod listing;
mod numbered;
pub mod order;
mod redacted;
pub mod rules;
pub mod run_error;
pub mod segments;
pub mod serial;
pub mod source;
pub mod standstill;
pub mod step;
pub mod subject;
mod survey;
pub mod table;
pub mod tape;
pub mod translate;
pub mod verdict;
mod with_tasks;
