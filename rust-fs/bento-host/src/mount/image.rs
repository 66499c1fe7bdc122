// SPDX-License-Identifier: MIT OR Apache-2.0
//! The image or block device under a file system.

use super::life::MountOptions;
use crate::device::{DeviceError, FileDevice};
use crate::module::ModuleInfo;
use rustix::fs::{FallocateFlags, fallocate};
use std::fs::{File, OpenOptions};
use std::io::{self, Seek, SeekFrom};
use std::os::unix::fs::FileTypeExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use thiserror::Error;

/// Bytes a block.
pub const BLOCK_SIZE: u32 = 4096;

/// Why there is no device for the file system.
#[derive(Debug, Error)]
pub enum ImageError {
    /// It needs one, and none was named.
    #[error("{fs} lives on a block device, and no image is named")]
    Missing {
        /// File system.
        fs: String,
    },
    /// It has no use for one.
    #[error("{fs} has no device, and an image is named")]
    Useless {
        /// File system.
        fs: String,
    },
    /// Cannot be made or cleared.
    #[error("cannot make the image {}: {source}", path.display())]
    Make {
        /// The image.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Cannot be opened.
    #[error(transparent)]
    Open(#[from] DeviceError),
}

impl ImageError {
    /// The stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            ImageError::Missing { .. } | ImageError::Useless { .. } => "E_USAGE",
            ImageError::Make { .. } | ImageError::Open(_) => "E_IMAGE",
        }
    }

    /// What to do about it.
    pub const fn hint(&self) -> &'static str {
        match self {
            ImageError::Missing { .. } => "name an image file or a block device with --image; a file that is not there is made",
            ImageError::Useless { .. } => "leave --image away",
            ImageError::Make { .. } | ImageError::Open(_) => "check the path, its permissions and the room on its disk",
        }
    }

    /// The exit status of the command.
    pub const fn exit_code(&self) -> u8 {
        match self {
            ImageError::Missing { .. } | ImageError::Useless { .. } => 2,
            ImageError::Make { .. } | ImageError::Open(_) => 4,
        }
    }
}

/// What a file system is mounted on.
#[derive(Debug)]
pub struct Image {
    /// The device, if it needs one.
    pub device: Option<Arc<FileDevice>>,
    /// All zeroes: the file system is to be made.
    pub fresh: bool,
}

/// Opens the image, making or clearing it first where that is wanted.
pub fn open(options: &MountOptions, info: &ModuleInfo) -> Result<Image, ImageError> {
    let fs = || info.fs_name.clone();
    let path = match (&options.image, info.needs_device) {
        (None, false) => return Ok(Image { device: None, fresh: true }),
        (Some(_), false) => return Err(ImageError::Useless { fs: fs() }),
        (None, true) => return Err(ImageError::Missing { fs: fs() }),
        (Some(path), true) => path,
    };
    let fresh = options.fresh || !path.exists();
    if fresh {
        clear(path, options.size).map_err(|source| ImageError::Make { path: path.clone(), source })?;
    }
    // A mount that is not recorded from its start may be recorded later.
    let note_first_reads = !fresh || options.control.is_some();
    let device = FileDevice::open(path, BLOCK_SIZE, options.read_only, note_first_reads)?;
    Ok(Image { device: Some(device), fresh })
}

/// Makes `path` all zeroes: a sparse file of `size` bytes, or the block device as large as it is.
pub fn clear(path: &Path, size: u64) -> io::Result<()> {
    if path.metadata().is_ok_and(|about| about.file_type().is_block_device()) {
        let mut device = OpenOptions::new().read(true).write(true).open(path)?;
        let size = device.seek(SeekFrom::End(0))?;
        fallocate(&device, FallocateFlags::ZERO_RANGE | FallocateFlags::KEEP_SIZE, 0, size)?;
        return Ok(());
    }
    let file = File::create(path)?;
    file.set_len(size)
}
