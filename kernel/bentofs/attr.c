// SPDX-License-Identifier: GPL-2.0
/*
 * Attributes: kept, asked for, changed. vfs.h says who is right about what.
 */
#define pr_fmt(fmt) "bentofs: " fmt

#include <linux/jiffies.h>
#include <linux/pagemap.h>
#include <linux/posix_acl.h>

#include "bentofs.h"
#include "../include/bento_statx.h"

/*
 * The kernel's clock for files ticks; the module's does not, and may have given a time that is this
 * far ahead.
 */
#define CLOCK_TICK_NS (2 * NSEC_PER_SEC / HZ)

/**
 * bento_valid_until() - When an answer expires.
 * @sec: how long it holds, from now
 * @nsec: and nanoseconds
 *
 * Return: jiffies64.
 */
u64 bento_valid_until(u64 sec, u32 nsec)
{
	const struct timespec64 ttl = {
		.tv_sec = min_t(u64, sec, MAX_JIFFY_OFFSET / HZ - 1),
		.tv_nsec = min_t(u32, nsec, NSEC_PER_SEC - 1),
	};

	if (!sec && !nsec)
		return 0;
	return get_jiffies_64() + timespec64_to_jiffies(&ttl);
}

static bool expired(const struct bento_inode *bi)
{
	return unlikely(time_after64(get_jiffies_64(), READ_ONCE(bi->attr_valid_until)));
}

static struct timespec64 time_of(u64 sec, u32 nsec)
{
	return (struct timespec64){ .tv_sec = (s64)sec,
				    .tv_nsec = min_t(u32, nsec, NSEC_PER_SEC - 1) };
}

/* Now, but not before what the inode has got from the module's finer clock a moment ago. */
struct timespec64 bento_now_for(const struct inode *inode, struct timespec64 now)
{
	s64 ahead = timespec64_to_ns(&inode->i_ctime) - timespec64_to_ns(&now);

	return ahead > 0 && ahead < CLOCK_TICK_NS ? inode->i_ctime : now;
}

/* Takes the fields of `mask` (STATX_*) over. Under bi->lock, or nobody else knows the inode. */
static void take(struct inode *inode, const struct fuse_attr *attr, u32 mask)
{
	if (mask & STATX_MODE)
		inode->i_mode = (inode->i_mode & S_IFMT) | (attr->mode & S_IALLUGO);
	if (mask & STATX_NLINK)
		set_nlink(inode, attr->nlink);
	if (mask & STATX_UID)
		i_uid_write(inode, attr->uid);
	if (mask & STATX_GID)
		i_gid_write(inode, attr->gid);
	if (mask & STATX_SIZE)
		i_size_write(inode, attr->size);
	if (mask & STATX_BLOCKS)
		inode->i_blocks = attr->blocks;
	if (mask & STATX_ATIME)
		inode->i_atime = time_of(attr->atime, attr->atimensec);
	if (mask & STATX_MTIME)
		inode->i_mtime = time_of(attr->mtime, attr->mtimensec);
	if (mask & STATX_CTIME)
		inode->i_ctime = time_of(attr->ctime, attr->ctimensec);
}

void bento_attr_first(struct inode *inode, const struct fuse_attr *attr, u64 valid_until)
{
	take(inode, attr, STATX_BASIC_STATS);
	bento_i(inode)->attr_valid_until = valid_until;
}

/* The fields in which an answer to a question is believed. */
static u32 believed(struct inode *inode)
{
	struct bento_inode *bi = bento_i(inode);
	u32 mask = STATX_BASIC_STATS & ~STATX_ATIME;

	if (test_bit(BENTO_I_TIMES, &bi->state))
		mask &= ~(STATX_MTIME | STATX_CTIME);
	/* Only a module that gives no time to live changes sizes by itself. */
	if (S_ISREG(inode->i_mode) && (!expired(bi) || !list_empty(&bi->write_files) ||
				       mapping_tagged(inode->i_mapping, PAGECACHE_TAG_DIRTY) ||
				       mapping_tagged(inode->i_mapping, PAGECACHE_TAG_WRITEBACK)))
		mask &= ~STATX_SIZE;
	return mask;
}

