// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! tiffinfs as a module.
#![no_std]

libbentofs::module!(tiffinfs::TiffinFs);
