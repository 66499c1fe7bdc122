// SPDX-License-Identifier: GPL-2.0
/*
 * Extended attributes.
 *
 * VFS asks for security.capability before the first write to a file and for ACLs on the first walk
 * through it, and most inodes have neither. So an inode is asked once whether it has attributes at
 * all.
 */
#include <linux/capability.h>
#include <linux/fs.h>
#include <linux/posix_acl_xattr.h>
#include <linux/slab.h>
#include <linux/xattr.h>

#include "bentofs.h"

static ssize_t get(struct inode *inode, u32 opcode, const char *name, void *value, size_t size)
{
	struct bento_mount *mount = bento_sb(inode->i_sb);
	struct fuse_getxattr_in args = { .size = min_t(size_t, size, XATTR_SIZE_MAX) };
	struct bento_call call;
	size_t len;
	int err;

	if (bento_absent(mount, opcode))
		return -EOPNOTSUPP;
	bento_call_of(&call, opcode, bento_i(inode));
	bento_call_args(&call, &args, sizeof(args));
	if (name) {
		call.in.name = name;
		call.in.name_len = strlen(name);
	}
	if (size)
		bento_call_data(&call, value, args.size);
	err = bento_call(mount, &call);
	if (err)
		return err == -ENOSYS ? -EOPNOTSUPP : err;
	len = size ? call.out.data_len : bento_out(&call, struct fuse_getxattr_out)->size;
	/* Callers take memory of this size. Values and lists have the same bound. */
	return len > XATTR_SIZE_MAX ? -EIO : len;
}

/* Whether there is anything to ask for; an error counts as yes. */
static bool has_any(struct inode *inode)
{
	struct bento_inode *bi = bento_i(inode);
	ssize_t size;

	if (test_bit(BENTO_I_NO_XATTRS, &bi->state))
		return false;
	if (test_bit(BENTO_I_XATTRS, &bi->state))
		return true;
	size = get(inode, FUSE_LISTXATTR, NULL, NULL, 0);
	spin_lock(&bi->lock);
	/* Somebody may have set one meanwhile. */
	if (!size && !test_bit(BENTO_I_XATTRS, &bi->state))
		set_bit(BENTO_I_NO_XATTRS, &bi->state);
	spin_unlock(&bi->lock);
	return size;
}

ssize_t bento_getxattr(struct inode *inode, const char *name, void *value, size_t size)
{
	if (bento_absent(bento_sb(inode->i_sb), FUSE_GETXATTR))
		return -EOPNOTSUPP;
	return has_any(inode) ? get(inode, FUSE_GETXATTR, name, value, size) : -ENODATA;
}

static void may_have_some(struct inode *inode)
{
	struct bento_inode *bi = bento_i(inode);

	spin_lock(&bi->lock);
	set_bit(BENTO_I_XATTRS, &bi->state);
	clear_bit(BENTO_I_NO_XATTRS, &bi->state);
	spin_unlock(&bi->lock);
}

int bento_setxattr(struct inode *inode, const char *name, const void *value, size_t size, int flags)
{
	struct bento_mount *mount = bento_sb(inode->i_sb);
	u32 opcode = value ? FUSE_SETXATTR : FUSE_REMOVEXATTR;
	/* The first eight bytes are all that a module without FUSE_SETXATTR_EXT is sent. */
	struct { u32 size, flags; } args = { .size = size, .flags = flags };
	struct bento_call call;
	int err;

	if (bento_absent(mount, opcode))
		return -EOPNOTSUPP;
	if (!value && !has_any(inode))
		return -ENODATA;
	bento_call_of(&call, opcode, bento_i(inode));
	call.in.name = name;
	call.in.name_len = strlen(name);
	if (value) {
		may_have_some(inode);
		bento_call_args(&call, &args, sizeof(args));
		bento_call_data(&call, (void *)value, size);
	}
	err = bento_call(mount, &call);
	if (!err)
		bento_changed(inode, STATX_CTIME | STATX_BLOCKS);
	return err == -ENOSYS ? -EOPNOTSUPP : err;
}

/* Takes names out of a list that this caller must not see. Answers the bytes that are left. */
static ssize_t visible(char *list, ssize_t len)
{
	char *from = list, *to = list, *end = list + len;

	if (capable(CAP_SYS_ADMIN))
		return len;
	while (from < end) {
		size_t name = strnlen(from, end - from) + 1;

		if (strncmp(from, XATTR_TRUSTED_PREFIX, XATTR_TRUSTED_PREFIX_LEN)) {
			memmove(to, from, name);
			to += name;
		}
		from += name;
	}
	return to - list;
}

ssize_t bento_listxattr(struct dentry *dentry, char *list, size_t size)
{
	struct inode *inode = d_inode(dentry);
	ssize_t len;

	if (!has_any(inode))
		return 0;
	len = get(inode, FUSE_LISTXATTR, NULL, list, size);
	if (len > 0 && size) {
		if (list[len - 1])
			return -EIO;
		len = visible(list, len);
	}
	return len;
}

/* ---- as handlers ---- */

static int handler_get(const struct xattr_handler *handler, struct dentry *dentry,
		       struct inode *inode, const char *name, void *value, size_t size)
{
	return bento_getxattr(inode, xattr_full_name(handler, name), value, size);
}

static int handler_set(const struct xattr_handler *handler, struct user_namespace *ns,
		       struct dentry *dentry, struct inode *inode, const char *name,
		       const void *value, size_t size, int flags)
{
	return bento_setxattr(inode, xattr_full_name(handler, name), value, size, flags);
}

#define HANDLER(what, with)                                                      \
	static const struct xattr_handler what##_handler = { .prefix = with,     \
							     .get = handler_get, \
							     .set = handler_set }

HANDLER(user, XATTR_USER_PREFIX);
HANDLER(trusted, XATTR_TRUSTED_PREFIX);
HANDLER(security, XATTR_SECURITY_PREFIX);

const struct xattr_handler *bento_xattr_handlers[] = {
	&user_handler,
	&trusted_handler,
	&security_handler,
	&posix_acl_access_xattr_handler,
	&posix_acl_default_xattr_handler,
	NULL,
};
