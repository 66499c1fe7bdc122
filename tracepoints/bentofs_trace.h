/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tracepoints of bentofs.ko, in the group "bentofs". tracepoints/README.md shows how to use them.
 *
 * Times are nanoseconds. mount is the ID in /sys/fs/bentofs/mounts. errno is positive, 0 being
 * success. op_begin and op_end of one op have the same mount and unique. Each is a static branch
 * while nobody listens; what is costly to find out is found out only then.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM bentofs

#if !defined(BENTOFS_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define BENTOFS_TRACE_H

#include <linux/tracepoint.h>

#include <opnames.h>

#ifndef BENTOFS_TRACE_NAMES
#define BENTOFS_TRACE_NAMES

enum bento_io { BENTO_IO_READ, BENTO_IO_WRITE, BENTO_IO_FLUSH, BENTO_IO_DISCARD };
enum bento_phase {
	BENTO_PHASE_QUIESCE,
	BENTO_PHASE_EXPORT,
	BENTO_PHASE_IMPORT,
	BENTO_PHASE_SWAP,
	BENTO_PHASE_PAUSE
};

#define BENTO_SHOW_ONE(number, name) { number, #name },
/* The list ends in a comma, hence one more entry; no op has this number. */
#define bento_show_op(op) \
	__print_symbolic(op, BENTO_FOR_EACH_OPCODE(BENTO_SHOW_ONE) { 0xffff, "?" })
#define bento_show_io(io) \
	__print_symbolic(io, { 0, "read" }, { 1, "write" }, { 2, "flush" }, { 3, "discard" })
#define bento_show_phase(phase) \
	__print_symbolic(phase, { 0, "quiesce" }, { 1, "export" }, { 2, "import" }, { 3, "swap" }, \
			 { 4, "pause" })

#endif /* BENTOFS_TRACE_NAMES */

TRACE_EVENT(bento_op_begin,
	TP_PROTO(u32 mount, u64 unique, u32 op, u64 nodeid),
	TP_ARGS(mount, unique, op, nodeid),
	TP_STRUCT__entry(
		__field(u64, unique)
		__field(u64, nodeid)
		__field(u32, mount)
		__field(u32, op)
	),
	TP_fast_assign(
		__entry->unique = unique;
		__entry->nodeid = nodeid;
		__entry->mount = mount;
		__entry->op = op;
	),
	TP_printk("mount=%u unique=%llu op=%s nodeid=%llu", __entry->mount, __entry->unique,
		  bento_show_op(__entry->op), __entry->nodeid)
);

TRACE_EVENT(bento_op_end,
	TP_PROTO(u32 mount, u64 unique, u32 op, u64 nodeid, int error, u64 ns),
	TP_ARGS(mount, unique, op, nodeid, error, ns),
	TP_STRUCT__entry(
		__field(u64, unique)
		__field(u64, nodeid)
		__field(u64, ns)
		__field(u32, mount)
		__field(u32, op)
		__field(int, error)
	),
	TP_fast_assign(
		__entry->unique = unique;
		__entry->nodeid = nodeid;
		__entry->ns = ns;
		__entry->mount = mount;
		__entry->op = op;
		__entry->error = error;
	),
	TP_printk("mount=%u unique=%llu op=%s nodeid=%llu errno=%d ns=%llu",
		  __entry->mount, __entry->unique, bento_show_op(__entry->op), __entry->nodeid,
		  __entry->error, __entry->ns)
);

/*
 * Only for locks that another op holds. unique is that of the op that waits; 0: no op (a step in
 * the module's life).
 */
TRACE_EVENT(bento_lock_wait_begin,
	TP_PROTO(u32 mount, u64 unique, u32 class, u64 key, bool exclusive),
	TP_ARGS(mount, unique, class, key, exclusive),
	TP_STRUCT__entry(
		__field(u64, unique)
		__field(u64, key)
		__field(u32, mount)
		__field(u32, class)
		__field(bool, exclusive)
	),
	TP_fast_assign(
		__entry->unique = unique;
		__entry->key = key;
		__entry->mount = mount;
		__entry->class = class;
		__entry->exclusive = exclusive;
	),
	TP_printk("mount=%u unique=%llu class=%u key=%llu %s", __entry->mount, __entry->unique,
		  __entry->class, __entry->key, __entry->exclusive ? "exclusive" : "shared")
);

