// SPDX-License-Identifier: GPL-2.0
/*
 * Live upgrade: every mount of a file system goes over to another version, or none does.
 *
 *   checks   while ops go on: contract, state schema, device; memory for results and state is taken
 *   early    where both versions can: nearly all of the state goes over while ops go on
 *   shut     mount after mount: new ops wait at the gate, those under way end, within the deadline
 *   export   the old instance writes its state, or what of it has changed since it went over early
 *   import   the new version makes an instance of it; the old one is untouched
 *   swap     only when every mount has its new instance: pointers change, gates open
 *   discard  the old instances end, ops going on
 *
 * A failure before the swap opens the gates again: ops have waited, none has failed. While a gate
 * is shut nothing here may wait for an op of that mount, so memory is allocated under
 * memalloc_nofs_save(): reclaim does not come back into file systems.
 *
 * An instance that crashed has no state to hand over. A file system on a device is then made
 * afresh, as a mount after a power cut would make it: what was not committed is dropped from the
 * cache, the journal is recovered. Inodes that are still there go on; handles opened before answer
 * ESTALE, and so do inodes that were lost: era.c. A recording ends there: nothing in it leads from
 * the one to the other. A file system without a device would come back empty, and is refused
 * instead.
 *
 * The state itself: handover.c.
 */
#define pr_fmt(fmt) "bentofs: " fmt

#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/moduleparam.h>
#include <linux/sched.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>

#include <bentofs_trace.h>

#include "handover.h"
#include "ks/ks.h"
#include "record/record.h"

static unsigned int upgrade_deadline_ms = 1000;
module_param(upgrade_deadline_ms, uint, 0644);
MODULE_PARM_DESC(
	upgrade_deadline_ms,
	"Milliseconds that a live upgrade waits for the ops under way, before it is refused");

/* Room for the first state of a mount; later ones are foreseen from the last. */
#define FIRST_STATE_ROOM (256 << 10)

int bento_upgrade_refuse(struct upgrade *up, int err, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vscnprintf(up->why, sizeof(up->why), fmt, args);
	va_end(args);
	return err;
}

void bento_upgrade_end_one(const struct upgrade *up, struct bento_instance *instance)
{
	if (instance && bento_instance_destroy(instance, true))
		pr_warn("%s: a version that is no longer used failed in its end\n", up->fs->name);
}

static int check_version(struct upgrade *up)
{
	const struct bento_module_desc *desc = up->to->desc;

	if (desc->abi_major != BENTO_ABI_MAJOR || desc->abi_minor > BENTO_ABI_MINOR ||
	    desc->size < BENTO_DESC_MIN)
		return bento_upgrade_refuse(up, -ENOEXEC,
					    "the new version is built for contract %u.%u, this kernel has %u.%u",
					    desc->abi_major, desc->abi_minor, BENTO_ABI_MAJOR, BENTO_ABI_MINOR);
	return 0;
}

static int check_fit(struct upgrade *up, const struct bento_mount *mount)
{
	const struct bento_module_desc *from = mount->instance->version->desc, *to = up->to->desc;

	if (!from->needs_device != !to->needs_device)
		return bento_upgrade_refuse(up, -EINVAL,
					    "one version lives on a device and the other does not");
	if (READ_ONCE(mount->instance->crashed)) {
		if (!to->needs_device)
			return bento_upgrade_refuse(up, -ENODATA,
						    "mount %u crashed: its state is lost, and there is no device to start from; unmount it",
						    mount->id);
		return 0;
	}
	if (from->state_schema < to->state_schema_min || from->state_schema > to->state_schema_max)
		return bento_upgrade_refuse(up, -EPROTONOSUPPORT,
					    "the running version writes state schema %u, the new one reads %u to %u",
					    from->state_schema, to->state_schema_min, to->state_schema_max);
	return 0;
}

