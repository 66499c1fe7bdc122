// SPDX-License-Identifier: MIT OR Apache-2.0
//! Requests: from the contract's structures to the trace's messages, and back.
//!
//! Invariant: `to_request(from_request(r)) == r` for every request message; fields that no file system is shown (lock
//! owners, poll handles) are not kept.

mod again;
mod record;

pub use again::to_request;
pub use record::from_request;

use thiserror::Error;

/// Longest written content that stands in the op itself.
pub const INLINE_CONTENT: usize = 64;
/// Most room that a recorded request may ask for: the kernel's largest read or listing, with some to spare.
pub const MAX_ROOM: u32 = 64 << 20;
/// Room for a symbolic link's target: what the kernel gives, a page less the NUL.
pub const READLINK_ROOM: u32 = 4095;

/// A recorded request that cannot be made again.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum RequestError {
    /// The op has no request, or one that a newer recorder wrote.
    #[error("the op has no request that this build knows")]
    NoRequest,
    /// MKFS, MOUNT and UNMOUNT are calls of their own, not requests.
    #[error("the op is a step of the module's life, not a request")]
    NotARequest,
    /// A written content that the trace does not hold.
    #[error("the content that was written is not in the trace")]
    NoContent,
    /// A size that no kernel asks for.
    #[error("the request asks for {0} bytes of room")]
    TooLarge(u32),
}
