// SPDX-License-Identifier: GPL-2.0
/*
 * What an op takes from outside while it runs: noted in its thread's slot, already in the wire
 * format.
 *
 * Nothing here fails an op. Where there is no memory for a note, the op will be counted as lost.
 */
#include <linux/mm.h>
#include <linux/slab.h>

#include "capture.h"
#include "wire.h"

/* Beyond this an op does not fit into the buffers anyway. */
#define MOST_BYTES (1u << 20)
/* Room that a slot keeps for its next op. */
#define KEPT_BYTES (64u << 10)

static u8 *grow(struct bento_slot *slot, struct bento_rec_bytes *bytes, u8 *inline_room, u32 len)
{
	size_t room = max_t(size_t, 2 * (size_t)bytes->room, (size_t)bytes->len + len);
	u8 *more = room <= MOST_BYTES ? kvmalloc(room, GFP_NOFS | __GFP_NOWARN) : NULL;

	if (!more) {
		/* A block that was lost is the worse of the two: nothing makes up for it. */
		slot->lost = slot->lost ?: BTR_LOSS_CAUSE_TOO_LARGE;
		return NULL;
	}
	if (bytes->len)
		memcpy(more, bytes->at, bytes->len);
	if (bytes->at != inline_room)
		kvfree(bytes->at);
	bytes->at = more;
	bytes->room = room;
	slot->large |= room > KEPT_BYTES;
	return more + bytes->len;
}

static u8 *inline_room(struct bento_slot *slot, const struct bento_rec_bytes *bytes)
{
	if (bytes == &slot->order)
		return slot->order_room;
	if (bytes == &slot->random)
		return slot->random_room;
	if (bytes == &slot->clock)
		return slot->clock_room;
	if (bytes == &slot->failures)
		return slot->failures_room;
	return NULL;
}

u8 *bento_slot_room(struct bento_slot *slot, struct bento_rec_bytes *bytes, u32 len)
{
	if (likely(len <= bytes->room - bytes->len))
		return bytes->at + bytes->len;
	return grow(slot, bytes, inline_room(slot, bytes), len);
}

static void shrink(struct bento_slot *slot, struct bento_rec_bytes *bytes, u32 inline_size)
{
	if (bytes->room <= KEPT_BYTES)
		return;
	kvfree(bytes->at);
	bytes->at = inline_room(slot, bytes);
	bytes->room = bytes->at ? inline_size : 0;
}

void bento_slot_shrink(struct bento_slot *slot)
{
	shrink(slot, &slot->input, 0);
	shrink(slot, &slot->order, sizeof(slot->order_room));
	shrink(slot, &slot->random, sizeof(slot->random_room));
	shrink(slot, &slot->clock, sizeof(slot->clock_room));
	shrink(slot, &slot->failures, sizeof(slot->failures_room));
	slot->large = false;
}

static void init(struct bento_slot *slot)
{
	slot->order = (struct bento_rec_bytes){ .at = slot->order_room,
						.room = sizeof(slot->order_room) };
	slot->random = (struct bento_rec_bytes){ .at = slot->random_room,
						 .room = sizeof(slot->random_room) };
	slot->clock = (struct bento_rec_bytes){ .at = slot->clock_room,
						.room = sizeof(slot->clock_room) };
	slot->failures = (struct bento_rec_bytes){ .at = slot->failures_room,
						   .room = sizeof(slot->failures_room) };
}

struct bento_slot *bento_slots_make(void)
{
	struct bento_slot *slots = kvcalloc(BENTO_OP_SLOTS, sizeof(*slots), GFP_KERNEL);
	unsigned int i;

	for (i = 0; slots && i < BENTO_OP_SLOTS; i++)
		init(&slots[i]);
	return slots;
}

struct bento_slot *bento_slot_make(void)
{
	struct bento_slot *slot = kzalloc(sizeof(*slot), GFP_NOFS | __GFP_NOFAIL);

	init(slot);
	return slot;
}

static void free_bytes(struct bento_slot *slot, struct bento_rec_bytes *bytes)
{
	if (bytes->at != inline_room(slot, bytes))
		kvfree(bytes->at);
}

static void free_all_bytes(struct bento_slot *slot)
{
	free_bytes(slot, &slot->order);
	free_bytes(slot, &slot->random);
	free_bytes(slot, &slot->clock);
	free_bytes(slot, &slot->failures);
	free_bytes(slot, &slot->input);
}

void bento_slots_free(struct bento_slot *slots)
{
	unsigned int i;

	for (i = 0; slots && i < BENTO_OP_SLOTS; i++)
		free_all_bytes(&slots[i]);
	kvfree(slots);
}

void bento_rec_free_slot(struct bento_slot *slot)
{
	if (slot)
		free_all_bytes(slot);
	kfree(slot);
}

void __bento_rec_lock(struct bento_ctx *ctx, u32 acquisition, u32 class, u64 key, u64 writes,
		      u64 reads)
{
	struct bento_slot *slot = ctx->rec;
	u8 *p = bento_slot_room(slot, &slot->order, 5 * WIRE_VARINT_MAX);

	if (unlikely(!p))
		return;
	p = wire_varint(p, acquisition - slot->last_acquisition);
	slot->last_acquisition = acquisition;
	p = wire_varint(p, class);
	p = wire_varint(p, key);
	p = wire_varint(p, writes);
	p = wire_varint(p, reads);
	slot->order.len = p - slot->order.at;
}

void __bento_rec_random(struct bento_ctx *ctx, const void *bytes, size_t len)
{
	struct bento_slot *slot = ctx->rec;
	u8 *p = len <= MOST_BYTES ? bento_slot_room(slot, &slot->random, len) : NULL;

	if (unlikely(!p)) {
		slot->lost = slot->lost ?: BTR_LOSS_CAUSE_TOO_LARGE;
		return;
	}
	memcpy(p, bytes, len);
	slot->random.len += len;
}

/* Readings before this one that are not noted were the op's begin. */
void __bento_rec_clock(struct bento_ctx *ctx, u32 call, s64 ns)
{
	struct bento_slot *slot = ctx->rec;
	u32 zeroes = call - slot->clock_calls;
	u8 *p = zeroes <= MOST_BYTES ?
			bento_slot_room(slot, &slot->clock, zeroes + WIRE_VARINT_MAX) :
			NULL;

	if (unlikely(!p)) {
		slot->lost = slot->lost ?: BTR_LOSS_CAUSE_TOO_LARGE;
		return;
	}
	memset(p, 0, zeroes);
	p = wire_varint(p + zeroes, ((u64)ns << 1) ^ (u64)(ns >> 63));
	slot->clock.len = p - slot->clock.at;
	slot->clock_calls = call + 1;
}

void __bento_rec_failure(struct bento_ctx *ctx, u32 call, int errno)
{
	struct bento_slot *slot = ctx->rec;
	u8 *p = bento_slot_room(slot, &slot->failures, 2 * WIRE_VARINT_MAX);

	if (unlikely(!p))
		return;
	p = wire_varint(p, call);
	p = wire_varint(p, errno);
	slot->failures.len = p - slot->failures.at;
}
