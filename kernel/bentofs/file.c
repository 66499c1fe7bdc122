// SPDX-License-Identifier: GPL-2.0
/*
 * What is asked of an open file, apart from its data.
 */
#include <linux/compat.h>
#include <linux/fs.h>
#include <linux/pagemap.h>
#include <linux/splice.h>

#include "io.h"

/*
 * Closing is not a time to write back: the module just hears of it, if it wants to, and if what it
 * might answer is of interest: an error of writing. Locks that go are told of by VFS, one by one.
 */
static int bento_flush(struct file *file, fl_owner_t id)
{
	struct inode *inode = file_inode(file);
	struct bento_mount *mount = bento_sb(inode->i_sb);
	const struct bento_file *bf = file->private_data;
	struct fuse_flush_in args = { .fh = bf->fh };
	struct bento_call call;
	int err;

	if (!(file->f_mode & FMODE_WRITE) || bento_absent(mount, FUSE_FLUSH))
		return 0;
	args.lock_owner = bento_lock_owner(id);
	bento_call_of(&call, FUSE_FLUSH, bento_i(inode));
	call.handle_era = bf->era;
	bento_call_args(&call, &args, sizeof(args));
	err = bento_call(mount, &call);
	return err == -ENOSYS ? 0 : err;
}

/*
 * A failed write-back is told once to each descriptor that was open. An error that stopped this
 * call from writing back is answered without asking the module for durability, which it could not
 * promise.
 */
static int bento_fsync(struct file *file, loff_t start, loff_t end, int datasync)
{
	struct inode *inode = file_inode(file);
	struct bento_mount *mount = bento_sb(inode->i_sb);
	const struct bento_file *bf = file->private_data;
	struct fuse_fsync_in args = { .fh = bf->fh,
				      .fsync_flags = datasync ? FUSE_FSYNC_FDATASYNC : 0 };
	struct bento_call call;
	int err;

	err = file_write_and_wait_range(file, start, end);
	if (err)
		return err;
	/* Reading the data back needs no times; the size, each WRITE has told. */
	if (!datasync) {
		err = bento_flush_times(inode);
		if (err)
			return err;
	}
	if (bento_absent(mount, FUSE_FSYNC))
		return 0;
	bento_call_of(&call, FUSE_FSYNC, bento_i(inode));
	call.handle_era = bf->era;
	bento_call_args(&call, &args, sizeof(args));
	err = bento_call(mount, &call);
	return err == -ENOSYS ? 0 : err;
}

/**
 * bento_sync_range - writes back and waits
 * @inode: a regular file
 * @start: first byte
 * @end: last byte
 */
int bento_sync_range(struct inode *inode, loff_t start, loff_t end)
{
	if (!filemap_range_needs_writeback(inode->i_mapping, start, end))
		return 0;
	return filemap_write_and_wait_range(inode->i_mapping, start, end);
}

/* The module knows where data is once it has all of it. */
static loff_t seek_in_module(struct file *file, loff_t offset, int whence)
{
	struct inode *inode = file_inode(file);
	struct bento_mount *mount = bento_sb(inode->i_sb);
	const struct bento_file *bf = file->private_data;
	struct fuse_lseek_in args = { .fh = bf->fh, .offset = offset, .whence = whence };
	struct bento_call call;
	loff_t found;
	int err;

	if (bento_absent(mount, FUSE_LSEEK))
		return -ENOSYS;
	if (offset < 0 || offset >= i_size_read(inode))
		return -ENXIO;
	err = bento_sync_range(inode, 0, LLONG_MAX);
	if (err)
		return err;
	bento_call_of(&call, FUSE_LSEEK, bento_i(inode));
	call.handle_era = bf->era;
	bento_call_args(&call, &args, sizeof(args));
	err = bento_call(mount, &call);
	if (err)
		return err;
	found = bento_out(&call, struct fuse_lseek_out)->offset;
	if (found < offset || found > i_size_read(inode))
		return -EIO;
	return vfs_setpos(file, found, inode->i_sb->s_maxbytes);
}

static loff_t bento_llseek(struct file *file, loff_t offset, int whence)
{
	struct inode *inode = file_inode(file);
	loff_t found;

	if (whence == SEEK_DATA || whence == SEEK_HOLE) {
		inode_lock_shared(inode);
		found = seek_in_module(file, offset, whence);
		inode_unlock_shared(inode);
		if (found != -ENOSYS)
			return found;
	}
	return generic_file_llseek(file, offset, whence);
}

const struct file_operations bento_file_fops = {
	.owner = THIS_MODULE,
	.open = bento_open,
	.release = bento_release,
	.flush = bento_flush,
	.llseek = bento_llseek,
	.read_iter = bento_read_iter,
	.write_iter = bento_write_iter,
	.splice_read = generic_file_splice_read,
	.splice_write = iter_file_splice_write,
	.mmap = bento_mmap,
	.fsync = bento_fsync,
	.lock = bento_lock,
	.fallocate = bento_fallocate,
	.copy_file_range = bento_copy_file_range,
	.unlocked_ioctl = bento_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
};
