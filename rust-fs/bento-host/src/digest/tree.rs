// SPDX-License-Identifier: MIT OR Apache-2.0
//! The digest of the logical tree.
//!
//! It is the wrapping sum of one hash for each name (directory, name, inode) and one for each named inode: mode, owner, size, links, times of change,
//! device number, extended attributes, target and content. Access times and block counts are not in it: reading changes the
//! one, and the other is a file system's own affair. Inodes count by their recorded numbers, so that versions which number
//! otherwise can be compared.
//!
//! Kept up to date it reads again only what ops have touched; contents by ranges.

use super::probe::{Asked, Probe, Unanswered};
use crate::mix::MixMap;
use crate::proto::trace as pb;
use crate::proto::trace::op::{Reply, Request};
use crate::replay::translate::ROOT;
use bento_abi::fuse;
use std::collections::{BTreeSet, HashMap};
use xxhash_rust::xxh3::{Xxh3, xxh3_64_with_seed};

/// Content is hashed in ranges of this size.
pub const RANGE: u64 = 64 << 10;
/// Largest content that is read range by range without asking for holes first.
const SMALL: u64 = 1 << 20;

/// What is known of one inode.
#[derive(Debug, Clone, Default)]
struct Known {
    /// Names that lead to it.
    names: u32,
    hash: u64,
    size: u64,
    /// Hashes of ranges that are not all zero.
    ranges: MixMap<u64, u64>,
}

/// Ranges of content that may have changed.
#[derive(Debug, Clone, Default)]
struct Touched {
    attributes: bool,
    ranges: BTreeSet<u64>,
    /// Everything from this range on.
    from: Option<u64>,
}

/// The digest of a tree, and what it takes to keep it. All numbers in it are the replay's own.
#[derive(Debug, Clone, Default)]
pub struct TreeDigest {
    inodes: MixMap<u64, Known>,
    names: HashMap<(u64, Vec<u8>), u64>,
    touched_inodes: MixMap<u64, Touched>,
    touched_names: BTreeSet<(u64, Vec<u8>)>,
    /// The whole tree has been read once.
    read: bool,
}

/// What an inode is called in the digest.
pub type Called<'a> = &'a dyn Fn(u64) -> u64;

impl TreeDigest {
    /// The digest of everything that `probe` can see, read anew.
    pub fn full(probe: &mut Probe<'_>, called: Called<'_>) -> Asked<u64> {
        let mut digest = TreeDigest::default();
        digest.walk(probe)?;
        Ok(digest.sum(called))
    }

    /// The digest now; reads again what was touched since the last time.
    pub fn refresh(&mut self, probe: &mut Probe<'_>, called: Called<'_>) -> Asked<u64> {
        if self.read {
            self.read_touched(probe)?;
        } else {
            self.walk(probe)?;
        }
        Ok(self.sum(called))
    }

    /// Whether it wants to be told of ops.
    pub fn is_kept(&self) -> bool {
        self.read
    }

    /// Forgets everything: the next refresh reads the whole tree.
    pub fn forget(&mut self) {
        *self = TreeDigest::default();
    }

    fn sum(&self, called: Called<'_>) -> u64 {
        let name = |((parent, name), child): (&(u64, Vec<u8>), &u64)| {
            let mut hash = Xxh3::with_seed(called(*parent));
            hash.update(name);
            hash.update(&called(*child).to_le_bytes());
            hash.digest()
        };
        let inode = |(ino, known): (&u64, &Known)| {
            let content = known.ranges.iter().map(|(range, hash)| xxh3_64_with_seed(&hash.to_le_bytes(), *range));
            let content = content.fold(0, u64::wrapping_add);
            xxh3_64_with_seed(&[known.hash.to_le_bytes(), content.to_le_bytes()].concat(), called(*ino))
        };
        let names = self.names.iter().map(name).fold(0, u64::wrapping_add);
        self.inodes.iter().map(inode).fold(names, u64::wrapping_add)
    }

    fn walk(&mut self, probe: &mut Probe<'_>) -> Asked<()> {
        self.forget();
        self.add_inode(probe, ROOT)?;
        self.add_below(probe, ROOT)?;
        self.read = true;
        Ok(())
    }

    /// Adds what is below a directory that was just found.
    fn add_below(&mut self, probe: &mut Probe<'_>, directory: u64) -> Asked<()> {
        let mut left = vec![directory];
        while let Some(directory) = left.pop() {
            for named in probe.list(directory)? {
                if let Some(found) = self.add_name(probe, directory, named.name, named.ino)? {
                    left.push(found);
                }
            }
        }
        Ok(())
    }

