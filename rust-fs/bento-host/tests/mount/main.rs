// SPDX-License-Identifier: MIT OR Apache-2.0
//! Real mounts through the kernel's FUSE: recorded, killed, crashed, upgraded, on a full disk. Where FUSE is not allowed, each test
//! says that it was left out.

#[path = "../modules/mod.rs"]
mod modules;

mod control;
mod ends;
mod provenance;
mod recording;
mod rig;
mod tasks;
