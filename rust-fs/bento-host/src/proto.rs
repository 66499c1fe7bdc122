// SPDX-License-Identifier: MIT OR Apache-2.0
//! Rust types of `proto/`, generated at build time. The comments of the schemas are the documentation.

#[expect(missing_docs, reason = "generated; the schemas are documented")]
mod bento {
    pub mod trace {
        pub mod v1 {
            #![allow(clippy::all, rustdoc::all)]
            include!(concat!(env!("OUT_DIR"), "/bento.trace.v1.rs"));
        }
    }
    pub mod kernel {
        pub mod v1 {
            #![allow(clippy::all, rustdoc::all)]
            include!(concat!(env!("OUT_DIR"), "/bento.kernel.v1.rs"));
        }
    }
    pub mod host {
        pub mod v1 {
            #![allow(clippy::all, rustdoc::all)]
            include!(concat!(env!("OUT_DIR"), "/bento.host.v1.rs"));
        }
    }
}

pub use bento::host::v1 as host;
pub use bento::kernel::v1 as kernel;
pub use bento::trace::v1 as trace;
