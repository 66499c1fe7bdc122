/* SPDX-License-Identifier: (GPL-2.0 WITH Linux-syscall-note) OR MIT */
/*
 * The module contract as C sees it: a mirror of rust-fs/abi, which documents it. A test compares
 * sizes and offsets on both sides.
 *
 * Opcodes and fuse_*_in / fuse_*_out structures are those of <linux/fuse.h>; this header adds what
 * FUSE 7.38 does not have.
 */
#ifndef BENTO_ABI_H
#define BENTO_ABI_H

#ifdef __KERNEL__
#include <linux/types.h>
#include <linux/build_bug.h>
#include <linux/stddef.h>
#else
#include <stddef.h>
#include <stdint.h>
typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int32_t s32;
typedef int64_t s64;
#define static_assert _Static_assert
#endif

#define BENTO_ABI_MAJOR 1
#define BENTO_ABI_MINOR 2

/* Steps in a module's life; they are recorded as ops and never reach dispatch(). */
#define BENTO_OP_MKFS 0x10000
#define BENTO_OP_MOUNT 0x10001
#define BENTO_OP_UNMOUNT 0x10002

/* Ops younger than the headers of Linux 6.1. */
#define BENTO_OP_TMPFILE 51
#define BENTO_OP_STATX 52

/* fuse_write_in.write_flags: the times are the kernel's, who tells them with SETATTR. */
#define BENTO_WRITE_KEEP_TIMES (1u << 31)

/* bento_ks_lock_new(): kinds of lock. */
#define BENTO_LOCK_RWLOCK 0
#define BENTO_LOCK_MUTEX 1
/* Lock class of cached blocks; a module's own classes are counted from 1. */
#define BENTO_LOCK_CLASS_BLOCK 0
/*
 * Lock class of tasks (threads and work items of the module's own), by number; 0 guards their
 * making.
 */
#define BENTO_LOCK_CLASS_TASK 0xffff

/* bento_ks_buf_*(): flags. */
#define BENTO_BUF_NOREAD 1
#define BENTO_BUF_EXCLUSIVE 2
#define BENTO_BUF_ZEROED 4

/* bento_ks_dev_write(): flags. */
#define BENTO_WRITE_FUA 1
#define BENTO_WRITE_PREFLUSH 2

/* Borrowed bytes, not ended by NUL. */
struct bento_str {
	const u8 *ptr;
	size_t len;
};

/* Where a module writes bytes of unknown number to; write() returns 0 or a positive errno. */
struct bento_sink {
	void *ctx;
	s32 (*write)(void *ctx, const u8 *ptr, size_t len);
};

struct bento_create_args {
	/* Handle for bento_ks_dev_*() and bento_ks_buf_*(); 0 without a device. */
	u64 dev;
	struct bento_str options;
	u32 read_only;
	u32 reserved;
};

/* One piece of a scatter list. */
struct bento_seg {
	u8 *ptr;
	size_t len;
};

struct bento_request_buf {
	u64 unique;
	u64 nodeid;
	u32 opcode;
	u32 uid;
	u32 gid;
	u32 pid;
	u32 args_len;
	u32 data_segs;
	const void *args;
	const u8 *name;
	size_t name_len;
	const u8 *name2;
	size_t name2_len;
	const struct bento_seg *data;
	size_t data_len;
};

#define BENTO_OUT_CAPACITY 320

struct bento_reply_buf {
	/* 0, or a positive errno. */
	s32 error;
	u32 out_len;
	size_t data_len;
	u64 out[BENTO_OUT_CAPACITY / 8];
};

struct bento_dev_info {
	u32 block_size;
	u32 read_only;
	u64 blocks;
};

struct bento_module_desc {
	u32 size;
	u16 abi_major;
	u16 abi_minor;
	struct bento_str fs_name;
	struct bento_str source_revision;
	struct bento_str lock_classes;
	u32 state_schema;
	u32 state_schema_min;
	u32 state_schema_max;
	u32 needs_device;
	s32 (*create)(const struct bento_create_args *args, void **instance);
	void (*dispatch)(void *instance, const struct bento_request_buf *request,
			 struct bento_reply_buf *reply);
	s32 (*export_state)(void *instance, const struct bento_sink *sink);
	s32 (*import_state)(const struct bento_create_args *args, u32 schema,
			    struct bento_str state, void **instance);
	s32 (*destroy)(void *instance, u32 discard);
	/* The rest may be NULL. */
	s32 (*mkfs)(const struct bento_create_args *args);
	s32 (*fsck)(const struct bento_create_args *args, const struct bento_sink *report);
	s32 (*explain)(const struct bento_create_args *args, u64 number, struct bento_str data,
		       const struct bento_sink *text);
	/*
	 * Since 1.2, and only where size says so: a hand-over in two parts, the first while ops go
	 * on. All three or none; rust-fs/abi/src/desc.rs says what each does.
	 */
	s32 (*export_early)(void *instance, const struct bento_sink *sink);
	s32 (*export_late)(void *instance, u32 last, const struct bento_sink *sink);
	s32 (*import_late)(void *instance, struct bento_str state);
};

/* Bytes of a description of 1.0 and 1.1. */
#define BENTO_DESC_MIN offsetof(struct bento_module_desc, export_early)


/* The one symbol that a module exports. */
const struct bento_module_desc *bento_module_entry(void);

#ifdef __KERNEL__
struct module;
/* registry.c of bentofs.ko: what a module's init and exit functions call. */
int bento_register_module(const struct bento_module_desc *desc, struct module *owner);
void bento_unregister_module(struct module *owner);
#endif

static_assert(sizeof(struct bento_create_args) == 32);
static_assert(sizeof(struct bento_request_buf) == 96);
static_assert(offsetof(struct bento_request_buf, args) == 40);
static_assert(sizeof(struct bento_reply_buf) == 16 + BENTO_OUT_CAPACITY);
static_assert(sizeof(struct bento_dev_info) == 16);
static_assert(BENTO_DESC_MIN == 136);
static_assert(sizeof(struct bento_module_desc) == 160);
static_assert(offsetof(struct bento_module_desc, create) == 72);

#endif /* BENTO_ABI_H */
