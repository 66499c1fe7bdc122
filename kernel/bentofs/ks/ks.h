/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The services behind bento_ks_*(): what the C side of BentoFS sees of them. Their contract is in rust-fs/libbentoks/src/ffi.rs.
 *
 * Every service that may sleep or fail runs for the call that bento_current() names. One that cannot come back (the instance
 * crashed, the deadline passed) leaves the module with bento_leave().
 */
#ifndef BENTO_KS_H
#define BENTO_KS_H

#include <linux/blkdev.h>
#include <linux/buffer_head.h>
#include <linux/rwsem.h>

#include "../bentofs.h"

enum bento_held_kind { BENTO_HELD_SHARED, BENTO_HELD_EXCLUSIVE, BENTO_HELD_BUF_SHARED, BENTO_HELD_BUF_EXCLUSIVE };

/*
 * How often a lock was taken since the recording with number `epoch` began: rust-fs/bento-host/src/ks/lock.rs says what is
 * recorded and why. Counters of an older epoch count as zero. Not touched while nothing is recorded.
 */
struct bento_counters {
	spinlock_t guard;			/* readers change them at once */
	u32 epoch;
	u64 writes;
	u64 reads;
	u64 seen;
};

/* bento_ks_lock_*(). */
struct bento_lock {
	struct rw_semaphore sem;
	struct list_head link;			/* in the instance's list */
	struct bento_instance *instance;
	u32 class;
	u64 key;
	struct bento_counters counters;
};

/* A cached block: a buffer head of the device, and the lock over its content. */
struct bento_buf {
	struct bento_dev *dev;
	u64 number;
	struct buffer_head *bh;
	struct rw_semaphore sem;
	struct bento_counters counters;
	refcount_t refs;
};

/* The device of a mount. */
struct bento_dev {
	struct block_device *bdev;
	u32 block_size;
	u64 blocks;
	bool read_only;
	struct xarray bufs;			/* struct bento_buf by block number */
	/* Blocks that the recording has seen the content of, as bits; only while recording. */
	unsigned long *touched;
	u32 touched_epoch;
};

struct bento_dev *bento_dev_open(struct super_block *sb);
void bento_dev_close(struct bento_dev *dev);
/*
 * After a crash, the gate being shut: writes home what is marked dirty, and forgets the content of every other cached block, and who holds
 * it, so that the next instance sees what the device has.
 */
int bento_dev_revert(struct bento_dev *dev);

/* While recording: the locks of `to` count on from where those of the same name in `from` are. Nobody uses either instance. */
void bento_lock_counters_carry(struct bento_instance *from, struct bento_instance *to);

/* Gives up every lock in ctx->held, newest first. */
void bento_release_held(struct bento_ctx *ctx);

#endif /* BENTO_KS_H */
