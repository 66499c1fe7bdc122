// SPDX-License-Identifier: MIT OR Apache-2.0
//! Room on the medium for the end of a trace.
//!
//! A recording that fills its disk must still be able to say so: the last gap, the index and the trailer are written into
//! room that was set aside before. The room lies behind the end of the file, so that a file whose recorder was killed ends
//! with its last whole chunk.

use rustix::fs::{FallocateFlags, fallocate};
use rustix::io::Errno;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

/// Least room that is set aside.
const RESERVE: u64 = 64 << 10;
/// Room for a chunk's place in the index.
const PER_CHUNK: u64 = 40;
/// How far ahead room is taken, so that not every chunk asks.
const AHEAD: u64 = 4 << 20;

/// A file that grows at its end.
#[derive(Debug)]
pub struct Space {
    file: File,
    /// Bytes that are written.
    end: u64,
    /// End of the room that the file system promised.
    promised: u64,
    /// The file system cannot promise.
    unsupported: bool,
    /// Places that the index will hold.
    chunks: u64,
}

impl Space {
    /// Takes over an empty file and sets the reserve aside.
    pub fn new(file: File) -> io::Result<Space> {
        let mut space = Space { file, end: 0, promised: 0, unsupported: false, chunks: 0 };
        space.promise(RESERVE)?;
        Ok(space)
    }

    /// Bytes written.
    pub fn end(&self) -> u64 {
        self.end
    }

    fn reserve(&self) -> u64 {
        RESERVE + PER_CHUNK * self.chunks
    }

    fn promise(&mut self, to: u64) -> io::Result<()> {
        if self.unsupported || to <= self.promised {
            return Ok(());
        }
        for to in [to + AHEAD, to] {
            match fallocate(&self.file, FallocateFlags::KEEP_SIZE, self.end, to - self.end) {
                Ok(()) => {
                    self.promised = to;
                    return Ok(());
                }
                Err(Errno::OPNOTSUPP | Errno::NOSYS) => {
                    self.unsupported = true;
                    return Ok(());
                }
                Err(Errno::NOSPC | Errno::DQUOT | Errno::FBIG) => {}
                Err(errno) => return Err(errno.into()),
            }
        }
        Err(Errno::NOSPC.into())
    }

    /// Appends a chunk if the reserve stays whole. On failure the file is as before.
    pub fn append_chunk(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.promise(self.end + bytes.len() as u64 + self.reserve() + PER_CHUNK)?;
        self.append_last(bytes)?;
        self.chunks += 1;
        Ok(())
    }

    /// Appends, using up the reserve.
    pub fn append_last(&mut self, bytes: &[u8]) -> io::Result<()> {
        if let Err(error) = self.file.write_all_at(bytes, self.end) {
            // Takes a part that was written away, and with it the room behind it.
            let _ = self.file.set_len(self.end);
            self.promised = self.end;
            let _ = self.promise(self.end + self.reserve());
            return Err(error);
        }
        self.end += bytes.len() as u64;
        Ok(())
    }

    /// Gives back what is left of the reserve and waits until the file is on the medium.
    pub fn close(self) -> io::Result<()> {
        self.file.set_len(self.end)?;
        self.file.sync_all()
    }
}
