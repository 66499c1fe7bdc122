/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The recorder: what the rest of BentoFS tells it.
 *
 * Off, each of these is one static branch. On, an op is one KernelOp message
 * (proto/bento/trace/v1/kernel.proto), encoded when it ends straight into the relay buffer of the
 * CPU that it ends on. Ops are numbered as they end by one counter of the capture, so the collector
 * merges the buffers by number, and a number that is missing is an op that was dropped.
 */
#ifndef BENTO_RECORD_H
#define BENTO_RECORD_H

#include <linux/jump_label_ratelimit.h>

#include "../bentofs.h"

extern struct static_key_false_deferred bento_recording;

/*
 * False when no mount is recorded, for the price of a jump that is not there. True says little: any
 * mount may be recorded, or one was until a moment ago.
 */
static __always_inline bool bento_rec_any(void)
{
	return static_branch_unlikely(&bento_recording.key);
}

/*
 * Called by dispatch.c with the gate held; sets ctx->rec when the mount is being recorded. False,
 * with nothing done, when the buffers have no room and the policy is to wait for it: the op leaves
 * the gate and calls bento_rec_wait(). Not so unless `may_wait`.
 */
bool __bento_rec_begin(struct bento_ctx *ctx, bool may_wait);

/*
 * The mount's recording is about to begin, and wants to know which blocks the module needs for
 * that.
 */
bool bento_rec_is_trial(const struct bento_mount *mount);

/*
 * How long an op waits for a collector that does not read: then it goes on, and what does not fit
 * is counted as lost.
 */
#define BENTO_REC_STALL (5 * HZ)

/* Acquisitions, or fallible calls, in one segment of a task at most: part of the trace format. */
#define BENTO_REC_SEGMENT 4096

/* Begins as {}. */
struct bento_rec_patience {
	unsigned long until;
};

/*
 * Waits for room, outside of the gate, and for not long. False when the op should not wait any
 * more.
 */
bool bento_rec_wait(struct bento_rec_patience *patience);

/*
 * The same for a segment of a task (ks/task.h), from its begin or a rest to its next rest or the
 * end of its run. Nothing is recorded of an instance that no longer serves the mount.
 */
bool __bento_rec_segment_begin(struct bento_ctx *ctx, bool may_wait);
void __bento_rec_segment_end(struct bento_ctx *ctx, bool ended);
/*
 * Ends a segment that has grown long as if the task had rested, and begins the next. Before each
 * acquisition and fallible call: a replay cuts at the same place.
 */
void __bento_rec_cut(struct bento_ctx *ctx);

/* The op ended: `reply` is its answer. */
void __bento_rec_end(struct bento_ctx *ctx, const struct bento_reply_buf *reply);
/* The op crashed; for a panic with what the module said. */
void __bento_rec_crashed(struct bento_ctx *ctx, const char *message, const char *location);

/* The slot of a task; freed with it. */
void bento_rec_free_slot(struct bento_slot *slot);

/* What services note for the op; ctx->rec is not NULL. */
void __bento_rec_lock(struct bento_ctx *ctx, u32 acquisition, u32 class, u64 key, u64 writes,
		      u64 reads);
void __bento_rec_random(struct bento_ctx *ctx, const void *bytes, size_t len);
/* `call` counts clock readings of the op from 0; ns after the op's begin. */
void __bento_rec_clock(struct bento_ctx *ctx, u32 call, s64 ns);
void __bento_rec_failure(struct bento_ctx *ctx, u32 call, int errno);
/* Content of a block that this recording sees for the first time; before it is changed. */
void __bento_rec_block(struct bento_ctx *ctx, u64 number, const void *data, u32 len);

/*
 * Number of the mount's recording, for counters and bitmaps that begin anew with each; 0 when
 * nothing is recorded.
 */
static inline u32 bento_rec_epoch(const struct bento_mount *mount)
{
	return READ_ONCE(mount->epoch);
}

static inline bool bento_rec_on(const struct bento_ctx *ctx)
{
	return bento_rec_any() && ctx->rec;
}

static inline void bento_rec_cut(struct bento_ctx *ctx)
{
	if (unlikely(ctx->task) && bento_rec_on(ctx) &&
	    max(ctx->acquisitions, ctx->fallible_calls) >= BENTO_REC_SEGMENT)
		__bento_rec_cut(ctx);
}

/*
 * capture.c: the mount can be recorded from here on (debugfs, bentofs/ID); it cannot any more, and
 * its end is recorded if it is.
 */
void bento_record_add_mount(struct bento_mount *mount);
void bento_record_del_mount(struct bento_mount *mount);

/* A record of an upgrade, the gate being shut. */
void bento_rec_upgrade(struct bento_mount *mount, const struct bento_version *from,
		       const struct bento_version *to, const struct bento_upgrade_result *result);
/*
 * The recording of a mount whose instance crashed ends, another version having begun on the device:
 * with a record of that. The gate is shut, and the registry locked. True: it was recorded, and
 * bento_rec_ended() is to be called once the gate is open.
 */
bool bento_rec_end_crashed(struct bento_mount *mount, const struct bento_version *from,
			   const struct bento_version *to,
			   const struct bento_upgrade_result *result);
void bento_rec_ended(void);

int bento_record_init(void);
void bento_record_exit(void);

#endif /* BENTO_RECORD_H */
