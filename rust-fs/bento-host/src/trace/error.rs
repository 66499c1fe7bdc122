// SPDX-License-Identifier: MIT OR Apache-2.0
//! What can be wrong with a trace, in the words and codes that users see.

use std::io;
use std::path::PathBuf;
use thiserror::Error;

/// Why a trace cannot be read, or cannot be read whole. Each has a code that never changes and a hint that says what to do.
#[derive(Debug, Error)]
pub enum TraceError {
    /// There is no such file.
    #[error("no trace at {}", .0.display())]
    NotFound(PathBuf),
    /// The path leads to a directory.
    #[error("{} is a directory, not a trace", .0.display())]
    IsDirectory(PathBuf),
    /// The file has no bytes.
    #[error("{} is empty: the recording ended before its header was written", .0.display())]
    Empty(PathBuf),
    /// The file does not begin as a trace does.
    #[error("{} is not a bento trace: {why}", path.display())]
    NotATrace {
        /// The file.
        path: PathBuf,
        /// What its first bytes lack.
        why: String,
    },
    /// The format's major version is another one.
    #[error("{} has trace format {major}.{minor}; this build reads {}.x", path.display(), super::FORMAT_MAJOR)]
    Version {
        /// The file.
        path: PathBuf,
        /// Its format.
        major: u32,
        /// See `major`.
        minor: u32,
    },
    /// Bytes changed after they were written.
    #[error("damaged at byte {offset}: {why}")]
    Damaged {
        /// Where in the file.
        offset: u64,
        /// What does not fit.
        why: String,
    },
    /// The file ends before anything whole but the header.
    #[error("{} was cut off: {why}", path.display())]
    Truncated {
        /// The file.
        path: PathBuf,
        /// What is missing.
        why: String,
    },
    /// Ops are known to be missing.
    #[error("{dropped} ops are missing before op {seq}: the recorder could not keep them")]
    Gap {
        /// The op that follows the gap.
        seq: u64,
        /// How many are missing.
        dropped: u64,
    },
    /// The file could not be read.
    #[error("cannot read {}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

impl TraceError {
    /// The stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            TraceError::NotFound(_) => "E_TRACE_NOT_FOUND",
            TraceError::IsDirectory(_) => "E_TRACE_IS_DIRECTORY",
            TraceError::Empty(_) => "E_TRACE_EMPTY",
            TraceError::NotATrace { .. } => "E_TRACE_NOT_A_TRACE",
            TraceError::Version { .. } => "E_TRACE_VERSION",
            TraceError::Damaged { .. } => "E_TRACE_CRC",
            TraceError::Truncated { .. } => "E_TRACE_TRUNCATED",
            TraceError::Gap { .. } => "E_TRACE_GAP",
            TraceError::Io { .. } => "E_TRACE_IO",
        }
    }

    /// What to do about it.
    pub const fn hint(&self) -> &'static str {
        match self {
            TraceError::NotFound(_) => "check the path; `bento-rr ls` shows the traces that are kept",
            TraceError::IsDirectory(_) => "name a .btr file in it; `bento-rr ls` shows the traces that are kept",
            TraceError::Empty(_) => "record again",
            TraceError::NotATrace { .. } => "name a .btr file, as `bento-rr record -o FILE` writes it",
            TraceError::Version { .. } => "read it with the release that wrote it, or record again",
            TraceError::Damaged { .. } => {
                "copy the file again from where it was recorded, or pass --allow-gaps to leave the damaged part out"
            }
            TraceError::Truncated { .. } => "record again: nothing of this file can be replayed",
            TraceError::Gap { .. } => "record again with --policy block, or pass --allow-gaps to go on across gaps",
            TraceError::Io { .. } => "check the path and its permissions",
        }
    }
}

/// What is wrong with a trace that can be read all the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TraceWarning {
    /// The stable code.
    pub code: &'static str,
    /// What was found, in words.
    pub message: String,
}
