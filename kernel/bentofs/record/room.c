// SPDX-License-Identifier: GPL-2.0
/* Policy block: an op waits until there is room for what it will say. */
#include <linux/jiffies.h>
#include <linux/sched/signal.h>
#include <linux/wait.h>

#include "capture.h"

/* Ops of policy block that wait for room, of whatever mount. */
static DECLARE_WAIT_QUEUE_HEAD(room_wait);
static atomic_t room_made = ATOMIC_INIT(0);

void bento_rec_made_room(struct bento_capture *capture)
{
	WRITE_ONCE(capture->stalled, false);
	atomic_inc(&room_made);
	wake_up_all(&room_wait);
}

bool bento_rec_wait(struct bento_rec_patience *patience)
{
	int seen = atomic_read(&room_made);
	long left;

	if (!patience->until)
		patience->until = jiffies + BENTO_REC_STALL;
	left = (long)(patience->until - jiffies);
	if (left <= 0 || fatal_signal_pending(current))
		return false;
	wait_event_killable_timeout(room_wait, atomic_read(&room_made) != seen,
				    min(left, (long)HZ / 20));
	return true;
}
