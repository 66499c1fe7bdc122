// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! Error numbers.

use core::fmt;
use core::num::NonZeroI32;

/// A positive errno: why an op failed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Errno(NonZeroI32);

/// What a fallible call gives.
pub type Result<T> = core::result::Result<T, Errno>;

impl Errno {
    /// The error that `code` stands for; EIO when it is not a positive number.
    pub const fn new(code: i32) -> Errno {
        match NonZeroI32::new(code) {
            Some(code) if code.get() > 0 => Errno(code),
            _ => Errno::EIO,
        }
    }

    /// The number.
    pub const fn code(self) -> i32 {
        self.0.get()
    }
}

/// `Ok` for 0, an error otherwise.
pub(crate) fn check(code: i32) -> Result<()> {
    if code == 0 { Ok(()) } else { Err(Errno::new(code)) }
}

macro_rules! errnos {
    ($($name:ident = $code:literal, $doc:literal;)*) => {
        impl Errno {
            $(#[doc = $doc] pub const $name: Errno = Errno(NonZeroI32::new($code).expect("not zero"));)*
        }

        impl fmt::Debug for Errno {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self.code() {
                    $($code => f.write_str(stringify!($name)),)*
                    other => write!(f, "errno {other}"),
                }
            }
        }
    };
}

errnos! {
    EPERM = 1, "Operation not permitted.";
    ENOENT = 2, "No such file or directory.";
    EINTR = 4, "Interrupted.";
    EIO = 5, "The device failed.";
    ENXIO = 6, "Nothing there (SEEK_DATA and SEEK_HOLE past the end).";
    E2BIG = 7, "Too big.";
    EBADF = 9, "Not an open handle, or not open that way.";
    EAGAIN = 11, "Try again.";
    ENOMEM = 12, "No memory.";
    EACCES = 13, "Permission denied.";
    EBUSY = 16, "In use.";
    EEXIST = 17, "The name exists.";
    EXDEV = 18, "Across file systems.";
    ENODEV = 19, "No such device.";
    ENOTDIR = 20, "Not a directory.";
    EISDIR = 21, "A directory.";
    EINVAL = 22, "Invalid argument.";
    ENFILE = 23, "Too many handles.";
    ENOTTY = 25, "No such ioctl.";
    EFBIG = 27, "File too large.";
    ENOSPC = 28, "No space left.";
    EROFS = 30, "Read-only.";
    EMLINK = 31, "Too many links.";
    ERANGE = 34, "Does not fit into the room given.";
    ENAMETOOLONG = 36, "Name too long.";
    ENOSYS = 38, "Not implemented.";
    ENOTEMPTY = 39, "Directory not empty.";
    ELOOP = 40, "Too many symbolic links.";
    ENODATA = 61, "No such extended attribute.";
    EOVERFLOW = 75, "Value too large.";
    EOPNOTSUPP = 95, "Not supported.";
    ESTALE = 116, "The inode is gone.";
    EUCLEAN = 117, "The structure needs cleaning: corruption was found.";
}

impl fmt::Display for Errno {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

impl core::error::Error for Errno {}

impl From<alloc::collections::TryReserveError> for Errno {
    fn from(_: alloc::collections::TryReserveError) -> Errno {
        Errno::ENOMEM
    }
}
