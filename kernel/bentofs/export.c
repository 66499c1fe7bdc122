// SPDX-License-Identifier: GPL-2.0
/*
 * Handles that outlive the cache, for NFS and open_by_handle_at(2): nodeid and generation. The
 * module finds the inode again by LOOKUP of ".", and a directory's parent by LOOKUP of "..".
 */
#include <linux/exportfs.h>
#include <linux/fs.h>

#include "bentofs.h"

/* Words of a handle: nodeid, generation; with the parent's, twice that. */
#define ONE 4
#define WITH_PARENT (2 * ONE)
#define FILEID_ONE 0x91
#define FILEID_WITH_PARENT 0x92

static void put_inode(u32 *words, const struct inode *inode)
{
	const struct bento_inode *bi = bento_i(inode);

	words[0] = bi->nodeid >> 32;
	words[1] = bi->nodeid;
	words[2] = bi->generation >> 32;
	words[3] = bi->generation;
}

static int encode_fh(struct inode *inode, u32 *words, int *len, struct inode *parent)
{
	int need = parent ? WITH_PARENT : ONE;

	if (*len < need) {
		*len = need;
		return FILEID_INVALID;
	}
	put_inode(words, inode);
	if (parent)
		put_inode(words + ONE, parent);
	*len = need;
	return parent ? FILEID_WITH_PARENT : FILEID_ONE;
}

struct wanted {
	u64 nodeid, generation;
};

static int is_wanted(struct inode *inode, void *data)
{
	const struct wanted *wanted = data;

	return bento_i(inode)->nodeid == wanted->nodeid &&
	       bento_i(inode)->generation == wanted->generation;
}

/* The inode of LOOKUP `name` in node `nodeid`. */
static struct inode *look(struct super_block *sb, u64 nodeid, const char *name)
{
	u64 evictions = bento_evictions(bento_sb(sb));
	const struct fuse_entry_out *entry;
	struct bento_call call;
	int err;

	bento_call_init(&call, FUSE_LOOKUP, nodeid);
	call.in.name = name;
	call.in.name_len = strlen(name);
	err = bento_call(bento_sb(sb), &call);
	if (err)
		return ERR_PTR(err == -ENOENT || err == -ENOSYS ? -ESTALE : err);
	entry = bento_out(&call, struct fuse_entry_out);
	return entry->nodeid ? bento_iget(sb, entry, evictions) : ERR_PTR(-ESTALE);
}

static struct dentry *find(struct super_block *sb, const u32 *words)
{
	struct wanted wanted = {
		.nodeid = (u64)words[0] << 32 | words[1],
		.generation = (u64)words[2] << 32 | words[3],
	};
	struct inode *inode;

	if (!wanted.nodeid)
		return ERR_PTR(-ESTALE);
	inode = ilookup5(sb, wanted.nodeid, is_wanted, &wanted);
	if (!inode) {
		inode = look(sb, wanted.nodeid, ".");
		if (!IS_ERR(inode) && !is_wanted(inode, &wanted)) {
			iput(inode);
			inode = ERR_PTR(-ESTALE);
		}
	}
	return d_obtain_alias(inode);
}

static struct dentry *fh_to_dentry(struct super_block *sb, struct fid *fid, int len, int type)
{
	if ((type != FILEID_ONE && type != FILEID_WITH_PARENT) || len < ONE)
		return NULL;
	return find(sb, fid->raw);
}

static struct dentry *fh_to_parent(struct super_block *sb, struct fid *fid, int len, int type)
{
	if (type != FILEID_WITH_PARENT || len < WITH_PARENT)
		return NULL;
	return find(sb, fid->raw + ONE);
}

static struct dentry *get_parent(struct dentry *child)
{
	struct inode *inode = d_inode(child);

	return d_obtain_alias(look(inode->i_sb, bento_i(inode)->nodeid, ".."));
}

const struct export_operations bento_export_ops = {
	.encode_fh = encode_fh,
	.fh_to_dentry = fh_to_dentry,
	.fh_to_parent = fh_to_parent,
	.get_parent = get_parent,
};
