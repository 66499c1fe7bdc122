// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! The end of a module that broke its own rules.

use crate::ffi;
use core::fmt::{self, Write};
use core::panic::PanicInfo;

/// A message on the stack: the heap may be what failed.
struct Message {
    text: [u8; 512],
    len: usize,
}

impl Write for Message {
    fn write_str(&mut self, s: &str) -> fmt::Result {
        let room = self.text.len() - self.len;
        let take = s.len().min(room);
        self.text[self.len..self.len + take].copy_from_slice(&s.as_bytes()[..take]);
        self.len += take;
        Ok(())
    }
}

/// Tells the host of a panic; the op that was under way ends there. `libbentofs::module!` makes it the panic handler.
pub fn report(info: &PanicInfo<'_>) -> ! {
    let mut message = Message { text: [0; 512], len: 0 };
    let _ = write!(message, "{}", info.message());
    let (file, line, column) = match info.location() {
        Some(at) => (at.file(), at.line(), at.column()),
        None => ("", 0, 0),
    };
    // SAFETY: both strings live until the call, which does not return.
    unsafe { ffi::bento_ks_panic(message.text.as_ptr(), message.len, file.as_ptr(), file.len(), line, column) }
}
