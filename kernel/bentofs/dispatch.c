// SPDX-License-Identifier: GPL-2.0
/*
 * Calls into the module: one op each.
 */
#define pr_fmt(fmt) "bentofs: " fmt

#include <linux/cred.h>
#include <linux/ratelimit.h>
#include <linux/uidgid.h>

#include <bentofs_trace.h>

#include "bentofs.h"
#include "record/record.h"

#define OUT(opcode, type) \
	[opcode] = sizeof(struct type)

/* Bytes that an answer without error has at least. */
static const u16 out_sizes[BENTO_OPCODES] = {
	OUT(FUSE_LOOKUP, fuse_entry_out),
	OUT(FUSE_GETATTR, fuse_attr_out),
	OUT(FUSE_SETATTR, fuse_attr_out),
	OUT(FUSE_SYMLINK, fuse_entry_out),
	OUT(FUSE_MKNOD, fuse_entry_out),
	OUT(FUSE_MKDIR, fuse_entry_out),
	OUT(FUSE_LINK, fuse_entry_out),
	OUT(FUSE_OPEN, fuse_open_out),
	OUT(FUSE_OPENDIR, fuse_open_out),
	OUT(FUSE_WRITE, fuse_write_out),
	OUT(FUSE_COPY_FILE_RANGE, fuse_write_out),
	OUT(FUSE_STATFS, fuse_statfs_out),
	OUT(FUSE_GETLK, fuse_lk_out),
	OUT(FUSE_BMAP, fuse_bmap_out),
	OUT(FUSE_IOCTL, fuse_ioctl_out),
	OUT(FUSE_POLL, fuse_poll_out),
	OUT(FUSE_LSEEK, fuse_lseek_out),
	[FUSE_CREATE] = sizeof(struct fuse_entry_out) + sizeof(struct fuse_open_out),
	[BENTO_OP_TMPFILE] = sizeof(struct fuse_entry_out) + sizeof(struct fuse_open_out),
	/* struct fuse_statx_out is younger than our headers. */
	[BENTO_OP_STATX] = 288,
};

/*
 * Ops that VFS can do without, or do otherwise; any other that answers ENOSYS just fails, and is
 * asked again the next time.
 */
static bool has_fallback(u32 opcode)
{
	switch (opcode) {
	case FUSE_STATFS:
	case FUSE_FSYNC:
	case FUSE_FSYNCDIR:
	case FUSE_SETXATTR:
	case FUSE_GETXATTR:
	case FUSE_LISTXATTR:
	case FUSE_REMOVEXATTR:
	case FUSE_FLUSH:
	case FUSE_OPENDIR:
	case FUSE_OPEN:
	case FUSE_GETLK:
	case FUSE_SETLK:
	case FUSE_SETLKW:
	case FUSE_ACCESS:
	case FUSE_CREATE:
	case FUSE_BMAP:
	case FUSE_IOCTL:
	case FUSE_POLL:
	case FUSE_BATCH_FORGET:
	case FUSE_FALLOCATE:
	case FUSE_READDIRPLUS:
	case FUSE_LSEEK:
	case FUSE_COPY_FILE_RANGE:
	case FUSE_SYNCFS:
	case BENTO_OP_TMPFILE:
	case BENTO_OP_STATX:
		return true;
	default:
		return false;
	}
}

/*
 * Whether the answer can be believed: a module cannot make the kernel read what it did not write.
 */
static bool answer_fits(const struct bento_call *call)
{
	const struct bento_reply_buf *out = &call->out;
	u32 opcode = call->in.opcode;

	if (out->error)
		return out->error > 0 && out->error <= MAX_ERRNO;
	if (out->out_len > BENTO_OUT_CAPACITY || out->data_len > call->in.data_len)
		return false;
	/* Asked for the size only, these two answer it. */
	if ((opcode == FUSE_GETXATTR || opcode == FUSE_LISTXATTR) && !call->in.data_len)
		return out->out_len >= sizeof(struct fuse_getxattr_out);
	if (opcode < BENTO_OPCODES && out->out_len < out_sizes[opcode])
		return false;
	switch (opcode) {
	case FUSE_LOOKUP:
	case FUSE_SYMLINK:
	case FUSE_MKNOD:
	case FUSE_MKDIR:
	case FUSE_LINK:
	case FUSE_CREATE:
	case BENTO_OP_TMPFILE:
		/* Node 0 says that there is none, which is for lookups alone. */
		return bento_out(call, struct fuse_entry_out)->nodeid || opcode == FUSE_LOOKUP;
	case FUSE_WRITE:
		return bento_out(call, struct fuse_write_out)->size <= call->in.data_len;
	default:
		return true;
	}
}

