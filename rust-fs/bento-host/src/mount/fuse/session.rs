// SPDX-License-Identifier: MIT OR Apache-2.0
//! A mount in the kernel, and the threads that serve it.

use super::adapter::Adapter;
use crate::mount::served::Served;
use fuser::{Config, MountOption, SessionACL};
use std::io;
use std::path::Path;
use std::sync::Arc;

/// How the kernel is asked to mount.
#[derive(Debug, Clone)]
pub struct KernelMount {
    /// Threads that serve ops.
    pub threads: usize,
    /// Let listings carry attributes.
    pub readdirplus: bool,
    /// Nothing may be written.
    pub read_only: bool,
    /// Shown as the mount's source.
    pub source: String,
    /// Shown behind "fuse." as the mount's type.
    pub fs_name: String,
}

/// A mount that is being served.
pub struct Session(fuser::BackgroundSession);

impl Session {
    /// Mounts at `mountpoint` and serves until it is unmounted.
    pub fn start(served: Arc<Served>, mountpoint: &Path, mount: &KernelMount) -> io::Result<Session> {
        let mut config = Config::default();
        let rw = if mount.read_only { MountOption::RO } else { MountOption::RW };
        // A comma would end the option.
        let source = mount.source.replace(',', "_");
        config.mount_options =
            vec![MountOption::DefaultPermissions, MountOption::FSName(source), MountOption::Subtype(mount.fs_name.clone()), rw];
        if rustix::process::geteuid().is_root() {
            config.acl = SessionACL::All;
            config.mount_options.extend([MountOption::Dev, MountOption::Suid]);
            if has_helper() {
                // The helper unmounts even when this process is killed.
                config.mount_options.push(MountOption::AutoUnmount);
            }
        }
        config.n_threads = Some(mount.threads);
        config.clone_fd = true;
        let adapter = Adapter { served, readdirplus: mount.readdirplus };
        Ok(Session(fuser::Session::new(adapter, mountpoint, &config)?.spawn()?))
    }

    /// Whether it was unmounted.
    pub fn is_over(&self) -> bool {
        self.0.guard.is_finished()
    }

    /// Waits until it is unmounted.
    pub fn join(self) -> io::Result<()> {
        self.0.join()
    }
}

/// Whether the helper that outlives this process is installed.
fn has_helper() -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join("fusermount3").is_file())
}
