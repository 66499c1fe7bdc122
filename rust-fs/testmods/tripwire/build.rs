// SPDX-License-Identifier: MIT OR Apache-2.0
//! See bento-module-build.

fn main() {
    bento_module_build::build();
}
