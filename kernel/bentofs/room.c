// SPDX-License-Identifier: GPL-2.0
/*
 * ENOSPC where it belongs: in write(2).
 *
 * The module allocates when pages are written back, which is too late to tell the writer. While
 * there is plenty of room that does not matter. So the module is asked what room there is (STATFS),
 * and half of what the dirty pages leave of it may become dirty before it is asked again. When
 * there is little, all that is dirty is written once, and from then on each write first has its
 * blocks set aside (FALLOCATE that keeps the size): it is refused at once, or cannot fail for want
 * of room. A module that cannot set blocks aside is written through to.
 */
#include <linux/backing-dev.h>
#include <linux/fs.h>
#include <linux/falloc.h>
#include <linux/writeback.h>

#include "io.h"

/*
 * Kept back for the metadata that dirty pages come with: a part of what is free, and a least
 * amount.
 */
#define METADATA_SHIFT 4
#define METADATA_LEAST (1 << 20)
/* Where the module does not say what room it has. */
#define PLENTY (1LL << 60)

/* Bytes that may become dirty, of those that are not yet spoken for. */
static s64 ask(struct super_block *sb)
{
	struct bdi_writeback *wb = &sb->s_bdi->wb;
	const struct fuse_kstatfs *st;
	struct bento_call call;
	s64 free, dirty;

	bento_call_init(&call, FUSE_STATFS, FUSE_ROOT_ID);
	if (bento_call_as_kernel(bento_sb(sb), &call))
		return PLENTY;
	st = &bento_out(&call, struct fuse_statfs_out)->st;
	if (!st->blocks || st->bavail > PLENTY >> 20)
		return PLENTY;
	free = st->bavail * (st->frsize ?: st->bsize);
	dirty = (wb_stat_sum(wb, WB_RECLAIMABLE) + wb_stat_sum(wb, WB_WRITEBACK)) << PAGE_SHIFT;
	return free - dirty - max_t(s64, free >> METADATA_SHIFT, METADATA_LEAST);
}

/* Pages that became dirty on trust get their blocks, before others set aside what is left. */
static void write_all(struct super_block *sb)
{
	/* Whoever has the lock for writing (a freeze, a remount) writes all by itself. */
	if (!down_read_trylock(&sb->s_umount))
		return;
	sync_inodes_sb(sb);
	up_read(&sb->s_umount);
}

static int set_aside(struct inode *inode, const struct bento_file *bf, loff_t pos, size_t len)
{
	struct fuse_fallocate_in args = {
		.fh = bf->fh,
		.offset = pos,
		.length = len,
		.mode = FALLOC_FL_KEEP_SIZE,
	};
	struct bento_call call;
	int err;

	bento_call_of(&call, FUSE_FALLOCATE, bento_i(inode));
	call.handle_era = bf->era;
	bento_call_args(&call, &args, sizeof(args));
	err = bento_call(bento_sb(inode->i_sb), &call);
	/* The module's times moved with it. */
	if (!err)
		bento_times_ahead(inode);
	return err;
}

/* As much as fits, to the end of a page where that is not all. */
static ssize_t set_some_aside(struct inode *inode, const struct bento_file *bf, loff_t pos,
			      size_t len)
{
	size_t in_page = PAGE_SIZE - offset_in_page(pos);
	int err;

	for (;;) {
		err = set_aside(inode, bf, pos, len);
		if (!err)
			return len;
		if (err == -ENOSYS || err == -EOPNOTSUPP)
			return 0;
		if (err != -ENOSPC || len <= in_page)
			return err;
		len = in_page + round_down((len - in_page) / 2, PAGE_SIZE);
	}
}

/**
 * bento_room_take - whether pages can become dirty
 * @inode: the file
 * @bf: an open handle of it
 * @pos: byte of the file
 * @len: bytes to be written
 *
 * Answers how many of the bytes can be written to the page cache, 0 when they should be written
 * through, or a negative errno.
 */
ssize_t bento_room_take(struct inode *inode, const struct bento_file *bf, loff_t pos, size_t len)
{
	struct bento_mount *mount = bento_sb(inode->i_sb);
	s64 cost = max_t(size_t, len, PAGE_SIZE), room;

	if (unlikely(pos + (loff_t)len > BENTO_CACHED_SIZE))
		return 0;
	if (likely(atomic64_sub_return(cost, &mount->room) >= 0))
		return len;
	room = ask(inode->i_sb) / 2;
	if (room >= cost) {
		WRITE_ONCE(mount->room_is_low, false);
		atomic64_set(&mount->room, room - cost);
		return len;
	}
	atomic64_set(&mount->room, 0);
	if (!READ_ONCE(mount->room_is_low)) {
		write_all(inode->i_sb);
		WRITE_ONCE(mount->room_is_low, true);
	}
	return set_some_aside(inode, bf, pos, len);
}
