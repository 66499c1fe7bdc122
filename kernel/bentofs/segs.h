/* SPDX-License-Identifier: GPL-2.0 */
/* Going along a scatter list of the contract. */
#ifndef BENTO_SEGS_H
#define BENTO_SEGS_H

#include <linux/minmax.h>
#include <linux/string.h>

#include "../include/bento_abi.h"

/* A place in a scatter list; begins as { .seg = its first }. */
struct bento_cursor {
	const struct bento_seg *seg;
	size_t within;
};

static inline void bento_segs_skip(struct bento_cursor *at, size_t len)
{
	while (len && len >= at->seg->len - at->within) {
		len -= at->seg->len - at->within;
		at->seg++;
		at->within = 0;
	}
	at->within += len;
}

/* Copies from there to `other`, or the other way; the place is then behind what was copied. */
static inline void bento_segs_copy(struct bento_cursor *at, u8 *other, size_t len, bool to_segs)
{
	while (len) {
		size_t part = min(len, at->seg->len - at->within);

		if (to_segs)
			memcpy(at->seg->ptr + at->within, other, part);
		else
			memcpy(other, at->seg->ptr + at->within, part);
		other += part;
		len -= part;
		bento_segs_skip(at, part);
	}
}

#endif /* BENTO_SEGS_H */
