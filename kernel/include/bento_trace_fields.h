/* SPDX-License-Identifier: (GPL-2.0 WITH Linux-syscall-note) OR MIT */
/*
 * Generated from proto/ by `npm run generate`; do not edit.
 *
 * BTR_<MESSAGE>_<FIELD> is the number of a field and BTR_<MESSAGE>_<FIELD>_WT its wire type, so that the
 * tag is BTR_TAG(BTR_<MESSAGE>_<FIELD>).
 */
#ifndef _BENTO_TRACE_FIELDS_H
#define _BENTO_TRACE_FIELDS_H

#define BTR_WT_VARINT	0
#define BTR_WT_FIXED64	1
#define BTR_WT_BYTES	2
#define BTR_WT_FIXED32	5

#define BTR_TAG(field)	(((field) << 3) | field##_WT)

/* enum bento.trace.v1.LossCause */
#define BTR_LOSS_CAUSE_UNSPECIFIED		0
#define BTR_LOSS_CAUSE_BUFFER_FULL		1
#define BTR_LOSS_CAUSE_NO_SPACE			2
#define BTR_LOSS_CAUSE_IO_ERROR			3
#define BTR_LOSS_CAUSE_TOO_LARGE		4
#define BTR_LOSS_CAUSE_OVERWRITTEN		5

/* enum bento.trace.v1.Panic.Cause */
#define BTR_PANIC_CAUSE_UNSPECIFIED		0
#define BTR_PANIC_CAUSE_PANIC			1
#define BTR_PANIC_CAUSE_DEADLINE		2
#define BTR_PANIC_CAUSE_STACK_OVERFLOW		3
#define BTR_PANIC_CAUSE_FAULT			4

/* enum bento.trace.v1.ReadHash */
#define BTR_READ_HASH_XXH3_64			0
#define BTR_READ_HASH_XXH64			1

/* enum bento.trace.v1.Source */
#define BTR_SOURCE_UNSPECIFIED			0
#define BTR_SOURCE_FUSE				1
#define BTR_SOURCE_KERNEL			2
#define BTR_SOURCE_DERIVED			3

/* enum bento.trace.v1.DropPolicy */
#define BTR_DROP_POLICY_UNSPECIFIED		0
#define BTR_DROP_POLICY_DROP			1
#define BTR_DROP_POLICY_BLOCK			2
#define BTR_DROP_POLICY_FLIGHT			3

/* enum bento.trace.v1.DataPolicy */
#define BTR_DATA_POLICY_UNSPECIFIED		0
#define BTR_DATA_POLICY_FULL			1
#define BTR_DATA_POLICY_NONE			2

/* enum bento.trace.v1.Origin */
#define BTR_ORIGIN_UNSPECIFIED			0
#define BTR_ORIGIN_MKFS				1
#define BTR_ORIGIN_CHECKPOINT			2
#define BTR_ORIGIN_IMAGE			3

/* enum bento.trace.v1.Codec */
#define BTR_CODEC_NONE				0
#define BTR_CODEC_ZSTD				1

/* message bento.kernel.v1.KernelStream */
#define BTR_KERNEL_STREAM_RECORD		1	/* repeated KernelRecord */
#define BTR_KERNEL_STREAM_RECORD_WT		2

/* message bento.kernel.v1.KernelRecord */
#define BTR_KERNEL_RECORD_OP			1	/* KernelOp */
#define BTR_KERNEL_RECORD_OP_WT			2
#define BTR_KERNEL_RECORD_DATA			2	/* KernelData */
#define BTR_KERNEL_RECORD_DATA_WT		2
#define BTR_KERNEL_RECORD_BLOCK			3	/* KernelBlock */
#define BTR_KERNEL_RECORD_BLOCK_WT		2
#define BTR_KERNEL_RECORD_PANIC			4	/* KernelPanic */
#define BTR_KERNEL_RECORD_PANIC_WT		2
#define BTR_KERNEL_RECORD_UPGRADE		5	/* KernelUpgrade */
#define BTR_KERNEL_RECORD_UPGRADE_WT		2
#define BTR_KERNEL_RECORD_UNFINISHED		6	/* KernelOp */
#define BTR_KERNEL_RECORD_UNFINISHED_WT		2
#define BTR_KERNEL_RECORD_MARK			7	/* KernelMark */
#define BTR_KERNEL_RECORD_MARK_WT		2
#define BTR_KERNEL_RECORD_SEGMENT		8	/* KernelOp */
#define BTR_KERNEL_RECORD_SEGMENT_WT		2

