// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! Renaming.
//!
//! Two directories are locked the ancestor first, otherwise by number; while the rename lock is held no other rename can change
//! which is the ancestor of which.

use super::NAME_CREDITS;
use crate::corrupt::corrupt;
use crate::dir::{Probe, Target};
use crate::fs::TiffinFs;
use crate::inode::table::Node;
use crate::inode::{Inode, ROOT};
use crate::layout::LINK_MAX;
use crate::space::Pool;
use alloc::vec::Vec;
use libbentofs::ks::sync::WriteGuard;
use libbentofs::{Errno, Name, RenameFlags, Result, Time};

/// One side of a rename.
#[derive(Clone, Copy)]
pub struct Place<'a> {
    /// The directory.
    pub parent: u64,
    /// The name in it.
    pub name: &'a Name,
}

/// The directories of a rename, locked; there is one when both sides are the same.
struct Parents<'a> {
    from: WriteGuard<'a, Inode>,
    to: Option<WriteGuard<'a, Inode>>,
}

impl Parents<'_> {
    fn to(&mut self) -> &mut Inode {
        match &mut self.to {
            Some(to) => to,
            None => &mut self.from,
        }
    }

    fn to_ref(&self) -> &Inode {
        self.to.as_deref().unwrap_or(&self.from)
    }
}

/// What lies above the two directories, themselves included; empty when they are the same.
#[derive(Default)]
struct Shape {
    above_from: Vec<u64>,
    above_to: Vec<u64>,
}

/// The inodes that move, locked by number.
struct Moving<'a> {
    source: WriteGuard<'a, Inode>,
    target: Option<WriteGuard<'a, Inode>>,
}

impl TiffinFs {
    pub(crate) fn rename_name(&self, from: Place<'_>, to: Place<'_>, flags: RenameFlags) -> Result<()> {
        if flags.contains(RenameFlags::WHITEOUT) || flags.contains(RenameFlags::NOREPLACE | RenameFlags::EXCHANGE) {
            return Err(Errno::EINVAL);
        }
        let dotted = |name: &Name| matches!(name.as_bytes(), b"." | b"..");
        if dotted(from.name) || dotted(to.name) {
            return Err(Errno::EBUSY);
        }
        let cross = from.parent != to.parent;
        let _shape = cross.then(|| self.rename.lock());
        let from_node = self.get(from.parent)?;
        let to_node = if cross { Some(self.get(to.parent)?) } else { None };
        let shape = match &to_node {
            Some(_) => Shape { above_from: self.path_up(from.parent)?, above_to: self.path_up(to.parent)? },
            None => Shape::default(),
        };
        self.with_space(|| self.rename_locked(&from_node, to_node.as_deref(), &shape, from, to, flags))
    }

    fn rename_locked(
        &self,
        from_node: &Node,
        to_node: Option<&Node>,
        shape: &Shape,
        from: Place<'_>,
        to: Place<'_>,
        flags: RenameFlags,
    ) -> Result<()> {
        let mut parents = self.lock_parents(from_node, to_node, shape)?;
        let source = parents.from.find(&self.volume, from.name.as_bytes())?;
        let (key, target) = match parents.to_ref().probe(&self.volume, to.name.as_bytes())? {
            Probe::Found(target) => (target.key, Some(target)),
            Probe::Free(key) => (key, None),
        };
        if target.is_none() && flags.contains(RenameFlags::EXCHANGE) {
            return Err(Errno::ENOENT);
        }
        if target.is_some() && flags.contains(RenameFlags::NOREPLACE) {
            return Err(Errno::EEXIST);
        }
        if target.is_some_and(|target| target.ino == source.ino) {
            // Two names of one inode: nothing happens, says POSIX.
            return Ok(());
        }
        // A directory must not come to lie within itself.
        if shape.above_to.contains(&source.ino) {
            return Err(Errno::EINVAL);
        }
        // A target above the source is not empty.
        if target.is_some_and(|target| shape.above_from.contains(&target.ino)) {
            return Err(if flags.contains(RenameFlags::EXCHANGE) { Errno::EINVAL } else { Errno::ENOTEMPTY });
        }
        let source_node = self.get(source.ino)?;
        let target_node = target.map(|target| self.get(target.ino)).transpose()?;
        let mut moving = self.lock_moving(&source_node, target_node.as_deref())?;
        if flags.contains(RenameFlags::EXCHANGE) {
            let target = target.ok_or(Errno::ENOENT)?;
            return self.exchange(&mut parents, &mut moving, source, target, from.name, to.name);
        }
        self.check_replace(&moving, parents.to_ref(), to_node.is_some())?;
        self.replace(&mut parents, &mut moving, source, target, key, to.name)?;
        if let Some(target) = &moving.target {
            self.doom_if_nameless(target);
        }
        Ok(())
    }

    /// Locks the directories, the ancestor first.
    fn lock_parents<'a>(&self, from: &'a Node, to: Option<&'a Node>, shape: &Shape) -> Result<Parents<'a>> {
        let Some(to) = to else { return Ok(Parents { from: self.live_directory(from)?, to: None }) };
        let to_is_above = shape.above_from.contains(&to.ino);
        let from_is_above = shape.above_to.contains(&from.ino);
        if to_is_above || (!from_is_above && to.ino < from.ino) {
            let to = self.live_directory(to)?;
            return Ok(Parents { from: self.live_directory(from)?, to: Some(to) });
        }
        let from = self.live_directory(from)?;
        Ok(Parents { from, to: Some(self.live_directory(to)?) })
    }

