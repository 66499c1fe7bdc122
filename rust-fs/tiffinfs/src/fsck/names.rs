// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! Names against inodes: what each name leads to, how many names each inode has, and whether the root leads everywhere.

use super::Check;
use crate::dir;
use crate::inode::ROOT;
use alloc::collections::BTreeSet;
use alloc::vec::Vec;
use libbentofs::{FileType, Result};

impl Check<'_> {
    /// Checks the names of all directories.
    pub fn all_names(&mut self) -> Result<()> {
        let directories: Vec<u64> = self.inodes.iter().filter(|(_, known)| is_dir(known.mode)).map(|(&ino, _)| ino).collect();
        for ino in directories {
            let mut names = Vec::new();
            self.names_of(ino, &mut |key, value| names.push((key, Vec::from(value))))?;
            for (key, value) in names {
                self.name(ino, key, &value)?;
            }
        }
        Ok(())
    }

    fn name(&mut self, parent: u64, key: u64, value: &[u8]) -> Result<()> {
        let Some((ino, kind, name)) = dir::parse(value) else {
            return self.report.problem(format_args!("inode {parent}: the name under key {key:#x} makes no sense"));
        };
        let first = dir::first_key(self.hash_seed, name.as_bytes());
        if key & !0xff != first {
            self.report.problem(format_args!("inode {parent}: {name:?} is not where its hash says"))?;
        }
        let Some(known) = self.inodes.get_mut(&ino) else {
            return self.report.problem(format_args!("inode {parent}: {name:?} leads to inode {ino}, which is not in use"));
        };
        known.names += 1;
        let (mode, its_parent) = (known.mode, known.parent);
        if FileType::from_mode(mode) != Some(kind) {
            self.report.problem(format_args!("inode {parent}: {name:?} says that inode {ino} is {kind:?}, which it is not"))?;
        }
        if is_dir(mode) {
            if its_parent != parent {
                self.report.problem(format_args!("inode {ino}: it is in directory {parent}, but its parent is {its_parent}"))?;
            }
            if let Some(known) = self.inodes.get_mut(&parent) {
                known.subdirectories += 1;
            }
        }
        Ok(())
    }

    /// Checks the numbers of links, the orphans, and that the root leads to every directory.
    pub fn all_links(&mut self) -> Result<()> {
        let mut reached = BTreeSet::from([ROOT]);
        let inodes = core::mem::take(&mut self.inodes);
        for (&ino, known) in &inodes {
            let orphan = self.orphans.contains(&ino);
            let expected = match (ino, is_dir(known.mode)) {
                (ROOT, true) => 2 + known.subdirectories,
                (_, true) if known.names > 0 => 2 + known.subdirectories,
                (_, true) => 0,
                (_, false) => known.names,
            };
            if u64::from(known.nlink) != expected {
                self.report
                    .problem(format_args!("inode {ino}: its number of links is {}, but should be {expected}", known.nlink))?;
            }
            if is_dir(known.mode) && known.names > 1 {
                self.report.problem(format_args!("inode {ino}: a directory with {} names", known.names))?;
            }
            if expected == 0 && !orphan {
                self.report.problem(format_args!("inode {ino}: nothing leads to it, and it is not among the orphans"))?;
            }
            if is_dir(known.mode) && known.names > 0 {
                self.reach(&inodes, &mut reached, ino)?;
            }
        }
        if !inodes.get(&ROOT).is_some_and(|root| is_dir(root.mode)) {
            self.report.problem(format_args!("inode {ROOT}: the root is missing, or no directory"))?;
        }
        let orphans: Vec<u64> = self.orphans.iter().copied().filter(|ino| !inodes.contains_key(ino)).collect();
        for ino in orphans {
            self.report.problem(format_args!("orphans: inode {ino} is not in use"))?;
        }
        self.inodes = inodes;
        Ok(())
    }

    /// Goes up from directory `ino` to the root, or to one that is known to lead there.
    fn reach(
        &mut self,
        inodes: &alloc::collections::BTreeMap<u64, super::Known>,
        reached: &mut BTreeSet<u64>,
        ino: u64,
    ) -> Result<()> {
        let mut path = BTreeSet::new();
        let mut at = ino;
        while !reached.contains(&at) {
            let Some(known) = inodes.get(&at).filter(|known| is_dir(known.mode)) else {
                return self.report.problem(format_args!("inode {ino}: inode {at} above it is no directory"));
            };
            if !path.insert(at) {
                return self.report.problem(format_args!("inode {ino}: its parents go in a circle"));
            }
            at = known.parent;
        }
        reached.append(&mut path);
        Ok(())
    }
}

fn is_dir(mode: u32) -> bool {
    FileType::from_mode(mode) == Some(FileType::Directory)
}
