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
 */
#define pr_fmt(fmt) "bentofs: " fmt

#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/moduleparam.h>
#include <linux/sched.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>

#include <bentofs_trace.h>

#include "bentofs.h"
#include "ks/ks.h"
#include "record/record.h"

static unsigned int upgrade_deadline_ms = 1000;
module_param(upgrade_deadline_ms, uint, 0644);
MODULE_PARM_DESC(
	upgrade_deadline_ms,
	"Milliseconds that a live upgrade waits for the ops under way, before it is refused");

/* Room for the first state of a mount; later ones are foreseen from the last. */
#define FIRST_STATE_ROOM (256 << 10)

/* How often what has changed is handed over while ops go on. */
#define ROUNDS 2

/* One mount on its way. */
struct move {
	struct bento_mount *mount;
	struct bento_instance *made;
	struct bento_instance *early;		/* made of the first part of the state, or NULL */
	struct bento_upgrade_result *result;
	u64 shut_at;				/* ktime; 0: the gate is open */
	bool was_recorded;			/* and is no more: bento_rec_ended() is due */
};

/* What bento_upgrade() works on. */
struct upgrade {
	struct bento_fs *fs;
	struct bento_version *to;
	struct move *moves;
	unsigned int nr_moves;
	struct bento_state state;
	int err;
	struct completion done;
	char why[sizeof_field(struct bento_upgrade_result, why)];
};

/* Notes why the upgrade is refused; answers `err`. */
__printf(3, 4) static int refuse(struct upgrade *up, int err, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vscnprintf(up->why, sizeof(up->why), fmt, args);
	va_end(args);
	return err;
}

static int check_version(struct upgrade *up)
{
	const struct bento_module_desc *desc = up->to->desc;

	if (desc->abi_major != BENTO_ABI_MAJOR || desc->abi_minor > BENTO_ABI_MINOR ||
	    desc->size < BENTO_DESC_MIN)
		return refuse(up, -ENOEXEC,
			      "the new version is built for contract %u.%u, this kernel has %u.%u",
			      desc->abi_major, desc->abi_minor, BENTO_ABI_MAJOR, BENTO_ABI_MINOR);
	return 0;
}

static int check_fit(struct upgrade *up, const struct bento_mount *mount)
{
	const struct bento_module_desc *from = mount->instance->version->desc, *to = up->to->desc;

	if (!from->needs_device != !to->needs_device)
		return refuse(up, -EINVAL, "one version lives on a device and the other does not");
	if (READ_ONCE(mount->instance->crashed)) {
		if (!to->needs_device)
			return refuse(up, -ENODATA,
				      "mount %u crashed: its state is lost, and there is no device to start from; unmount it",
				mount->id);
		return 0;
	}
	if (from->state_schema < to->state_schema_min || from->state_schema > to->state_schema_max)
		return refuse(up, -EPROTONOSUPPORT,
			      "the running version writes state schema %u, the new one reads %u to %u",
			      from->state_schema, to->state_schema_min, to->state_schema_max);
	return 0;
}

static void end_one(const struct upgrade *up, struct bento_instance *instance)
{
	if (instance && bento_instance_destroy(instance, true))
		pr_warn("%s: a version that is no longer used failed in its end\n", up->fs->name);
}

/* Notes why the state of this mount goes over as a whole, while ops wait. */
__printf(2, 3) static void as_a_whole(struct move *move, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vscnprintf(move->result->whole, sizeof(move->result->whole), fmt, args);
	va_end(args);
}

/* What has changed is handed over, while ops go on; an error has been noted. */
static int hand_over_round(struct upgrade *up, struct move *move, struct bento_instance *early)
{
	int err = bento_instance_export_late(move->mount->instance, false, &up->state);

	if (err == -EAGAIN)
		as_a_whole(move, "more changed at once than the running version takes note of");
	else if (err)
		as_a_whole(move, "the running version could not tell what has changed (error %d)",
			   -err);
	if (err)
		return err;
	err = bento_instance_import_late(early, &up->state);
	if (err)
		as_a_whole(move, "the new version did not take what has changed (error %d)", -err);
	return err;
}

/*
 * The first part of the hand-over. Without it the state goes over as a whole, so trouble here is no
 * reason to refuse: it is told, since ops then wait for longer.
 */
