// SPDX-License-Identifier: GPL-2.0
/*
 * Between a call into a module and its return.
 *
 * A call that cannot go on (the module panicked, it ran past its deadline, another call crashed the
 * instance) is left from the middle, straight back to bento_run(). The instance is never used
 * again: every later op answers EIO, and every call that is still inside leaves at its next
 * service. So no code of the module's sees what the crashed call left half done.
 */
#define pr_fmt(fmt) "bentofs: " fmt

#include <linux/export.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>

#include "ks/ks.h"
#include "ks/services.h"

#define ALL_SLOTS GENMASK_ULL(BENTO_OP_SLOTS - 1, 0)

static u32 take_slot(struct bento_mount *mount)
{
	u64 taken = atomic64_read(&mount->slots);

	for (;;) {
		u64 lowest = ~taken & (taken + 1);

		if (unlikely(taken == ALL_SLOTS)) {
			wait_event(mount->slot_free, atomic64_read(&mount->slots) != ALL_SLOTS);
			taken = atomic64_read(&mount->slots);
			continue;
		}
		/*
		 * Acquire: what the slot's last op did happened before this one, as on one thread.
		 */
		if (atomic64_try_cmpxchg_acquire(&mount->slots, (s64 *)&taken, taken | lowest))
			return __ffs64(lowest);
	}
}

void bento_slot_show(struct bento_ctx *ctx)
{
	struct bento_in_slot *slot = ctx->slot;

	slot->task = current;
	slot->ctx = ctx;
	slot->since = ctx->begin_jiffies;
	slot->nodeid = ctx->req ? ctx->req->nodeid : 0;
	slot->opcode = ctx->opcode;
	slot->waits_class = ~0;
	/* The watchdog takes a slot with a unique id for filled in. */
	smp_store_release(&slot->unique, ctx->unique);
}

void bento_slot_hide(struct bento_ctx *ctx)
{
	WRITE_ONCE(ctx->slot->unique, 0);
}

void bento_ctx_begin(struct bento_ctx *ctx, struct bento_mount *mount,
		     struct bento_instance *instance, u32 opcode)
{
	ctx->mount = mount;
	ctx->instance = instance;
	ctx->opcode = opcode;
	ctx->begin_ns = 0;
	ctx->begin_mono_ns = 0;
	ctx->begin_jiffies = jiffies;
	ctx->rec = NULL;
	ctx->fallible_calls = 0;
	ctx->clock_calls = 0;
	ctx->acquisitions = 0;
	ctx->crash = BENTO_CRASH_NONE;
	ctx->overdue = false;
	ctx->task = NULL;
	ctx->nr_held = 0;
	ctx->held_room = BENTO_HELD_INLINE;
	ctx->held = ctx->held_inline;
	ctx->thread = take_slot(mount);

	ctx->slot = &mount->in_slot[ctx->thread];
	bento_slot_show(ctx);
}

void bento_ctx_end(struct bento_ctx *ctx)
{
	struct bento_mount *mount = ctx->mount;
	s64 before;

	bento_slot_hide(ctx);
	before = atomic64_fetch_andnot_release(BIT_ULL(ctx->thread), &mount->slots);
	if (unlikely(before == ALL_SLOTS))
		wake_up(&mount->slot_free);
	if (unlikely(ctx->held != ctx->held_inline))
		kfree(ctx->held);
}

bool bento_task_slot_take(struct bento_ctx *ctx)
{
	atomic64_t *slots = &ctx->mount->task_slots;
	s64 taken = atomic64_read(slots);

	while (!READ_ONCE(ctx->instance->crashed)) {
		u64 lowest = ~taken & (taken + 1);

		if (!lowest) {
			schedule_timeout_uninterruptible(HZ / 50);
			taken = atomic64_read(slots);
		} else if (atomic64_try_cmpxchg_acquire(slots, &taken, taken | lowest)) {
			ctx->slot = &ctx->mount->in_slot[BENTO_OP_SLOTS + __ffs64(lowest)];
			return true;
		}
	}
	return false;
}

void bento_task_slot_give(struct bento_ctx *ctx)
{
	atomic64_andnot(BIT_ULL(ctx->slot - ctx->mount->in_slot - BENTO_OP_SLOTS),
			&ctx->mount->task_slots);
}

unsigned long bento_io_begin(struct bento_ctx *ctx)
{
	atomic_inc(&ctx->mount->io_waits);
	return jiffies;
}

