// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! Superblocks, bitmaps, inodes, attributes.

use super::Explanation;
use crate::inode::{Body, Inode, raw};
use crate::layout::{BITS_PER_BITMAP, INODE_SIZE, INODES_PER_BLOCK};
use crate::space::{bits, next};
use crate::superblock::Superblock;
use crate::xattr;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write;
use libbentofs::Result;

/// Runs of a bitmap that are told.
const RUNS: usize = 32;

impl Explanation<'_> {
    pub(super) fn superblock(&mut self) -> Result<()> {
        self.line(format_args!("{}", if self.number == 0 { "superblock" } else { "backup of the superblock, as mkfs wrote it" }))?;
        let superblock = match Superblock::decode(self.data, self.number, self.device.blocks()) {
            Ok(superblock) => superblock,
            Err(problem) => return self.line(format_args!("damaged: {problem}")),
        };
        let mut uuid = String::new();
        for byte in superblock.uuid {
            let _ = write!(uuid, "{byte:02x}");
        }
        let label = superblock.label.split(|&byte| byte == 0).next().unwrap_or_default().escape_ascii();
        self.line(format_args!("uuid: {uuid}"))?;
        self.line(format_args!("label: \"{label}\""))?;
        self.line(format_args!("clean: {}", superblock.clean))?;
        self.line(format_args!("mounts: {}, last at {} ns", superblock.mounts, superblock.mounted))?;
        let geometry = superblock.geometry;
        self.line(format_args!("blocks: {}, inodes: {}", geometry.blocks, geometry.inodes))?;
        let regions = [
            ("journal", geometry.journal),
            ("block bitmap", geometry.block_bitmap),
            ("inode bitmap", geometry.inode_bitmap),
            ("inode table", geometry.inode_table),
        ];
        for (name, region) in regions {
            self.line(format_args!("{name}: blocks {} to {}", region.first, region.end() - 1))?;
        }
        self.line(format_args!("data: blocks {} to {}", geometry.data_start(), geometry.backup() - 1))
    }

    /// The runs of set bits, counting things from `first`.
    pub(super) fn runs(&mut self, group: u64, first: u64) -> Result<()> {
        let base = group * BITS_PER_BITMAP + first;
        let data = bits(self.data);
        let mut at = 0;
        for _ in 0..RUNS {
            let start = next(data, at, BITS_PER_BITMAP, true);
            if start == BITS_PER_BITMAP {
                return Ok(());
            }
            at = next(data, start, BITS_PER_BITMAP, false);
            self.line(format_args!("used: {} to {}", base + start, base + at - 1))?;
        }
        self.line(format_args!("used: more"))
    }

    pub(super) fn inodes(&mut self) -> Result<()> {
        let first = (self.number - self.geometry.inode_table.first) * INODES_PER_BLOCK + 1;
        let last = first + INODES_PER_BLOCK - 1;
        self.line(format_args!("inode table: inodes {first} to {last}"))?;
        let slots: Vec<(u64, &[u8])> = (first..).zip(self.data.chunks_exact(INODE_SIZE)).collect();
        for (ino, bytes) in slots {
            // Where no inode is in use, what is there means nothing.
            if !self.is_inode_used(ino)? {
                continue;
            }
            match raw::decode(bytes, ino, &self.geometry) {
                Ok(inode) => self.one_inode(&inode)?,
                Err(problem) => self.line(format_args!("inode {ino}: {problem}"))?,
            }
        }
        Ok(())
    }

    fn one_inode(&mut self, inode: &Inode) -> Result<()> {
        let ino = inode.ino;
        self.line(format_args!(
            "inode {ino}: {:?}, mode {:o}, links {}, uid {}, gid {}, size {}, blocks {}, generation {}",
            inode.kind(),
            inode.mode & 0o7777,
            inode.nlink,
            inode.uid,
            inode.gid,
            inode.size,
            inode.blocks,
            inode.generation
        ))?;
        let times = (inode.atime.0, inode.mtime.0, inode.ctime.0, inode.btime.0);
        self.line(format_args!(
            "inode {ino}: accessed {}, modified {}, changed {}, born {} ns",
            times.0, times.1, times.2, times.3
        ))?;
        match &inode.body {
            Body::Extents(extents) => {
                for extent in extents {
                    self.extent(ino, *extent)?;
                }
            }
            Body::Tree(root) if inode.is_dir() => {
                self.line(format_args!("inode {ino}: parent {}, names from block {root} on", inode.parent))?
            }
            Body::Tree(root) => self.line(format_args!("inode {ino}: extents from block {root} on"))?,
            Body::Target(target) => self.line(format_args!("inode {ino}: leads to \"{}\"", target.escape_ascii()))?,
            Body::Empty => self.line(format_args!("inode {ino}: device {:#x}", inode.rdev))?,
        }
        if inode.xattr_block != 0 {
            self.line(format_args!(
                "inode {ino}: {} bytes of extended attributes from block {} on",
                inode.xattr_bytes, inode.xattr_block
            ))?;
        }
        self.attributes(ino, &inode.inline_xattrs)
    }

    fn attributes(&mut self, ino: u64, run: &[u8]) -> Result<()> {
        let mut told = Vec::new();
        let whole = xattr::for_each(run, |name, value| told.push((Vec::from(name), value.len())));
        for (name, len) in told {
            self.line(format_args!("inode {ino}: attribute \"{}\", {len} bytes", name.escape_ascii()))?;
        }
        if whole { Ok(()) } else { self.line(format_args!("inode {ino}: its attributes are damaged")) }
    }

    pub(super) fn xattrs(&mut self) -> Result<()> {
        let ino = crate::header::Header::of(self.data).map_or(0, |header| header.owner.get());
        self.line(format_args!("extended attributes of inode {ino}"))?;
        self.seal()?;
        let Some((next, bytes)) = xattr::parse_chain(self.data, self.number, ino) else {
            return self.line(format_args!("damaged"));
        };
        self.line(format_args!("bytes: {}, next block: {next}", bytes.len()))?;
        if self.inode(ino).is_none_or(|inode| inode.xattr_block != self.number) {
            return self.line(format_args!("it goes on from the block before in the chain"));
        }
        // A value may go on in the next blocks.
        let mut run = Vec::from(bytes);
        let mut at = next;
        while self.geometry.is_data(at, 1) && run.len() <= xattr::TOTAL_MAX {
            let block = self.read(at)?;
            let Some((following, bytes)) = xattr::parse_chain(&block, at, ino) else { break };
            run.extend_from_slice(bytes);
            at = following;
        }
        self.attributes(ino, &run)
    }
}
