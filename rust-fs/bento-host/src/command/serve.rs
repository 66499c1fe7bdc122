// SPDX-License-Identifier: MIT OR Apache-2.0
//! `bento-host serve`.

use super::failure::Failure;
use clap::Args;
use std::process::ExitCode;

/// Answer requests on standard input and output.
#[derive(Debug, Args)]
pub struct Serve {}

impl Serve {
    /// Serves until standard input ends.
    pub fn run(&self) -> Result<ExitCode, Failure> {
        Err(Failure {
            code: "E_NOT_BUILT",
            message: "this build of the host has no serve yet".to_owned(),
            hint: "build a newer revision".to_owned(),
            exit_code: 4,
        })
    }
}
