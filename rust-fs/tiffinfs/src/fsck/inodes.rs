// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! Every inode in use, and what it has.

use super::{Check, Known};
use crate::corrupt::say;
use crate::extent::{Extent, from_tree};
use crate::header;
use crate::inode::{Body, Inode, raw};
use crate::layout::{BITS_PER_BITMAP, BLOCK_SIZE, INODE_SIZE, INODES_PER_BLOCK, Region};
use crate::space::{BitmapHead, bits, is_set};
use crate::xattr;
use alloc::format;
use alloc::vec::Vec;
use libbentofs::Result;

impl Check<'_> {
    /// Checks the inodes that the inode bitmap says are in use, and the bitmap's counts.
    pub fn all_inodes(&mut self) -> Result<()> {
        let bitmap = self.geometry.inode_bitmap;
        for group in 0..bitmap.count {
            let number = bitmap.first + group;
            let block = self.image.read(number)?;
            let head = BitmapHead::of(&block, number, group).filter(|_| header::is_sealed(&block));
            let Some(head) = head else {
                self.report.problem(format_args!("inode bitmap: block {number} is damaged"))?;
                continue;
            };
            let free = (0..BITS_PER_BITMAP).filter(|&bit| !is_set(bits(&block), bit)).count();
            if free as u64 != u64::from(head.free.get()) {
                self.report
                    .problem(format_args!("inode bitmap: block {number} counts {} free, but {free} are", head.free.get()))?;
            }
            self.inodes_of_group(group, bits(&block))?;
        }
        Ok(())
    }

    fn inodes_of_group(&mut self, group: u64, bits: &[u8]) -> Result<()> {
        let base = group * BITS_PER_BITMAP;
        for first in (0..BITS_PER_BITMAP).step_by(INODES_PER_BLOCK as usize) {
            let used: Vec<u64> = (first..first + INODES_PER_BLOCK).filter(|&bit| is_set(bits, bit)).collect();
            if used.is_empty() || base + first >= self.geometry.inodes {
                continue;
            }
            let table = self.image.read(self.geometry.inode_table.first + (base + first) / INODES_PER_BLOCK)?;
            for bit in used {
                let offset = (bit % INODES_PER_BLOCK) as usize * INODE_SIZE;
                self.inode(base + bit + 1, &table[offset..offset + INODE_SIZE])?;
            }
        }
        Ok(())
    }

    fn inode(&mut self, ino: u64, bytes: &[u8]) -> Result<()> {
        let inode = match raw::decode(bytes, ino, &self.geometry) {
            Ok(inode) => inode,
            Err(problem) => return self.report.problem(format_args!("inode {ino}: {problem}")),
        };
        let mut blocks = self.xattrs(&inode)?;
        match &inode.body {
            Body::Extents(extents) => {
                for extent in extents {
                    blocks += self.extent(&inode, *extent)?;
                }
            }
            Body::Tree(root) if inode.is_dir() => {
                // The names are checked when all inodes are known; here the nodes are claimed and counted.
                let nodes = self.walk(*root, ino, |_, _, _| Ok(()))?;
                blocks += nodes;
                if inode.size != nodes * BLOCK_SIZE {
                    self.report.problem(format_args!("inode {ino}: its size is {}, but it has {nodes} nodes", inode.size))?;
                }
            }
            Body::Tree(root) => blocks += self.extent_tree(&inode, *root)?,
            Body::Empty | Body::Target(_) => {}
        }
        if blocks != inode.blocks {
            self.report.problem(format_args!("inode {ino}: it counts {} blocks, but has {blocks}", inode.blocks))?;
        }
        let Inode { mode, nlink, parent, .. } = inode;
        self.inodes.insert(ino, Known { mode, nlink, parent, names: 0, subdirectories: 0 });
        Ok(())
    }

    fn extent_tree(&mut self, inode: &Inode, root: u64) -> Result<u64> {
        let (mut blocks, mut end) = (0, 0);
        let nodes = self.walk(root, inode.ino, |check, key, value| {
            let Some(extent) = from_tree(key, value, &check.geometry) else {
                return check.report.problem(format_args!("inode {}: the extent at block {key} lies outside", inode.ino));
            };
            if extent.logical < end {
                check.report.problem(format_args!("inode {}: the extents at block {key} overlap", inode.ino))?;
            }
            end = extent.end();
            blocks += check.extent(inode, extent)?;
            Ok(())
        })?;
        Ok(blocks + nodes)
    }

    /// Claims an extent; answers its blocks.
    fn extent(&mut self, inode: &Inode, extent: Extent) -> Result<u64> {
        let ino = inode.ino;
        if let Some(taken) = self.image.claim(Region { first: extent.physical, count: extent.len }) {
            self.report.problem(format_args!("inode {ino}: block {taken} belongs to something else too"))?;
        }
        let past_end = extent.end() > inode.size.div_ceil(BLOCK_SIZE) && !extent.unwritten;
        if past_end && !self.orphans.contains(&ino) {
            self.report.problem(format_args!("inode {ino}: it has content past its end, from block {} on", extent.logical))?;
        }
        Ok(extent.len)
    }

    /// Claims the blocks of the extended attributes; answers how many.
    fn xattrs(&mut self, inode: &Inode) -> Result<u64> {
        let ino = inode.ino;
        let mut run = inode.inline_xattrs.clone();
        let (mut number, mut blocks) = (inode.xattr_block, 0);
        while number != 0 {
            if !self.claim_metadata(number, &format!("extended attributes of inode {ino}"))? {
                return Ok(blocks);
            }
            blocks += 1;
            let block = self.image.read(number)?;
            match xattr::parse_chain(&block, number, ino).filter(|_| header::is_sealed(&block)) {
                Some((next, bytes)) if run.len() <= xattr::TOTAL_MAX => {
                    run.extend_from_slice(bytes);
                    number = next;
                }
                _ => {
                    self.report.problem(format_args!("inode {ino}: block {number} of its extended attributes is damaged"))?;
                    return Ok(blocks);
                }
            }
        }
        if run.len() != inode.xattr_bytes as usize || !xattr::for_each(&run, |_, _| {}) {
            self.report.problem(format_args!("inode {ino}: its extended attributes are damaged"))?;
        }
        Ok(blocks)
    }

    /// The names of directory `ino`: key, inode and type of each.
    pub fn names_of(&self, ino: u64, each: &mut dyn FnMut(u64, &[u8])) -> Result<()> {
        let Some((table, offset)) = self.geometry.inode_place(ino) else { return Ok(()) };
        let block = self.image.read(table)?;
        let Ok(inode) = raw::decode(&block[offset..offset + INODE_SIZE], ino, &self.geometry) else { return Ok(()) };
        let Some(tree) = inode.tree() else { return Ok(()) };
        let mut waiting = Vec::from([tree.root]);
        let mut visited = 0;
        while let Some(number) = waiting.pop() {
            visited += 1;
            if visited > self.geometry.blocks || !self.geometry.is_data(number, 1) {
                say(format_args!("fsck: the names of inode {ino} are not all checked"));
                return Ok(());
            }
            let content = self.image.read(number)?;
            let Ok(node) = crate::btree::Node::parse(&content, number, ino) else { continue };
            if node.problem(true).is_some() {
                continue;
            }
            for index in 0..node.count() {
                if node.level() == 0 {
                    each(node.key(index)?, node.value(index)?);
                } else if let Ok(child) = node.child(index) {
                    waiting.push(child);
                }
            }
        }
        Ok(())
    }
}
