// SPDX-License-Identifier: GPL-2.0
/*
 * bento_ks_buf_*(): cached blocks.
 *
 * A block's content is in a buffer head of the device, which the kernel writes home once it is
 * marked dirty. What the kernel has not, the lock over the content and its order, is in struct
 * bento_buf. A block that nobody holds stays cached until memory or its number grows short; one
 * whose lock has been counted by the recording under way keeps its counters even then, and only its
 * content goes.
 *
 * Only what is in dev->bufs counts as cached. A block that is not is read from the device even if
 * the device's own page cache has it, which may be older than what direct I/O wrote.
 */
#define pr_fmt(fmt) "bentofs: " fmt

#include <linux/export.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/wait_bit.h>

#include "ks.h"
#include "services.h"

static struct kmem_cache *buf_cache;

static void free_rcu(struct rcu_head *rcu)
{
	kmem_cache_free(buf_cache, container_of(rcu, struct bento_buf, rcu));
}

/* The block's entry, with a reference for the caller. */
static struct bento_buf *find(struct bento_dev *dev, u64 number)
{
	struct bento_buf *buf;

	rcu_read_lock();
	buf = xa_load(&dev->bufs, number);
	if (buf && !refcount_inc_not_zero(&buf->refs))
		buf = NULL;
	rcu_read_unlock();
	return buf;
}

static struct bento_buf *enter(struct bento_dev *dev, u64 number)
{
	struct bento_buf *buf = kmem_cache_zalloc(buf_cache, GFP_NOFS | __GFP_NOFAIL), *other;
	int err;

	bento_rwlock_init(&buf->rw, BENTO_LOCK_CLASS_BLOCK, number);
	buf->dev = dev;
	refcount_set(&buf->refs, 2);
	do {
		err = xa_insert(&dev->bufs, number, buf, GFP_NOFS | __GFP_NOFAIL);
		if (!err) {
			if (atomic_long_inc_return(&dev->nr_bufs) > dev->most_bufs)
				bento_bufs_shrink(dev, 64);
			return buf;
		}
		/* Another thread was faster; unless it is being dropped again, that one counts. */
		other = find(dev, number);
	} while (!other);
	kmem_cache_free(buf_cache, buf);
	return other;
}

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
	buf = find(dev, number) ?: enter(dev, number);
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
	struct bento_ctx *ctx = bento_service();

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

/* ---- for dev.c ---- */

/* The part of a scatter list that lies over one block: copies it. `skip` bytes into the list. */
static void copy_segs(const struct bento_seg *segs, u64 skip, u8 *content, u64 len, bool to_segs)
{
	for (; len; segs++) {
		u64 part;

		if (skip >= segs->len) {
			skip -= segs->len;
			continue;
		}
		part = min_t(u64, len, segs->len - skip);
		if (to_segs)
			memcpy(segs->ptr + skip, content, part);
		else
			memcpy(content, segs->ptr + skip, part);
		content += part;
		len -= part;
		skip = 0;
	}
}

