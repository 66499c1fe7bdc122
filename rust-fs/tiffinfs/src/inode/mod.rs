// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! Inodes: decoded in memory while somebody refers to them, and always the same on the device's cached block.

pub mod handles;
pub mod raw;
pub mod table;

use crate::btree::Tree;
use crate::corrupt::corrupt;
use crate::extent::Extent;
use crate::journal::Tx;
use crate::layout::INODE_SIZE;
use crate::volume::Volume;
use alloc::vec::Vec;
use libbentofs::{Attr, Entry, Errno, FileType, Ino, Result, Time};

/// Number of the root directory.
pub const ROOT: u64 = Ino::ROOT.0;

/// Set-user-id.
pub const S_ISUID: u32 = 0o4000;
/// Set-group-id.
pub const S_ISGID: u32 = 0o2000;
/// Group may execute.
pub const S_IXGRP: u32 = 0o0010;

/// What an inode's content is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body {
    /// Devices, pipes, sockets.
    Empty,
    /// A few extents.
    Extents(Vec<Extent>),
    /// Root of a tree: of extents (regular files), of names (directories).
    Tree(u64),
    /// A short target (symbolic links).
    Target(Vec<u8>),
}

/// An inode, decoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inode {
    /// Its number.
    pub ino: u64,
    /// Tells it from others that had its number.
    pub generation: u64,
    /// Type and permission bits.
    pub mode: u32,
    /// Owner.
    pub uid: u32,
    /// Group.
    pub gid: u32,
    /// Number of names; for a directory 2 and its subdirectories.
    pub nlink: u32,
    /// Device number.
    pub rdev: u32,
    /// Bytes; for a directory the bytes of its nodes.
    pub size: u64,
    /// Blocks it has, of data and of metadata.
    pub blocks: u64,
    /// Last access. Set by utimens only: tiffinfs behaves as mounted with noatime.
    pub atime: Time,
    /// Last change of the content.
    pub mtime: Time,
    /// Last change of anything.
    pub ctime: Time,
    /// When it was made.
    pub btime: Time,
    /// Directories: the parent.
    pub parent: u64,
    /// The content.
    pub body: Body,
    /// First block of the extended attributes; 0 when they are inline.
    pub xattr_block: u64,
    /// Bytes of all extended attributes.
    pub xattr_bytes: u32,
    /// The extended attributes, when they are inline.
    pub inline_xattrs: Vec<u8>,
    /// In memory only: the tree of the body was checked since the inode was read.
    pub checked: bool,
}

impl Inode {
    /// A new inode without content.
    pub fn new(ino: u64, generation: u64, mode: u32, body: Body, now: Time) -> Inode {
        Inode {
            ino,
            generation,
            mode,
            uid: 0,
            gid: 0,
            nlink: 1,
            rdev: 0,
            size: 0,
            blocks: 0,
            atime: now,
            mtime: now,
            ctime: now,
            btime: now,
            parent: 0,
            body,
            xattr_block: 0,
            xattr_bytes: 0,
            inline_xattrs: Vec::new(),
            checked: true,
        }
    }

    /// Reads inode `ino` from its cached block. ESTALE when there is no such inode.
    pub fn load(volume: &Volume, ino: u64) -> Result<Inode> {
        let geometry = &volume.superblock.geometry;
        let (number, offset) = geometry.inode_place(ino).ok_or(Errno::ESTALE)?;
        if !volume.inode_in_use(ino)? {
            return Err(Errno::ESTALE);
        }
        let block = volume.device.block(number)?;
        let content = block.read();
        if raw::is_wiped(&content[offset..offset + INODE_SIZE]) {
            return Err(Errno::ESTALE);
        }
        raw::decode(&content[offset..offset + INODE_SIZE], ino, geometry)
            .map_err(|problem| corrupt(format_args!("inode {ino} (block {number}): {problem}")))
    }

    /// Inode `ino` from `content`, the block of the inode table that holds it, for an inode that the version before had in memory: it has
    /// checked what came from the device, and written what did not, so the checksum is not computed once more. ESTALE when there is none.
    pub fn from_table(volume: &Volume, content: &[u8], ino: u64) -> Result<Inode> {
        let geometry = &volume.superblock.geometry;
        let (number, offset) = geometry.inode_place(ino).ok_or(Errno::ESTALE)?;
        let raw = &content[offset..offset + INODE_SIZE];
        // Wiped: while a hand-over is prepared, that is no damage.
        if raw::is_wiped(raw) {
            return Err(Errno::ESTALE);
        }
        raw::decode_checked(raw, ino, geometry).map_err(|problem| corrupt(format_args!("inode {ino} (block {number}): {problem}")))
    }

    /// Writes the inode through to its cached block.
    pub fn store(&self, tx: &mut Tx<'_>) -> Result<()> {
        let (number, offset) = tx.volume.superblock.geometry.inode_place(self.ino).ok_or(Errno::EUCLEAN)?;
        let bytes = raw::encode(self);
        let block = tx.block(number)?;
        block.write()[offset..offset + INODE_SIZE].copy_from_slice(&bytes);
        Ok(())
    }

    /// Wipes the inode `ino` in its cached block.
    pub fn wipe(tx: &mut Tx<'_>, ino: u64) -> Result<()> {
        let (number, offset) = tx.volume.superblock.geometry.inode_place(ino).ok_or(Errno::EUCLEAN)?;
        let block = tx.block(number)?;
        block.write()[offset..offset + INODE_SIZE].fill(0);
        Ok(())
    }

    /// What it is.
    pub fn kind(&self) -> FileType {
        // The mode was checked when the inode was read.
        FileType::from_mode(self.mode).unwrap_or(FileType::Regular)
    }

    /// Whether it is a directory.
    pub fn is_dir(&self) -> bool {
        self.kind() == FileType::Directory
    }

    /// The tree of its body, if that is one.
    pub fn tree(&self) -> Option<Tree> {
        match self.body {
            Body::Tree(root) => Some(Tree { root, owner: self.ino }),
            _ => None,
        }
    }

    /// The tree of names of a directory; ENOTDIR otherwise.
    pub fn names(&self) -> Result<Tree> {
        if self.is_dir() { self.tree().ok_or(Errno::EUCLEAN) } else { Err(Errno::ENOTDIR) }
    }

    /// What GETATTR answers.
    pub fn attr(&self) -> Attr {
        Attr {
            ino: Ino(self.ino),
            size: self.size,
            blocks: self.blocks.saturating_mul(8),
            atime: self.atime,
            mtime: self.mtime,
            ctime: self.ctime,
            mode: self.mode,
            nlink: self.nlink,
            uid: self.uid,
            gid: self.gid,
            rdev: self.rdev,
            blksize: crate::layout::BLOCK as u32,
        }
    }

    /// What LOOKUP answers.
    pub fn entry(&self) -> Entry {
        Entry::new(self.attr(), self.generation)
    }

    /// Notes a change of the content.
    pub fn touch(&mut self, now: Time) {
        self.mtime = now;
        self.ctime = now;
    }

    /// Takes set-user-id off, and set-group-id where it means more than mandatory locking.
    pub fn drop_suidgid(&mut self) {
        self.mode &= !S_ISUID;
        if self.mode & S_IXGRP != 0 {
            self.mode &= !S_ISGID;
        }
    }

    /// Counts blocks that came and went.
    pub fn count_blocks(&mut self, taken: u64, freed: u64) {
        self.blocks = self.blocks.saturating_add(taken).saturating_sub(freed);
    }
}
