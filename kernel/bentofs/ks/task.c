// SPDX-License-Identifier: GPL-2.0
/*
 * Tasks of a module's own: their gate, their runs, and waiting for them.
 */
#define pr_fmt(fmt) "bentofs: " fmt

#include <linux/kthread.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "task.h"

/* How often one that waits looks whether it should give up. */
#define LOOK_EVERY (HZ / 20)
/* Slot of task 1 in a trace, less one: as in bento-host. */
#define THREADS_AFTER (BENTO_OP_SLOTS - 1)

struct workqueue_struct *bento_task_queue;

int bento_tasks_init(void)
{
	bento_task_queue = alloc_workqueue("bentofs", WQ_UNBOUND | WQ_MEM_RECLAIM, 0);
	return bento_task_queue ? 0 : -ENOMEM;
}

void bento_tasks_exit(void)
{
	destroy_workqueue(bento_task_queue);
}

/* ---- the gate ---- */

void bento_tasks_of_instance(struct bento_tasks *tasks)
{
	spin_lock_init(&tasks->guard);
	init_waitqueue_head(&tasks->moved);
	INIT_LIST_HEAD(&tasks->all);
	tasks->shut = true;
}

void bento_tasks_open(struct bento_instance *instance)
{
	spin_lock(&instance->tasks.guard);
	instance->tasks.shut = false;
	spin_unlock(&instance->tasks.guard);
	wake_up_all(&instance->tasks.moved);
}

int bento_tasks_shut(struct bento_instance *instance, unsigned long timeout)
{
	struct bento_tasks *tasks = &instance->tasks;

	spin_lock(&tasks->guard);
	tasks->shut = true;
	spin_unlock(&tasks->guard);
	if (wait_event_timeout(tasks->moved, !READ_ONCE(tasks->running), timeout))
		return 0;
	bento_tasks_open(instance);
	return -ETIMEDOUT;
}

/* Waits at the gate: whether the task may go on. */
static bool pass(struct bento_task *task)
{
	struct bento_tasks *tasks = &task->instance->tasks;
	bool passed = false;

	spin_lock(&tasks->guard);
	while (!READ_ONCE(task->instance->crashed)) {
		if (!tasks->shut || task->awaited || task->closing) {
			tasks->running++;
			passed = true;
			break;
		}
		spin_unlock(&tasks->guard);
		wait_event_timeout(tasks->moved,
				   !READ_ONCE(tasks->shut) || READ_ONCE(task->awaited) ||
					   READ_ONCE(task->closing),
				   LOOK_EVERY);
		spin_lock(&tasks->guard);
	}
	spin_unlock(&tasks->guard);
	return passed;
}

static void back(struct bento_tasks *tasks)
{
	spin_lock(&tasks->guard);
	tasks->running--;
	spin_unlock(&tasks->guard);
	wake_up_all(&tasks->moved);
}

/*
 * Goes on once the gate is open: from here on the watchdog sees it, and its time runs. False when
 * the instance crashed meanwhile.
 */
static bool begin_segment(struct bento_ctx *ctx)
{
	struct bento_rec_patience patience = {};
	bool may_wait = true;

	for (;;) {
		if (!pass(ctx->task))
			return false;
		bento_segment_reset(ctx);
		if (!bento_rec_any() || likely(__bento_rec_segment_begin(ctx, may_wait)))
			break;
		back(&ctx->instance->tasks);
		may_wait = bento_rec_wait(&patience);
	}
	ctx->begin_jiffies = jiffies;
	ctx->overdue = false;
	ctx->resting = false;
	ctx->unique = atomic64_inc_return(&ctx->mount->unique);
	bento_slot_show(ctx);
	return true;
}

/* `over`: the run is. Who waits for it to rest may look at what was recorded. */
static void end_segment(struct bento_ctx *ctx, bool over)
{
	if (bento_rec_on(ctx))
		__bento_rec_segment_end(ctx, over);
	bento_slot_hide(ctx);
	ctx->resting = true;
	back(&ctx->instance->tasks);
}

void bento_task_rest(struct bento_ctx *ctx)
{
	if (ctx->task)
		end_segment(ctx, false);
}

void bento_task_resume(struct bento_ctx *ctx)
{
	if (ctx->task && !begin_segment(ctx))
		bento_leave(ctx, BENTO_CRASH_ABANDONED);
}

/* ---- runs ---- */

/* One run, under guard. A work item that was cancelled just now has none. */
static void run_once(struct bento_ctx *ctx)
{
	struct bento_task *task = ctx->task;
	bool begins;

	bento_task_step_begin(ctx, task);
	begins = !task->work || task->queued;
	if (begins) {
		task->queued = false;
		task->running = true;
		task->begun++;
	}
	bento_task_step_end(ctx, task);
	if (!begins)
		return;
	task->run(task->arg);
	bento_task_step_begin(ctx, task);
	task->running = false;
	bento_task_step_end(ctx, task);
}

