// SPDX-License-Identifier: MIT OR Apache-2.0
//! Two answers to one op, field by field.
//!
//! Numbers that a module chooses freely (nodeids, inode numbers, generations, handles, cookies) are judged by the run's
//! [`Names`]: by value where the replayed module is the recorded one, by consistent renaming otherwise.

use crate::proto::host::FieldDifference;
use crate::proto::trace as pb;
use crate::proto::trace::op::Reply;
use crate::replay::human;
use crate::trace::{Usual, usual_blocks};
use std::fmt::Display;

/// An answer as the trace has it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Answer {
    /// 0, or a positive errno.
    pub errno: u32,
    /// What it carries besides.
    pub reply: Option<Reply>,
}

impl Answer {
    /// The same, borrowed.
    pub fn as_ref(&self) -> AnswerRef<'_> {
        AnswerRef { errno: self.errno, reply: self.reply.as_ref() }
    }
}

/// An answer that stands elsewhere.
#[derive(Debug, Clone, Copy)]
pub struct AnswerRef<'a> {
    /// See [`Answer`].
    pub errno: u32,
    /// See [`Answer`].
    pub reply: Option<&'a Reply>,
}

impl<'a> AnswerRef<'a> {
    /// What a recorded op was answered.
    pub fn of(op: &'a pb::Op) -> AnswerRef<'a> {
        AnswerRef { errno: op.errno, reply: op.reply.as_ref() }
    }
}

/// Judges numbers that a module chooses freely. `None` where nothing is known yet, and the pair is to be learned.
pub trait Names {
    /// What the recorded inode is called in the replay.
    fn node(&self, recorded: u64) -> Option<u64>;
    /// Which recorded inode has this number in the replay.
    fn taken(&self, replayed: u64) -> Option<u64>;
    /// What the recorded generation of that inode is in the replay.
    fn generation(&self, node: u64, recorded: u64) -> Option<u64>;
    /// Handles and cookies must be the same number.
    fn by_value(&self) -> bool;
}

/// The fields in which two answers differ, in the order of the schema.
#[derive(Debug)]
pub struct Comparison<'a, N: Names> {
    names: &'a N,
    usual: Usual,
    /// Whether the op makes a new inode, whose number is not known before.
    makes_inode: bool,
    found: Vec<FieldDifference>,
}

/// Compares; `listings` says what to do with listings whose order differs.
pub fn compare<N: Names>(
    names: &N,
    usual: Usual,
    makes_inode: bool,
    recorded: AnswerRef<'_>,
    actual: AnswerRef<'_>,
) -> Vec<FieldDifference> {
    let mut comparison = Comparison { names, usual, makes_inode, found: Vec::new() };
    comparison.answers(recorded, actual);
    comparison.found
}

/// What differs between two single values.
pub fn difference(field: &str, expected: impl Display, actual: impl Display) -> FieldDifference {
    FieldDifference { field: field.to_owned(), expected: expected.to_string(), actual: actual.to_string() }
}

