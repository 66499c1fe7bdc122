// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! Walking a tree in the image.

use super::Check;
use crate::btree::{FIRST_CHILD, Node};
use crate::layout::{ORPHAN_OWNER, ORPHAN_ROOT, Region};
use alloc::vec::Vec;
use libbentofs::Result;

/// A node to be visited.
struct Waiting {
    number: u64,
    level: Option<usize>,
    /// Smallest and largest key that it may hold.
    low: u64,
    high: u64,
}

/// Who owns a tree, in words.
pub fn owner_name(owner: u64) -> alloc::string::String {
    if owner == ORPHAN_OWNER { "orphans".into() } else { alloc::format!("inode {owner}") }
}

impl Check<'_> {
    /// Visits every node of a tree, claims it, and calls `each` with the entries of the leaves in order of their keys. Answers the number of
    /// nodes.
    pub fn walk(&mut self, root: u64, owner: u64, mut each: impl FnMut(&mut Self, u64, &[u8]) -> Result<()>) -> Result<u64> {
        let mut waiting = Vec::from([Waiting { number: root, level: None, low: 0, high: u64::MAX }]);
        let mut nodes = 0;
        while let Some(node) = waiting.pop() {
            // A node that somebody has already is not visited again, so a loop ends.
            if node.number != ORPHAN_ROOT && !self.claim_metadata(node.number, &owner_name(owner))? {
                continue;
            }
            nodes += 1;
            self.visit(node, owner, &mut waiting, &mut each)?;
        }
        Ok(nodes)
    }

    fn visit(
        &mut self,
        at: Waiting,
        owner: u64,
        waiting: &mut Vec<Waiting>,
        each: &mut impl FnMut(&mut Self, u64, &[u8]) -> Result<()>,
    ) -> Result<()> {
        let content = self.image.read(at.number)?;
        let name = owner_name(owner);
        let Ok(node) = Node::parse(&content, at.number, owner) else {
            return self.report.problem(format_args!("{name}: block {} is not the tree node it should be", at.number));
        };
        if at.level.is_some_and(|level| level != node.level()) {
            return self.report.problem(format_args!("{name}: tree node {} is at the wrong level", at.number));
        }
        if let Some(problem) = node.problem(true) {
            return self.report.problem(format_args!("{name}: tree node {}: {problem}", at.number));
        }
        if node.count() == 0 && (at.level.is_some() || node.level() > 0) {
            return self.report.problem(format_args!("{name}: tree node {} is empty", at.number));
        }
        let first_new = waiting.len();
        for index in 0..node.count() {
            let key = node.key(index)?;
            let first_child = node.level() > 0 && index == 0;
            let misplaced = if first_child { key != FIRST_CHILD } else { key < at.low || key > at.high };
            if misplaced {
                return self
                    .report
                    .problem(format_args!("{name}: tree node {} has key {key:#x}, which belongs to another", at.number));
            }
            if node.level() == 0 {
                each(self, key, node.value(index)?)?;
                continue;
            }
            let Ok(number) = node.child(index) else {
                return self.report.problem(format_args!("{name}: tree node {} has a child pointer of a wrong size", at.number));
            };
            let low = if index == 0 { at.low } else { key };
            let high = if index + 1 < node.count() { node.key(index + 1)?.saturating_sub(1) } else { at.high };
            waiting.push(Waiting { number, level: Some(node.level() - 1), low, high });
        }
        // The last one pushed is visited first.
        waiting[first_new..].reverse();
        Ok(())
    }

    /// Claims a metadata block; `false`, with a problem told, when it cannot be one or belongs to somebody else.
    pub fn claim_metadata(&mut self, number: u64, who: &str) -> Result<bool> {
        if !self.geometry.is_data(number, 1) {
            self.report.problem(format_args!("{who}: a pointer leads to block {number}, where no metadata can be"))?;
            return Ok(false);
        }
        if self.image.claim(Region { first: number, count: 1 }).is_some() {
            self.report.problem(format_args!("{who}: block {number} belongs to something else too"))?;
            return Ok(false);
        }
        Ok(true)
    }
}
