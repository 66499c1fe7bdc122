// SPDX-License-Identifier: MIT OR Apache-2.0
//! Generates the Rust types of the trace format and the host protocol, and compiles the guard around a module's calls.

use std::io::Result;
use std::path::Path;

/// The schemas, relative to `PROTO_ROOT`.
const SCHEMAS: [&str; 5] = [
    "bento/trace/v1/op.proto",
    "bento/trace/v1/record.proto",
    "bento/trace/v1/trace.proto",
    "bento/host/v1/host.proto",
    "bento/kernel/v1/kernel.proto",
];
const PROTO_ROOT: &str = "../../proto";
/// A C file, because `sigsetjmp` returns twice and Rust has no such function.
const GUARD: &str = "src/module/guard.c";

fn main() -> Result<()> {
    println!("cargo::rerun-if-changed={PROTO_ROOT}");
    let descriptors = protox::compile(SCHEMAS, [PROTO_ROOT]).map_err(std::io::Error::other)?;
    // Names and contents are views into the chunk that they were read from, not copies.
    prost_build::Config::new().bytes(["."]).compile_fds(descriptors)?;

    println!("cargo::rerun-if-changed={GUARD}");
    if Path::new(GUARD).exists() {
        cc::Build::new().file(GUARD).compile("guard");
    }
    // Modules are opened with dlopen and find their services in the executable.
    println!("cargo::rustc-link-arg-bins=-Wl,--export-dynamic");
    println!("cargo::rustc-link-arg-tests=-Wl,--export-dynamic");
    println!("cargo::rustc-link-arg-examples=-Wl,--export-dynamic");
    Ok(())
}
