// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! The whole file system as bytes and back: CBOR maps with text keys, so that tools can show and compare it by name.
//!
//! What can be told from the rest (how many pages are used, who is open how often) is not written but counted again.

use crate::content::{Content, PAGE};
use crate::directory::{DOT_DOT, Directory};
use crate::inode::{Body, Inode};
use crate::space::Space;
use crate::tree::{Handle, Node, Tree, shared};
use alloc::collections::BTreeMap;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::convert::Infallible;
use libbentofs::cbor::{Decoder, Encoder, decode, encode};
use libbentofs::{Errno, Fh, FileType, Ino, Name, Result, Time};

type Write<'a> = Encoder<&'a mut Vec<u8>>;
type Written = core::result::Result<(), encode::Error<Infallible>>;
type Read<T> = core::result::Result<T, decode::Error>;

/// Appends the state of `tree`.
pub fn export(tree: &Tree, state: &mut Vec<u8>) -> Result<()> {
    // Writing to memory cannot fail.
    write_tree(&mut Encoder::new(state), tree).map_err(|_| Errno::ENOMEM)
}

fn write_tree(e: &mut Write<'_>, tree: &Tree) -> Written {
    e.map(4)?.str("next_ino")?.u64(tree.next_ino)?.str("next_fh")?.u64(tree.next_fh)?;
    e.str("handles")?.map(tree.handles.len() as u64)?;
    for (fh, handle) in &tree.handles {
        e.u64(fh.0)?.map(2)?.str("ino")?.u64(handle.ino.0)?.str("flags")?.u32(handle.flags)?;
    }
    e.str("inodes")?.map(tree.nodes.len() as u64)?;
    for (ino, node) in &tree.nodes {
        e.u64(ino.0)?;
        write_node(e, node)?;
    }
    Ok(())
}

fn write_node(e: &mut Write<'_>, node: &Node) -> Written {
    let inode = node.inode.read();
    let kind_keys = match (&inode.body, &node.directory) {
        (Body::File(_), _) => 2,
        (Body::Symlink(_), _) => 1,
        (Body::Nothing, Some(_)) => 3,
        (Body::Nothing, None) => 0,
    };
    e.map(11 + kind_keys)?.str("lookups")?.u64(node.lookups)?;
    e.str("mode")?.u32(inode.mode)?.str("nlink")?.u32(inode.nlink)?;
    e.str("uid")?.u32(inode.uid)?.str("gid")?.u32(inode.gid)?.str("rdev")?.u32(inode.rdev)?;
    e.str("atime")?.i64(inode.atime.0)?.str("mtime")?.i64(inode.mtime.0)?;
    e.str("ctime")?.i64(inode.ctime.0)?.str("btime")?.i64(inode.btime.0)?;
    e.str("xattrs")?.array(inode.xattrs.len() as u64)?;
    for (name, value) in &inode.xattrs {
        e.map(2)?.str("name")?.bytes(name)?.str("value")?.bytes(value)?;
    }
    match &inode.body {
        Body::File(content) => {
            e.str("size")?.u64(content.size)?.str("pages")?.map(content.pages.len() as u64)?;
            for (index, page) in &content.pages {
                e.u64(*index)?.bytes(page)?;
            }
        }
        Body::Symlink(target) => {
            e.str("target")?.bytes(target)?;
        }
        Body::Nothing => {}
    }
    if let Some(directory) = &node.directory {
        e.str("parent")?.u64(directory.parent.0)?.str("next_cookie")?.u64(directory.next_cookie)?;
        e.str("entries")?.map(directory.entries.len() as u64)?;
        for (cookie, (name, ino)) in &directory.entries {
            e.u64(*cookie)?.map(2)?.str("name")?.bytes(name)?.str("ino")?.u64(ino.0)?;
        }
    }
    Ok(())
}

