// SPDX-License-Identifier: GPL-2.0
/*
 * Direct I/O between a device and kernel memory.
 *
 * Page cache pages and slab memory go as they are, vmalloc memory (large allocations, stacks) page
 * by page. Pieces that do not begin and end on a sector's boundary in memory cannot be given to
 * every driver: then all of the transfer goes through pages of our own.
 */
#include <linux/bio.h>
#include <linux/blkdev.h>
#include <linux/completion.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "../segs.h"
#include "bio.h"

/* Most pages of our own that one transfer uses at once. */
#define BOUNCE_PAGES 16

/* A transfer: several bios, of which the last to end wakes the caller. */
struct transfer {
	struct block_device *bdev;
	blk_opf_t opf;
	u64 offset;				/* where the next byte goes */
	u64 left;				/* bytes not yet in a bio */
	struct bio *bio;			/* being filled */
	atomic_t under_way;			/* one is the caller's */
	blk_status_t status;
	struct completion done;
};

static void put_transfer(struct transfer *t)
{
	if (atomic_dec_and_test(&t->under_way))
		complete(&t->done);
}

static void bio_ended(struct bio *bio)
{
	struct transfer *t = bio->bi_private;

	if (bio->bi_status)
		cmpxchg(&t->status, 0, bio->bi_status);
	bio_put(bio);
	put_transfer(t);
}

static void submit(struct transfer *t)
{
	if (!t->bio)
		return;
	atomic_inc(&t->under_way);
	submit_bio(t->bio);
	t->bio = NULL;
}

static void add_page(struct transfer *t, struct page *page, unsigned int len, unsigned int at)
{
	while (!t->bio || bio_add_page(t->bio, page, len, at) != len) {
		submit(t);
		t->bio = bio_alloc(t->bdev, bio_max_segs(DIV_ROUND_UP_ULL(t->left, PAGE_SIZE) + 1),
				   t->opf, GFP_NOFS);
		t->bio->bi_iter.bi_sector = t->offset >> SECTOR_SHIFT;
		t->bio->bi_private = t;
		t->bio->bi_end_io = bio_ended;
	}
	t->offset += len;
	t->left -= len;
}

/* Adds `len` bytes of kernel memory. */
static void add_bytes(struct transfer *t, u8 *ptr, size_t len)
{
	if (virt_addr_valid(ptr)) {
		/* Contiguous: a bio can take several pages at once. */
		add_page(t, virt_to_page(ptr), len, offset_in_page(ptr));
		return;
	}
	while (len) {
		unsigned int at = offset_in_page(ptr), part = min_t(size_t, len, PAGE_SIZE - at);

		add_page(t, vmalloc_to_page(ptr), part, at);
		ptr += part;
		len -= part;
	}
}

static void begin(struct transfer *t, struct block_device *bdev, blk_opf_t opf, u64 offset, u64 len)
{
	*t = (struct transfer){ .bdev = bdev, .opf = opf, .offset = offset, .left = len };
	atomic_set(&t->under_way, 1);
	init_completion(&t->done);
}

static int finish(struct transfer *t)
{
	submit(t);
	put_transfer(t);
	wait_for_completion_io(&t->done);
	return blk_status_to_errno(t->status);
}

static int bounced(struct block_device *bdev, blk_opf_t opf, u64 offset,
		   const struct bento_seg *segs, u64 len)
{
	struct bento_cursor at = { .seg = segs };
	struct page *pages[BOUNCE_PAGES];
	unsigned int most = min_t(u64, ARRAY_SIZE(pages), DIV_ROUND_UP_ULL(len, PAGE_SIZE)), i;
	bool reads = op_is_write(opf) == false;
	int err = 0;

	for (i = 0; i < most; i++)
		pages[i] = alloc_page(GFP_NOFS | __GFP_NOFAIL);
	while (len && !err) {
		u64 now = min_t(u64, len, (u64)most * PAGE_SIZE), done;
		struct transfer t;

		begin(&t, bdev, opf, offset, now);
		for (i = 0, done = 0; done < now; i++) {
			unsigned int part = min_t(u64, now - done, PAGE_SIZE);

			if (!reads)
				bento_segs_copy(&at, page_address(pages[i]), part, false);
			add_page(&t, pages[i], part, 0);
			done += part;
		}
		err = finish(&t);
		for (i = 0, done = 0; reads && !err && done < now; i++) {
			unsigned int part = min_t(u64, now - done, PAGE_SIZE);

			bento_segs_copy(&at, page_address(pages[i]), part, true);
			done += part;
		}
		offset += now;
		len -= now;
		/* Flushing once, before the first, is what a flush before means. */
		opf &= ~REQ_PREFLUSH;
	}
	for (i = 0; i < most; i++)
		__free_page(pages[i]);
	return err;
}

/* Transfers the first `len` bytes of the pieces, and then a sector of its own, if there is one. */
static int run(struct transfer *t, const struct bento_seg *segs, u64 len, u8 *last_sector)
{
	struct blk_plug own, *plug = current->plug ?: &own;
	int err;

	blk_start_plug(&own);
	for (; len; segs++) {
		size_t part = min_t(u64, segs->len, len);

		if (part)
			add_bytes(t, segs->ptr, part);
		len -= part;
	}
	if (last_sector)
		add_bytes(t, last_sector, SECTOR_SIZE);
	submit(t);
	/*
	 * A plug of the caller's (readahead, write-back) ends here too: going to sleep with it would
	 * leave the requests in it to another thread.
	 */
	blk_finish_plug(plug);
	err = finish(t);
	if (plug != &own)
		blk_start_plug(plug);
	return err;
}

int bento_bio_start(struct block_device *bdev, blk_opf_t opf, u64 offset,
		    const struct bento_seg *segs, u32 nsegs, u64 len)
{
	unsigned int part = len & (SECTOR_SIZE - 1);
	const struct bento_seg *last = &segs[nsegs - 1];
	struct bento_seg whole = { .len = SECTOR_SIZE };
	u8 *end = last->ptr + last->len - part;
	struct transfer t;
	int err = 0;

	whole.ptr = kmalloc(SECTOR_SIZE, GFP_NOFS | __GFP_NOFAIL);
	if (op_is_write(opf)) {
		err = bento_bio_rw(bdev, REQ_OP_READ, offset + len - part, &whole, 1, SECTOR_SIZE);
		memcpy(whole.ptr, end, part);
	}
	if (!err) {
		begin(&t, bdev, opf, offset, len - part + SECTOR_SIZE);
		err = run(&t, segs, len - part, whole.ptr);
	}
	if (!err && !op_is_write(opf))
		memcpy(end, whole.ptr, part);
	kfree(whole.ptr);
	return err;
}

int bento_bio_rw(struct block_device *bdev, blk_opf_t opf, u64 offset, const struct bento_seg *segs,
		 u32 nsegs, u64 len)
{
	struct transfer t;
	u32 i;
	int err;

	if (!len)
		return 0;
	/* One bio holds it mostly; of several none may overtake the flush. */
	if ((opf & REQ_PREFLUSH) && len > PAGE_SIZE * 128) {
		err = blkdev_issue_flush(bdev);
		if (err)
			return err;
		opf &= ~REQ_PREFLUSH;
	}
	for (i = 0; i < nsegs; i++)
		if (!bento_seg_on_sectors(&segs[i]))
			return bounced(bdev, opf, offset, segs, len);
	begin(&t, bdev, opf, offset, len);
	return run(&t, segs, len, NULL);
}