/*
 * Whether a work item still has a run that is due, the worker having come for one. It may have been
 * cancelled while that waited, and queued for later.
 */
static bool is_due(struct bento_task *task)
{
	bool due;

	spin_lock(&task->instance->tasks.guard);
	due = !task->work || (task->queued && !time_before(jiffies, task->due));
	spin_unlock(&task->instance->tasks.guard);
	return due;
}

void bento_task_run(struct bento_task *task)
{
	struct bento_tasks *tasks = &task->instance->tasks;
	struct bento_ctx ctx = {
		.mount = task->instance->mount,
		.instance = task->instance,
		.opcode = BENTO_OP_TASK,
		.task = task,
		.step = run_once,
		.thread = THREADS_AFTER + task->id,
		.held_room = BENTO_HELD_INLINE,
	};

	ctx.held = ctx.held_inline;
	if (!bento_task_slot_take(&ctx))
		return;
	if (!is_due(task) || !begin_segment(&ctx)) {
		bento_task_slot_give(&ctx);
		return;
	}
	bento_run(&ctx);
	if (!ctx.resting)
		end_segment(&ctx, true);
	bento_task_slot_give(&ctx);
	if (ctx.held != ctx.held_inline)
		kfree(ctx.held);
	if (ctx.crash)
		return;
	spin_lock(&tasks->guard);
	task->done = task->begun;
	spin_unlock(&tasks->guard);
	wake_up_all(&tasks->moved);
}

/* ---- making and ending ---- */

struct bento_task *bento_task_make(struct bento_ctx *ctx, bool work, void (*run)(void *arg),
				   void *arg, const u8 *name, size_t name_len)
{
	struct bento_instance *instance = ctx->instance;
	struct bento_task *task;

	task = kzalloc(sizeof(*task), GFP_KERNEL);
	if (!task)
		return NULL;
	task->instance = instance;
	task->work = work;
	task->run = run;
	task->arg = arg;
	memcpy(task->name, name, min_t(size_t, name_len, BENTO_TASK_NAME_MAX));
	spin_lock(&instance->tasks.guard);
	task->id = ++instance->tasks.made;
	list_add_tail(&task->link, &instance->tasks.all);
	spin_unlock(&instance->tasks.guard);
	bento_rwlock_init(&task->step, BENTO_LOCK_CLASS_TASK, task->id);
	return task;
}

void bento_task_free(struct bento_task *task)
{
	spin_lock(&task->instance->tasks.guard);
	list_del(&task->link);
	spin_unlock(&task->instance->tasks.guard);
	bento_rec_free_slot(task->rec);
	kfree(task);
}

void bento_task_await(struct bento_ctx *ctx, struct bento_task *task,
		      bool (*reached)(const struct bento_task *task, u64 arg), u64 arg)
{
	struct bento_tasks *tasks = &ctx->instance->tasks;
	unsigned int looks = 0;
	enum bento_crash crash = BENTO_CRASH_NONE;
	bool there;

	/* For its own end, from within: never. */
	if (ctx->task == task)
		bento_leave(ctx, BENTO_CRASH_DEADLINE);
	spin_lock(&tasks->guard);
	task->awaited++;
	spin_unlock(&tasks->guard);
	wake_up_all(&tasks->moved);
	bento_task_rest(ctx);
	for (;;) {
		spin_lock(&tasks->guard);
		there = reached(task, arg);
		spin_unlock(&tasks->guard);
		if (there)
			break;
		if (READ_ONCE(ctx->instance->crashed))
			crash = BENTO_CRASH_ABANDONED;
		else if (!ctx->task && bento_stuck(ctx, looks++, LOOK_EVERY))
			crash = BENTO_CRASH_DEADLINE;
		if (crash)
			break;
		wait_event_timeout(tasks->moved, reached(task, arg), LOOK_EVERY);
	}
	spin_lock(&tasks->guard);
	task->awaited--;
	spin_unlock(&tasks->guard);
	if (crash)
		bento_leave(ctx, crash);
	bento_task_resume(ctx);
}

void bento_instance_end_tasks(struct bento_instance *instance)
{
	struct bento_task *task, *next;

	if (list_empty(&instance->tasks.all))
		return;
	/*
	 * Only a crash leaves tasks behind; or a module that does not keep to the contract, which
	 * ends it as well.
	 */
	if (!READ_ONCE(instance->crashed))
		pr_err("%s, mount %u: the module left tasks of its own behind\n",
		       instance->version->fs->name, instance->mount->id);
	WRITE_ONCE(instance->crashed, true);
	wake_up_all(&instance->tasks.moved);
	/* Each leaves at its next service, or where the watchdog finds it. */
	list_for_each_entry_safe(task, next, &instance->tasks.all, link) {
		if (task->thread) {
			kthread_stop(task->thread);
			put_task_struct(task->thread);
		} else if (task->work) {
			cancel_delayed_work_sync(&task->item);
		}
		bento_task_free(task);
	}
}
