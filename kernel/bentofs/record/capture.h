/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The recorder, inside: a recording, its buffers, and what is kept of ops under way.
 */
#ifndef BENTO_CAPTURE_H
#define BENTO_CAPTURE_H

#include <linux/atomic.h>
#include <linux/mutex.h>
#include <linux/relay.h>

#include <bento_trace_fields.h>

#include "record.h"

/* Longest data that stands in an op's own record, and longest piece where it does not. */
#define BENTO_REC_INLINE 4096u
#define BENTO_REC_PIECE 32768u
/* Around a piece: lengths, tags, number. */
#define BENTO_REC_PIECE_HEAD 64u

enum bento_policy {
	BENTO_POLICY_DROP = BTR_DROP_POLICY_DROP,
	BENTO_POLICY_BLOCK = BTR_DROP_POLICY_BLOCK,
	BENTO_POLICY_FLIGHT = BTR_DROP_POLICY_FLIGHT,
};

#define BENTO_LOSSES (BTR_LOSS_CAUSE_OVERWRITTEN + 1)

/*
 * What is counted on each processor. offered = recorded + filtered + the sum of lost, at any time
 * that no op ends.
 */
struct bento_rec_counts {
	u64 offered;
	u64 recorded;
	u64 filtered;
	/* Ops without an answer (a crash): not offered. */
	u64 unanswered;
	/* Records of no op (such a crash, an upgrade) that found no room, or were written over. */
	u64 others_lost;
	u64 lost[BENTO_LOSSES];			/* by BTR_LOSS_CAUSE_* */
};

/* What of a ring's sub-buffer is lost with it: numbered records whose first piece is there. */
struct bento_rec_sub {
	u32 ops;
	u32 others;
};

/*
 * The buffer of a processor: what the facility of relay has not. Positions count bytes ever
 * written, ends of sub-buffers included.
 */
struct bento_rec_cpu {
	struct bento_rec_counts counts;
	u64 head; /* everything before is written; released by the writer */
	struct bento_rec_sub *subs;		/* by sub-buffer; flight only */
	struct mutex reading ____cacheline_aligned;
	u64 tail;				/* everything before was read */
};

/* Bytes that grow. */
struct bento_rec_bytes {
	u8 *at;
	u32 len;
	u32 room;
};

#define BENTO_SLOT_ORDER 512
#define BENTO_SLOT_SMALL 48

/*
 * What an op has taken so far; of the thread in whose slot the op is. Kept from one op to the next,
 * with the memory that it has.
 */
struct bento_slot {
	u64 seen;				/* numbers given when the op began */
	u32 lost; /* BTR_LOSS_CAUSE_* when something of the op could not be kept */
	u32 last_acquisition;
	u32 clock_calls;			/* readings noted, the zeroes between included */
	bool told;				/* the op's panic is recorded */
	bool ended;				/* a segment, and the run with it */
	bool large;				/* it has more memory than it keeps */
	u32 need;				/* bytes promised to it, policy block */
	struct bento_rec_bytes order, random, clock, failures, input;
	u8 order_room[BENTO_SLOT_ORDER];
	u8 random_room[BENTO_SLOT_SMALL];
	u8 clock_room[BENTO_SLOT_SMALL];
	u8 failures_room[BENTO_SLOT_SMALL];
} ____cacheline_aligned;

struct bento_rec_options {
	enum bento_policy policy;
	bool data;				/* contents in full; otherwise as hashes */
	u32 subbuf;				/* bytes of a sub-buffer */
	u32 nsub;				/* sub-buffers a processor */
	u32 stall_ms;				/* policy block: how long an op waits at most */
	DECLARE_BITMAP(skip, BENTO_OPCODES);	/* filtered opcodes */
	bool filters;
};

/* A recording. Ops reach it through mount->capture, under the gate. */
struct bento_capture {
	struct bento_rec_options options;
	u32 epoch;
	bool ended;
	bool made_stable;			/* stable pages were switched on for it */
	struct rchan *chan;
	struct bento_rec_cpu __percpu *cpus;
	struct bento_slot *slots;		/* BENTO_OP_SLOTS of them */
	struct bento_state state;		/* where it began */
	/*
	 * Blocks that the module needs to take that state over, as KernelStream; and whether it is
	 * just doing that, to find out.
	 */
	struct bento_state blocks;
	bool trial;
	char *info;				/* text about what is recorded */
	atomic64_t seq ____cacheline_aligned;	/* the last number given */
	/*
	 * Policy block: bytes that ops under way may need, and whether waiting has been given up
	 * until somebody reads.
	 */
	atomic64_t promised;
	bool stalled;
	/* Policy block: what bento_stream_room() says, and who counts it anew. */
	u64 room;
	spinlock_t room_lock;
};

/* ---- stream.c: the buffers ---- */

int bento_stream_open(struct bento_capture *capture, struct dentry *parent);
void bento_stream_close(struct bento_capture *capture);
int bento_stream_init(void);

/*
 * Between begin and end, on one processor without being moved: room for a record of at most `most`
 * bytes, and that it took `len`. bento_stream_fits() first: whether records of `total` bytes, none
 * longer than `longest`, find room.
 */
