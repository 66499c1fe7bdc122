/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The lock behind bento_ks_lock_*() and the locks of cached blocks and tasks: ks/lock.c.
 */
#ifndef BENTO_RWLOCK_H
#define BENTO_RWLOCK_H

#include <linux/types.h>
#include <linux/wait.h>

struct bento_ctx;

/*
 * How often a lock was taken since the recording with number `epoch` began:
 * rust-fs/bento-host/src/ks/lock.rs says what is recorded and why. Counters of an older epoch count
 * as zero. Not touched while nothing is recorded.
 */
struct bento_counters {
	u32 epoch;
	u64 writes;
	u64 reads;
	u64 seen;
};

/*
 * A lock whose waiters can be let go: when the instance crashed, and when their op's deadline
 * passed. The kernel's rw_semaphore cannot do that (its waits end with the lock or with a fatal
 * signal), and its owner would be unknown after a crash. The wait queue's own lock guards all of
 * it; nobody takes it in interrupts.
 */
struct bento_rwlock {
	wait_queue_head_t wait;
	u32 shared;
	bool exclusive;
	u16 writers_waiting;			/* new readers let them go first */
	u32 class;
	u64 key;
	struct bento_counters counters;
};

void bento_rwlock_init(struct bento_rwlock *lock, u32 class, u64 key);
/*
 * Takes the lock for the call, notes it in ctx->held and records it; leaves the module where it
 * cannot.
 */
void bento_rwlock_acquire(struct bento_ctx *ctx, struct bento_rwlock *lock, bool exclusive);
/* Gives it up. */
void bento_rwlock_release(struct bento_ctx *ctx, struct bento_rwlock *lock, bool exclusive);

#endif /* BENTO_RWLOCK_H */
