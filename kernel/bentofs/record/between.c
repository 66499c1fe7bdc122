// SPDX-License-Identifier: GPL-2.0
/* Records of what is no op: blocks of the device when they are first seen, and upgrades. */
#include <linux/mm.h>
#include <linux/string.h>

#include "capture.h"
#include "frame.h"

static size_t put_block(u8 *at, u64 number, const void *data, u32 len)
{
	bool zero = !memchr_inv(data, 0, len);
	u8 *p = wire_uint(open_record(at), BTR_TAG(BTR_KERNEL_BLOCK_NUMBER), number);

	p = wire_bytes(p, BTR_TAG(BTR_KERNEL_BLOCK_DATA), data, zero ? 0 : len);
	return close_record(at, p, BTR_TAG(BTR_KERNEL_RECORD_BLOCK));
}

/* Before there is a reader: into memory. */
static void keep_block(struct bento_state *blocks, u64 number, const void *data, u32 len)
{
	size_t most = FRAME_HEAD + len + 2 * WIRE_VARINT_MAX + 2;

	if (most > blocks->room - blocks->len) {
		size_t room = max_t(size_t, 2 * blocks->room, blocks->len + most);
		u8 *more = kvmalloc(room, GFP_KERNEL | __GFP_NOFAIL);

		if (blocks->len)
			memcpy(more, blocks->bytes, blocks->len);
		kvfree(blocks->bytes);
		blocks->bytes = more;
		blocks->room = room;
	}
	blocks->len += put_block(blocks->bytes + blocks->len, number, data, len);
}

void __bento_rec_block(struct bento_ctx *ctx, u64 number, const void *data, u32 len)
{
	struct bento_capture *capture = ctx->mount->capture;
	size_t most = FRAME_HEAD + len + 2 * WIRE_VARINT_MAX + 2;
	struct rchan_buf *buf;
	u8 *at = NULL;

	if (unlikely(capture->trial)) {
		keep_block(&capture->blocks, number, data, len);
		return;
	}
	buf = bento_stream_begin(capture);
	if (buf && most <= capture->options.subbuf / 2)
		at = bento_stream_reserve(capture, buf, most);
	if (likely(at)) {
		bento_stream_commit(capture, buf, put_block(at, number, data, len));
	} else {
		/*
		 * Without it no op that sees the block can be replayed: the op that was first
		 * stands for it in the account.
		 */
		ctx->rec->lost = BTR_LOSS_CAUSE_BUFFER_FULL;
	}
	bento_stream_end(capture);
}

void bento_rec_upgrade(struct bento_mount *mount, const struct bento_version *from,
		       const struct bento_version *to, const struct bento_upgrade_result *result)
{
	struct bento_capture *capture = mount->capture;
	size_t revision_len = to->revision ? min_t(size_t, strlen(to->revision), 256) : 0;
	struct rchan_buf *buf;
	u64 seq;
	u8 *at, *p;

	if (!capture)
		return;
	buf = bento_stream_begin(capture);
	seq = atomic64_inc_return(&capture->seq);
	at = buf ? bento_stream_reserve(capture, buf, FRAME_HEAD + 1024) : NULL;
	if (at) {
		p = wire_fixed64(open_record(at), BTR_TAG(BTR_KERNEL_UPGRADE_SEQ), seq);
		p = wire_bytes(p, BTR_TAG(BTR_KERNEL_UPGRADE_FROM_BUILD_ID), from->build_id,
			       from->build_id_len);
		p = wire_bytes(p, BTR_TAG(BTR_KERNEL_UPGRADE_TO_BUILD_ID), to->build_id,
			       to->build_id_len);
		p = wire_uint(p, BTR_TAG(BTR_KERNEL_UPGRADE_FROM_SCHEMA), from->desc->state_schema);
		p = wire_uint(p, BTR_TAG(BTR_KERNEL_UPGRADE_TO_SCHEMA), to->desc->state_schema);
		p = wire_uint(p, BTR_TAG(BTR_KERNEL_UPGRADE_QUIESCE_NS), result->quiesce_ns);
		p = wire_uint(p, BTR_TAG(BTR_KERNEL_UPGRADE_EXPORT_NS), result->export_ns);
		p = wire_uint(p, BTR_TAG(BTR_KERNEL_UPGRADE_IMPORT_NS), result->import_ns);
		p = wire_uint(p, BTR_TAG(BTR_KERNEL_UPGRADE_SWAP_NS), result->swap_ns);
		p = wire_uint(p, BTR_TAG(BTR_KERNEL_UPGRADE_STATE_BYTES), result->state_bytes);
		p = wire_bytes(p, BTR_TAG(BTR_KERNEL_UPGRADE_REFUSED), result->why,
			       strnlen(result->why, sizeof(result->why)));
		p = wire_bytes(p, BTR_TAG(BTR_KERNEL_UPGRADE_TO_REVISION), to->revision,
			       revision_len);
		bento_stream_commit_other(capture, buf,
					  close_record(at, p, BTR_TAG(BTR_KERNEL_RECORD_UPGRADE)),
					  buf->subbufs_produced);
	} else {
		this_cpu_inc(capture->cpus->counts.others_lost);
	}
	bento_stream_end(capture);
}
