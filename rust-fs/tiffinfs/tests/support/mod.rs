// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! A small stand-in for the host, for tests of this crate alone: the services over a device in memory that logs its writes, and a
//! client that sends ops through the module contract.
#![allow(dead_code, missing_docs, reason = "each test uses a part of it")]

pub mod client;
pub mod crash;
pub mod device;
pub mod ks;
pub mod locks;
pub mod model;
pub mod module;
pub mod mounted;
