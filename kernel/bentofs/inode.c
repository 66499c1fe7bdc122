// SPDX-License-Identifier: GPL-2.0
/*
 * Inodes in memory: found by nodeid and generation, and given up.
 *
 * The module counts the lookups of an inode, and keeps it until they are given back. An inode that
 * has lost its last name is given back as it goes, since that is what frees its space. The others,
 * of which there can be many at once when memory is short, are put on a list and given back by the
 * batch: the list is made of the dead inodes themselves, so nothing is allocated while memory is
 * being reclaimed.
 */
#define pr_fmt(fmt) "bentofs: " fmt

#include <linux/llist.h>
#include <linux/module.h>
#include <linux/pagemap.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#include "bentofs.h"

/* Inodes of one BATCH_FORGET. */
#define BATCH 64

/* What bento_evictions() answers has the era above the count. */
#define ERA_SHIFT 48
#define ERA_MASK 0xffff

/* What a mount has to give back. */
struct bento_forgets {
	struct bento_mount *mount;
	struct llist_head gone;			/* bento_inode.gone */
	struct work_struct work;
	/*
	 * Inodes that have left memory: who finds it changed after an op may hold attributes from
	 * before a last write-back.
	 */
	atomic64_t evictions;
	struct {
		struct fuse_batch_forget_in head;
		struct fuse_forget_one ones[BATCH];
	} batch;				/* the work's */
};

static struct kmem_cache *inode_cache;

/* ---- giving lookups back ---- */

/* `era`: in which they were counted, in another they are nobody's; or 0. */
static void forget(struct bento_mount *mount, u32 era, u64 nodeid, u64 nlookup)
{
	struct fuse_forget_in args = { .nlookup = nlookup };
	struct bento_call call;

	bento_call_init(&call, FUSE_FORGET, nodeid);
	call.era = era;
	bento_call_args(&call, &args, sizeof(args));
	bento_call_as_kernel(mount, &call);
}

/**
 * bento_forget() - Gives lookups of an inode back to the module.
 * @mount: the mount
 * @nodeid: the inode
 * @nlookup: how many
 *
 * At once; nothing can be done about a failure, and the module does not answer one.
 */
void bento_forget(struct bento_mount *mount, u64 nodeid, u64 nlookup)
{
	forget(mount, 0, nodeid, nlookup);
}

/* `era` as for forget(). */
static void send_batch(struct bento_forgets *forgets, u32 count, u32 era)
{
	struct bento_mount *mount = forgets->mount;
	struct bento_call call;
	u32 i;
	int err = -ENOSYS;

	if (count > 1) {
		forgets->batch.head.count = count;
		forgets->batch.head.dummy = 0;
		bento_call_init(&call, FUSE_BATCH_FORGET, 0);
		call.era = era;
		bento_call_args(&call, &forgets->batch,
				sizeof(forgets->batch.head) +
					count * sizeof(forgets->batch.ones[0]));
		err = bento_call_as_kernel(mount, &call);
	}
	if (err != -ENOSYS)
		return;
	for (i = 0; i < count; i++)
		forget(mount, era, forgets->batch.ones[i].nodeid,
		       forgets->batch.ones[i].nlookup);
}

static void forget_gone(struct work_struct *work)
{
	struct bento_forgets *forgets = container_of(work, struct bento_forgets, work);
	struct bento_inode *bi, *next;
	struct llist_node *gone;
	u32 count = 0, era = 0;

	while ((gone = llist_del_all(&forgets->gone))) {
		/* Oldest first: they come as they went. */
		llist_for_each_entry_safe(bi, next, llist_reverse_order(gone), gone) {
			if (count && bi->era != era) {
				send_batch(forgets, count, era);
				count = 0;
			}
			era = bi->era;
			forgets->batch.ones[count].nodeid = bi->nodeid;
			forgets->batch.ones[count].nlookup = bi->nlookup;
			kmem_cache_free(inode_cache, bi);
			if (++count == BATCH) {
				send_batch(forgets, count, era);
				count = 0;
				cond_resched();
			}
		}
	}
	send_batch(forgets, count, era);
}

int bento_forgets_init(struct bento_mount *mount)
{
	struct bento_forgets *forgets = kzalloc(sizeof(*forgets), GFP_KERNEL);

	if (!forgets)
		return -ENOMEM;
	forgets->mount = mount;
	init_llist_head(&forgets->gone);
	INIT_WORK(&forgets->work, forget_gone);
	mount->forgets = forgets;
	return 0;
}

