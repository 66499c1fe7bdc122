// SPDX-License-Identifier: GPL-2.0
/*
 * bento_ks_lock_*(): locks that know their order, and whose waiters can be let go.
 *
 * Safe Rust without atomics has no data races, so the order in which threads take locks fixes the
 * outcome of a run. While the mount is recorded, each lock counts its exclusive acquisitions
 * (writes) and, since the last of them, its shared ones (reads), and remembers which threads used
 * it since (seen). An acquisition is recorded with the counters it found unless its thread's own
 * order implies them. rust-fs/bento-host/src/ks/lock.rs is the other side of this, to the letter.
 */
#define pr_fmt(fmt) "bentofs: " fmt

#include <linux/export.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include <bentofs_trace.h>

#include "ks.h"
#include "services.h"

/* How often a waiting thread looks whether it should give up. */
#define LOOK_EVERY (HZ / 20)

/*
 * Counts the acquisition; true when it needs an entry, with the counters that it found: when the
 * thread's own order does not say all that an entry would. Under the lock's guard.
 */
static bool count(const struct bento_ctx *ctx, struct bento_counters *counters, bool exclusive,
		  struct bento_counters *found)
{
	/* Threads that share the highest bit are never known to be the same. */
	u64 me = ctx->rec_me, known = me & ~BIT_ULL(BENTO_SEEN_THREADS);
	bool entry;

	if (unlikely(counters->epoch != ctx->rec_epoch)) {
		memset(counters, 0, sizeof(*counters));
		counters->epoch = ctx->rec_epoch;
	}
	if (exclusive) {
		entry = counters->seen != known && (counters->writes || counters->reads);
		if (unlikely(entry))
			*found = *counters;
		counters->writes++;
		counters->reads = 0;
		counters->seen = me;
	} else {
		entry = !(counters->seen & known) && (counters->writes || counters->reads);
		if (unlikely(entry))
			*found = *counters;
		counters->reads++;
		counters->seen |= me;
	}
	return entry;
}

static void hold(struct bento_ctx *ctx, struct bento_rwlock *lock, bool exclusive)
{
	if (unlikely(ctx->nr_held == ctx->held_room)) {
		unsigned int room = ctx->held_room * 2;
		unsigned long *more = kmalloc_array(room, sizeof(*more), GFP_NOFS | __GFP_NOFAIL);

		memcpy(more, ctx->held, ctx->nr_held * sizeof(*more));
		if (ctx->held != ctx->held_inline)
			kfree(ctx->held);
		ctx->held = more;
		ctx->held_room = room;
	}
	ctx->held[ctx->nr_held++] = (unsigned long)lock | exclusive;
}

/* The last one taken is mostly the first one given up. */
static void forget_held(struct bento_ctx *ctx, struct bento_rwlock *lock, bool exclusive)
{
	unsigned long held = (unsigned long)lock | exclusive;
	unsigned int at = ctx->nr_held;

	while (at--) {
		if (ctx->held[at] != held)
			continue;
		ctx->nr_held--;
		for (; at < ctx->nr_held; at++)
			ctx->held[at] = ctx->held[at + 1];
		return;
	}
}

static bool is_free(const struct bento_rwlock *lock, bool exclusive)
{
	return !lock->exclusive && (exclusive ? !lock->shared : !lock->writers_waiting);
}

static void unlock_raw(struct bento_rwlock *lock, bool exclusive)
{
	bool wake;

	spin_lock(&lock->wait.lock);
	if (exclusive)
		lock->exclusive = false;
	else
		lock->shared--;
	/* Waiters queue up under wait.lock, which is held: none is overlooked. */
	wake = !lock->shared && waitqueue_active(&lock->wait);
	if (unlikely(wake))
		wake_up_locked(&lock->wait);
	spin_unlock(&lock->wait.lock);
}

/*
 * Sleeps until the lock is free, or the call has to leave: then the crash to leave with. Returns
 * with the guard held, as called.
 */
