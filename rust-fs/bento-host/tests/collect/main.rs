// SPDX-License-Identifier: MIT OR Apache-2.0
//! The collector, on streams that a recorder could have written, and on others.

mod convert;
mod merge;
mod stream;
