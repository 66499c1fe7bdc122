// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! The build script of every module: how it is linked, and what it says of its sources.
//!
//! A `.so` and a `.ko` of one source are one version, and a replay must know them for it, whoever built them. So a build of a work tree
//! is called by the content of the workspace; a build of a commit says which (`BENTO_SOURCE_REVISION`).

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use xxhash_rust::xxh3::Xxh3;

/// Libraries stay out, every symbol is bound when the module is loaded, and each build has an id of its own.
const ARGUMENTS: [&str; 5] = ["-nostartfiles", "-nodefaultlibs", "-Wl,-z,now", "-Wl,-z,relro", "-Wl,--build-id=sha1"];

/// The toolchain's own `alloc` was compiled to unwind and refers to these. A module never unwinds (`panic = "abort"`, and the panic handler does not
/// return), so they lead to address 0, where a jump would end the op as a fault instead of reaching into the host.
const NEVER_CALLED: [&str; 2] = ["rust_eh_personality", "_Unwind_Resume"];

const REVISION: &str = "BENTO_SOURCE_REVISION";

/// Folders of the workspace that no module is made of.
const APART: [&str; 2] = ["bento-host", "target"];

/// A module's whole build script.
///
/// # Panics
/// When the sources cannot be read: cargo then shows why.
pub fn build() {
    for argument in ARGUMENTS {
        println!("cargo::rustc-link-arg-cdylib={argument}");
    }
    for symbol in NEVER_CALLED {
        println!("cargo::rustc-link-arg-cdylib=-Wl,--defsym={symbol}=0");
    }
    println!("cargo::rerun-if-env-changed={REVISION}");
    if std::env::var_os(REVISION).is_some_and(|revision| !revision.is_empty()) {
        println!("cargo::rerun-if-changed=build.rs");
        return;
    }
    let workspace = workspace_of(Path::new(&std::env::var_os("CARGO_MANIFEST_DIR").expect("cargo says it")));
    let sources = sources(&workspace).expect("the workspace can be read");
    println!("cargo::rustc-env={REVISION}=tree-{:016x}", content(&workspace, &sources).expect("its files can be read"));
}

/// The nearest folder above with a lock file.
fn workspace_of(package: &Path) -> PathBuf {
    package.ancestors().find(|folder| folder.join("Cargo.lock").is_file()).expect("a module is in a workspace").into()
}

/// Every source that modules are made of, in an order that is the same everywhere. Tells cargo to look at their folders.
fn sources(workspace: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for name in ["Cargo.toml", "Cargo.lock"] {
        println!("cargo::rerun-if-changed={}", workspace.join(name).display());
        found.push(workspace.join(name));
    }
    for entry in fs::read_dir(workspace)? {
        let path = entry?.path();
        let apart = path.file_name().is_none_or(|name| APART.iter().any(|apart| name == *apart));
        if path.is_dir() && !apart {
            println!("cargo::rerun-if-changed={}", path.display());
            below(&path, &mut found)?;
        }
    }
    found.sort();
    Ok(found)
}

fn below(folder: &Path, found: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            // Tests change no module.
            if path.file_name().is_none_or(|name| name != "tests" && name != "target") {
                below(&path, found)?;
            }
        } else if path.extension().is_some_and(|kind| kind == "rs" || kind == "toml") {
            found.push(path);
        }
    }
    Ok(())
}

/// Hash of names and contents.
fn content(workspace: &Path, sources: &[PathBuf]) -> io::Result<u64> {
    let mut hash = Xxh3::new();
    for path in sources {
        let name = path.strip_prefix(workspace).unwrap_or(path).to_string_lossy();
        let content = fs::read(path)?;
        hash.update(&(name.len() as u64).to_le_bytes());
        hash.update(name.as_bytes());
        hash.update(&(content.len() as u64).to_le_bytes());
        hash.update(&content);
    }
    Ok(hash.digest())
}