static void overlay(struct bento_dev *dev, u64 offset, const struct bento_seg *segs, u64 len,
		    bool to_segs)
{
	u64 size = dev->block_size, end = offset + len, from, to;
	struct bento_buf *buf;
	unsigned long number;

	if (!atomic_long_read(&dev->nr_bufs))
		return;
	xa_for_each_range(&dev->bufs, number, buf, div64_u64(offset, size),
			  div64_u64(end - 1, size)) {
		buf = find(dev, number);
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
			copy_segs(segs, from - offset, buf->bh->b_data + (from - number * size),
				  to - from, to_segs);
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
		buf = find(dev, number);
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

/* ---- how many ---- */

/* Whether the recording under way needs the counters of the block's lock. */
static bool counted(const struct bento_buf *buf)
{
	return bento_rec_any() && buf->rw.counters.epoch &&
	       buf->rw.counters.epoch == bento_rec_epoch(buf->dev->mount);
}

/* Drops an entry that nobody holds; under the xarray's lock. */
static bool drop_idle(struct bento_dev *dev, struct bento_buf *buf)
{
	struct buffer_head *bh = buf->bh;

	if (bh && (buffer_dirty(bh) || buffer_locked(bh)))
		return false;
	if (!bh && counted(buf))
		return false;
	if (!refcount_dec_if_one(&buf->refs))
		return false;
	/* It may have been marked dirty by the last who held it, between the look and now. */
	if (bh && buffer_dirty(bh)) {
		refcount_set(&buf->refs, 1);
		return false;
	}
	buf->bh = NULL;
	clear_bit(BENTO_BUF_LOADED, &buf->state);
	if (counted(buf)) {
		/* Who gets a reference finds it unloaded. */
		smp_wmb();
		refcount_set(&buf->refs, 1);
	} else {
		__xa_erase(&dev->bufs, buf->rw.key);
		atomic_long_dec(&dev->nr_bufs);
		call_rcu(&buf->rcu, free_rcu);
	}
	brelse(bh);
	return true;
}

unsigned long bento_bufs_shrink(struct bento_dev *dev, unsigned long most)
{
	unsigned long dropped = 0, looks = most * 4, number;
	struct bento_buf *buf;

	xa_lock(&dev->bufs);
	number = dev->hand;
	while (looks-- && dropped < most) {
		buf = xa_find(&dev->bufs, &number, ULONG_MAX, XA_PRESENT);
		if (!buf) {
			if (!number)
				break;
			/* Once around. */
			number = 0;
			continue;
		}
		if (READ_ONCE(buf->used))
			WRITE_ONCE(buf->used, false);
		else
			dropped += drop_idle(dev, buf);
		number++;
	}
	dev->hand = number;
	xa_unlock(&dev->bufs);
	return dropped;
}

static unsigned long shrinker_count(struct shrinker *shrinker, struct shrink_control *sc)
{
	return atomic_long_read(&container_of(shrinker, struct bento_dev, shrinker)->nr_bufs) ?:
		       SHRINK_EMPTY;
}

static unsigned long shrinker_scan(struct shrinker *shrinker, struct shrink_control *sc)
{
	return bento_bufs_shrink(container_of(shrinker, struct bento_dev, shrinker),
				 sc->nr_to_scan);
}

int bento_bufs_init(struct bento_dev *dev)
{
	xa_init(&dev->bufs);
	/* An eighth of memory, where blocks are as large as pages. */
	dev->most_bufs = clamp(totalram_pages() / 8, 1024UL, 1UL << 20);
	dev->shrinker.count_objects = shrinker_count;
	dev->shrinker.scan_objects = shrinker_scan;
	dev->shrinker.seeks = DEFAULT_SEEKS;
	return register_shrinker(&dev->shrinker, "bento-bufs:%u", dev->mount->id);
}

void bento_bufs_forget(struct bento_dev *dev)
{
	struct bento_buf *buf;
	unsigned long number;

	xa_for_each(&dev->bufs, number, buf) {
		xa_erase(&dev->bufs, number);
		atomic_long_dec(&dev->nr_bufs);
		brelse(buf->bh);
		call_rcu(&buf->rcu, free_rcu);
	}
}

void bento_bufs_exit(struct bento_dev *dev)
{
	unregister_shrinker(&dev->shrinker);
	bento_bufs_forget(dev);
	xa_destroy(&dev->bufs);
}

int bento_buf_cache_init(void)
{
	buf_cache = KMEM_CACHE(bento_buf, SLAB_RECLAIM_ACCOUNT);
	return buf_cache ? 0 : -ENOMEM;
}

void bento_buf_cache_exit(void)
{
	/* Those that wait for a grace period. */
	rcu_barrier();
	kmem_cache_destroy(buf_cache);
}