static enum bento_crash wait_for(struct bento_ctx *ctx, struct bento_rwlock *lock, bool exclusive)
{
	struct bento_in_slot *slot = ctx->slot;
	enum bento_crash crash = BENTO_CRASH_NONE;
	unsigned int looks = 0;
	u64 since = 0;
	DEFINE_WAIT(wait);

	if (trace_bento_lock_wait_begin_enabled() || trace_bento_lock_wait_end_enabled()) {
		since = ktime_get_ns();
		trace_bento_lock_wait_begin(ctx->mount->id, ctx->unique, lock->class, lock->key,
					    exclusive);
	}
	WRITE_ONCE(slot->waits_key, lock->key);
	WRITE_ONCE(slot->waits_class, lock->class);
	if (exclusive)
		lock->writers_waiting++;
	for (;;) {
		if (is_free(lock, exclusive))
			break;
		if (READ_ONCE(ctx->instance->crashed))
			crash = BENTO_CRASH_ABANDONED;
		else if (bento_stuck(ctx, looks++, LOOK_EVERY))
			crash = BENTO_CRASH_DEADLINE;
		if (crash)
			break;
		/*
		 * Exclusive waiters are woken one at a time, readers all up to the next of those.
		 */
		if (list_empty(&wait.entry)) {
			wait.flags = exclusive ? WQ_FLAG_EXCLUSIVE : 0;
			if (exclusive)
				__add_wait_queue_entry_tail(&lock->wait, &wait);
			else
				__add_wait_queue(&lock->wait, &wait);
		}
		set_current_state(TASK_UNINTERRUPTIBLE);
		spin_unlock(&lock->wait.lock);
		schedule_timeout(LOOK_EVERY);
		spin_lock(&lock->wait.lock);
	}
	__set_current_state(TASK_RUNNING);
	if (!list_empty(&wait.entry))
		list_del_init(&wait.entry);
	if (exclusive)
		lock->writers_waiting--;
	/*
	 * Whoever gives up may have been the one that was woken, or the writer that readers waited
	 * for.
	 */
	if (crash && waitqueue_active(&lock->wait))
		wake_up_all_locked(&lock->wait);
	WRITE_ONCE(slot->waits_class, ~0);
	if (since)
		trace_bento_lock_wait_end(ctx->mount->id, ctx->unique, lock->class, lock->key,
					  exclusive, ktime_get_ns() - since);
	return crash;
}

void bento_rwlock_init(struct bento_rwlock *lock, u32 class, u64 key)
{
	init_waitqueue_head(&lock->wait);
	lock->class = class;
	lock->key = key;
}

void bento_rwlock_acquire(struct bento_ctx *ctx, struct bento_rwlock *lock, bool exclusive)
{
	enum bento_crash crash = BENTO_CRASH_NONE;
	struct bento_counters found;
	u32 acquisition = 0;
	bool entry = false;

	might_sleep();
	bento_rec_cut(ctx);
	spin_lock(&lock->wait.lock);
	if (unlikely(!is_free(lock, exclusive)))
		crash = wait_for(ctx, lock, exclusive);
	if (likely(!crash)) {
		if (exclusive)
			lock->exclusive = true;
		else
			lock->shared++;
		if (bento_rec_on(ctx)) {
			acquisition = ctx->acquisitions++;
			entry = count(ctx, &lock->counters, exclusive, &found);
		}
	}
	spin_unlock(&lock->wait.lock);
	if (unlikely(crash)) {
		if (crash == BENTO_CRASH_DEADLINE)
			pr_err("%s, mount %u: an op waited for lock %s/%llu until its deadline\n",
			       ctx->instance->version->fs->name, ctx->mount->id,
			       lock->class < ctx->instance->version->nr_lock_classes ?
			       ctx->instance->version->lock_classes[lock->class] : "?", lock->key);
		bento_leave(ctx, crash);
	}
	hold(ctx, lock, exclusive);
	if (unlikely(entry))
		__bento_rec_lock(ctx, acquisition, lock->class, lock->key, found.writes,
				 found.reads);
	/* Whoever held it may have crashed, and what the lock protects be half changed. */
	if (unlikely(READ_ONCE(ctx->instance->crashed)))
		bento_leave(ctx, BENTO_CRASH_ABANDONED);
}

