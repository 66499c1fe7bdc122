// SPDX-License-Identifier: GPL-2.0
/*
 * Handles: OPEN to RELEASE.
 *
 * Pages can be dirty when the last descriptor is closed, and write-back needs a handle that the
 * module knows. So the last handle that could write is kept until its pages are clean; closing
 * never writes back.
 */
#include <linux/fs.h>
#include <linux/pagemap.h>
#include <linux/slab.h>

#include "io.h"

static struct bento_file *make(struct inode *inode, unsigned int flags)
{
	struct bento_file *bf = kzalloc(sizeof(*bf), GFP_KERNEL_ACCOUNT);

	if (!bf)
		return NULL;
	INIT_LIST_HEAD(&bf->write_entry);
	refcount_set(&bf->count, 1);
	bf->inode = inode;
	bf->era = READ_ONCE(bento_sb(inode->i_sb)->era);
	bf->flags = flags & ~(O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC);
	return bf;
}

static void send_release(struct bento_file *bf, bool as_kernel)
{
	struct bento_mount *mount = bento_sb(bf->inode->i_sb);
	struct fuse_release_in args = { .fh = bf->fh, .flags = bf->flags };
	struct bento_call call;

	if (bf->no_release)
		return;
	bento_call_of(&call, FUSE_RELEASE, bento_i(bf->inode));
	call.handle_era = bf->era;
	bento_call_args(&call, &args, sizeof(args));
	/* Nobody hears of an error: the descriptor is gone. */
	if (as_kernel)
		bento_call_as_kernel(mount, &call);
	else
		bento_call(mount, &call);
}

/**
 * bento_file_put - gives up a handle
 * @bf: the handle; with its last user gone, the module is told
 */
void bento_file_put(struct bento_file *bf)
{
	if (!refcount_dec_and_test(&bf->count))
		return;
	send_release(bf, true);
	kfree(bf);
}

static int send_open(struct bento_file *bf, bool as_kernel)
{
	struct bento_mount *mount = bento_sb(bf->inode->i_sb);
	struct fuse_open_in args = { .flags = bf->flags };
	const struct fuse_open_out *out;
	struct bento_call call;
	int err;

	bento_call_of(&call, FUSE_OPEN, bento_i(bf->inode));
	bento_call_args(&call, &args, sizeof(args));
	err = as_kernel ? bento_call_as_kernel(mount, &call) : bento_call(mount, &call);
	if (err == -ENOSYS) {
		/* A module without handles. */
		bf->no_release = true;
		bf->open_flags = FOPEN_KEEP_CACHE;
		return 0;
	}
	if (err)
		return err;
	out = bento_out(&call, struct fuse_open_out);
	bf->fh = out->fh;
	bf->open_flags = out->open_flags;
	return 0;
}

/* The handle is the file's now. */
static int install(struct inode *inode, struct file *file, struct bento_file *bf)
{
	struct bento_inode *bi = bento_i(inode);
	int err;

	if (!(bf->open_flags & (FOPEN_KEEP_CACHE | FOPEN_DIRECT_IO)) && inode->i_mapping->nrpages) {
		err = filemap_write_and_wait(inode->i_mapping) ?:
			      invalidate_inode_pages2(inode->i_mapping);
		if (err)
			return err;
	}
	if (bf->open_flags & FOPEN_STREAM)
		stream_open(inode, file);
	else if (bf->open_flags & FOPEN_NONSEEKABLE)
		nonseekable_open(inode, file);
	file->f_mode |= FMODE_NOWAIT;
	file->private_data = bf;
	if (file->f_mode & FMODE_WRITE) {
		spin_lock(&bi->lock);
		list_add(&bf->write_entry, &bi->write_files);
		spin_unlock(&bi->lock);
	}
	return 0;
}

int bento_open(struct inode *inode, struct file *file)
{
	struct bento_file *bf;
	int err;

	err = generic_file_open(inode, file);
	if (err)
		return err;
	bf = make(inode, file->f_flags);
	if (!bf)
		return -ENOMEM;
	err = send_open(bf, false);
	if (err) {
		kfree(bf);
		return err;
	}
	err = install(inode, file, bf);
	if (err)
		bento_file_put(bf);
	return err;
}

