// SPDX-License-Identifier: GPL-2.0
/*
 * Taking names away, moving them, adding one.
 *
 * Links are counted here by the rules that every file system keeps, so that nobody needs to be
 * asked after each op: VFS frees an inode by its i_nlink.
 */
#include <linux/namei.h>

#include "bentofs.h"

/*
 * Counts are read before the op and set after it: an answer to GETATTR that comes in between counts
 * the op already, and to count on from that would count it twice. The inodes are locked by VFS.
 */

/*
 * Links of a directory with `subdirectories` more of them. A module may count otherwise: 1 for
 * every directory.
 */
static unsigned int with_subdirectories(unsigned int links, int subdirectories)
{
	if (links < 2 || (subdirectories < 0 && links == 2))
		return links;
	return links + subdirectories;
}

static unsigned int without_name(const struct inode *inode, unsigned int links)
{
	return S_ISDIR(inode->i_mode) || !links ? 0 : links - 1;
}

#define STALE_DIR (STATX_MTIME | STATX_CTIME | STATX_SIZE | STATX_BLOCKS)

/* UNLINK or RMDIR, with what follows from it. */
static int take_name(struct inode *dir, struct dentry *dentry, u32 opcode)
{
	struct inode *inode = d_inode(dentry);
	unsigned int links = inode->i_nlink, dir_links = dir->i_nlink;
	struct bento_call call;
	int err;

	bento_call_of(&call, opcode, bento_i(dir));
	bento_call_name(&call, &dentry->d_name);
	err = bento_call(bento_sb(dir->i_sb), &call);
	if (err)
		return err;
	bento_linked(inode, without_name(inode, links), STATX_CTIME);
	bento_linked(dir, with_subdirectories(dir_links, opcode == FUSE_RMDIR ? -1 : 0), STALE_DIR);
	bento_entry_valid(dentry, NULL);
	return 0;
}

int bento_unlink(struct inode *dir, struct dentry *dentry)
{
	return take_name(dir, dentry, FUSE_UNLINK);
}

int bento_rmdir(struct inode *dir, struct dentry *dentry)
{
	return take_name(dir, dentry, FUSE_RMDIR);
}

int bento_link(struct dentry *old, struct inode *dir, struct dentry *dentry)
{
	u64 evictions = bento_evictions(bento_sb(dir->i_sb));
	struct inode *inode = d_inode(old), *same;
	struct fuse_link_in args = { .oldnodeid = bento_i(inode)->nodeid };
	unsigned int links = inode->i_nlink;
	struct bento_call call;
	int err;

	bento_call_of(&call, FUSE_LINK, bento_i(dir));
	call.other_era = bento_i(inode)->era;
	bento_call_args(&call, &args, sizeof(args));
	bento_call_name(&call, &dentry->d_name);
	err = bento_call(bento_sb(dir->i_sb), &call);
	if (err)
		return err;
	bento_dir_changed(dir);
	same = bento_iget(dir->i_sb, bento_out(&call, struct fuse_entry_out), evictions);
	if (IS_ERR(same) || same != inode) {
		/* The name is there, and leads to who knows what: it is looked up anew. */
		d_drop(dentry);
		if (IS_ERR(same))
			return PTR_ERR(same);
		iput(same);
		return -EIO;
	}
	bento_linked(same, links + 1, STATX_CTIME);
	bento_entry_valid(dentry, bento_out(&call, struct fuse_entry_out));
	d_instantiate(dentry, same);
	return 0;
}

/* Links from before a rename; `target` is what the new name was, or NULL. */
struct counts {
	unsigned int old_dir, new_dir, target;
};

/* Links and times after it. */
static void renamed(struct inode *old_dir, struct inode *moved, struct inode *new_dir,
		    struct inode *target, bool exchange, const struct counts *before)
{
	bool moved_is_dir = S_ISDIR(moved->i_mode),
	     target_is_dir = target && S_ISDIR(target->i_mode);
	/* Subdirectories that come to the new directory, and to the old. */
	int come = moved_is_dir - target_is_dir, back = (exchange && target_is_dir) - moved_is_dir;

	bento_changed(moved, STATX_CTIME);
	if (target && exchange)
		bento_changed(target, STATX_CTIME);
	else if (target)
		bento_linked(target, without_name(target, before->target), STATX_CTIME);
	if (old_dir == new_dir) {
		bento_linked(old_dir, with_subdirectories(before->old_dir, come + back), STALE_DIR);
		return;
	}
	bento_linked(old_dir, with_subdirectories(before->old_dir, back), STALE_DIR);
	bento_linked(new_dir, with_subdirectories(before->new_dir, come), STALE_DIR);
}

int bento_rename2(struct user_namespace *ns, struct inode *old_dir, struct dentry *old,
		  struct inode *new_dir, struct dentry *new, unsigned int flags)
{
	struct fuse_rename2_in args = { .newdir = bento_i(new_dir)->nodeid, .flags = flags };
	struct inode *target = d_inode(new);
	const struct counts before = {
		.old_dir = old_dir->i_nlink,
		.new_dir = new_dir->i_nlink,
		.target = target ? target->i_nlink : 0,
	};
	struct bento_call call;
	int err;

	/* A whiteout is for the lower of two layers; the contract has none. */
	if (flags & ~(RENAME_NOREPLACE | RENAME_EXCHANGE))
		return -EINVAL;
	bento_call_of(&call, FUSE_RENAME2, bento_i(old_dir));
	call.other_era = bento_i(new_dir)->era;
	bento_call_args(&call, &args, sizeof(args));
	bento_call_name(&call, &old->d_name);
	call.in.name2 = new->d_name.name;
	call.in.name2_len = new->d_name.len;
	err = bento_call(bento_sb(old_dir->i_sb), &call);
	if (err)
		return err == -ENOSYS ? -EINVAL : err;
	/* Two names of one file: the module has left both. */
	if (target == d_inode(old) && !(flags & RENAME_EXCHANGE))
		return 0;
	renamed(old_dir, d_inode(old), new_dir, target, flags & RENAME_EXCHANGE, &before);
	return 0;
}
