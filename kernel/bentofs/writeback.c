// SPDX-License-Identifier: GPL-2.0
/*
 * Write-back: dirty pages go to the module, as many consecutive ones in one WRITE as there are.
 *
 * A page is under write-back while its WRITE is on the way, and the module reads from the page
 * itself. An error is noted in the mapping, where each descriptor's fsync finds it once, and the
 * page becomes clean, as with other file systems: it could not be written, and memory must not fill
 * with such pages. Only a crashed instance leaves pages dirty, since an upgrade can bring one that
 * writes them.
 */
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/sched/mm.h>
#include <linux/writeback.h>

#include "io.h"

/* Write-back of one file. */
struct writer {
	struct inode *inode;
	struct writeback_control *wbc;
	struct bento_file *bf;			/* NULL before the first WRITE */
	struct bento_run *run;
};

static bool crashed(struct bento_mount *mount)
{
	bool crashed;

	bento_gate_enter(mount);
	crashed = READ_ONCE(mount->instance->crashed);
	bento_gate_leave(mount);
	return crashed;
}

/* Writes the run, and ends the write-back of its pages. */
static void write_run(struct writer *w)
{
	struct bento_run *run = w->run;
	struct inode *inode = w->inode;
	loff_t begin = run->pos;
	unsigned int i;
	size_t done = 0;
	bool keep = false;
	int err = 0;

	if (!run->nr_pages)
		return;
	if (!w->bf) {
		w->bf = bento_write_handle(inode);
		if (IS_ERR(w->bf)) {
			err = PTR_ERR(w->bf);
			w->bf = NULL;
		}
	}
	/* Nobody may believe the times that the module gives meanwhile. */
	if (!test_bit(BENTO_I_TIMES, &bento_i(inode)->state))
		bento_times_ahead(inode);
	if (!err)
		done = bento_run_write(inode, w->bf, run, true, &err);
	if (done)
		bento_times_ahead(inode);
	if (err) {
		mapping_set_error(inode->i_mapping, err);
		keep = err == -EIO && crashed(bento_sb(inode->i_sb));
	}
	for (i = 0; i < run->nr_pages; i++) {
		struct page *page = run->pages[i];

		if (unlikely(keep) && page_offset(page) + PAGE_SIZE > begin + done)
			redirty_page_for_writepage(w->wbc, page);
		end_page_writeback(page);
	}
	bento_run_begin(run, 0);
}

/* Called with the page locked and its dirty mark gone; unlocks it. */
static int add_page(struct page *page, struct writeback_control *wbc, void *data)
{
	struct writer *w = data;
	struct bento_run *run = w->run;
	loff_t size = i_size_read(w->inode), pos = page_offset(page);
	unsigned int len;

	if (unlikely(pos >= size)) {
		/* Being truncated. The marks in the mapping go with the write-back that is none. */
		set_page_writeback(page);
		unlock_page(page);
		end_page_writeback(page);
		return 0;
	}
	len = min_t(loff_t, PAGE_SIZE, size - pos);
	/* A mapping may have written past the end. */
	if (len < PAGE_SIZE)
		zero_user_segment(page, len, PAGE_SIZE);
	if (run->nr_pages && (pos != run->pos + run->len || run->nr_pages == run->most_pages))
		write_run(w);
	if (!run->nr_pages)
		bento_run_begin(run, pos);
	set_page_writeback(page);
	unlock_page(page);
	bento_run_add(run, page, 0, len);
	return 0;
}

/**
 * bento_writepages - address_space_operations.writepages
 * @mapping: a regular file's
 * @wbc: which pages, and whether to wait for each
 */
int bento_writepages(struct address_space *mapping, struct writeback_control *wbc)
{
	struct inode *inode = mapping->host;
	struct writer w = { .inode = inode, .wbc = wbc };
	unsigned int nofs = memalloc_nofs_save();
	int err = -ENOMEM;

	w.run = bento_run_alloc(mapping->nrpages, GFP_NOFS);
	if (!w.run)
		goto out;
	err = write_cache_pages(mapping, wbc, add_page, &w);
	write_run(&w);
	if (w.bf)
		bento_file_put(w.bf);
	bento_run_free(w.run);
	bento_drop_kept(inode);
out:
	memalloc_nofs_restore(nofs);
	return err;
}

/**
 * bento_launder_folio - a page is to leave the cache and became dirty meanwhile
 * @folio: locked, and stays so
 */
int bento_launder_folio(struct folio *folio)
{
	struct inode *inode = folio->mapping->host;
	loff_t size = i_size_read(inode), pos = folio_pos(folio);
	struct page *page = folio_page(folio, 0);
	struct bento_seg seg;
	struct bento_run run = { .segs = &seg, .pages = &page };
	struct bento_file *bf;
	int err;

	if (!folio_clear_dirty_for_io(folio) || pos >= size)
		return 0;
	bf = bento_write_handle(inode);
	if (IS_ERR(bf)) {
		err = PTR_ERR(bf);
		goto out;
	}
	folio_start_writeback(folio);
	bento_run_begin(&run, pos);
	bento_run_add(&run, page, 0, min_t(loff_t, PAGE_SIZE, size - pos));
	bento_run_write(inode, bf, &run, true, &err);
	bento_times_ahead(inode);
	folio_end_writeback(folio);
	bento_file_put(bf);
out:
	if (err)
		mapping_set_error(inode->i_mapping, err);
	return err;
}

/**
 * bento_write_inode - super_operations.write_inode
 * @inode: marked dirty; its pages have been written
 * @wbc: not looked at: the module has it in memory either way, and sync_fs and fsync make it
 * durable
 */
int bento_write_inode(struct inode *inode, struct writeback_control *wbc)
{
	return bento_flush_times(inode);
}
