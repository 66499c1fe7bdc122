// SPDX-License-Identifier: MIT OR Apache-2.0
//! `bento-host mkfs` and `bento-host fsck`.

use super::failure::Failure;
use bento_host::device::{BlockDevice, FileDevice};
use bento_host::ks::{OpInputs, World, WorldOptions};
use bento_host::module::{self, Module};
use bento_host::mount::{BLOCK_SIZE, ImageError, MountError, clear};
use clap::Args;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

/// Bytes, from "4096", "64k", "256M", "1G", "1T".
pub fn parse_size(text: &str) -> Result<u64, String> {
    let (digits, unit) = text.split_at(text.trim_end_matches(|c: char| !c.is_ascii_digit()).len());
    let shift = match unit {
        "" => 0,
        "k" | "K" => 10,
        "M" => 20,
        "G" => 30,
        "T" => 40,
        _ => return Err(format!("{unit:?} is not a unit: use k, M, G or T")),
    };
    let number: u64 = digits.parse().map_err(|_| "not a number of bytes".to_owned())?;
    number.checked_mul(1 << shift).filter(|&size| size <= i64::MAX as u64).ok_or_else(|| "too large".to_owned())
}

/// Make a file system.
#[derive(Debug, Args)]
pub struct Mkfs {
    /// The module: a .so file
    #[arg(long, value_name = "SO")]
    module: PathBuf,
    /// Size of an image that is made: bytes, or with k, M, G, T
    #[arg(long, value_name = "N", default_value = "1G", value_parser = parse_size)]
    size: u64,
    /// Options of the file system, comma separated
    #[arg(long, value_name = "O", default_value = "")]
    options: String,
    /// Image file or block device; what it holds is lost
    image: PathBuf,
}

/// Check a file system.
#[derive(Debug, Args)]
pub struct Fsck {
    /// The module: a .so file
    #[arg(long, value_name = "SO")]
    module: PathBuf,
    /// Image file or block device
    image: PathBuf,
}

fn world(module: &Module, image: &Path, read_only: bool) -> Result<(Arc<World>, Arc<FileDevice>), MountError> {
    let device = FileDevice::open(image, BLOCK_SIZE, read_only, false).map_err(ImageError::from)?;
    let options = WorldOptions { lock_classes: module.info().lock_classes.clone(), ..WorldOptions::default() };
    let device_of_world: Arc<dyn BlockDevice> = Arc::<FileDevice>::clone(&device);
    Ok((World::new(Some(device_of_world), options), device))
}

fn refused(module: &Module, step: &'static str, errno: i32) -> MountError {
    let reason = io::Error::from_raw_os_error(errno).to_string();
    MountError::Refused { fs: module.info().fs_name.clone(), step, reason }
}

impl Mkfs {
    /// Makes it.
    pub fn run(&self) -> Result<ExitCode, Failure> {
        let module = Module::load(&self.module)?;
        if !module.info().has_mkfs {
            return Err(MountError::from(ImageError::Useless { fs: module.info().fs_name.clone() }).into());
        }
        clear(&self.image, self.size).map_err(|source| MountError::from(ImageError::Make { path: self.image.clone(), source }))?;
        let (world, device) = world(&module, &self.image, false)?;
        let (made, _) = module::mkfs(&module, &world, &self.options, OpInputs::now(0));
        made.map_err(MountError::Crashed)?.map_err(|errno| refused(&module, "mkfs", errno))?;
        let written = device.sync().and_then(|()| device.flush());
        written.map_err(|errno| refused(&module, "mkfs", errno))?;
        Ok(ExitCode::SUCCESS)
    }
}

impl Fsck {
    /// Checks it; the report goes to standard output.
    pub fn run(&self) -> Result<ExitCode, Failure> {
        let module = Module::load(&self.module)?;
        if !module.info().has_fsck {
            return Err(MountError::from(ImageError::Useless { fs: module.info().fs_name.clone() }).into());
        }
        let (world, _) = world(&module, &self.image, true)?;
        let (outcome, report) = module::fsck(&module, &world);
        print!("{report}");
        match outcome.map_err(MountError::Crashed)? {
            Ok(()) => Ok(ExitCode::SUCCESS),
            Err(libc::EUCLEAN) => Ok(ExitCode::from(1)),
            Err(errno) => Err(refused(&module, "fsck", errno).into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::parse_size;

    #[test]
    fn sizes() {
        assert_eq!(parse_size("4096"), Ok(4096));
        assert_eq!(parse_size("64k"), Ok(65_536));
        assert_eq!(parse_size("1G"), Ok(1 << 30));
        for wrong in ["", "k", "1X", "-1", "1.5G", "9999999999999T"] {
            assert!(parse_size(wrong).is_err(), "{wrong}");
        }
    }
}
