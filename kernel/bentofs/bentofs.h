/* SPDX-License-Identifier: GPL-2.0 */
/*
 * BentoFS, inside: what its parts share.
 *
 *   VFS (super, dir, inode, file, data, xattr, ...)  ->  bento_call()  ->  dispatch of the module
 *                                                            |                    |
 *                                                        recorder  <----  bento_ks_*()
 *
 * Rules that hold everywhere:
 *  - The gate of a mount is held around dispatch only: never across a copy to or from user memory,
 *    and never while an op waits for another op.
 *  - Dispatch runs under memalloc_nofs_save(), so that reclaim inside a module never comes back
 *    into a file system.
 *  - A failed read never marks a folio up to date; a failed write-back reaches fsync through the
 *    mapping's error.
 *  - Trouble in the recorder never fails a file operation; it is counted.
 */
#ifndef BENTOFS_H
#define BENTOFS_H

#include <linux/completion.h>
#include <linux/fs.h>
#include <linux/fuse.h>
#include <linux/hrtimer.h>
#include <linux/kobject.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/percpu-refcount.h>
#include <linux/rbtree.h>
#include <linux/spinlock.h>
#include <linux/static_key.h>
#include <linux/wait.h>
#include <linux/xarray.h>

#include "../include/bento_abi.h"
#include "ks/rwlock.h"

#define BENTO_NAME_MAX 255
#define BENTO_FS_NAME_MAX 31
/* Opcodes that a module may answer ENOSYS to, once and for all. */
#define BENTO_OPCODES 64
/* Threads that the lock order of a trace can name by a bit of their own; as in bento-host. */
#define BENTO_SEEN_THREADS 63u
/*
 * Ops at once, each with a slot of its own; more wait. Slots from here on are for tasks of the
 * module's own.
 */
#define BENTO_OP_SLOTS 48
/* Tasks at once that the watchdog can see; of more, the runs wait for one to end. */
#define BENTO_TASK_SLOTS 64
/* Most pages of one READ or WRITE. */
#define BENTO_MAX_PAGES 256

struct bento_capture;
struct bento_slot;
struct bento_dev;
struct bento_options;
struct bento_task;
struct bento_watchdog;

#include "registry.h"
#include "instance.h"
#include "mount.h"
#include "call.h"
#include "guard.h"
#include "vfs.h"
#include "upgrade.h"

/* opnames.c: by opcode; NULL where there is none. */
extern const char *const bento_op_names[BENTO_OPCODES];
int bento_op_number(const char *name);
/* The same, and of steps that are no ops; never NULL. */
const char *bento_op_name(u32 opcode);

#endif /* BENTOFS_H */
