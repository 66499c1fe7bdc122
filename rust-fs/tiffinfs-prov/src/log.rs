// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! The log: the last deeds, in the order in which they were done.

use crate::deed::Deed;
use alloc::collections::VecDeque;
use alloc::vec::Vec;
use core::fmt::Write;
use libbentofs::cbor::decode::Error as DecodeError;
use libbentofs::cbor::{Decoder, Encoder};
use libbentofs::{Errno, Result};

/// Deeds that are kept. A hand-over takes them along while ops wait, so they are few.
pub const CAPACITY: usize = 1024;

/// Longest text that an extended attribute can be.
const TEXT_MAX: usize = 65_536;

/// The log.
#[derive(Debug, Default)]
pub struct Log {
    /// Number of the first deed in `deeds`, counted from the first ever.
    first: u64,
    deeds: VecDeque<Deed>,
    /// Number of the first deed that a hand-over under way has not told yet.
    untold: u64,
}

impl Log {
    /// Adds what was done last.
    pub fn add(&mut self, deed: Deed) {
        if self.deeds.len() == CAPACITY {
            self.deeds.pop_front();
            self.first += 1;
        }
        self.deeds.push_back(deed);
    }

    /// The deeds that `wanted` picks, one a line, each with its number: the latest that fit, in order. ENODATA when there are none.
    pub fn text(&self, wanted: impl Fn(&Deed) -> bool) -> Result<Vec<u8>> {
        let mut lines = Vec::new();
        let mut room = TEXT_MAX;
        for (at, deed) in self.deeds.iter().enumerate().rev().filter(|(_, deed)| wanted(deed)) {
            let mut line = alloc::string::String::new();
            writeln!(line, "{} {deed}", self.first + at as u64).map_err(|_| Errno::ENOMEM)?;
            let Some(left) = room.checked_sub(line.len()) else { break };
            room = left;
            lines.push(line);
        }
        if lines.is_empty() {
            return Err(Errno::ENODATA);
        }
        Ok(lines.into_iter().rev().flat_map(alloc::string::String::into_bytes).collect())
    }

    fn end(&self) -> u64 {
        self.first + self.deeds.len() as u64
    }

    /// Adds a log that begins where this one ends, or before or after that.
    pub fn go_on_with(&mut self, other: Log) {
        let told = self.end().saturating_sub(other.first) as usize;
        if other.first > self.end() || self.deeds.is_empty() {
            *self = other;
        } else {
            other.deeds.into_iter().skip(told).for_each(|deed| self.add(deed));
        }
    }

    /// The log as one item of CBOR.
    pub fn encode(&self) -> Result<Vec<u8>> {
        self.encode_from(self.first)
    }

    /// As [`Log::encode`], for the first part of a hand-over.
    pub fn encode_early(&mut self) -> Result<Vec<u8>> {
        self.untold = self.end();
        self.encode()
    }

    /// What was added since [`Log::encode_early`].
    pub fn encode_late(&self) -> Result<Vec<u8>> {
        self.encode_from(self.untold.clamp(self.first, self.end()))
    }

    fn encode_from(&self, from: u64) -> Result<Vec<u8>> {
        let mut out = Vec::new();
        let deeds = self.deeds.iter().skip((from - self.first) as usize);
        // What a deed takes with short names: room is taken once, not as it grows.
        out.try_reserve(64 + deeds.len() * 80)?;
        let mut encoder = Encoder::new(&mut out);
        let begun = encoder.map(2).and_then(|out| out.str("first")?.u64(from)?.str("deeds")?.array(deeds.len() as u64));
        begun.map_err(|_| Errno::ENOMEM)?;
        for deed in deeds {
            deed.encode(&mut encoder).map_err(|_| Errno::ENOMEM)?;
        }
        Ok(out)
    }

    /// The log in `bytes`, which [`Log::encode`] made; EINVAL when it did not.
    pub fn decode(bytes: &[u8]) -> Result<Log> {
        let decode = || -> core::result::Result<Log, DecodeError> {
            let from = &mut Decoder::new(bytes);
            let mut log = Log::default();
            for _ in 0..from.map()?.unwrap_or_default() {
                match from.str()? {
                    "first" => log.first = from.u64()?,
                    "deeds" => {
                        for _ in 0..from.array()?.unwrap_or_default() {
                            if log.deeds.len() == CAPACITY {
                                return Err(DecodeError::message("more deeds than are kept"));
                            }
                            log.deeds.push_back(Deed::decode(from)?);
                        }
                    }
                    _ => from.skip()?,
                }
            }
            let end = log.first.checked_add(CAPACITY as u64);
            end.map(|_| log).ok_or_else(|| DecodeError::message("no deed has such a number"))
        };
        decode().map_err(|_| Errno::EINVAL)
    }
}
