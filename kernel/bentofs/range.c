// SPDX-License-Identifier: GPL-2.0
/*
 * Ops on ranges of files that the module does by itself: fallocate(2), copy_file_range(2).
 *
 * The module works on what it has, so what is dirty in the range is written back before, and pages
 * that the op makes wrong leave the cache. The lock of the mapping keeps faults from bringing in,
 * or making dirty, what is about to change.
 */
#include <linux/fs.h>
#include <linux/falloc.h>
#include <linux/mm.h>
#include <linux/pagemap.h>

#include "io.h"

#define MODES                                                                \
	(FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE | FALLOC_FL_ZERO_RANGE | \
	 FALLOC_FL_COLLAPSE_RANGE | FALLOC_FL_INSERT_RANGE)
/* Modes that change where every later byte is. */
#define SHIFTS (FALLOC_FL_COLLAPSE_RANGE | FALLOC_FL_INSERT_RANGE)

/* The file's size afterwards. */
static loff_t size_after(const struct inode *inode, int mode, loff_t offset, loff_t length)
{
	if (mode & FALLOC_FL_COLLAPSE_RANGE)
		return inode->i_size - length;
	if (mode & FALLOC_FL_INSERT_RANGE)
		return inode->i_size + length;
	if (mode & FALLOC_FL_KEEP_SIZE)
		return inode->i_size;
	return max(inode->i_size, offset + length);
}

static int send_fallocate(struct file *file, int mode, loff_t offset, loff_t length)
{
	struct inode *inode = file_inode(file);
	struct bento_mount *mount = bento_sb(inode->i_sb);
	const struct bento_file *bf = file->private_data;
	struct fuse_fallocate_in args = {
		.fh = bf->fh, .offset = offset, .length = length, .mode = mode
	};
	struct bento_call call;
	int err;

	if (bento_absent(mount, FUSE_FALLOCATE))
		return -EOPNOTSUPP;
	bento_call_of(&call, FUSE_FALLOCATE, bento_i(inode));
	call.handle_era = bf->era;
	bento_call_args(&call, &args, sizeof(args));
	err = bento_call(mount, &call);
	return err == -ENOSYS ? -EOPNOTSUPP : err;
}

/* The op, with the inode locked, and the mapping where pages become wrong. */
static int change(struct file *file, int mode, loff_t offset, loff_t length)
{
	struct inode *inode = file_inode(file);
	bool contents = mode & ~FALLOC_FL_KEEP_SIZE;
	loff_t last = mode & SHIFTS ? LLONG_MAX : offset + length - 1, size;
	int err;

	if ((mode & FALLOC_FL_COLLAPSE_RANGE) && offset + length >= inode->i_size)
		return -EINVAL;
	if ((mode & FALLOC_FL_INSERT_RANGE) && offset >= inode->i_size)
		return -EINVAL;
	size = size_after(inode, mode, offset, length);
	if (size > inode->i_size) {
		err = inode_newsize_ok(inode, size);
		if (err)
			return err;
	}
	err = file_modified(file);
	if (err)
		return err;
	if (contents) {
		err = bento_sync_range(inode, offset, last);
		if (err)
			return err;
	}
	err = send_fallocate(file, mode, offset, length);
	if (err)
		return err;
	if (contents)
		truncate_pagecache_range(inode, offset, last);
	if (size > inode->i_size)
		bento_zero_tail(inode, inode->i_size);
	if (size != inode->i_size)
		i_size_write(inode, size);
	bento_times_ahead(inode);
	bento_changed(inode, STATX_BLOCKS);
	return 0;
}

long bento_fallocate(struct file *file, int mode, loff_t offset, loff_t length)
{
	struct inode *inode = file_inode(file);
	int err;

	if (mode & ~MODES)
		return -EOPNOTSUPP;
	inode_lock(inode);
	filemap_invalidate_lock(inode->i_mapping);
	err = change(file, mode, offset, length);
	filemap_invalidate_unlock(inode->i_mapping);
	inode_unlock(inode);
	if (!err && (file->f_flags & O_DSYNC || IS_SYNC(inode)))
		err = vfs_fsync_range(file, offset, offset + length - 1,
				      !(file->f_flags & __O_SYNC));
	return err;
}

