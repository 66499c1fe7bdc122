// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! Lines for the log, and the one way to say that something on the device makes no sense.

use alloc::format;
use core::fmt::Arguments;
use libbentofs::Errno;
use libbentofs::ks::log::{self, Level};

/// A warning in the log.
pub fn say(what: Arguments<'_>) {
    log::line(Level::Warning, &format!("tiffinfs: {what}"));
}

/// Corruption was found: a line in the log, and the error to answer with.
#[cold]
pub fn corrupt(what: Arguments<'_>) -> Errno {
    log::line(Level::Error, &format!("tiffinfs: corrupt: {what}; unmount and run fsck"));
    Errno::EUCLEAN
}
