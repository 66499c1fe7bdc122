// SPDX-License-Identifier: GPL-2.0
/*
 * Open directories, and listing them.
 *
 * A listing is fetched into a buffer first and told to the caller afterwards: that goes to user
 * memory, which must not happen inside the gate. What a caller has no room for is told when it
 * comes back, unless the directory has changed meanwhile.
 */
#include <linux/fs.h>
#include <linux/gfp.h>
#include <linux/slab.h>

#include "bentofs.h"

/* Room for one READDIR: some hundred names. */
#define LISTING_ORDER 3
#define LISTING_SIZE (PAGE_SIZE << LISTING_ORDER)

/*
 * READDIR goes on until the room it has is full or the directory ends, by contract: with room left
 * for any name, it came to the end.
 */
#define ROOM_FOR_ANY FUSE_DIRENT_ALIGN(FUSE_NAME_OFFSET + BENTO_NAME_MAX)

/* An open directory. All but the first four are its reader's, of whom there is one at a time. */
struct open_dir {
	u64 fh;
	u32 era;				/* bento_mount.era when it was opened */
	u32 flags;
	bool no_release;
	bool ended;				/* nothing comes after `left` */
	size_t left;				/* bytes at `at` that were not told yet */
	const u8 *at;
	u8 *listing;				/* NULL while there is nothing to tell */
	loff_t next;				/* ctx->pos with which the reader comes back */
	u64 changes;				/* bento_inode.changes before it was fetched */
};

/*
 * A buffer for whoever lists next: memory fresh from the allocator may be cleared first, which
 * takes longer than most listings.
 */
static u8 *spare;

static u8 *buffer_get(void)
{
	return xchg(&spare, NULL) ?: (u8 *)__get_free_pages(GFP_KERNEL, LISTING_ORDER);
}

static void buffer_put(u8 *buffer)
{
	if (buffer && cmpxchg(&spare, NULL, buffer))
		free_pages((unsigned long)buffer, LISTING_ORDER);
}

void bento_listings_exit(void)
{
	free_pages((unsigned long)xchg(&spare, NULL), LISTING_ORDER);
}

static int dir_open(struct inode *inode, struct file *file)
{
	struct open_dir *dir = kzalloc(sizeof(*dir), GFP_KERNEL_ACCOUNT);
	struct fuse_open_in args = {};
	struct bento_call call;
	int err;

	if (!dir)
		return -ENOMEM;
	dir->era = READ_ONCE(bento_sb(inode->i_sb)->era);
	dir->flags = args.flags = file->f_flags & ~(O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC);
	bento_call_of(&call, FUSE_OPENDIR, bento_i(inode));
	bento_call_args(&call, &args, sizeof(args));
	err = bento_call(bento_sb(inode->i_sb), &call);
	if (err && err != -ENOSYS) {
		kfree(dir);
		return err;
	}
	dir->no_release = err;
	dir->fh = err ? 0 : bento_out(&call, struct fuse_open_out)->fh;
	file->private_data = dir;
	return 0;
}

static int dir_release(struct inode *inode, struct file *file)
{
	struct open_dir *dir = file->private_data;
	struct fuse_release_in args = { .fh = dir->fh, .flags = dir->flags };
	struct bento_call call;

	if (!dir->no_release) {
		bento_call_of(&call, FUSE_RELEASEDIR, bento_i(inode));
		call.handle_era = dir->era;
		bento_call_args(&call, &args, sizeof(args));
		/* Nobody hears of an error: the descriptor is gone. */
		bento_call(bento_sb(inode->i_sb), &call);
	}
	buffer_put(dir->listing);
	kfree(dir);
	return 0;
}

static int dir_fsync(struct file *file, loff_t start, loff_t end, int datasync)
{
	struct inode *inode = file_inode(file);
	struct bento_mount *mount = bento_sb(inode->i_sb);
	const struct open_dir *dir = file->private_data;
	struct fuse_fsync_in args = { .fh = dir->fh,
				      .fsync_flags = datasync ? FUSE_FSYNC_FDATASYNC : 0 };
	struct bento_call call;
	int err;

	err = sync_inode_metadata(inode, 1);
	if (err || bento_absent(mount, FUSE_FSYNCDIR))
		return err;
	bento_call_of(&call, FUSE_FSYNCDIR, bento_i(inode));
	call.handle_era = dir->era;
	bento_call_args(&call, &args, sizeof(args));
	err = bento_call(mount, &call);
	return err == -ENOSYS ? 0 : err;
}

static bool is_name(const char *name, u32 len)
{
	u32 i;

	if (!len || len > BENTO_NAME_MAX)
		return false;
	for (i = 0; i < len; i++)
		if (!name[i] || name[i] == '/')
			return false;
	return true;
}

/*
 * Tells the caller what was fetched. 1: it has had enough; 0: more may follow; -EIO for an answer
 * that makes no sense, part of an entry among them: asked again for the same, the module could give
 * it for ever.
 */
static int tell(struct open_dir *dir, struct dir_context *ctx)
{
	const struct fuse_dirent *entry;

	while (dir->left) {
		size_t size;

		entry = (const struct fuse_dirent *)dir->at;
		if (dir->left < FUSE_NAME_OFFSET)
			return -EIO;
		size = FUSE_DIRENT_SIZE(entry);
		if (size > dir->left || !is_name(entry->name, entry->namelen))
			return -EIO;
		if (!dir_emit(ctx, entry->name, entry->namelen, entry->ino, entry->type))
			return 1;
		ctx->pos = dir->next = entry->off;
		dir->at += size;
		dir->left -= size;
	}
	return 0;
}

/* What comes after dir->next, of which there is nothing left to tell. */
static int fetch(struct inode *inode, struct open_dir *dir)
{
	struct fuse_read_in args = { .fh = dir->fh, .offset = dir->next, .size = LISTING_SIZE };
	struct bento_call call;
	int err;

	if (!dir->listing)
		dir->listing = buffer_get();
	if (!dir->listing)
		return -ENOMEM;
	bento_call_of(&call, FUSE_READDIR, bento_i(inode));
	call.handle_era = dir->era;
	bento_call_args(&call, &args, sizeof(args));
	bento_call_data(&call, dir->listing, LISTING_SIZE);
	err = bento_call(bento_sb(inode->i_sb), &call);
	if (err)
		return err;
	dir->at = dir->listing;
	dir->left = call.out.data_len;
	dir->ended = LISTING_SIZE - dir->left >= ROOM_FOR_ANY;
	return 0;
}

static int dir_iterate(struct file *file, struct dir_context *ctx)
{
	struct inode *inode = file_inode(file);
	struct open_dir *dir = file->private_data;
	u64 changes = READ_ONCE(bento_i(inode)->changes);
	int err = 0;

	/* Somebody rewound it, or it is another listing by now. */
	if (ctx->pos != dir->next || changes != dir->changes) {
		dir->next = ctx->pos;
		dir->changes = changes;
		dir->left = 0;
		dir->ended = false;
	}
	while (!err && (dir->left || !dir->ended)) {
		if (!dir->left)
			err = fetch(inode, dir);
		if (!err)
			err = tell(dir, ctx);
	}
	if (err < 0)
		dir->left = 0;
	if (!dir->left) {
		buffer_put(dir->listing);
		dir->listing = NULL;
	}
	return err < 0 ? err : 0;
}

const struct file_operations bento_dir_fops = {
	.open = dir_open,
	.release = dir_release,
	.fsync = dir_fsync,
	.iterate_shared = dir_iterate,
	.llseek = generic_file_llseek,
	.read = generic_read_dir,
};