impl<N: Names> Comparison<'_, N> {
    fn add(&mut self, field: &str, expected: impl Display, actual: impl Display) {
        self.found.push(difference(field, expected, actual));
    }

    fn same<T: PartialEq + Display>(&mut self, field: &str, expected: T, actual: T) {
        if expected != actual {
            self.add(field, expected, actual);
        }
    }

    fn same_as<T: PartialEq + Copy>(&mut self, field: &str, expected: T, actual: T, shown: impl Fn(T) -> String) {
        if expected != actual {
            self.add(field, shown(expected), shown(actual));
        }
    }

    fn bytes(&mut self, field: &str, expected: &[u8], actual: &[u8]) {
        if expected != actual {
            self.add(field, human::bytes(expected), human::bytes(actual));
        }
    }

    fn answers(&mut self, recorded: AnswerRef<'_>, actual: AnswerRef<'_>) {
        if recorded.errno != actual.errno {
            return self.add("errno", human::errno(recorded.errno), human::errno(actual.errno));
        }
        match (recorded.reply, actual.reply) {
            (None, None) => {}
            (Some(Reply::Entry(a)), Some(Reply::Entry(b))) => self.entry("entry", a, b),
            (Some(Reply::Attr(a)), Some(Reply::Attr(b))) => self.attr("attr", a, b),
            (Some(Reply::Opened(a)), Some(Reply::Opened(b))) => self.opened(a, b),
            (Some(Reply::Created(a)), Some(Reply::Created(b))) => {
                self.entry("entry", a.entry.as_ref().unwrap_or(&NO_ENTRY), b.entry.as_ref().unwrap_or(&NO_ENTRY));
                self.opened(&a.opened.unwrap_or_default(), &b.opened.unwrap_or_default());
            }
            (Some(Reply::Data(a)), Some(Reply::Data(b))) => {
                self.same("data.size", a.size, b.size);
                self.same_as("data.hash", a.hash, b.hash, |hash| format!("{hash:016x}"));
            }
            (Some(Reply::Written(a)), Some(Reply::Written(b))) => self.same("written", a, b),
            (Some(Reply::Listing(a)), Some(Reply::Listing(b))) => self.listing(a, b),
            (Some(Reply::Statfs(a)), Some(Reply::Statfs(b))) => self.statfs(a, b),
            (Some(Reply::Bytes(a)), Some(Reply::Bytes(b))) => self.bytes("bytes", a, b),
            (Some(Reply::Number(a)), Some(Reply::Number(b))) => self.same("number", a, b),
            (Some(Reply::Lock(a)), Some(Reply::Lock(b))) => {
                self.same("lock.start", a.start, b.start);
                self.same("lock.end", a.end, b.end);
                self.same("lock.type", a.r#type, b.r#type);
                self.same("lock.pid", a.pid, b.pid);
            }
            (Some(Reply::IoctlReply(a)), Some(Reply::IoctlReply(b))) => {
                self.same("ioctl.result", a.result, b.result);
                self.bytes("ioctl.data", &a.data, &b.data);
            }
            (Some(Reply::Stat(a)), Some(Reply::Stat(b))) => self.stat(a, b),
            (a, b) => self.add("reply", kind(a), kind(b)),
        }
    }

    fn entry(&mut self, path: &str, a: &pb::Entry, b: &pb::Entry) {
        if (a.nodeid == 0) != (b.nodeid == 0) {
            let shown = |nodeid: u64| if nodeid == 0 { "no such name".to_owned() } else { format!("inode {nodeid}") };
            return self.add(&format!("{path}.nodeid"), shown(a.nodeid), shown(b.nodeid));
        }
        if a.nodeid != 0 {
            self.node(|| format!("{path}.nodeid"), a.nodeid, b.nodeid);
            let generation = self.names.generation(a.nodeid, a.generation).filter(|_| !self.makes_inode || self.names.by_value());
            if generation.is_some_and(|expected| expected != b.generation) {
                self.add(&format!("{path}.generation"), a.generation, b.generation);
            }
        }
        if a.ttl_delta_ns != b.ttl_delta_ns {
            self.ttl(&format!("{path}.ttl"), a.ttl_delta_ns, b.ttl_delta_ns);
        }
        if a.attr != b.attr {
            self.attr(&format!("{path}.attr"), a.attr.as_ref().unwrap_or(&NO_ATTR), b.attr.as_ref().unwrap_or(&NO_ATTR));
        }
    }

    /// Inode numbers: equal, or renamed as before, or new.
    fn node(&mut self, field: impl Fn() -> String, recorded: u64, actual: u64) {
        let expected = match self.names.node(recorded) {
            Some(_) if self.makes_inode && !self.names.by_value() => return,
            Some(expected) => expected,
            None => {
                // New to the run; but the number must not be another inode's.
                if let Some(other) = self.names.taken(actual).filter(|_| !self.makes_inode) {
                    self.add(&field(), recorded, format!("{actual} (recorded as {other})"));
                }
                return;
            }
        };
        if expected != actual {
            let renamed = if expected == recorded { String::new() } else { format!(" (recorded as {recorded})") };
            self.add(&field(), format!("{expected}{renamed}"), actual);
        }
    }

    fn ttl(&mut self, field: &str, a: i64, b: i64) {
        let usual = self.usual.ttl_ns as i64;
        let shown = |delta: i64| format!("{} ns", usual.wrapping_add(delta));
        self.same_as(field, a, b, shown);
    }

    fn attr(&mut self, path: &str, a: &pb::Attr, b: &pb::Attr) {
        if a == b {
            return;
        }
        let at = |field: &str| format!("{path}.{field}");
        let begin = self.usual.begin_ns;
        self.same(&at("size"), a.size, b.size);
        self.same_as(&at("mode"), a.mode, b.mode, human::mode);
        let (a_mtime, b_mtime) = (begin.wrapping_add(a.mtime), begin.wrapping_add(b.mtime));
        self.same_as(&at("mtime"), a_mtime, b_mtime, human::time);
        self.same_as(&at("ctime"), a_mtime.wrapping_add(a.ctime), b_mtime.wrapping_add(b.ctime), human::time);
        self.same_as(&at("atime"), a_mtime.wrapping_add(a.atime), b_mtime.wrapping_add(b.atime), human::time);
        self.same(&at("nlink"), nlink(a), nlink(b));
        self.same(&at("uid"), a.uid, b.uid);
        self.same(&at("gid"), a.gid, b.gid);
        self.same(&at("blocks"), blocks(a), blocks(b));
        // Relative to the inode that the answer is about, whose number is judged by itself.
        self.same_as(&at("ino"), a.ino_delta, b.ino_delta, |delta| format!("nodeid{delta:+}"));
        self.same(&at("rdev"), a.rdev, b.rdev);
        self.same(&at("blksize"), a.blksize_delta.wrapping_add(4096), b.blksize_delta.wrapping_add(4096));
        self.ttl(&at("ttl"), a.ttl_delta_ns, b.ttl_delta_ns);
    }

    fn opened(&mut self, a: &pb::Opened, b: &pb::Opened) {
        if self.names.by_value() {
            self.same("opened.fh", a.fh, b.fh);
        }
        self.same_as("opened.flags", a.flags, b.flags, |flags| format!("{flags:#x}"));
    }

    /// Listings with the same names in the same order. Others are for the run's [`super::listing`], which knows what came before.
    fn listing(&mut self, a: &pb::Listing, b: &pb::Listing) {
        let (mut a_cookie, mut b_cookie) = (0_u64, 0_u64);
        if !a.entry.iter().map(|entry| &entry.name).eq(b.entry.iter().map(|entry| &entry.name)) {
            let missing = names_only_in(a, b);
            let extra = names_only_in(b, a);
            let expected = if missing.is_empty() { "the recorded order".to_owned() } else { missing };
            let actual = match (extra.is_empty(), expected.as_str()) {
                (true, "the recorded order") => "another order".to_owned(),
                (true, _) => "not listed".to_owned(),
                (false, _) => format!("also lists {extra}"),
            };
            return self.add("listing", expected, actual);
        }
        for (a, b) in a.entry.iter().zip(&b.entry) {
            a_cookie = a_cookie.wrapping_add_signed(a.cookie_delta);
            b_cookie = b_cookie.wrapping_add_signed(b.cookie_delta);
            self.dir_entry(a, b);
            if self.names.by_value() {
                self.same(&format!("listing[{}].cookie", human::bytes(&a.name)), a_cookie, b_cookie);
            }
        }
    }

    pub(crate) fn dir_entry(&mut self, a: &pb::DirEntry, b: &pb::DirEntry) {
        let path = || format!("listing[{}]", human::bytes(&a.name));
        if self.names.node(a.ino).is_some_and(|expected| expected != b.ino) {
            self.node(|| format!("{}.ino", path()), a.ino, b.ino);
        }
        if a.r#type != b.r#type {
            self.add(&format!("{}.type", path()), file_type(a.r#type), file_type(b.r#type));
        }
        match (&a.entry, &b.entry) {
            (Some(x), Some(y)) => self.entry(&format!("{}.entry", path()), x, y),
            (None, None) => {}
            (x, _) => {
                let shown = |is: bool| if is { "an entry" } else { "no entry" };
                self.add(&format!("{}.entry", path()), shown(x.is_some()), shown(x.is_none()));
            }
        }
    }

    fn statfs(&mut self, a: &pb::Statfs, b: &pb::Statfs) {
        self.same("statfs.blocks", a.blocks, b.blocks);
        self.same("statfs.bfree", a.bfree, b.bfree);
        self.same("statfs.bavail", a.bavail, b.bavail);
        self.same("statfs.files", a.files, b.files);
        self.same("statfs.ffree", a.ffree, b.ffree);
        self.same("statfs.bsize", a.bsize, b.bsize);
        self.same("statfs.namelen", a.namelen, b.namelen);
        self.same("statfs.frsize", a.frsize, b.frsize);
    }

    fn stat(&mut self, a: &pb::Stat64, b: &pb::Stat64) {
        self.attr("stat.attr", a.attr.as_ref().unwrap_or(&NO_ATTR), b.attr.as_ref().unwrap_or(&NO_ATTR));
        self.same_as("stat.mask", a.mask, b.mask, |mask| format!("{mask:#x}"));
        let begin = self.usual.begin_ns;
        self.same_as("stat.btime", begin.wrapping_add(a.btime), begin.wrapping_add(b.btime), human::time);
        self.same_as("stat.attributes", a.attributes, b.attributes, |bits| format!("{bits:#x}"));
    }
}

/// Compares two entries of listings that are otherwise the same.
pub fn compare_entries<N: Names>(names: &N, usual: Usual, a: &pb::DirEntry, b: &pb::DirEntry) -> Vec<FieldDifference> {
    let mut comparison = Comparison { names, usual, makes_inode: false, found: Vec::new() };
    comparison.dir_entry(a, b);
    comparison.found
}

static NO_ATTR: pb::Attr = pb::Attr {
    size: 0,
    mode: 0,
    mtime: 0,
    ctime: 0,
    atime: 0,
    nlink_less_one: 0,
    uid: 0,
    gid: 0,
    blocks_delta: 0,
    ino_delta: 0,
    rdev: 0,
    blksize_delta: 0,
    ttl_delta_ns: 0,
};
static NO_ENTRY: pb::Entry = pb::Entry { nodeid: 0, attr: None, generation: 0, ttl_delta_ns: 0 };

fn nlink(attr: &pb::Attr) -> u32 {
    (attr.nlink_less_one as u32).wrapping_add(1)
}

fn blocks(attr: &pb::Attr) -> u64 {
    usual_blocks(attr.size).wrapping_add_signed(attr.blocks_delta)
}

fn names_only_in(a: &pb::Listing, b: &pb::Listing) -> String {
    let others: std::collections::HashSet<&[u8]> = b.entry.iter().map(|entry| &entry.name[..]).collect();
    join_names(a.entry.iter().map(|entry| &entry.name[..]).filter(|name| !others.contains(name)))
}

/// Names for a message, the first few of them.
pub fn join_names<'a>(names: impl Iterator<Item = &'a [u8]>) -> String {
    const SHOWN: usize = 8;
    let mut names = names.peekable();
    let shown: Vec<String> = names.by_ref().take(SHOWN).map(human::bytes).collect();
    let more = names.count();
    if more == 0 { shown.join(", ") } else { format!("{} and {more} more", shown.join(", ")) }
}

