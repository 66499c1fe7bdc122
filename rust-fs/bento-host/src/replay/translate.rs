// SPDX-License-Identifier: MIT OR Apache-2.0
//! What the recorded run's inodes, generations, handles and cookies are called in the replay.
//!
//! Another version of a file system may number its inodes and handles otherwise. The tables are learned from answers and
//! applied to requests. Where the replayed module is the recorded one, numbers must agree and nothing is translated.

use super::compare::Names;
use super::listing::Listings;
use super::numbered::{Made, handle_of, has_node, makes_inode, other_node, set_handle};
use super::table::Numbers;
use crate::mix::MixMap;
use crate::proto::trace as pb;
use crate::proto::trace::op::{Reply, Request};
use std::borrow::Cow;
use std::collections::VecDeque;

/// The root directory's nodeid, in every file system.
pub const ROOT: u64 = 1;

/// What an op needs and the replay does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    /// The inode was never found or made.
    Inode(u64),
    /// The handle was never opened.
    Handle(u64),
    /// The listing goes on from a place that was never reached.
    Cookie(u64),
    /// A FORGET of nothing.
    Nothing,
}

/// How numbers are treated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Naming {
    /// Same build: recorded numbers are the replay's.
    ByValue,
    /// Another build: by the tables; an unknown number is tried as it is.
    ByTable,
    /// A part of a trace: by the tables; an op with an unknown number is left out.
    Partial,
}

/// The tables of a run.
#[derive(Debug, Clone)]
pub struct Translation {
    naming: Naming,
    /// Numbers that were not learned since are those of the version before, which handed its state over.
    inherited: bool,
    nodes: Numbers,
    /// The other way round.
    recorded: Numbers,
    /// By recorded nodeid: the recorded generation, and the replay's.
    generations: MixMap<u64, (u64, u64)>,
    /// By recorded nodeid and handle: the replay's handles, oldest first (a file system may give one number to several).
    handles: MixMap<(u64, u64), VecDeque<u64>>,
    /// By recorded nodeid: lookups that the replay has answered. Only for parts of traces, whose FORGETs may ask for too many.
    lookups: MixMap<u64, u64>,
    pub(super) listings: Listings,
}

impl Translation {
    /// Tables that know nothing but the root.
    pub fn new(naming: Naming) -> Translation {
        let mut new = Translation {
            naming,
            inherited: false,
            nodes: Numbers::default(),
            recorded: Numbers::default(),
            generations: MixMap::default(),
            handles: MixMap::default(),
            lookups: MixMap::default(),
            listings: Listings::default(),
        };
        new.nodes.set(ROOT, ROOT);
        new.recorded.set(ROOT, ROOT);
        new
    }

    /// How numbers are treated.
    pub fn naming(&self) -> Naming {
        self.naming
    }

    /// How numbers are treated from here on. What was by value before is tried as it is, until something else is learned.
    pub fn set_naming(&mut self, naming: Naming) {
        self.inherited |= self.naming == Naming::ByValue && naming != Naming::ByValue;
        self.naming = naming;
    }

