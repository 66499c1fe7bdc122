/* SPDX-License-Identifier: GPL-2.0 */
/* Cached blocks, as the parts see them that keep them and that go around them. */
#ifndef BENTO_BUF_H
#define BENTO_BUF_H

#include <linux/buffer_head.h>

#include "ks.h"

/* Bits of bento_buf.state. */
#define BENTO_BUF_LOADED 0			/* bh is there and holds the content */
#define BENTO_BUF_LOADING 1			/* locked for loading */

/* A cached block: a buffer head of the device, and the lock over its content. */
struct bento_buf {
	struct bento_rwlock rw;			/* key: the block's number */
	struct bento_dev *dev;
	struct buffer_head *bh;
	unsigned long state;
	refcount_t refs;			/* one is the cache's */
	bool used;				/* since the cache last looked for what to drop */
	u32 seen;				/* the last recording that has its content */
	struct rcu_head rcu;
};

/* ---- bufs.c: those of a device ---- */

/* The block's entry, with a reference for the caller; NULL when there is none. */
static inline struct bento_buf *bento_buf_find(struct bento_dev *dev, u64 number)
{
	struct bento_buf *buf;

	rcu_read_lock();
	buf = xa_load(&dev->bufs, number);
	if (buf && !refcount_inc_not_zero(&buf->refs))
		buf = NULL;
	rcu_read_unlock();
	return buf;
}

/* The same, made when there is none; not loaded. */
struct bento_buf *bento_buf_enter(struct bento_dev *dev, u64 number);
/* Forgets every block without writing it, held or not: their holders are never to be run again. */
void bento_bufs_forget(struct bento_dev *dev);
/* Drops idle blocks, `most` at most; how many it dropped. */
unsigned long bento_bufs_shrink(struct bento_dev *dev, unsigned long most);
int bento_bufs_init(struct bento_dev *dev);
void bento_bufs_exit(struct bento_dev *dev);
int bento_buf_cache_init(void);
void bento_buf_cache_exit(void);

/* ---- overlay.c: what goes around the cache ---- */

/*
 * Direct I/O and cached blocks agree: copies between a scatter list of `len` bytes at byte `offset`
 * and what is cached there. To the cache, nothing older is on its way to the device afterwards.
 */
void bento_bufs_to_segs(struct bento_dev *dev, u64 offset, const struct bento_seg *segs, u64 len);
void bento_bufs_from_segs(struct bento_dev *dev, u64 offset, const struct bento_seg *segs, u64 len);
/* Drops what is cached of these blocks, dirty or not. */
void bento_bufs_discard(struct bento_dev *dev, u64 first, u64 blocks);

#endif /* BENTO_BUF_H */
