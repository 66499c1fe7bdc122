// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! tiffinfs with provenance, as a module.
#![no_std]

libbentofs::module!(tiffinfs_prov::TiffinFsProv);
