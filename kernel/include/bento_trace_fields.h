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

/* message bento.trace.v1.Op */
#define BTR_OP_THREAD				1	/* uint32 */
#define BTR_OP_THREAD_WT			0
#define BTR_OP_BEGIN_DELTA_NS			2	/* sint64 */
#define BTR_OP_BEGIN_DELTA_NS_WT		0
#define BTR_OP_DURATION_NS			3	/* uint64 */
#define BTR_OP_DURATION_NS_WT			0
#define BTR_OP_OVERLAP				4	/* uint32 */
#define BTR_OP_OVERLAP_WT			0
#define BTR_OP_NODEID				5	/* uint64 */
#define BTR_OP_NODEID_WT			0
#define BTR_OP_CALLER				6	/* uint32 */
#define BTR_OP_CALLER_WT			0
#define BTR_OP_ERRNO				7	/* uint32 */
#define BTR_OP_ERRNO_WT				0
#define BTR_OP_LOCK_ORDER			8	/* packed uint64 */
#define BTR_OP_LOCK_ORDER_WT			2
#define BTR_OP_ENTRY				9	/* Entry */
#define BTR_OP_ENTRY_WT				2
#define BTR_OP_ATTR				10	/* Attr */
#define BTR_OP_ATTR_WT				2
#define BTR_OP_OPENED				15	/* Opened */
#define BTR_OP_OPENED_WT			2
#define BTR_OP_CREATED				64	/* Created */
#define BTR_OP_CREATED_WT			2
#define BTR_OP_DATA				65	/* Data */
#define BTR_OP_DATA_WT				2
#define BTR_OP_WRITTEN				66	/* uint64 */
#define BTR_OP_WRITTEN_WT			0
#define BTR_OP_LISTING				67	/* Listing */
#define BTR_OP_LISTING_WT			2
#define BTR_OP_STATFS				68	/* Statfs */
#define BTR_OP_STATFS_WT			2
#define BTR_OP_BYTES				69	/* bytes */
#define BTR_OP_BYTES_WT				2
#define BTR_OP_NUMBER				70	/* uint64 */
#define BTR_OP_NUMBER_WT			0
#define BTR_OP_LOCK				71	/* FileLock */
#define BTR_OP_LOCK_WT				2
#define BTR_OP_IOCTL_REPLY			72	/* IoctlReply */
#define BTR_OP_IOCTL_REPLY_WT			2
#define BTR_OP_STAT				73	/* Stat64 */
#define BTR_OP_STAT_WT				2
#define BTR_OP_LOOKUP				11	/* Lookup */
#define BTR_OP_LOOKUP_WT			2
#define BTR_OP_GETATTR				12	/* Getattr */
#define BTR_OP_GETATTR_WT			2
#define BTR_OP_READ				13	/* Read */
#define BTR_OP_READ_WT				2
#define BTR_OP_WRITE				14	/* Write */
#define BTR_OP_WRITE_WT				2
#define BTR_OP_FORGET				16	/* Forget */
#define BTR_OP_FORGET_WT			2
#define BTR_OP_SETATTR				17	/* Setattr */
#define BTR_OP_SETATTR_WT			2
#define BTR_OP_READLINK				18	/* Empty */
#define BTR_OP_READLINK_WT			2
#define BTR_OP_SYMLINK				19	/* Symlink */
#define BTR_OP_SYMLINK_WT			2
#define BTR_OP_MKNOD				20	/* Mknod */
#define BTR_OP_MKNOD_WT				2
#define BTR_OP_MKDIR				21	/* Mkdir */
#define BTR_OP_MKDIR_WT				2
#define BTR_OP_UNLINK				22	/* Name */
#define BTR_OP_UNLINK_WT			2
#define BTR_OP_RMDIR				23	/* Name */
#define BTR_OP_RMDIR_WT				2
#define BTR_OP_RENAME				24	/* Rename */
#define BTR_OP_RENAME_WT			2
#define BTR_OP_LINK				25	/* Link */
#define BTR_OP_LINK_WT				2
#define BTR_OP_OPEN				26	/* Open */
#define BTR_OP_OPEN_WT				2
#define BTR_OP_STATFS_REQUEST			27	/* Empty */
#define BTR_OP_STATFS_REQUEST_WT		2
#define BTR_OP_RELEASE				28	/* Release */
#define BTR_OP_RELEASE_WT			2
#define BTR_OP_FSYNC				29	/* Fsync */
#define BTR_OP_FSYNC_WT				2
#define BTR_OP_SETXATTR				30	/* Setxattr */
#define BTR_OP_SETXATTR_WT			2
#define BTR_OP_GETXATTR				31	/* Getxattr */
#define BTR_OP_GETXATTR_WT			2
#define BTR_OP_LISTXATTR			32	/* Listxattr */
#define BTR_OP_LISTXATTR_WT			2
#define BTR_OP_REMOVEXATTR			33	/* Name */
#define BTR_OP_REMOVEXATTR_WT			2
#define BTR_OP_FLUSH				34	/* Flush */
#define BTR_OP_FLUSH_WT				2
#define BTR_OP_OPENDIR				35	/* Open */
#define BTR_OP_OPENDIR_WT			2
#define BTR_OP_READDIR				36	/* Readdir */
#define BTR_OP_READDIR_WT			2
#define BTR_OP_READDIRPLUS			37	/* Readdir */
#define BTR_OP_READDIRPLUS_WT			2
#define BTR_OP_RELEASEDIR			38	/* Release */
#define BTR_OP_RELEASEDIR_WT			2
#define BTR_OP_FSYNCDIR				39	/* Fsync */
#define BTR_OP_FSYNCDIR_WT			2
#define BTR_OP_GETLK				40	/* LockRequest */
#define BTR_OP_GETLK_WT				2
#define BTR_OP_SETLK				41	/* LockRequest */
#define BTR_OP_SETLK_WT				2
#define BTR_OP_SETLKW				42	/* LockRequest */
#define BTR_OP_SETLKW_WT			2
#define BTR_OP_ACCESS				43	/* Access */
#define BTR_OP_ACCESS_WT			2
#define BTR_OP_CREATE				44	/* Create */
#define BTR_OP_CREATE_WT			2
#define BTR_OP_TMPFILE				45	/* Tmpfile */
#define BTR_OP_TMPFILE_WT			2
#define BTR_OP_BMAP				46	/* Bmap */
#define BTR_OP_BMAP_WT				2
#define BTR_OP_IOCTL				47	/* Ioctl */
#define BTR_OP_IOCTL_WT				2
#define BTR_OP_POLL				48	/* Poll */
#define BTR_OP_POLL_WT				2
#define BTR_OP_FALLOCATE			49	/* Fallocate */
#define BTR_OP_FALLOCATE_WT			2
#define BTR_OP_LSEEK				50	/* Lseek */
#define BTR_OP_LSEEK_WT				2
#define BTR_OP_COPY_FILE_RANGE			51	/* CopyFileRange */
#define BTR_OP_COPY_FILE_RANGE_WT		2
#define BTR_OP_SYNCFS				52	/* Empty */
#define BTR_OP_SYNCFS_WT			2
#define BTR_OP_STATX				53	/* Statx */
#define BTR_OP_STATX_WT				2
#define BTR_OP_MKFS				54	/* Mkfs */
#define BTR_OP_MKFS_WT				2
#define BTR_OP_MOUNT				55	/* Empty */
#define BTR_OP_MOUNT_WT				2
#define BTR_OP_UNMOUNT				56	/* Empty */
#define BTR_OP_UNMOUNT_WT			2
#define BTR_OP_UNKNOWN				57	/* uint32 */
#define BTR_OP_UNKNOWN_WT			0
#define BTR_OP_RANDOM				58	/* bytes */
#define BTR_OP_RANDOM_WT			2
#define BTR_OP_CLOCK_NS				59	/* packed sint64 */
#define BTR_OP_CLOCK_NS_WT			2
#define BTR_OP_FAILURES				60	/* packed uint64 */
#define BTR_OP_FAILURES_WT			2
#define BTR_OP_TASK_OVERLAP			61	/* uint32 */
#define BTR_OP_TASK_OVERLAP_WT			0
#define BTR_OP_ACQUISITIONS			62	/* uint32 */
#define BTR_OP_ACQUISITIONS_WT			0

