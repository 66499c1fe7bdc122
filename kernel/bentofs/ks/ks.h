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
#include <linux/shrinker.h>

#include "../record/record.h"

/* bento_ks_lock_*(). */
struct bento_lock {
	struct bento_rwlock rw;
	struct list_head link;			/* in the instance's list */
	struct bento_instance *instance;
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

/* The device that a module means by `number`; NULL when there is none. */
struct bento_dev *bento_dev_of(struct bento_ctx *ctx, u64 number);

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

/* The same, of one that may fail: bento_fallible() ends it. */
static inline struct bento_ctx *bento_fallible_service(void)
{
	struct bento_ctx *ctx = bento_service();

	bento_rec_cut(ctx);
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
