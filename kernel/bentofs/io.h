/* SPDX-License-Identifier: GPL-2.0 */
/*
 * File data on its way between memory and the module: what data.c, write.c, writeback.c and
 * direct.c share.
 */
#ifndef BENTO_IO_H
#define BENTO_IO_H

#include "bentofs.h"

/*
 * A file cannot be larger than this through the page cache: past it each write asks the module,
 * which knows its own limit.
 */
#define BENTO_CACHED_SIZE (1LL << 40)

/* Consecutive bytes of a file in memory. */
struct bento_run {
	loff_t pos;
	size_t len;				/* bytes in segs */
	unsigned int nr_segs;
	unsigned int nr_pages;
	unsigned int most_pages;
	struct page **pages;
	struct bento_seg *segs;			/* fewer when pages are neighbours in memory */
};

/* A run with room for so many pages, BENTO_MAX_PAGES at most; NULL. */
struct bento_run *bento_run_alloc(unsigned long pages, gfp_t gfp);
void bento_run_free(struct bento_run *run);

/* Makes the run empty, at byte `pos` of the file. */
static inline void bento_run_begin(struct bento_run *run, loff_t pos)
{
	run->pos = pos;
	run->len = 0;
	run->nr_segs = 0;
	run->nr_pages = 0;
}

/* Appends `len` bytes of `page` from byte `at` on. */
void bento_run_add(struct bento_run *run, struct page *page, unsigned int at, unsigned int len);

/*
 * READ into the run: bytes read, fewer than the run has only at the end of what the module has; or
 * a negative errno.
 */
ssize_t bento_run_read(struct inode *inode, const struct bento_file *bf, struct bento_run *run);
/*
 * WRITE of the run, in as many ops as it takes. Answers how many bytes the module took; when not
 * all, *err is why. `cached`: the data comes from the page cache, on nobody's behalf.
 */
size_t bento_run_write(struct inode *inode, const struct bento_file *bf, struct bento_run *run,
		       bool cached, int *err);

int bento_open(struct inode *inode, struct file *file);
/* handle.c: what a READ of the inode can go through; NULL. Put with bento_file_put(). */
struct bento_file *bento_any_handle(struct inode *inode);
/* No page is dirty any more: handles that were kept for write-back go. */
void bento_drop_kept(struct inode *inode);

/* writeback.c */
int bento_writepages(struct address_space *mapping, struct writeback_control *wbc);
int bento_launder_folio(struct folio *folio);

int bento_invalidate(struct inode *inode, loff_t start, loff_t end);

/*
 * room.c: see there. Answers how many bytes of a write of `len` at `pos` may go to the page cache;
 * 0: none, use bento_direct_write().
 */
ssize_t bento_room_take(struct inode *inode, const struct bento_file *bf, loff_t pos, size_t len);

/* direct.c. bento_direct_write() with the inode locked; both move iocb->ki_pos. */
ssize_t bento_direct_read(struct kiocb *iocb, struct iov_iter *to);
ssize_t bento_direct_write(struct kiocb *iocb, struct iov_iter *from);

/* range.c, lock.c, ioctl.c */
long bento_fallocate(struct file *file, int mode, loff_t offset, loff_t length);
ssize_t bento_copy_file_range(struct file *in, loff_t pos_in, struct file *out, loff_t pos_out,
			      size_t len, unsigned int flags);
u64 bento_lock_owner(fl_owner_t owner);
int bento_lock(struct file *file, int cmd, struct file_lock *lock);
long bento_ioctl(struct file *file, unsigned int cmd, unsigned long arg);

#endif /* BENTO_IO_H */
