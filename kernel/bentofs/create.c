// SPDX-License-Identifier: GPL-2.0
/*
 * Making inodes: open(O_CREAT), mknod, mkdir, symlink, O_TMPFILE.
 */
#include <linux/file.h>
#include <linux/namei.h>
#include <linux/posix_acl.h>

#include "bentofs.h"

/* ACLs that a new inode gets from its directory. */
struct inherited {
	struct posix_acl *access, *defaults;
};

/*
 * Takes what the umask, or instead of it the directory's default ACL, does not allow from `mode`.
 */
static int inherit(struct inode *dir, umode_t *mode, struct inherited *acls)
{
	*acls = (struct inherited){};
	return posix_acl_create(dir, mode, &acls->defaults, &acls->access);
}

static void drop_inherited(struct inherited *acls)
{
	posix_acl_release(acls->access);
	posix_acl_release(acls->defaults);
}

/*
 * The new inode gets its ACLs. A failure is the op's, though the inode is there: as in other file
 * systems.
 */
static int bequeath(struct user_namespace *ns, struct inode *inode, struct inherited *acls)
{
	int err = 0;

	bento_acl_none(inode);
	if (acls->defaults)
		err = bento_set_acl(ns, inode, acls->defaults, ACL_TYPE_DEFAULT);
	if (!err && acls->access)
		err = bento_set_acl(ns, inode, acls->access, ACL_TYPE_ACCESS);
	return err;
}

/* The entry was made; the dentry is the inode's from here on. */
static struct inode *entered(struct inode *dir, struct dentry *dentry,
			     const struct fuse_entry_out *entry, u64 evictions)
{
	struct inode *inode = bento_iget(dir->i_sb, entry, evictions);

	bento_dir_changed(dir);
	if (IS_ERR(inode)) {
		/* The name is there, and nobody here knows of it: it is looked up anew. */
		d_drop(dentry);
		return inode;
	}
	bento_entry_valid(dentry, entry);
	return inode;
}

/* Sends a call that answers an entry, and makes `dentry` its name. */
static int make(struct user_namespace *ns, struct inode *dir, struct dentry *dentry,
		struct bento_call *call, u32 type, struct inherited *acls)
{
	u64 evictions = bento_evictions(bento_sb(dir->i_sb));
	const struct fuse_entry_out *entry = bento_out(call, struct fuse_entry_out);
	unsigned int links = dir->i_nlink;
	struct inode *inode;
	int err;

	if (dentry->d_name.len > BENTO_NAME_MAX) {
		err = -ENAMETOOLONG;
		goto out;
	}
	bento_call_name(call, &dentry->d_name);
	err = bento_call(bento_sb(dir->i_sb), call);
	if (err)
		goto out;
	err = -EIO;
	if ((entry->attr.mode & S_IFMT) != type) {
		bento_forget(bento_sb(dir->i_sb), entry->nodeid, 1);
		d_drop(dentry);
		goto out;
	}
	inode = entered(dir, dentry, entry, evictions);
	/* It is there, whatever fails from here on. A module may count 1 for every directory. */
	if (type == S_IFDIR && links >= 2)
		bento_linked(dir, links + 1, 0);
	err = PTR_ERR_OR_ZERO(inode);
	if (err)
		goto out;
	err = bequeath(ns, inode, acls);
	d_instantiate(dentry, inode);
out:
	drop_inherited(acls);
	/* A module without these ops. */
	return err == -ENOSYS ? -EPERM : err;
}

int bento_mknod(struct user_namespace *ns, struct inode *dir, struct dentry *dentry, umode_t mode,
		dev_t rdev)
{
	struct fuse_mknod_in args = { .rdev = new_encode_dev(rdev) };
	struct inherited acls;
	struct bento_call call;
	int err = inherit(dir, &mode, &acls);

	if (err)
		return err;
	args.mode = mode;
	bento_call_of(&call, FUSE_MKNOD, bento_i(dir));
	bento_call_args(&call, &args, sizeof(args));
	return make(ns, dir, dentry, &call, mode & S_IFMT, &acls);
}

