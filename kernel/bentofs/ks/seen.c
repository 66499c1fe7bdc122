// SPDX-License-Identifier: GPL-2.0
/* Which blocks of a device the recording under way has the content of. */
#include <linux/mm.h>
#include <linux/slab.h>

#include "bio.h"
#include "buf.h"
#include "seen.h"

static unsigned long *seen_by(struct bento_ctx *ctx, struct bento_dev *dev)
{
	u32 epoch = bento_rec_epoch(ctx->mount);
	unsigned long *bits;

	/* With the release below: the bits are those of this epoch. */
	if (likely(smp_load_acquire(&dev->seen_epoch) == epoch))
		return dev->seen;
	mutex_lock(&dev->seen_guard);
	if (dev->seen_epoch != epoch) {
		if (!dev->seen)
			dev->seen = kvzalloc(BITS_TO_LONGS(dev->blocks) * sizeof(long),
					     GFP_KERNEL | __GFP_NOFAIL);
		else
			bitmap_zero(dev->seen, dev->blocks);
		/* After the bits were cleared. */
		smp_store_release(&dev->seen_epoch, epoch);
	}
	bits = dev->seen;
	mutex_unlock(&dev->seen_guard);
	return bits;
}

void __bento_dev_see(struct bento_ctx *ctx, struct bento_dev *dev, u64 number, const void *content)
{
	unsigned long *seen = seen_by(ctx, dev);

	/*
	 * The bit follows the copy: who finds it set may change the content, and who does not comes
	 * here and waits.
	 */
	mutex_lock(&dev->seen_guard);
	if (!test_bit(number, seen)) {
		if (content)
			__bento_rec_block(ctx, number, content, dev->block_size);
		/* After the copy. */
		smp_mb__before_atomic();
		set_bit(number, seen);
	}
	mutex_unlock(&dev->seen_guard);
}

int bento_dev_see_range(struct bento_ctx *ctx, struct bento_dev *dev, u64 offset, u64 len,
			bool writes)
{
	u64 size = dev->block_size, number, last = div64_u64(offset + len - 1, size);
	unsigned long *seen = seen_by(ctx, dev);
	struct bento_seg whole = { .len = size };
	int err = 0;

	for (number = div64_u64(offset, size); number <= last && !err; number++) {
		if (test_bit_acquire(number, seen))
			continue;
		if (writes && number * size >= offset && (number + 1) * size <= offset + len) {
			bento_dev_see(ctx, dev, number, NULL);
			continue;
		}
		if (!whole.ptr)
			whole.ptr = kmalloc(size, GFP_KERNEL | __GFP_NOFAIL);
		err = bento_bio_rw(dev->bdev, REQ_OP_READ, number * size, &whole, 1, size);
		if (err)
			break;
		bento_bufs_to_segs(dev, number * size, &whole, size);
		bento_dev_see(ctx, dev, number, whole.ptr);
	}
	kfree(whole.ptr);
	return err;
}
