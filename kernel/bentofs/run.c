// SPDX-License-Identifier: GPL-2.0
/*
 * READ and WRITE of consecutive pages in one op: the module gets the pages themselves.
 */
#include <linux/mm.h>
#include <linux/slab.h>

#include "io.h"

struct bento_run *bento_run_alloc(unsigned long pages, gfp_t gfp)
{
	struct bento_run *run;

	pages = clamp(pages, 1UL, (unsigned long)BENTO_MAX_PAGES);
	run = kmalloc(sizeof(*run) + pages * (sizeof(*run->segs) + sizeof(*run->pages)), gfp);
	if (!run)
		return NULL;
	run->most_pages = pages;
	run->segs = (struct bento_seg *)(run + 1);
	run->pages = (struct page **)(run->segs + pages);
	bento_run_begin(run, 0);
	return run;
}

void bento_run_free(struct bento_run *run)
{
	kfree(run);
}

void bento_run_add(struct bento_run *run, struct page *page, unsigned int at, unsigned int len)
{
	u8 *ptr = (u8 *)page_address(page) + at;
	struct bento_seg *seg = run->segs + run->nr_segs;

	run->pages[run->nr_pages++] = page;
	run->len += len;
	if (run->nr_segs && seg[-1].ptr + seg[-1].len == ptr) {
		seg[-1].len += len;
		return;
	}
	seg->ptr = ptr;
	seg->len = len;
	run->nr_segs++;
}

static void call_data(struct bento_call *call, struct bento_run *run, size_t skip)
{
	struct bento_seg *seg = run->segs;
	size_t left = skip;

	/* What was written already is taken off the front. */
	while (left && left >= seg->len)
		left -= seg++->len;
	if (left) {
		seg->ptr += left;
		seg->len -= left;
	}
	run->nr_segs -= seg - run->segs;
	run->segs = seg;
	run->pos += skip;
	run->len -= skip;
	call->in.data = run->segs;
	call->in.data_segs = run->nr_segs;
	call->in.data_len = run->len;
}

ssize_t bento_run_read(struct inode *inode, const struct bento_file *bf, struct bento_run *run)
{
	struct fuse_read_in args = {
		.fh = bf->fh,
		.offset = run->pos,
		.size = run->len,
		.flags = bf->flags,
	};
	struct bento_call call;
	int err;

	bento_call_of(&call, FUSE_READ, bento_i(inode));
	call.handle_era = bf->era;
	bento_call_args(&call, &args, sizeof(args));
	call_data(&call, run, 0);
	err = bento_call(bento_sb(inode->i_sb), &call);
	return err ?: (ssize_t)call.out.data_len;
}

size_t bento_run_write(struct inode *inode, const struct bento_file *bf, struct bento_run *run,
		       bool cached, int *err)
{
	struct fuse_write_in args = {
		.fh = bf->fh,
		.write_flags = BENTO_WRITE_KEEP_TIMES | (cached ? FUSE_WRITE_CACHE : 0),
		.flags = bf->flags,
	};
	struct bento_seg *segs = run->segs;
	size_t done = 0, all = run->len;
	struct bento_call call;
	u32 took = 0;

	*err = 0;
	while (done < all) {
		bento_call_of(&call, FUSE_WRITE, bento_i(inode));
		call.handle_era = bf->era;
		call_data(&call, run, took);
		args.offset = run->pos;
		args.size = run->len;
		bento_call_args(&call, &args, sizeof(args));
		*err = cached ? bento_call_as_kernel(bento_sb(inode->i_sb), &call) :
				bento_call(bento_sb(inode->i_sb), &call);
		if (*err)
			break;
		took = bento_out(&call, struct fuse_write_out)->size;
		if (!took) {
			*err = -EIO;
			break;
		}
		done += took;
	}
	run->segs = segs;
	return done;
}
