/* SPDX-License-Identifier: GPL-2.0 */
/* dispatch.c: calls into the module. Part of bentofs.h: include that. */
#ifndef BENTO_CALL_H
#define BENTO_CALL_H

struct bento_call {
	/*
	 * Of the inode, of another in the arguments, and of the handle: bento_mount.era when the
	 * module gave them; 0: there is none.
	 */
	u32 era, other_era, handle_era;
	struct bento_request_buf in;
	struct bento_reply_buf out;
	struct bento_seg seg;			/* for data in one piece */
};

/* A call without arguments, names and data. Does not clear `out`. */
static inline void bento_call_init(struct bento_call *call, u32 opcode, u64 nodeid)
{
	call->era = 0;
	call->other_era = 0;
	call->handle_era = 0;
	memset(&call->in, 0, sizeof(call->in));
	call->in.opcode = opcode;
	call->in.nodeid = nodeid;
}

static inline void bento_call_args(struct bento_call *call, const void *args, u32 len)
{
	call->in.args = args;
	call->in.args_len = len;
}

static inline void bento_call_name(struct bento_call *call, const struct qstr *name)
{
	call->in.name = name->name;
	call->in.name_len = name->len;
}

/* Data, or room for it, in one piece of kernel memory. */
static inline void bento_call_data(struct bento_call *call, void *data, size_t len)
{
	call->seg.ptr = data;
	call->seg.len = len;
	call->in.data = &call->seg;
	call->in.data_segs = 1;
	call->in.data_len = len;
}

/* The answer's fuse_*_out structure. */
#define bento_out(call, type) ((type *)(call)->out.out)

/*
 * Sends the op to the module: fills in unique and the caller's credentials, passes the gate,
 * records. Sleeps.
 *
 * Answers 0 or a negative errno: -ENOSYS at once for an opcode that the module does not have, -EIO
 * once the instance crashed. An answer shorter than the opcode's fuse_*_out structure is -EIO too
 * (and said once): a module cannot make the kernel read what it did not write.
 */
int bento_call(struct bento_mount *mount, struct bento_call *call);
/* The same with uid, gid and pid 0: for what no process asked for (write-back, forget). */
int bento_call_as_kernel(struct bento_mount *mount, struct bento_call *call);

static inline bool bento_absent(const struct bento_mount *mount, u32 opcode)
{
	return test_bit(opcode, mount->absent);
}

#endif /* BENTO_CALL_H */
