/* SPDX-License-Identifier: GPL-2.0 */
/* Which blocks of a device the recording under way has the content of: seen.c. */
#ifndef BENTO_SEEN_H
#define BENTO_SEEN_H

#include "ks.h"

/*
 * The recording that ctx is part of sees a block: the first time its content (one block) is
 * recorded, which nobody has changed since the recording began. NULL when the block is about to be
 * written as a whole, so that nobody will see what it was.
 */
void __bento_dev_see(struct bento_ctx *ctx, struct bento_dev *dev, u64 number, const void *content);

/* Mostly it was seen long ago. */
static inline void bento_dev_see(struct bento_ctx *ctx, struct bento_dev *dev, u64 number,
				 const void *content)
{
	/* With the releases in seen.c: the bits are those of this epoch, and the copy is made. */
	if (unlikely(smp_load_acquire(&dev->seen_epoch) != bento_rec_epoch(ctx->mount) ||
		     !test_bit_acquire(number, dev->seen)))
		__bento_dev_see(ctx, dev, number, content);
}

/*
 * Notes the blocks of a range of bytes that the recording has not seen. A write that covers a block
 * whole leaves nothing of it to be seen; of others the content is read for the purpose.
 */
int bento_dev_see_range(struct bento_ctx *ctx, struct bento_dev *dev, u64 offset, u64 len,
			bool writes);

#endif /* BENTO_SEEN_H */