fn file_type(kind: u32) -> String {
    let names = [(1, "fifo"), (2, "char"), (4, "dir"), (6, "block"), (8, "file"), (10, "symlink"), (12, "socket")];
    names.iter().find(|(number, _)| *number == kind).map_or_else(|| format!("type {kind}"), |(_, name)| (*name).to_owned())
}

fn kind(reply: Option<&Reply>) -> &'static str {
    match reply {
        None => "nothing",
        Some(Reply::Entry(_)) => "an entry",
        Some(Reply::Attr(_)) => "attributes",
        Some(Reply::Opened(_)) => "a handle",
        Some(Reply::Created(_)) => "an entry and a handle",
        Some(Reply::Data(_)) => "data",
        Some(Reply::Written(_)) => "a count",
        Some(Reply::Listing(_)) => "a listing",
        Some(Reply::Statfs(_)) => "room and use",
        Some(Reply::Bytes(_)) => "bytes",
        Some(Reply::Number(_)) => "a number",
        Some(Reply::Lock(_)) => "a lock",
        Some(Reply::IoctlReply(_)) => "an ioctl's result",
        Some(Reply::Stat(_)) => "statx attributes",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct ByValue;
    impl Names for ByValue {
        fn node(&self, recorded: u64) -> Option<u64> {
            Some(recorded)
        }
        fn taken(&self, _: u64) -> Option<u64> {
            None
        }
        fn generation(&self, _: u64, recorded: u64) -> Option<u64> {
            Some(recorded)
        }
        fn by_value(&self) -> bool {
            true
        }
    }

    const USUAL: Usual = Usual { begin_ns: 1_000_000_000, ttl_ns: 5, read_hash: pb::ReadHash::Xxh364 };

    fn fields(a: Answer, b: Answer) -> Vec<(String, String, String)> {
        let found = compare(&ByValue, USUAL, false, a.as_ref(), b.as_ref());
        found.into_iter().map(|one| (one.field, one.expected, one.actual)).collect()
    }

    fn answer(reply: Reply) -> Answer {
        Answer { errno: 0, reply: Some(reply) }
    }

    fn row(field: &str, expected: &str, actual: &str) -> (String, String, String) {
        (field.into(), expected.into(), actual.into())
    }

    #[test]
    fn errors_come_by_name_and_alone() {
        let entry = answer(Reply::Entry(pb::Entry { nodeid: 5, ..Default::default() }));
        let missing = Answer { errno: 2, reply: None };
        assert_eq!(fields(entry, missing), [row("errno", "ok", "ENOENT")]);
    }

    #[test]
    fn attributes_are_named_by_path_and_shown_for_people() {
        let a = pb::Attr { size: 4096, mode: 0o100_644, mtime: 0, ..Default::default() };
        let b = pb::Attr { size: 4097, mode: 0o100_600, mtime: 1, ctime: -1, atime: -1, ..Default::default() };
        let entry = |attr| answer(Reply::Entry(pb::Entry { nodeid: 3, attr: Some(attr), ..Default::default() }));
        let found = fields(entry(a), entry(b));
        assert_eq!(
            found,
            [
                row("entry.attr.size", "4096", "4097"),
                row("entry.attr.mode", "file 0o0644", "file 0o0600"),
                row("entry.attr.mtime", "1970-01-01T00:00:01.000000000Z", "1970-01-01T00:00:01.000000001Z"),
                row("entry.attr.blocks", "8", "16"),
            ]
        );
    }

    #[test]
    fn listings_say_which_names() {
        let listing = |names: &[&'static str]| {
            let entry = |name: &&'static str| pb::DirEntry { name: name.as_bytes().into(), ..Default::default() };
            answer(Reply::Listing(pb::Listing { entry: names.iter().map(entry).collect() }))
        };
        assert_eq!(fields(listing(&["a", "b"]), listing(&["a"])), [row("listing", "\"b\"", "not listed")]);
        assert_eq!(fields(listing(&["a"]), listing(&["a", "c"])), [row("listing", "the recorded order", "also lists \"c\"")]);
        assert_eq!(fields(listing(&["a", "b"]), listing(&["b", "a"])), [row("listing", "the recorded order", "another order")]);
    }

    #[test]
    fn equal_answers_have_no_differences() {
        let data = || answer(Reply::Data(pb::Data { size: 7, hash: 9 }));
        assert!(fields(data(), data()).is_empty());
    }
}
