// SPDX-License-Identifier: GPL-2.0
/*
 * bento_ks_buf_*(): cached blocks.
 *
 * A block's content is in a buffer head of the device, which the kernel writes home once it is
 * marked dirty. What the kernel has not, the lock over the content and its order, is in struct
 * bento_buf.
 *
 * Only what is in dev->bufs counts as cached. A block that is not is read from the device even if
 * the device's own page cache has it, which may be older than what direct I/O wrote.
 */
#define pr_fmt(fmt) "bentofs: " fmt

#include <linux/export.h>
#include <linux/mm.h>
#include <linux/wait_bit.h>

#include "buf.h"
#include "seen.h"
#include "services.h"

static int read_block(struct buffer_head *bh)
{
	lock_buffer(bh);
	clear_buffer_uptodate(bh);
	get_bh(bh);
	bh->b_end_io = end_buffer_read_sync;
	submit_bh(REQ_OP_READ | REQ_META | REQ_PRIO, bh);
	wait_on_buffer(bh);
	return buffer_uptodate(bh) ? 0 : -EIO;
}

/* Gives the entry its content, once however many ask for it. */
static int load(struct bento_ctx *ctx, struct bento_buf *buf, bool noread)
{
	struct bento_dev *dev = buf->dev;
	unsigned long wait = bento_io_begin(ctx);
	struct buffer_head *bh;
	int err = 0;

	wait_on_bit_lock(&buf->state, BENTO_BUF_LOADING, TASK_UNINTERRUPTIBLE);
	if (test_bit(BENTO_BUF_LOADED, &buf->state))
		goto out;
	/* Held for long: not to be put where memory is meant to be movable. */
	bh = __getblk_gfp(dev->bdev, buf->rw.key, dev->block_size, 0);
	if (!bh) {
		err = -EIO;
		goto out;
	}
	if (noread) {
		lock_buffer(bh);
		memset(bh->b_data, 0, dev->block_size);
		set_buffer_uptodate(bh);
		unlock_buffer(bh);
	} else if (!buffer_dirty(bh)) {
		err = read_block(bh);
	}
	if (err) {
		brelse(bh);
		goto out;
	}
	buf->bh = bh;
	/* Who finds the bit set finds buf->bh. */
	smp_mb__before_atomic();
	set_bit(BENTO_BUF_LOADED, &buf->state);
out:
	clear_and_wake_up_bit(BENTO_BUF_LOADING, &buf->state);
	bento_io_end(ctx, wait);
	return err;
}

/* The recording under way has the block from here on. */
static inline void see(struct bento_ctx *ctx, struct bento_buf *buf, bool with_content)
{
	if (!bento_rec_on(ctx) || likely(READ_ONCE(buf->seen) == ctx->rec_epoch))
		return;
	bento_dev_see(ctx, buf->dev, buf->rw.key, with_content ? buf->bh->b_data : NULL);
	WRITE_ONCE(buf->seen, ctx->rec_epoch);
}

static int buf_get(struct bento_ctx *ctx, u64 dev_number, u64 number, u32 flags, void **got)
{
	struct bento_dev *dev = bento_dev_of(ctx, dev_number);
	bool noread = flags & BENTO_BUF_NOREAD;
	struct bento_buf *buf;
	int err;

	if (unlikely(!dev))
		return -ENODEV;
	if (unlikely(number >= dev->blocks))
		return -EIO;
	buf = bento_buf_find(dev, number) ?: bento_buf_enter(dev, number);
	if (unlikely(!test_bit_acquire(BENTO_BUF_LOADED, &buf->state))) {
		err = load(ctx, buf, noread);
		if (err) {
			refcount_dec(&buf->refs);
			return err;
		}
	}
	if (!READ_ONCE(buf->used))
		WRITE_ONCE(buf->used, true);
	/* Whoever only holds it, as a state that is taken over does, may be asked for it yet. */
	see(ctx, buf, !noread);
	*got = buf;
	return 0;
}

/**
 * bento_ks_buf_get - a reference to a cached block
 * @dev: the device
 * @block: number of the block
 * @flags: BENTO_BUF_NOREAD: the content is not needed; the first lock has BENTO_BUF_ZEROED
 * @buf: filled
 *
 * Reads the device when the block is not cached. Sleeps.
 *
 * Return: 0 or a positive errno.
 */
s32 bento_ks_buf_get(u64 dev, u64 block, u32 flags, void **buf)
{
	struct bento_ctx *ctx = bento_fallible_service();

	return bento_fallible(ctx, -buf_get(ctx, dev, block, flags, buf));
}
EXPORT_SYMBOL_GPL(bento_ks_buf_get);

/**
 * bento_ks_buf_lock - lock the content of a cached block
 * @raw_buf: the block
 * @flags: BENTO_BUF_EXCLUSIVE, and with it BENTO_BUF_ZEROED: the content is zeroes first
 *
 * Sleeps; does not come back when the instance crashes or the deadline passes.
 *
 * Return: the content, one block.
 */
u8 *bento_ks_buf_lock(void *raw_buf, u32 flags)
{
	struct bento_buf *buf = raw_buf;
	struct bento_ctx *ctx = bento_service();

	bento_rwlock_acquire(ctx, &buf->rw, flags & BENTO_BUF_EXCLUSIVE);
	/* A reference that is older than the recording comes here without bento_ks_buf_get(). */
	see(ctx, buf, !(flags & BENTO_BUF_ZEROED));
	if (flags & BENTO_BUF_ZEROED)
		memset(buf->bh->b_data, 0, buf->dev->block_size);
	return buf->bh->b_data;
}
EXPORT_SYMBOL_GPL(bento_ks_buf_lock);

/**
 * bento_ks_buf_unlock - give up the lock
 * @raw_buf: the block
 * @flags: BENTO_BUF_EXCLUSIVE as it was taken
 */
void bento_ks_buf_unlock(void *raw_buf, u32 flags)
{
	struct bento_buf *buf = raw_buf;

	bento_rwlock_release(bento_service(), &buf->rw, flags & BENTO_BUF_EXCLUSIVE);
}
EXPORT_SYMBOL_GPL(bento_ks_buf_unlock);

/**
 * bento_ks_buf_dirty - the content may be written home from now on
 * @raw_buf: the block
 */
void bento_ks_buf_dirty(void *raw_buf)
{
	struct bento_buf *buf = raw_buf;

	bento_service();
	/* A write that failed took the mark; the content is as good as ever. */
	if (unlikely(!buffer_uptodate(buf->bh)))
		set_buffer_uptodate(buf->bh);
	mark_buffer_dirty(buf->bh);
}
EXPORT_SYMBOL_GPL(bento_ks_buf_dirty);

/**
 * bento_ks_buf_put - drop a reference
 * @raw_buf: the block, not locked by the caller
 */
void bento_ks_buf_put(void *raw_buf)
{
	struct bento_buf *buf = raw_buf;

	bento_service();
	refcount_dec(&buf->refs);
}
EXPORT_SYMBOL_GPL(bento_ks_buf_put);
