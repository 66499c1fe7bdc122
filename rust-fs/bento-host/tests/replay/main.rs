// SPDX-License-Identifier: MIT OR Apache-2.0
//! Replays of recordings that are made here.

#[path = "../common/mod.rs"]
mod common;
mod recording;
mod same;
mod workload;
