// SPDX-License-Identifier: MIT OR Apache-2.0
//! How a failed command says so: what failed and why, and what to do.

use bento_host::module::ModuleError;
use bento_host::mount::MountError;
use std::error::Error;

/// A failure with its code and exit status.
#[derive(Debug)]
pub struct Failure {
    /// Stable.
    pub code: &'static str,
    /// What failed and why.
    pub message: String,
    /// What to do about it.
    pub hint: String,
    /// 2 usage, 3 trace, 4 environment, 5 host or module.
    pub exit_code: u8,
}

impl Failure {
    /// Writes it to standard error.
    pub fn print(&self, as_json: bool) {
        if as_json {
            let Failure { code, message, hint, exit_code } = self;
            eprintln!(
                "{}",
                serde_json::json!({ "error": { "code": code, "message": message, "hint": hint, "exitCode": exit_code } })
            );
        } else {
            eprintln!("bento-host: {} [{}]\n  hint: {}", self.message, self.code, self.hint);
        }
    }
}

/// An error with what caused it, where its own words do not say that already.
fn with_causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let said = error.to_string();
        if !text.contains(&said) {
            text.push_str(": ");
            text.push_str(&said);
        }
        cause = error.source();
    }
    text
}

impl From<MountError> for Failure {
    fn from(error: MountError) -> Failure {
        Failure { code: error.code(), message: with_causes(&error), hint: error.hint().to_owned(), exit_code: error.exit_code() }
    }
}

impl From<ModuleError> for Failure {
    fn from(error: ModuleError) -> Failure {
        MountError::from(error).into()
    }
}
