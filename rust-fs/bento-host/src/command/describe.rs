// SPDX-License-Identifier: MIT OR Apache-2.0
//! `bento-host describe`.

use super::failure::Failure;
use bento_host::module::Module;
use clap::Args;
use serde_json::json;
use std::path::PathBuf;
use std::process::ExitCode;

/// Say what a module is.
#[derive(Debug, Args)]
pub struct Describe {
    /// The module: a .so file
    module: PathBuf,
}

impl Describe {
    /// Loads the module and prints its description.
    pub fn run(&self) -> Result<ExitCode, Failure> {
        let module = Module::load(&self.module)?;
        let info = module.info();
        let build_id: String = info.build_id.iter().map(|byte| format!("{byte:02x}")).collect();
        let document = json!({
            "schema": "bento-host/module@1",
            "fs": info.fs_name,
            "path": info.path.to_string_lossy(),
            "buildId": build_id,
            "revision": info.source_revision,
            "abi": { "major": info.abi_major, "minor": info.abi_minor },
            "state": { "writes": info.state_schema, "readsFrom": info.state_schema_min, "readsTo": info.state_schema_max },
            "lockClasses": info.lock_classes,
            "needsDevice": info.needs_device,
            "mkfs": info.has_mkfs,
            "fsck": info.has_fsck,
            "explain": info.has_explain,
        });
        println!("{document}");
        Ok(ExitCode::SUCCESS)
    }
}
