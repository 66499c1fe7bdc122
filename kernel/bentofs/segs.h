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
		at->within += part;
		if (at->within == at->seg->len) {
			at->seg++;
			at->within = 0;
		}
	}
}

#endif /* BENTO_SEGS_H */
