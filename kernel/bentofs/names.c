// SPDX-License-Identifier: GPL-2.0
/*
 * Taking names away, moving them, adding one.
 *
 * Links are counted here by the rules that every file system keeps, so that nobody needs to be asked after each op: VFS frees an inode by its
 * i_nlink.
 */
#include <linux/namei.h>

#include "bentofs.h"

/* The inode has lost a name. */
static void lose_name(struct inode *inode)
{
	if (S_ISDIR(inode->i_mode))
		clear_nlink(inode);
	else if (inode->i_nlink)
		drop_nlink(inode);
	bento_changed(inode, STATX_CTIME);
}

static void lose_subdirectory(struct inode *dir)
{
	/* A module may count otherwise: 1 for every directory. */
	if (dir->i_nlink > 2)
		drop_nlink(dir);
}

static void gain_subdirectory(struct inode *dir)
{
	if (dir->i_nlink >= 2)
		inc_nlink(dir);
}

static int take_name(struct inode *dir, struct dentry *dentry, u32 opcode)
{
	struct bento_call call;

	bento_call_init(&call, opcode, bento_i(dir)->nodeid);
	bento_call_name(&call, &dentry->d_name);
	return bento_call(bento_sb(dir->i_sb), &call);
}

int bento_unlink(struct inode *dir, struct dentry *dentry)
{
	int err = take_name(dir, dentry, FUSE_UNLINK);

	if (err)
		return err;
	lose_name(d_inode(dentry));
	bento_dir_changed(dir);
	bento_entry_valid(dentry, NULL);
	return 0;
}

int bento_rmdir(struct inode *dir, struct dentry *dentry)
{
	int err = take_name(dir, dentry, FUSE_RMDIR);

	if (err)
		return err;
	lose_name(d_inode(dentry));
	lose_subdirectory(dir);
	bento_dir_changed(dir);
	bento_entry_valid(dentry, NULL);
	return 0;
}

int bento_link(struct dentry *old, struct inode *dir, struct dentry *dentry)
{
	u64 evictions = bento_evictions(bento_sb(dir->i_sb));
	struct inode *inode = d_inode(old), *same;
	struct fuse_link_in args = { .oldnodeid = bento_i(inode)->nodeid };
	struct bento_call call;
	int err;

	bento_call_init(&call, FUSE_LINK, bento_i(dir)->nodeid);
	bento_call_args(&call, &args, sizeof(args));
	bento_call_name(&call, &dentry->d_name);
	err = bento_call(bento_sb(dir->i_sb), &call);
	if (err)
		return err;
	bento_dir_changed(dir);
	same = bento_iget(dir->i_sb, bento_out(&call, struct fuse_entry_out), evictions);
	if (IS_ERR(same))
		return PTR_ERR(same);
	inc_nlink(same);
	bento_changed(same, STATX_CTIME);
	bento_entry_valid(dentry, bento_out(&call, struct fuse_entry_out));
	d_instantiate(dentry, same);
	return 0;
}

/* Links and times after a rename; `target` is what the new name was before, or NULL. */
static void renamed(struct inode *old_dir, struct inode *moved, struct inode *new_dir, struct inode *target, bool exchange)
{
	bool moved_is_dir = S_ISDIR(moved->i_mode), target_is_dir = target && S_ISDIR(target->i_mode);

	if (moved_is_dir && old_dir != new_dir) {
		lose_subdirectory(old_dir);
		gain_subdirectory(new_dir);
	}
	if (exchange && target_is_dir && old_dir != new_dir) {
		lose_subdirectory(new_dir);
		gain_subdirectory(old_dir);
	}
	if (target && !exchange) {
		lose_name(target);
		if (target_is_dir)
			lose_subdirectory(new_dir);
	}
	bento_changed(moved, STATX_CTIME);
	if (target && exchange)
		bento_changed(target, STATX_CTIME);
	bento_dir_changed(old_dir);
	if (new_dir != old_dir)
		bento_dir_changed(new_dir);
}

int bento_rename2(struct user_namespace *ns, struct inode *old_dir, struct dentry *old, struct inode *new_dir, struct dentry *new,
		  unsigned int flags)
{
	struct fuse_rename2_in args = { .newdir = bento_i(new_dir)->nodeid, .flags = flags };
	struct inode *target = d_inode(new);
	struct bento_call call;
	int err;

	/* A whiteout is for the lower of two layers; the contract has none. */
	if (flags & ~(RENAME_NOREPLACE | RENAME_EXCHANGE))
		return -EINVAL;
	bento_call_init(&call, FUSE_RENAME2, bento_i(old_dir)->nodeid);
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
	renamed(old_dir, d_inode(old), new_dir, target, flags & RENAME_EXCHANGE);
	return 0;
}
