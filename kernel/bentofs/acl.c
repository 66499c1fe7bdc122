// SPDX-License-Identifier: GPL-2.0
/*
 * POSIX access control lists, which the module keeps as extended attributes and VFS understands.
 */
#include <linux/fs.h>
#include <linux/posix_acl.h>
#include <linux/posix_acl_xattr.h>
#include <linux/slab.h>

#include "bentofs.h"

static const char *name_of(int type)
{
	return type == ACL_TYPE_ACCESS ? XATTR_NAME_POSIX_ACL_ACCESS : XATTR_NAME_POSIX_ACL_DEFAULT;
}

void bento_acl_probe(struct super_block *sb)
{
	ssize_t size = bento_getxattr(d_inode(sb->s_root), XATTR_NAME_POSIX_ACL_ACCESS, NULL, 0);

	if (size == -EOPNOTSUPP)
		sb->s_flags &= ~SB_POSIXACL;
}

struct posix_acl *bento_get_acl(struct inode *inode, int type, bool rcu)
{
	struct posix_acl *acl;
	ssize_t size;
	void *value;

	if (rcu)
		return ERR_PTR(-ECHILD);
	size = bento_getxattr(inode, name_of(type), NULL, 0);
	if (size == -ENODATA || size == -EOPNOTSUPP || !size)
		return NULL;
	if (size < 0)
		return ERR_PTR(size);
	value = kmalloc(size, GFP_NOFS);
	if (!value)
		return ERR_PTR(-ENOMEM);
	size = bento_getxattr(inode, name_of(type), value, size);
	if (size > 0)
		acl = posix_acl_from_xattr(&init_user_ns, value, size);
	else
		acl = size == -ENODATA ? NULL : ERR_PTR(size);
	kfree(value);
	return acl;
}

static int store(struct inode *inode, struct posix_acl *acl, int type)
{
	size_t size;
	void *value;
	int err;

	if (!acl) {
		err = bento_setxattr(inode, name_of(type), NULL, 0, 0);
		return err == -ENODATA ? 0 : err;
	}
	size = posix_acl_xattr_size(acl->a_count);
	value = kmalloc(size, GFP_NOFS);
	if (!value)
		return -ENOMEM;
	err = posix_acl_to_xattr(&init_user_ns, acl, value, size);
	if (err >= 0)
		err = bento_setxattr(inode, name_of(type), value, size, 0);
	kfree(value);
	return err;
}

/* The bits of the mode that an ACL stands for. */
static int set_mode(struct inode *inode, umode_t mode)
{
	struct bento_inode *bi = bento_i(inode);
	struct iattr attr = { .ia_valid = ATTR_MODE, .ia_mode = mode };
	struct fuse_setattr_in args = { .valid = FATTR_MODE, .mode = mode };
	struct bento_call call;
	u64 changes = READ_ONCE(bi->changes);
	int err;

	bento_call_of(&call, FUSE_SETATTR, bi);
	bento_call_args(&call, &args, sizeof(args));
	err = bento_call(bento_sb(inode->i_sb), &call);
	if (!err)
		bento_attr_answered(inode, bento_out(&call, struct fuse_attr_out), &attr, changes);
	return err;
}

int bento_set_acl(struct user_namespace *ns, struct inode *inode, struct posix_acl *acl, int type)
{
	umode_t mode = inode->i_mode;
	struct posix_acl *kept = acl;
	int err;

	if (type == ACL_TYPE_DEFAULT && !S_ISDIR(inode->i_mode))
		return acl ? -EACCES : 0;
	if (type == ACL_TYPE_ACCESS && acl) {
		/* NULL afterwards when the mode says it all. */
		err = posix_acl_update_mode(ns, inode, &mode, &kept);
		if (err)
			return err;
	}
	err = store(inode, kept, type);
	if (err)
		return err;
	if (mode != inode->i_mode)
		err = set_mode(inode, mode);
	if (err)
		forget_cached_acl(inode, type);
	else
		set_cached_acl(inode, type, kept);
	return err;
}

void bento_acl_none(struct inode *inode)
{
	struct bento_inode *bi = bento_i(inode);

	spin_lock(&bi->lock);
	if (!test_bit(BENTO_I_XATTRS, &bi->state))
		set_bit(BENTO_I_NO_XATTRS, &bi->state);
	spin_unlock(&bi->lock);
	cache_no_acl(inode);
}