/**
 * bento_file_adopt - makes a file of a handle that the module has given already
 * @inode: what was made and opened
 * @file: being opened
 * @out: the module's answer to CREATE or TMPFILE
 * @era: the mount's era from before that op
 *
 * Answers 0 or a negative errno, the handle then being given back.
 */
int bento_file_adopt(struct inode *inode, struct file *file, const struct fuse_open_out *out,
		     u32 era)
{
	struct bento_file unlisted = {
		.inode = inode, .fh = out->fh, .era = era, .flags = file->f_flags
	};
	struct bento_file *bf = make(inode, file->f_flags);
	int err;

	if (!bf) {
		send_release(&unlisted, false);
		return -ENOMEM;
	}
	bf->fh = out->fh;
	bf->era = era;
	bf->open_flags = out->open_flags;
	err = generic_file_open(inode, file) ?: install(inode, file, bf);
	if (err)
		bento_file_put(bf);
	return err;
}

static bool has_dirty_pages(const struct inode *inode)
{
	return mapping_tagged(inode->i_mapping, PAGECACHE_TAG_DIRTY) ||
	       mapping_tagged(inode->i_mapping, PAGECACHE_TAG_WRITEBACK);
}

/**
 * bento_release - the last descriptor of an open file is gone
 * @inode: its inode
 * @file: the file
 */
int bento_release(struct inode *inode, struct file *file)
{
	struct bento_inode *bi = bento_i(inode);
	struct bento_file *bf = file->private_data;

	if (!list_empty(&bf->write_entry)) {
		spin_lock(&bi->lock);
		if (list_is_singular(&bi->write_files) && has_dirty_pages(inode))
			bf->kept = true;
		else
			list_del_init(&bf->write_entry);
		spin_unlock(&bi->lock);
		if (bf->kept) {
			/* The pages may have become clean meanwhile. */
			bento_drop_kept(inode);
			return 0;
		}
	}
	if (refcount_dec_and_test(&bf->count)) {
		send_release(bf, false);
		kfree(bf);
	}
	return 0;
}

static void drop_kept(struct inode *inode, bool dirty_or_not)
{
	struct bento_inode *bi = bento_i(inode);
	struct bento_file *bf, *next;
	LIST_HEAD(gone);

	spin_lock(&bi->lock);
	if (dirty_or_not || !has_dirty_pages(inode)) {
		list_for_each_entry_safe(bf, next, &bi->write_files, write_entry) {
			if (bf->kept)
				list_move(&bf->write_entry, &gone);
		}
	}
	spin_unlock(&bi->lock);
	list_for_each_entry_safe(bf, next, &gone, write_entry) {
		list_del_init(&bf->write_entry);
		bento_file_put(bf);
	}
}

void bento_drop_kept(struct inode *inode)
{
	if (!list_empty(&bento_i(inode)->write_files))
		drop_kept(inode, false);
}

/**
 * bento_files_evict - the inode leaves memory: no handle of it is needed any more
 * @inode: its pages are gone; the module has not been told to forget it yet
 */
void bento_files_evict(struct inode *inode)
{
	if (!list_empty(&bento_i(inode)->write_files))
		drop_kept(inode, true);
}

struct bento_file *bento_any_handle(struct inode *inode)
{
	struct bento_inode *bi = bento_i(inode);
	const u32 era = READ_ONCE(bento_sb(inode->i_sb)->era);
	struct bento_file *bf, *found = NULL;

	spin_lock(&bi->lock);
	list_for_each_entry(bf, &bi->write_files, write_entry) {
		/* One that a crash has outlived is of no use. */
		if (bf->era == era) {
			refcount_inc(&bf->count);
			found = bf;
			break;
		}
	}
	spin_unlock(&bi->lock);
	return found;
}

/**
 * bento_write_handle - what write-back writes through
 * @inode: a regular file
 *
 * Pages that become dirty while nobody has the file open (a device wrote into pinned memory that
 * was mapped) need one made for them. Answers an ERR_PTR when the module refuses; put it with
 * bento_file_put().
 */
struct bento_file *bento_write_handle(struct inode *inode)
{
	struct bento_file *bf = bento_any_handle(inode);
	int err;

	if (bf)
		return bf;
	bf = make(inode, O_RDWR | O_LARGEFILE);
	if (!bf)
		return ERR_PTR(-ENOMEM);
	err = send_open(bf, true);
	if (err) {
		kfree(bf);
		return ERR_PTR(err);
	}
	return bf;
}
