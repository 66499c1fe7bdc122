// SPDX-License-Identifier: MIT OR Apache-2.0
//! The kernel's FUSE, through fuser: requests become the contract's, answers become fuser's. The only folder that knows fuser.
//!
//! Notes on what fuser 0.18 does not deliver: TMPFILE, SYNCFS and STATX (it answers ENOSYS, and the kernel does without), the
//! room of a listing (a page, which is what the kernel asks for), BATCH_FORGET (which comes as one FORGET after the other).

mod adapter;
mod ask;
mod convert;
mod session;

pub use session::{KernelMount, Session};