int bento_create(struct user_namespace *ns, struct inode *dir, struct dentry *dentry, umode_t mode,
		 bool excl)
{
	return bento_mknod(ns, dir, dentry, mode | S_IFREG, 0);
}

int bento_mkdir(struct user_namespace *ns, struct inode *dir, struct dentry *dentry, umode_t mode)
{
	struct fuse_mkdir_in args = {};
	struct inherited acls;
	struct bento_call call;
	int err;

	mode |= S_IFDIR;
	err = inherit(dir, &mode, &acls);
	if (err)
		return err;
	args.mode = mode;
	bento_call_of(&call, FUSE_MKDIR, bento_i(dir));
	bento_call_args(&call, &args, sizeof(args));
	return make(ns, dir, dentry, &call, S_IFDIR, &acls);
}

int bento_symlink(struct user_namespace *ns, struct inode *dir, struct dentry *dentry,
		  const char *target)
{
	struct inherited none = {};
	struct bento_call call;

	bento_call_of(&call, FUSE_SYMLINK, bento_i(dir));
	call.in.name2 = target;
	call.in.name2_len = strlen(target);
	if (call.in.name2_len >= PATH_MAX)
		return -ENAMETOOLONG;
	return make(ns, dir, dentry, &call, S_IFLNK, &none);
}

/* ---- made and opened in one op ---- */

/* What CREATE or TMPFILE answered; copied, since the call's room is used again for giving back. */
struct created {
	struct fuse_entry_out entry;
	struct fuse_open_out opened;
	u32 era;				/* the mount's, from before the op */
};

static void take_answer(struct created *created, struct bento_call *call)
{
	memcpy(created, call->out.out, sizeof(created->entry) + sizeof(created->opened));
}

/* Nobody will use the handle. By nodeid: there may be no inode. */
static void give_back(struct bento_mount *mount, u64 nodeid, const struct created *created,
		      unsigned int flags)
{
	struct fuse_release_in args = { .fh = created->opened.fh, .flags = flags };
	struct bento_call call;

	bento_call_init(&call, FUSE_RELEASE, nodeid);
	call.handle_era = created->era;
	bento_call_args(&call, &args, sizeof(args));
	bento_call(mount, &call);
}

/* The open function of finish_open(), to which private_data carries the module's answer. */
static int adopt(struct inode *inode, struct file *file)
{
	const struct created *created = file->private_data;

	file->private_data = NULL;
	return bento_file_adopt(inode, file, &created->opened, created->era);
}

/* Makes `file` the open file of `dentry`; whatever fails, the handle is given back. */
static int finish(struct file *file, struct dentry *dentry, struct created *created)
{
	struct inode *inode = d_inode(dentry);
	int err;

	file->private_data = created;
	err = finish_open(file, dentry, adopt);
	if (err && file->private_data == created) {
		/* It did not come to open it. */
		file->private_data = NULL;
		give_back(bento_sb(inode->i_sb), bento_i(inode)->nodeid, created, file->f_flags);
	}
	return err;
}