static inline struct rchan_buf *bento_stream_begin(struct bento_capture *capture)
{
	return *get_cpu_ptr(capture->chan->buf);
}

static inline void bento_stream_end(struct bento_capture *capture)
{
	put_cpu_ptr(capture->chan->buf);
}

/* The reader went on: whoever waits for room looks again. */
void bento_rec_made_room(struct bento_capture *capture);

bool __bento_stream_fits(struct bento_capture *capture, struct rchan_buf *buf, size_t total,
			 size_t longest);

static inline bool bento_stream_fits(struct bento_capture *capture, struct rchan_buf *buf,
				     size_t total, size_t longest)
{
	return likely(buf->offset + total <= capture->options.subbuf) ||
	       __bento_stream_fits(capture, buf, total, longest);
}

/* Whether they ever could. */
bool bento_stream_could_fit(const struct bento_capture *capture, size_t total, size_t longest);
u8 *__bento_stream_reserve(struct bento_capture *capture, struct rchan_buf *buf, size_t most);

static inline u8 *bento_stream_reserve(struct bento_capture *capture, struct rchan_buf *buf,
				       size_t most)
{
	if (likely(buf->offset + most <= capture->options.subbuf))
		return buf->data + buf->offset;
	return __bento_stream_reserve(capture, buf, most);
}

static inline void bento_stream_commit(struct bento_capture *capture, struct rchan_buf *buf,
				       size_t len)
{
	buf->offset += len;
	/* The reader finds the bytes, and the padding of sub-buffers before, once it sees this. */
	smp_store_release(&this_cpu_ptr(capture->cpus)->head,
			  (u64)buf->subbufs_produced * capture->options.subbuf + buf->offset);
}

/*
 * The same for the last of an op's records, its own; and of an op or event that is not offered.
 * Without its first record, which is in sub-buffer `first`, it is lost, wherever the rest of it is.
 */
static inline void bento_stream_commit_op(struct bento_capture *capture, struct rchan_buf *buf,
					  size_t len, size_t first)
{
	struct bento_rec_cpu *cpu = this_cpu_ptr(capture->cpus);

	cpu->counts.recorded++;
	if (unlikely(cpu->subs))
		cpu->subs[first % capture->options.nsub].ops++;
	bento_stream_commit(capture, buf, len);
}

static inline void bento_stream_commit_other(struct bento_capture *capture, struct rchan_buf *buf,
					     size_t len, size_t first)
{
	struct bento_rec_cpu *cpu = this_cpu_ptr(capture->cpus);

	if (unlikely(cpu->subs))
		cpu->subs[first % capture->options.nsub].others++;
	bento_stream_commit(capture, buf, len);
}

/* Bytes that every processor has room for. */
static inline u64 bento_stream_room(const struct bento_capture *capture)
{
	return READ_ONCE(capture->room);
}

/* ---- slot.c: what ops take ---- */

/* Those of ops, by thread; NULL without memory. */
struct bento_slot *bento_slots_make(void);
void bento_slots_free(struct bento_slot *slots);
/* That of a task, never NULL: bento_rec_free_slot(). */
struct bento_slot *bento_slot_make(void);
/* Gives back the memory that is more than a slot keeps; it is empty. */
void bento_slot_shrink(struct bento_slot *slot);

/* Drops what the op has taken, and that it was too large to be kept; a lost block stays lost. */
static inline void bento_slot_forget(struct bento_slot *slot)
{
	if (slot->lost == BTR_LOSS_CAUSE_TOO_LARGE)
		slot->lost = 0;
	slot->last_acquisition = 0;
	slot->clock_calls = 0;
	slot->order.len = 0;
	slot->random.len = 0;
	slot->clock.len = 0;
	slot->failures.len = 0;
}

/* For another op. */
static inline void bento_slot_clear(struct bento_slot *slot)
{
	slot->told = false;
	slot->lost = 0;
	slot->input.len = 0;
	bento_slot_forget(slot);
	if (unlikely(slot->large))
		bento_slot_shrink(slot);
}
/* Room for `len` more bytes; NULL when there is none, the op then being lost. */
u8 *bento_slot_room(struct bento_slot *slot, struct bento_rec_bytes *bytes, u32 len);

/* ---- control.c: debugfs ---- */

int bento_control_init(void);
void bento_control_exit(void);

/* ---- capture.c ---- */

/* A mount's place in debugfs; outlives the mount while its recording has not been collected. */
struct bento_recorder {
	struct list_head link;
	u32 id;
	struct bento_mount *mount;		/* NULL once it ended */
	struct dentry *dir;
	struct mutex lock; /* over what follows; taken inside bento_registry_lock */
	struct bento_capture *capture;		/* running, or ended and not yet released */
};

int bento_recorder_start(struct bento_recorder *recorder, const char *options);
int bento_recorder_stop(struct bento_recorder *recorder);
/* The mount has ended. */
void bento_recorder_unmounted(struct bento_recorder *recorder);
/* Frees an ended recording; -EBUSY for one that runs. */
int bento_recorder_release(struct bento_recorder *recorder);

int bento_rec_options_parse(struct bento_rec_options *options, char *text);

#endif /* BENTO_CAPTURE_H */
