// SPDX-License-Identifier: MIT OR Apache-2.0
//! The subcommands, one file each.

mod collect;
mod describe;
mod failure;
mod image;
mod mount;
mod serve;

use clap::{Parser, Subcommand};
use failure::Failure;
use std::process::ExitCode;

/// The userspace stand-in for bentofs.ko: mounts, records and replays Bento file systems.
#[derive(Debug, Parser)]
#[command(name = "bento-host", version)]
pub struct Line {
    /// Report a failure as one JSON line on standard error.
    #[arg(long, global = true)]
    json_errors: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Mount a module through FUSE, recording if asked, until the unmount or a signal
    Mount(mount::Mount),
    /// Record a mount of bentofs.ko, until it ends or a signal
    Collect(collect::Collect),
    /// Make a file system on an image or a block device
    Mkfs(image::Mkfs),
    /// Check a file system without writing to it; status 1 when it finds problems
    Fsck(image::Fsck),
    /// Answer bento-rr's requests on standard input and output
    Serve(serve::Serve),
    /// Say what a module is, as one JSON document
    Describe(describe::Describe),
}

impl Line {
    /// Runs the command; its exit status.
    pub fn run(&self) -> ExitCode {
        let result = match &self.command {
            Command::Mount(command) => command.run(),
            Command::Collect(command) => command.run(),
            Command::Mkfs(command) => command.run(),
            Command::Fsck(command) => command.run(),
            Command::Serve(command) => command.run(),
            Command::Describe(command) => command.run(),
        };
        result.unwrap_or_else(|failure: Failure| {
            failure.print(self.json_errors);
            ExitCode::from(failure.exit_code)
        })
    }
}
