// SPDX-License-Identifier: MIT OR Apache-2.0
//! Replays of recordings that are made here.

#[path = "../modules/mod.rs"]
mod modules;
mod client;
mod crashes;
mod parts;
mod places;
mod recording;
mod same;
mod versions;
mod workload;
