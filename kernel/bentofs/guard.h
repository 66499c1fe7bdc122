/* SPDX-License-Identifier: GPL-2.0 */
/*
 * guard.c: what happens between a call into a module and its return, and how a call that does not
 * return is ended. Part of bentofs.h: include that.
 */
#ifndef BENTO_GUARD_H
#define BENTO_GUARD_H

enum bento_crash {
	BENTO_CRASH_NONE,
	BENTO_CRASH_PANIC,
	BENTO_CRASH_DEADLINE,
	/* The op came back with locks in its hands. */
	BENTO_CRASH_LEAK,
	/* Another op crashed the instance. */
	BENTO_CRASH_ABANDONED,
};

#define BENTO_HELD_INLINE 16

/*
 * A call under way on this thread: current->journal_info points to it while module code runs, which
 * is how services find it.
 */
struct bento_ctx {
	struct bento_mount *mount;
	struct bento_instance *instance;
	const struct bento_request_buf *req;	/* NULL for steps in the module's life */
	struct bento_reply_buf *reply;
	/* What runs when there is no request. */
	void (*step)(struct bento_ctx *ctx);
	void *step_arg;
	/* Stack pointer of bento_guard(), for leaving: see escape.S. */
	unsigned long escape;
	u32 opcode;
	u32 thread;				/* slot, as traces name it */
	struct bento_in_slot *slot;
	struct bento_task *task;		/* NULL for an op */
	u64 unique;
	/*
	 * CLOCK_REALTIME: what the module's clock says; 0 until somebody asks. Use
	 * bento_begin_ns().
	 */
	u64 begin_ns;
	u64 begin_mono_ns;
	unsigned long begin_jiffies;
	/* Recording of this op, NULL when there is none; see record/record.h. */
	struct bento_slot *rec;
	/* Recorded: of the thread, as locks note it; and bento_rec_epoch(), at hand. */
	u64 rec_me;
	u32 rec_epoch;
	u32 fallible_calls;			/* counted from 0, for Op.failures */
	u32 clock_calls;
	u32 acquisitions;
	u8 crash;				/* enum bento_crash */
	bool overdue;				/* set by the watchdog: leave at the next chance */
	bool resting;				/* a task that waits, see ks/task.h */
	u16 held_room;
	u16 nr_held;
	/*
	 * Locks that the op holds, which a crash gives up: struct bento_rwlock; bit 0: exclusively.
	 * held_inline, or kmalloc'ed when an op holds many.
	 */
	unsigned long *held;
	unsigned long held_inline[BENTO_HELD_INLINE];
	unsigned int nofs_flags;
	void *outer_journal_info;
};

static inline struct bento_ctx *bento_current(void)
{
	return current->journal_info;
}

/* Takes a slot and makes the call known to the watchdog; sleeps while there are too many. */
void bento_ctx_begin(struct bento_ctx *ctx, struct bento_mount *mount,
		     struct bento_instance *instance, u32 opcode);
/* Gives the slot back. */
void bento_ctx_end(struct bento_ctx *ctx);
/*
 * For tasks: a slot for the watchdog; false when the instance crashed while it waited for one. What
 * is shown there is an op's.
 */
bool bento_task_slot_take(struct bento_ctx *ctx);
void bento_task_slot_give(struct bento_ctx *ctx);
void bento_slot_show(struct bento_ctx *ctx);
void bento_slot_hide(struct bento_ctx *ctx);
/*
 * A service waits for a device, which is no fault of the op's: bento_io_end(ctx,
 * bento_io_begin(ctx)).
 */
unsigned long bento_io_begin(struct bento_ctx *ctx);
void bento_io_end(struct bento_ctx *ctx, unsigned long since);
/*
 * Whether an op that waits for others is to give up; `looks` counts how often it has asked, `every`
 * jiffies apart.
 */
bool bento_stuck(const struct bento_ctx *ctx, unsigned int looks, unsigned long every);
/* The op's begin, CLOCK_REALTIME in ns. */
u64 bento_begin_ns(struct bento_ctx *ctx);
/* Runs the request, or the step, under guard; ctx->crash says how it ended. */
void bento_run(struct bento_ctx *ctx);
/*
 * Runs in ctx->step's stead under guard: escape.S. Non-zero when the module was left with
 * bento_escape_to().
 */
int bento_guard(struct bento_ctx *ctx, unsigned long *escape);
/* Called by bento_guard() only. */
void bento_guarded(struct bento_ctx *ctx);
/* Where the watchdog's detour arrives: escape.S. */
void bento_overdue(void);
/* Does not return, but is not declared so: objtool would have to know its name. */
void bento_escape_to(unsigned long escape);

/* Leaves the module for good: notes the crash, gives up what the op holds. */
void __bento_leave(struct bento_ctx *ctx, enum bento_crash crash);
static __always_inline void __noreturn bento_leave(struct bento_ctx *ctx, enum bento_crash crash)
{
	__bento_leave(ctx, crash);
	unreachable();
}

/* A segment of a task of the module's own, from rest to rest; see ks/task.h. */
#define BENTO_OP_TASK 0x1ffff

#endif /* BENTO_GUARD_H */
