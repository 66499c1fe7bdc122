// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! A file system of maps, random ops on it and on the real one, and a comparison of the two.

use super::client::Client;
use super::crash::Random;
use std::collections::BTreeMap;

const ROOT: u64 = 1;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    File(Vec<u8>),
    Dir(BTreeMap<Vec<u8>, u64>),
    Link(Vec<u8>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    pub content: Content,
    pub nlink: u32,
    pub xattrs: BTreeMap<Vec<u8>, Vec<u8>>,
}

/// The tree, by the real inode numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tree {
    pub nodes: BTreeMap<u64, Node>,
}

/// The tree, and what the kernel would hold.
pub struct Model {
    pub tree: Tree,
    pub lookups: BTreeMap<u64, u64>,
    pub open: Vec<(u64, u64)>,
    pub random: Random,
    pub max_file: u64,
}

fn node(content: Content, nlink: u32) -> Node {
    Node { content, nlink, xattrs: BTreeMap::new() }
}

impl Tree {
    fn dir(&self, ino: u64) -> &BTreeMap<Vec<u8>, u64> {
        let Content::Dir(names) = &self.nodes[&ino].content else { panic!("{ino} is no directory") };
        names
    }

    fn dir_mut(&mut self, ino: u64) -> &mut BTreeMap<Vec<u8>, u64> {
        let Content::Dir(names) = &mut self.nodes.get_mut(&ino).unwrap().content else { panic!("{ino} is no directory") };
        names
    }

    pub fn is_dir(&self, ino: u64) -> bool {
        matches!(self.nodes[&ino].content, Content::Dir(_))
    }

    fn add(&mut self, parent: u64, name: &[u8], ino: u64, new: Node) {
        if matches!(new.content, Content::Dir(_)) {
            self.nodes.get_mut(&parent).unwrap().nlink += 1;
        }
        assert!(self.nodes.insert(ino, new).is_none(), "inode {ino} was given out twice");
        self.dir_mut(parent).insert(name.to_vec(), ino);
    }

    fn is_within(&self, dir: u64, top: u64) -> bool {
        dir == top || self.is_dir(top) && self.dir(top).values().any(|&child| self.is_dir(child) && self.is_within(dir, child))
    }

    /// What a tree without its nameless inodes looks like.
    pub fn named(&self) -> Tree {
        let mut named = self.clone();
        named.nodes.retain(|_, node| node.nlink > 0);
        named
    }
}

impl Model {
    pub fn new(seed: u64) -> Model {
        let tree = Tree { nodes: BTreeMap::from([(ROOT, node(Content::Dir(BTreeMap::new()), 2))]) };
        Model { tree, lookups: BTreeMap::new(), open: Vec::new(), random: Random(seed), max_file: 300_000 }
    }

    fn pick_dir(&mut self) -> u64 {
        let dirs: Vec<u64> = self
            .tree
            .nodes
            .iter()
            .filter(|(_, node)| node.nlink > 0 && matches!(node.content, Content::Dir(_)))
            .map(|(&ino, _)| ino)
            .collect();
        dirs[self.random.below(dirs.len() as u64) as usize]
    }

    fn pick_name(&mut self, dir: u64) -> Option<(Vec<u8>, u64)> {
        let names = self.tree.dir(dir);
        let at = self.random.0 as usize % names.len().max(1);
        let picked = names.iter().nth(at).map(|(name, &ino)| (name.clone(), ino));
        self.random.next();
        picked
    }

    fn new_name(&mut self) -> Vec<u8> {
        let number = self.random.below(60);
        let long = if self.random.below(8) == 0 { 200 } else { 0 };
        let mut name = format!("n{number}").into_bytes();
        name.resize(name.len() + long, b'\xf1');
        name
    }

    fn looked_up(&mut self, ino: u64) {
        *self.lookups.entry(ino).or_default() += 1;
    }

    fn forget_gone(&mut self, fs: &Client, ino: u64) {
        let open = self.open.iter().any(|&(other, _)| other == ino);
        if let Some(lookups) = self.lookups.remove(&ino) {
            fs.forget(ino, lookups);
        }
        if !open && self.tree.nodes[&ino].nlink == 0 {
            self.tree.nodes.remove(&ino);
        }
    }

