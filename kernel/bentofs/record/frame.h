/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What stands around each record of a stream: KernelStream.record, and in it the record's kind. And
 * how data gets into one.
 */
#ifndef BENTO_FRAME_H
#define BENTO_FRAME_H

#include "../bentofs.h"
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

/* A place in a scatter list; and the bytes from there on, after which it stands behind them. */
struct place {
	const struct bento_seg *seg;
	size_t at;
};

static inline u8 *copy_from(u8 *p, struct place *place, size_t len)
{
	while (len) {
		size_t some = min(len, place->seg->len - place->at);

		memcpy(p, place->seg->ptr + place->at, some);
		p += some;
		len -= some;
		place->at += some;
		if (place->at == place->seg->len) {
			place->seg++;
			place->at = 0;
		}
	}
	return p;
}

#endif /* BENTO_FRAME_H */
