// SPDX-License-Identifier: GPL-2.0
/*
 * Records of ops, each when it ends or is known to have no answer.
 *
 * A number is given and the record written without being moved from the processor, so that a grace
 * period after a number was given its record is in the buffer, or never will be. What does not find
 * room keeps its number, which is then missing in the streams: that is how the collector knows
 * where ops were lost.
 */
#define pr_fmt(fmt) "bentofs: " fmt

#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/string.h>
#include <linux/xxhash.h>

#include <bentofs_trace.h>

#include "../ks/task.h"
#include "capture.h"
#include "frame.h"

/* Fields of KernelOp that are no longer than a number, tags included; and the name of a task. */
#define NUMBERS 160

/* What of an op's data is recorded. */
struct content {
	const struct bento_seg *segs;
	size_t len;
	bool whole;				/* the bytes; otherwise their hash */
	u64 hash;
};

/* `reply` is NULL when there is none. */
static void choose_content(const struct bento_capture *capture, const struct bento_request_buf *req,
			   const struct bento_reply_buf *reply, struct content *content)
{
	content->segs = req->data;
	content->whole = true;
	switch (req->opcode) {
	case FUSE_WRITE:
		content->len = req->data_len;
		content->whole = capture->options.data;
		break;
	case FUSE_SETXATTR:
		content->len = req->data_len;
		break;
	case FUSE_READ:
		content->whole = false;
		fallthrough;
	default:
		content->len = !reply || reply->error ? 0 : min(reply->data_len, req->data_len);
	}
}

static size_t inline_len_of(const struct content *content)
{
	return content->whole && content->len <= BENTO_REC_INLINE ? content->len : 0;
}

static u64 hash_of(const struct content *content)
{
	const struct bento_seg *seg = content->segs;
	size_t left = content->len;
	struct xxh64_state state;

	if (!left || seg->len >= left)
		return xxh64(left ? seg->ptr : NULL, left, 0);
	xxh64_reset(&state, 0);
	for (; left; seg++) {
		size_t len = min(left, seg->len);

		xxh64_update(&state, seg->ptr, len);
		left -= len;
	}
	return xxh64_digest(&state);
}

/* What stands of the content in the op's own record. */
static u8 *put_content(u8 *p, const struct content *content)
{
	struct bento_cursor place = { .seg = content->segs };
	size_t len = inline_len_of(content);

	if (!content->whole)
		return wire_fixed64(p, BTR_TAG(BTR_KERNEL_OP_HASH), content->hash);
	if (!len)
		return p;
	return wire_segs(wire_varint(wire_tag(p, BTR_TAG(BTR_KERNEL_OP_DATA)), len), &place, len);
}

static u32 out_len(const struct bento_reply_buf *reply)
{
	return min_t(u32, reply->out_len, BENTO_OUT_CAPACITY);
}

/* Most bytes of the op's own record. */
static size_t most_of(const struct bento_slot *slot, const struct bento_request_buf *req,
		      const struct bento_reply_buf *reply)
{
	size_t most = FRAME_HEAD + NUMBERS + slot->order.len + slot->random.len + slot->clock.len +
		      slot->failures.len + slot->input.len;

	if (req)
		most += req->args_len + req->name_len + req->name2_len;
	return reply ? most + out_len(reply) : most;
}

