// SPDX-License-Identifier: MIT OR Apache-2.0
//! `bento-host serve`.

use super::failure::Failure;
use clap::Args;
use std::io::BufReader;
use std::process::ExitCode;

/// Answer requests on standard input and output.
#[derive(Debug, Args)]
pub struct Serve {}

impl Serve {
    /// Serves until standard input ends.
    pub fn run(&self) -> Result<ExitCode, Failure> {
        bento_host::serve::run(BufReader::new(std::io::stdin()), std::io::stdout()).map_err(|error| Failure {
            code: "E_HOST_PROTOCOL",
            message: format!("the conversation with bento-rr broke off: {error}"),
            hint: "use a bento-rr and a bento-host of one release".to_owned(),
            exit_code: 4,
        })?;
        Ok(ExitCode::SUCCESS)
    }
}