static void hand_over_early(struct upgrade *up, struct move *move)
{
	struct bento_instance *old = move->mount->instance, *early;
	unsigned int round;
	int err;

	if (READ_ONCE(old->crashed))
		return;
	if (!bento_hands_over_early(old->version->desc) || !bento_hands_over_early(up->to->desc)) {
		as_a_whole(move, "the %s version knows no other way",
			   bento_hands_over_early(up->to->desc) ? "running" : "new");
		return;
	}
	err = bento_instance_export_early(old, &up->state);
	if (err) {
		as_a_whole(move, "the running version could not begin earlier (error %d)", -err);
		return;
	}
	early = bento_instance_import(move->mount, up->to, &up->state);
	if (IS_ERR(early)) {
		as_a_whole(move, "the new version did not take what came early (error %ld)",
			   -PTR_ERR(early));
		return;
	}
	/* Each round has less to tell than the one before, taking less long. */
	for (round = 0; round < ROUNDS; round++) {
		/* A round that failed has lost what it was to tell: the rest would not be all. */
		if (hand_over_round(up, move, early)) {
			end_one(up, early);
			return;
		}
	}
	move->early = early;
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
		return refuse(up, -ENOMEM, "no memory for the state");
	up->state.room = room;
	for (i = 0; i < up->nr_moves; i++)
		hand_over_early(up, &up->moves[i]);
	for (i = 0; i < up->nr_moves; i++)
		bento_gate_ready(up->moves[i].mount);
	return 0;
}

/* The state, or what of it has changed since it went over early. */
static int export_rest(struct upgrade *up, struct move *move, bool *late)
{
	struct bento_instance *old = move->mount->instance;
	int err = -EAGAIN;

	*late = false;
	if (move->early)
		err = bento_instance_export_late(old, true, &up->state);
	if (err != -EAGAIN) {
		*late = true;
		return err;
	}
	if (move->early)
		as_a_whole(move, "more changed at last than the running version takes note of");
	return bento_instance_export(old, &up->state);
}

/* Sets move->made. */
static int import_rest(struct upgrade *up, struct move *move, bool late)
{
	struct bento_instance *made;
	int err;

	if (late) {
		err = bento_instance_import_late(move->early, &up->state);
		if (!err)
			swap(move->made, move->early);
		return err;
	}
	made = bento_instance_import(move->mount, up->to, &up->state);
	if (IS_ERR(made))
		return PTR_ERR(made);
	move->made = made;
	return 0;
}

/* The new instance from the old one's state. The gate is shut. */
static int hand_over(struct upgrade *up, struct move *move)
{
	struct bento_mount *mount = move->mount;
	struct bento_instance *old = mount->instance;
	u64 start = ktime_get_ns();
	bool late;
	int err;

	err = export_rest(up, move, &late);
	if (err)
		return refuse(up, err,
			      "mount %u: the running version could not hand its state over (error %d)",
			      mount->id, -err);
	move->result->export_ns = ktime_get_ns() - start;
	move->result->state_bytes = up->state.len;
	trace_bento_upgrade_phase(mount->id, BENTO_PHASE_EXPORT, move->result->export_ns,
				  up->state.len, 0);

	start = ktime_get_ns();
	err = import_rest(up, move, late);
	if (err)
		return refuse(up, err,
			      "mount %u: the new version did not take the state (error %d)",
			      mount->id, -err);
	bento_lock_counters_carry(old, move->made);
	move->result->import_ns = ktime_get_ns() - start;
	trace_bento_upgrade_phase(mount->id, BENTO_PHASE_IMPORT, move->result->import_ns,
				  up->state.len, 0);
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
		return refuse(up, err,
			      "mount %u: what is cached of the device could not be dropped (error %d)",
			      mount->id, -err);
	move->made = bento_instance_create(mount, up->to, false);
	if (IS_ERR(move->made)) {
		err = PTR_ERR(move->made);
		move->made = NULL;
		return refuse(up, err,
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
		return refuse(up, err, "mount %u: ops under way did not end within %u ms",
			      mount->id, deadline);
	move->shut_at = start;
	/* An op that was under way may have crashed it meanwhile. */
	err = check_fit(up, mount);
	if (err)
		return err;
	return mount->instance->crashed ? start_afresh(up, move) : hand_over(up, move);
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
		if (old->crashed) {
			move->was_recorded = bento_rec_end_crashed(move->mount, from, up->to,
								   move->result);
			bento_era_begin(move->mount);
		}
		move->result->swap_ns = ktime_get_ns() - start;
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
		end_one(up, move->made);
		end_one(up, move->early);
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
		back_out(up, refuse(up, PTR_ERR(thread), "no thread to do it"));
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
		return refuse(up, -ENOMEM, "no memory");
	list_for_each_entry(mount, &up->fs->mounts, of_fs) {
		struct move *move = &up->moves[up->nr_moves];

		/* One that is being mounted or unmounted has none. */
		if (!mount->instance)
			continue;
		move->mount = mount;
		move->result = kzalloc(sizeof(*move->result), GFP_KERNEL);
		if (!move->result)
			return refuse(up, -ENOMEM, "no memory");
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
