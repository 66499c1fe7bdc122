/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the parts share that face VFS. Part of bentofs.h: include that.
 *
 * The kernel's inode is what users see. All changes come through us, so it is kept right from
 * answers and by rules, and asked for again only where neither tells (bento_inode.stale):
 *  - i_size of a regular file is the kernel's alone once the inode is in memory: buffered writes
 * are ahead of the module.
 *  - i_atime is the kernel's alone (relatime and so on are VFS's); the module is told lazily
 * (BENTO_I_ATIME).
 *  - i_mtime and i_ctime are the kernel's while BENTO_I_TIMES is set, which is from the first
 * buffered write on until write_inode or fsync has told the module, the pages having been written
 * before. Otherwise they are the module's.
 *  - i_nlink follows the rules of unlink, rename, ... at once, since VFS frees inodes by it.
 */
#ifndef BENTO_VFS_H
#define BENTO_VFS_H

struct bento_forgets;

/* Bits of bento_inode.state. */
enum bento_inode_state {
	BENTO_I_TIMES, /* the module has yet to be told i_mtime and i_ctime */
	BENTO_I_ATIME, /* likewise i_atime */
	BENTO_I_BTIME, /* btime is known */
	BENTO_I_NO_XATTRS, /* it has no extended attributes, so none need be asked for */
	BENTO_I_XATTRS, /* it had some when we looked */
};

struct bento_inode {
	struct inode vfs;
	u64 nodeid;
	u64 generation;
	u32 era; /* bento_mount.era in which the module was known to have it */
	spinlock_t lock; /* the fields up to btime, and the attributes in vfs */
	u32 stale; /* STATX_*: to be asked for before anybody is told */
	u32 times_set;				/* how often the kernel set times of its own */
	u64 nlookup;				/* lookups that the module counts for this inode */
	u64 attr_valid_until;			/* jiffies64 */
	u64 changes; /* answers to questions asked before the last change are not believed */
	struct timespec64 btime;
	unsigned long state;			/* BENTO_I_* */
	/* Handles open for writing: what write-back uses. */
	struct list_head write_files;
	struct llist_node gone; /* after its end: the lookups are to be given back */
};

static inline struct bento_inode *bento_i(const struct inode *inode)
{
	return container_of(inode, struct bento_inode, vfs);
}

/* As bento_call_init(), for an inode. */
static inline void bento_call_of(struct bento_call *call, u32 opcode, const struct bento_inode *bi)
{
	bento_call_init(call, opcode, bi->nodeid);
	call->era = READ_ONCE(bi->era);
}

/* An open file or directory. */
struct bento_file {
	u64 fh;
	u32 era;				/* bento_mount.era when it was opened */
	u32 open_flags;				/* FOPEN_ */
	struct list_head write_entry;
	refcount_t count;			/* RELEASE goes with the last */
	struct inode *inode;
	u32 flags;				/* of open(2), as the module was told */
	bool no_release;			/* the module knows of no handle */
	bool kept; /* closed, but there were dirty pages: see handle.c */
};

/* super.c */
extern struct file_system_type bento_type, bentoblk_type;
int bento_super_init(void);
void bento_super_exit(void);

/* ---- inode.c: inodes by nodeid, and giving them up ---- */

int bento_inodes_init(void);
void bento_inodes_exit(void);
struct inode *bento_alloc_inode(struct super_block *sb);
void bento_free_inode(struct inode *inode);
void bento_evict_inode(struct inode *inode);
int bento_forgets_init(struct bento_mount *mount);
/* The mount is ending: waits for forgets on their way. */
void bento_forgets_flush(struct bento_mount *mount);
void bento_forgets_exit(struct bento_mount *mount);
/* To be read before an op that answers an entry, and given to bento_iget(). */
u64 bento_evictions(const struct bento_mount *mount);
/*
 * The inode of an answered entry; counts the lookup. An ERR_PTR when memory is short or the answer
 * makes no sense: then the lookup is given back. Attributes of an inode that is in memory already
 * are left alone unless they ran out.
 */
struct inode *bento_iget(struct super_block *sb, const struct fuse_entry_out *entry, u64 evictions);
/* Gives lookups back at once. */
void bento_forget(struct bento_mount *mount, u64 nodeid, u64 nlookup);

/* ---- attr.c: attributes ---- */

#define BENTO_STALE_ALL                                                                 \
	(STATX_MODE | STATX_NLINK | STATX_UID | STATX_GID | STATX_MTIME | STATX_CTIME | \
	 STATX_SIZE | STATX_BLOCKS)

u64 bento_valid_until(u64 sec, u32 nsec);
/* Fills a new inode, before it is unlocked. */
void bento_attr_first(struct inode *inode, const struct fuse_attr *attr, u64 valid_until);
/*
 * The module changed an inode, and the fields in `stale` (STATX_*) with it: they are asked for when
 * somebody wants them; times that are the kernel's become now instead. After the op; i_size and
 * i_nlink are the caller's to set.
 */
void bento_changed(struct inode *inode, u32 stale);
/* Asks for the attributes, in any case. */
int bento_getattr_now(struct inode *inode);
int bento_getattr(struct user_namespace *ns, const struct path *path, struct kstat *stat, u32 mask,
		  unsigned int flags);
/*
 * The same for an op that took or gave a name: the inode, locked, has `links` of them now, counted
 * on from before the op.
 */
void bento_linked(struct inode *inode, unsigned int links, u32 stale);
/* The answer to a SETATTR of `attr`; `changes` of the inode from before the op. */
void bento_attr_answered(struct inode *inode, const struct fuse_attr_out *out,
			 const struct iattr *attr, u64 changes);