/* Everything that can be done while ops go on. */
static int prepare(struct upgrade *up)
{
	struct bento_mount *mount;
	size_t room = FIRST_STATE_ROOM;
	unsigned int i = 0;
	int err;

	err = check_version(up);
	if (err)
		return err;
	for (i = 0; i < up->nr_moves; i++) {
		mount = up->moves[i].mount;
		err = check_fit(up, mount);
		if (err)
			return err;
		if (mount->last_upgrade)
			room = max_t(size_t, room,
				     mount->last_upgrade->state_bytes +
					     mount->last_upgrade->state_bytes / 4);
	}
	up->state.bytes = kvmalloc(room, GFP_KERNEL);
	if (!up->state.bytes)
		return bento_upgrade_refuse(up, -ENOMEM, "no memory for the state");
	up->state.room = room;
	for (i = 0; i < up->nr_moves; i++)
		bento_hand_over_early(up, &up->moves[i]);
	for (i = 0; i < up->nr_moves; i++)
		bento_gate_ready(up->moves[i].mount);
	return 0;
}

/* The new instance from what is on the device, after a crash. The gate is shut. */
static int start_afresh(struct upgrade *up, struct move *move)
{
	struct bento_mount *mount = move->mount;
	u64 start = ktime_get_ns();
	int err;

	err = bento_dev_revert(mount->dev);
	if (err)
		return bento_upgrade_refuse(up, err,
					    "mount %u: what is cached of the device could not be dropped (error %d)",
					    mount->id, -err);
	move->made = bento_instance_create(mount, up->to, false);
	if (IS_ERR(move->made)) {
		err = PTR_ERR(move->made);
		move->made = NULL;
		return bento_upgrade_refuse(up, err,
					    "mount %u: the new version could not mount the device after the crash (error %d)",
					    mount->id, -err);
	}
	move->result->import_ns = ktime_get_ns() - start;
	trace_bento_upgrade_phase(mount->id, BENTO_PHASE_IMPORT, move->result->import_ns, 0, 0);
	return 0;
}

static int move_one(struct upgrade *up, struct move *move)
{
	struct bento_mount *mount = move->mount;
	unsigned int deadline = READ_ONCE(upgrade_deadline_ms);
	u64 start = ktime_get_ns();
	int err;

	err = bento_gate_shut(mount, msecs_to_jiffies(deadline));
	move->result->quiesce_ns = ktime_get_ns() - start;
	trace_bento_upgrade_phase(mount->id, BENTO_PHASE_QUIESCE, move->result->quiesce_ns, 0, err);
	if (err)
		return bento_upgrade_refuse(up, err, "mount %u: ops under way did not end within %u ms",
					    mount->id, deadline);
	move->shut_at = start;
	/* An op that was under way may have crashed it meanwhile. */
	err = check_fit(up, mount);
	if (err)
		return err;
	return mount->instance->crashed ? start_afresh(up, move) : bento_hand_over(up, move);
}

/* Publishes the result, and lets the ops go on. */
static void finish(struct upgrade *up, struct move *move, const struct bento_version *from, int err)
{
	struct bento_mount *mount = move->mount;
	struct bento_upgrade_result *result = move->result;

	result->error = err;
	result->at_ns = ktime_get_real_ns();
	strscpy(result->why, up->why, sizeof(result->why));
	if (move->shut_at) {
		/* The gate being shut: the record stands between the ops of the two versions. */
		bento_rec_upgrade(mount, from, up->to, result);
		bento_gate_open(mount);
		result->pause_ns = ktime_get_ns() - move->shut_at;
		trace_bento_upgrade_phase(mount->id, BENTO_PHASE_PAUSE, result->pause_ns,
					  result->state_bytes, err);
	}
	bento_sysfs_publish(mount, result);
	move->result = NULL;
}

static void swap_all(struct upgrade *up)
{
	struct bento_instance *old;
	struct bento_version *from;
	struct move *move;
	u64 start = ktime_get_ns();

	up->fs->current_version = up->to;
	for (move = up->moves; move < up->moves + up->nr_moves; move++) {
		old = move->mount->instance;
		from = old->version;
		WRITE_ONCE(move->mount->instance, move->made);
		/* The new version may have what the old one had not. */
		bitmap_zero(move->mount->absent, BENTO_OPCODES);
		move->result->swap_ns = ktime_get_ns() - start;
		/* The recording ends before a new era begins, which asks the new instance. */
		if (old->crashed) {
			move->was_recorded = bento_rec_end_crashed(move->mount, from, up->to,
								   move->result);
			bento_era_begin(move->mount);
			move->result->swap_ns = ktime_get_ns() - start;
		}
		trace_bento_upgrade_phase(move->mount->id, BENTO_PHASE_SWAP, move->result->swap_ns,
					  0, 0);
		finish(up, move, from, 0);
		/* From here on: whom to end. */
		move->made = old;
	}
}

