// SPDX-License-Identifier: MIT OR Apache-2.0
//! What a recording says of itself.

use crate::module::ModuleInfo;
use crate::proto::trace as pb;
use crate::trace::USUAL_TTL_NS;
use bento_abi::DevInfo;

/// What a recording is of, as far as the module does not say it.
#[derive(Debug, Clone, Default)]
pub struct Recording {
    /// Options of the mount, comma separated.
    pub mount_options: String,
    /// Options of the file system, comma separated.
    pub fs_options: String,
    /// Geometry; zeroes when there is no device.
    pub device: DevInfo,
    /// What to do when the writer lags.
    pub policy: pb::DropPolicy,
    /// Which contents are kept.
    pub data: pb::DataPolicy,
    /// Words of the command that is recorded.
    pub command: Vec<Vec<u8>>,
}

/// The trace's message for a module.
pub fn module_message(info: &ModuleInfo) -> pb::Module {
    pb::Module {
        fs_name: info.fs_name.clone(),
        build_id: info.build_id.clone().into(),
        source_revision: info.source_revision.clone(),
        abi_major: info.abi_major.into(),
        abi_minor: info.abi_minor.into(),
        state_schema: info.state_schema,
        lock_class: info.lock_classes.clone(),
    }
}

/// The header of a recording of `module` that begins at `origin`.
pub fn header(module: &ModuleInfo, recording: &Recording, origin: pb::Origin) -> pb::Header {
    pb::Header {
        recorded_by: concat!("bento-host ", env!("CARGO_PKG_VERSION")).to_owned(),
        source: pb::Source::Fuse.into(),
        kernel_release: rustix::system::uname().release().to_string_lossy().into_owned(),
        clock: "CLOCK_REALTIME".to_owned(),
        mount_options: recording.mount_options.clone(),
        module: Some(module_message(module)),
        device: Some(pb::Device { block_size: recording.device.block_size, blocks: recording.device.blocks }),
        drop_policy: recording.policy.into(),
        data_policy: recording.data.into(),
        origin: origin.into(),
        fs_options: recording.fs_options.clone(),
        usual_ttl_ns: USUAL_TTL_NS,
        command: recording.command.iter().map(|word| word.clone().into()).collect(),
        ..pb::Header::default()
    }
}