/* message bento.trace.v1.Empty */

/* message bento.trace.v1.Name */
#define BTR_NAME_NAME				1	/* bytes */
#define BTR_NAME_NAME_WT			2

/* message bento.trace.v1.Attr */
#define BTR_ATTR_SIZE				1	/* uint64 */
#define BTR_ATTR_SIZE_WT			0
#define BTR_ATTR_MODE				2	/* uint32 */
#define BTR_ATTR_MODE_WT			0
#define BTR_ATTR_MTIME				3	/* sint64 */
#define BTR_ATTR_MTIME_WT			0
#define BTR_ATTR_CTIME				4	/* sint64 */
#define BTR_ATTR_CTIME_WT			0
#define BTR_ATTR_ATIME				5	/* sint64 */
#define BTR_ATTR_ATIME_WT			0
#define BTR_ATTR_NLINK_LESS_ONE			6	/* sint32 */
#define BTR_ATTR_NLINK_LESS_ONE_WT		0
#define BTR_ATTR_UID				7	/* uint32 */
#define BTR_ATTR_UID_WT				0
#define BTR_ATTR_GID				8	/* uint32 */
#define BTR_ATTR_GID_WT				0
#define BTR_ATTR_BLOCKS_DELTA			9	/* sint64 */
#define BTR_ATTR_BLOCKS_DELTA_WT		0
#define BTR_ATTR_INO_DELTA			10	/* sint64 */
#define BTR_ATTR_INO_DELTA_WT			0
#define BTR_ATTR_RDEV				11	/* uint32 */
#define BTR_ATTR_RDEV_WT			0
#define BTR_ATTR_BLKSIZE_DELTA			12	/* sint32 */
#define BTR_ATTR_BLKSIZE_DELTA_WT		0
#define BTR_ATTR_TTL_DELTA_NS			13	/* sint64 */
#define BTR_ATTR_TTL_DELTA_NS_WT		0

/* message bento.trace.v1.Entry */
#define BTR_ENTRY_NODEID			1	/* uint64 */
#define BTR_ENTRY_NODEID_WT			0
#define BTR_ENTRY_ATTR				2	/* Attr */
#define BTR_ENTRY_ATTR_WT			2
#define BTR_ENTRY_GENERATION			3	/* uint64 */
#define BTR_ENTRY_GENERATION_WT			0
#define BTR_ENTRY_TTL_DELTA_NS			4	/* sint64 */
#define BTR_ENTRY_TTL_DELTA_NS_WT		0

/* message bento.trace.v1.Opened */
#define BTR_OPENED_FH				1	/* uint64 */
#define BTR_OPENED_FH_WT			0
#define BTR_OPENED_FLAGS			2	/* uint32 */
#define BTR_OPENED_FLAGS_WT			0

/* message bento.trace.v1.Created */
#define BTR_CREATED_ENTRY			1	/* Entry */
#define BTR_CREATED_ENTRY_WT			2
#define BTR_CREATED_OPENED			2	/* Opened */
#define BTR_CREATED_OPENED_WT			2

/* message bento.trace.v1.Data */
#define BTR_DATA_SIZE				1	/* uint64 */
#define BTR_DATA_SIZE_WT			0
#define BTR_DATA_HASH				2	/* fixed64 */
#define BTR_DATA_HASH_WT			1

