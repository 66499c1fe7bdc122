// SPDX-License-Identifier: GPL-2.0
/*
 * An op, or a segment of a task, begins: whether it is recorded, and, policy block, its wait until
 * there is room for what it will say.
 */
#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/sched/signal.h>
#include <linux/wait.h>

#include "../ks/task.h"
#include "capture.h"
#include "frame.h"

/*
 * What an op may need in the buffers besides its data: its own record, and blocks that it sees
 * first.
 */
#define USUAL_NEED (32u << 10)

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

/*
 * Policy block: room for what will be said, `need` bytes; 0 of other policies. False when the
 * buffers have none, and nobody has given up waiting yet.
 */
static bool promise(struct bento_capture *capture, u32 *need, bool may_wait)
{
	s64 promised;

	if (capture->options.policy != BENTO_POLICY_BLOCK) {
		*need = 0;
		return true;
	}
	promised = atomic64_add_return(*need, &capture->promised);
	if (likely(promised <= bento_stream_room(capture)) || READ_ONCE(capture->stalled))
		return true;
	if (may_wait) {
		atomic64_sub(*need, &capture->promised);
		return false;
	}
	/* Nobody reads: ops go on, and what does not fit is counted. */
	WRITE_ONCE(capture->stalled, true);
	return true;
}

static void start(struct bento_ctx *ctx, struct bento_capture *capture, struct bento_slot *slot,
		  u32 need)
{
	bento_slot_clear(slot);
	slot->need = need;
	slot->seen = atomic64_read(&capture->seq);
	ctx->rec = slot;
	ctx->rec_me = BIT_ULL(min(ctx->thread, BENTO_SEEN_THREADS));
	ctx->rec_epoch = bento_rec_epoch(ctx->mount);
	bento_begin_ns(ctx);
}

bool __bento_rec_begin(struct bento_ctx *ctx, bool may_wait)
{
	struct bento_capture *capture = ctx->mount->capture;
	const struct bento_request_buf *req = ctx->req;
	struct bento_slot *slot;
	u32 need = 0;

	if (!capture)
		return true;
	if (unlikely(capture->options.filters) && ctx->opcode < BENTO_OPCODES &&
	    test_bit(ctx->opcode, capture->options.skip)) {
		struct bento_rec_cpu *cpu = get_cpu_ptr(capture->cpus);

		cpu->counts.offered++;
		cpu->counts.filtered++;
		put_cpu_ptr(capture->cpus);
		return true;
	}
	if (ctx->opcode < BENTO_OPCODES) {
		need = USUAL_NEED + (req ? req->data_len : 0);
		if (!promise(capture, &need, may_wait))
			return false;
	}
	slot = &capture->slots[ctx->thread];
	start(ctx, capture, slot, need);
	/* Its answer will stand where this does. */
	if (unlikely(ctx->opcode == FUSE_IOCTL) && req->data_len &&
	    req->args_len >= sizeof(struct fuse_ioctl_in)) {
		const struct fuse_ioctl_in *in = req->args;
		struct bento_cursor place = { .seg = req->data };
		size_t len = min_t(size_t, in->in_size, req->data_len);
		u8 *p = bento_slot_room(slot, &slot->input, len);

		if (p)
			slot->input.len = wire_segs(p, &place, len) - p;
	}
	return true;
}

bool __bento_rec_segment_begin(struct bento_ctx *ctx, bool may_wait)
{
	struct bento_capture *capture = ctx->mount->capture;
	struct bento_task *task = ctx->task;
	u32 need = USUAL_NEED;

	if (!capture || READ_ONCE(ctx->mount->instance) != ctx->instance)
		return true;
	if (!promise(capture, &need, may_wait))
		return false;
	if (!task->rec)
		task->rec = bento_slot_make();
	start(ctx, capture, task->rec, need);
	return true;
}

void __bento_rec_cut(struct bento_ctx *ctx)
{
	__bento_rec_segment_end(ctx, false);
	bento_segment_reset(ctx);
	__bento_rec_segment_begin(ctx, false);
}
