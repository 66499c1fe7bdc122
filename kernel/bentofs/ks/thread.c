// SPDX-License-Identifier: GPL-2.0
/*
 * bento_ks_thread_*(): threads of a module's own, as kthreads.
 */
#include <linux/export.h>
#include <linux/kthread.h>
#include <linux/sched/task.h>

#include "services.h"
#include "task.h"

static int thread_main(void *arg)
{
	struct bento_task *task = arg;
	struct bento_tasks *tasks = &task->instance->tasks;

	bento_task_run(task);
	/*
	 * Whoever joins waits for this, and then for the thread itself; the task is theirs from
	 * here on.
	 */
	spin_lock(&tasks->guard);
	task->over = true;
	wake_up_all(&tasks->moved);
	spin_unlock(&tasks->guard);
	return 0;
}

static bool is_over(const struct bento_task *task, u64 arg)
{
	return READ_ONCE(task->over);
}

/**
 * bento_ks_thread_spawn - start a thread
 * @run: called once, in the thread
 * @arg: for @run
 * @name: for people; 15 bytes of it are kept
 * @name_len: bytes of it
 *
 * Sleeps.
 *
 * Return: the thread, to be joined exactly once; NULL when there can be no more, and then @run is
 * never called.
 */
void *bento_ks_thread_spawn(void (*run)(void *arg), void *arg, const u8 *name, size_t name_len)
{
	struct bento_ctx *ctx = bento_fallible_service();
	struct bento_rwlock *making = &ctx->instance->tasks_making;
	struct task_struct *thread;
	struct bento_task *task;

	bento_rwlock_acquire(ctx, making, true);
	task = bento_task_make(ctx, false, run, arg, name, name_len);
	if (task) {
		thread = kthread_create(thread_main, task, "bento/%s", task->name);
		if (IS_ERR(thread)) {
			bento_task_free(task);
			task = NULL;
		} else {
			/* It may end before it is joined. */
			get_task_struct(thread);
			task->thread = thread;
			wake_up_process(thread);
		}
	}
	bento_rwlock_release(ctx, making, true);
	bento_fallible(ctx, task ? 0 : EAGAIN);
	return task;
}
EXPORT_SYMBOL_GPL(bento_ks_thread_spawn);

/**
 * bento_ks_thread_join - wait for a thread to end, and free it
 * @raw_thread: not the caller; it needs no lock that the caller holds
 *
 * Sleeps; does not come back when the instance crashes or the deadline passes.
 */
void bento_ks_thread_join(void *raw_thread)
{
	struct bento_task *thread = raw_thread;
	struct bento_ctx *ctx = bento_service();

	bento_task_await(ctx, thread, is_over, 0);
	bento_rwlock_acquire(ctx, &thread->step, true);
	bento_rwlock_release(ctx, &thread->step, true);
	kthread_stop(thread->thread);
	put_task_struct(thread->thread);
	bento_task_free(thread);
}
EXPORT_SYMBOL_GPL(bento_ks_thread_join);
