// SPDX-License-Identifier: MIT OR Apache-2.0
//! The userspace stand-in for bentofs.ko: gives modules their services, mounts them through the kernel's FUSE, records what
//! they are asked and answer, and replays it.

pub mod collect;
pub mod device;
pub mod digest;
pub mod ks;
pub(crate) mod mix;
pub mod module;
pub mod mount;
pub mod proto;
pub mod record;
pub mod replay;
pub mod serve;
pub mod trace;