    /// Adds a name; answers the inode if it is a directory that was not known.
    fn add_name(&mut self, probe: &mut Probe<'_>, parent: u64, name: Vec<u8>, child: u64) -> Asked<Option<u64>> {
        self.names.insert((parent, name), child);
        if let Some(known) = self.inodes.get_mut(&child) {
            known.names += 1;
            return Ok(None);
        }
        let attr = self.add_inode(probe, child)?;
        Ok((attr.mode & 0o170_000 == 0o040_000).then_some(child))
    }

    fn add_inode(&mut self, probe: &mut Probe<'_>, ino: u64) -> Asked<fuse::Attr> {
        let mut known = Known { names: 1, ..Known::default() };
        let attr = read_inode(probe, ino, &mut known, &Touched { attributes: true, from: Some(0), ..Touched::default() })?;
        self.inodes.insert(ino, known);
        Ok(attr)
    }

    /// An op was answered: notes what it may have changed. `op` has the replay's own numbers.
    pub fn touch(&mut self, op: &pb::Op, actual: Option<&Reply>) {
        if !self.read {
            return;
        }
        let Some(request) = &op.request else { return };
        let node = op.nodeid;
        match request {
            Request::Setattr(r) => {
                let touched = self.touched(node);
                if r.valid & bento_abi::fuse::fattr::SIZE != 0 {
                    let known = self.inodes.get(&node).map_or(0, |known| known.size);
                    let from = known.min(r.size) / RANGE;
                    let touched = self.touched(node);
                    touched.from = Some(touched.from.map_or(from, |before| before.min(from)));
                } else {
                    touched.attributes = true;
                }
            }
            Request::Write(r) => self.touch_range(node, r.offset, u64::from(r.size)),
            Request::Fallocate(r) => {
                // Collapsing and inserting move what follows.
                let moves = r.mode & (0x08 | 0x20) != 0;
                self.touch_range(node, r.offset, if moves { u64::MAX } else { r.length });
            }
            Request::CopyFileRange(r) => self.touch_range(r.nodeid_out, r.offset_out, r.length),
            Request::Create(r) => self.touch_name(node, &r.name),
            Request::Mknod(r) => self.touch_name(node, &r.name),
            Request::Mkdir(r) => self.touch_name(node, &r.name),
            Request::Symlink(r) => self.touch_name(node, &r.name),
            Request::Unlink(r) | Request::Rmdir(r) => self.touch_name(node, &r.name),
            Request::Link(r) => {
                self.touched(node);
                self.touch_name(r.new_parent, &r.new_name);
            }
            Request::Rename(r) => {
                self.touch_name(node, &r.name);
                self.touch_name(r.new_parent, &r.new_name);
            }
            Request::Open(r) if r.flags & libc::O_TRUNC as u32 != 0 => self.touched(node).from = Some(0),
            // A lookup that finds something else than before is a fault, and shows here.
            Request::Lookup(_) | Request::Getattr(_) | Request::Access(_) | Request::Statx(_) => {}
            Request::Mount(_) | Request::Unmount(_) | Request::Mkfs(_) => self.forget(),
            _ => drop(self.touched(node)),
        }
        if let Some(Reply::Entry(entry) | Reply::Created(pb::Created { entry: Some(entry), .. })) = actual {
            self.touched(entry.nodeid);
        }
    }

    fn touched(&mut self, ino: u64) -> &mut Touched {
        let touched = self.touched_inodes.entry(ino).or_default();
        touched.attributes = true;
        touched
    }

    fn touch_range(&mut self, ino: u64, offset: u64, length: u64) {
        let known = self.inodes.get(&ino).map_or(0, |known| known.size);
        let touched = self.touched(ino);
        let (first, last) = (offset / RANGE, offset.saturating_add(length.saturating_sub(1)) / RANGE);
        // Growing a file may show what lay behind its end.
        let first = if offset > known { first.min(known / RANGE) } else { first };
        if last - first > 4096 {
            touched.from = Some(touched.from.map_or(first, |before| before.min(first)));
        } else {
            touched.ranges.extend(first..=last);
        }
    }

    fn touch_name(&mut self, parent: u64, name: &[u8]) {
        self.touched(parent);
        if let Some(&child) = self.names.get(&(parent, name.to_vec())) {
            self.touched(child);
        }
        self.touched_names.insert((parent, name.to_vec()));
    }

