// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! Extended attributes.
//!
//! All attributes of an inode are one run of bytes, each as length of the name (8 bits), length of the value (24 bits), name, value. The run
//! is in the inode when it is short, and otherwise in a chain of blocks. Any change writes the whole run anew.

use crate::corrupt::corrupt;
use crate::fs::TiffinFs;
use crate::header::{self, Header, Kind};
use crate::inode::Inode;
use crate::inode::raw::INLINE_XATTRS;
use crate::journal::Tx;
use crate::layout::BLOCK;
use crate::space::Pool;
use crate::volume::Volume;
use alloc::vec::Vec;
use libbentofs::{Errno, Result, Time, XattrFlags};
use zerocopy::little_endian::{U32, U64};
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned};

/// Longest value.
const VALUE_MAX: usize = 65_536;
/// Most bytes of all attributes of an inode.
pub const TOTAL_MAX: usize = 2 * VALUE_MAX;
/// Metadata blocks that a change may change: the longest chain twice, and bitmaps.
const CREDITS: u64 = 2 * TOTAL_MAX.div_ceil(CHUNK) as u64 + 10;

#[derive(FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned, Clone, Copy)]
#[repr(C)]
struct ChainHead {
    header: Header,
    next: U64,
    len: U32,
    padding: U32,
}

const HEAD: usize = size_of::<ChainHead>();
/// Attribute bytes in a block of a chain.
const CHUNK: usize = BLOCK - HEAD;

/// Next block and bytes of the block `number` of the chain of inode `ino`.
pub fn parse_chain(block: &[u8], number: u64, ino: u64) -> Option<(u64, &[u8])> {
    let (head, rest) = ChainHead::ref_from_prefix(block).ok()?;
    let bytes = rest.get(..head.len.get() as usize)?;
    head.header.is(Kind::Xattr, number, ino).then_some((head.next.get(), bytes))
}

/// An attribute in the run.
struct Attribute<'a> {
    name: &'a [u8],
    value: &'a [u8],
}

/// The first attribute of a run, and the rest.
fn split(run: &[u8]) -> Option<(Attribute<'_>, &[u8])> {
    let (head, rest) = run.split_first_chunk::<4>()?;
    let name_len = head[0] as usize;
    let value_len = u32::from_le_bytes([head[1], head[2], head[3], 0]) as usize;
    let (name, rest) = rest.split_at_checked(name_len)?;
    let (value, rest) = rest.split_at_checked(value_len)?;
    Some((Attribute { name, value }, rest))
}

/// Calls `each` with name and value of the attributes of `run`; `false` when the run is damaged.
pub fn for_each(run: &[u8], mut each: impl FnMut(&[u8], &[u8])) -> bool {
    let mut rest = run;
    while !rest.is_empty() {
        let Some((attribute, after)) = split(rest) else { return false };
        each(attribute.name, attribute.value);
        rest = after;
    }
    true
}

fn append(run: &mut Vec<u8>, name: &[u8], value: &[u8]) -> Result<()> {
    run.try_reserve(4 + name.len() + value.len())?;
    let len = (value.len() as u32).to_le_bytes();
    run.extend_from_slice(&[name.len() as u8, len[0], len[1], len[2]]);
    run.extend_from_slice(name);
    run.extend_from_slice(value);
    Ok(())
}

impl Inode {
    /// The run of attributes, and the blocks of its chain.
    pub fn load_xattrs(&self, volume: &Volume) -> Result<(Vec<u8>, Vec<u64>)> {
        let damaged = |number| corrupt(format_args!("inode {}: block {number} of its extended attributes is damaged", self.ino));
        let mut run = self.inline_xattrs.clone();
        let mut chain = Vec::new();
        let mut number = self.xattr_block;
        while number != 0 {
            let block = volume.metadata_block(number)?;
            let content = block.read();
            let sound = header::is_sealed(&content) || volume.is_unsealed(number);
            let (next, bytes) = parse_chain(&content, number, self.ino).filter(|_| sound).ok_or_else(|| damaged(number))?;
            run.extend_from_slice(bytes);
            chain.push(number);
            if run.len() > TOTAL_MAX || chain.len() > TOTAL_MAX.div_ceil(CHUNK) {
                return Err(damaged(number));
            }
            number = next;
        }
        if run.len() == self.xattr_bytes as usize { Ok((run, chain)) } else { Err(damaged(self.xattr_block)) }
    }

