// SPDX-License-Identifier: MIT OR Apache-2.0
//! The logical tree at a run's place, read from a copy.

use super::calls::{limit, scratch};
use super::failure::{Failure, exit};
use super::host::{Called, OpenRun};
use crate::digest::probe::{Asked, Named, Probe, Unanswered};
use crate::proto::host;
use crate::proto::host::response::Result as Answer;
use crate::replay::compare::difference;
use crate::replay::human;
use crate::replay::translate::ROOT;
use bento_abi::fuse;
use xxhash_rust::xxh3::Xxh3;

/// Bytes that are read at once.
const PIECE: usize = 256 << 10;
/// Most bytes that one ReadFile answers.
const MOST_BYTES: u32 = 16 << 20;

fn failed(path: &[u8], why: &Unanswered) -> Failure {
    let shown = String::from_utf8_lossy(path);
    match why {
        Unanswered::Errno(errno) => {
            let message = format!("{shown}: {}", human::errno(errno.unsigned_abs()));
            Failure::new("E_TREE_READ", message, "list its directory with `tree` to see what is there at this place", exit::USAGE)
        }
        Unanswered::Broken(why) => Failure::module(format!("{shown} cannot be read: {why}")),
    }
}

/// The inode at an absolute path; symbolic links are not followed.
fn resolve(probe: &mut Probe<'_>, path: &[u8]) -> Result<u64, Failure> {
    if path.first() != Some(&b'/') {
        let hint = "write it from the root of the file system, as /dir/file";
        return Err(Failure::new("E_HOST_USAGE", format!("{} is not an absolute path", human::bytes(path)), hint, exit::USAGE));
    }
    let mut ino = ROOT;
    for name in path.split(|&byte| byte == b'/').filter(|name| !name.is_empty()) {
        let found = probe.lookup(ino, name).map_err(|why| failed(path, &why))?;
        ino = found.ok_or_else(|| failed(path, &Unanswered::Errno(libc::ENOENT)))?;
    }
    Ok(ino)
}

fn is_directory(attr: &fuse::Attr) -> bool {
    attr.mode & 0o170_000 == 0o040_000
}

fn is_file(attr: &fuse::Attr) -> bool {
    attr.mode & 0o170_000 == 0o100_000
}

fn nanoseconds(seconds: u64, nanoseconds: u32) -> i64 {
    (seconds as i64).wrapping_mul(1_000_000_000).wrapping_add(i64::from(nanoseconds))
}

fn content_hash(probe: &mut Probe<'_>, ino: u64) -> Asked<u64> {
    let mut hash = Xxh3::new();
    let mut room = vec![0; PIECE];
    let mut file = probe.file(ino)?;
    let mut offset = 0;
    loop {
        let got = file.read(offset, &mut room)?;
        if got == 0 {
            return Ok(hash.digest());
        }
        hash.update(&room[..got]);
        offset += got as u64;
    }
}

fn node(probe: &mut Probe<'_>, path: Vec<u8>, ino: u64, hashes: bool) -> Asked<host::TreeNode> {
    let attr = probe.attributes(ino)?;
    let xattr = |(name, value): (Vec<u8>, Vec<u8>)| host::Xattr { name: name.into(), value: value.into() };
    Ok(host::TreeNode {
        path: path.into(),
        ino,
        mode: attr.mode,
        nlink: attr.nlink,
        uid: attr.uid,
        gid: attr.gid,
        size: attr.size,
        blocks: attr.blocks,
        mtime_ns: nanoseconds(attr.mtime, attr.mtimensec),
        ctime_ns: nanoseconds(attr.ctime, attr.ctimensec),
        atime_ns: nanoseconds(attr.atime, attr.atimensec),
        rdev: attr.rdev,
        target: if attr.mode & 0o170_000 == 0o120_000 { probe.target(ino)?.into() } else { Default::default() },
        xattr: probe.xattrs(ino)?.into_iter().map(xattr).collect(),
        content_hash: if hashes && is_file(&attr) { content_hash(probe, ino)? } else { 0 },
    })
}

fn below(directory: &[u8], name: &[u8]) -> Vec<u8> {
    let mut path = directory.to_vec();
    if path.last() != Some(&b'/') {
        path.push(b'/');
    }
    path.extend_from_slice(name);
    path
}

