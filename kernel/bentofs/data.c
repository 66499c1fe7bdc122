// SPDX-License-Identifier: GPL-2.0
/*
 * The page cache: filling it, changing it, mapping it. writeback.c empties it.
 */
#include <linux/backing-dev.h>
#include <linux/highmem.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/sched/mm.h>
#include <linux/writeback.h>

#include "io.h"

/* ---- reading ---- */

/* Reads into the run's pages, which are locked; what the file does not have becomes zero. */
static int fill(struct inode *inode, struct file *file, struct bento_run *run)
{
	struct bento_file *bf = file ? file->private_data : bento_write_handle(inode);
	ssize_t got;
	unsigned int i;

	if (IS_ERR(bf))
		return PTR_ERR(bf);
	got = bento_run_read(inode, bf, run);
	if (!file)
		bento_file_put(bf);
	if (got < 0)
		return got;
	if (got < run->len) {
		for (i = got >> PAGE_SHIFT; i < run->nr_pages; i++) {
			unsigned int from = i == got >> PAGE_SHIFT ? offset_in_page(got) : 0;

			zero_user_segment(run->pages[i], from, PAGE_SIZE);
		}
	}
	return 0;
}

/* Fills a locked folio, which stays locked. A failed read leaves it as it was: not up to date. */
static int read_locked(struct file *file, struct folio *folio)
{
	struct page *page = folio_page(folio, 0);
	struct bento_seg seg;
	struct bento_run run = { .segs = &seg, .pages = &page };
	int err;

	bento_run_begin(&run, folio_pos(folio));
	bento_run_add(&run, page, 0, PAGE_SIZE);
	err = fill(folio->mapping->host, file, &run);
	if (!err)
		folio_mark_uptodate(folio);
	return err;
}

static int bento_read_folio(struct file *file, struct folio *folio)
{
	int err = read_locked(file, folio);

	folio_unlock(folio);
	return err;
}

/* So many pages, as many as a random read asks for, need no memory for their run. */
#define FEW_PAGES 4

/*
 * One READ for as many pages as there are. Pages of a READ that failed are asked for again one by
 * one, where the error is answered.
 */
static void bento_readahead(struct readahead_control *rac)
{
	struct inode *inode = rac->mapping->host;
	struct page *few_pages[FEW_PAGES], **pages = few_pages;
	struct bento_seg few_segs[FEW_PAGES];
	struct bento_run few = { .most_pages = FEW_PAGES, .segs = few_segs, .pages = few_pages };
	struct bento_run *run = &few;
	unsigned int i, nr;
	int err;

	if (readahead_count(rac) > FEW_PAGES) {
		run = bento_run_alloc(readahead_count(rac),
				      readahead_gfp_mask(rac->mapping) & ~__GFP_HIGHMEM);
		if (!run)
			return;
		pages = run->pages;
	}
	while ((nr = __readahead_batch(rac, pages, run->most_pages))) {
		bento_run_begin(run, page_offset(pages[0]));
		for (i = 0; i < nr; i++)
			bento_run_add(run, pages[i], 0, PAGE_SIZE);
		err = fill(inode, rac->file, run);
		for (i = 0; i < nr; i++) {
			if (!err)
				SetPageUptodate(pages[i]);
			unlock_page(pages[i]);
			put_page(pages[i]);
		}
	}
	if (run != &few)
		bento_run_free(run);
}

/* ---- writing ---- */

/*
 * Reads only what will stay: neither what is written whole nor what lies past the end of the file.
 */
static int bento_write_begin(struct file *file, struct address_space *mapping, loff_t pos,
			     unsigned int len, struct page **pagep, void **fsdata)
{
	unsigned int from = offset_in_page(pos), to = from + len;
	loff_t size = i_size_read(mapping->host);
	struct page *page;
	int err;

	page = grab_cache_page_write_begin(mapping, pos >> PAGE_SHIFT);
	if (!page)
		return -ENOMEM;
	*pagep = page;
	if (PageUptodate(page) || len == PAGE_SIZE)
		return 0;
	if (page_offset(page) >= size || (!from && pos + len >= size)) {
		zero_user_segments(page, 0, from, to, PAGE_SIZE);
		return 0;
	}
	err = read_locked(file, page_folio(page));
	if (err) {
		unlock_page(page);
		put_page(page);
	}
	return err;
}

static int bento_write_end(struct file *file, struct address_space *mapping, loff_t pos,
			   unsigned int len, unsigned int copied, struct page *page, void *fsdata)
{
	struct inode *inode = mapping->host;

	if (!PageUptodate(page)) {
		/* What was not copied is nobody's data. */
		if (copied < len) {
			copied = 0;
			goto out;
		}
		SetPageUptodate(page);
	}
	if (copied) {
		if (pos + copied > inode->i_size)
			i_size_write(inode, pos + copied);
		folio_mark_dirty(page_folio(page));
	}
out:
	unlock_page(page);
	put_page(page);
	return copied;
}