/* message bento.trace.v1.Listing */
#define BTR_LISTING_ENTRY			1	/* repeated DirEntry */
#define BTR_LISTING_ENTRY_WT			2

/* message bento.trace.v1.DirEntry */
#define BTR_DIR_ENTRY_NAME			1	/* bytes */
#define BTR_DIR_ENTRY_NAME_WT			2
#define BTR_DIR_ENTRY_INO			2	/* uint64 */
#define BTR_DIR_ENTRY_INO_WT			0
#define BTR_DIR_ENTRY_COOKIE_DELTA		3	/* sint64 */
#define BTR_DIR_ENTRY_COOKIE_DELTA_WT		0
#define BTR_DIR_ENTRY_TYPE			4	/* uint32 */
#define BTR_DIR_ENTRY_TYPE_WT			0
#define BTR_DIR_ENTRY_ENTRY			5	/* Entry */
#define BTR_DIR_ENTRY_ENTRY_WT			2

/* message bento.trace.v1.Statfs */
#define BTR_STATFS_BLOCKS			1	/* uint64 */
#define BTR_STATFS_BLOCKS_WT			0
#define BTR_STATFS_BFREE			2	/* uint64 */
#define BTR_STATFS_BFREE_WT			0
#define BTR_STATFS_BAVAIL			3	/* uint64 */
#define BTR_STATFS_BAVAIL_WT			0
#define BTR_STATFS_FILES			4	/* uint64 */
#define BTR_STATFS_FILES_WT			0
#define BTR_STATFS_FFREE			5	/* uint64 */
#define BTR_STATFS_FFREE_WT			0
#define BTR_STATFS_BSIZE			6	/* uint32 */
#define BTR_STATFS_BSIZE_WT			0
#define BTR_STATFS_NAMELEN			7	/* uint32 */
#define BTR_STATFS_NAMELEN_WT			0
#define BTR_STATFS_FRSIZE			8	/* uint32 */
#define BTR_STATFS_FRSIZE_WT			0

/* message bento.trace.v1.FileLock */
#define BTR_FILE_LOCK_START			1	/* uint64 */
#define BTR_FILE_LOCK_START_WT			0
#define BTR_FILE_LOCK_END			2	/* uint64 */
#define BTR_FILE_LOCK_END_WT			0
#define BTR_FILE_LOCK_TYPE			3	/* uint32 */
#define BTR_FILE_LOCK_TYPE_WT			0
#define BTR_FILE_LOCK_PID			4	/* uint32 */
#define BTR_FILE_LOCK_PID_WT			0

/* message bento.trace.v1.IoctlReply */
#define BTR_IOCTL_REPLY_RESULT			1	/* sint32 */
#define BTR_IOCTL_REPLY_RESULT_WT		0
#define BTR_IOCTL_REPLY_DATA			2	/* bytes */
#define BTR_IOCTL_REPLY_DATA_WT			2

/* message bento.trace.v1.Stat64 */
#define BTR_STAT64_ATTR				1	/* Attr */
#define BTR_STAT64_ATTR_WT			2
#define BTR_STAT64_MASK				2	/* uint32 */
#define BTR_STAT64_MASK_WT			0
#define BTR_STAT64_BTIME			3	/* sint64 */
#define BTR_STAT64_BTIME_WT			0
#define BTR_STAT64_ATTRIBUTES			4	/* uint64 */
#define BTR_STAT64_ATTRIBUTES_WT		0

/* message bento.trace.v1.Lookup */
#define BTR_LOOKUP_NAME				1	/* bytes */
#define BTR_LOOKUP_NAME_WT			2

/* message bento.trace.v1.Getattr */
#define BTR_GETATTR_FLAGS			1	/* uint32 */
#define BTR_GETATTR_FLAGS_WT			0
#define BTR_GETATTR_FH				2	/* uint64 */
#define BTR_GETATTR_FH_WT			0

/* message bento.trace.v1.Read */
#define BTR_READ_FH				1	/* uint64 */
#define BTR_READ_FH_WT				0
#define BTR_READ_OFFSET				2	/* uint64 */
#define BTR_READ_OFFSET_WT			0
#define BTR_READ_SIZE				3	/* uint32 */
#define BTR_READ_SIZE_WT			0
#define BTR_READ_FLAGS				4	/* uint32 */
#define BTR_READ_FLAGS_WT			0

/* message bento.trace.v1.Write */
#define BTR_WRITE_FH				1	/* uint64 */
#define BTR_WRITE_FH_WT				0
#define BTR_WRITE_OFFSET			2	/* uint64 */
#define BTR_WRITE_OFFSET_WT			0
#define BTR_WRITE_SIZE				3	/* uint32 */
#define BTR_WRITE_SIZE_WT			0
#define BTR_WRITE_FLAGS				4	/* uint32 */
#define BTR_WRITE_FLAGS_WT			0
#define BTR_WRITE_WRITE_FLAGS			5	/* uint32 */
#define BTR_WRITE_WRITE_FLAGS_WT		0
#define BTR_WRITE_INLINE			6	/* bytes */
#define BTR_WRITE_INLINE_WT			2
#define BTR_WRITE_HASH				7	/* bytes */
#define BTR_WRITE_HASH_WT			2

/* message bento.trace.v1.Forget */
#define BTR_FORGET_NODES			1	/* packed uint64 */
#define BTR_FORGET_NODES_WT			2