/* The op ended: its errno, negative. */
static int judge(struct bento_mount *mount, struct bento_ctx *ctx, struct bento_call *call)
{
	u32 opcode = call->in.opcode;

	if (unlikely(ctx->crash)) {
		call->out.error = EIO;
		call->out.out_len = 0;
		call->out.data_len = 0;
		return -EIO;
	}
	if (unlikely(!answer_fits(call))) {
		pr_err_ratelimited(
			"%s, mount %u: the answer to %s of node %llu does not fit: error %d, %u bytes, %zu of data; EIO\n",
			mount->fs->name, mount->id, bento_op_name(opcode), call->in.nodeid,
			call->out.error, call->out.out_len, call->out.data_len);
		return -EIO;
	}
	if (unlikely(call->out.error == ENOSYS) && opcode < BENTO_OPCODES && has_fallback(opcode))
		set_bit(opcode, mount->absent);
	return -call->out.error;
}

static bool changes(u32 opcode)
{
	switch (opcode) {
	case FUSE_SETATTR:
	case FUSE_SYMLINK:
	case FUSE_MKNOD:
	case FUSE_MKDIR:
	case FUSE_UNLINK:
	case FUSE_RMDIR:
	case FUSE_RENAME2:
	case FUSE_LINK:
	case FUSE_WRITE:
	case FUSE_SETXATTR:
	case FUSE_REMOVEXATTR:
	case FUSE_CREATE:
	case FUSE_FALLOCATE:
	case FUSE_COPY_FILE_RANGE:
	case BENTO_OP_TMPFILE:
		return true;
	default:
		return false;
	}
}

/*
 * What it is about may be another's by now, to which the module has given the same numbers. The
 * gate is held.
 */
static bool is_stale(const struct bento_mount *mount, const struct bento_call *call)
{
	u32 era = mount->era;

	return (call->era && call->era != era) || (call->other_era && call->other_era != era) ||
	       (call->handle_era && call->handle_era != era);
}

static int call_module(struct bento_mount *mount, struct bento_call *call)
{
	u32 opcode = call->in.opcode;
	struct bento_rec_patience patience = {};
	bool may_wait = true;
	struct bento_ctx ctx;
	int err;

	if (opcode < BENTO_OPCODES && unlikely(test_bit(opcode, mount->absent)))
		return -ENOSYS;
	call->in.unique = atomic64_inc_return(&mount->unique);
	call->out.error = 0;
	call->out.out_len = 0;
	call->out.data_len = 0;

again:
	bento_gate_enter(mount);
	if (unlikely(READ_ONCE(mount->instance->crashed))) {
		bento_gate_leave(mount);
		return -EIO;
	}
	if (unlikely(is_stale(mount, call))) {
		bento_gate_leave(mount);
		return -ESTALE;
	}
	ctx.req = &call->in;
	ctx.reply = &call->out;
	ctx.unique = call->in.unique;
	bento_ctx_begin(&ctx, mount, mount->instance, opcode);
	if (bento_rec_any() && unlikely(!__bento_rec_begin(&ctx, may_wait))) {
		bento_ctx_end(&ctx);
		bento_gate_leave(mount);
		may_wait = bento_rec_wait(&patience);
		goto again;
	}
	if (trace_bento_op_begin_enabled() || trace_bento_op_end_enabled()) {
		ctx.begin_mono_ns = ctx.begin_mono_ns ?: ktime_get_ns();
		trace_bento_op_begin(mount->id, ctx.unique, opcode, call->in.nodeid);
	}
	bento_run(&ctx);
	err = judge(mount, &ctx, call);
	if (bento_rec_on(&ctx))
		__bento_rec_end(&ctx, &call->out);
	if (trace_bento_op_end_enabled())
		trace_bento_op_end(mount->id, ctx.unique, opcode, call->in.nodeid, -err,
				   ctx.begin_mono_ns ? ktime_get_ns() - ctx.begin_mono_ns : 0);
	if (opcode < BENTO_OPCODES)
		this_cpu_inc(mount->ended[opcode]);
	bento_ctx_end(&ctx);
	bento_gate_leave(mount);

	if (!err && changes(opcode))
		bento_sync_soon(mount);
	return err;
}

int bento_call(struct bento_mount *mount, struct bento_call *call)
{
	struct user_namespace *ns = mount->sb->s_user_ns;

	call->in.uid = from_kuid_munged(ns, current_fsuid());
	call->in.gid = from_kgid_munged(ns, current_fsgid());
	call->in.pid = current->tgid;
	return call_module(mount, call);
}

int bento_call_as_kernel(struct bento_mount *mount, struct bento_call *call)
{
	call->in.uid = 0;
	call->in.gid = 0;
	call->in.pid = 0;
	return call_module(mount, call);
}
