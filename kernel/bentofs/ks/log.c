// SPDX-License-Identifier: GPL-2.0
/*
 * bento_ks_log(): a module's lines in the kernel's log.
 */
#define pr_fmt(fmt) "bentofs: " fmt

#include <linux/export.h>
#include <linux/printk.h>
#include <linux/ratelimit.h>

#include "ks.h"
#include "services.h"

/**
 * bento_ks_log - one line to the log
 * @level: as the kernel's: 3 error, 4 warning, 6 info, 7 debug
 * @text: not ended by NUL; what follows a line's end is cut
 * @len: bytes of it
 */
void bento_ks_log(u32 level, const u8 *text, size_t len)
{
	static DEFINE_RATELIMIT_STATE(limit, 5 * HZ, 50);
	struct bento_ctx *ctx = bento_service();
	const char *name = ctx->instance->version->fs->name;
	const u8 *end = memchr(text, '\n', len);
	int count = min_t(size_t, end ? end - text : len, 800);

	if (!__ratelimit(&limit))
		return;
	if (level <= 3)
		pr_err("%s, mount %u: %.*s\n", name, ctx->mount->id, count, text);
	else if (level == 4)
		pr_warn("%s, mount %u: %.*s\n", name, ctx->mount->id, count, text);
	else if (level <= 6)
		pr_info("%s, mount %u: %.*s\n", name, ctx->mount->id, count, text);
	else
		pr_debug("%s, mount %u: %.*s\n", name, ctx->mount->id, count, text);
}
EXPORT_SYMBOL_GPL(bento_ks_log);