/* message bento.trace.v1.Setattr */
#define BTR_SETATTR_VALID			1	/* uint32 */
#define BTR_SETATTR_VALID_WT			0
#define BTR_SETATTR_SIZE			2	/* uint64 */
#define BTR_SETATTR_SIZE_WT			0
#define BTR_SETATTR_MODE			3	/* uint32 */
#define BTR_SETATTR_MODE_WT			0
#define BTR_SETATTR_UID				4	/* uint32 */
#define BTR_SETATTR_UID_WT			0
#define BTR_SETATTR_GID				5	/* uint32 */
#define BTR_SETATTR_GID_WT			0
#define BTR_SETATTR_ATIME			6	/* sint64 */
#define BTR_SETATTR_ATIME_WT			0
#define BTR_SETATTR_MTIME			7	/* sint64 */
#define BTR_SETATTR_MTIME_WT			0
#define BTR_SETATTR_CTIME			8	/* sint64 */
#define BTR_SETATTR_CTIME_WT			0
#define BTR_SETATTR_FH				9	/* uint64 */
#define BTR_SETATTR_FH_WT			0

/* message bento.trace.v1.Symlink */
#define BTR_SYMLINK_NAME			1	/* bytes */
#define BTR_SYMLINK_NAME_WT			2
#define BTR_SYMLINK_TARGET			2	/* bytes */
#define BTR_SYMLINK_TARGET_WT			2

/* message bento.trace.v1.Mknod */
#define BTR_MKNOD_NAME				1	/* bytes */
#define BTR_MKNOD_NAME_WT			2
#define BTR_MKNOD_MODE				2	/* uint32 */
#define BTR_MKNOD_MODE_WT			0
#define BTR_MKNOD_RDEV				3	/* uint32 */
#define BTR_MKNOD_RDEV_WT			0
#define BTR_MKNOD_UMASK				4	/* uint32 */
#define BTR_MKNOD_UMASK_WT			0

/* message bento.trace.v1.Mkdir */
#define BTR_MKDIR_NAME				1	/* bytes */
#define BTR_MKDIR_NAME_WT			2
#define BTR_MKDIR_MODE				2	/* uint32 */
#define BTR_MKDIR_MODE_WT			0
#define BTR_MKDIR_UMASK				3	/* uint32 */
#define BTR_MKDIR_UMASK_WT			0

/* message bento.trace.v1.Rename */
#define BTR_RENAME_NAME				1	/* bytes */
#define BTR_RENAME_NAME_WT			2
#define BTR_RENAME_NEW_PARENT			2	/* uint64 */
#define BTR_RENAME_NEW_PARENT_WT		0
#define BTR_RENAME_NEW_NAME			3	/* bytes */
#define BTR_RENAME_NEW_NAME_WT			2
#define BTR_RENAME_FLAGS			4	/* uint32 */
#define BTR_RENAME_FLAGS_WT			0

/* message bento.trace.v1.Link */
#define BTR_LINK_NEW_PARENT			1	/* uint64 */
#define BTR_LINK_NEW_PARENT_WT			0
#define BTR_LINK_NEW_NAME			2	/* bytes */
#define BTR_LINK_NEW_NAME_WT			2

/* message bento.trace.v1.Open */
#define BTR_OPEN_FLAGS				1	/* uint32 */
#define BTR_OPEN_FLAGS_WT			0

/* message bento.trace.v1.Release */
#define BTR_RELEASE_FH				1	/* uint64 */
#define BTR_RELEASE_FH_WT			0
#define BTR_RELEASE_FLAGS			2	/* uint32 */
#define BTR_RELEASE_FLAGS_WT			0
#define BTR_RELEASE_RELEASE_FLAGS		3	/* uint32 */
#define BTR_RELEASE_RELEASE_FLAGS_WT		0

/* message bento.trace.v1.Fsync */
#define BTR_FSYNC_FH				1	/* uint64 */
#define BTR_FSYNC_FH_WT				0
#define BTR_FSYNC_DATASYNC			2	/* bool */
#define BTR_FSYNC_DATASYNC_WT			0

/* message bento.trace.v1.Flush */
#define BTR_FLUSH_FH				1	/* uint64 */
#define BTR_FLUSH_FH_WT				0

/* message bento.trace.v1.Setxattr */
#define BTR_SETXATTR_NAME			1	/* bytes */
#define BTR_SETXATTR_NAME_WT			2
#define BTR_SETXATTR_VALUE			2	/* bytes */
#define BTR_SETXATTR_VALUE_WT			2
#define BTR_SETXATTR_FLAGS			3	/* uint32 */
#define BTR_SETXATTR_FLAGS_WT			0

/* message bento.trace.v1.Getxattr */
#define BTR_GETXATTR_NAME			1	/* bytes */
#define BTR_GETXATTR_NAME_WT			2
#define BTR_GETXATTR_SIZE			2	/* uint32 */
#define BTR_GETXATTR_SIZE_WT			0

/* message bento.trace.v1.Listxattr */
#define BTR_LISTXATTR_SIZE			1	/* uint32 */
#define BTR_LISTXATTR_SIZE_WT			0

/* message bento.trace.v1.Readdir */
#define BTR_READDIR_FH				1	/* uint64 */
#define BTR_READDIR_FH_WT			0
#define BTR_READDIR_COOKIE			2	/* uint64 */
#define BTR_READDIR_COOKIE_WT			0
#define BTR_READDIR_SIZE			3	/* uint32 */
#define BTR_READDIR_SIZE_WT			0

/* message bento.trace.v1.LockRequest */
#define BTR_LOCK_REQUEST_FH			1	/* uint64 */
#define BTR_LOCK_REQUEST_FH_WT			0
#define BTR_LOCK_REQUEST_OWNER			2	/* uint64 */
#define BTR_LOCK_REQUEST_OWNER_WT		0
#define BTR_LOCK_REQUEST_LOCK			3	/* FileLock */
#define BTR_LOCK_REQUEST_LOCK_WT		2
#define BTR_LOCK_REQUEST_FLAGS			4	/* uint32 */
#define BTR_LOCK_REQUEST_FLAGS_WT		0

/* message bento.trace.v1.Access */
#define BTR_ACCESS_MASK				1	/* uint32 */
#define BTR_ACCESS_MASK_WT			0

