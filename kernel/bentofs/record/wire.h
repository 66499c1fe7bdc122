/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The few pieces of protobuf's wire format that an encoder in place needs. Each writes at `p` and
 * answers where it ended; the caller has seen to the room. A zero is not stored, as proto3 wants
 * it.
 */
#ifndef BENTO_WIRE_H
#define BENTO_WIRE_H

#include <linux/string.h>
#include <linux/types.h>
#include <asm/unaligned.h>

#include <bento_trace_fields.h>

/* Most bytes of a varint. */
#define WIRE_VARINT_MAX 10
/*
 * Bytes of a length that is filled in later: a varint padded to 3 bytes, which holds up to
 * WIRE_LEN_LIMIT - 1.
 */
#define WIRE_LEN 3
#define WIRE_LEN_LIMIT (1U << 21)

static inline u8 *wire_varint(u8 *p, u64 value)
{
	if (value < 0x80) {
		*p = value;
		return p + 1;
	}
	if (value < 0x4000) {
		put_unaligned_le16((value & 0x7f) | 0x80 | (value >> 7) << 8, p);
		return p + 2;
	}
	do {
		*p++ = value | 0x80;
		value >>= 7;
	} while (value >= 0x80);
	*p = value;
	return p + 1;
}

static inline unsigned int wire_varint_size(u64 value)
{
	return value ? (fls64(value) + 6) / 7 : 1;
}

static __always_inline u8 *wire_tag(u8 *p, u32 tag)
{
	if (tag < 0x80) {
		*p++ = tag;
	} else {
		*p++ = tag | 0x80;
		*p++ = tag >> 7;
	}
	return p;
}

static __always_inline u8 *wire_uint(u8 *p, u32 tag, u64 value)
{
	return value ? wire_varint(wire_tag(p, tag), value) : p;
}

static __always_inline u8 *wire_fixed64(u8 *p, u32 tag, u64 value)
{
	if (!value)
		return p;
	p = wire_tag(p, tag);
	put_unaligned_le64(value, p);
	return p + 8;
}

/*
 * Copies a few bytes: names, arguments and answers, for which it does not pay to set up what copies
 * pages.
 */
static inline u8 *wire_copy(u8 *p, const u8 *from, size_t len)
{
	size_t at;

	if (len >= 8) {
		if (unlikely(len > 512)) {
			memcpy(p, from, len);
			return p + len;
		}
		/* The last word lies over the end of the one before it. */
		for (at = 0; at < len - 8; at += 8)
			put_unaligned(get_unaligned((const u64 *)(from + at)), (u64 *)(p + at));
		put_unaligned(get_unaligned((const u64 *)(from + len - 8)), (u64 *)(p + len - 8));
		return p + len;
	}
	for (at = 0; at < len; at++)
		p[at] = from[at];
	return p + len;
}

static __always_inline u8 *wire_bytes(u8 *p, u32 tag, const void *data, size_t len)
{
	if (!len)
		return p;
	p = wire_varint(wire_tag(p, tag), len);
	return wire_copy(p, data, len);
}

/* Fills in a length that WIRE_LEN bytes at `p` were left for. */
static inline void wire_fill_len(u8 *p, u32 len)
{
	p[0] = len | 0x80;
	p[1] = (len >> 7) | 0x80;
	p[2] = len >> 14;
}

#endif /* BENTO_WIRE_H */
