// SPDX-License-Identifier: MIT OR Apache-2.0
//! `.btr` files: what was written comes back, and nothing that happens to the bytes makes a reader lie, panic or hang.

mod codec;
mod damage;
mod file;
mod full_disk;
mod ops;