/* message bento.trace.v1.Create */
#define BTR_CREATE_NAME				1	/* bytes */
#define BTR_CREATE_NAME_WT			2
#define BTR_CREATE_MODE				2	/* uint32 */
#define BTR_CREATE_MODE_WT			0
#define BTR_CREATE_UMASK			3	/* uint32 */
#define BTR_CREATE_UMASK_WT			0
#define BTR_CREATE_FLAGS			4	/* uint32 */
#define BTR_CREATE_FLAGS_WT			0

/* message bento.trace.v1.Tmpfile */
#define BTR_TMPFILE_MODE			1	/* uint32 */
#define BTR_TMPFILE_MODE_WT			0
#define BTR_TMPFILE_UMASK			2	/* uint32 */
#define BTR_TMPFILE_UMASK_WT			0
#define BTR_TMPFILE_FLAGS			3	/* uint32 */
#define BTR_TMPFILE_FLAGS_WT			0

/* message bento.trace.v1.Bmap */
#define BTR_BMAP_BLOCK				1	/* uint64 */
#define BTR_BMAP_BLOCK_WT			0
#define BTR_BMAP_BLOCK_SIZE			2	/* uint32 */
#define BTR_BMAP_BLOCK_SIZE_WT			0

/* message bento.trace.v1.Ioctl */
#define BTR_IOCTL_FH				1	/* uint64 */
#define BTR_IOCTL_FH_WT				0
#define BTR_IOCTL_COMMAND			2	/* uint32 */
#define BTR_IOCTL_COMMAND_WT			0
#define BTR_IOCTL_ARGUMENT			3	/* uint64 */
#define BTR_IOCTL_ARGUMENT_WT			0
#define BTR_IOCTL_FLAGS				4	/* uint32 */
#define BTR_IOCTL_FLAGS_WT			0
#define BTR_IOCTL_DATA				5	/* bytes */
#define BTR_IOCTL_DATA_WT			2
#define BTR_IOCTL_OUT_SIZE			6	/* uint32 */
#define BTR_IOCTL_OUT_SIZE_WT			0

/* message bento.trace.v1.Poll */
#define BTR_POLL_FH				1	/* uint64 */
#define BTR_POLL_FH_WT				0
#define BTR_POLL_EVENTS				2	/* uint32 */
#define BTR_POLL_EVENTS_WT			0

/* message bento.trace.v1.Fallocate */
#define BTR_FALLOCATE_FH			1	/* uint64 */
#define BTR_FALLOCATE_FH_WT			0
#define BTR_FALLOCATE_OFFSET			2	/* uint64 */
#define BTR_FALLOCATE_OFFSET_WT			0
#define BTR_FALLOCATE_LENGTH			3	/* uint64 */
#define BTR_FALLOCATE_LENGTH_WT			0
#define BTR_FALLOCATE_MODE			4	/* uint32 */
#define BTR_FALLOCATE_MODE_WT			0

/* message bento.trace.v1.Lseek */
#define BTR_LSEEK_FH				1	/* uint64 */
#define BTR_LSEEK_FH_WT				0
#define BTR_LSEEK_OFFSET			2	/* uint64 */
#define BTR_LSEEK_OFFSET_WT			0
#define BTR_LSEEK_WHENCE			3	/* uint32 */
#define BTR_LSEEK_WHENCE_WT			0

/* message bento.trace.v1.CopyFileRange */
#define BTR_COPY_FILE_RANGE_FH_IN		1	/* uint64 */
#define BTR_COPY_FILE_RANGE_FH_IN_WT		0
#define BTR_COPY_FILE_RANGE_OFFSET_IN		2	/* uint64 */
#define BTR_COPY_FILE_RANGE_OFFSET_IN_WT	0
#define BTR_COPY_FILE_RANGE_NODEID_OUT		3	/* uint64 */
#define BTR_COPY_FILE_RANGE_NODEID_OUT_WT	0
#define BTR_COPY_FILE_RANGE_FH_OUT		4	/* uint64 */
#define BTR_COPY_FILE_RANGE_FH_OUT_WT		0
#define BTR_COPY_FILE_RANGE_OFFSET_OUT		5	/* uint64 */
#define BTR_COPY_FILE_RANGE_OFFSET_OUT_WT	0
#define BTR_COPY_FILE_RANGE_LENGTH		6	/* uint64 */
#define BTR_COPY_FILE_RANGE_LENGTH_WT		0
#define BTR_COPY_FILE_RANGE_FLAGS		7	/* uint64 */
#define BTR_COPY_FILE_RANGE_FLAGS_WT		0

/* message bento.trace.v1.Statx */
#define BTR_STATX_FH				1	/* uint64 */
#define BTR_STATX_FH_WT				0
#define BTR_STATX_FLAGS				2	/* uint32 */
#define BTR_STATX_FLAGS_WT			0
#define BTR_STATX_MASK				3	/* uint32 */
#define BTR_STATX_MASK_WT			0

/* message bento.trace.v1.Mkfs */
#define BTR_MKFS_OPTIONS			1	/* string */
#define BTR_MKFS_OPTIONS_WT			2

/* message bento.trace.v1.Records */
#define BTR_RECORDS_RECORD			1	/* repeated Record */
#define BTR_RECORDS_RECORD_WT			2

