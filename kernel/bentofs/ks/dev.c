// SPDX-License-Identifier: GPL-2.0
/*
 * bento_ks_dev_*(): the block device, byte by byte.
 *
 * Reads and writes go straight between the device and the module's memory (mostly the pages of a
 * file), and agree with what is cached of the same blocks (overlay.c).
 */
#define pr_fmt(fmt) "bentofs: " fmt

#include <linux/export.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include <bentofs_trace.h>

#include "bio.h"
#include "buf.h"
#include "seen.h"
#include "services.h"

struct bento_dev *bento_dev_of(struct bento_ctx *ctx, u64 number)
{
	/* A mount has at most one device, number 1. */
	return number == 1 ? ctx->mount->dev : NULL;
}

/* ---- reads and writes ---- */

/* Bytes of the scatter list; a negative errno when they do not lie within the device. */
static s64 checked_len(const struct bento_dev *dev, u64 offset, const struct bento_seg *segs,
		       u32 nsegs)
{
	u64 size = dev->blocks * dev->block_size, len = 0;
	u32 i;

	for (i = 0; i < nsegs; i++) {
		len += segs[i].len;
		if (segs[i].len > size || len > size)
			return -EIO;
	}
	return offset > size || len > size - offset ? -EIO : len;
}

static bool on_sectors(u64 offset, u64 len)
{
	return !((offset | len) & (SECTOR_SIZE - 1));
}

/* What ends within a sector, as a file's last bytes do, and is even otherwise. */
static bool is_start(blk_opf_t opf, u64 offset, const struct bento_seg *segs, u32 nsegs)
{
	u32 i;

	if ((opf & (REQ_PREFLUSH | REQ_FUA)) || (offset & (SECTOR_SIZE - 1)))
		return false;
	for (i = 0; i + 1 < nsegs; i++)
		if (!bento_seg_on_sectors(&segs[i]))
			return false;
	return segs[i].len && !((unsigned long)segs[i].ptr & (SECTOR_SIZE - 1));
}

/* Parts of sectors: by way of whole ones. */
static int rw_parts(struct bento_dev *dev, blk_opf_t opf, u64 offset, const struct bento_seg *segs,
		    u32 nsegs, u64 len)
{
	u64 first = round_down(offset, SECTOR_SIZE), end = round_up(offset + len, SECTOR_SIZE);
	struct bento_seg whole = { .len = end - first };
	u8 *at;
	u32 i;
	int err;

	if (is_start(opf, offset, segs, nsegs)) {
		if (!op_is_write(opf))
			return bento_bio_start(dev->bdev, opf, offset, segs, nsegs, len);
		mutex_lock(&dev->partial);
		err = bento_bio_start(dev->bdev, opf, offset, segs, nsegs, len);
		mutex_unlock(&dev->partial);
		return err;
	}
	whole.ptr = kvmalloc(whole.len, GFP_KERNEL);
	if (!whole.ptr)
		return -ENOMEM;
	mutex_lock(&dev->partial);
	err = bento_bio_rw(dev->bdev, REQ_OP_READ, first, &whole, 1, whole.len);
	at = whole.ptr + (offset - first);
	for (i = 0; i < nsegs && !err; at += segs[i++].len) {
		if (op_is_write(opf))
			memcpy(at, segs[i].ptr, segs[i].len);
		else
			memcpy(segs[i].ptr, at, segs[i].len);
	}
	if (!err && op_is_write(opf))
		err = bento_bio_rw(dev->bdev, opf, first, &whole, 1, whole.len);
	mutex_unlock(&dev->partial);
	kvfree(whole.ptr);
	return err;
}

static int rw(struct bento_ctx *ctx, struct bento_dev *dev, blk_opf_t opf, u64 offset,
	      const struct bento_seg *segs, u32 nsegs, u64 len)
{
	u64 since = trace_bento_block_io_enabled() ? ktime_get_ns() : 0;
	unsigned long wait = bento_io_begin(ctx);
	int err;

	if (likely(on_sectors(offset, len)))
		err = bento_bio_rw(dev->bdev, opf, offset, segs, nsegs, len);
	else
		err = rw_parts(dev, opf, offset, segs, nsegs, len);
	bento_io_end(ctx, wait);
	if (since)
		trace_bento_block_io(ctx->mount->id, ctx->unique,
				     op_is_write(opf) ? BENTO_IO_WRITE : BENTO_IO_READ, offset, len,
				     -err, ktime_get_ns() - since);
	return err;
}