/// The tree that `state` describes; EINVAL when it does not make sense.
pub fn import(space: Arc<Space>, state: &[u8]) -> Result<Tree> {
    let mut tree = read_tree(&mut Decoder::new(state), space).map_err(|_| Errno::EINVAL)?;
    let opens: Vec<Ino> = tree.handles.values().map(|handle| handle.ino).collect();
    for ino in opens {
        tree.nodes.get_mut(&ino).ok_or(Errno::EINVAL)?.opens += 1;
    }
    let mut pages = 0;
    for node in tree.nodes.values_mut() {
        if let Body::File(content) = &node.inode.read().body {
            pages += content.pages.len() as u64;
        }
    }
    tree.space.take(pages)?;
    if makes_sense(&tree) { Ok(tree) } else { Err(Errno::EINVAL) }
}

/// Whether every number leads somewhere and every inode has the links that its names give it.
fn makes_sense(tree: &Tree) -> bool {
    let mut links: BTreeMap<Ino, u32> = BTreeMap::new();
    // The root's `..` is its own; nothing else names it.
    *links.entry(Ino::ROOT).or_default() += 1;
    for (ino, node) in &tree.nodes {
        let Some(directory) = &node.directory else { continue };
        for (name, child) in directory.entries.values() {
            let Some(child_node) = tree.nodes.get(child) else { return false };
            if Name::new(name).is_none() || child_node.directory.as_ref().is_some_and(|child| child.parent != *ino) {
                return false;
            }
            *links.entry(*child).or_default() += 1;
            // A directory is linked by its own `.` and by its children's `..` too.
            if child_node.directory.is_some() {
                *links.entry(*ino).or_default() += 1;
                *links.entry(*child).or_default() += 1;
            }
        }
    }
    *links.entry(Ino::ROOT).or_default() += 1;
    let links_agree = |(ino, node): (&Ino, &Node)| node.inode.read().nlink == links.get(ino).copied().unwrap_or(0);
    tree.nodes.get(&Ino::ROOT).is_some_and(|root| root.directory.is_some())
        && tree.nodes.last_key_value().is_some_and(|(last, _)| last.0 < tree.next_ino)
        && tree.handles.last_key_value().is_none_or(|(last, _)| last.0 < tree.next_fh)
        && tree.nodes.iter().all(links_agree)
}

/// Reads a map with text keys; `each` answers whether it read the value of a key. A key of a later version is passed over.
fn read_map(d: &mut Decoder<'_>, mut each: impl FnMut(&mut Decoder<'_>, &str) -> Read<bool>) -> Read<()> {
    let len = definite(d.map()?)?;
    for _ in 0..len {
        let key = d.str()?;
        if !each(d, key)? {
            d.skip()?;
        }
    }
    Ok(())
}

fn definite(len: Option<u64>) -> Read<u64> {
    len.ok_or_else(|| decode::Error::message("length not given"))
}

fn required<T>(value: Option<T>, message: &'static str) -> Read<T> {
    value.ok_or_else(|| decode::Error::message(message))
}

fn read_tree(d: &mut Decoder<'_>, space: Arc<Space>) -> Read<Tree> {
    let mut tree = Tree { nodes: BTreeMap::new(), handles: BTreeMap::new(), next_ino: 0, next_fh: 0, space };
    read_map(d, |d, key| {
        match key {
            "next_ino" => tree.next_ino = d.u64()?,
            "next_fh" => tree.next_fh = d.u64()?,
            "handles" => {
                for _ in 0..definite(d.map()?)? {
                    let fh = Fh(d.u64()?);
                    let mut handle = Handle { ino: Ino(0), flags: 0 };
                    read_map(d, |d, key| {
                        match key {
                            "ino" => handle.ino = Ino(d.u64()?),
                            "flags" => handle.flags = d.u32()?,
                            _ => return Ok(false),
                        }
                        Ok(true)
                    })?;
                    tree.handles.insert(fh, handle);
                }
            }
            "inodes" => {
                for _ in 0..definite(d.map()?)? {
                    let ino = Ino(d.u64()?);
                    tree.nodes.insert(ino, read_node(d, ino)?);
                }
            }
            _ => return Ok(false),
        }
        Ok(true)
    })?;
    Ok(tree)
}

