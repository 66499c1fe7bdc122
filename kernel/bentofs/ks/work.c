// SPDX-License-Identifier: GPL-2.0
/*
 * bento_ks_work_*(): work items of a module's own, on a workqueue.
 *
 * The module's idea of being queued is in struct bento_task; the workqueue's serves it. A worker
 * that finds nothing queued, since it was cancelled while it waited at the gate, does nothing.
 */
#include <linux/export.h>
#include <linux/jiffies.h>
#include <linux/slab.h>

#include "services.h"
#include "task.h"

static void work_main(struct work_struct *work)
{
	bento_task_run(container_of(to_delayed_work(work), struct bento_task, item));
}

static bool is_done(const struct bento_task *task, u64 run)
{
	return READ_ONCE(task->done) >= run;
}

/* Within a step: no longer queued. Whether it was, and the run that is under way; 0 for none. */
static bool take_out(struct bento_task *task, u64 *run)
{
	bool was = task->queued;

	if (was) {
		task->queued = false;
		task->queued_runs--;
		cancel_delayed_work(&task->item);
	}
	*run = task->running ? task->begun : 0;
	return was;
}

static void wait_for_run(struct bento_ctx *ctx, struct bento_task *work, u64 run)
{
	if (!run)
		return;
	bento_task_await(ctx, work, is_done, run);
	bento_rwlock_acquire(ctx, &work->step, true);
	bento_rwlock_release(ctx, &work->step, true);
}

/**
 * bento_ks_work_new - make a work item, not queued
 * @run: called once each time the item was queued, never twice at once
 * @arg: for @run, until the item is freed
 * @name: for people; 15 bytes of it are kept
 * @name_len: bytes of it
 *
 * Sleeps.
 *
 * Return: the item, or NULL when there can be no more.
 */
void *bento_ks_work_new(void (*run)(void *arg), void *arg, const u8 *name, size_t name_len)
{
	struct bento_ctx *ctx = bento_fallible_service();
	struct bento_rwlock *making = &ctx->instance->tasks_making;
	struct bento_task *work;

	bento_rwlock_acquire(ctx, making, true);
	work = bento_task_make(ctx, true, run, arg, name, name_len);
	if (work)
		INIT_DELAYED_WORK(&work->item, work_main);
	bento_rwlock_release(ctx, making, true);
	bento_fallible(ctx, work ? 0 : EAGAIN);
	return work;
}
EXPORT_SYMBOL_GPL(bento_ks_work_new);

/**
 * bento_ks_work_queue - queue one run of a work item
 * @raw_work: the item
 * @delay_ns: not before so many nanoseconds from now
 *
 * May be called with locks held.
 *
 * Return: 1, or 0 when it is queued already.
 */
u32 bento_ks_work_queue(void *raw_work, u64 delay_ns)
{
	struct bento_task *work = raw_work;
	struct bento_ctx *ctx = bento_service();
	/* Beyond a month is as good as never. */
	unsigned long delay = min_t(u64, nsecs_to_jiffies64(delay_ns) + (delay_ns ? 1 : 0),
				    30UL * 24 * 3600 * HZ);
	bool queued;

	bento_task_step_begin(ctx, work);
	queued = !work->queued && !work->closing;
	if (queued) {
		work->queued = true;
		work->queued_runs++;
		work->due = jiffies + delay;
		mod_delayed_work(bento_task_queue, &work->item, delay);
	}
	bento_task_step_end(ctx, work);
	return queued;
}
EXPORT_SYMBOL_GPL(bento_ks_work_queue);

/**
 * bento_ks_work_cancel - take a work item out of the queue
 * @raw_work: the item, not the caller's own; its run takes no lock that the caller holds
 *
 * Waits for the end of a run that is under way. Sleeps.
 *
 * Return: 1, or 0 when it was not queued.
 */
u32 bento_ks_work_cancel(void *raw_work)
{
	struct bento_task *work = raw_work;
	struct bento_ctx *ctx = bento_service();
	bool was;
	u64 run;

	bento_task_step_begin(ctx, work);
	was = take_out(work, &run);
	bento_task_step_end(ctx, work);
	wait_for_run(ctx, work, run);
	return was;
}
EXPORT_SYMBOL_GPL(bento_ks_work_cancel);

/**
 * bento_ks_work_flush - wait for the end of a queued run, which begins now, or of the one under way
 * @raw_work: as for bento_ks_work_cancel()
 *
 * Sleeps.
 */
void bento_ks_work_flush(void *raw_work)
{
	struct bento_task *work = raw_work;
	struct bento_ctx *ctx = bento_service();
	u64 run;

	bento_task_step_begin(ctx, work);
	if (work->queued) {
		work->due = jiffies;
		mod_delayed_work(bento_task_queue, &work->item, 0);
	}
	run = work->queued || work->running ? work->queued_runs : 0;
	bento_task_step_end(ctx, work);
	wait_for_run(ctx, work, run);
}
EXPORT_SYMBOL_GPL(bento_ks_work_flush);

/**
 * bento_ks_work_free - free a work item, as if it was cancelled first
 * @raw_work: as for bento_ks_work_cancel()
 *
 * Sleeps.
 */
void bento_ks_work_free(void *raw_work)
{
	struct bento_task *work = raw_work;
	struct bento_ctx *ctx = bento_service();
	u64 run;

	bento_task_step_begin(ctx, work);
	work->closing = true;
	take_out(work, &run);
	bento_task_step_end(ctx, work);
	wait_for_run(ctx, work, run);
	/* The worker itself: with `closing` it does not wait at the gate. */
	cancel_delayed_work_sync(&work->item);
	bento_task_free(work);
}
EXPORT_SYMBOL_GPL(bento_ks_work_free);