/// Lists the tree.
pub fn tree(open: &mut OpenRun, call: &host::Tree) -> Called {
    let scratch = scratch(&open.run)?;
    let Some(mut probe) = scratch.probe() else { return Err(Failure::module("nothing is mounted")) };
    let path: &[u8] = if call.path.is_empty() { b"/" } else { &call.path };
    let at_most = limit(call.limit);
    let ino = resolve(&mut probe, path)?;
    let mut reply = host::TreeReply::default();
    // Depth first, so that a node stands before what is below it.
    let mut left = vec![(path.to_vec(), ino, 0)];
    while let Some((path, ino, depth)) = left.pop() {
        if reply.node.len() == at_most {
            reply.cut = true;
            break;
        }
        let node = node(&mut probe, path.clone(), ino, call.hashes).map_err(|why| failed(&path, &why))?;
        let goes_on = depth < call.depth && node.mode & 0o170_000 == 0o040_000;
        reply.node.push(node);
        if goes_on {
            let names = probe.list(ino).map_err(|why| failed(&path, &why))?;
            left.extend(names.into_iter().rev().map(|named| (below(&path, &named.name), named.ino, depth + 1)));
        }
    }
    Ok(Answer::TreeReply(reply))
}

/// Reads a part of a file.
pub fn read_file(open: &mut OpenRun, call: &host::ReadFile) -> Called {
    let scratch = scratch(&open.run)?;
    let Some(mut probe) = scratch.probe() else { return Err(Failure::module("nothing is mounted")) };
    let why = |why: Unanswered| failed(&call.path, &why);
    let ino = resolve(&mut probe, &call.path)?;
    let attr = probe.attributes(ino).map_err(why)?;
    if !is_file(&attr) {
        let message = format!("{} is not a regular file", human::bytes(&call.path));
        return Err(Failure::new("E_HOST_USAGE", message, "ask for its node with `tree` instead", exit::USAGE));
    }
    let mut data = vec![0; call.size.min(MOST_BYTES) as usize];
    let mut filled = 0;
    if !data.is_empty() {
        let mut file = probe.file(ino).map_err(why)?;
        while filled < data.len() {
            match file.read(call.offset.saturating_add(filled as u64), &mut data[filled..]).map_err(why)? {
                0 => break,
                more => filled += more,
            }
        }
    }
    data.truncate(filled);
    Ok(Answer::FileBytes(host::FileBytes { data: data.into(), file_size: attr.size }))
}

/// Compares the trees of two runs.
pub fn compare([a, b]: [&mut OpenRun; 2], at_most: u32) -> Called {
    let (scratch_a, scratch_b) = (scratch(&a.run)?, scratch(&b.run)?);
    let (Some(probe_a), Some(probe_b)) = (scratch_a.probe(), scratch_b.probe()) else {
        return Err(Failure::module("nothing is mounted"));
    };
    let mut comparison = Comparison { a: probe_a, b: probe_b, found: host::TreeDifferences::default(), limit: limit(at_most) };
    comparison.nodes(b"/".to_vec(), ROOT, ROOT)?;
    Ok(Answer::TreeDifferences(comparison.found))
}

struct Comparison<'a, 'b> {
    a: Probe<'a>,
    b: Probe<'b>,
    found: host::TreeDifferences,
    limit: usize,
}

impl Comparison<'_, '_> {
    fn add(&mut self, path: &[u8], kind: &str, fields: Vec<host::FieldDifference>) {
        if self.found.difference.len() == self.limit {
            self.found.cut = true;
            return;
        }
        self.found.difference.push(host::TreeDifference { path: path.to_vec().into(), kind: kind.into(), fields });
    }

    /// Compares what two inodes of one path are, and what is below them.
    fn nodes(&mut self, path: Vec<u8>, a: u64, b: u64) -> Result<(), Failure> {
        let mut left = vec![(path, a, b)];
        while let Some((path, a, b)) = left.pop() {
            if self.found.cut {
                break;
            }
            let fields = self.fields(a, b).map_err(|why| failed(&path, &why))?;
            let directories = fields.1;
            if !fields.0.is_empty() {
                self.add(&path, "changed", fields.0);
            }
            if directories {
                let names_a = self.a.list(a).map_err(|why| failed(&path, &why))?;
                let names_b = self.b.list(b).map_err(|why| failed(&path, &why))?;
                left.extend(self.names(&path, &names_a, &names_b).into_iter().rev());
            }
        }
        Ok(())
    }

    /// Merges two sorted lists of names: those that only one has are differences, the others are answered.
    fn names(&mut self, path: &[u8], a: &[Named], b: &[Named]) -> Vec<(Vec<u8>, u64, u64)> {
        let (mut at_a, mut at_b) = (0, 0);
        let mut both = Vec::new();
        while at_a < a.len() || at_b < b.len() {
            let order = match (a.get(at_a), b.get(at_b)) {
                (Some(x), Some(y)) => x.name.cmp(&y.name),
                (Some(_), None) => std::cmp::Ordering::Less,
                _ => std::cmp::Ordering::Greater,
            };
            match order {
                std::cmp::Ordering::Less => {
                    self.add(&below(path, &a[at_a].name), "only-a", Vec::new());
                    at_a += 1;
                }
                std::cmp::Ordering::Greater => {
                    self.add(&below(path, &b[at_b].name), "only-b", Vec::new());
                    at_b += 1;
                }
                std::cmp::Ordering::Equal => {
                    both.push((below(path, &a[at_a].name), a[at_a].ino, b[at_b].ino));
                    (at_a, at_b) = (at_a + 1, at_b + 1);
                }
            }
        }
        both
    }