fn read_node(d: &mut Decoder<'_>, ino: Ino) -> Read<Node> {
    let mut lookups = 0;
    let mut inode = Inode::new(0, 0, 0, 0, Body::Nothing, Time(0));
    let mut content = Content::default();
    let mut target = None;
    let mut directory = Directory::new(Ino(0));
    read_map(d, |d, key| {
        match key {
            "lookups" => lookups = d.u64()?,
            "mode" => inode.mode = d.u32()?,
            "nlink" => inode.nlink = d.u32()?,
            "uid" => inode.uid = d.u32()?,
            "gid" => inode.gid = d.u32()?,
            "rdev" => inode.rdev = d.u32()?,
            "atime" => inode.atime = Time(d.i64()?),
            "mtime" => inode.mtime = Time(d.i64()?),
            "ctime" => inode.ctime = Time(d.i64()?),
            "btime" => inode.btime = Time(d.i64()?),
            "xattrs" => inode.xattrs = read_xattrs(d)?,
            "size" => content.size = d.u64()?,
            "pages" => content.pages = read_pages(d)?,
            "target" => target = Some(d.bytes()?.to_vec()),
            "parent" => directory.parent = Ino(d.u64()?),
            "next_cookie" => directory.next_cookie = d.u64()?,
            "entries" => read_entries(d, &mut directory)?,
            _ => return Ok(false),
        }
        Ok(true)
    })?;
    let kind = required(FileType::from_mode(inode.mode), "no such type")?;
    inode.body = match kind {
        FileType::Regular => Body::File(content),
        FileType::Symlink => Body::Symlink(required(target, "symbolic link without a target")?),
        _ => Body::Nothing,
    };
    let last = directory.entries.last_key_value().map_or(DOT_DOT, |(cookie, _)| *cookie);
    if kind == FileType::Directory && directory.next_cookie <= last {
        return Err(decode::Error::message("cookies used twice"));
    }
    let directory = (kind == FileType::Directory).then_some(directory);
    Ok(Node { kind, lookups, opens: 0, directory, inode: shared(ino, inode) })
}

fn read_xattrs(d: &mut Decoder<'_>) -> Read<BTreeMap<Vec<u8>, Vec<u8>>> {
    let mut xattrs = BTreeMap::new();
    for _ in 0..definite(d.array()?)? {
        let (mut name, mut value) = (None, None);
        read_map(d, |d, key| {
            match key {
                "name" => name = Some(d.bytes()?.to_vec()),
                "value" => value = Some(d.bytes()?.to_vec()),
                _ => return Ok(false),
            }
            Ok(true)
        })?;
        xattrs.insert(required(name, "attribute without a name")?, required(value, "attribute without a value")?);
    }
    Ok(xattrs)
}

fn read_pages(d: &mut Decoder<'_>) -> Read<BTreeMap<u64, Vec<u8>>> {
    let mut pages = BTreeMap::new();
    for _ in 0..definite(d.map()?)? {
        let index = d.u64()?;
        let page = d.bytes()?;
        if page.len() as u64 != PAGE || index > i64::MAX as u64 / PAGE {
            return Err(decode::Error::message("not a page"));
        }
        pages.insert(index, page.to_vec());
    }
    Ok(pages)
}

fn read_entries(d: &mut Decoder<'_>, directory: &mut Directory) -> Read<()> {
    for _ in 0..definite(d.map()?)? {
        let cookie = d.u64()?;
        let (mut name, mut ino) = (None, Ino(0));
        read_map(d, |d, key| {
            match key {
                "name" => name = Some(d.bytes()?.to_vec()),
                "ino" => ino = Ino(d.u64()?),
                _ => return Ok(false),
            }
            Ok(true)
        })?;
        let name = required(name, "entry without a name")?;
        directory.cookies.insert(name.clone(), cookie);
        directory.entries.insert(cookie, (name, ino));
    }
    Ok(())
}