/* message bento.kernel.v1.KernelOp */
#define BTR_KERNEL_OP_SEQ			1	/* fixed64 */
#define BTR_KERNEL_OP_SEQ_WT			1
#define BTR_KERNEL_OP_OPCODE			2	/* uint32 */
#define BTR_KERNEL_OP_OPCODE_WT			0
#define BTR_KERNEL_OP_NODEID			3	/* uint64 */
#define BTR_KERNEL_OP_NODEID_WT			0
#define BTR_KERNEL_OP_UID			4	/* uint32 */
#define BTR_KERNEL_OP_UID_WT			0
#define BTR_KERNEL_OP_GID			5	/* uint32 */
#define BTR_KERNEL_OP_GID_WT			0
#define BTR_KERNEL_OP_PID			6	/* uint32 */
#define BTR_KERNEL_OP_PID_WT			0
#define BTR_KERNEL_OP_THREAD			7	/* uint32 */
#define BTR_KERNEL_OP_THREAD_WT			0
#define BTR_KERNEL_OP_BEGIN_NS			8	/* fixed64 */
#define BTR_KERNEL_OP_BEGIN_NS_WT		1
#define BTR_KERNEL_OP_LEAD_NS			25	/* uint64 */
#define BTR_KERNEL_OP_LEAD_NS_WT		0
#define BTR_KERNEL_OP_DURATION_NS		9	/* uint64 */
#define BTR_KERNEL_OP_DURATION_NS_WT		0
#define BTR_KERNEL_OP_OVERLAP			10	/* uint64 */
#define BTR_KERNEL_OP_OVERLAP_WT		0
#define BTR_KERNEL_OP_ARGS			11	/* bytes */
#define BTR_KERNEL_OP_ARGS_WT			2
#define BTR_KERNEL_OP_NAME			12	/* bytes */
#define BTR_KERNEL_OP_NAME_WT			2
#define BTR_KERNEL_OP_NAME2			13	/* bytes */
#define BTR_KERNEL_OP_NAME2_WT			2
#define BTR_KERNEL_OP_ERRNO			14	/* uint32 */
#define BTR_KERNEL_OP_ERRNO_WT			0
#define BTR_KERNEL_OP_OUT			15	/* bytes */
#define BTR_KERNEL_OP_OUT_WT			2
#define BTR_KERNEL_OP_DATA_LEN			16	/* uint64 */
#define BTR_KERNEL_OP_DATA_LEN_WT		0
#define BTR_KERNEL_OP_REPLY_LEN			17	/* uint64 */
#define BTR_KERNEL_OP_REPLY_LEN_WT		0
#define BTR_KERNEL_OP_DATA			18	/* bytes */
#define BTR_KERNEL_OP_DATA_WT			2
#define BTR_KERNEL_OP_HASH			19	/* fixed64 */
#define BTR_KERNEL_OP_HASH_WT			1
#define BTR_KERNEL_OP_INPUT			23	/* bytes */
#define BTR_KERNEL_OP_INPUT_WT			2
#define BTR_KERNEL_OP_RANDOM			20	/* bytes */
#define BTR_KERNEL_OP_RANDOM_WT			2
#define BTR_KERNEL_OP_CLOCK_NS			21	/* packed sint64 */
#define BTR_KERNEL_OP_CLOCK_NS_WT		2
#define BTR_KERNEL_OP_FAILURES			22	/* packed uint64 */
#define BTR_KERNEL_OP_FAILURES_WT		2
#define BTR_KERNEL_OP_LOCK_ORDER		24	/* packed uint64 */
#define BTR_KERNEL_OP_LOCK_ORDER_WT		2
#define BTR_KERNEL_OP_TASK			26	/* uint32 */
#define BTR_KERNEL_OP_TASK_WT			0
#define BTR_KERNEL_OP_WORK			27	/* bool */
#define BTR_KERNEL_OP_WORK_WT			0
#define BTR_KERNEL_OP_ENDED			28	/* bool */
#define BTR_KERNEL_OP_ENDED_WT			0
#define BTR_KERNEL_OP_ACQUISITIONS		29	/* uint32 */
#define BTR_KERNEL_OP_ACQUISITIONS_WT		0

