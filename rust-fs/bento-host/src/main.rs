// SPDX-License-Identifier: MIT OR Apache-2.0
//! The command line of bento-host. People use `bento-rr`, which calls this.

mod command;

use clap::Parser;
use std::process::ExitCode;

fn main() -> ExitCode {
    match command::Line::try_parse() {
        Ok(line) => line.run(),
        Err(error) => {
            let _ = error.print();
            // Help and version are no errors.
            ExitCode::from(if error.use_stderr() { 2 } else { 0 })
        }
    }
}