void bento_zero_tail(struct inode *inode, loff_t size)
{
	unsigned int at = offset_in_page(size);
	struct folio *folio;

	if (!at)
		return;
	/* A mapping may have written there; that was never part of the file. */
	folio = filemap_lock_folio(inode->i_mapping, size >> PAGE_SHIFT);
	if (!folio)
		return;
	folio_wait_stable(folio);
	folio_zero_segment(folio, offset_in_folio(folio, size), folio_size(folio));
	folio_unlock(folio);
	folio_put(folio);
}

/**
 * bento_invalidate - takes pages out of the cache, writing them back first
 * @inode: a regular file
 * @start: first byte
 * @end: last byte
 */
int bento_invalidate(struct inode *inode, loff_t start, loff_t end)
{
	struct address_space *mapping = inode->i_mapping;
	int err;

	if (!mapping->nrpages)
		return 0;
	err = bento_sync_range(inode, start, end);
	if (err)
		return err;
	return invalidate_inode_pages2_range(mapping, start >> PAGE_SHIFT, end >> PAGE_SHIFT);
}

/* ---- mapping ---- */

/*
 * A mapped page is about to be written to. Whoever takes pages out of the cache for good (truncate,
 * punch, copy) has the lock: they have written back what was dirty, and nothing may become so
 * behind them.
 */
static vm_fault_t bento_page_mkwrite(struct vm_fault *vmf)
{
	struct file *file = vmf->vma->vm_file;
	struct inode *inode = file_inode(file);
	struct folio *folio = page_folio(vmf->page);
	loff_t pos = (loff_t)vmf->pgoff << PAGE_SHIFT;
	vm_fault_t ret = VM_FAULT_LOCKED;
	ssize_t room;

	sb_start_pagefault(inode->i_sb);
	file_update_time(file);
	filemap_invalidate_lock_shared(inode->i_mapping);
	if (!folio_test_dirty(folio)) {
		room = bento_room_take(inode, file->private_data, pos, PAGE_SIZE);
		if (room < 0) {
			ret = vmf_error(room);
			goto out;
		}
	}
	folio_lock(folio);
	if (folio->mapping != inode->i_mapping || folio_pos(folio) >= i_size_read(inode)) {
		folio_unlock(folio);
		ret = VM_FAULT_NOPAGE;
		goto out;
	}
	folio_mark_dirty(folio);
	folio_wait_stable(folio);
out:
	filemap_invalidate_unlock_shared(inode->i_mapping);
	sb_end_pagefault(inode->i_sb);
	return ret;
}

static const struct vm_operations_struct bento_vm_ops = {
	.fault = filemap_fault,
	.map_pages = filemap_map_pages,
	.page_mkwrite = bento_page_mkwrite,
};

int bento_mmap(struct file *file, struct vm_area_struct *vma)
{
	const struct bento_file *bf = file->private_data;

	if (bf->open_flags & FOPEN_DIRECT_IO) {
		/*
		 * Such a file's content is what the module says at each read; memory that is shared
		 * cannot follow.
		 */
		if (vma->vm_flags & VM_MAYSHARE)
			return -ENODEV;
		invalidate_inode_pages2(file->f_mapping);
	}
	file_accessed(file);
	vma->vm_ops = &bento_vm_ops;
	return 0;
}

/* ---- the table ---- */

/* For FIBMAP. */
static sector_t bento_bmap(struct address_space *mapping, sector_t block)
{
	struct inode *inode = mapping->host;
	struct fuse_bmap_in args = { .block = block, .blocksize = inode->i_sb->s_blocksize };
	struct bento_call call;

	if (!inode->i_sb->s_bdev || bento_absent(bento_sb(inode->i_sb), FUSE_BMAP))
		return 0;
	if (bento_sync_range(inode, 0, LLONG_MAX))
		return 0;
	bento_call_of(&call, FUSE_BMAP, bento_i(inode));
	bento_call_args(&call, &args, sizeof(args));
	if (bento_call(bento_sb(inode->i_sb), &call))
		return 0;
	return bento_out(&call, struct fuse_bmap_out)->block;
}

/* Blocks that bmap told are not promised to stay where they are. */
static int bento_swap_activate(struct swap_info_struct *sis, struct file *file, sector_t *span)
{
	return -EINVAL;
}

const struct address_space_operations bento_aops = {
	.read_folio = bento_read_folio,
	.readahead = bento_readahead,
	.write_begin = bento_write_begin,
	.write_end = bento_write_end,
	.writepages = bento_writepages,
	.dirty_folio = filemap_dirty_folio,
	.launder_folio = bento_launder_folio,
	.migrate_folio = filemap_migrate_folio,
	/* What says that O_DIRECT works; read_iter and write_iter do it. */
	.direct_IO = noop_direct_IO,
	.bmap = bento_bmap,
	.swap_activate = bento_swap_activate,
	.error_remove_page = generic_error_remove_page,
};