TRACE_EVENT(bento_lock_wait_end,
	TP_PROTO(u32 mount, u64 unique, u32 class, u64 key, bool exclusive, u64 ns),
	TP_ARGS(mount, unique, class, key, exclusive, ns),
	TP_STRUCT__entry(
		__field(u64, unique)
		__field(u64, key)
		__field(u64, ns)
		__field(u32, mount)
		__field(u32, class)
		__field(bool, exclusive)
	),
	TP_fast_assign(
		__entry->unique = unique;
		__entry->key = key;
		__entry->ns = ns;
		__entry->mount = mount;
		__entry->class = class;
		__entry->exclusive = exclusive;
	),
	TP_printk("mount=%u unique=%llu class=%u key=%llu %s ns=%llu", __entry->mount,
		  __entry->unique, __entry->class, __entry->key,
		  __entry->exclusive ? "exclusive" : "shared", __entry->ns)
);

/* What a module did with its device; offset and bytes are 0 for a flush. */
TRACE_EVENT(bento_block_io,
	TP_PROTO(u32 mount, u64 unique, unsigned int io, u64 offset, u64 bytes, int error, u64 ns),
	TP_ARGS(mount, unique, io, offset, bytes, error, ns),
	TP_STRUCT__entry(
		__field(u64, unique)
		__field(u64, offset)
		__field(u64, bytes)
		__field(u64, ns)
		__field(u32, mount)
		__field(u32, io)
		__field(int, error)
	),
	TP_fast_assign(
		__entry->unique = unique;
		__entry->offset = offset;
		__entry->bytes = bytes;
		__entry->ns = ns;
		__entry->mount = mount;
		__entry->io = io;
		__entry->error = error;
	),
	TP_printk("mount=%u unique=%llu %s offset=%llu bytes=%llu errno=%d ns=%llu",
		  __entry->mount, __entry->unique, bento_show_io(__entry->io), __entry->offset,
		  __entry->bytes, __entry->error, __entry->ns)
);

/*
 * One for each phase that a mount went through, and "pause" with the sum that ops felt. error is
 * negative, 0 being success.
 */
TRACE_EVENT(bento_upgrade_phase,
	TP_PROTO(u32 mount, unsigned int phase, u64 ns, u64 state_bytes, int error),
	TP_ARGS(mount, phase, ns, state_bytes, error),
	TP_STRUCT__entry(
		__field(u64, ns)
		__field(u64, state_bytes)
		__field(u32, mount)
		__field(u32, phase)
		__field(int, error)
	),
	TP_fast_assign(
		__entry->ns = ns;
		__entry->state_bytes = state_bytes;
		__entry->mount = mount;
		__entry->phase = phase;
		__entry->error = -error;
	),
	TP_printk("mount=%u phase=%s ns=%llu state_bytes=%llu errno=%d", __entry->mount,
		  bento_show_phase(__entry->phase), __entry->ns,
		  __entry->state_bytes, __entry->error)
);

/*
 * The recorder could not keep an op; it is counted in the trace too. cause as in LossCause of the
 * trace format.
 */
TRACE_EVENT(bento_record_drop,
	TP_PROTO(u32 mount, u64 unique, u32 cause),
	TP_ARGS(mount, unique, cause),
	TP_STRUCT__entry(
		__field(u64, unique)
		__field(u32, mount)
		__field(u32, cause)
	),
	TP_fast_assign(
		__entry->unique = unique;
		__entry->mount = mount;
		__entry->cause = cause;
	),
	TP_printk("mount=%u unique=%llu cause=%u", __entry->mount, __entry->unique, __entry->cause)
);

#endif /* BENTOFS_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH ../../tracepoints
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE bentofs_trace
#include <trace/define_trace.h>
