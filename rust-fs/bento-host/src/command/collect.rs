// SPDX-License-Identifier: MIT OR Apache-2.0
//! `bento-host collect`.

use super::failure::Failure;
use bento_host::collect::{self, CollectError, CollectOptions};
use bento_host::proto::trace::{DataPolicy, DropPolicy};
use clap::{Args, ValueEnum};
use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Policy {
    /// Lose ops when the collector lags, and count them
    Drop,
    /// Let file operations wait for the collector
    Block,
    /// Keep the newest in memory, and write them at the end
    Flight,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Data {
    /// Keep every written content, once
    Full,
    /// Keep lengths and hashes
    None,
}

/// Record a mount of bentofs.ko.
#[derive(Debug, Args)]
pub struct Collect {
    /// The mount's folder in debugfs
    #[arg(long, value_name = "DIR")]
    debugfs: PathBuf,
    /// The trace to write
    #[arg(long, short, value_name = "FILE")]
    output: PathBuf,
    /// When the collector cannot keep up
    #[arg(long, value_enum, default_value = "drop")]
    policy: Policy,
    /// Which written contents the trace keeps
    #[arg(long, value_enum, default_value = "full")]
    data: Data,
    /// Buffer of each processor: bytes of a part, and how many parts
    #[arg(long, value_name = "BYTES:N", value_parser = parse_buffer)]
    buffer: Option<(u32, u32)>,
    /// Leave ops of this kind out; the trace can then only be looked at
    #[arg(long, value_name = "OP")]
    skip: Vec<String>,
    /// Options of the mount, for people
    #[arg(long, value_name = "O", default_value = "")]
    mount_options: String,
    /// A word of the command that is recorded, for people; once a word
    #[arg(long = "command-word", value_name = "WORD", allow_hyphen_values = true)]
    command: Vec<OsString>,
}

fn parse_buffer(text: &str) -> Result<(u32, u32), String> {
    let parsed = text.split_once(':').and_then(|(bytes, count)| Some((bytes.parse().ok()?, count.parse().ok()?)));
    parsed.ok_or_else(|| "two numbers, as 262144:16".to_owned())
}

impl Collect {
    /// Records; telling on standard output.
    pub fn run(&self) -> Result<ExitCode, Failure> {
        let options = CollectOptions {
            folder: self.debugfs.clone(),
            output: self.output.clone(),
            policy: match self.policy {
                Policy::Drop => DropPolicy::Drop,
                Policy::Block => DropPolicy::Block,
                Policy::Flight => DropPolicy::Flight,
            },
            data: match self.data {
                Data::Full => DataPolicy::Full,
                Data::None => DataPolicy::None,
            },
            buffer: self.buffer,
            skip: self.skip.clone(),
            mount_options: self.mount_options.clone(),
            command: self.command.iter().map(|word| word.clone().into_vec()).collect(),
        };
        collect::run(&options, &mut std::io::stdout())?;
        Ok(ExitCode::SUCCESS)
    }
}

impl From<CollectError> for Failure {
    fn from(error: CollectError) -> Failure {
        Failure { code: error.code(), message: error.to_string(), hint: error.hint().to_owned(), exit_code: 4 }
    }
}