static int dev_read(struct bento_ctx *ctx, u64 number, u64 offset, const struct bento_seg *segs,
		    u32 nsegs)
{
	struct bento_dev *dev = bento_dev_of(ctx, number);
	s64 len;
	int err;

	if (!dev)
		return -ENODEV;
	len = checked_len(dev, offset, segs, nsegs);
	if (len <= 0)
		return len;
	if (bento_rec_on(ctx)) {
		err = bento_dev_see_range(ctx, dev, offset, len, false);
		if (err)
			return err;
	}
	err = rw(ctx, dev, REQ_OP_READ, offset, segs, nsegs, len);
	if (!err)
		bento_bufs_to_segs(dev, offset, segs, len);
	return err;
}

static int dev_write(struct bento_ctx *ctx, u64 number, u64 offset, const struct bento_seg *segs,
		     u32 nsegs, u32 flags)
{
	struct bento_dev *dev = bento_dev_of(ctx, number);
	/* The module waits for it. */
	blk_opf_t opf = REQ_OP_WRITE | REQ_SYNC | REQ_IDLE;
	s64 len;
	int err;

	if (!dev)
		return -ENODEV;
	len = checked_len(dev, offset, segs, nsegs);
	if (len < 0)
		return len;
	if (dev->read_only)
		return -EROFS;
	if (!len)
		return 0;
	if (bento_rec_on(ctx)) {
		err = bento_dev_see_range(ctx, dev, offset, len, true);
		if (err)
			return err;
	}
	if (flags & BENTO_WRITE_PREFLUSH)
		opf |= REQ_PREFLUSH;
	if (flags & BENTO_WRITE_FUA)
		opf |= REQ_FUA;
	bento_bufs_from_segs(dev, offset, segs, len);
	return rw(ctx, dev, opf, offset, segs, nsegs, len);
}

/**
 * bento_ks_dev_info - what the device is like
 * @number: the device
 * @info: filled
 *
 * Return: 0, or ENODEV.
 */
s32 bento_ks_dev_info(u64 number, struct bento_dev_info *info)
{
	struct bento_dev *dev = bento_dev_of(bento_service(), number);

	if (!dev)
		return ENODEV;
	info->block_size = dev->block_size;
	info->read_only = dev->read_only;
	info->blocks = dev->blocks;
	return 0;
}
EXPORT_SYMBOL_GPL(bento_ks_dev_info);

/**
 * bento_ks_dev_read - read bytes from the device
 * @number: the device
 * @offset: first byte
 * @segs: where to; any kernel memory
 * @nsegs: pieces
 *
 * Sees what cached blocks hold. Sleeps.
 *
 * Return: 0 or a positive errno.
 */
s32 bento_ks_dev_read(u64 number, u64 offset, const struct bento_seg *segs, u32 nsegs)
{
	struct bento_ctx *ctx = bento_fallible_service();

	return bento_fallible(ctx, -dev_read(ctx, number, offset, segs, nsegs));
}
EXPORT_SYMBOL_GPL(bento_ks_dev_read);

/**
 * bento_ks_dev_write - write bytes to the device
 * @number: the device
 * @offset: first byte
 * @segs: where from; any kernel memory
 * @nsegs: pieces
 * @flags: BENTO_WRITE_PREFLUSH: what was written before is on the medium before any of this;
 * BENTO_WRITE_FUA: this is, on return
 *
 * Cached blocks follow. Sleeps.
 *
 * Return: 0 or a positive errno.
 */
s32 bento_ks_dev_write(u64 number, u64 offset, const struct bento_seg *segs, u32 nsegs, u32 flags)
{
	struct bento_ctx *ctx = bento_fallible_service();

	return bento_fallible(ctx, -dev_write(ctx, number, offset, segs, nsegs, flags));
}
EXPORT_SYMBOL_GPL(bento_ks_dev_write);

