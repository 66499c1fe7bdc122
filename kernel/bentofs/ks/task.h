/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tasks: threads and work items of a module's own. rust-fs/libbentoks/src/ffi.rs says what they may
 * expect.
 *
 * A task runs, or it rests: before its run begins, after it ended, and while it waits for a
 * condition variable or for another task. It runs only while the gate of its instance's tasks is
 * open, so that a mount is quiet when no op is under way and no task runs. The gate opens and shuts
 * with the mount's own (gate.c).
 */
#ifndef BENTO_TASK_H
#define BENTO_TASK_H

#include <linux/workqueue.h>

#include "ks.h"

#define BENTO_TASK_NAME_MAX 15

struct bento_task {
	struct list_head link;			/* in the instance's tasks */
	struct bento_instance *instance;
	struct bento_rwlock step; /* each step of its life is an acquisition of this lock; key: id
				   */
	u32 id;					/* counted from 1 as the instance made its tasks */
	bool work;				/* a work item; else a thread */
	char name[BENTO_TASK_NAME_MAX + 1];
	void (*run)(void *arg);
	void *arg;

	/* Under the tasks' guard. */
	unsigned int awaited; /* so many wait for its end: it goes on in a shut gate */
	bool queued, running, closing;
	bool over;				/* a thread: ended, and all is said of it */
	unsigned long due;			/* jiffies: when a queued run may begin */
	u64 queued_runs, begun, done;

	struct task_struct *thread;
	struct delayed_work item;
	struct bento_slot *rec; /* what it takes while it is recorded; NULL: never was */
};

/* Makes one, not started; NULL when there can be no more. */
struct bento_task *bento_task_make(struct bento_ctx *ctx, bool work, void (*run)(void *arg),
				   void *arg, const u8 *name, size_t name_len);
/* What a call counts begins anew: with each segment. */
static inline void bento_segment_reset(struct bento_ctx *ctx)
{
	ctx->begin_ns = 0;
	ctx->clock_calls = 0;
	ctx->fallible_calls = 0;
	ctx->acquisitions = 0;
}

/* Takes it out of the instance, and frees it. */
void bento_task_free(struct bento_task *task);
/* Its thread, or a worker: one run, under guard, once the gate is open. */
void bento_task_run(struct bento_task *task);

/*
 * A call is about to wait for something that is not an op's business, and has waited: for a task,
 * its rest.
 */
void bento_task_rest(struct bento_ctx *ctx);
void bento_task_resume(struct bento_ctx *ctx);

/*
 * Waits until `reached(task, arg)`, under the tasks' guard, is true; the task goes on meanwhile
 * even if the gate is shut.
 */
void bento_task_await(struct bento_ctx *ctx, struct bento_task *task,
		      bool (*reached)(const struct bento_task *task, u64 arg), u64 arg);

/* Begins and ends a step of its life. */
static inline void bento_task_step_begin(struct bento_ctx *ctx, struct bento_task *task)
{
	bento_rwlock_acquire(ctx, &task->step, true);
	spin_lock(&task->instance->tasks.guard);
}

static inline void bento_task_step_end(struct bento_ctx *ctx, struct bento_task *task)
{
	spin_unlock(&task->instance->tasks.guard);
	bento_rwlock_release(ctx, &task->step, true);
	wake_up_all(&task->instance->tasks.moved);
}

extern struct workqueue_struct *bento_task_queue;

#endif /* BENTO_TASK_H */
