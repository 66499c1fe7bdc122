// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! Orphans: inodes without a name that are still open or looked up, and inodes whose blocks are being freed in several transactions.
//!
//! They are the keys of a tree, so that a mount after a crash finds them.

use crate::btree::{Flow, Tree};
use crate::corrupt::say;
use crate::fs::TiffinFs;
use crate::inode::Inode;
use crate::inode::table::Node;
use crate::journal::Tx;
use crate::layout::{BLOCK_SIZE, ORPHAN_OWNER, ORPHAN_ROOT};
use crate::space::Pool;
use crate::volume::Volume;
use alloc::sync::Arc;
use libbentofs::{Errno, Result};

/// The tree.
pub const TREE: Tree = Tree { root: ORPHAN_ROOT, owner: ORPHAN_OWNER };

/// Metadata blocks that freeing an inode may change, besides its content's.
const RECLAIM_CREDITS: u64 = 48;

/// The first orphan with a number of at least `from`.
pub fn next_orphan(volume: &Volume, from: u64) -> Result<Option<u64>> {
    let mut found = None;
    TREE.list(volume, from, |key, _| {
        found = Some(key);
        Ok(Flow::Stop)
    })?;
    Ok(found)
}

impl TiffinFs {
    /// Notes `ino`. ENOSPC, with nothing changed, when there is no room for the note.
    pub(crate) fn add_orphan(&self, tx: &mut Tx<'_>, ino: u64) -> Result<()> {
        let _orphans = self.orphans.lock();
        tx.reserve(TREE.insert_cost(&self.volume, ino, 0)?, Pool::Reserve)?;
        TREE.insert(tx, ino, &[])?;
        Ok(())
    }

    /// Takes the note of `ino` away.
    pub(crate) fn remove_orphan(&self, tx: &mut Tx<'_>, ino: u64) -> Result<()> {
        let _orphans = self.orphans.lock();
        TREE.remove(tx, ino)?;
        Ok(())
    }

    /// Frees an inode without names and references, and everything it has.
    pub(crate) fn reclaim(&self, node: Arc<Node>) -> Result<()> {
        let ino = node.ino;
        let mut inode = self.checked_mut(&node)?;
        let mut tx = self.volume.begin(RECLAIM_CREDITS)?;
        tx = self.free_content(tx, &mut inode)?;
        self.remove_orphan(&mut tx, ino)?;
        Inode::wipe(&mut tx, ino)?;
        drop(inode);
        // From here on the number may be given out again, so nothing in memory may go by it.
        drop(self.table.write().remove(ino));
        drop(node);
        tx.free_inode(ino)?;
        tx.finish();
        Ok(())
    }

    /// Frees the blocks of file, directory or attributes.
    fn free_content<'a>(&'a self, mut tx: Tx<'a>, inode: &mut Inode) -> Result<Tx<'a>> {
        if !inode.inline_xattrs.is_empty() || inode.xattr_block != 0 {
            inode.store_xattrs(&mut tx, &[])?;
            inode.store(&mut tx)?;
            tx = tx.renew()?;
        }
        if inode.is_dir() {
            let tree = inode.names()?;
            if !tree.is_empty(&self.volume)? {
                return Err(crate::corrupt::corrupt(format_args!("inode {}: a directory without a name has entries", inode.ino)));
            }
            tx.free_metadata(tree.root)?;
            return Ok(tx);
        }
        self.free_blocks_from(tx, inode, 0)
    }

    /// Frees what a crash, or an unmount with open files, left behind.
    pub(crate) fn reclaim_orphans(&self) -> Result<()> {
        let mut from = 0;
        while let Some(ino) = next_orphan(&self.volume, from)? {
            if let Err(errno) = self.reclaim_orphan(ino) {
                say(format_args!("orphan inode {ino} could not be freed ({errno}); run fsck"));
            }
            let Some(next) = ino.checked_add(1) else { return Ok(()) };
            from = next;
        }
        Ok(())
    }

    fn reclaim_orphan(&self, ino: u64) -> Result<()> {
        let node = match self.get(ino) {
            // Dropping the reference, the last one, frees an inode without names.
            Ok(node) if node.inode.read().nlink == 0 => return Ok(()),
            Ok(node) => node,
            Err(Errno::ESTALE) => {
                let mut tx = self.volume.begin(RECLAIM_CREDITS)?;
                self.remove_orphan(&mut tx, ino)?;
                tx.finish();
                return Ok(());
            }
            Err(errno) => return Err(errno),
        };
        let mut inode = self.checked_mut(&node)?;
        let tx = self.volume.begin(RECLAIM_CREDITS)?;
        let keep = inode.size.div_ceil(BLOCK_SIZE);
        // It is noted already: free_blocks_from must not note it again.
        let mut tx = self.free_noted_blocks_from(tx, &mut inode, keep)?;
        self.remove_orphan(&mut tx, ino)?;
        inode.store(&mut tx)?;
        tx.finish();
        Ok(())
    }
}
