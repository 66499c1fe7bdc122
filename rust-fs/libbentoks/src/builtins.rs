// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! What the optimiser calls by itself, beyond the four memory functions that the host gives.
//!
//! LLVM turns `memcmp(..) == 0` into `bcmp(..) == 0`, so an object may need `bcmp` though no source names it. Here it is, as
//! `memcmp` under another name and seen by this module only: what a module imports must not hang on a decision of the optimiser.

#[cfg(target_arch = "x86_64")]
core::arch::global_asm!(
    ".pushsection .text.bento_bcmp,\"ax\",@progbits",
    ".p2align 4",
    ".globl bcmp",
    ".hidden bcmp",
    ".type bcmp,@function",
    "bcmp:",
    "jmp memcmp@PLT",
    ".size bcmp, .-bcmp",
    ".popsection",
);
