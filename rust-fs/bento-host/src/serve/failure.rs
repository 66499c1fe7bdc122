// SPDX-License-Identifier: MIT OR Apache-2.0
//! Calls that could not be done, in the words and codes that users see.

use crate::module::ModuleError;
use crate::proto::host;
use crate::replay::rules::RuleError;
use crate::replay::run_error::RunError;
use crate::trace::TraceError;

/// A call that could not be done.
#[derive(Debug)]
pub struct Failure(pub host::Failure);

/// The exit codes of the command line.
pub mod exit {
    /// The call made no sense.
    pub const USAGE: u32 = 2;
    /// The trace cannot be read.
    pub const TRACE: u32 = 3;
    /// Something outside is not as it must be.
    pub const ENVIRONMENT: u32 = 4;
    /// The host or the module failed.
    pub const MODULE: u32 = 5;
}

impl Failure {
    /// A failure.
    pub fn new(code: &str, message: impl Into<String>, hint: impl Into<String>, exit_code: u32) -> Failure {
        Failure(host::Failure { code: code.into(), message: message.into(), hint: hint.into(), exit_code })
    }

    /// A number that names nothing.
    pub fn unknown(what: &str, number: u32) -> Failure {
        let message = format!("there is no {what} {number}");
        Failure::new("E_HOST_UNKNOWN", message, format!("open the {what} first, and use the number that was answered"), exit::USAGE)
    }

    /// The run's module crashed, so its memory cannot be looked at.
    pub fn crashed(seq: u64, why: &str) -> Failure {
        let message = format!("the module crashed in op {seq} ({why}), so its state cannot be read");
        let hint = format!("go back first: run to op {} or before", seq.saturating_sub(1));
        Failure::new("E_RUN_CRASHED", message, hint, exit::MODULE)
    }

    /// The run's module did not do what it was asked.
    pub fn module(message: impl Into<String>) -> Failure {
        Failure::new("E_MODULE_STATE", message, "the module has a fault there, or nothing is mounted at this place", exit::MODULE)
    }
}

impl From<TraceError> for Failure {
    fn from(error: TraceError) -> Failure {
        Failure::new(error.code(), error.to_string(), error.hint(), exit::TRACE)
    }
}

impl From<RunError> for Failure {
    fn from(error: RunError) -> Failure {
        Failure::new(error.code(), error.to_string(), error.hint(), error.exit_code())
    }
}

impl From<ModuleError> for Failure {
    fn from(error: ModuleError) -> Failure {
        let (code, hint, exit_code) = match &error {
            ModuleError::Read { .. } => ("E_MODULE_NOT_FOUND", "check the path; `bento-rr build NAME` makes a module", exit::USAGE),
            ModuleError::NotAModule { .. } => (
                "E_MODULE_NOT_A_MODULE",
                "name a module's .so, such as target/release/libbento_tiffinfs.so; `bento-rr build NAME` makes one",
                exit::USAGE,
            ),
            ModuleError::Abi { .. } => ("E_MODULE_ABI", "build the module from the same sources as this host", exit::MODULE),
        };
        let message = match &error {
            ModuleError::Read { source, .. } => format!("{error}: {source}"),
            _ => error.to_string(),
        };
        Failure::new(code, message, hint, exit_code)
    }
}

impl From<RuleError> for Failure {
    fn from(error: RuleError) -> Failure {
        Failure::new("E_RULES_SYNTAX", format!("the rules file is wrong at {error}"), error.hint, exit::USAGE)
    }
}