/**
 * bento_changed() - Notes that an op changed an inode in the module.
 * @inode: the inode
 * @stale: the fields (STATX_*) that the module changed by itself
 */
void bento_changed(struct inode *inode, u32 stale)
{
	struct bento_inode *bi = bento_i(inode);

	spin_lock(&bi->lock);
	bi->changes++;
	if (test_bit(BENTO_I_TIMES, &bi->state) && stale & (STATX_MTIME | STATX_CTIME)) {
		struct timespec64 now = bento_now_for(inode, current_time(inode));

		if (stale & STATX_MTIME)
			inode->i_mtime = now;
		inode->i_ctime = now;
		bi->times_set++;
		stale &= ~(STATX_MTIME | STATX_CTIME);
	}
	if (S_ISREG(inode->i_mode))
		stale &= ~STATX_SIZE;
	bi->stale |= stale;
	spin_unlock(&bi->lock);
}

/**
 * bento_linked() - Notes that an op changed how many links an inode has.
 * @inode: the inode, locked
 * @links: how many it has now
 * @stale: as for bento_changed()
 */
void bento_linked(struct inode *inode, unsigned int links, u32 stale)
{
	struct bento_inode *bi = bento_i(inode);

	/* An answer from before the op is not believed from here on, so the count stays. */
	bento_changed(inode, stale);
	spin_lock(&bi->lock);
	if (links != inode->i_nlink)
		set_nlink(inode, links);
	spin_unlock(&bi->lock);
}

/**
 * bento_attr_answered() - Takes over what the module answered to a change that we asked for.
 * @inode: the inode, locked
 * @out: the answer
 * @attr: what was asked for
 * @changes: bento_inode.changes from before the op
 */
void bento_attr_answered(struct inode *inode, const struct fuse_attr_out *out,
			 const struct iattr *attr, u64 changes)
{
	struct bento_inode *bi = bento_i(inode);
	u32 sure = 0;

	/* What was asked for is so, whoever else is changing what. */
	if (attr->ia_valid & ATTR_MODE)
		sure |= STATX_MODE;
	if (attr->ia_valid & ATTR_UID)
		sure |= STATX_UID | STATX_MODE;
	if (attr->ia_valid & ATTR_GID)
		sure |= STATX_GID | STATX_MODE;
	spin_lock(&bi->lock);
	if (changes == bi->changes) {
		take(inode, &out->attr, (sure | believed(inode)) & ~STATX_SIZE);
		bi->stale = 0;
		bi->attr_valid_until = bento_valid_until(out->attr_valid, out->attr_valid_nsec);
	} else {
		take(inode, &out->attr, sure);
		bi->stale |= BENTO_STALE_ALL & ~STATX_SIZE;
	}
	bi->changes++;
	bi->times_set++;
	if (attr->ia_valid & ATTR_ATIME) {
		inode->i_atime = attr->ia_atime;
		clear_bit(BENTO_I_ATIME, &bi->state);
	}
	if (test_bit(BENTO_I_TIMES, &bi->state)) {
		if (attr->ia_valid & ATTR_MTIME)
			inode->i_mtime = attr->ia_mtime;
		inode->i_ctime = bento_now_for(inode, current_time(inode));
	}
	spin_unlock(&bi->lock);
}

/* ---- asking ---- */

/**
 * bento_getattr_now() - Asks the module for the attributes.
 * @inode: the inode
 *
 * Return: 0, or a negative errno.
 */
