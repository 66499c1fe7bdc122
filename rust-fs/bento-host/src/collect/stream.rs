// SPDX-License-Identifier: MIT OR Apache-2.0
//! The stream of one processor, as records.

use crate::proto::kernel::{KernelRecord, kernel_record::Kind};
use crate::trace::wire::varint;
use bytes::{Buf, Bytes, BytesMut};
use prost::Message;
use thiserror::Error;

/// `KernelStream.record`.
const RECORD_TAG: u8 = 1 << 3 | 2;
/// More than the kernel's encoder can write.
const MOST: u64 = 1 << 21;

/// A stream that no recorder wrote. Nothing behind the place can be trusted.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("damaged at byte {offset}: {why}")]
pub struct Damage {
    /// Where in the stream.
    pub offset: u64,
    /// What does not fit.
    pub why: String,
}

/// Takes a stream in pieces, however they are cut, and gives whole records.
#[derive(Debug, Default)]
pub struct Splitter {
    rest: Bytes,
    offset: u64,
}

impl Splitter {
    /// Adds what was read.
    pub fn feed(&mut self, bytes: Bytes) {
        if self.rest.is_empty() {
            self.rest = bytes;
        } else {
            let mut both = BytesMut::with_capacity(self.rest.len() + bytes.len());
            both.extend_from_slice(&self.rest);
            both.extend_from_slice(&bytes);
            self.rest = both.freeze();
        }
    }

    /// Bytes of a record that is not whole.
    pub fn left(&self) -> usize {
        self.rest.len()
    }

    /// The next record; `None` when there is no whole one. Kinds that this build does not know are passed over.
    pub fn next_record(&mut self) -> Result<Option<Kind>, Damage> {
        loop {
            let Some(&tag) = self.rest.first() else { return Ok(None) };
            if tag != RECORD_TAG {
                return Err(self.damage(format!("a record begins with {tag:#04x}")));
            }
            let Some((len, size)) = varint(&self.rest[1..]) else {
                if self.rest.len() > 11 {
                    return Err(self.damage("a length has no end".to_owned()));
                }
                return Ok(None);
            };
            if len > MOST {
                return Err(self.damage(format!("a record of {len} bytes")));
            }
            let (head, len) = (1 + size, len as usize);
            if self.rest.len() - head < len {
                return Ok(None);
            }
            let mut record = self.rest.clone();
            record.advance(head);
            record.truncate(len);
            let record = KernelRecord::decode(record).map_err(|error| self.damage(error.to_string()))?;
            self.rest.advance(head + len);
            self.offset += (head + len) as u64;
            if record.kind.is_some() {
                return Ok(record.kind);
            }
        }
    }

    fn damage(&self, why: String) -> Damage {
        Damage { offset: self.offset, why }
    }
}
