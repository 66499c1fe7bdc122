/* SPDX-License-Identifier: GPL-2.0 */
#ifndef BENTO_BIO_H
#define BENTO_BIO_H

#include <linux/blk_types.h>

#include "../bentofs.h"

/*
 * Reads or writes (`opf` says which, and REQ_PREFLUSH, REQ_FUA) sectors straight between the device
 * and a scatter list, and waits. `offset` and the sum of the pieces are multiples of 512 within the
 * device; the pieces may be any kernel memory. 0 or a negative errno.
 */
int bento_bio_rw(struct block_device *bdev, blk_opf_t opf, u64 offset, const struct bento_seg *segs,
		 u32 nsegs, u64 len);

#endif /* BENTO_BIO_H */