/* setattr.c. notify_change() calls it; takes filemap_invalidate_lock() around a change of size. */
int bento_setattr(struct user_namespace *ns, struct dentry *dentry, struct iattr *attr);
int bento_permission(struct user_namespace *ns, struct inode *inode, int mask);

/* ---- times.c: times that the kernel sets ---- */

/* attr.c. Now, but not before what the inode has got from the module's finer clock a moment ago. */
struct timespec64 bento_now_for(const struct inode *inode, struct timespec64 now);
/*
 * The module's times are not the inode's any more: after each WRITE of write-back. write_inode puts
 * it right.
 */
void bento_times_ahead(struct inode *inode);
/* Tells the module the times that the kernel has set. After the pages were written. */
int bento_flush_times(struct inode *inode);
int bento_update_time(struct inode *inode, struct timespec64 *time, int flags);

/* ---- dir.c, names.c, readdir.c: names ---- */

extern const struct inode_operations bento_file_iops, bento_dir_iops, bento_symlink_iops,
	bento_special_iops;
extern const struct file_operations bento_dir_fops;
void bento_listings_exit(void);
extern const struct dentry_operations bento_dentry_ops;
struct dentry *bento_lookup(struct inode *dir, struct dentry *dentry, unsigned int flags);
int bento_lookup_call(struct inode *dir, const struct qstr *name, struct bento_call *call);
/* The directory got or lost a name. */
void bento_dir_changed(struct inode *dir);
void bento_entry_valid(struct dentry *dentry, const struct fuse_entry_out *entry);
int bento_create(struct user_namespace *ns, struct inode *dir, struct dentry *dentry, umode_t mode,
		 bool excl);
int bento_mknod(struct user_namespace *ns, struct inode *dir, struct dentry *dentry, umode_t mode,
		dev_t rdev);
int bento_mkdir(struct user_namespace *ns, struct inode *dir, struct dentry *dentry, umode_t mode);
int bento_symlink(struct user_namespace *ns, struct inode *dir, struct dentry *dentry,
		  const char *target);
int bento_atomic_open(struct inode *dir, struct dentry *dentry, struct file *file,
		      unsigned int flags, umode_t mode);
int bento_tmpfile(struct user_namespace *ns, struct inode *dir, struct file *file, umode_t mode);
int bento_link(struct dentry *old, struct inode *dir, struct dentry *dentry);
int bento_unlink(struct inode *dir, struct dentry *dentry);
int bento_rmdir(struct inode *dir, struct dentry *dentry);
int bento_rename2(struct user_namespace *ns, struct inode *old_dir, struct dentry *old,
		  struct inode *new_dir, struct dentry *new, unsigned int flags);

/* ---- handle.c, file.c, range.c, lock.c, ioctl.c: open to release, and between ---- */

extern const struct file_operations bento_file_fops;
/*
 * Makes `file` the opened handle `out` of a CREATE or TMPFILE that was answered already. When it
 * fails, it has given the handle back. Called as the open function of do_dentry_open().
 */
int bento_file_adopt(struct inode *inode, struct file *file, const struct fuse_open_out *out,
		     u32 era);
int bento_release(struct inode *inode, struct file *file);
/*
 * A handle with which write-back can write; an ERR_PTR when the module gives none. Put with
 * bento_file_put().
 */
struct bento_file *bento_write_handle(struct inode *inode);
void bento_file_put(struct bento_file *bf);
/* From evict_inode, after the pages went and before the lookups are given back. */
void bento_files_evict(struct inode *inode);
/* super_operations: bento_flush_times(), and what else of an inode is to be told. */
int bento_write_inode(struct inode *inode, struct writeback_control *wbc);

/* ---- data.c, write.c, writeback.c, direct.c: the page cache ---- */

extern const struct address_space_operations bento_aops;
ssize_t bento_read_iter(struct kiocb *iocb, struct iov_iter *to);
ssize_t bento_write_iter(struct kiocb *iocb, struct iov_iter *from);
int bento_mmap(struct file *file, struct vm_area_struct *vma);
/* Writes back and waits; what fallocate, copy and direct I/O do first. */
int bento_sync_range(struct inode *inode, loff_t start, loff_t end);
/*
 * The file ends at `size` and is about to be made longer: what its last page holds past there
 * becomes zero.
 */
void bento_zero_tail(struct inode *inode, loff_t size);

/* ---- xattr.c, acl.c ---- */

extern const struct xattr_handler *bento_xattr_handlers[];
ssize_t bento_listxattr(struct dentry *dentry, char *list, size_t size);
/* `name` in full. Sizes as of getxattr(2); -ENODATA, -EOPNOTSUPP. */
ssize_t bento_getxattr(struct inode *inode, const char *name, void *value, size_t size);
/* `value` NULL: takes it away. */
int bento_setxattr(struct inode *inode, const char *name, const void *value, size_t size,
		   int flags);
/*
 * Whether ACLs can be kept, by asking the module once; takes SB_POSIXACL off when not. After the
 * root is there.
 */
void bento_acl_probe(struct super_block *sb);
struct posix_acl *bento_get_acl(struct inode *inode, int type, bool rcu);
int bento_set_acl(struct user_namespace *ns, struct inode *inode, struct posix_acl *acl, int type);
/* The inode was made just now, by us, so nothing of it need be asked for. */
void bento_acl_none(struct inode *inode);

/* export.c */
extern const struct export_operations bento_export_ops;

#endif /* BENTO_VFS_H */
