// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! Answers, written into the contract's reply as the protocol wants them.

use crate::data::DataOut;
use crate::types::{Attr, Entry, Opened, Ttl};
use bento_abi::{ReplyBuf, fuse};
use libbentoks::{Errno, Result};
use zerocopy::{Immutable, IntoBytes};

/// Writes the answer.
pub(super) struct Answer<'a> {
    pub(super) raw: &'a mut ReplyBuf,
}

impl Answer<'_> {
    pub(super) fn out(&mut self, value: &(impl IntoBytes + Immutable)) -> Result<()> {
        let value = value.as_bytes();
        let at = self.raw.out_len as usize;
        let room = self.raw.out.as_mut_bytes().get_mut(at..at + value.len()).ok_or(Errno::EOVERFLOW)?;
        room.copy_from_slice(value);
        self.raw.out_len += value.len() as u32;
        Ok(())
    }

    pub(super) fn entry(&mut self, entry: Entry) -> Result<()> {
        self.out(&entry.to_wire())
    }

    pub(super) fn attr(&mut self, (attr, ttl): (Attr, Ttl)) -> Result<()> {
        let (attr_valid, attr_valid_nsec) = ttl.parts();
        self.out(&fuse::AttrOut { attr_valid, attr_valid_nsec, dummy: 0, attr: attr.to_wire() })
    }

    pub(super) fn opened(&mut self, opened: Opened) -> Result<()> {
        self.out(&fuse::OpenOut { fh: opened.fh.0, open_flags: opened.flags, padding: 0 })
    }

    pub(super) fn created(&mut self, (entry, opened): (Entry, Opened)) -> Result<()> {
        self.entry(entry)?;
        self.opened(opened)
    }

    pub(super) fn written(&mut self, size: u32) -> Result<()> {
        self.out(&fuse::WriteOut { size, padding: 0 })
    }

    /// The value of an attribute, or their list: its size when the request gave no room, ERANGE when it is too large.
    pub(super) fn sized(&mut self, value: &[u8], room: u32, out: &mut DataOut<'_>) -> Result<()> {
        if room == 0 {
            let size = u32::try_from(value.len()).map_err(|_| Errno::EOVERFLOW)?;
            return self.out(&fuse::GetxattrOut { size, padding: 0 });
        }
        if value.len() > room as usize {
            return Err(Errno::ERANGE);
        }
        out.put(value)?;
        self.raw.data_len = out.filled();
        Ok(())
    }
}
