// SPDX-License-Identifier: GPL-2.0
/*
 * Open directories, and listing them.
 *
 * A listing is fetched into a buffer first and told to the caller afterwards: that goes to user
 * memory, which must not happen inside the gate.
 */
#include <linux/fs.h>
#include <linux/gfp.h>
#include <linux/slab.h>

#include "bentofs.h"

/* Room for one READDIR: some hundred names. */
#define LISTING_ORDER 3
#define LISTING_SIZE (PAGE_SIZE << LISTING_ORDER)

/* An open directory. */
struct open_dir {
	u64 fh;
	u32 flags;
	bool no_release;
};

static int dir_open(struct inode *inode, struct file *file)
{
	struct open_dir *dir = kzalloc(sizeof(*dir), GFP_KERNEL_ACCOUNT);
	struct fuse_open_in args = {};
	struct bento_call call;
	int err;

	if (!dir)
		return -ENOMEM;
	dir->flags = args.flags = file->f_flags & ~(O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC);
	bento_call_init(&call, FUSE_OPENDIR, bento_i(inode)->nodeid);
	bento_call_args(&call, &args, sizeof(args));
	err = bento_call(bento_sb(inode->i_sb), &call);
	if (err && err != -ENOSYS) {
		kfree(dir);
		return err;
	}
	dir->no_release = err;
	dir->fh = err ? 0 : bento_out(&call, struct fuse_open_out)->fh;
	file->private_data = dir;
	return 0;
}

static int dir_release(struct inode *inode, struct file *file)
{
	struct open_dir *dir = file->private_data;
	struct fuse_release_in args = { .fh = dir->fh, .flags = dir->flags };
	struct bento_call call;

	if (!dir->no_release) {
		bento_call_init(&call, FUSE_RELEASEDIR, bento_i(inode)->nodeid);
		bento_call_args(&call, &args, sizeof(args));
		/* Nobody hears of an error: the descriptor is gone. */
		bento_call(bento_sb(inode->i_sb), &call);
	}
	kfree(dir);
	return 0;
}

static int dir_fsync(struct file *file, loff_t start, loff_t end, int datasync)
{
	struct inode *inode = file_inode(file);
	struct bento_mount *mount = bento_sb(inode->i_sb);
	const struct open_dir *dir = file->private_data;
	struct fuse_fsync_in args = { .fh = dir->fh,
				      .fsync_flags = datasync ? FUSE_FSYNC_FDATASYNC : 0 };
	struct bento_call call;
	int err;

	err = sync_inode_metadata(inode, 1);
	if (err || bento_absent(mount, FUSE_FSYNCDIR))
		return err;
	bento_call_init(&call, FUSE_FSYNCDIR, bento_i(inode)->nodeid);
	bento_call_args(&call, &args, sizeof(args));
	err = bento_call(mount, &call);
	return err == -ENOSYS ? 0 : err;
}

/*
 * Tells the caller what one READDIR answered. 1: it has had enough; 0: more may follow; -EIO for an
 * answer that makes no sense, part of an entry among them: asked again for the same, the module
 * could give it for ever.
 */
static int tell(struct dir_context *ctx, const u8 *at, size_t len)
{
	const struct fuse_dirent *entry;

	while (len) {
		size_t size;

		entry = (const struct fuse_dirent *)at;
		if (len < FUSE_NAME_OFFSET)
			return -EIO;
		size = FUSE_DIRENT_SIZE(entry);
		if (!entry->namelen || entry->namelen > BENTO_NAME_MAX || size > len ||
		    memchr(entry->name, '/', entry->namelen) ||
		    memchr(entry->name, 0, entry->namelen))
			return -EIO;
		if (!dir_emit(ctx, entry->name, entry->namelen, entry->ino, entry->type))
			return 1;
		ctx->pos = entry->off;
		at += size;
		len -= size;
	}
	return 0;
}

static int dir_iterate(struct file *file, struct dir_context *ctx)
{
	struct inode *inode = file_inode(file);
	const struct open_dir *dir = file->private_data;
	struct fuse_read_in args = { .fh = dir->fh, .size = LISTING_SIZE };
	u8 *listing = (u8 *)__get_free_pages(GFP_KERNEL, LISTING_ORDER);
	struct bento_call call;
	int err;

	if (!listing)
		return -ENOMEM;
	do {
		args.offset = ctx->pos;
		bento_call_init(&call, FUSE_READDIR, bento_i(inode)->nodeid);
		bento_call_args(&call, &args, sizeof(args));
		bento_call_data(&call, listing, LISTING_SIZE);
		err = bento_call(bento_sb(inode->i_sb), &call);
		if (!err)
			err = tell(ctx, listing, call.out.data_len);
	} while (!err && call.out.data_len);
	free_pages((unsigned long)listing, LISTING_ORDER);
	return err < 0 ? err : 0;
}

const struct file_operations bento_dir_fops = {
	.open = dir_open,
	.release = dir_release,
	.fsync = dir_fsync,
	.iterate_shared = dir_iterate,
	.llseek = generic_file_llseek,
	.read = generic_read_dir,
};
