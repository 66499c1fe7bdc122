// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! An inode on the device: 256 bytes with a checksum of their own.

use super::{Body, Inode};
use crate::extent::{Extent, INLINE_EXTENTS, RawExtent};
use crate::layout::{Geometry, INODE_SIZE, LINK_MAX, MAX_FILE_SIZE};
use alloc::vec::Vec;
use libbentofs::{FileType, Time};
use zerocopy::little_endian::{I64, U16, U32, U64};
use zerocopy::{FromBytes, FromZeros, Immutable, IntoBytes, KnownLayout, Unaligned};

/// Bytes for extents, the root of a tree, or the target of a short symbolic link.
pub const BODY: usize = 96;
/// Bytes for extended attributes.
pub const INLINE_XATTRS: usize = 48;

/// What the body holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u16)]
enum Form {
    Empty = 0,
    Extents = 1,
    Tree = 2,
    Target = 3,
}

/// The layout.
#[derive(Clone, Copy, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
pub struct RawInode {
    crc: U32,
    mode: U32,
    uid: U32,
    gid: U32,
    nlink: U32,
    rdev: U32,
    form: U16,
    extents: U16,
    xattr_bytes: U32,
    size: U64,
    blocks: U64,
    generation: U64,
    atime: I64,
    mtime: I64,
    ctime: I64,
    btime: I64,
    parent: U64,
    xattr_block: U64,
    padding: [u8; 8],
    body: [u8; BODY],
    xattrs: [u8; INLINE_XATTRS],
}

const _: () = assert!(size_of::<RawInode>() == INODE_SIZE);
const _: () = assert!(INLINE_EXTENTS * size_of::<RawExtent>() == BODY);

/// The checksum covers the inode's number too, so that an inode in another's place shows.
fn checksum(bytes: &[u8], ino: u64) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&ino.to_le_bytes());
    hasher.update(&bytes[4..]);
    hasher.finalize()
}

/// Whether `bytes` are an inode that was wiped, or never made.
pub fn is_wiped(bytes: &[u8]) -> bool {
    bytes.iter().all(|&byte| byte == 0)
}

/// The bytes of `inode`.
pub fn encode(inode: &Inode) -> [u8; INODE_SIZE] {
    let mut raw = RawInode::new_zeroed();
    raw.mode = U32::new(inode.mode);
    raw.uid = U32::new(inode.uid);
    raw.gid = U32::new(inode.gid);
    raw.nlink = U32::new(inode.nlink);
    raw.rdev = U32::new(inode.rdev);
    raw.size = U64::new(inode.size);
    raw.blocks = U64::new(inode.blocks);
    raw.generation = U64::new(inode.generation);
    raw.atime = I64::new(inode.atime.0);
    raw.mtime = I64::new(inode.mtime.0);
    raw.ctime = I64::new(inode.ctime.0);
    raw.btime = I64::new(inode.btime.0);
    raw.parent = U64::new(inode.parent);
    raw.xattr_block = U64::new(inode.xattr_block);
    raw.xattr_bytes = U32::new(inode.xattr_bytes);
    raw.xattrs[..inode.inline_xattrs.len()].copy_from_slice(&inode.inline_xattrs);
    let form = match &inode.body {
        Body::Empty => Form::Empty,
        Body::Extents(extents) => {
            raw.extents = U16::new(extents.len() as u16);
            for (place, extent) in raw.body.chunks_exact_mut(size_of::<RawExtent>()).zip(extents) {
                place.copy_from_slice(RawExtent::from(*extent).as_bytes());
            }
            Form::Extents
        }
        Body::Tree(root) => {
            raw.body[..8].copy_from_slice(&root.to_le_bytes());
            Form::Tree
        }
        Body::Target(target) => {
            raw.body[..target.len()].copy_from_slice(target);
            Form::Target
        }
    };
    raw.form = U16::new(form as u16);
    let mut bytes = [0; INODE_SIZE];
    bytes.copy_from_slice(raw.as_bytes());
    let crc = checksum(&bytes, inode.ino);
    bytes[..4].copy_from_slice(&crc.to_le_bytes());
    bytes
}