void bento_forgets_flush(struct bento_mount *mount)
{
	/* Inodes that have gone come to the list after a grace period. */
	rcu_barrier();
	flush_work(&mount->forgets->work);
}

void bento_forgets_exit(struct bento_mount *mount)
{
	if (!mount->forgets)
		return;
	bento_forgets_flush(mount);
	kfree(mount->forgets);
	mount->forgets = NULL;
}

u64 bento_evictions(const struct bento_mount *mount)
{
	u64 era = READ_ONCE(mount->era) & ERA_MASK;
	u64 count = atomic64_read(&mount->forgets->evictions);

	return era << ERA_SHIFT | (count & (BIT_ULL(ERA_SHIFT) - 1));
}

/* ---- super_operations ---- */

static void init_once(void *object)
{
	struct bento_inode *bi = object;

	inode_init_once(&bi->vfs);
	spin_lock_init(&bi->lock);
	INIT_LIST_HEAD(&bi->write_files);
}

int bento_inodes_init(void)
{
	inode_cache = kmem_cache_create("bento_inode", sizeof(struct bento_inode), 0,
					SLAB_HWCACHE_ALIGN | SLAB_ACCOUNT | SLAB_RECLAIM_ACCOUNT |
						SLAB_MEM_SPREAD,
					init_once);
	return inode_cache ? 0 : -ENOMEM;
}

void bento_inodes_exit(void)
{
	/* Those on their way to be freed. */
	rcu_barrier();
	kmem_cache_destroy(inode_cache);
}

struct inode *bento_alloc_inode(struct super_block *sb)
{
	struct bento_inode *bi = alloc_inode_sb(sb, inode_cache, GFP_KERNEL);

	if (!bi)
		return NULL;
	bi->nodeid = 0;
	bi->generation = 0;
	bi->era = 0;
	bi->stale = 0;
	bi->times_set = 0;
	bi->nlookup = 0;
	bi->attr_valid_until = 0;
	bi->changes = 0;
	bi->state = 0;
	return &bi->vfs;
}

/* After a grace period, in a softirq. */
void bento_free_inode(struct inode *inode)
{
	struct bento_inode *bi = bento_i(inode);
	struct bento_forgets *forgets;

	if (S_ISLNK(inode->i_mode))
		kfree(inode->i_link);
	if (!bi->nlookup) {
		kmem_cache_free(inode_cache, bi);
		return;
	}
	forgets = bento_sb(inode->i_sb)->forgets;
	if (llist_add(&bi->gone, &forgets->gone))
		queue_work(system_unbound_wq, &forgets->work);
}

void bento_evict_inode(struct inode *inode)
{
	struct bento_inode *bi = bento_i(inode);
	struct bento_mount *mount = bento_sb(inode->i_sb);

	truncate_inode_pages_final(&inode->i_data);
	clear_inode(inode);
	bento_files_evict(inode);
	/* Before anybody who waits for it to go can make it anew. */
	atomic64_inc(&mount->forgets->evictions);
	/* The module that counted its lookups is no more. */
	if (bi->era != READ_ONCE(mount->era))
		bi->nlookup = 0;
	if (inode->i_nlink || !bi->nlookup)
		return;
	forget(mount, bi->era, bi->nodeid, bi->nlookup);
	bi->nlookup = 0;
}

/* ---- by nodeid ---- */

static int is_it(struct inode *inode, void *data)
{
	const struct fuse_entry_out *entry = data;
	const struct bento_inode *bi = bento_i(inode);

	return bi->nodeid == entry->nodeid && bi->generation == entry->generation;
}

static int make_it(struct inode *inode, void *data)
{
	const struct fuse_entry_out *entry = data;
	struct bento_inode *bi = bento_i(inode);

	bi->nodeid = entry->nodeid;
	bi->generation = entry->generation;
	bi->era = READ_ONCE(bento_sb(inode->i_sb)->era);
	inode->i_ino = entry->nodeid;
	inode->i_generation = entry->generation;
	return 0;
}

static bool makes_sense(const struct fuse_entry_out *entry)
{
	const struct fuse_attr *attr = &entry->attr;

	switch (attr->mode & S_IFMT) {
	case S_IFREG:
	case S_IFDIR:
	case S_IFLNK:
	case S_IFCHR:
	case S_IFBLK:
	case S_IFIFO:
	case S_IFSOCK:
		break;
	default:
		return false;
	}
	return entry->nodeid && attr->size <= LLONG_MAX &&
	       (entry->nodeid != FUSE_ROOT_ID || S_ISDIR(attr->mode));
}

