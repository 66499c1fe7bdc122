/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The services behind bento_ks_*(): what the C side of BentoFS sees of them. Their contract is in
 * rust-fs/libbentoks/src/ffi.rs.
 *
 * Every service that may sleep or fail runs for the call that bento_current() names. One that
 * cannot come back (the instance crashed, the deadline passed) leaves the module with
 * bento_leave().
 */
#ifndef BENTO_KS_H
#define BENTO_KS_H

#include <linux/blkdev.h>
#include <linux/buffer_head.h>
#include <linux/shrinker.h>

#include "../record/record.h"

/* bento_ks_lock_*(). */
struct bento_lock {
	struct bento_rwlock rw;
	struct list_head link;			/* in the instance's list */
	struct bento_instance *instance;
};

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

/* The device of a mount. */
struct bento_dev {
	struct block_device *bdev;
	u32 block_size;
	u64 blocks;
	bool read_only;
	struct bento_mount *mount;
	struct xarray bufs;			/* struct bento_buf by block number */
	atomic_long_t nr_bufs;
	unsigned long most_bufs;
	unsigned long hand; /* where the search for idle ones goes on; under the xarray's lock */
	struct shrinker shrinker;
	/*
	 * Blocks that the recording number seen_epoch has seen the content of, as bits; NULL before
	 * the first recording.
	 */
	unsigned long *seen;
	u32 seen_epoch;
	struct mutex seen_guard;		/* for setting a bit, and for replacing it */
	struct mutex partial;			/* writes of parts of a sector, which read first */
};

/* The device of a mount, with blocks of sb->s_blocksize; ERR_PTR. */
struct bento_dev *bento_dev_open(struct super_block *sb);
void bento_dev_close(struct bento_dev *dev);
/*
 * After a crash, the gate being shut: writes home what is marked dirty, and forgets the content of
 * every other cached block, and who holds it, so that the next instance sees what the device has.
 */
int bento_dev_revert(struct bento_dev *dev);

/*
 * While recording: the locks of `to` count on from where those of the same name in `from` are.
 * Nobody uses either instance.
 */
void bento_lock_counters_carry(struct bento_instance *from, struct bento_instance *to);

/*
 * The recording that ctx is part of sees a block: the first time its content (one block) is
 * recorded, which nobody has changed since the recording began. NULL when the block is about to be
 * written as a whole, so that nobody will see what it was.
 */
void __bento_dev_see(struct bento_ctx *ctx, struct bento_dev *dev, u64 number, const void *content);

/* Mostly it was seen long ago. */
static inline void bento_dev_see(struct bento_ctx *ctx, struct bento_dev *dev, u64 number,
				 const void *content)
{
	/* With the releases in dev.c: the bits are those of this epoch, and the copy is made. */
	if (unlikely(smp_load_acquire(&dev->seen_epoch) != bento_rec_epoch(ctx->mount) ||
		     !test_bit_acquire(number, dev->seen)))
		__bento_dev_see(ctx, dev, number, content);
}

/* Whether it was seen before. */
bool bento_dev_seen(struct bento_ctx *ctx, struct bento_dev *dev, u64 number);
/* The device that a module means by `number`; NULL when there is none. */
struct bento_dev *bento_dev_of(struct bento_ctx *ctx, u64 number);

/*
 * Direct I/O and cached blocks agree (buf.c): copies between a scatter list of `len` bytes at byte
 * `offset` and what is cached there. To the cache, nothing older is on its way to the device
 * afterwards.
 */
void bento_bufs_to_segs(struct bento_dev *dev, u64 offset, const struct bento_seg *segs, u64 len);
void bento_bufs_from_segs(struct bento_dev *dev, u64 offset, const struct bento_seg *segs, u64 len);
/* Forgets every block without writing it, held or not: their holders are never to be run again. */
void bento_bufs_forget(struct bento_dev *dev);
/* Drops what is cached of these blocks, dirty or not. */
void bento_bufs_discard(struct bento_dev *dev, u64 first, u64 blocks);
/* Drops idle blocks, `most` at most; how many it dropped. */
unsigned long bento_bufs_shrink(struct bento_dev *dev, unsigned long most);
int bento_bufs_init(struct bento_dev *dev);
void bento_bufs_exit(struct bento_dev *dev);
int bento_buf_cache_init(void);
void bento_buf_cache_exit(void);

/* Every service begins with it: the call under way, still welcome. */
static inline struct bento_ctx *bento_service(void)
{
	struct bento_ctx *ctx = bento_current();

	if (unlikely(READ_ONCE(ctx->instance->crashed)))
		bento_leave(ctx, BENTO_CRASH_ABANDONED);
	if (unlikely(READ_ONCE(ctx->overdue)))
		bento_leave(ctx, BENTO_CRASH_DEADLINE);
	return ctx;
}

/*
 * Ends a service that may fail: counts the call, and records a failure. `errno` is 0 or positive.
 */
static inline int bento_fallible(struct bento_ctx *ctx, int errno)
{
	u32 call = ctx->fallible_calls++;

	if (unlikely(errno) && bento_rec_on(ctx))
		__bento_rec_failure(ctx, call, errno);
	return errno;
}

/* Gives up every lock in ctx->held, newest first. */
void bento_release_held(struct bento_ctx *ctx);

#endif /* BENTO_KS_H */