/* message bento.trace.v1.Record */
#define BTR_RECORD_OP				1	/* Op */
#define BTR_RECORD_OP_WT			2
#define BTR_RECORD_BLOCK			2	/* Block */
#define BTR_RECORD_BLOCK_WT			2
#define BTR_RECORD_BLOB				3	/* Blob */
#define BTR_RECORD_BLOB_WT			2
#define BTR_RECORD_CALLER			4	/* Caller */
#define BTR_RECORD_CALLER_WT			2
#define BTR_RECORD_GAP				5	/* Gap */
#define BTR_RECORD_GAP_WT			2
#define BTR_RECORD_CHECKPOINT			6	/* Checkpoint */
#define BTR_RECORD_CHECKPOINT_WT		2
#define BTR_RECORD_UPGRADE			7	/* Upgrade */
#define BTR_RECORD_UPGRADE_WT			2
#define BTR_RECORD_MARK				8	/* Mark */
#define BTR_RECORD_MARK_WT			2
#define BTR_RECORD_PANIC			9	/* Panic */
#define BTR_RECORD_PANIC_WT			2
#define BTR_RECORD_TASK				10	/* Task */
#define BTR_RECORD_TASK_WT			2
#define BTR_RECORD_UNFINISHED			11	/* Op */
#define BTR_RECORD_UNFINISHED_WT		2
#define BTR_RECORD_TIMES			12	/* Times */
#define BTR_RECORD_TIMES_WT			2

/* message bento.trace.v1.Times */
#define BTR_TIMES_DURATIONS			1	/* bytes */
#define BTR_TIMES_DURATIONS_WT			2
#define BTR_TIMES_ENDS				2	/* bytes */
#define BTR_TIMES_ENDS_WT			2
#define BTR_TIMES_END_BEFORE_NS			3	/* sint64 */
#define BTR_TIMES_END_BEFORE_NS_WT		0

/* message bento.trace.v1.Block */
#define BTR_BLOCK_NUMBER			1	/* uint64 */
#define BTR_BLOCK_NUMBER_WT			0
#define BTR_BLOCK_DATA				2	/* bytes */
#define BTR_BLOCK_DATA_WT			2

/* message bento.trace.v1.Blob */
#define BTR_BLOB_HASH				1	/* bytes */
#define BTR_BLOB_HASH_WT			2
#define BTR_BLOB_DATA				2	/* bytes */
#define BTR_BLOB_DATA_WT			2

/* message bento.trace.v1.Caller */
#define BTR_CALLER_INDEX			1	/* uint32 */
#define BTR_CALLER_INDEX_WT			0
#define BTR_CALLER_UID				2	/* uint32 */
#define BTR_CALLER_UID_WT			0
#define BTR_CALLER_GID				3	/* uint32 */
#define BTR_CALLER_GID_WT			0
#define BTR_CALLER_PID				4	/* uint32 */
#define BTR_CALLER_PID_WT			0

/* message bento.trace.v1.Gap */
#define BTR_GAP_DROPPED				1	/* uint64 */
#define BTR_GAP_DROPPED_WT			0
#define BTR_GAP_LOSS				2	/* repeated LossByCause */
#define BTR_GAP_LOSS_WT				2

/* message bento.trace.v1.LossByCause */
#define BTR_LOSS_BY_CAUSE_CAUSE			1	/* LossCause */
#define BTR_LOSS_BY_CAUSE_CAUSE_WT		0
#define BTR_LOSS_BY_CAUSE_CPU			2	/* uint32 */
#define BTR_LOSS_BY_CAUSE_CPU_WT		0
#define BTR_LOSS_BY_CAUSE_OPS			3	/* uint64 */
#define BTR_LOSS_BY_CAUSE_OPS_WT		0

/* enum bento.trace.v1.LossCause */
#define BTR_LOSS_CAUSE_UNSPECIFIED		0
#define BTR_LOSS_CAUSE_BUFFER_FULL		1
#define BTR_LOSS_CAUSE_NO_SPACE			2
#define BTR_LOSS_CAUSE_IO_ERROR			3
#define BTR_LOSS_CAUSE_TOO_LARGE		4
#define BTR_LOSS_CAUSE_OVERWRITTEN		5

/* message bento.trace.v1.Checkpoint */
#define BTR_CHECKPOINT_SCHEMA			1	/* uint32 */
#define BTR_CHECKPOINT_SCHEMA_WT		0
#define BTR_CHECKPOINT_STATE			2	/* bytes */
#define BTR_CHECKPOINT_STATE_WT			2
#define BTR_CHECKPOINT_LOCKS			3	/* packed uint64 */
#define BTR_CHECKPOINT_LOCKS_WT			2
#define BTR_CHECKPOINT_BLOCK			4	/* repeated Block */
#define BTR_CHECKPOINT_BLOCK_WT			2
#define BTR_CHECKPOINT_IN_FLIGHT		5	/* uint32 */
#define BTR_CHECKPOINT_IN_FLIGHT_WT		0
#define BTR_CHECKPOINT_STATE_BLOB		6	/* repeated bytes */
#define BTR_CHECKPOINT_STATE_BLOB_WT		2

/* message bento.trace.v1.Upgrade */
#define BTR_UPGRADE_FROM_BUILD_ID		1	/* bytes */
#define BTR_UPGRADE_FROM_BUILD_ID_WT		2
#define BTR_UPGRADE_TO_BUILD_ID			2	/* bytes */
#define BTR_UPGRADE_TO_BUILD_ID_WT		2
#define BTR_UPGRADE_FROM_SCHEMA			3	/* uint32 */
#define BTR_UPGRADE_FROM_SCHEMA_WT		0
#define BTR_UPGRADE_TO_SCHEMA			4	/* uint32 */
#define BTR_UPGRADE_TO_SCHEMA_WT		0
#define BTR_UPGRADE_QUIESCE_NS			5	/* uint64 */
#define BTR_UPGRADE_QUIESCE_NS_WT		0
#define BTR_UPGRADE_EXPORT_NS			6	/* uint64 */
#define BTR_UPGRADE_EXPORT_NS_WT		0
#define BTR_UPGRADE_IMPORT_NS			7	/* uint64 */
#define BTR_UPGRADE_IMPORT_NS_WT		0
#define BTR_UPGRADE_SWAP_NS			8	/* uint64 */
#define BTR_UPGRADE_SWAP_NS_WT			0
#define BTR_UPGRADE_STATE_BYTES			9	/* uint64 */
#define BTR_UPGRADE_STATE_BYTES_WT		0
#define BTR_UPGRADE_REFUSED			10	/* string */
#define BTR_UPGRADE_REFUSED_WT			2
#define BTR_UPGRADE_TO_REVISION			11	/* string */
#define BTR_UPGRADE_TO_REVISION_WT		2