static u8 *put_op(u8 *p, struct bento_ctx *ctx, u64 seq, u64 duration,
		  const struct bento_reply_buf *reply)
{
	const struct bento_request_buf *req = ctx->req;
	const struct bento_slot *slot = ctx->rec;

	p = wire_fixed64(p, BTR_TAG(BTR_KERNEL_OP_SEQ), seq);
	p = wire_uint(p, BTR_TAG(BTR_KERNEL_OP_OPCODE), ctx->opcode);
	p = wire_uint(p, BTR_TAG(BTR_KERNEL_OP_THREAD), ctx->thread);
	p = wire_fixed64(p, BTR_TAG(BTR_KERNEL_OP_BEGIN_NS), ctx->begin_ns);
	p = wire_uint(p, BTR_TAG(BTR_KERNEL_OP_DURATION_NS), duration);
	p = wire_uint(p, BTR_TAG(BTR_KERNEL_OP_OVERLAP), seq - 1 - slot->seen);
	if (likely(req)) {
		p = wire_uint(p, BTR_TAG(BTR_KERNEL_OP_NODEID), req->nodeid);
		p = wire_uint(p, BTR_TAG(BTR_KERNEL_OP_UID), req->uid);
		p = wire_uint(p, BTR_TAG(BTR_KERNEL_OP_GID), req->gid);
		p = wire_uint(p, BTR_TAG(BTR_KERNEL_OP_PID), req->pid);
		p = wire_bytes(p, BTR_TAG(BTR_KERNEL_OP_ARGS), req->args, req->args_len);
		p = wire_bytes(p, BTR_TAG(BTR_KERNEL_OP_NAME), req->name, req->name_len);
		p = wire_bytes(p, BTR_TAG(BTR_KERNEL_OP_NAME2), req->name2, req->name2_len);
		p = wire_uint(p, BTR_TAG(BTR_KERNEL_OP_DATA_LEN), req->data_len);
	}
	if (unlikely(ctx->task)) {
		p = wire_bytes(p, BTR_TAG(BTR_KERNEL_OP_NAME), ctx->task->name,
			       strnlen(ctx->task->name, sizeof(ctx->task->name)));
		p = wire_uint(p, BTR_TAG(BTR_KERNEL_OP_TASK), ctx->task->id);
		p = wire_uint(p, BTR_TAG(BTR_KERNEL_OP_WORK), ctx->task->work);
		p = wire_uint(p, BTR_TAG(BTR_KERNEL_OP_ENDED), slot->ended);
	}
	if (reply) {
		p = wire_uint(p, BTR_TAG(BTR_KERNEL_OP_ERRNO), reply->error);
		p = wire_bytes(p, BTR_TAG(BTR_KERNEL_OP_OUT), reply->out, out_len(reply));
		p = wire_uint(p, BTR_TAG(BTR_KERNEL_OP_REPLY_LEN), reply->data_len);
	}
	p = wire_bytes(p, BTR_TAG(BTR_KERNEL_OP_LOCK_ORDER), slot->order.at, slot->order.len);
	p = wire_bytes(p, BTR_TAG(BTR_KERNEL_OP_RANDOM), slot->random.at, slot->random.len);
	p = wire_bytes(p, BTR_TAG(BTR_KERNEL_OP_CLOCK_NS), slot->clock.at, slot->clock.len);
	p = wire_bytes(p, BTR_TAG(BTR_KERNEL_OP_FAILURES), slot->failures.at, slot->failures.len);
	return wire_bytes(p, BTR_TAG(BTR_KERNEL_OP_INPUT), slot->input.at, slot->input.len);
}

/* ---- an op ---- */

static void lose(struct bento_capture *capture, const struct bento_ctx *ctx, u32 cause)
{
	this_cpu_inc(capture->cpus->counts.lost[cause]);
	trace_bento_record_drop(ctx->mount->id, ctx->unique, cause);
}

/*
 * The op's data in records of its own, the first in sub-buffer `first`. False when a buffer is full
 * after all.
 */
static bool put_pieces(struct bento_capture *capture, struct rchan_buf *buf, u64 seq,
		       const struct content *content, size_t *first)
{
	struct bento_cursor place = { .seg = content->segs };
	size_t left = content->len;

	while (left) {
		size_t len = min_t(size_t, left, BENTO_REC_PIECE);
		u8 *at = bento_stream_reserve(capture, buf, len + BENTO_REC_PIECE_HEAD), *p;

		if (!at)
			return false;
		if (left == content->len)
			*first = buf->subbufs_produced;
		p = wire_fixed64(open_record(at), BTR_TAG(BTR_KERNEL_DATA_SEQ), seq);
		p = wire_varint(wire_tag(p, BTR_TAG(BTR_KERNEL_DATA_DATA)), len);
		p = wire_segs(p, &place, len);
		bento_stream_commit(capture, buf,
				    close_record(at, p, BTR_TAG(BTR_KERNEL_RECORD_DATA)));
		left -= len;
	}
	return true;
}

