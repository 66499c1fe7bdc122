/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What stands around each record of a stream: KernelStream.record, and in it the record's kind. And
 * how data gets into one.
 */
#ifndef BENTO_FRAME_H
#define BENTO_FRAME_H

#include "../segs.h"
#include "wire.h"

/* KernelStream.record, the record's kind, and the lengths of both. */
#define FRAME_HEAD (2 + 2 * WIRE_LEN)

static inline u8 *open_record(u8 *at)
{
	return at + FRAME_HEAD;
}

/* Fills in what stands before the message that ends at `p`; bytes of the record. */
static __always_inline size_t close_record(u8 *at, u8 *p, u32 kind_tag)
{
	size_t len = p - at;

	at[0] = BTR_TAG(BTR_KERNEL_STREAM_RECORD);
	wire_fill_len(at + 1, len - 1 - WIRE_LEN);
	at[1 + WIRE_LEN] = kind_tag;
	wire_fill_len(at + 2 + WIRE_LEN, len - FRAME_HEAD);
	return len;
}

/* The next `len` bytes of a scatter list. */
static inline u8 *wire_segs(u8 *p, struct bento_cursor *from, size_t len)
{
	bento_segs_copy(from, p, len, false);
	return p + len;
}

#endif /* BENTO_FRAME_H */
