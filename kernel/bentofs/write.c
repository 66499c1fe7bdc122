// SPDX-License-Identifier: GPL-2.0
/*
 * read(2) and write(2): through the page cache, or around it.
 */
#include <linux/backing-dev.h>
#include <linux/pagemap.h>
#include <linux/uio.h>

#include "io.h"

static bool around_cache(const struct kiocb *iocb)
{
	const struct bento_file *bf = iocb->ki_filp->private_data;

	return unlikely((iocb->ki_flags & IOCB_DIRECT) || (bf->open_flags & FOPEN_DIRECT_IO));
}

ssize_t bento_read_iter(struct kiocb *iocb, struct iov_iter *to)
{
	if (around_cache(iocb))
		return bento_direct_read(iocb, to);
	return generic_file_read_iter(iocb, to);
}

/* A part at least, or the error that kept all of it out. */
static ssize_t write_cached(struct kiocb *iocb, struct iov_iter *from)
{
	struct inode *inode = file_inode(iocb->ki_filp);
	size_t count = iov_iter_count(from);
	ssize_t ret, room;

	room = bento_room_take(inode, iocb->ki_filp->private_data, iocb->ki_pos, count);
	if (unlikely(room <= 0))
		return room ?: bento_direct_write(iocb, from);
	if (unlikely(iocb->ki_pos > inode->i_size))
		bento_zero_tail(inode, inode->i_size);
	iov_iter_truncate(from, room);
	current->backing_dev_info = inode_to_bdi(inode);
	ret = generic_perform_write(iocb, from);
	current->backing_dev_info = NULL;
	if (unlikely(room < count))
		iov_iter_reexpand(from, count - max_t(ssize_t, ret, 0));
	return ret;
}

ssize_t bento_write_iter(struct kiocb *iocb, struct iov_iter *from)
{
	struct file *file = iocb->ki_filp;
	struct inode *inode = file_inode(file);
	ssize_t ret;

	if (iocb->ki_flags & IOCB_NOWAIT) {
		/* Nothing of it can be promised not to sleep but the lock. */
		return -EAGAIN;
	}
	inode_lock(inode);
	ret = generic_write_checks(iocb, from);
	if (ret <= 0)
		goto out;
	ret = file_remove_privs(file);
	if (ret)
		goto out;
	ret = file_update_time(file);
	if (ret)
		goto out;
	ret = around_cache(iocb) ? bento_direct_write(iocb, from) : write_cached(iocb, from);
out:
	inode_unlock(inode);
	if (ret > 0)
		ret = generic_write_sync(iocb, ret);
	return ret;
}
