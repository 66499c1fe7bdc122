// SPDX-License-Identifier: GPL-2.0
/*
 * chmod, chown, utimes, truncate.
 */
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/posix_acl.h>

#include "bentofs.h"

static void fill_args(struct super_block *sb, const struct iattr *attr,
		      struct fuse_setattr_in *args)
{
	if (attr->ia_valid & ATTR_MODE) {
		args->valid |= FATTR_MODE;
		args->mode = attr->ia_mode;
	}
	if (attr->ia_valid & ATTR_UID) {
		args->valid |= FATTR_UID;
		args->uid = from_kuid(sb->s_user_ns, attr->ia_uid);
	}
	if (attr->ia_valid & ATTR_GID) {
		args->valid |= FATTR_GID;
		args->gid = from_kgid(sb->s_user_ns, attr->ia_gid);
	}
	if (attr->ia_valid & ATTR_SIZE) {
		args->valid |= FATTR_SIZE;
		args->size = attr->ia_size;
	}
	/* VFS has filled in what "now" is. */
	if (attr->ia_valid & ATTR_ATIME) {
		args->valid |= FATTR_ATIME;
		args->atime = attr->ia_atime.tv_sec;
		args->atimensec = attr->ia_atime.tv_nsec;
	}
	if (attr->ia_valid & ATTR_MTIME) {
		args->valid |= FATTR_MTIME;
		args->mtime = attr->ia_mtime.tv_sec;
		args->mtimensec = attr->ia_mtime.tv_nsec;
	}
}

static int send(struct inode *inode, const struct iattr *attr)
{
	struct bento_inode *bi = bento_i(inode);
	struct fuse_setattr_in args = {};
	struct bento_call call;
	u64 changes = READ_ONCE(bi->changes);
	int err;

	fill_args(inode->i_sb, attr, &args);
	if (!args.valid)
		return 0;
	bento_call_of(&call, FUSE_SETATTR, bi);
	bento_call_args(&call, &args, sizeof(args));
	err = bento_call(bento_sb(inode->i_sb), &call);
	if (err)
		return err;
	bento_attr_answered(inode, bento_out(&call, struct fuse_attr_out), attr, changes);
	return 0;
}

/*
 * A file becomes shorter: pages behind its new end go first, so that no write-back makes it long
 * again behind the op. It becomes longer: what the last page holds behind the old end was never
 * part of the file.
 */
static int set_size(struct inode *inode, const struct iattr *attr)
{
	struct address_space *mapping = inode->i_mapping;
	loff_t old = i_size_read(inode), size = attr->ia_size;
	bool dirty = mapping_tagged(mapping, PAGECACHE_TAG_DIRTY);
	int err;

	filemap_invalidate_lock(mapping);
	if (size < old) {
		i_size_write(inode, size);
		truncate_pagecache(inode, size);
	}
	err = send(inode, attr);
	if (err && size < old) {
		/*
		 * The file stays as the module has it. The page that the new end would have been in
		 * was zeroed behind it, so it goes, before write-back could reach as far as that.
		 * What was dirty there is lost, and whoever syncs is told.
		 */
		if (invalidate_inode_pages2_range(mapping, size >> PAGE_SHIFT, size >> PAGE_SHIFT))
			dirty = true;
		i_size_write(inode, old);
		if (dirty)
			mapping_set_error(mapping, -EIO);
	}
	if (!err && size > old) {
		bento_zero_tail(inode, old);
		i_size_write(inode, size);
		pagecache_isize_extended(inode, old, size);
	}
	filemap_invalidate_unlock(mapping);
	return err;
}

int bento_setattr(struct user_namespace *ns, struct dentry *dentry, struct iattr *attr)
{
	struct inode *inode = d_inode(dentry);
	int err;

	err = setattr_prepare(ns, dentry, attr);
	if (err)
		return err;
	err = attr->ia_valid & ATTR_SIZE && S_ISREG(inode->i_mode) ? set_size(inode, attr) :
								     send(inode, attr);
	if (err)
		return err;
	if (attr->ia_valid & ATTR_MODE)
		err = posix_acl_chmod(ns, inode, inode->i_mode);
	return err;
}
