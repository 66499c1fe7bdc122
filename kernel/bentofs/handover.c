// SPDX-License-Identifier: GPL-2.0
/*
 * The state of one mount goes over to another version: nearly all of it while ops go on, where both
 * versions can, and the rest with the gate shut; or all of it then.
 */
#include <linux/ktime.h>

#include <bentofs_trace.h>

#include "handover.h"
#include "ks/ks.h"

/* How often what has changed is handed over while ops go on. */
#define ROUNDS 2

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

void bento_hand_over_early(struct upgrade *up, struct move *move)
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
			bento_upgrade_end_one(up, early);
			return;
		}
	}
	move->early = early;
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

int bento_hand_over(struct upgrade *up, struct move *move)
{
	struct bento_mount *mount = move->mount;
	struct bento_instance *old = mount->instance;
	u64 start = ktime_get_ns();
	bool late;
	int err;

	err = export_rest(up, move, &late);
	if (err)
		return bento_upgrade_refuse(up, err,
					    "mount %u: the running version could not hand its state over (error %d)",
					    mount->id, -err);
	move->result->export_ns = ktime_get_ns() - start;
	move->result->state_bytes = up->state.len;
	trace_bento_upgrade_phase(mount->id, BENTO_PHASE_EXPORT, move->result->export_ns,
				  up->state.len, 0);

	start = ktime_get_ns();
	err = import_rest(up, move, late);
	if (err)
		return bento_upgrade_refuse(up, err,
					    "mount %u: the new version did not take the state (error %d)",
					    mount->id, -err);
	bento_lock_counters_carry(old, move->made);
	move->result->import_ns = ktime_get_ns() - start;
	trace_bento_upgrade_phase(mount->id, BENTO_PHASE_IMPORT, move->result->import_ns,
				  up->state.len, 0);
	return 0;
}