static void set_operations(struct inode *inode, const struct fuse_attr *attr)
{
	inode->i_mode = attr->mode;
	switch (attr->mode & S_IFMT) {
	case S_IFREG:
		inode->i_op = &bento_file_iops;
		inode->i_fop = &bento_file_fops;
		inode->i_mapping->a_ops = &bento_aops;
		break;
	case S_IFDIR:
		inode->i_op = &bento_dir_iops;
		inode->i_fop = &bento_dir_fops;
		break;
	case S_IFLNK:
		inode->i_op = &bento_symlink_iops;
		break;
	default:
		inode->i_op = &bento_special_iops;
		init_special_inode(inode, attr->mode, new_decode_dev(attr->rdev));
	}
}

/*
 * Fills a new inode. Its old self may have left memory after the module had answered, and have
 * written its last pages and times until then: then the answer is from before that, and is asked
 * for anew. Nobody else knows the inode meanwhile.
 */
static int fill(struct inode *inode, const struct fuse_entry_out *entry, u64 evictions)
{
	struct bento_mount *mount = bento_sb(inode->i_sb);
	struct fuse_getattr_in args = {};
	const struct fuse_attr_out *out;
	struct bento_call call;
	int err;

	/* An answer from another era says nothing about this one. */
	if (unlikely((u32)(evictions >> ERA_SHIFT) != (mount->era & ERA_MASK)))
		return -ESTALE;
	if (likely(evictions == bento_evictions(mount))) {
		set_operations(inode, &entry->attr);
		bento_attr_first(inode, &entry->attr,
				 bento_valid_until(entry->attr_valid, entry->attr_valid_nsec));
		return 0;
	}
	bento_call_init(&call, FUSE_GETATTR, entry->nodeid);
	bento_call_args(&call, &args, sizeof(args));
	err = bento_call_as_kernel(mount, &call);
	if (err)
		return err;
	out = bento_out(&call, struct fuse_attr_out);
	if ((out->attr.mode ^ entry->attr.mode) & S_IFMT || out->attr.size > LLONG_MAX)
		return -EIO;
	set_operations(inode, &out->attr);
	bento_attr_first(inode, &out->attr,
			 bento_valid_until(out->attr_valid, out->attr_valid_nsec));
	return 0;
}

/**
 * bento_iget() - The inode of an entry that the module answered.
 * @sb: the file system
 * @entry: the answer, which counts as a lookup
 * @evictions: bento_evictions() from before the op
 *
 * Return: the inode, or an ERR_PTR with the lookup given back: -ENOMEM, -EIO for an answer that
 * makes no sense.
 */
struct inode *bento_iget(struct super_block *sb, const struct fuse_entry_out *entry, u64 evictions)
{
	struct bento_mount *mount = bento_sb(sb);
	struct bento_inode *bi;
	struct inode *inode;
	int err = -EIO;

	if (!makes_sense(entry)) {
		pr_err_ratelimited(
			"%s, mount %u: the answered entry of node %llu makes no sense (mode %o)\n",
			mount->fs->name, mount->id, entry->nodeid, entry->attr.mode);
		goto give_back;
	}
	inode = iget5_locked(sb, entry->nodeid, is_it, make_it, (void *)entry);
	if (!inode) {
		err = -ENOMEM;
		goto give_back;
	}
	bi = bento_i(inode);
	if (inode->i_state & I_NEW) {
		err = fill(inode, entry, evictions);
		if (err) {
			iget_failed(inode);
			goto give_back;
		}
		/* The root's is no lookup: it is there without. */
		bi->nlookup = entry->nodeid != FUSE_ROOT_ID;
		unlock_new_inode(inode);
		return inode;
	}
	if (unlikely((inode->i_mode ^ entry->attr.mode) & S_IFMT)) {
		pr_err_ratelimited("%s, mount %u: node %llu was of another type before\n",
				   mount->fs->name, mount->id, entry->nodeid);
		iput(inode);
		goto give_back;
	}
	spin_lock(&bi->lock);
	bi->nlookup++;
	spin_unlock(&bi->lock);
	return inode;

give_back:
	if (entry->nodeid && err != -ESTALE)
		bento_forget(mount, entry->nodeid, 1);
	return ERR_PTR(err);
}
