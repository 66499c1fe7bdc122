// SPDX-License-Identifier: GPL-2.0
/*
 * Finding names, and the tables of inode operations.
 *
 * All changes of names come through us, so a name that was found, or found missing, stays so for as
 * long as the module's answer holds; one that is missing, until somebody makes it.
 */
#include <linux/jiffies.h>
#include <linux/namei.h>
#include <linux/slab.h>

#include "bentofs.h"

/*
 * dentry.d_time: jiffies at which the answer expires. Compared with wrap-around, so far away is
 * half the circle.
 */
#define NEVER (jiffies + MAX_JIFFY_OFFSET)

void bento_entry_valid(struct dentry *dentry, const struct fuse_entry_out *entry)
{
	u64 until = entry ? bento_valid_until(entry->entry_valid, entry->entry_valid_nsec) : 0;

	dentry->d_time = entry ? (unsigned long)until : NEVER;
	dentry->d_fsdata = (void *)(unsigned long)READ_ONCE(bento_sb(dentry->d_sb)->era);
}

int bento_lookup_call(struct inode *dir, const struct qstr *name, struct bento_call *call)
{
	bento_call_of(call, FUSE_LOOKUP, bento_i(dir));
	bento_call_name(call, name);
	return bento_call(bento_sb(dir->i_sb), call);
}

struct dentry *bento_lookup(struct inode *dir, struct dentry *dentry, unsigned int flags)
{
	u64 evictions = bento_evictions(bento_sb(dir->i_sb));
	const struct fuse_entry_out *entry;
	struct inode *inode = NULL;
	struct bento_call call;
	struct dentry *found;
	int err;

	if (dentry->d_name.len > BENTO_NAME_MAX)
		return ERR_PTR(-ENAMETOOLONG);
	err = bento_lookup_call(dir, &dentry->d_name, &call);
	if (err && err != -ENOENT)
		return ERR_PTR(err);
	entry = err ? NULL : bento_out(&call, struct fuse_entry_out);
	/* A nodeid of 0 is a name that is missing, for as long as the answer says. */
	if (entry && entry->nodeid)
		inode = bento_iget(dir->i_sb, entry, evictions);
	if (IS_ERR(inode))
		return ERR_CAST(inode);
	found = d_splice_alias(inode, dentry);
	if (!IS_ERR(found))
		bento_entry_valid(found ?: dentry, entry);
	return found;
}

static bool is_valid(const struct dentry *dentry)
{
	const unsigned long era = (unsigned long)READ_ONCE(dentry->d_fsdata);

	return time_before(jiffies, READ_ONCE(dentry->d_time)) &&
	       era == READ_ONCE(bento_sb(dentry->d_sb)->era);
}

/* The answer has expired: is the name still what it was? */
static int ask_again(struct dentry *dentry)
{
	struct dentry *parent = dget_parent(dentry);
	struct inode *dir = d_inode(parent), *inode = d_inode(dentry);
	const struct fuse_entry_out *entry;
	struct bento_call call;
	int same = 0;

	if (!inode || bento_lookup_call(dir, &dentry->d_name, &call))
		goto out;
	entry = bento_out(&call, struct fuse_entry_out);
	if (bento_i(inode)->era == READ_ONCE(bento_sb(dir->i_sb)->era) &&
	    entry->nodeid == bento_i(inode)->nodeid &&
	    entry->generation == bento_i(inode)->generation) {
		spin_lock(&bento_i(inode)->lock);
		bento_i(inode)->nlookup++;
		spin_unlock(&bento_i(inode)->lock);
		bento_entry_valid(dentry, entry);
		same = 1;
	} else if (entry->nodeid) {
		bento_forget(bento_sb(dir->i_sb), entry->nodeid, 1);
	}
out:
	dput(parent);
	return same;
}

static int revalidate(struct dentry *dentry, unsigned int flags)
{
	if (likely(is_valid(dentry)))
		return 1;
	return flags & LOOKUP_RCU ? -ECHILD : ask_again(dentry);
}

const struct dentry_operations bento_dentry_ops = {
	.d_revalidate = revalidate,
};

void bento_dir_changed(struct inode *dir)
{
	bento_changed(dir, STATX_MTIME | STATX_CTIME | STATX_SIZE | STATX_BLOCKS);
}

/* ---- symbolic links ---- */

static char *read_target(struct inode *inode)
{
	char *page = (char *)__get_free_page(GFP_KERNEL), *target;
	struct bento_call call;
	int err;

	if (!page)
		return ERR_PTR(-ENOMEM);
	bento_call_of(&call, FUSE_READLINK, bento_i(inode));
	bento_call_data(&call, page, PAGE_SIZE - 1);
	err = bento_call(bento_sb(inode->i_sb), &call);
	target = err ? ERR_PTR(err) : kmemdup_nul(page, call.out.data_len, GFP_KERNEL);
	free_page((unsigned long)page);
	return target ?: ERR_PTR(-ENOMEM);
}

/*
 * The target never changes: it is kept with the inode, which frees it. VFS looks there by itself
 * from then on.
 */
static const char *get_link(struct dentry *dentry, struct inode *inode, struct delayed_call *done)
{
	char *target, *other;

	if (READ_ONCE(inode->i_link))
		return inode->i_link;
	if (!dentry)
		return ERR_PTR(-ECHILD);
	target = read_target(inode);
	if (IS_ERR(target))
		return target;
	other = cmpxchg(&inode->i_link, NULL, target);
	if (!other)
		return target;
	kfree(target);
	return other;
}

/* ---- tables ---- */

#define COMMON \
	.getattr = bento_getattr, \
	.setattr = bento_setattr, \
	.permission = bento_permission, \
	.listxattr = bento_listxattr, \
	.update_time = bento_update_time

const struct inode_operations bento_dir_iops = {
	COMMON,
	.get_acl = bento_get_acl,
	.set_acl = bento_set_acl,
	.lookup = bento_lookup,
	.create = bento_create,
	.mknod = bento_mknod,
	.mkdir = bento_mkdir,
	.symlink = bento_symlink,
	.atomic_open = bento_atomic_open,
	.tmpfile = bento_tmpfile,
	.link = bento_link,
	.unlink = bento_unlink,
	.rmdir = bento_rmdir,
	.rename = bento_rename2,
};

const struct inode_operations bento_file_iops = {
	COMMON,
	.get_acl = bento_get_acl,
	.set_acl = bento_set_acl,
};

const struct inode_operations bento_special_iops = {
	COMMON,
	.get_acl = bento_get_acl,
	.set_acl = bento_set_acl,
};

const struct inode_operations bento_symlink_iops = {
	COMMON,
	.get_link = get_link,
};