/**
 * bento_ks_dev_flush - everything written is on the medium
 * @number: the device
 *
 * Sleeps.
 *
 * Return: 0 or a positive errno.
 */
s32 bento_ks_dev_flush(u64 number)
{
	struct bento_ctx *ctx = bento_fallible_service();
	struct bento_dev *dev = bento_dev_of(ctx, number);
	u64 since = trace_bento_block_io_enabled() ? ktime_get_ns() : 0;
	unsigned long wait = bento_io_begin(ctx);
	int err = dev ? blkdev_issue_flush(dev->bdev) : -ENODEV;

	bento_io_end(ctx, wait);
	if (since)
		trace_bento_block_io(ctx->mount->id, ctx->unique, BENTO_IO_FLUSH, 0, 0, -err,
				     ktime_get_ns() - since);
	return bento_fallible(ctx, -err);
}
EXPORT_SYMBOL_GPL(bento_ks_dev_flush);

/**
 * bento_ks_dev_sync - write every dirty cached block home, and wait
 * @number: the device
 *
 * A block that could not be written since the last call, by the kernel's own flusher too, is an
 * error here. Sleeps.
 *
 * Return: 0 or a positive errno.
 */
s32 bento_ks_dev_sync(u64 number)
{
	struct bento_ctx *ctx = bento_fallible_service();
	struct bento_dev *dev = bento_dev_of(ctx, number);

	unsigned long wait = bento_io_begin(ctx);
	int err = dev ? sync_blockdev(dev->bdev) : -ENODEV;

	bento_io_end(ctx, wait);
	return bento_fallible(ctx, -err);
}
EXPORT_SYMBOL_GPL(bento_ks_dev_sync);

/**
 * bento_ks_dev_discard - the content of these blocks is no longer needed
 * @number: the device
 * @first: first block
 * @blocks: how many
 *
 * Drops what is cached of them, so that nothing of it is written over what they are used for next.
 * The medium is not told: a discard of each small piece costs devices more than it gains;
 * fstrim-like tools are for that. Sleeps.
 *
 * Return: 0 or a positive errno.
 */
s32 bento_ks_dev_discard(u64 number, u64 first, u64 blocks)
{
	struct bento_ctx *ctx = bento_fallible_service();
	struct bento_dev *dev = bento_dev_of(ctx, number);
	int error = 0;

	if (!dev)
		error = ENODEV;
	else if (first > dev->blocks || blocks > dev->blocks - first)
		error = EIO;
	else
		bento_bufs_discard(dev, first, blocks);
	return bento_fallible(ctx, error);
}
EXPORT_SYMBOL_GPL(bento_ks_dev_discard);

/* ---- its life ---- */

struct bento_dev *bento_dev_open(struct super_block *sb)
{
	struct bento_dev *dev = kzalloc(sizeof(*dev), GFP_KERNEL);
	int err;

	if (!dev)
		return ERR_PTR(-ENOMEM);
	dev->bdev = sb->s_bdev;
	dev->mount = bento_sb(sb);
	dev->block_size = sb->s_blocksize;
	dev->blocks = div_u64(bdev_nr_bytes(sb->s_bdev), dev->block_size);
	dev->read_only = bdev_read_only(sb->s_bdev);
	mutex_init(&dev->seen_guard);
	mutex_init(&dev->partial);
	err = -EINVAL;
	if (!dev->blocks)
		goto fail;
	/*
	 * What user space wrote through the device's own cache is on the device for our direct
	 * reads.
	 */
	err = sync_blockdev(sb->s_bdev);
	if (err)
		goto fail;
	invalidate_bdev(sb->s_bdev);
	err = bento_bufs_init(dev);
	if (err)
		goto fail;
	return dev;
fail:
	kfree(dev);
	return ERR_PTR(err);
}

void bento_dev_close(struct bento_dev *dev)
{
	if (!dev)
		return;
	bento_bufs_exit(dev);
	kvfree(dev->seen);
	kfree(dev);
}

int bento_dev_revert(struct bento_dev *dev)
{
	int err;

	/* Its threads may still wait for blocks. */
	bento_instance_end_tasks(dev->mount->instance);
	err = sync_blockdev(dev->bdev);
	bento_bufs_forget(dev);
	return err;
}
