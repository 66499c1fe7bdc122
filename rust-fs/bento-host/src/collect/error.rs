// SPDX-License-Identifier: MIT OR Apache-2.0
//! Why a recording in the kernel cannot be made.

use std::io;
use std::path::PathBuf;
use thiserror::Error;

/// What went wrong. Each has a code that never changes and a hint that says what to do.
#[derive(Debug, Error)]
pub enum CollectError {
    /// The mount's folder in debugfs is not there.
    #[error("there is no recorder at {}: {source}", path.display())]
    NoRecorder {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The kernel refused to begin.
    #[error("the kernel did not start the recording: {source}")]
    Start {
        /// Its errno.
        source: io::Error,
    },
    /// A file in the mount's folder could not be used.
    #[error("cannot use {}: {source}", path.display())]
    Folder {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The kernel says something that this build does not understand.
    #[error("{} says what this build does not understand: {what}", path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
        /// What it says.
        what: String,
    },
    /// The trace cannot be made.
    #[error("cannot write the trace {}: {source}", path.display())]
    Create {
        /// The trace.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The end of the trace could not be written.
    #[error("cannot finish the trace {}: {source}", path.display())]
    Finish {
        /// The trace.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The state is larger than a chunk may be.
    #[error("the file system's state has {0} bytes, more than a checkpoint in a trace holds")]
    StateTooLarge(usize),
}

impl CollectError {
    /// The stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            CollectError::NoRecorder { .. } => "E_KERNEL_NO_RECORDER",
            CollectError::Start { .. } => "E_KERNEL_START",
            CollectError::Folder { .. } => "E_KERNEL_DEBUGFS",
            CollectError::Foreign { .. } => "E_KERNEL_FOREIGN",
            CollectError::Create { .. } => "E_RECORD_CREATE",
            CollectError::Finish { .. } => "E_RECORD_FINISH",
            CollectError::StateTooLarge(_) => "E_RECORD_STATE_TOO_LARGE",
        }
    }

    /// What to do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            CollectError::NoRecorder { .. } => {
                "is the file system mounted by bentofs.ko, and debugfs at /sys/kernel/debug? Only root can see it"
            }
            CollectError::Start { source } => match source.raw_os_error() {
                Some(libc::EBUSY) => {
                    "the mount is being recorded already: end that recording first. If its collector has died, write `stop` and then \
                     `release` into the mount's control file, as root: /sys/kernel/debug/bentofs/ID/control"
                }
                Some(libc::ETIMEDOUT) => "an op of the mount does not end; `bento-rr status` shows which",
                Some(libc::EIO) => "the module has crashed; upgrade away from it or unmount",
                Some(libc::EINVAL) => "an option is not as bentofs.ko wants it; is it of the same release?",
                Some(libc::ENOMEM) => "ask for smaller buffers (--buffer)",
                _ => "the kernel's log may say more: dmesg | tail",
            },
            CollectError::Folder { .. } => "was the module unloaded meanwhile?",
            CollectError::Foreign { .. } => "use bentofs.ko and bento-rr of the same release",
            CollectError::Create { .. } => "name a file in a directory that exists, can be written and has 64 KiB of room",
            CollectError::Finish { .. } => {
                "what was recorded before is in the file and can be replayed; free some room and record again"
            }
            CollectError::StateTooLarge(_) => "record sooner after the mount, when less is in memory",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recording_that_nobody_reads_any_more_can_be_ended() {
        let hint = CollectError::Start { source: io::Error::from_raw_os_error(libc::EBUSY) }.hint();
        assert!(hint.contains("`stop`") && hint.contains("`release`") && hint.contains("/control"), "{hint}");
    }
}
