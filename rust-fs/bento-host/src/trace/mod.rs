// SPDX-License-Identifier: MIT OR Apache-2.0
//! `.btr` files: what is in them, and how ops become messages and requests again.
//!
//! [`TraceWriter`] makes one, [`TraceReader`] opens one; both stream, chunk by chunk. The schema is `proto/bento/trace/v1`.

mod chunk;
mod content;
mod error;
mod items;
mod op_name;
mod precision;
mod reader;
mod reply_codec;
mod request;
mod request_codec;
mod scan;
mod space;
mod times;
pub(crate) mod wire;
mod writer;

pub use chunk::{ChunkBuilder, MAX_RAW};
pub use content::{content_hash, filler};
pub use error::{TraceError, TraceWarning};
pub use items::{Caller, ChunkRecords, Items, OpRecord, TraceItem};
pub use op_name::op_name;
pub use precision::{TICK_NS, tick};
pub use reader::{Tolerance, TraceReader};
pub use reply_codec::{Usual, from_reply, usual_blocks};
pub use request::{Args, Data, OwnedRequest, RequestParts};
pub use request_codec::{INLINE_CONTENT, MAX_ROOM, READLINK_ROOM, RequestError, from_request, to_request};
pub(crate) use writer::realtime_ns;
pub use writer::{Finished, Loss, TraceWriter};

/// The format that this build writes; it reads every minor of this major.
pub const FORMAT_MAJOR: u32 = 1;
/// See [`FORMAT_MAJOR`].
pub const FORMAT_MINOR: u32 = 2;
/// `Header.usual_ttl_ns` of a recording: a day, which modules answer unless they know better.
pub const USUAL_TTL_NS: u64 = 86_400 * 1_000_000_000;
