// SPDX-License-Identifier: GPL-2.0
/*
 * Times that the kernel sets, and telling the module of them. vfs.h says who is right about what.
 */
#include <linux/fs.h>

#include "bentofs.h"

/*
 * Makes the times the kernel's own. What the module changed and was not asked for since changed a
 * moment ago, so: now. Under bi->lock.
 */
static void own_times(struct inode *inode, struct timespec64 time)
{
	struct bento_inode *bi = bento_i(inode);

	if (bi->stale & STATX_MTIME)
		inode->i_mtime = bento_now_for(inode, time);
	if (bi->stale & STATX_CTIME)
		inode->i_ctime = bento_now_for(inode, time);
	bi->stale &= ~(STATX_MTIME | STATX_CTIME);
	set_bit(BENTO_I_TIMES, &bi->state);
}

int bento_update_time(struct inode *inode, struct timespec64 *time, int flags)
{
	struct bento_inode *bi = bento_i(inode);
	int dirty = 0;

	spin_lock(&bi->lock);
	if (flags & S_ATIME) {
		inode->i_atime = *time;
		set_bit(BENTO_I_ATIME, &bi->state);
		dirty = I_DIRTY_TIME;
	}
	if (flags & (S_MTIME | S_CTIME)) {
		struct timespec64 now = bento_now_for(inode, *time);

		/* What is not set now becomes the kernel's too. */
		own_times(inode, *time);
		if (flags & S_MTIME)
			inode->i_mtime = now;
		if (flags & S_CTIME)
			inode->i_ctime = now;
		bi->changes++;
		dirty = I_DIRTY_SYNC;
	}
	bi->times_set++;
	spin_unlock(&bi->lock);
	if (dirty)
		__mark_inode_dirty(inode, dirty);
	return 0;
}

/**
 * bento_times_ahead() - Notes that a WRITE of write-back gave the inode times of the module's own.
 * @inode: the inode
 *
 * Those of the kernel are the right ones, and are told to the module by write_inode, which comes
 * after the pages.
 */
void bento_times_ahead(struct inode *inode)
{
	struct bento_inode *bi = bento_i(inode);

	spin_lock(&bi->lock);
	own_times(inode, current_time(inode));
	bi->times_set++;
	bi->changes++;
	bi->stale |= STATX_BLOCKS;
	spin_unlock(&bi->lock);
	mark_inode_dirty_sync(inode);
}

static void times_to_args(struct inode *inode, struct fuse_setattr_in *args)
{
	const struct bento_inode *bi = bento_i(inode);

	if (test_bit(BENTO_I_ATIME, &bi->state)) {
		args->valid |= FATTR_ATIME;
		args->atime = inode->i_atime.tv_sec;
		args->atimensec = inode->i_atime.tv_nsec;
	}
	if (test_bit(BENTO_I_TIMES, &bi->state)) {
		args->valid |= FATTR_MTIME;
		args->mtime = inode->i_mtime.tv_sec;
		args->mtimensec = inode->i_mtime.tv_nsec;
	}
	args->valid |= FATTR_CTIME;
	args->ctime = inode->i_ctime.tv_sec;
	args->ctimensec = inode->i_ctime.tv_nsec;
}

/**
 * bento_flush_times() - Tells the module the times that the kernel has set.
 * @inode: the inode, its pages written
 *
 * Return: 0, or a negative errno; then they are still to be told.
 */
int bento_flush_times(struct inode *inode)
{
	struct bento_inode *bi = bento_i(inode);
	struct fuse_setattr_in args = {};
	struct bento_call call;
	u32 times_set;
	int err;

	if (!test_bit(BENTO_I_TIMES, &bi->state) && !test_bit(BENTO_I_ATIME, &bi->state))
		return 0;
	/* A time of access alone must not change the rest, so the rest must be known. */
	if (READ_ONCE(bi->stale) & (STATX_MTIME | STATX_CTIME)) {
		err = bento_getattr_now(inode);
		if (err)
			return err;
	}
	spin_lock(&bi->lock);
	times_to_args(inode, &args);
	times_set = bi->times_set;
	spin_unlock(&bi->lock);
	bento_call_of(&call, FUSE_SETATTR, bi);
	bento_call_args(&call, &args, sizeof(args));
	err = bento_call_as_kernel(bento_sb(inode->i_sb), &call);
	spin_lock(&bi->lock);
	bi->changes++;
	if (!err && times_set == bi->times_set) {
		clear_bit(BENTO_I_TIMES, &bi->state);
		clear_bit(BENTO_I_ATIME, &bi->state);
	}
	spin_unlock(&bi->lock);
	if (err)
		mark_inode_dirty_sync(inode);
	return err;
}