    /// Directory `ino` and all above it. Under the rename lock, and before any inode is locked: an ancestor is not to be locked after its
    /// descendant.
    fn path_up(&self, ino: u64) -> Result<Vec<u64>> {
        let mut path = Vec::from([ino]);
        let mut at = ino;
        while at != ROOT && at != 0 {
            at = self.get(at)?.inode.read().parent;
            path.push(at);
            // No path has more components than there are inodes.
            if path.len() as u64 > self.volume.superblock.geometry.inodes {
                return Err(corrupt(format_args!("directory inode {ino}: its parents go in a circle")));
            }
        }
        Ok(path)
    }

    fn lock_moving<'a>(&self, source: &'a Node, target: Option<&'a Node>) -> Result<Moving<'a>> {
        let Some(target) = target else { return Ok(Moving { source: self.checked_mut(source)?, target: None }) };
        if target.ino < source.ino {
            let target = self.checked_mut(target)?;
            return Ok(Moving { source: self.checked_mut(source)?, target: Some(target) });
        }
        let source = self.checked_mut(source)?;
        Ok(Moving { source, target: Some(self.checked_mut(target)?) })
    }

    fn check_replace(&self, moving: &Moving<'_>, to: &Inode, cross: bool) -> Result<()> {
        if let Some(target) = &moving.target {
            match (moving.source.is_dir(), target.is_dir()) {
                (true, false) => return Err(Errno::ENOTDIR),
                (false, true) => return Err(Errno::EISDIR),
                (true, true) => self.check_empty(target)?,
                (false, false) => {}
            }
        }
        let one_more = cross && moving.source.is_dir() && moving.target.is_none();
        if one_more && to.nlink >= LINK_MAX { Err(Errno::EMLINK) } else { Ok(()) }
    }

    fn replace(
        &self,
        parents: &mut Parents<'_>,
        moving: &mut Moving<'_>,
        source: Target,
        target: Option<Target>,
        key: u64,
        name: &Name,
    ) -> Result<()> {
        let now = Time::now();
        let mut tx = self.volume.begin(2 * NAME_CREDITS)?;
        if target.is_none() {
            tx.reserve(parents.to_ref().name_cost(&self.volume, key, name)?, Pool::Ordinary)?;
        }
        if let Some(replaced) = &mut moving.target {
            self.drop_link(&mut tx, replaced, now)?;
            if replaced.is_dir() {
                let to = parents.to();
                to.nlink = to.nlink.saturating_sub(1);
            }
            parents.to().point_name(&mut tx, key, name, source.ino, source.kind)?;
        } else {
            parents.to().add_name(&mut tx, key, name, source.ino, source.kind)?;
        }
        parents.from.remove_name(&mut tx, source.key)?;
        if moving.source.is_dir() {
            parents.from.nlink = parents.from.nlink.saturating_sub(1);
            let to = parents.to();
            to.nlink += 1;
            moving.source.parent = to.ino;
        }
        self.store_all(tx, parents, moving, now)
    }

    fn exchange(
        &self,
        parents: &mut Parents<'_>,
        moving: &mut Moving<'_>,
        source: Target,
        target: Target,
        name: &Name,
        new_name: &Name,
    ) -> Result<()> {
        let (from_ino, to_ino) = (parents.from.ino, parents.to_ref().ino);
        let Some(other) = &mut moving.target else { return Err(Errno::ENOENT) };
        let (down, up) = (u32::from(other.is_dir()), u32::from(moving.source.is_dir()));
        if parents.to.is_some() {
            let (from, to) = (parents.from.nlink - up.min(parents.from.nlink) + down, parents.to().nlink - down + up);
            if from > LINK_MAX || to > LINK_MAX {
                return Err(Errno::EMLINK);
            }
            parents.from.nlink = from;
            parents.to().nlink = to;
        }
        let now = Time::now();
        let mut tx = self.volume.begin(2 * NAME_CREDITS)?;
        if moving.source.is_dir() {
            moving.source.parent = to_ino;
        }
        if other.is_dir() {
            other.parent = from_ino;
        }
        other.ctime = now;
        other.store(&mut tx)?;
        parents.from.point_name(&mut tx, source.key, name, target.ino, target.kind)?;
        parents.to().point_name(&mut tx, target.key, new_name, source.ino, source.kind)?;
        self.store_all(tx, parents, moving, now)
    }

    fn store_all(
        &self,
        mut tx: crate::journal::Tx<'_>,
        parents: &mut Parents<'_>,
        moving: &mut Moving<'_>,
        now: Time,
    ) -> Result<()> {
        moving.source.ctime = now;
        moving.source.store(&mut tx)?;
        parents.from.touch(now);
        parents.from.store(&mut tx)?;
        if let Some(to) = &mut parents.to {
            to.touch(now);
            to.store(&mut tx)?;
        }
        tx.finish();
        Ok(())
    }
}