/// The inode `ino` that `bytes` hold, or what is wrong with them.
pub fn decode(bytes: &[u8], ino: u64, geometry: &Geometry) -> Result<Inode, &'static str> {
    let raw = RawInode::ref_from_bytes(bytes).map_err(|_| "it has another size")?;
    if checksum(bytes, ino) != raw.crc.get() {
        return Err("wrong checksum");
    }
    decode_checked(bytes, ino, geometry)
}

/// As [`decode`], for bytes whose checksum is known to be right.
pub fn decode_checked(bytes: &[u8], ino: u64, geometry: &Geometry) -> Result<Inode, &'static str> {
    let raw = RawInode::ref_from_bytes(bytes).map_err(|_| "it has another size")?;
    let mode = raw.mode.get();
    let Some(kind) = FileType::from_mode(mode) else { return Err("no such file type") };
    let size = raw.size.get();
    if size > MAX_FILE_SIZE || raw.nlink.get() > LINK_MAX || mode & !0o177_777 != 0 {
        return Err("size, mode or number of links make no sense");
    }
    if raw.blocks.get() > geometry.blocks {
        return Err("it has more blocks than there are");
    }
    let is_tree = |root: u64| geometry.is_data(root, 1);
    let root = U64::read_from_prefix(&raw.body).map(|(root, _)| root.get()).unwrap_or_default();
    let body = match raw.form.get() {
        form if form == Form::Empty as u16 => Body::Empty,
        form if form == Form::Extents as u16 => Body::Extents(extents(raw, geometry)?),
        form if form == Form::Tree as u16 && is_tree(root) => Body::Tree(root),
        form if form == Form::Target as u16 && size <= BODY as u64 => Body::Target(Vec::from(&raw.body[..size as usize])),
        _ => return Err("its body makes no sense"),
    };
    let fits = match kind {
        FileType::Directory => matches!(body, Body::Tree(_)),
        FileType::Regular => matches!(body, Body::Extents(_) | Body::Tree(_)),
        FileType::Symlink => matches!(body, Body::Target(_) | Body::Extents(_)),
        _ => matches!(body, Body::Empty),
    };
    if !fits {
        return Err("its body is not what its type has");
    }
    let (xattr_block, xattr_bytes) = (raw.xattr_block.get(), raw.xattr_bytes.get());
    let inline = if xattr_block == 0 { xattr_bytes as usize } else { 0 };
    if inline > INLINE_XATTRS || (xattr_block != 0 && !geometry.is_data(xattr_block, 1)) {
        return Err("its extended attributes make no sense");
    }
    Ok(Inode {
        ino,
        generation: raw.generation.get(),
        mode,
        uid: raw.uid.get(),
        gid: raw.gid.get(),
        nlink: raw.nlink.get(),
        rdev: raw.rdev.get(),
        size,
        blocks: raw.blocks.get(),
        atime: Time(raw.atime.get()),
        mtime: Time(raw.mtime.get()),
        ctime: Time(raw.ctime.get()),
        btime: Time(raw.btime.get()),
        parent: raw.parent.get(),
        body,
        xattr_block,
        xattr_bytes,
        inline_xattrs: Vec::from(&raw.xattrs[..inline]),
        checked: false,
    })
}

fn extents(raw: &RawInode, geometry: &Geometry) -> Result<Vec<Extent>, &'static str> {
    let count = raw.extents.get() as usize;
    if count > INLINE_EXTENTS {
        return Err("too many extents");
    }
    let mut extents: Vec<Extent> = Vec::with_capacity(count);
    for bytes in raw.body.chunks_exact(size_of::<RawExtent>()).take(count) {
        let extent = RawExtent::read_from_bytes(bytes).map_err(|_| "an extent cannot be read")?;
        let extent = extent.decode(geometry).ok_or("an extent lies outside")?;
        if extents.last().is_some_and(|last| last.end() > extent.logical) {
            return Err("extents overlap or are out of order");
        }
        extents.push(extent);
    }
    Ok(extents)
}