static void back_out(struct upgrade *up, int err)
{
	struct move *move;

	for (move = up->moves; move < up->moves + up->nr_moves; move++)
		if (move->result)
			finish(up, move, move->mount->instance->version, err);
	pr_warn("%s: upgrade refused: %s\n", up->fs->name, up->why);
}

/* Ops go on: what is not needed ends. Devices are others' now: nothing is written. */
static void end_unneeded(struct upgrade *up)
{
	struct move *move;

	for (move = up->moves; move < up->moves + up->nr_moves; move++) {
		if (move->was_recorded)
			bento_rec_ended();
		bento_upgrade_end_one(up, move->made);
		bento_upgrade_end_one(up, move->early);
	}
}

/* From the first gate that shuts to the last one that opens: everything that ops wait for. */
static int pause_and_move(void *data)
{
	struct upgrade *up = data;
	unsigned int nofs = memalloc_nofs_save(), i;

	for (i = 0; i < up->nr_moves && !up->err; i++)
		up->err = move_one(up, &up->moves[i]);
	if (up->err)
		back_out(up, up->err);
	else
		swap_all(up);
	memalloc_nofs_restore(nofs);
	complete(&up->done);
	return 0;
}

/*
 * On a thread of its own, ahead of every program: where more of them want to run than there are
 * processors, whoever loads the module would get its turn now and then, while all that use the
 * mounts wait for it.
 */
static int run_ahead(struct upgrade *up)
{
	struct task_struct *thread = kthread_create(pause_and_move, up, "bento-upgrade");

	if (IS_ERR(thread)) {
		back_out(up, bento_upgrade_refuse(up, PTR_ERR(thread), "no thread to do it"));
		return PTR_ERR(thread);
	}
	sched_set_fifo(thread);
	wake_up_process(thread);
	wait_for_completion(&up->done);
	return up->err;
}

static int collect(struct upgrade *up)
{
	struct bento_mount *mount;
	unsigned int count = 0;

	list_for_each_entry(mount, &up->fs->mounts, of_fs)
		count++;
	up->moves = kvcalloc(count, sizeof(*up->moves), GFP_KERNEL);
	if (count && !up->moves)
		return bento_upgrade_refuse(up, -ENOMEM, "no memory");
	list_for_each_entry(mount, &up->fs->mounts, of_fs) {
		struct move *move = &up->moves[up->nr_moves];

		/* One that is being mounted or unmounted has none. */
		if (!mount->instance)
			continue;
		move->mount = mount;
		move->result = kzalloc(sizeof(*move->result), GFP_KERNEL);
		if (!move->result)
			return bento_upgrade_refuse(up, -ENOMEM, "no memory");
		up->nr_moves++;
	}
	return 0;
}

/**
 * bento_upgrade() - move every mount of a file system to another version
 * @fs: the file system
 * @version: a version of it, registered
 *
 * On success @version is also what new mounts get. How it went is to be read in each mount's
 * last_upgrade. Called under bento_registry_lock. Sleeps.
 *
 * Return: 0, or a negative errno: then every mount goes on with the version it had, and no op has
 * failed.
 */
int bento_upgrade(struct bento_fs *fs, struct bento_version *version)
{
	struct upgrade up = { .fs = fs,
			      .to = version,
			      .done = COMPLETION_INITIALIZER_ONSTACK(up.done) };
	int err;

	lockdep_assert_held(&bento_registry_lock);
	err = collect(&up);
	if (!err)
		err = prepare(&up);
	if (err)
		back_out(&up, err);
	else
		err = run_ahead(&up);
	end_unneeded(&up);
	bento_state_free(&up.state);
	kvfree(up.moves);
	return err;
}
