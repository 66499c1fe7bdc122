// SPDX-License-Identifier: GPL-2.0
/*
 * Eras of a mount: an instance that was made from the device after a crash knows nothing of what
 * the one before had answered. It counts handles anew, has no lookups, and gives the number of an
 * inode that was never committed to the next file. So whatever the kernel holds from before must
 * not reach it unseen:
 *
 *  - Inodes are looked for by number while the gate is shut, before anybody can make new ones. One
 *    that is there in the same generation goes on, and everything else about it is asked for anew.
 *    Any other is ESTALE from then on, and new inodes do not find it.
 *  - Handles are ESTALE; write-back opens one of its own for pages that a crash left dirty.
 *  - Names are looked up anew.
 *  - Lookups of before are not given back.
 *
 * An op that was on its way carries the era of what it is about, and is turned away at the gate.
 */
#include <linux/fs.h>
#include <linux/pagemap.h>

#include "bentofs.h"

static bool is_there(struct bento_mount *mount, struct inode *inode, struct fuse_attr *attr)
{
	const struct bento_inode *bi = bento_i(inode);
	const struct fuse_entry_out *entry;
	struct bento_call call;

	bento_call_init(&call, FUSE_LOOKUP, bi->nodeid);
	call.in.name = ".";
	call.in.name_len = 1;
	if (bento_call_as_kernel(mount, &call))
		return false;
	entry = bento_out(&call, struct fuse_entry_out);
	if (!entry->nodeid)
		return false;
	*attr = entry->attr;
	if (entry->nodeid == bi->nodeid && entry->generation == bi->generation &&
	    !((entry->attr.mode ^ inode->i_mode) & S_IFMT) && entry->attr.size <= LLONG_MAX)
		return true;
	bento_forget(mount, entry->nodeid, 1);
	return false;
}

static void find_again(struct bento_mount *mount, struct inode *inode)
{
	struct bento_inode *bi = bento_i(inode);
	bool root = bi->nodeid == FUSE_ROOT_ID, there;
	struct fuse_attr attr;

	there = root || is_there(mount, inode, &attr);
	spin_lock(&bi->lock);
	bi->nlookup = there && !root;
	bi->changes++;
	bi->stale |= BENTO_STALE_ALL;
	if (there)
		WRITE_ONCE(bi->era, mount->era);
	spin_unlock(&bi->lock);
	if (!there) {
		remove_inode_hash(inode);
		return;
	}
	/* What is cached and clean may have been lost with the crash; what is dirty is yet to come. */
	if (!root && S_ISREG(inode->i_mode) &&
	    !mapping_tagged(inode->i_mapping, PAGECACHE_TAG_DIRTY)) {
		i_size_write(inode, attr.size);
		invalidate_mapping_pages(inode->i_mapping, 0, -1);
	}
}

void bento_era_begin(struct bento_mount *mount)
{
	struct super_block *sb = mount->sb;
	struct inode *inode, *last = NULL;

	WRITE_ONCE(mount->reviver, current);
	WRITE_ONCE(mount->era, mount->era + 1 ?: 1);
	spin_lock(&sb->s_inode_list_lock);
	list_for_each_entry(inode, &sb->s_inodes, i_sb_list) {
		/* One that is being made finds out by itself that its answer is of before. */
		if (READ_ONCE(inode->i_state) & I_NEW || !igrab(inode))
			continue;
		spin_unlock(&sb->s_inode_list_lock);
		iput(last);
		last = inode;
		find_again(mount, inode);
		cond_resched();
		spin_lock(&sb->s_inode_list_lock);
	}
	spin_unlock(&sb->s_inode_list_lock);
	iput(last);
	WRITE_ONCE(mount->reviver, NULL);
}
