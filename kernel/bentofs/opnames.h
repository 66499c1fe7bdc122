/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Names of the ops, as bento-rr and traces have them.
 *
 * The numbers are literal: they end up in the format text of the tracepoints, where user space does
 * not know the enumeration of <linux/fuse.h>. opnames.c holds them against it.
 */
#ifndef BENTO_OPNAMES_H
#define BENTO_OPNAMES_H

#define BENTO_FOR_EACH_OPCODE(op) \
	op(1, LOOKUP) \
	op(2, FORGET) \
	op(3, GETATTR) \
	op(4, SETATTR) \
	op(5, READLINK) \
	op(6, SYMLINK) \
	op(8, MKNOD) \
	op(9, MKDIR) \
	op(10, UNLINK) \
	op(11, RMDIR) \
	op(13, LINK) \
	op(14, OPEN) \
	op(15, READ) \
	op(16, WRITE) \
	op(17, STATFS) \
	op(18, RELEASE) \
	op(20, FSYNC) \
	op(21, SETXATTR) \
	op(22, GETXATTR) \
	op(23, LISTXATTR) \
	op(24, REMOVEXATTR) \
	op(25, FLUSH) \
	op(27, OPENDIR) \
	op(28, READDIR) \
	op(29, RELEASEDIR) \
	op(30, FSYNCDIR) \
	op(31, GETLK) \
	op(32, SETLK) \
	op(33, SETLKW) \
	op(34, ACCESS) \
	op(35, CREATE) \
	op(37, BMAP) \
	op(39, IOCTL) \
	op(40, POLL) \
	op(42, BATCH_FORGET) \
	op(43, FALLOCATE) \
	op(44, READDIRPLUS) \
	op(45, RENAME2) \
	op(46, LSEEK) \
	op(47, COPY_FILE_RANGE) \
	op(50, SYNCFS) \
	op(51, TMPFILE) \
	op(52, STATX)

#endif /* BENTO_OPNAMES_H */