void bento_rwlock_release(struct bento_ctx *ctx, struct bento_rwlock *lock, bool exclusive)
{
	forget_held(ctx, lock, exclusive);
	unlock_raw(lock, exclusive);
}

void bento_release_held(struct bento_ctx *ctx)
{
	while (ctx->nr_held) {
		unsigned long held = ctx->held[--ctx->nr_held];

		unlock_raw((struct bento_rwlock *)(held & ~1UL), held & 1);
	}
}

void bento_locks_free(struct bento_instance *instance)
{
	struct bento_lock *lock, *next;

	list_for_each_entry_safe(lock, next, &instance->locks, link)
		kfree(lock);
	INIT_LIST_HEAD(&instance->locks);
}

/**
 * bento_ks_lock_new - make a lock
 * @kind: BENTO_LOCK_*; a mutex is a lock that is only taken exclusively
 * @class: place in the module's table of lock classes
 * @key: tells locks of one class apart
 *
 * Return: the lock; never NULL. Sleeps.
 */
void *bento_ks_lock_new(u32 kind, u32 class, u64 key)
{
	struct bento_ctx *ctx = bento_service();
	struct bento_lock *lock = kzalloc(sizeof(*lock), GFP_NOFS | __GFP_NOFAIL);

	bento_rwlock_init(&lock->rw, class, key);
	lock->instance = ctx->instance;
	spin_lock(&ctx->instance->locks_guard);
	list_add(&lock->link, &ctx->instance->locks);
	spin_unlock(&ctx->instance->locks_guard);
	return lock;
}
EXPORT_SYMBOL_GPL(bento_ks_lock_new);

/**
 * bento_ks_lock_free - free a lock
 * @raw_lock: the lock, which nobody holds
 */
void bento_ks_lock_free(void *raw_lock)
{
	struct bento_lock *lock = raw_lock;
	struct bento_ctx *ctx = bento_service();

	spin_lock(&ctx->instance->locks_guard);
	list_del(&lock->link);
	spin_unlock(&ctx->instance->locks_guard);
	kfree(lock);
}
EXPORT_SYMBOL_GPL(bento_ks_lock_free);

/**
 * bento_ks_lock_shared - take a lock shared
 * @raw_lock: the lock
 *
 * Sleeps. Does not come back when the instance crashes or the op's deadline passes meanwhile; the
 * other three neither.
 */
void bento_ks_lock_shared(void *raw_lock)
{
	struct bento_lock *lock = raw_lock;

	bento_rwlock_acquire(bento_service(), &lock->rw, false);
}
EXPORT_SYMBOL_GPL(bento_ks_lock_shared);

/**
 * bento_ks_lock_exclusive - take a lock exclusively
 * @raw_lock: the lock
 *
 * Sleeps.
 */
void bento_ks_lock_exclusive(void *raw_lock)
{
	struct bento_lock *lock = raw_lock;

	bento_rwlock_acquire(bento_service(), &lock->rw, true);
}
EXPORT_SYMBOL_GPL(bento_ks_lock_exclusive);

/**
 * bento_ks_unlock_shared - give up a lock that was taken shared
 * @raw_lock: the lock
 */
void bento_ks_unlock_shared(void *raw_lock)
{
	struct bento_lock *lock = raw_lock;

	bento_rwlock_release(bento_service(), &lock->rw, false);
}
EXPORT_SYMBOL_GPL(bento_ks_unlock_shared);

/**
 * bento_ks_unlock_exclusive - give up a lock that was taken exclusively
 * @raw_lock: the lock
 */
void bento_ks_unlock_exclusive(void *raw_lock)
{
	struct bento_lock *lock = raw_lock;

	bento_rwlock_release(bento_service(), &lock->rw, true);
}
EXPORT_SYMBOL_GPL(bento_ks_unlock_exclusive);
