// SPDX-License-Identifier: GPL-2.0
/*
 * The types "bento" (no device) and "bentoblk": mounting, and what concerns a file system as a
 * whole.
 */
#define pr_fmt(fmt) "bentofs: " fmt

#include <linux/backing-dev.h>
#include <linux/blkdev.h>
#include <linux/fs_context.h>
#include <linux/module.h>
#include <linux/seq_file.h>
#include <linux/statfs.h>
#include <linux/xattr.h>

#include "ks/ks.h"
#include "options.h"

#define BENTO_SUPER_MAGIC 0x426e746f
#define BENTO_BLOCK_SIZE 4096
/* A change is durable after as long as this, if nobody asked before. */
#define SYNC_AFTER (5 * HZ)
#define SHUT_TIMEOUT (2 * HZ)

/* ---- as a whole ---- */

static int syncfs(struct bento_mount *mount, bool as_kernel)
{
	struct fuse_syncfs_in args = {};
	struct bento_call call;
	int err;

	if (bento_absent(mount, FUSE_SYNCFS))
		return 0;
	WRITE_ONCE(mount->changed, false);
	bento_call_init(&call, FUSE_SYNCFS, FUSE_ROOT_ID);
	bento_call_args(&call, &args, sizeof(args));
	err = as_kernel ? bento_call_as_kernel(mount, &call) : bento_call(mount, &call);
	return err == -ENOSYS ? 0 : err;
}

static void sync_now(struct work_struct *work)
{
	struct bento_mount *mount =
		container_of(to_delayed_work(work), struct bento_mount, sync_work);

	/* An error is the module's to keep for whoever asks for durability. */
	if (READ_ONCE(mount->changed) && !READ_ONCE(mount->instance->crashed))
		syncfs(mount, true);
}

void bento_sync_soon(struct bento_mount *mount)
{
	if (READ_ONCE(mount->changed))
		return;
	WRITE_ONCE(mount->changed, true);
	queue_delayed_work(system_unbound_wq, &mount->sync_work, SYNC_AFTER);
}

static int bento_sync_fs(struct super_block *sb, int wait)
{
	/* The pages of files were written just before; the call that waits follows at once. */
	return wait ? syncfs(bento_sb(sb), false) : 0;
}

static int bento_statfs(struct dentry *dentry, struct kstatfs *buf)
{
	struct bento_mount *mount = bento_sb(dentry->d_sb);
	struct bento_call call;
	const struct fuse_kstatfs *st;
	int err;

	buf->f_type = BENTO_SUPER_MAGIC;
	buf->f_fsid = u64_to_fsid(
		dentry->d_sb->s_bdev ? huge_encode_dev(dentry->d_sb->s_bdev->bd_dev) : mount->id);
	buf->f_namelen = BENTO_NAME_MAX;
	buf->f_bsize = dentry->d_sb->s_blocksize;
	bento_call_init(&call, FUSE_STATFS, FUSE_ROOT_ID);
	err = bento_call(mount, &call);
	if (err == -ENOSYS)
		return 0;
	if (err)
		return err;
	st = &bento_out(&call, struct fuse_statfs_out)->st;
	buf->f_blocks = st->blocks;
	buf->f_bfree = st->bfree;
	buf->f_bavail = st->bavail;
	buf->f_files = st->files;
	buf->f_ffree = st->ffree;
	buf->f_bsize = st->bsize ?: buf->f_bsize;
	buf->f_frsize = st->frsize ?: buf->f_bsize;
	buf->f_namelen = st->namelen ?: BENTO_NAME_MAX;
	return 0;
}

static int bento_show_options(struct seq_file *m, struct dentry *root)
{
	struct bento_mount *mount = bento_sb(root->d_sb);

	seq_show_option(m, "fs", mount->fs->name);
	if (mount->fs_options)
		seq_show_option(m, "opt", mount->fs_options);
	if (mount->deadline_ms != BENTO_DEADLINE_MS)
		seq_printf(m, ",deadline=%u", mount->deadline_ms);
	return 0;
}

/* ---- mounting ---- */

/* All inodes have gone, and with them their last ops; the instance still has the device. */
static void bento_put_super(struct super_block *sb)
{
	struct bento_mount *mount = bento_sb(sb);

	bento_mount_end(mount);
	bento_mount_free(mount);
}

static int root_of(struct super_block *sb)
{
	struct bento_mount *mount = bento_sb(sb);
	struct fuse_entry_out entry = { .nodeid = FUSE_ROOT_ID };
	const struct fuse_attr_out *out;
	struct fuse_getattr_in args = {};
	struct bento_call call;
	struct inode *root;
	int err;

	bento_call_init(&call, FUSE_GETATTR, FUSE_ROOT_ID);
	bento_call_args(&call, &args, sizeof(args));
	err = bento_call_as_kernel(mount, &call);
	if (err)
		return err;
	out = bento_out(&call, struct fuse_attr_out);
	if (!S_ISDIR(out->attr.mode))
		return -EIO;
	entry.attr = out->attr;
	entry.attr_valid = out->attr_valid;
	entry.attr_valid_nsec = out->attr_valid_nsec;
	root = bento_iget(sb, &entry, bento_evictions(mount));
	if (IS_ERR(root))
		return PTR_ERR(root);
	sb->s_root = d_make_root(root);
	if (!sb->s_root)
		return -ENOMEM;
	bento_acl_probe(sb);
	return 0;
}