    fn drop_name(&mut self, ino: u64) {
        let node = self.tree.nodes.get_mut(&ino).unwrap();
        node.nlink = if matches!(node.content, Content::Dir(_)) { 0 } else { node.nlink - 1 };
        if node.nlink == 0 && !self.lookups.contains_key(&ino) && !self.open.iter().any(|&(other, _)| other == ino) {
            self.tree.nodes.remove(&ino);
        }
    }

    /// One random op on both; they must agree.
    pub fn step(&mut self, fs: &Client) {
        match self.random.below(100) {
            0..=13 => self.create(fs),
            14..=19 => self.mkdir(fs),
            20..=22 => self.symlink(fs),
            23..=31 => self.remove(fs),
            32..=39 => self.rename(fs),
            40..=43 => self.link(fs),
            44..=63 => self.write(fs),
            64..=69 => self.truncate(fs),
            70..=76 => self.allocate(fs),
            77..=83 => self.read(fs),
            84..=88 => self.xattr(fs),
            89..=91 => self.close(fs),
            92..=94 => self.forget(fs),
            95..=97 => self.list(fs),
            _ => {
                fs.syncfs().unwrap();
            }
        }
    }

    fn create(&mut self, fs: &Client) {
        let (dir, name) = (self.pick_dir(), self.new_name());
        let exists = self.tree.dir(dir).contains_key(&name);
        match fs.create(dir, &name, 0o200) {
            Ok((entry, fh)) => {
                assert!(!exists);
                self.tree.add(dir, &name, entry.nodeid, node(Content::File(Vec::new()), 1));
                self.looked_up(entry.nodeid);
                self.open.push((entry.nodeid, fh));
            }
            Err(errno) => assert!(errno == 17 && exists, "create: {errno}"),
        }
    }

    fn mkdir(&mut self, fs: &Client) {
        let (dir, name) = (self.pick_dir(), self.new_name());
        let exists = self.tree.dir(dir).contains_key(&name);
        match fs.mkdir(dir, &name) {
            Ok(entry) => {
                assert!(!exists);
                self.tree.add(dir, &name, entry.nodeid, node(Content::Dir(BTreeMap::new()), 2));
                self.looked_up(entry.nodeid);
            }
            Err(errno) => assert!(errno == 17 && exists, "mkdir: {errno}"),
        }
    }

    fn symlink(&mut self, fs: &Client) {
        let (dir, name) = (self.pick_dir(), self.new_name());
        if self.tree.dir(dir).contains_key(&name) {
            return;
        }
        let target = vec![b't'; 1 + self.random.below(400) as usize];
        let entry = fs.symlink(dir, &name, &target).unwrap();
        self.tree.add(dir, &name, entry.nodeid, node(Content::Link(target), 1));
        self.looked_up(entry.nodeid);
    }

    fn remove(&mut self, fs: &Client) {
        let dir = self.pick_dir();
        let Some((name, ino)) = self.pick_name(dir) else { return };
        if self.tree.is_dir(ino) {
            let empty = self.tree.dir(ino).is_empty();
            let result = fs.rmdir(dir, &name);
            assert_eq!(result, if empty { Ok(()) } else { Err(39) });
            if !empty {
                return;
            }
            self.tree.nodes.get_mut(&dir).unwrap().nlink -= 1;
        } else {
            fs.unlink(dir, &name).unwrap();
        }
        self.tree.dir_mut(dir).remove(&name);
        self.drop_name(ino);
    }

    fn rename(&mut self, fs: &Client) {
        let (from, to, new) = (self.pick_dir(), self.pick_dir(), self.new_name());
        let Some((name, ino)) = self.pick_name(from) else { return };
        let flags = [0, 0, 1, 2][self.random.below(4) as usize];
        let target = self.tree.dir(to).get(&new).copied();
        let expected = self.rename_expected(ino, from, to, target, flags);
        let result = fs.rename(from, &name, to, &new, flags);
        assert_eq!(result.err(), expected, "rename {ino} from {from} to {to} over {target:?} flags {flags}");
        if expected.is_some() || target == Some(ino) {
            return;
        }
        let moves_dir = self.tree.is_dir(ino);
        if flags == 2 {
            let target = target.unwrap();
            let other_dir = self.tree.is_dir(target);
            self.tree.dir_mut(from).insert(name, target);
            self.tree.dir_mut(to).insert(new, ino);
            let shift = |node: &mut Node, plus: bool, minus: bool| node.nlink = node.nlink + u32::from(plus) - u32::from(minus);
            shift(self.tree.nodes.get_mut(&from).unwrap(), other_dir, moves_dir);
            shift(self.tree.nodes.get_mut(&to).unwrap(), moves_dir, other_dir);
            return;
        }
        self.tree.dir_mut(from).remove(&name);
        self.tree.dir_mut(to).insert(new, ino);
        if moves_dir {
            self.tree.nodes.get_mut(&from).unwrap().nlink -= 1;
            self.tree.nodes.get_mut(&to).unwrap().nlink += 1;
        }
        if let Some(target) = target {
            if self.tree.is_dir(target) {
                self.tree.nodes.get_mut(&to).unwrap().nlink -= 1;
            }
            self.drop_name(target);
        }
    }