void bento_io_end(struct bento_ctx *ctx, unsigned long since)
{
	unsigned long now = jiffies;

	WRITE_ONCE(ctx->slot->since, ctx->slot->since + (now - since));
	WRITE_ONCE(ctx->mount->io_moved, now);
	atomic_dec(&ctx->mount->io_waits);
}

bool bento_stuck(const struct bento_ctx *ctx, unsigned int looks, unsigned long every)
{
	const struct bento_mount *mount = ctx->mount;
	unsigned long limit = msecs_to_jiffies(mount->deadline_ms), now = jiffies;

	/* Where time passed but hardly a look was taken, the machine stood still, not the op. */
	if (!time_after(now, ctx->slot->since + limit) || looks < limit / every / 2)
		return false;
	/* A device that is slow, or busy, holds up many; but not without end. */
	if (!atomic_read(&mount->io_waits) && time_after(now, READ_ONCE(mount->io_moved) + limit))
		return true;
	return time_after(now, ctx->slot->since + 10 * limit);
}

u64 bento_begin_ns(struct bento_ctx *ctx)
{
	if (!ctx->begin_ns)
		ctx->begin_ns = ktime_get_coarse_real_ns();
	return ctx->begin_ns;
}

void bento_guarded(struct bento_ctx *ctx)
{
	struct bento_instance *instance = ctx->instance;

	if (likely(ctx->req))
		instance->version->desc->dispatch(instance->opaque, ctx->req, ctx->reply);
	else
		ctx->step(ctx);
}

static void note_crash(struct bento_ctx *ctx, enum bento_crash crash)
{
	static const char *const why[] = {
		[BENTO_CRASH_PANIC] = "panicked",
		[BENTO_CRASH_DEADLINE] = "ran past its deadline",
		[BENTO_CRASH_LEAK] = "returned with locks in its hands",
	};
	struct bento_instance *instance = ctx->instance;

	ctx->crash = crash;
	if (crash == BENTO_CRASH_ABANDONED || xchg(&instance->crashed, true))
		return;
	pr_err("%s, mount %u: %s (node %llu, process %d) %s; the mount answers EIO from now on\n",
	       instance->version->fs->name, ctx->mount->id, bento_op_name(ctx->opcode),
	       ctx->req ? ctx->req->nodeid : 0, current->tgid, why[crash]);
	if (crash != BENTO_CRASH_PANIC && bento_rec_on(ctx))
		__bento_rec_crashed(ctx, why[crash], "");
}

void bento_run(struct bento_ctx *ctx)
{
	ctx->outer_journal_info = current->journal_info;
	ctx->nofs_flags = memalloc_nofs_save();
	current->journal_info = ctx;
	if (!bento_guard(ctx, &ctx->escape) && unlikely(ctx->nr_held)) {
		note_crash(ctx, BENTO_CRASH_LEAK);
		bento_release_held(ctx);
	}
	current->journal_info = ctx->outer_journal_info;
	memalloc_nofs_restore(ctx->nofs_flags);
}

void __bento_leave(struct bento_ctx *ctx, enum bento_crash crash)
{
	note_crash(ctx, crash);
	bento_release_held(ctx);
	bento_escape_to(ctx->escape);
}

void bento_overdue(void)
{
	bento_leave(bento_current(), BENTO_CRASH_DEADLINE);
}

/**
 * bento_ks_panic - the module panicked
 * @message: what it said, not ended by NUL
 * @message_len: bytes of it
 * @file: source file
 * @file_len: bytes of it
 * @line: line in it
 * @column: column in it
 *
 * Ends the op and the instance's life. Never returns to the module.
 */
void bento_ks_panic(const u8 *message, size_t message_len, const u8 *file, size_t file_len,
		    u32 line, u32 column)
{
	struct bento_ctx *ctx = bento_current();
	int most = 400;

	pr_err("%s, mount %u: panic at %.*s:%u:%u: %.*s\n", ctx->instance->version->fs->name,
	       ctx->mount->id, (int)min_t(size_t, file_len, most), file, line, column,
	       (int)min_t(size_t, message_len, most), message);
	if (bento_rec_on(ctx)) {
		/* Text of a recording; where there is no memory for it, its absence says so. */
		char *said =
			kasprintf(GFP_NOFS, "%.*s", (int)min_t(size_t, message_len, most), message);
		char *where = kasprintf(GFP_NOFS, "%.*s:%u:%u", (int)min_t(size_t, file_len, most),
					file, line, column);

		__bento_rec_crashed(ctx, said ?: "", where ?: "");
		kfree(said);
		kfree(where);
	}
	bento_leave(ctx, BENTO_CRASH_PANIC);
}
EXPORT_SYMBOL_GPL(bento_ks_panic);