/* message bento.kernel.v1.KernelData */
#define BTR_KERNEL_DATA_SEQ			1	/* fixed64 */
#define BTR_KERNEL_DATA_SEQ_WT			1
#define BTR_KERNEL_DATA_DATA			2	/* bytes */
#define BTR_KERNEL_DATA_DATA_WT			2

/* message bento.kernel.v1.KernelBlock */
#define BTR_KERNEL_BLOCK_NUMBER			1	/* uint64 */
#define BTR_KERNEL_BLOCK_NUMBER_WT		0
#define BTR_KERNEL_BLOCK_DATA			2	/* bytes */
#define BTR_KERNEL_BLOCK_DATA_WT		2

/* message bento.kernel.v1.KernelPanic */
#define BTR_KERNEL_PANIC_CAUSE			1	/* uint32 */
#define BTR_KERNEL_PANIC_CAUSE_WT		0
#define BTR_KERNEL_PANIC_MESSAGE		2	/* bytes */
#define BTR_KERNEL_PANIC_MESSAGE_WT		2
#define BTR_KERNEL_PANIC_LOCATION		3	/* bytes */
#define BTR_KERNEL_PANIC_LOCATION_WT		2
#define BTR_KERNEL_PANIC_OP			4	/* KernelOp */
#define BTR_KERNEL_PANIC_OP_WT			2

/* message bento.kernel.v1.KernelUpgrade */
#define BTR_KERNEL_UPGRADE_SEQ			1	/* fixed64 */
#define BTR_KERNEL_UPGRADE_SEQ_WT		1
#define BTR_KERNEL_UPGRADE_FROM_BUILD_ID	2	/* bytes */
#define BTR_KERNEL_UPGRADE_FROM_BUILD_ID_WT	2
#define BTR_KERNEL_UPGRADE_TO_BUILD_ID		3	/* bytes */
#define BTR_KERNEL_UPGRADE_TO_BUILD_ID_WT	2
#define BTR_KERNEL_UPGRADE_FROM_SCHEMA		4	/* uint32 */
#define BTR_KERNEL_UPGRADE_FROM_SCHEMA_WT	0
#define BTR_KERNEL_UPGRADE_TO_SCHEMA		5	/* uint32 */
#define BTR_KERNEL_UPGRADE_TO_SCHEMA_WT		0
#define BTR_KERNEL_UPGRADE_QUIESCE_NS		6	/* uint64 */
#define BTR_KERNEL_UPGRADE_QUIESCE_NS_WT	0
#define BTR_KERNEL_UPGRADE_EXPORT_NS		7	/* uint64 */
#define BTR_KERNEL_UPGRADE_EXPORT_NS_WT		0
#define BTR_KERNEL_UPGRADE_IMPORT_NS		8	/* uint64 */
#define BTR_KERNEL_UPGRADE_IMPORT_NS_WT		0
#define BTR_KERNEL_UPGRADE_SWAP_NS		9	/* uint64 */
#define BTR_KERNEL_UPGRADE_SWAP_NS_WT		0
#define BTR_KERNEL_UPGRADE_STATE_BYTES		10	/* uint64 */
#define BTR_KERNEL_UPGRADE_STATE_BYTES_WT	0
#define BTR_KERNEL_UPGRADE_REFUSED		11	/* bytes */
#define BTR_KERNEL_UPGRADE_REFUSED_WT		2
#define BTR_KERNEL_UPGRADE_TO_REVISION		12	/* bytes */
#define BTR_KERNEL_UPGRADE_TO_REVISION_WT	2

/* message bento.kernel.v1.KernelMark */
#define BTR_KERNEL_MARK_SEQ			1	/* fixed64 */
#define BTR_KERNEL_MARK_SEQ_WT			1
#define BTR_KERNEL_MARK_TIME_NS			2	/* fixed64 */
#define BTR_KERNEL_MARK_TIME_NS_WT		1
#define BTR_KERNEL_MARK_TEXT			3	/* bytes */
#define BTR_KERNEL_MARK_TEXT_WT			2

#endif /* _BENTO_TRACE_FIELDS_H */
