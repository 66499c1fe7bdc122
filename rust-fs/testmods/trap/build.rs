// SPDX-License-Identifier: MIT OR Apache-2.0
//! Links the module to nothing: what it does not define, the host does (`bento_ks_*` and the four memory functions).

/// Libraries stay out, every symbol is bound when the module is loaded, and each build has an id of its own.
const ARGUMENTS: [&str; 5] = ["-nostartfiles", "-nodefaultlibs", "-Wl,-z,now", "-Wl,-z,relro", "-Wl,--build-id=sha1"];

/// The toolchain's own `alloc` was compiled to unwind and refers to these. A module never unwinds (`panic = "abort"`, and the panic handler does not
/// return), so they lead to address 0, where a jump would end the op as a fault instead of reaching into the host.
const NEVER_CALLED: [&str; 2] = ["rust_eh_personality", "_Unwind_Resume"];

fn main() {
    for argument in ARGUMENTS {
        println!("cargo::rustc-link-arg-cdylib={argument}");
    }
    for symbol in NEVER_CALLED {
        println!("cargo::rustc-link-arg-cdylib=-Wl,--defsym={symbol}=0");
    }
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=BENTO_SOURCE_REVISION");
}