static void write_op(struct bento_capture *capture, struct bento_ctx *ctx,
		     const struct bento_reply_buf *reply, const struct content *content,
		     u64 duration)
{
	const struct bento_slot *slot = ctx->rec;
	size_t inline_len = inline_len_of(content);
	size_t pieces_len = content->whole ? content->len - inline_len : 0;
	size_t most = most_of(slot, ctx->req, reply) + inline_len;
	size_t pieces = DIV_ROUND_UP(pieces_len, BENTO_REC_PIECE);
	size_t total = most + pieces_len + pieces * BENTO_REC_PIECE_HEAD;
	size_t longest = pieces ? max_t(size_t, most, BENTO_REC_PIECE + BENTO_REC_PIECE_HEAD) :
				  most;
	struct rchan_buf *buf = bento_stream_begin(capture);
	u64 seq = atomic64_inc_return(&capture->seq);
	size_t first = 0;
	u8 *at, *p;

	this_cpu_inc(capture->cpus->counts.offered);
	if (unlikely(slot->lost)) {
		lose(capture, ctx, slot->lost);
		goto out;
	}
	if (unlikely(!buf || !bento_stream_fits(capture, buf, total, longest))) {
		lose(capture, ctx,
		     bento_stream_could_fit(capture, total, longest) ? BTR_LOSS_CAUSE_BUFFER_FULL :
								       BTR_LOSS_CAUSE_TOO_LARGE);
		goto out;
	}
	if (unlikely(pieces) && !put_pieces(capture, buf, seq, content, &first)) {
		lose(capture, ctx, BTR_LOSS_CAUSE_BUFFER_FULL);
		goto out;
	}
	at = bento_stream_reserve(capture, buf, most);
	if (unlikely(!at)) {
		lose(capture, ctx, BTR_LOSS_CAUSE_BUFFER_FULL);
		goto out;
	}
	if (likely(!pieces))
		first = buf->subbufs_produced;
	p = put_op(open_record(at), ctx, seq, duration, reply);
	p = put_content(p, content);
	bento_stream_commit_op(capture, buf, close_record(at, p, BTR_TAG(BTR_KERNEL_RECORD_OP)),
			       first);
out:
	bento_stream_end(capture);
}

/* A replay has it come as far as here, and no further. */
static u8 *put_unanswered(u8 *p, struct bento_ctx *ctx, u64 seq, bool forgotten)
{
	p = put_op(p, ctx, seq, 0, NULL);
	return wire_uint(p, BTR_TAG(BTR_KERNEL_OP_ACQUISITIONS),
			 forgotten ? 0 : ctx->acquisitions);
}

/*
 * An op without an answer, or one that crashed with what it said. What it was to write goes with
 * it: a replay has to come to the same end.
 */
static void write_unanswered(struct bento_capture *capture, struct bento_ctx *ctx, u32 cause,
			     const char *message, const char *location)
{
	size_t message_len = message ? min_t(size_t, strlen(message), 1024) : 0;
	size_t location_len = location ? min_t(size_t, strlen(location), 1024) : 0;
	size_t around = FRAME_HEAD + message_len + location_len + 32, most;
	struct content content = { .whole = true };
	u8 *at = NULL, *p, *len_at;
	bool pieces, forgotten = false;
	struct rchan_buf *buf;
	size_t first = 0;
	u64 seq;

	if (ctx->req)
		choose_content(capture, ctx->req, NULL, &content);
	if (!content.whole)
		content.hash = hash_of(&content);
	around += inline_len_of(&content);
	most = around + most_of(ctx->rec, ctx->req, NULL);
	/*
	 * An op that never ended by itself may have taken more than anything has room for. Without
	 * that it does the same again: there is no end to agree on.
	 */
	if (ctx->rec->lost == BTR_LOSS_CAUSE_TOO_LARGE || most > capture->options.subbuf / 2) {
		bento_slot_forget(ctx->rec);
		forgotten = true;
		most = around + most_of(ctx->rec, ctx->req, NULL);
	}
	buf = bento_stream_begin(capture);
	seq = atomic64_inc_return(&capture->seq);
	if (!ctx->task)
		this_cpu_inc(capture->cpus->counts.unanswered);
	if (!buf || ctx->rec->lost || most > capture->options.subbuf / 2)
		goto lost;
	pieces = content.whole && content.len > BENTO_REC_INLINE;
	if (!pieces || put_pieces(capture, buf, seq, &content, &first))
		at = bento_stream_reserve(capture, buf, most);
	if (!at)
		goto lost;
	if (!pieces)
		first = buf->subbufs_produced;
	p = open_record(at);
	if (!message) {
		p = put_content(put_unanswered(p, ctx, seq, forgotten), &content);
		bento_stream_commit_other(capture, buf,
					  close_record(at, p,
						       BTR_TAG(BTR_KERNEL_RECORD_UNFINISHED)),
					  first);
		goto out;
	}
	p = wire_uint(p, BTR_TAG(BTR_KERNEL_PANIC_CAUSE), cause);
	p = wire_bytes(p, BTR_TAG(BTR_KERNEL_PANIC_MESSAGE), message, message_len);
	p = wire_bytes(p, BTR_TAG(BTR_KERNEL_PANIC_LOCATION), location, location_len);
	p = wire_tag(p, BTR_TAG(BTR_KERNEL_PANIC_OP));
	len_at = p;
	p = put_content(put_unanswered(p + WIRE_LEN, ctx, seq, forgotten), &content);
	wire_fill_len(len_at, p - len_at - WIRE_LEN);
	bento_stream_commit_other(capture, buf,
				  close_record(at, p, BTR_TAG(BTR_KERNEL_RECORD_PANIC)), first);
	goto out;
lost:
	this_cpu_inc(capture->cpus->counts.others_lost);
out:
	bento_stream_end(capture);
}

