/* SPDX-License-Identifier: (GPL-2.0 WITH Linux-syscall-note) OR MIT */
/*
 * STATX of the FUSE protocol, which is younger than the headers of Linux 6.1.
 */
#ifndef BENTO_STATX_H
#define BENTO_STATX_H

#include <linux/build_bug.h>
#include <linux/types.h>

struct bento_sx_time {
	s64 tv_sec;
	u32 tv_nsec;
	s32 reserved;
};

struct bento_statx_in {
	u32 getattr_flags;
	u32 reserved;
	u64 fh;
	u32 sx_flags;
	u32 sx_mask;
};

struct bento_statx_out {
	u64 attr_valid;
	u32 attr_valid_nsec;
	u32 flags;
	u64 spare[2];
	struct {
		u32 mask;
		u32 blksize;
		u64 attributes;
		u32 nlink;
		u32 uid;
		u32 gid;
		u16 mode;
		u16 spare0;
		u64 ino;
		u64 size;
		u64 blocks;
		u64 attributes_mask;
		struct bento_sx_time atime, btime, ctime, mtime;
		u32 rdev_major;
		u32 rdev_minor;
		u32 dev_major;
		u32 dev_minor;
		u64 spare2[14];
	} stat;
};

static_assert(sizeof(struct bento_statx_in) == 24);
static_assert(sizeof(struct bento_statx_out) == 288);

#endif /* BENTO_STATX_H */
