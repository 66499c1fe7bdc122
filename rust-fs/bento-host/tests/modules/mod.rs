// SPDX-License-Identifier: MIT OR Apache-2.0
//! What the host's tests share: modules as they are built, and requests.

#![allow(dead_code, reason = "each test crate uses its part")]

use bento_abi::RequestBuf;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;

/// The module of the file system `name`, built from the work tree.
pub fn module(name: &str) -> PathBuf {
    static BUILT: Mutex<Option<HashMap<String, PathBuf>>> = Mutex::new(None);
    let mut built = BUILT.lock().expect("a failed build fails its tests");
    let built = built.get_or_insert_default();
    built.entry(name.into()).or_insert_with(|| build(name)).clone()
}

fn build(name: &str) -> PathBuf {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let package = format!("{name}-module");
    let output = Command::new(cargo)
        .args(["build", "--release", "--locked", "-p", &package])
        .current_dir(&workspace)
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{package} does not build:\n{}", String::from_utf8_lossy(&output.stderr));
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| workspace.join("target"), PathBuf::from);
    target.join("release").join(format!("libbento_{}.so", name.replace('-', "_")))
}

/// A request without anything.
pub fn empty_request() -> RequestBuf {
    RequestBuf {
        unique: 1,
        nodeid: 0,
        opcode: 0,
        uid: 0,
        gid: 0,
        pid: 0,
        args_len: 0,
        data_segs: 0,
        args: std::ptr::null(),
        name: std::ptr::null(),
        name_len: 0,
        name2: std::ptr::null(),
        name2_len: 0,
        data: std::ptr::null(),
        data_len: 0,
    }
}

/// Calls `each` with the path and the text of every Rust source below `folder`.
pub fn each_source(folder: &Path, each: &mut dyn FnMut(&Path, &str)) {
    for entry in std::fs::read_dir(folder).expect("the folder is there") {
        let path = entry.expect("the folder can be read").path();
        if path.is_dir() {
            each_source(&path, each);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            each(&path, &std::fs::read_to_string(&path).expect("a source is text"));
        }
    }
}