static void give_back(struct bento_capture *capture, const struct bento_slot *slot)
{
	if (slot->need)
		atomic64_sub(slot->need, &capture->promised);
}

void __bento_rec_end(struct bento_ctx *ctx, const struct bento_reply_buf *reply)
{
	struct bento_capture *capture = ctx->mount->capture;
	struct content content = {};
	u64 now = ktime_get_real_ns();

	/* No op. */
	if (unlikely(capture->trial))
		return;
	if (unlikely(ctx->crash)) {
		if (!ctx->rec->told)
			write_unanswered(capture, ctx, 0, NULL, NULL);
	} else {
		if (likely(ctx->req)) {
			choose_content(capture, ctx->req, reply, &content);
			if (!content.whole)
				content.hash = hash_of(&content);
		}
		write_op(capture, ctx, reply, &content,
			 now > ctx->begin_ns ? now - ctx->begin_ns : 0);
	}
	give_back(capture, ctx->rec);
}

/* Of a segment: it is no op, and not offered; one that finds no room is counted with others. */
static void write_segment(struct bento_capture *capture, struct bento_ctx *ctx, u64 duration)
{
	size_t most = most_of(ctx->rec, NULL, NULL);
	struct rchan_buf *buf = bento_stream_begin(capture);
	u64 seq = atomic64_inc_return(&capture->seq);
	u8 *at = NULL, *p;

	if (buf && !ctx->rec->lost && bento_stream_could_fit(capture, most, most))
		at = bento_stream_reserve(capture, buf, most);
	if (at) {
		p = put_op(open_record(at), ctx, seq, duration, NULL);
		bento_stream_commit_other(capture, buf,
					  close_record(at, p, BTR_TAG(BTR_KERNEL_RECORD_SEGMENT)),
					  buf->subbufs_produced);
	} else {
		this_cpu_inc(capture->cpus->counts.others_lost);
	}
	bento_stream_end(capture);
}

void __bento_rec_segment_end(struct bento_ctx *ctx, bool ended)
{
	struct bento_capture *capture = ctx->mount->capture;
	u64 now = ktime_get_real_ns();

	/* Where the instance ended elsewhere, no answer followed from what this still took. */
	if (likely(!ctx->crash)) {
		ctx->rec->ended = ended;
		write_segment(capture, ctx, now > ctx->begin_ns ? now - ctx->begin_ns : 0);
	}
	give_back(capture, ctx->rec);
	ctx->rec = NULL;
}

void __bento_rec_crashed(struct bento_ctx *ctx, const char *message, const char *location)
{
	u32 cause = BTR_PANIC_CAUSE_PANIC;

	if (ctx->crash == BENTO_CRASH_DEADLINE)
		cause = BTR_PANIC_CAUSE_DEADLINE;
	else if (ctx->crash == BENTO_CRASH_LEAK)
		cause = BTR_PANIC_CAUSE_FAULT;
	ctx->rec->told = true;
	ctx->rec->ended = true;
	if (ctx->mount->capture->trial)
		return;
	write_unanswered(ctx->mount->capture, ctx, cause, message, location);
}
