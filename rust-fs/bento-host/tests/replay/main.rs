// SPDX-License-Identifier: MIT OR Apache-2.0
//! Replays of recordings that are made here.

mod client;
mod crashes;
mod late_crashes;
#[path = "../modules/mod.rs"]
mod modules;
mod parts;
mod places;
mod recording;
mod same;
mod taken_over;
mod tasks;
mod versions;
mod workload;