/* CREATE: 0 when it was made and opened, or an errno; -EEXIST when somebody else has made it. */
static int create_open(struct inode *dir, struct dentry *dentry, struct file *file, umode_t mode)
{
	struct bento_mount *mount = bento_sb(dir->i_sb);
	u64 evictions = bento_evictions(mount);
	struct fuse_create_in args = { .flags = file->f_flags & ~O_NOCTTY };
	struct created created = { .era = READ_ONCE(mount->era) };
	struct inherited acls;
	struct bento_call call;
	struct inode *inode;
	int err;

	mode |= S_IFREG;
	err = inherit(dir, &mode, &acls);
	if (err)
		return err;
	args.mode = mode;
	bento_call_of(&call, FUSE_CREATE, bento_i(dir));
	bento_call_args(&call, &args, sizeof(args));
	bento_call_name(&call, &dentry->d_name);
	err = bento_call(mount, &call);
	if (err)
		goto out;
	take_answer(&created, &call);
	inode = entered(dir, dentry, &created.entry, evictions);
	err = PTR_ERR_OR_ZERO(inode);
	if (err) {
		give_back(mount, created.entry.nodeid, &created, args.flags);
		goto out;
	}
	err = bequeath(&init_user_ns, inode, &acls);
	if (d_in_lookup(dentry))
		d_add(dentry, inode);
	else
		d_instantiate(dentry, inode);
	file->f_mode |= FMODE_CREATED;
	if (err)
		give_back(mount, created.entry.nodeid, &created, args.flags);
	else
		err = finish(file, dentry, &created);
out:
	drop_inherited(&acls);
	return err;
}

/*
 * A name that nobody has looked up yet is made without looking first: in most cases it is not
 * there. Only where it is, or the module has no CREATE, does it take a lookup.
 */
int bento_atomic_open(struct inode *dir, struct dentry *dentry, struct file *file,
		      unsigned int flags, umode_t mode)
{
	struct dentry *found = NULL;
	int err;

	if (dentry->d_name.len > BENTO_NAME_MAX)
		return -ENAMETOOLONG;
	if (flags & O_CREAT && d_really_is_negative(dentry) &&
	    !bento_absent(bento_sb(dir->i_sb), FUSE_CREATE)) {
		err = create_open(dir, dentry, file, mode);
		if (err != -EEXIST && err != -ENOSYS)
			return err;
		/*
		 * A name that is there, and was not looked for, is one to open; one that was found
		 * missing a moment ago is the module's to explain.
		 */
		if (err == -EEXIST && (flags & O_EXCL || !d_in_lookup(dentry)))
			return err;
	}
	if (d_in_lookup(dentry)) {
		found = bento_lookup(dir, dentry, 0);
		if (IS_ERR(found))
			return PTR_ERR(found);
	}
	if (flags & O_CREAT && d_really_is_negative(found ?: dentry)) {
		err = bento_mknod(&init_user_ns, dir, found ?: dentry, mode | S_IFREG, 0);
		if (err) {
			dput(found);
			return err;
		}
		file->f_mode |= FMODE_CREATED;
	}
	return finish_no_open(file, found);
}

int bento_tmpfile(struct user_namespace *ns, struct inode *dir, struct file *file, umode_t mode)
{
	struct bento_mount *mount = bento_sb(dir->i_sb);
	u64 evictions = bento_evictions(mount);
	struct fuse_create_in args = { .flags = file->f_flags & ~O_NOCTTY };
	struct created created = { .era = READ_ONCE(mount->era) };
	struct inherited acls;
	struct bento_call call;
	struct inode *inode;
	int err;

	if (bento_absent(mount, BENTO_OP_TMPFILE))
		return -EOPNOTSUPP;
	mode |= S_IFREG;
	err = inherit(dir, &mode, &acls);
	if (err)
		return err;
	args.mode = mode;
	bento_call_of(&call, BENTO_OP_TMPFILE, bento_i(dir));
	bento_call_args(&call, &args, sizeof(args));
	err = bento_call(mount, &call);
	if (err) {
		err = err == -ENOSYS ? -EOPNOTSUPP : err;
		goto out;
	}
	take_answer(&created, &call);
	inode = bento_iget(dir->i_sb, &created.entry, evictions);
	err = PTR_ERR_OR_ZERO(inode);
	if (!err) {
		err = bequeath(ns, inode, &acls);
		if (err)
			iput(inode);
	}
	if (err) {
		give_back(mount, created.entry.nodeid, &created, args.flags);
		goto out;
	}
	/* d_tmpfile() takes a link away. */
	set_nlink(inode, 1);
	d_tmpfile(file, inode);
	err = finish(file, file->f_path.dentry, &created);
out:
	drop_inherited(&acls);
	return err;
}
