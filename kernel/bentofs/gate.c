// SPDX-License-Identifier: GPL-2.0
/*
 * The gate of a mount: ops pass it shared at the cost of a per-CPU counter, and an upgrade or
 * checkpoint shuts it.
 *
 * Shutting has two steps, so that ops wait for as short as can be: the counter becomes one word for
 * all CPUs first, which takes a grace period during which ops go on; only then is it shut, and what
 * is left to wait for are the ops under way. Tasks of the module's own come to rest after the ops,
 * which may wait for them.
 */
#define pr_fmt(fmt) "bentofs: " fmt

#include "bentofs.h"

static void gate_drained(struct percpu_ref *gate)
{
	complete(&container_of(gate, struct bento_mount, gate)->drained);
}

int bento_gate_init(struct bento_mount *mount)
{
	init_completion(&mount->drained);
	init_waitqueue_head(&mount->opened);
	return percpu_ref_init(&mount->gate, gate_drained, PERCPU_REF_ALLOW_REINIT, GFP_KERNEL);
}

void bento_gate_exit(struct bento_mount *mount)
{
	percpu_ref_exit(&mount->gate);
}

void bento_gate_enter(struct bento_mount *mount)
{
	/* Whoever shuts it opens it again within its deadline: no signal needs to end this wait. */
	while (!percpu_ref_tryget_live(&mount->gate)) {
		if (READ_ONCE(mount->reviver) == current)
			return;
		wait_event(mount->opened, !percpu_ref_is_dying(&mount->gate));
	}
}

void bento_gate_leave(struct bento_mount *mount)
{
	if (likely(READ_ONCE(mount->reviver) != current))
		percpu_ref_put(&mount->gate);
}

void bento_gate_ready(struct bento_mount *mount)
{
	percpu_ref_switch_to_atomic_sync(&mount->gate);
}

int bento_gate_shut(struct bento_mount *mount, unsigned long timeout)
{
	int err = -ETIMEDOUT;

	reinit_completion(&mount->drained);
	percpu_ref_kill(&mount->gate);
	timeout = wait_for_completion_timeout(&mount->drained, timeout);
	if (timeout)
		err = bento_tasks_shut(mount->instance, timeout);
	if (err)
		bento_gate_open(mount);
	return err;
}

void bento_gate_open(struct bento_mount *mount)
{
	bento_tasks_open(mount->instance);
	percpu_ref_resurrect(&mount->gate);
	percpu_ref_switch_to_percpu(&mount->gate);
	wake_up_all(&mount->opened);
}