    fn rename_expected(&self, ino: u64, from: u64, to: u64, target: Option<u64>, flags: u32) -> Option<i32> {
        match target {
            None if flags == 2 => return Some(2),
            Some(_) if flags == 1 => return Some(17),
            Some(target) if target == ino => return None,
            _ => {}
        }
        if self.tree.is_dir(ino) && self.tree.is_within(to, ino) {
            return Some(22);
        }
        let target = target?;
        if self.tree.is_dir(target) && self.tree.is_within(from, target) {
            return Some(if flags == 2 { 22 } else { 39 });
        }
        match (flags, self.tree.is_dir(ino), self.tree.is_dir(target)) {
            (2, ..) => None,
            (_, true, false) => Some(20),
            (_, false, true) => Some(21),
            (_, true, true) if !self.tree.dir(target).is_empty() => Some(39),
            _ => None,
        }
    }

    fn link(&mut self, fs: &Client) {
        let (from, to, name) = (self.pick_dir(), self.pick_dir(), self.new_name());
        let Some((_, ino)) = self.pick_name(from) else { return };
        let expected = match (self.tree.is_dir(ino), self.tree.dir(to).contains_key(&name)) {
            (true, _) => Some(1),
            (_, true) => Some(17),
            _ => None,
        };
        let result = fs.link(ino, to, &name);
        assert_eq!(result.err(), expected);
        if expected.is_none() {
            self.looked_up(ino);
            self.tree.dir_mut(to).insert(name, ino);
            self.tree.nodes.get_mut(&ino).unwrap().nlink += 1;
        }
    }

    fn pick_open(&mut self) -> Option<(u64, u64)> {
        let at = self.random.below(self.open.len() as u64) as usize;
        self.open.get(at).copied()
    }

    fn file(&mut self, ino: u64) -> &mut Vec<u8> {
        let Content::File(bytes) = &mut self.tree.nodes.get_mut(&ino).unwrap().content else { panic!("{ino} is no file") };
        bytes
    }

    fn write(&mut self, fs: &Client) {
        let Some((ino, fh)) = self.pick_open() else { return };
        let offset = self.random.below(self.max_file);
        let most = [200, 5000, 40_000][self.random.below(3) as usize];
        let len = 1 + self.random.below(most) as usize;
        let byte = 1 + self.random.below(255) as u8;
        assert_eq!(fs.write(ino, fh, offset, &vec![byte; len]), Ok(len as u32));
        let end = offset as usize + len;
        let file = self.file(ino);
        if file.len() < end {
            file.resize(end, 0);
        }
        file[offset as usize..end].fill(byte);
    }

    fn truncate(&mut self, fs: &Client) {
        let Some((ino, _)) = self.pick_open() else { return };
        let size = self.random.below(self.max_file);
        assert_eq!(fs.truncate(ino, size).unwrap().size, size);
        self.file(ino).resize(size as usize, 0);
    }

    fn allocate(&mut self, fs: &Client) {
        let Some((ino, fh)) = self.pick_open() else { return };
        let (offset, length) = (self.random.below(self.max_file), 1 + self.random.below(60_000));
        let mode = [0, 1, 3, 3, 0x10, 0x11][self.random.below(6) as usize];
        fs.fallocate(ino, fh, offset, length, mode).unwrap();
        let (start, end) = (offset as usize, (offset + length) as usize);
        let file = self.file(ino);
        if mode & 1 == 0 && file.len() < end {
            file.resize(end, 0);
        }
        if mode & 0x12 != 0 {
            let (start, end) = (start.min(file.len()), end.min(file.len()));
            file[start..end].fill(0);
        }
    }

