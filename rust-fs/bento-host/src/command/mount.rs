// SPDX-License-Identifier: MIT OR Apache-2.0
//! `bento-host mount`.

use super::failure::Failure;
use bento_host::mount::{self, MountOptions};
use bento_host::proto::trace::{DataPolicy, DropPolicy};
use clap::{Args, ValueEnum};
use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Policy {
    /// Lose ops when the disk is slow, and count them
    Drop,
    /// Let file operations wait for the disk
    Block,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Data {
    /// Keep every written content, once
    Full,
    /// Keep lengths and hashes
    None,
}

/// Mount a module.
#[derive(Debug, Args)]
pub struct Mount {
    /// The module: a .so file
    #[arg(long, value_name = "SO")]
    module: PathBuf,
    /// Image file (made when it is not there) or block device
    #[arg(long, value_name = "FILE|DEV")]
    image: Option<PathBuf>,
    /// Size of an image that is made: bytes, or with k, M, G, T
    #[arg(long, value_name = "N", default_value = "1G", value_parser = super::image::parse_size)]
    size: u64,
    /// Make the file system anew, whatever the image holds
    #[arg(long)]
    fresh: bool,
    /// Record into this trace
    #[arg(long, value_name = "FILE")]
    record: Option<PathBuf>,
    /// When the recorder cannot keep up
    #[arg(long, value_enum, default_value = "drop")]
    policy: Policy,
    /// Which written contents the trace keeps
    #[arg(long, value_enum, default_value = "full")]
    data: Data,
    /// A word of the command that is recorded, for people; once a word
    #[arg(long = "command-word", value_name = "WORD", allow_hyphen_values = true)]
    command: Vec<OsString>,
    /// Threads that serve ops
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..=40))]
    threads: u16,
    /// Listen for control at this Unix socket
    #[arg(long, value_name = "SOCK")]
    control: Option<PathBuf>,
    /// Options of the file system, comma separated
    #[arg(long, value_name = "O", default_value = "")]
    options: String,
    /// Let directory listings carry attributes
    #[arg(long)]
    readdirplus: bool,
    /// Mount read-only
    #[arg(long)]
    read_only: bool,
    /// Longest that one op may run before the module counts as crashed, milliseconds
    #[arg(long, value_name = "MS", default_value_t = 30_000, value_parser = clap::value_parser!(u64).range(1..))]
    deadline: u64,
    /// Where to mount
    mountpoint: PathBuf,
}

impl Mount {
    /// Mounts and serves; telling on standard output.
    pub fn run(&self) -> Result<ExitCode, Failure> {
        let options = MountOptions {
            module: self.module.clone(),
            image: self.image.clone(),
            size: self.size,
            fresh: self.fresh,
            record: self.record.clone(),
            policy: match self.policy {
                Policy::Drop => DropPolicy::Drop,
                Policy::Block => DropPolicy::Block,
            },
            data: match self.data {
                Data::Full => DataPolicy::Full,
                Data::None => DataPolicy::None,
            },
            command: self.command.iter().map(|word| word.clone().into_vec()).collect(),
            threads: self.threads.into(),
            control: self.control.clone(),
            fs_options: self.options.clone(),
            readdirplus: self.readdirplus,
            read_only: self.read_only,
            deadline: Duration::from_millis(self.deadline),
            mountpoint: self.mountpoint.clone(),
        };
        mount::run(&options, &mut std::io::stdout())?;
        Ok(ExitCode::SUCCESS)
    }
}