/* Bytes copied by one op, or a negative errno. Both inodes are locked. */
static ssize_t send_copy(struct file *in, loff_t pos_in, struct file *out, loff_t pos_out,
			 size_t len)
{
	struct inode *from = file_inode(in), *to = file_inode(out);
	const struct bento_file *bf_in = in->private_data, *bf_out = out->private_data;
	struct fuse_copy_file_range_in args = {
		.fh_in = bf_in->fh,
		.off_in = pos_in,
		.nodeid_out = bento_i(to)->nodeid,
		.fh_out = bf_out->fh,
		.off_out = pos_out,
		.len = len,
	};
	struct bento_call call;
	int err;

	if (bf_in->era != bf_out->era)
		return -ESTALE;
	bento_call_of(&call, FUSE_COPY_FILE_RANGE, bento_i(from));
	call.other_era = bento_i(to)->era;
	call.handle_era = bf_in->era;
	bento_call_args(&call, &args, sizeof(args));
	err = bento_call(bento_sb(from->i_sb), &call);
	if (err)
		return err;
	if (bento_out(&call, struct fuse_write_out)->size > len)
		return -EIO;
	return bento_out(&call, struct fuse_write_out)->size;
}

static ssize_t copy_locked(struct file *in, loff_t pos_in, struct file *out, loff_t pos_out,
			   size_t len)
{
	struct inode *from = file_inode(in), *to = file_inode(out);
	ssize_t copied;

	if (pos_in >= from->i_size)
		return 0;
	len = min_t(loff_t, len, from->i_size - pos_in);
	copied = bento_sync_range(from, pos_in, pos_in + len - 1);
	if (copied)
		return copied;
	/* With its last page the module knows how long the source is. */
	copied = bento_sync_range(from, from->i_size - 1, from->i_size - 1);
	if (copied)
		return copied;
	copied = file_modified(out);
	if (copied)
		return copied;
	copied = bento_sync_range(to, pos_out, pos_out + len - 1);
	if (copied)
		return copied;
	copied = send_copy(in, pos_in, out, pos_out, len);
	if (copied <= 0)
		return copied;
	/*
	 * All of it was written back, so the pages are what the module had; mapped ones are brought
	 * in again.
	 */
	truncate_pagecache_range(to, round_down(pos_out, PAGE_SIZE),
				 round_up(pos_out + copied, PAGE_SIZE) - 1);
	if (pos_out > to->i_size)
		bento_zero_tail(to, to->i_size);
	if (pos_out + copied > to->i_size)
		i_size_write(to, pos_out + copied);
	bento_times_ahead(to);
	bento_changed(to, STATX_BLOCKS);
	return copied;
}

static ssize_t copy_in_module(struct file *in, loff_t pos_in, struct file *out, loff_t pos_out,
			      size_t len)
{
	struct inode *from = file_inode(in), *to = file_inode(out);
	ssize_t copied;

	if (from->i_sb != to->i_sb)
		return -EXDEV;
	if (bento_absent(bento_sb(to->i_sb), FUSE_COPY_FILE_RANGE))
		return -EOPNOTSUPP;
	lock_two_nondirectories(from, to);
	filemap_invalidate_lock_two(from->i_mapping, to->i_mapping);
	copied = copy_locked(in, pos_in, out, pos_out, len);
	filemap_invalidate_unlock_two(from->i_mapping, to->i_mapping);
	unlock_two_nondirectories(from, to);
	if (copied > 0) {
		file_accessed(in);
		if (out->f_flags & O_DSYNC || IS_SYNC(to))
			copied = vfs_fsync_range(out, pos_out, pos_out + copied - 1,
						 !(out->f_flags & __O_SYNC)) ?: copied;
	}
	return copied;
}

ssize_t bento_copy_file_range(struct file *in, loff_t pos_in, struct file *out, loff_t pos_out,
			      size_t len, unsigned int flags)
{
	ssize_t copied = copy_in_module(in, pos_in, out, pos_out, len);

	if (copied == -ENOSYS || copied == -EOPNOTSUPP || copied == -EXDEV)
		copied = generic_copy_file_range(in, pos_in, out, pos_out, len, flags);
	return copied;
}