    fn read(&mut self, fs: &Client) {
        let Some((ino, fh)) = self.pick_open() else { return };
        let (offset, size) = (self.random.below(self.max_file) as usize, 1 + self.random.below(100_000) as usize);
        let file = self.file(ino);
        let expected = &file[offset.min(file.len())..(offset + size).min(file.len())];
        assert!(fs.read(ino, fh, offset as u64, size).unwrap() == expected, "inode {ino} at {offset} for {size}");
    }

    fn xattr(&mut self, fs: &Client) {
        let dir = self.pick_dir();
        let Some((_, ino)) = self.pick_name(dir) else { return };
        let name = format!("user.{}", self.random.below(4)).into_bytes();
        let most = [10, 100, 9000][self.random.below(3) as usize];
        let len = self.random.below(most) as usize;
        let xattrs = &mut self.tree.nodes.get_mut(&ino).unwrap().xattrs;
        if len.is_multiple_of(3) {
            assert_eq!(fs.removexattr(ino, &name).is_ok(), xattrs.remove(&name).is_some());
            return;
        }
        let value = vec![len as u8; len];
        fs.setxattr(ino, &name, &value, 0).unwrap();
        xattrs.insert(name, value);
    }

    fn close(&mut self, fs: &Client) {
        if self.open.is_empty() {
            return;
        }
        let at = self.random.below(self.open.len() as u64) as usize;
        let (ino, fh) = self.open.swap_remove(at);
        fs.release(ino, fh).unwrap();
        let gone = self.tree.nodes[&ino].nlink == 0
            && !self.lookups.contains_key(&ino)
            && !self.open.iter().any(|&(other, _)| other == ino);
        if gone {
            self.tree.nodes.remove(&ino);
        }
    }

    fn forget(&mut self, fs: &Client) {
        let at = self.random.below(self.lookups.len() as u64) as usize;
        if let Some((&ino, _)) = self.lookups.iter().nth(at) {
            self.forget_gone(fs, ino);
        }
    }

    fn list(&mut self, fs: &Client) {
        let dir = self.pick_dir();
        let room = 300 + self.random.below(2000) as usize;
        let listed: BTreeMap<Vec<u8>, u64> = fs
            .list(dir, room)
            .unwrap()
            .into_iter()
            .filter(|entry| entry.name != b"." && entry.name != b"..")
            .map(|entry| (entry.name, entry.ino))
            .collect();
        assert_eq!(&listed, self.tree.dir(dir));
        if let Some((name, ino)) = self.pick_name(dir) {
            assert_eq!(fs.lookup(dir, &name).unwrap().nodeid, ino);
            self.looked_up(ino);
        }
    }

    /// Everything closed and forgotten, as before an unmount.
    pub fn let_go(&mut self) {
        self.open.clear();
        self.lookups.clear();
        self.tree = self.tree.named();
    }
}

/// Reads the whole tree of the real file system.
pub fn read_tree(fs: &Client) -> Tree {
    let mut tree = Tree { nodes: BTreeMap::new() };
    let mut waiting = vec![ROOT];
    while let Some(ino) = waiting.pop() {
        if tree.nodes.contains_key(&ino) {
            continue;
        }
        let attr = fs.getattr(ino).unwrap();
        let content = match attr.mode & 0o170_000 {
            0o040_000 => {
                let names: BTreeMap<Vec<u8>, u64> = fs
                    .list(ino, 4096)
                    .unwrap()
                    .into_iter()
                    .filter(|entry| entry.name != b"." && entry.name != b"..")
                    .map(|entry| (entry.name, entry.ino))
                    .collect();
                waiting.extend(names.values());
                Content::Dir(names)
            }
            0o120_000 => Content::Link(fs.readlink(ino).unwrap()),
            _ => {
                let fh = fs.open(ino).unwrap();
                let bytes = fs.read(ino, fh, 0, attr.size as usize + 10).unwrap();
                fs.release(ino, fh).unwrap();
                assert_eq!(bytes.len() as u64, attr.size);
                Content::File(bytes)
            }
        };
        let mut xattrs = BTreeMap::new();
        for name in fs.listxattr(ino).unwrap().split(|&byte| byte == 0).filter(|name| !name.is_empty()) {
            xattrs.insert(name.to_vec(), fs.getxattr(ino, name).unwrap());
        }
        tree.nodes.insert(ino, Node { content, nlink: attr.nlink, xattrs });
    }
    tree
}