/* message bento.trace.v1.Mark */
#define BTR_MARK_TEXT				1	/* string */
#define BTR_MARK_TEXT_WT			2
#define BTR_MARK_TIME_NS			2	/* fixed64 */
#define BTR_MARK_TIME_NS_WT			1

/* message bento.trace.v1.Panic */
#define BTR_PANIC_CAUSE				1	/* Cause */
#define BTR_PANIC_CAUSE_WT			0
#define BTR_PANIC_MESSAGE			2	/* string */
#define BTR_PANIC_MESSAGE_WT			2
#define BTR_PANIC_LOCATION			3	/* string */
#define BTR_PANIC_LOCATION_WT			2
#define BTR_PANIC_OP				4	/* Op */
#define BTR_PANIC_OP_WT				2
#define BTR_PANIC_TASK				5	/* Task */
#define BTR_PANIC_TASK_WT			2

/* enum bento.trace.v1.Panic.Cause */
#define BTR_PANIC_CAUSE_UNSPECIFIED		0
#define BTR_PANIC_CAUSE_PANIC			1
#define BTR_PANIC_CAUSE_DEADLINE		2
#define BTR_PANIC_CAUSE_STACK_OVERFLOW		3
#define BTR_PANIC_CAUSE_FAULT			4

/* message bento.trace.v1.Task */
#define BTR_TASK_THREAD				1	/* uint32 */
#define BTR_TASK_THREAD_WT			0
#define BTR_TASK_NAME				2	/* string */
#define BTR_TASK_NAME_WT			2
#define BTR_TASK_LOCK_ORDER			3	/* packed uint64 */
#define BTR_TASK_LOCK_ORDER_WT			2
#define BTR_TASK_RANDOM				4	/* bytes */
#define BTR_TASK_RANDOM_WT			2
#define BTR_TASK_CLOCK_NS			5	/* packed sint64 */
#define BTR_TASK_CLOCK_NS_WT			2
#define BTR_TASK_FAILURES			6	/* packed uint64 */
#define BTR_TASK_FAILURES_WT			2
#define BTR_TASK_ID				7	/* uint32 */
#define BTR_TASK_ID_WT				0
#define BTR_TASK_WORK				8	/* bool */
#define BTR_TASK_WORK_WT			0
#define BTR_TASK_BEGIN_NS			9	/* fixed64 */
#define BTR_TASK_BEGIN_NS_WT			1
#define BTR_TASK_DURATION_NS			10	/* uint64 */
#define BTR_TASK_DURATION_NS_WT			0
#define BTR_TASK_OVERLAP			11	/* uint32 */
#define BTR_TASK_OVERLAP_WT			0
#define BTR_TASK_TASK_OVERLAP			12	/* uint32 */
#define BTR_TASK_TASK_OVERLAP_WT		0
#define BTR_TASK_ENDED				13	/* bool */
#define BTR_TASK_ENDED_WT			0

/* message bento.trace.v1.Trace */
#define BTR_TRACE_HEADER			1	/* Header */
#define BTR_TRACE_HEADER_WT			2
#define BTR_TRACE_CHUNK				2	/* repeated Chunk */
#define BTR_TRACE_CHUNK_WT			2
#define BTR_TRACE_INDEX				3	/* Index */
#define BTR_TRACE_INDEX_WT			2
#define BTR_TRACE_TRAILER			4	/* Trailer */
#define BTR_TRACE_TRAILER_WT			2

/* message bento.trace.v1.Header */
#define BTR_HEADER_UUID				1	/* bytes */
#define BTR_HEADER_UUID_WT			2
#define BTR_HEADER_FORMAT_MAJOR			2	/* uint32 */
#define BTR_HEADER_FORMAT_MAJOR_WT		0
#define BTR_HEADER_FORMAT_MINOR			3	/* uint32 */
#define BTR_HEADER_FORMAT_MINOR_WT		0
#define BTR_HEADER_RECORDED_BY			4	/* string */
#define BTR_HEADER_RECORDED_BY_WT		2
#define BTR_HEADER_SOURCE			5	/* Source */
#define BTR_HEADER_SOURCE_WT			0
#define BTR_HEADER_KERNEL_RELEASE		6	/* string */
#define BTR_HEADER_KERNEL_RELEASE_WT		2
#define BTR_HEADER_START_REALTIME_NS		7	/* fixed64 */
#define BTR_HEADER_START_REALTIME_NS_WT		1
#define BTR_HEADER_CLOCK			8	/* string */
#define BTR_HEADER_CLOCK_WT			2
#define BTR_HEADER_MOUNT_OPTIONS		9	/* string */
#define BTR_HEADER_MOUNT_OPTIONS_WT		2
#define BTR_HEADER_MODULE			10	/* Module */
#define BTR_HEADER_MODULE_WT			2
#define BTR_HEADER_DEVICE			11	/* Device */
#define BTR_HEADER_DEVICE_WT			2
#define BTR_HEADER_DROP_POLICY			12	/* DropPolicy */
#define BTR_HEADER_DROP_POLICY_WT		0
#define BTR_HEADER_DATA_POLICY			13	/* DataPolicy */
#define BTR_HEADER_DATA_POLICY_WT		0
#define BTR_HEADER_ORIGIN			14	/* Origin */
#define BTR_HEADER_ORIGIN_WT			0
#define BTR_HEADER_FS_OPTIONS			15	/* string */
#define BTR_HEADER_FS_OPTIONS_WT		2
#define BTR_HEADER_USUAL_TTL_NS			16	/* uint64 */
#define BTR_HEADER_USUAL_TTL_NS_WT		0
#define BTR_HEADER_COMMAND			17	/* repeated bytes */
#define BTR_HEADER_COMMAND_WT			2
#define BTR_HEADER_READ_HASH			18	/* ReadHash */
#define BTR_HEADER_READ_HASH_WT			0
#define BTR_HEADER_CRC32			24	/* fixed32 */
#define BTR_HEADER_CRC32_WT			5

