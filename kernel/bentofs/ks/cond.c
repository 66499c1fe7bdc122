// SPDX-License-Identifier: GPL-2.0
/*
 * bento_ks_cond_*(): condition variables.
 */
#define pr_fmt(fmt) "bentofs: " fmt

#include <linux/export.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "ks.h"
#include "services.h"
#include "task.h"

#define LOOK_EVERY (HZ / 20)

struct bento_cond {
	struct list_head link;			/* in the instance's conds, under its locks_guard */
	wait_queue_head_t wait;
	u64 notified;				/* under the queue's lock */
};

void bento_conds_free(struct bento_instance *instance)
{
	struct bento_cond *cond, *next;

	list_for_each_entry_safe(cond, next, &instance->conds, link)
		kfree(cond);
	INIT_LIST_HEAD(&instance->conds);
}

/**
 * bento_ks_cond_new - make a condition variable
 *
 * Return: never NULL. Sleeps.
 */
void *bento_ks_cond_new(void)
{
	struct bento_ctx *ctx = bento_service();
	struct bento_cond *cond = kzalloc(sizeof(*cond), GFP_NOFS | __GFP_NOFAIL);

	init_waitqueue_head(&cond->wait);
	spin_lock(&ctx->instance->locks_guard);
	list_add(&cond->link, &ctx->instance->conds);
	spin_unlock(&ctx->instance->locks_guard);
	return cond;
}
EXPORT_SYMBOL_GPL(bento_ks_cond_new);

/**
 * bento_ks_cond_free - free a condition variable
 * @raw_cond: nobody waits for it
 */
void bento_ks_cond_free(void *raw_cond)
{
	struct bento_cond *cond = raw_cond;
	struct bento_ctx *ctx = bento_service();

	spin_lock(&ctx->instance->locks_guard);
	list_del(&cond->link);
	spin_unlock(&ctx->instance->locks_guard);
	kfree(cond);
}
EXPORT_SYMBOL_GPL(bento_ks_cond_free);

/**
 * bento_ks_cond_wait - wait for a notification
 * @raw_cond: what to wait for
 * @raw_mutex: held exclusively; given up meanwhile
 *
 * May return without a notification. Sleeps; does not come back when the instance crashes or the
 * deadline passes.
 */
void bento_ks_cond_wait(void *raw_cond, void *raw_mutex)
{
	struct bento_cond *cond = raw_cond;
	struct bento_lock *mutex = raw_mutex;
	struct bento_ctx *ctx = bento_service();
	unsigned int looks = 0;
	enum bento_crash crash = BENTO_CRASH_NONE;
	DEFINE_WAIT(wait);
	u64 before;

	spin_lock(&cond->wait.lock);
	before = cond->notified;
	wait.flags = WQ_FLAG_EXCLUSIVE;
	__add_wait_queue_entry_tail(&cond->wait, &wait);
	spin_unlock(&cond->wait.lock);
	bento_rwlock_release(ctx, &mutex->rw, true);
	bento_task_rest(ctx);

	spin_lock(&cond->wait.lock);
	while (cond->notified == before) {
		if (READ_ONCE(ctx->instance->crashed))
			crash = BENTO_CRASH_ABANDONED;
		else if (!ctx->task && bento_stuck(ctx, looks++, LOOK_EVERY))
			crash = BENTO_CRASH_DEADLINE;
		if (crash)
			break;
		set_current_state(TASK_UNINTERRUPTIBLE);
		spin_unlock(&cond->wait.lock);
		schedule_timeout(LOOK_EVERY);
		spin_lock(&cond->wait.lock);
	}
	__set_current_state(TASK_RUNNING);
	if (!list_empty(&wait.entry))
		list_del_init(&wait.entry);
	spin_unlock(&cond->wait.lock);
	if (crash)
		bento_leave(ctx, crash);
	bento_task_resume(ctx);
	bento_rwlock_acquire(ctx, &mutex->rw, true);
}
EXPORT_SYMBOL_GPL(bento_ks_cond_wait);

/**
 * bento_ks_cond_notify - wake who waits
 * @raw_cond: for this
 * @all: 0 for one of them, else all
 */
void bento_ks_cond_notify(void *raw_cond, u32 all)
{
	struct bento_cond *cond = raw_cond;

	bento_service();
	spin_lock(&cond->wait.lock);
	cond->notified++;
	if (all)
		wake_up_all_locked(&cond->wait);
	else
		wake_up_locked(&cond->wait);
	spin_unlock(&cond->wait.lock);
}
EXPORT_SYMBOL_GPL(bento_ks_cond_notify);
