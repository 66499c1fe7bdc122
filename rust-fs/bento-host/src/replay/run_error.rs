// SPDX-License-Identifier: MIT OR Apache-2.0
//! Why a run cannot be opened, or cannot go on.

use crate::trace::TraceError;

/// Why a run cannot be made, or cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The trace cannot be read on.
    #[error(transparent)]
    Trace(#[from] TraceError),
    /// Exact replay of another build.
    #[error("the recorded lock order means nothing to another build of the module")]
    NotTheBuild,
    /// Exact replay across missing ops.
    #[error("ops are missing from the trace, so the recorded lock order cannot be followed")]
    ExactAcrossGaps,
    /// The module did not take over the state from which the trace, or a checkpoint, goes on.
    #[error("{0}")]
    Begin(String),
}

impl RunError {
    /// The stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            RunError::Trace(error) => error.code(),
            RunError::NotTheBuild => "E_REPLAY_NOT_THE_BUILD",
            RunError::ExactAcrossGaps => "E_TRACE_GAP",
            RunError::Begin(_) => "E_MODULE_STATE",
        }
    }

    /// What to do about it.
    pub const fn hint(&self) -> &'static str {
        match self {
            RunError::Trace(error) => error.hint(),
            RunError::NotTheBuild => "use --order serial, or the module with the build id that `bento-rr info` shows",
            RunError::ExactAcrossGaps => "use --order serial, or record again with --policy block",
            RunError::Begin(_) => "use a module that reads this schema of state (`bento-host describe` shows which)",
        }
    }

    /// Exit code of the command line.
    pub const fn exit_code(&self) -> u32 {
        match self {
            RunError::Trace(_) | RunError::ExactAcrossGaps => 3,
            RunError::NotTheBuild => 2,
            RunError::Begin(_) => 5,
        }
    }
}
