// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! Taking names away.

use super::NAME_CREDITS;
use crate::fs::TiffinFs;
use crate::inode::Inode;
use crate::journal::Tx;
use libbentofs::{Errno, Name, Result, Time};

impl TiffinFs {
    pub(crate) fn unlink_name(&self, parent: u64, name: &Name) -> Result<()> {
        self.remove(parent, name, |inode| if inode.is_dir() { Err(Errno::EISDIR) } else { Ok(()) })
    }

    pub(crate) fn remove_directory(&self, parent: u64, name: &Name) -> Result<()> {
        match name.as_bytes() {
            b"." => return Err(Errno::EINVAL),
            b".." => return Err(Errno::ENOTEMPTY),
            _ => {}
        }
        self.remove(parent, name, |inode| self.check_empty(inode))
    }

    /// Whether a directory may be removed.
    pub(crate) fn check_empty(&self, inode: &Inode) -> Result<()> {
        if inode.names()?.is_empty(&self.volume)? { Ok(()) } else { Err(Errno::ENOTEMPTY) }
    }

    fn remove(&self, parent: u64, name: &Name, check: impl Fn(&Inode) -> Result<()>) -> Result<()> {
        let parent = self.get(parent)?;
        self.with_space(|| {
            let mut dir = self.checked_mut(&parent)?;
            let target = dir.find(&self.volume, name.as_bytes())?;
            let node = self.get(target.ino)?;
            let mut inode = self.checked_mut(&node)?;
            check(&inode)?;
            let now = Time::now();
            let mut tx = self.volume.begin(NAME_CREDITS)?;
            self.drop_link(&mut tx, &mut inode, now)?;
            dir.remove_name(&mut tx, target.key)?;
            if inode.is_dir() {
                dir.nlink = dir.nlink.saturating_sub(1);
            }
            dir.touch(now);
            dir.store(&mut tx)?;
            tx.finish();
            self.doom_if_nameless(&inode);
            Ok(())
        })
    }

    /// Takes one name from `inode`, an empty directory losing its own too. The last one makes it an orphan. ENOSPC, with nothing changed, when
    /// that cannot be noted.
    pub(crate) fn drop_link(&self, tx: &mut Tx<'_>, inode: &mut Inode, now: Time) -> Result<()> {
        let left = if inode.is_dir() { 0 } else { inode.nlink.saturating_sub(1) };
        if left == 0 {
            self.add_orphan(tx, inode.ino)?;
        }
        inode.nlink = left;
        inode.ctime = now;
        inode.store(tx)
    }

    /// Lets an inode that lost its last name go with its last reference.
    pub(crate) fn doom_if_nameless(&self, inode: &Inode) {
        if inode.nlink == 0 {
            self.set_doomed(inode.ino, true);
        }
    }
}