    /// The op as the replay is to be asked, or what it lacks.
    pub fn request<'a>(&self, op: &'a pb::Op) -> Result<Cow<'a, pb::Op>, Missing> {
        if self.naming == Naming::ByValue {
            return Ok(Cow::Borrowed(op));
        }
        let Some(request) = &op.request else { return Ok(Cow::Borrowed(op)) };
        let node = if has_node(request) { self.node_or(op.nodeid)? } else { op.nodeid };
        let fh = handle_of(request).map(|fh| self.handle_or(op.nodeid, fh, request)).transpose()?;
        let other = other_node(request).map(|other| self.node_or(other)).transpose()?;
        let cookie = match request {
            Request::Readdir(r) | Request::Readdirplus(r) => Some(self.cookie_or(op.nodeid, r)?),
            _ => None,
        };
        let forgets = matches!(request, Request::Forget(_));
        let copies = matches!(request, Request::CopyFileRange(_));
        let same = node == op.nodeid
            && fh == handle_of(request)
            && other == other_node(request)
            && cookie.is_none_or(|cookie| matches!(request, Request::Readdir(r) | Request::Readdirplus(r) if r.cookie == cookie));
        if same && !forgets && !copies {
            return Ok(Cow::Borrowed(op));
        }
        let mut translated = op.clone();
        translated.nodeid = node;
        if let Some(request) = &mut translated.request {
            if let Some(fh) = fh {
                set_handle(request, fh);
            }
            match request {
                Request::Rename(r) => r.new_parent = other.unwrap_or(r.new_parent),
                Request::Link(r) => r.new_parent = other.unwrap_or(r.new_parent),
                Request::Readdir(r) | Request::Readdirplus(r) => r.cookie = cookie.unwrap_or(r.cookie),
                Request::CopyFileRange(r) => {
                    r.fh_out =
                        self.handle(r.nodeid_out, r.fh_out).or_else(|| self.guess(r.fh_out)).ok_or(Missing::Handle(r.fh_out))?;
                    r.nodeid_out = other.unwrap_or(r.nodeid_out);
                }
                Request::Forget(r) => {
                    translated.nodeid = self.forget(op.nodeid, r)?;
                }
                _ => {}
            }
        }
        Ok(Cow::Owned(translated))
    }

    /// Translates the pairs of a FORGET, leaving out what the replay does not know.
    fn forget(&self, nodeid: u64, request: &mut pb::Forget) -> Result<u64, Missing> {
        let mut nodes = Vec::with_capacity(request.nodes.len());
        for &[node, count] in request.nodes.as_chunks::<2>().0 {
            let Some(translated) = self.nodes.get(node).or_else(|| self.guess(node)) else { continue };
            let count =
                if self.naming == Naming::Partial { count.min(self.lookups.get(&node).copied().unwrap_or(0)) } else { count };
            if count > 0 {
                nodes.extend([translated, count]);
            }
        }
        if nodes.is_empty() && !request.nodes.is_empty() {
            return Err(Missing::Nothing);
        }
        request.nodes = nodes;
        // A FORGET of one inode names it as the op's own; a batch names none.
        Ok(if nodeid == 0 { 0 } else { request.nodes.first().copied().unwrap_or(nodeid) })
    }

    fn guess(&self, number: u64) -> Option<u64> {
        (self.naming != Naming::Partial).then_some(number)
    }

    fn node_or(&self, node: u64) -> Result<u64, Missing> {
        self.nodes.get(node).or_else(|| self.guess(node)).ok_or(Missing::Inode(node))
    }

    fn handle(&self, node: u64, fh: u64) -> Option<u64> {
        let handles = self.handles.get(&(node, fh))?;
        handles.front().copied()
    }

    fn handle_or(&self, node: u64, fh: u64, request: &Request) -> Result<u64, Missing> {
        // Attributes may be asked for without a handle; then the field means nothing.
        let means_nothing = match request {
            Request::Getattr(r) => r.flags & bento_abi::fuse::bits::GETATTR_FH == 0,
            Request::Setattr(r) => r.valid & bento_abi::fuse::fattr::FH == 0,
            Request::Statx(r) => r.flags & bento_abi::fuse::bits::GETATTR_FH == 0,
            _ => false,
        };
        if means_nothing {
            return Ok(fh);
        }
        self.handle(node, fh).or_else(|| self.guess(fh)).ok_or(Missing::Handle(fh))
    }

    fn cookie_or(&self, node: u64, request: &pb::Readdir) -> Result<u64, Missing> {
        self.listings
            .cookie(node, request.fh, request.cookie)
            .or_else(|| self.guess(request.cookie))
            .ok_or(Missing::Cookie(request.cookie))
    }

    /// Learns from an answer that the replay gave where the recorded op had one too.
    pub fn learn(&mut self, op: &pb::Op, actual: Option<&Reply>) {
        if self.naming == Naming::ByValue {
            return;
        }
        let Some(request) = &op.request else { return };
        match request {
            Request::Release(r) | Request::Releasedir(r) => self.close(op.nodeid, r.fh),
            Request::Forget(r) if self.naming == Naming::Partial => self.forgotten(r),
            _ => {}
        }
        let new = makes_inode(request);
        match (&op.reply, actual) {
            (Some(Reply::Entry(a)), Some(Reply::Entry(b))) => self.learn_entry(a, b, new),
            (Some(Reply::Created(a)), Some(Reply::Created(b))) => {
                if let (Some(a), Some(b)) = (&a.entry, &b.entry) {
                    self.learn_entry(a, b, new);
                }
                if let (Some(entry), Some(a), Some(b)) = (&a.entry, &a.opened, &b.opened) {
                    self.open(entry.nodeid, a.fh, b.fh);
                }
            }
            (Some(Reply::Opened(a)), Some(Reply::Opened(b))) => {
                self.open(op.nodeid, a.fh, b.fh);
            }
            _ => {}
        }
        self.listings.touch(op);
    }

    /// Learns the pairs of a listing's entry.
    pub(super) fn learn_dir_entry(&mut self, a: &pb::DirEntry, b: &pb::DirEntry) {
        match (&a.entry, &b.entry) {
            (Some(a), Some(b)) => self.learn_entry(a, b, false),
            _ => self.learn_node(a.ino, b.ino),
        }
    }

    fn learn_entry(&mut self, a: &pb::Entry, b: &pb::Entry, new: bool) {
        if a.nodeid == 0 || b.nodeid == 0 {
            return;
        }
        if new {
            self.rename_node(a.nodeid, b.nodeid);
            self.generations.remove(&a.nodeid);
            self.lookups.remove(&a.nodeid);
        } else {
            self.learn_node(a.nodeid, b.nodeid);
        }
        if self.naming == Naming::Partial {
            *self.lookups.entry(a.nodeid).or_default() += 1;
        }
        if a.generation != b.generation || self.generations.contains_key(&a.nodeid) {
            self.generations.insert(a.nodeid, (a.generation, b.generation));
        }
    }

    fn learn_node(&mut self, recorded: u64, replayed: u64) {
        // What is known stays: a number that changed was reported as a difference.
        if self.nodes.get(recorded).is_none() && self.recorded.get(replayed).is_none() {
            self.rename_node(recorded, replayed);
        }
    }

    /// A new inode: whatever had these numbers before is gone.
    fn rename_node(&mut self, recorded: u64, replayed: u64) {
        if let Some(before) = self.nodes.get(recorded)
            && self.recorded.get(before) == Some(recorded)
        {
            self.recorded.remove(before);
        }
        if let Some(before) = self.recorded.get(replayed)
            && before != recorded
        {
            self.nodes.remove(before);
        }
        self.nodes.set(recorded, replayed);
        self.recorded.set(replayed, recorded);
    }

    fn open(&mut self, node: u64, recorded: u64, replayed: u64) {
        self.handles.entry((node, recorded)).or_default().push_back(replayed);
    }

    fn close(&mut self, node: u64, fh: u64) {
        if let Some(handles) = self.handles.get_mut(&(node, fh)) {
            handles.pop_front();
            if handles.is_empty() {
                self.handles.remove(&(node, fh));
            }
        }
        self.listings.close(node, fh);
    }

    fn forgotten(&mut self, request: &pb::Forget) {
        for [node, count] in request.nodes.as_chunks::<2>().0 {
            if let Some(lookups) = self.lookups.get_mut(node) {
                *lookups = lookups.saturating_sub(*count);
            }
        }
    }

    /// An op of the trace is left out: what it made or opened does not exist in the replay, and an older namesake is gone.
    pub fn left_out(&mut self, op: &pb::Op) {
        if let Some(made) = Made::by(op) {
            self.left_out_made(made);
        }
    }

    /// The same of an op of which only this is known.
    pub fn left_out_made(&mut self, made: Made) {
        if let Some(replayed) = self.nodes.get(made.node) {
            self.nodes.remove(made.node);
            self.recorded.remove(replayed);
            self.lookups.remove(&made.node);
        }
        if let Some(fh) = made.fh {
            self.handles.remove(&(made.node, fh));
        }
    }
}

impl Names for Translation {
    fn node(&self, recorded: u64) -> Option<u64> {
        if self.naming == Naming::ByValue {
            Some(recorded)
        } else {
            self.nodes.get(recorded).or(self.inherited.then_some(recorded))
        }
    }

    fn taken(&self, replayed: u64) -> Option<u64> {
        if self.naming == Naming::ByValue { None } else { self.recorded.get(replayed) }
    }

    fn generation(&self, node: u64, recorded: u64) -> Option<u64> {
        if self.naming == Naming::ByValue {
            return Some(recorded);
        }
        match self.generations.get(&node) {
            Some(&(known, replayed)) => (known == recorded).then_some(replayed),
            // Known since its number is, and equal then.
            None => self.nodes.get(node).map(|_| recorded),
        }
    }

    fn by_value(&self) -> bool {
        self.naming == Naming::ByValue
    }
}
