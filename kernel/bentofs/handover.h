/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An upgrade under way, as its parts see it: upgrade.c leads every mount over, handover.c moves the
 * state of one.
 */
#ifndef BENTO_HANDOVER_H
#define BENTO_HANDOVER_H

#include <linux/completion.h>

#include "bentofs.h"

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
__printf(3, 4) int bento_upgrade_refuse(struct upgrade *up, int err, const char *fmt, ...);
/* Ends an instance that is not needed, or NULL: nothing is written. */
void bento_upgrade_end_one(const struct upgrade *up, struct bento_instance *instance);

/*
 * The first part of the hand-over, ops going on. Without it the state goes over as a whole, so
 * trouble here is no reason to refuse: it is told, since ops then wait for longer.
 */
void bento_hand_over_early(struct upgrade *up, struct move *move);
/* The new instance, move->made, from the old one's state. The gate is shut. */
int bento_hand_over(struct upgrade *up, struct move *move);

#endif /* BENTO_HANDOVER_H */
