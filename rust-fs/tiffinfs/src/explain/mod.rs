// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! Saying in words what a block holds, one fact a line: first what the block is, then what is in it.

mod metadata;
mod tree;

use crate::header::{self, Header, Kind};
use crate::inode::{Inode, raw};
use crate::journal::record;
use crate::layout::{BITS_PER_BITMAP, BLOCK, BLOCK_SIZE, Geometry, INODE_SIZE, ORPHAN_ROOT, SUPERBLOCK};
use crate::space::{BitmapHead, bits, is_set};
use crate::superblock::Superblock;
use alloc::vec;
use core::fmt::{Arguments, Write};
use libbentofs::ks::Device;
use libbentofs::{Errno, Mount, Result};

/// Where the lines go, and what is known of the device around the block.
struct Explanation<'a> {
    device: Device,
    geometry: Geometry,
    number: u64,
    data: &'a [u8],
    text: &'a mut dyn Write,
}

/// Says what block `number` with content `data` holds.
pub fn explain(mount: &Mount<'_>, number: u64, data: &[u8], text: &mut dyn Write) -> Result<()> {
    let device = mount.device()?;
    if data.len() != BLOCK {
        return Err(Errno::EINVAL);
    }
    let Ok(superblock) = Superblock::load(&device) else {
        return writeln!(text, "no tiffinfs is on this device").map_err(|_| Errno::EIO);
    };
    let geometry = superblock.geometry;
    Explanation { device, geometry, number, data, text }.block()
}

impl Explanation<'_> {
    fn line(&mut self, what: Arguments<'_>) -> Result<()> {
        writeln!(self.text, "{what}").map_err(|_| Errno::EIO)
    }

    fn block(&mut self) -> Result<()> {
        let (number, geometry) = (self.number, self.geometry);
        if number == SUPERBLOCK || number == geometry.backup() {
            self.superblock()
        } else if number == ORPHAN_ROOT {
            self.line(format_args!("root of the tree of orphans"))?;
            self.node()
        } else if geometry.journal.contains(number) {
            self.journal()
        } else if geometry.block_bitmap.contains(number) {
            self.bitmap("block", number - geometry.block_bitmap.first, 0)
        } else if geometry.inode_bitmap.contains(number) {
            self.bitmap("inode", number - geometry.inode_bitmap.first, 1)
        } else if geometry.inode_table.contains(number) {
            self.inodes()
        } else if geometry.is_data(number, 1) {
            self.in_data()
        } else {
            self.line(format_args!("past the end of the file system"))
        }
    }

    /// Tells whether the checksum is right, where a block has one.
    fn seal(&mut self) -> Result<()> {
        if header::is_sealed(self.data) {
            return self.line(format_args!("checksum: right"));
        }
        self.line(format_args!("checksum: stale (right once the block's transaction is committed) or wrong"))
    }

    /// A block of the data region: metadata say themselves what they are.
    fn in_data(&mut self) -> Result<()> {
        let used = self.is_used()?;
        let state = if used { "in use" } else { "free" };
        let header = Header::of(self.data).filter(|header| header.number.get() == self.number);
        match header.and_then(|header| Kind::from_magic(header.magic.get())) {
            Some(Kind::Node) if used => self.node(),
            Some(Kind::Xattr) if used => self.xattrs(),
            Some(kind @ (Kind::Node | Kind::Xattr)) => self.line(format_args!("{state}; left over: {kind:?}")),
            _ if self.data.iter().all(|&byte| byte == 0) => self.line(format_args!("{state}; all zeroes")),
            _ => {
                let start = self.data[..32].escape_ascii();
                self.line(format_args!("{state}; content of a file, or of a long symbolic link"))?;
                self.line(format_args!("begins with: \"{start}\""))
            }
        }
    }

    fn is_used(&self) -> Result<bool> {
        self.is_marked(self.geometry.block_bitmap.first, self.number)
    }

    fn is_inode_used(&self, ino: u64) -> Result<bool> {
        self.is_marked(self.geometry.inode_bitmap.first, ino - 1)
    }

    /// Whether bit `index` is set in the bitmap that begins in block `bitmap`.
    fn is_marked(&self, bitmap: u64, index: u64) -> Result<bool> {
        let block = self.read(bitmap + index / BITS_PER_BITMAP)?;
        Ok(is_set(bits(&block), index % BITS_PER_BITMAP))
    }

    fn read(&self, number: u64) -> Result<alloc::vec::Vec<u8>> {
        let mut block = vec![0; BLOCK];
        self.device.read(number * BLOCK_SIZE, &mut block)?;
        Ok(block)
    }

    /// The inode `ino` as it is on the device, if it can be read.
    fn inode(&self, ino: u64) -> Option<Inode> {
        let (number, offset) = self.geometry.inode_place(ino)?;
        let block = self.read(number).ok()?;
        raw::decode(&block[offset..offset + INODE_SIZE], ino, &self.geometry).ok()
    }

    fn bitmap(&mut self, of: &str, group: u64, first: u64) -> Result<()> {
        self.line(format_args!("{of} bitmap, group {group}"))?;
        self.seal()?;
        let Some(head) = BitmapHead::of(self.data, self.number, group) else {
            return self.line(format_args!("damaged: the head is not that of this bitmap"));
        };
        self.line(format_args!("free: {}", head.free.get()))?;
        if of == "inode" {
            self.line(format_args!("generation: {}", head.generation.get()))?;
        }
        self.runs(group, first)
    }

    fn journal(&mut self) -> Result<()> {
        let (number, first) = (self.number, self.geometry.journal.first);
        let header = Header::of(self.data).filter(|header| header.number.get() == number && header::is_sealed(self.data));
        let Some(header) = header else {
            return self.line(format_args!("journal: a logged block, or nothing yet"));
        };
        let sequence = header.owner.get();
        match Kind::from_magic(header.magic.get()) {
            Some(Kind::JournalHead) if number == first => {
                self.line(format_args!("journal head: the log begins with transaction {sequence}"))
            }
            Some(Kind::JournalDescriptor) => {
                self.line(format_args!("journal descriptor of transaction {sequence}"))?;
                let tags = record::parse_descriptor(self.data, number, sequence).unwrap_or_default();
                for (index, tag) in tags.iter().enumerate() {
                    let place = number + 1 + index as u64;
                    self.line(format_args!(
                        "block {place} of the journal is for block {}, CRC {:08x}",
                        tag.number.get(),
                        tag.crc.get()
                    ))?;
                }
                Ok(())
            }
            Some(Kind::JournalCommit) => {
                let (blocks, time) = record::parse_commit(self.data, number, sequence).unwrap_or_default();
                self.line(format_args!("journal commit of transaction {sequence}: {blocks} blocks, at {time} ns"))
            }
            _ => self.line(format_args!("journal: a logged block")),
        }
    }
}