/* enum bento.trace.v1.ReadHash */
#define BTR_READ_HASH_XXH3_64			0
#define BTR_READ_HASH_XXH64			1

/* enum bento.trace.v1.Source */
#define BTR_SOURCE_UNSPECIFIED			0
#define BTR_SOURCE_FUSE				1
#define BTR_SOURCE_KERNEL			2
#define BTR_SOURCE_DERIVED			3

/* message bento.trace.v1.Module */
#define BTR_MODULE_FS_NAME			1	/* string */
#define BTR_MODULE_FS_NAME_WT			2
#define BTR_MODULE_BUILD_ID			2	/* bytes */
#define BTR_MODULE_BUILD_ID_WT			2
#define BTR_MODULE_SOURCE_REVISION		3	/* string */
#define BTR_MODULE_SOURCE_REVISION_WT		2
#define BTR_MODULE_ABI_MAJOR			4	/* uint32 */
#define BTR_MODULE_ABI_MAJOR_WT			0
#define BTR_MODULE_ABI_MINOR			5	/* uint32 */
#define BTR_MODULE_ABI_MINOR_WT			0
#define BTR_MODULE_STATE_SCHEMA			6	/* uint32 */
#define BTR_MODULE_STATE_SCHEMA_WT		0
#define BTR_MODULE_LOCK_CLASS			7	/* repeated string */
#define BTR_MODULE_LOCK_CLASS_WT		2

/* message bento.trace.v1.Device */
#define BTR_DEVICE_BLOCK_SIZE			1	/* uint32 */
#define BTR_DEVICE_BLOCK_SIZE_WT		0
#define BTR_DEVICE_BLOCKS			2	/* uint64 */
#define BTR_DEVICE_BLOCKS_WT			0

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

/* message bento.trace.v1.Chunk */
#define BTR_CHUNK_SYNC				1	/* fixed64 */
#define BTR_CHUNK_SYNC_WT			1
#define BTR_CHUNK_CODEC				2	/* Codec */
#define BTR_CHUNK_CODEC_WT			0
#define BTR_CHUNK_RAW_SIZE			3	/* uint32 */
#define BTR_CHUNK_RAW_SIZE_WT			0
#define BTR_CHUNK_FIRST_SEQ			4	/* uint64 */
#define BTR_CHUNK_FIRST_SEQ_WT			0
#define BTR_CHUNK_LAST_SEQ			5	/* uint64 */
#define BTR_CHUNK_LAST_SEQ_WT			0
#define BTR_CHUNK_RECORDS			6	/* uint32 */
#define BTR_CHUNK_RECORDS_WT			0
#define BTR_CHUNK_DROPPED			7	/* uint64 */
#define BTR_CHUNK_DROPPED_WT			0
#define BTR_CHUNK_BASE_TIME_NS			8	/* fixed64 */
#define BTR_CHUNK_BASE_TIME_NS_WT		1
#define BTR_CHUNK_PAYLOAD			13	/* bytes */
#define BTR_CHUNK_PAYLOAD_WT			2
#define BTR_CHUNK_CRC32				15	/* fixed32 */
#define BTR_CHUNK_CRC32_WT			5

/* message bento.trace.v1.Index */
#define BTR_INDEX_CHUNK				1	/* repeated ChunkPlace */
#define BTR_INDEX_CHUNK_WT			2
#define BTR_INDEX_ACCOUNT			2	/* Account */
#define BTR_INDEX_ACCOUNT_WT			2
#define BTR_INDEX_LOSS				3	/* repeated LossByCause */
#define BTR_INDEX_LOSS_WT			2
#define BTR_INDEX_END_REALTIME_NS		4	/* fixed64 */
#define BTR_INDEX_END_REALTIME_NS_WT		1
#define BTR_INDEX_CRC32				8	/* fixed32 */
#define BTR_INDEX_CRC32_WT			5

/* message bento.trace.v1.ChunkPlace */
#define BTR_CHUNK_PLACE_OFFSET			1	/* uint64 */
#define BTR_CHUNK_PLACE_OFFSET_WT		0
#define BTR_CHUNK_PLACE_FIRST_SEQ		2	/* uint64 */
#define BTR_CHUNK_PLACE_FIRST_SEQ_WT		0
#define BTR_CHUNK_PLACE_LAST_SEQ		3	/* uint64 */
#define BTR_CHUNK_PLACE_LAST_SEQ_WT		0
#define BTR_CHUNK_PLACE_BASE_TIME_NS		4	/* fixed64 */
#define BTR_CHUNK_PLACE_BASE_TIME_NS_WT		1

/* message bento.trace.v1.Account */
#define BTR_ACCOUNT_OFFERED			1	/* uint64 */
#define BTR_ACCOUNT_OFFERED_WT			0
#define BTR_ACCOUNT_RECORDED			2	/* uint64 */
#define BTR_ACCOUNT_RECORDED_WT			0
#define BTR_ACCOUNT_DROPPED			3	/* uint64 */
#define BTR_ACCOUNT_DROPPED_WT			0
#define BTR_ACCOUNT_FILTERED			4	/* uint64 */
#define BTR_ACCOUNT_FILTERED_WT			0

/* message bento.trace.v1.Trailer */
#define BTR_TRAILER_INDEX_OFFSET		1	/* fixed64 */
#define BTR_TRAILER_INDEX_OFFSET_WT		1
#define BTR_TRAILER_MARK			2	/* fixed64 */
#define BTR_TRAILER_MARK_WT			1

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
