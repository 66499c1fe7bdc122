// SPDX-License-Identifier: GPL-2.0
/*
 * Direct I/O and cached blocks agree: what is read from the device is as new as what is cached, and
 * what is written to it goes into the cache too.
 */
#include <linux/math64.h>

#include "../segs.h"
#include "buf.h"

static void overlay(struct bento_dev *dev, u64 offset, const struct bento_seg *segs, u64 len,
		    bool to_segs)
{
	u64 size = dev->block_size, end = offset + len, done = offset, from, to;
	struct bento_cursor at = { .seg = segs };
	struct bento_buf *buf;
	unsigned long number;

	if (!atomic_long_read(&dev->nr_bufs))
		return;
	xa_for_each_range(&dev->bufs, number, buf, div64_u64(offset, size),
			  div64_u64(end - 1, size)) {
		buf = bento_buf_find(dev, number);
		if (!buf)
			continue;
		if (test_bit_acquire(BENTO_BUF_LOADED, &buf->state)) {
			from = max(offset, number * size);
			to = min(end, (number + 1) * size);
			/*
			 * Locked while it is being written home: what follows from here on is no
			 * older than this.
			 */
			if (!to_segs)
				lock_buffer(buf->bh);
			bento_segs_skip(&at, from - done);
			bento_segs_copy(&at, buf->bh->b_data + (from - number * size), to - from,
					to_segs);
			done = to;
			if (!to_segs)
				unlock_buffer(buf->bh);
		}
		refcount_dec(&buf->refs);
	}
}

void bento_bufs_to_segs(struct bento_dev *dev, u64 offset, const struct bento_seg *segs, u64 len)
{
	overlay(dev, offset, segs, len, true);
}

void bento_bufs_from_segs(struct bento_dev *dev, u64 offset, const struct bento_seg *segs, u64 len)
{
	overlay(dev, offset, segs, len, false);
}

void bento_bufs_discard(struct bento_dev *dev, u64 first, u64 blocks)
{
	struct bento_buf *buf;
	unsigned long number;

	if (!blocks)
		return;
	xa_for_each_range(&dev->bufs, number, buf, first, first + blocks - 1) {
		buf = bento_buf_find(dev, number);
		if (!buf)
			continue;
		if (test_bit_acquire(BENTO_BUF_LOADED, &buf->state)) {
			/* Waits for a write that is under way. */
			lock_buffer(buf->bh);
			clear_buffer_dirty(buf->bh);
			unlock_buffer(buf->bh);
		}
		WRITE_ONCE(buf->used, false);
		refcount_dec(&buf->refs);
	}
}
