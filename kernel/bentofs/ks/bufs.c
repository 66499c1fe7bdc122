// SPDX-License-Identifier: GPL-2.0
/*
 * The cached blocks of a device: found by number, entered, dropped.
 *
 * A block that nobody holds stays cached until memory or its number grows short; one whose lock has
 * been counted by the recording under way keeps its counters even then, and only its content goes.
 */
#include <linux/mm.h>
#include <linux/slab.h>

#include "buf.h"

static struct kmem_cache *buf_cache;

static void free_rcu(struct rcu_head *rcu)
{
	kmem_cache_free(buf_cache, container_of(rcu, struct bento_buf, rcu));
}

struct bento_buf *bento_buf_enter(struct bento_dev *dev, u64 number)
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
		other = bento_buf_find(dev, number);
	} while (!other);
	kmem_cache_free(buf_cache, buf);
	return other;
}

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