    /// In which fields two inodes differ, and whether both are directories.
    fn fields(&mut self, a: u64, b: u64) -> Asked<(Vec<host::FieldDifference>, bool)> {
        let (x, y) = (self.a.attributes(a)?, self.b.attributes(b)?);
        let mut fields = Vec::new();
        let mut same = |field: &str, expected: String, actual: String| {
            if expected != actual {
                fields.push(difference(field, expected, actual));
            }
        };
        same("mode", human::mode(x.mode), human::mode(y.mode));
        same("nlink", x.nlink.to_string(), y.nlink.to_string());
        same("uid", x.uid.to_string(), y.uid.to_string());
        same("gid", x.gid.to_string(), y.gid.to_string());
        if !is_directory(&x) {
            same("size", x.size.to_string(), y.size.to_string());
        }
        same("rdev", x.rdev.to_string(), y.rdev.to_string());
        let time = |seconds, fraction| human::time(nanoseconds(seconds, fraction));
        same("mtime", time(x.mtime, x.mtimensec), time(y.mtime, y.mtimensec));
        same("ctime", time(x.ctime, x.ctimensec), time(y.ctime, y.ctimensec));
        self.xattrs(a, b, &mut fields)?;
        if x.mode & 0o170_000 == 0o120_000 && y.mode & 0o170_000 == 0o120_000 {
            let (x, y) = (self.a.target(a)?, self.b.target(b)?);
            if x != y {
                fields.push(difference("target", human::bytes(&x), human::bytes(&y)));
            }
        }
        if is_file(&x)
            && is_file(&y)
            && let Some((range, expected, actual)) = self.content(a, b)?
        {
            fields.push(difference("content", format!("{range}: {expected}"), format!("{range}: {actual}")));
        }
        Ok((fields, is_directory(&x) && is_directory(&y)))
    }

    fn xattrs(&mut self, a: u64, b: u64, fields: &mut Vec<host::FieldDifference>) -> Asked<()> {
        let (x, y) = (self.a.xattrs(a)?, self.b.xattrs(b)?);
        let find =
            |list: &[(Vec<u8>, Vec<u8>)], name: &[u8]| list.iter().find(|(other, _)| other == name).map(|(_, value)| value.clone());
        let mut names: Vec<&Vec<u8>> = x.iter().chain(&y).map(|(name, _)| name).collect();
        names.sort();
        names.dedup();
        for name in names {
            let (one, other) = (find(&x, name), find(&y, name));
            if one != other {
                let shown = |value: Option<Vec<u8>>| value.map_or_else(|| "none".to_owned(), |value| human::bytes(&value));
                fields.push(difference(&format!("xattr:{}", String::from_utf8_lossy(name)), shown(one), shown(other)));
            }
        }
        Ok(())
    }

    /// The first range in which two contents differ, as "offset+length", with its first bytes on both sides.
    fn content(&mut self, a: u64, b: u64) -> Asked<Option<(String, String, String)>> {
        let (mut file_a, mut file_b) = (self.a.file(a)?, self.b.file(b)?);
        let (mut room_a, mut room_b) = (vec![0; PIECE], vec![0; PIECE]);
        let mut offset = 0;
        loop {
            let (got_a, got_b) = (fill(&mut file_a, offset, &mut room_a)?, fill(&mut file_b, offset, &mut room_b)?);
            let (x, y) = (&room_a[..got_a], &room_b[..got_b]);
            if x != y {
                let len = x.len().max(y.len());
                let differs = |at: &usize| x.get(*at) != y.get(*at);
                let first = (0..len).find(differs).unwrap_or(0);
                let end = (first..len).find(|at| !differs(at)).unwrap_or(len);
                let shown = |bytes: &[u8]| {
                    let part = bytes.get(first..end.min(first + 16).min(bytes.len())).unwrap_or_default();
                    if part.is_empty() { "nothing".to_owned() } else { human::bytes(part) }
                };
                return Ok(Some((format!("{}+{}", offset + first as u64, end - first), shown(x), shown(y))));
            }
            if got_a < PIECE {
                return Ok(None);
            }
            offset += got_a as u64;
        }
    }
}

fn fill(file: &mut crate::digest::probe::Opened<'_, '_>, offset: u64, room: &mut [u8]) -> Asked<usize> {
    let mut filled = 0;
    while filled < room.len() {
        match file.read(offset + filled as u64, &mut room[filled..])? {
            0 => break,
            more => filled += more,
        }
    }
    Ok(filled)
}
