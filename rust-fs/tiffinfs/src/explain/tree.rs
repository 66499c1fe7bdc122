// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! Tree nodes: names, extents, orphans.

use super::Explanation;
use crate::btree::Node;
use crate::dir;
use crate::extent::{Extent, from_tree};
use crate::header::Header;
use crate::layout::ORPHAN_OWNER;
use libbentofs::Result;

impl Explanation<'_> {
    pub(super) fn extent(&mut self, ino: u64, extent: Extent) -> Result<()> {
        let Extent { logical, physical, len, unwritten } = extent;
        let state = if unwritten { ", unwritten" } else { "" };
        self.line(format_args!(
            "inode {ino}: blocks {logical} to {} are at {physical} to {}{state}",
            extent.end() - 1,
            physical + len - 1
        ))
    }

    pub(super) fn node(&mut self) -> Result<()> {
        let data = self.data;
        let owner = Header::of(data).map_or(0, |header| header.owner.get());
        let Ok(node) = Node::parse(data, self.number, owner) else { return self.line(format_args!("damaged tree node")) };
        // The inode that owns the node knows what the values are; one that cannot be read leaves it open.
        let directory = self.inode(owner).map(|inode| inode.is_dir());
        let what = match (owner, directory) {
            (ORPHAN_OWNER, _) => "orphans",
            (_, Some(true)) => "names",
            (_, Some(false)) => "extents",
            (_, None) => "unknown things",
        };
        if owner == ORPHAN_OWNER {
            self.line(format_args!("tree node of {what}, level {}, {} entries", node.level(), node.count()))?;
        } else {
            self.line(format_args!("tree node of {what} of inode {owner}, level {}, {} entries", node.level(), node.count()))?;
        }
        self.seal()?;
        if let Some(problem) = node.problem(false) {
            self.line(format_args!("damaged: {problem}"))?;
        }
        for index in 0..node.count() {
            let (Ok(key), Ok(value)) = (node.key(index), node.value(index)) else { continue };
            if node.level() > 0 {
                let child = node.child(index).unwrap_or_default();
                self.line(format_args!("keys from {key:#x} on: block {child}"))?;
            } else if owner == ORPHAN_OWNER {
                self.line(format_args!("orphan: inode {key}"))?;
            } else if directory == Some(true) {
                match dir::parse(value) {
                    Some((ino, kind, name)) => self.line(format_args!("{name:?}: inode {ino}, {kind:?}, key {key:#x}"))?,
                    None => self.line(format_args!("key {key:#x}: damaged"))?,
                }
            } else {
                match from_tree(key, value, &self.geometry) {
                    Some(extent) => self.extent(owner, extent)?,
                    None => self.line(format_args!("key {key:#x}: {} bytes", value.len()))?,
                }
            }
        }
        Ok(())
    }
}