    fn read_touched(&mut self, probe: &mut Probe<'_>) -> Asked<()> {
        for (parent, name) in std::mem::take(&mut self.touched_names) {
            let now = probe.lookup(parent, &name)?;
            let before = self.names.get(&(parent, name.clone())).copied();
            if now == before {
                continue;
            }
            if let Some(now) = now {
                // Before the old one goes: a directory that was moved keeps what is below it.
                if let Some(known) = self.inodes.get_mut(&now) {
                    known.names += 1;
                    self.names.insert((parent, name), now);
                } else {
                    let found = self.add_name(probe, parent, name, now)?;
                    if let Some(directory) = found {
                        self.add_below(probe, directory)?;
                    }
                }
            } else {
                self.names.remove(&(parent, name));
            }
            if let Some(before) = before
                && let Some(known) = self.inodes.get_mut(&before)
            {
                known.names -= 1;
            }
        }
        self.inodes.retain(|_, known| known.names > 0);
        for (ino, touched) in std::mem::take(&mut self.touched_inodes) {
            let Some(known) = self.inodes.get_mut(&ino) else { continue };
            match read_inode(probe, ino, known, &touched) {
                Ok(_) => {}
                Err(Unanswered::Errno(libc::ENOENT | libc::ESTALE)) => {
                    self.inodes.remove(&ino);
                }
                Err(other) => return Err(other),
            }
        }
        Ok(())
    }
}

/// Reads again what was touched of an inode.
fn read_inode(probe: &mut Probe<'_>, ino: u64, known: &mut Known, touched: &Touched) -> Asked<fuse::Attr> {
    let attr = probe.attributes(ino)?;
    let mut hash = Xxh3::new();
    for number in [
        u64::from(attr.mode),
        u64::from(attr.nlink),
        u64::from(attr.uid),
        u64::from(attr.gid),
        u64::from(attr.rdev),
        attr.size,
        attr.mtime,
        u64::from(attr.mtimensec),
        attr.ctime,
        u64::from(attr.ctimensec),
    ] {
        hash.update(&number.to_le_bytes());
    }
    for (name, value) in probe.xattrs(ino)? {
        for bytes in [name, value] {
            hash.update(&(bytes.len() as u64).to_le_bytes());
            hash.update(&bytes);
        }
    }
    match attr.mode & 0o170_000 {
        0o120_000 => hash.update(&probe.target(ino)?),
        0o100_000 => read_content(probe, ino, attr.size, known, touched)?,
        _ => {}
    }
    known.hash = hash.digest();
    known.size = attr.size;
    Ok(attr)
}

fn read_content(probe: &mut Probe<'_>, ino: u64, size: u64, known: &mut Known, touched: &Touched) -> Asked<()> {
    let ranges = size.div_ceil(RANGE);
    if size < known.size {
        // The last range is shorter now, and what lay behind it is gone.
        known.ranges.retain(|range, _| *range < size / RANGE);
    }
    let from = touched.from.unwrap_or(u64::MAX).min(if size == known.size { u64::MAX } else { size.min(known.size) / RANGE });
    if from >= ranges && touched.ranges.is_empty() {
        return Ok(());
    }
    known.ranges.retain(|range, _| *range < from && !touched.ranges.contains(range));
    let mut file = probe.file(ino)?;
    let mut room = vec![0; RANGE as usize];
    let single = touched.ranges.iter().copied().filter(|range| *range < from.min(ranges));
    for range in single {
        read_range(&mut file, range, &mut room, known)?;
    }
    let mut range = from;
    while range < ranges {
        if size > SMALL {
            match file.data_from(range * RANGE)? {
                Some(offset) => range = offset / RANGE,
                None => break,
            }
            if range >= ranges {
                break;
            }
        }
        read_range(&mut file, range, &mut room, known)?;
        range += 1;
    }
    Ok(())
}

fn read_range(file: &mut super::probe::Opened<'_, '_>, range: u64, room: &mut [u8], known: &mut Known) -> Asked<()> {
    let mut filled = 0;
    while filled < room.len() {
        match file.read(range * RANGE + filled as u64, &mut room[filled..])? {
            0 => break,
            more => filled += more,
        }
    }
    // Zeroes at the end of the range count for nothing, so a hole and written zeroes are the same.
    let content = &room[..filled];
    let end = content.iter().rposition(|&byte| byte != 0).map_or(0, |at| at + 1);
    if end > 0 {
        known.ranges.insert(range, xxh3_64_with_seed(&content[..end], range));
    }
    Ok(())
}