    /// Makes `run` the attributes. ENOSPC, with nothing changed, when there is no room. The caller stores the inode.
    pub fn store_xattrs(&mut self, tx: &mut Tx<'_>, run: &[u8]) -> Result<()> {
        let (_, mut chain) = self.load_xattrs(tx.volume)?;
        let inline = run.len() <= INLINE_XATTRS;
        let needed = if inline { 0 } else { run.len().div_ceil(CHUNK) };
        let more = needed.saturating_sub(chain.len());
        tx.reserve(more as u64, Pool::Ordinary)?;
        for _ in 0..more {
            chain.push(tx.take_reserved()?);
        }
        let surplus = chain.split_off(needed);
        for (index, &number) in chain.iter().enumerate() {
            let bytes = &run[index * CHUNK..run.len().min((index + 1) * CHUNK)];
            let next = chain.get(index + 1).copied().unwrap_or(0);
            let block = tx.block_zeroed(number)?;
            let mut content = block.write();
            let head = ChainHead {
                header: Header::new(Kind::Xattr, number, self.ino),
                next: U64::new(next),
                len: U32::new(bytes.len() as u32),
                padding: U32::ZERO,
            };
            content[..HEAD].copy_from_slice(head.as_bytes());
            content[HEAD..HEAD + bytes.len()].copy_from_slice(bytes);
        }
        for &number in &surplus {
            tx.free_metadata(number)?;
        }
        self.count_blocks(more as u64, surplus.len() as u64);
        self.xattr_block = chain.first().copied().unwrap_or(0);
        self.xattr_bytes = run.len() as u32;
        self.inline_xattrs = if inline { Vec::from(run) } else { Vec::new() };
        Ok(())
    }
}

impl TiffinFs {
    pub(crate) fn get_xattr(&self, ino: u64, name: &[u8]) -> Result<Vec<u8>> {
        let node = self.get(ino)?;
        let inode = node.inode.read();
        if inode.xattr_bytes == 0 {
            return Err(Errno::ENODATA);
        }
        let (run, _) = inode.load_xattrs(&self.volume)?;
        let mut found = None;
        let whole = for_each(&run, |other, value| {
            if other == name {
                found = Some(Vec::from(value));
            }
        });
        if whole { found.ok_or(Errno::ENODATA) } else { Err(damaged_run(ino)) }
    }

    pub(crate) fn list_xattrs(&self, ino: u64) -> Result<Vec<u8>> {
        let node = self.get(ino)?;
        let inode = node.inode.read();
        let mut names = Vec::new();
        if inode.xattr_bytes == 0 {
            return Ok(names);
        }
        let (run, _) = inode.load_xattrs(&self.volume)?;
        let whole = for_each(&run, |name, _| {
            names.extend_from_slice(name);
            names.push(0);
        });
        if whole { Ok(names) } else { Err(damaged_run(ino)) }
    }

    pub(crate) fn set_xattr(&self, ino: u64, name: &[u8], value: &[u8], flags: XattrFlags) -> Result<()> {
        if value.len() > VALUE_MAX {
            return Err(Errno::E2BIG);
        }
        self.change_xattr(ino, name, Some(value), flags)
    }

    pub(crate) fn remove_xattr(&self, ino: u64, name: &[u8]) -> Result<()> {
        self.change_xattr(ino, name, None, XattrFlags::REPLACE)
    }

    fn change_xattr(&self, ino: u64, name: &[u8], value: Option<&[u8]>, flags: XattrFlags) -> Result<()> {
        let node = self.get(ino)?;
        self.with_space(|| {
            let mut inode = node.inode.write();
            let (run, _) = inode.load_xattrs(&self.volume)?;
            let mut changed = Vec::new();
            changed.try_reserve(run.len())?;
            let mut existed = false;
            let mut kept = Ok(());
            let whole = for_each(&run, |other, value| {
                if other == name {
                    existed = true;
                } else if kept.is_ok() {
                    kept = append(&mut changed, other, value);
                }
            });
            kept?;
            if !whole {
                return Err(damaged_run(ino));
            }
            if existed && flags.contains(XattrFlags::CREATE) {
                return Err(Errno::EEXIST);
            }
            if !existed && flags.contains(XattrFlags::REPLACE) {
                return Err(Errno::ENODATA);
            }
            if let Some(value) = value {
                append(&mut changed, name, value)?;
            }
            if changed.len() > TOTAL_MAX {
                return Err(Errno::ENOSPC);
            }
            let mut tx = self.volume.begin(CREDITS)?;
            inode.store_xattrs(&mut tx, &changed)?;
            inode.ctime = Time::now();
            inode.store(&mut tx)?;
            tx.finish();
            Ok(())
        })
    }
}

fn damaged_run(ino: u64) -> Errno {
    corrupt(format_args!("inode {ino}: its extended attributes are damaged"))
}
