/* SPDX-License-Identifier: GPL-2.0 */
#ifndef BENTO_BIO_H
#define BENTO_BIO_H

#include <linux/blk_types.h>
#include <linux/blkdev.h>

#include "../bentofs.h"

/*
 * Reads or writes (`opf` says which, and REQ_PREFLUSH, REQ_FUA) sectors straight between the device
 * and a scatter list, and waits. `offset` and the sum of the pieces are multiples of 512 within the
 * device; the pieces may be any kernel memory. 0 or a negative errno.
 */
int bento_bio_rw(struct block_device *bdev, blk_opf_t opf, u64 offset, const struct bento_seg *segs,
		 u32 nsegs, u64 len);
/*
 * The same for `len` bytes, all of the pieces, that end within a sector: what it holds after them
 * stays. Pieces are on sectors' boundaries in memory, but for the end of the last. Without flags
 * that order writes; two writes to one sector at once are the caller's to prevent.
 */
int bento_bio_start(struct block_device *bdev, blk_opf_t opf, u64 offset,
		    const struct bento_seg *segs, u32 nsegs, u64 len);

/* Whether a piece begins and ends where every driver takes it. */
static inline bool bento_seg_on_sectors(const struct bento_seg *seg)
{
	return !(((unsigned long)seg->ptr | seg->len) & (SECTOR_SIZE - 1));
}

#endif /* BENTO_BIO_H */