static const struct super_operations bento_sops = {
	.alloc_inode = bento_alloc_inode,
	.free_inode = bento_free_inode,
	.evict_inode = bento_evict_inode,
	.write_inode = bento_write_inode,
	.put_super = bento_put_super,
	.sync_fs = bento_sync_fs,
	.statfs = bento_statfs,
	.show_options = bento_show_options,
};

static int set_up(struct super_block *sb)
{
	int err;

	sb->s_magic = BENTO_SUPER_MAGIC;
	sb->s_op = &bento_sops;
	sb->s_xattr = bento_xattr_handlers;
	sb->s_export_op = &bento_export_ops;
	sb->s_d_op = &bento_dentry_ops;
	sb->s_maxbytes = MAX_LFS_FILESIZE;
	sb->s_time_gran = 1;
	/* What of ACLs there is, the module says by the xattrs it keeps. */
	sb->s_flags |= SB_POSIXACL | SB_NOSEC;
	if (sb->s_bdev) {
		if (!sb_set_blocksize(sb, BENTO_BLOCK_SIZE)) {
			pr_err("the device cannot have blocks of %u bytes\n", BENTO_BLOCK_SIZE);
			return -EINVAL;
		}
		/*
		 * Readahead and write-back of files are the mount's own affair: not the device's
		 * figures, as for fuseblk.
		 */
		bdi_put(sb->s_bdi);
		sb->s_bdi = &noop_backing_dev_info;
	} else {
		sb->s_blocksize = PAGE_SIZE;
		sb->s_blocksize_bits = PAGE_SHIFT;
	}
	err = super_setup_bdi(sb);
	if (err)
		return err;
	sb->s_bdi->ra_pages = BENTO_MAX_PAGES;
	sb->s_bdi->io_pages = BENTO_MAX_PAGES;
	return 0;
}

static int fill_super(struct super_block *sb, struct fs_context *fc)
{
	struct bento_options *options = fc->fs_private;
	struct bento_mount *mount;
	int err;

	if (options->mkfs && sb_rdonly(sb)) {
		pr_err("mkfs on a read-only mount\n");
		return -EROFS;
	}
	err = set_up(sb);
	if (err)
		return err;
	mount = bento_mount_make(sb, options);
	if (IS_ERR(mount))
		return PTR_ERR(mount);
	INIT_DELAYED_WORK(&mount->sync_work, sync_now);
	err = bento_mount_begin(mount, options);
	if (err)
		goto fail;
	err = root_of(sb);
	if (!err)
		return 0;
	bento_mount_end(mount);
fail:
	sb->s_fs_info = NULL;
	bento_mount_free(mount);
	return err;
}

int bento_get_tree(struct fs_context *fc)
{
	struct bento_options *options = fc->fs_private;

	if (!options->fs) {
		pr_err("option fs=NAME is missing\n");
		return -EINVAL;
	}
	if (fc->fs_type == &bentoblk_type)
		return get_tree_bdev(fc, fill_super);
	return get_tree_nodev(fc, fill_super);
}

/* The same instance under other conditions: an export and an import, as in an upgrade. */
static int make_writable(struct bento_mount *mount)
{
	struct bento_instance *old, *made;
	struct bento_state state = {};
	int err = 0;

	if (mount->dev && mount->dev->read_only)
		return -EACCES;
	mutex_lock(&bento_registry_lock);
	old = mount->instance;
	if (!old->read_only)
		goto out;
	if (mount->capture) {
		pr_err("mount %u: not made writable while it is being recorded\n", mount->id);
		err = -EBUSY;
		goto out;
	}
	bento_gate_ready(mount);
	err = bento_gate_shut(mount, SHUT_TIMEOUT);
	if (err)
		goto out;
	err = bento_instance_export(old, &state);
	if (!err) {
		mount->read_only = false;
		made = bento_instance_import(mount, old->version, &state);
		err = PTR_ERR_OR_ZERO(made);
		if (err)
			mount->read_only = true;
		else
			mount->instance = made;
	}
	bento_gate_open(mount);
	if (!err)
		bento_instance_destroy(old, true);
	bento_state_free(&state);
out:
	mutex_unlock(&bento_registry_lock);
	return err;
}

int bento_reconfigure(struct fs_context *fc)
{
	struct super_block *sb = fc->root->d_sb;
	int err;

	err = sync_filesystem(sb);
	if (err)
		return err;
	if (sb_rdonly(sb) && !(fc->sb_flags & SB_RDONLY))
		return make_writable(bento_sb(sb));
	return 0;
}

struct file_system_type bento_type = {
	.owner = THIS_MODULE,
	.name = "bento",
	.init_fs_context = bento_init_fs_context,
	.parameters = bento_parameters,
	.kill_sb = kill_anon_super,
};

struct file_system_type bentoblk_type = {
	.owner = THIS_MODULE,
	.name = "bentoblk",
	.init_fs_context = bento_init_fs_context,
	.parameters = bento_parameters,
	.kill_sb = kill_block_super,
	.fs_flags = FS_REQUIRES_DEV,
};

int bento_super_init(void)
{
	int err = register_filesystem(&bento_type);

	if (err)
		return err;
	err = register_filesystem(&bentoblk_type);
	if (err)
		unregister_filesystem(&bento_type);
	return err;
}

void bento_super_exit(void)
{
	unregister_filesystem(&bentoblk_type);
	unregister_filesystem(&bento_type);
}
