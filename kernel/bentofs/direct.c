// SPDX-License-Identifier: GPL-2.0
/*
 * Around the page cache: the module reads into and writes from the caller's own pages.
 *
 * Nothing need be aligned: a module's device takes pieces of any length, if slower. Pages in the
 * cache are written back before, and taken out around a write, so both ways of reading agree.
 * Asynchronous I/O is done when it is submitted.
 */
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/uio.h>

#include "io.h"

/*
 * Whether the memory can be handed over as pages. The rest (a pipe, a kernel buffer) goes through
 * the page cache.
 */
static bool has_pages(const struct iov_iter *iter)
{
	return user_backed_iter(iter) || iov_iter_is_bvec(iter) || iov_iter_is_xarray(iter);
}

static struct bento_run *alloc_for(const struct iov_iter *iter)
{
	/* Each segment of the iterator may begin and end within a page. */
	return bento_run_alloc((iov_iter_count(iter) >> PAGE_SHIFT) + 1 + iter->nr_segs,
			       GFP_KERNEL);
}

/* Pins the next pages of `iter`, and moves it past them. Bytes, or a negative errno. */
static ssize_t pin(struct bento_run *run, loff_t pos, struct iov_iter *iter)
{
	struct page *pages[16];
	ssize_t got = 0;
	size_t at;

	bento_run_begin(run, pos);
	while (iov_iter_count(iter) && run->nr_pages < run->most_pages) {
		unsigned int most =
			min_t(unsigned int, run->most_pages - run->nr_pages, ARRAY_SIZE(pages));
		struct page **page = pages;

		got = iov_iter_get_pages2(iter, pages, SIZE_MAX, most, &at);
		if (got <= 0)
			break;
		while (got) {
			unsigned int part = min_t(size_t, got, PAGE_SIZE - at);

			bento_run_add(run, *page++, at, part);
			got -= part;
			at = 0;
		}
	}
	return run->len ?: got ?: -EFAULT;
}

static void unpin(struct bento_run *run, bool dirty)
{
	unsigned int i;

	for (i = 0; i < run->nr_pages; i++) {
		if (dirty && !PageCompound(run->pages[i]))
			set_page_dirty_lock(run->pages[i]);
		else if (dirty)
			set_page_dirty_lock(compound_head(run->pages[i]));
		put_page(run->pages[i]);
	}
}

static void zero_from(struct bento_run *run, size_t at)
{
	unsigned int i;

	for (i = 0; i < run->nr_segs; i++) {
		const struct bento_seg *seg = &run->segs[i];

		if (at < seg->len)
			memset(seg->ptr + at, 0, seg->len - at);
		at -= min(at, seg->len);
	}
}

/*
 * `whole`: all that is asked for is inside the file. The module may not know how long that is: a
 * page past a hole has made it longer, and has not been written yet.
 */
static ssize_t read_pinned(struct kiocb *iocb, struct iov_iter *to, struct bento_run *run,
			   bool whole)
{
	const struct bento_file *bf = iocb->ki_filp->private_data;
	struct inode *inode = file_inode(iocb->ki_filp);
	bool dirty = user_backed_iter(to);
	ssize_t done = 0, got, want;

	while (iov_iter_count(to)) {
		want = pin(run, iocb->ki_pos, to);
		if (want < 0)
			return done ?: want;
		got = bento_run_read(inode, bf, run);
		if (whole && got >= 0 && got < want) {
			zero_from(run, got);
			got = want;
		}
		unpin(run, dirty && got > 0);
		iov_iter_revert(to, want - max_t(ssize_t, got, 0));
		if (got < 0)
			return done ?: got;
		done += got;
		iocb->ki_pos += got;
		if (got < want)
			break;
	}
	return done;
}

/* read(2) around the cache; what is dirty there is written first. */
ssize_t bento_direct_read(struct kiocb *iocb, struct iov_iter *to)
{
	const struct bento_file *bf = iocb->ki_filp->private_data;
	struct inode *inode = file_inode(iocb->ki_filp);
	bool own = bf->open_flags & FOPEN_DIRECT_IO;
	size_t count = iov_iter_count(to), cut = 0;
	struct bento_run *run;
	loff_t size;
	ssize_t ret;

	if (!count)
		return 0;
	if (iocb->ki_flags & IOCB_NOWAIT)
		return -EAGAIN;
	if (!has_pages(to)) {
		iocb->ki_flags &= ~IOCB_DIRECT;
		return generic_file_read_iter(iocb, to);
	}
	run = alloc_for(to);
	if (!run)
		return -ENOMEM;
	inode_lock_shared(inode);
	size = i_size_read(inode);
	ret = 0;
	/* A module that answers each read itself may have more, or less, than it says. */
	if (!own) {
		if (iocb->ki_pos >= size)
			goto out;
		if (count > size - iocb->ki_pos)
			cut = count - (size - iocb->ki_pos);
		iov_iter_truncate(to, count - cut);
	}
	ret = bento_sync_range(inode, iocb->ki_pos, iocb->ki_pos + count - 1);
	if (!ret)
		ret = read_pinned(iocb, to, run, !own);
	if (cut)
		iov_iter_reexpand(to, iov_iter_count(to) + cut);
out:
	inode_unlock_shared(inode);
	bento_run_free(run);
	if (ret >= 0)
		file_accessed(iocb->ki_filp);
	return ret;
}

static ssize_t write_pinned(struct kiocb *iocb, struct iov_iter *from, struct bento_run *run)
{
	const struct bento_file *bf = iocb->ki_filp->private_data;
	struct inode *inode = file_inode(iocb->ki_filp);
	ssize_t done = 0, want;
	size_t wrote;
	int err = 0;

	while (iov_iter_count(from) && !err) {
		want = pin(run, iocb->ki_pos, from);
		if (want < 0)
			return done ?: want;
		wrote = bento_run_write(inode, bf, run, false, &err);
		unpin(run, false);
		iov_iter_revert(from, want - wrote);
		done += wrote;
		iocb->ki_pos += wrote;
		if (iocb->ki_pos > inode->i_size)
			i_size_write(inode, iocb->ki_pos);
	}
	return done ?: err;
}

ssize_t bento_direct_write(struct kiocb *iocb, struct iov_iter *from)
{
	struct inode *inode = file_inode(iocb->ki_filp);
	loff_t begin = iocb->ki_pos, end = begin + iov_iter_count(from) - 1;
	struct bento_run *run;
	ssize_t ret;

	if (!has_pages(from))
		return generic_perform_write(iocb, from);
	run = alloc_for(from);
	if (!run)
		return -ENOMEM;
	if (begin > inode->i_size)
		bento_zero_tail(inode, inode->i_size);
	ret = bento_invalidate(inode, begin, end);
	if (ret == -EBUSY) {
		/* Somebody has a page of it in use: what reads it must see the new content. */
		bento_run_free(run);
		return generic_perform_write(iocb, from);
	}
	if (ret)
		goto out;
	ret = write_pinned(iocb, from, run);
	if (ret <= 0)
		goto out;
	bento_times_ahead(inode);
	/* Pages that were read meanwhile, by a mapping. */
	if (inode->i_mapping->nrpages &&
	    invalidate_inode_pages2_range(inode->i_mapping, begin >> PAGE_SHIFT,
					  (begin + ret - 1) >> PAGE_SHIFT))
		mapping_set_error(inode->i_mapping, -EIO);
out:
	bento_run_free(run);
	return ret;
}
