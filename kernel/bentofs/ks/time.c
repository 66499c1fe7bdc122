// SPDX-License-Identifier: GPL-2.0
/*
 * bento_ks_time_now() and bento_ks_random(): what a module cannot foretell, and a recording must
 * know.
 */
#include <linux/export.h>
#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/random.h>

#include "ks.h"
#include "services.h"

/*
 * After this long an op's clock readings are taken anew (and recorded) instead of being the op's
 * begin.
 */
#define CLOCK_STANDS_FOR msecs_to_jiffies(10)

/**
 * bento_ks_time_now - the clock
 *
 * The kernel's coarse one, by which it dates files itself: ticks are jiffies.
 *
 * Within one op it stands still at the op's begin unless the op runs for more than 10 ms: so most
 * ops need no reading of it in the trace.
 *
 * Return: nanoseconds since 1970.
 */
s64 bento_ks_time_now(void)
{
	struct bento_ctx *ctx = bento_service();
	u32 call = ctx->clock_calls++;
	u64 begin = bento_begin_ns(ctx);
	u64 now;

	/* The jiffy under way when the op began counts as none. */
	if (likely(time_before_eq(jiffies, ctx->begin_jiffies + CLOCK_STANDS_FOR)))
		return begin;
	now = max(ktime_get_coarse_real_ns(), begin);
	if (bento_rec_on(ctx))
		__bento_rec_clock(ctx, call, now - begin);
	return now;
}
EXPORT_SYMBOL_GPL(bento_ks_time_now);

/**
 * bento_ks_random - random bytes
 * @ptr: where to
 * @len: how many
 */
void bento_ks_random(u8 *ptr, size_t len)
{
	struct bento_ctx *ctx = bento_service();

	get_random_bytes(ptr, len);
	if (bento_rec_on(ctx))
		__bento_rec_random(ctx, ptr, len);
}
EXPORT_SYMBOL_GPL(bento_ks_random);