int bento_getattr_now(struct inode *inode)
{
	struct bento_inode *bi = bento_i(inode);
	struct fuse_getattr_in args = {};
	const struct fuse_attr_out *out;
	struct bento_call call;
	int tries, err;
	u64 changes;

	/*
	 * An answer that was overtaken by a change is not believed. After some, what is here is as
	 * good as any.
	 */
	for (tries = 0; tries < 4; tries++) {
		changes = READ_ONCE(bi->changes);
		bento_call_of(&call, FUSE_GETATTR, bi);
		bento_call_args(&call, &args, sizeof(args));
		err = bento_call(bento_sb(inode->i_sb), &call);
		if (err)
			return err;
		out = bento_out(&call, struct fuse_attr_out);
		if ((out->attr.mode ^ inode->i_mode) & S_IFMT || out->attr.size > LLONG_MAX)
			return -EIO;
		spin_lock(&bi->lock);
		if (changes == bi->changes) {
			take(inode, &out->attr, believed(inode));
			bi->stale = 0;
			bi->attr_valid_until =
				bento_valid_until(out->attr_valid, out->attr_valid_nsec);
			spin_unlock(&bi->lock);
			return 0;
		}
		spin_unlock(&bi->lock);
	}
	return 0;
}

static void get_btime(struct inode *inode)
{
	struct bento_inode *bi = bento_i(inode);
	struct bento_statx_in args = { .sx_mask = STATX_BTIME };
	const struct bento_statx_out *out;
	struct bento_call call;

	if (bento_absent(bento_sb(inode->i_sb), BENTO_OP_STATX))
		return;
	bento_call_of(&call, BENTO_OP_STATX, bi);
	bento_call_args(&call, &args, sizeof(args));
	if (bento_call(bento_sb(inode->i_sb), &call))
		return;
	out = bento_out(&call, struct bento_statx_out);
	if (!(out->stat.mask & STATX_BTIME))
		return;
	spin_lock(&bi->lock);
	bi->btime = time_of(out->stat.btime.tv_sec, out->stat.btime.tv_nsec);
	set_bit(BENTO_I_BTIME, &bi->state);
	spin_unlock(&bi->lock);
}

/*
 * Blocks that dirty pages will have got, so that nobody takes a file that was just written for one
 * that is all hole. Exact for a new file.
 */
static u64 blocks_to_be(struct inode *inode)
{
	u64 held = (u64)READ_ONCE(inode->i_mapping->nrpages) << (PAGE_SHIFT - 9);
	u64 whole = round_up((u64)i_size_read(inode), PAGE_SIZE) >> 9;

	return min(held, whole);
}

int bento_getattr(struct user_namespace *ns, const struct path *path, struct kstat *stat, u32 mask,
		  unsigned int flags)
{
	struct inode *inode = d_inode(path->dentry);
	struct bento_inode *bi = bento_i(inode);
	int err;

	if (!(flags & AT_STATX_DONT_SYNC) &&
	    (expired(bi) || READ_ONCE(bi->stale) & mask || flags & AT_STATX_FORCE_SYNC)) {
		err = bento_getattr_now(inode);
		if (err)
			return err;
	}
	if (mask & STATX_BTIME && !test_bit(BENTO_I_BTIME, &bi->state))
		get_btime(inode);
	spin_lock(&bi->lock);
	generic_fillattr(ns, inode, stat);
	if (test_bit(BENTO_I_BTIME, &bi->state)) {
		stat->btime = bi->btime;
		stat->result_mask |= STATX_BTIME;
	}
	spin_unlock(&bi->lock);
	if (S_ISREG(inode->i_mode) && mapping_tagged(inode->i_mapping, PAGECACHE_TAG_DIRTY))
		stat->blocks = max(stat->blocks, blocks_to_be(inode));
	return 0;
}

int bento_permission(struct user_namespace *ns, struct inode *inode, int mask)
{
	const struct bento_inode *bi = bento_i(inode);
	int err;

	if (expired(bi) || unlikely(READ_ONCE(bi->stale) & (STATX_MODE | STATX_UID | STATX_GID))) {
		if (mask & MAY_NOT_BLOCK)
			return -ECHILD;
		err = bento_getattr_now(inode);
		if (err)
			return err;
	}
	return generic_permission(ns, inode, mask);
}
