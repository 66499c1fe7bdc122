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
/* Threads that the lock order of a trace can name by a bit; as in bento-host. */
#define BENTO_SLOTS 64
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
struct bento_task;
struct bento_watchdog;

/* ---- registry.c: file systems by name, and their versions ---- */

/* One version of a file system: a loaded module. Lives until the module unregisters it. */
struct bento_version {
	struct list_head link;			/* in bento_fs.versions, oldest first */
	struct bento_fs *fs;
	struct module *owner;
	const struct bento_module_desc *desc;
	char *revision;
	char **lock_classes;			/* [0] is "block" */
	unsigned int nr_lock_classes;
	u8 build_id[20];
	unsigned int build_id_len;
};

/* A file-system name. */
struct bento_fs {
	struct list_head link;
	char name[BENTO_FS_NAME_MAX + 1];
	struct list_head versions;
	struct bento_version *current_version;	/* what new mounts get */
	struct list_head mounts;		/* bento_mount.of_fs */
	struct kobject kobj; /* /sys/fs/bentofs/fs/NAME; parent NULL: not there */
	struct completion kobj_gone;
};

/* Protects the registry, and is held throughout an upgrade: one at a time. */
extern struct mutex bento_registry_lock;

/*
 * The current version of `name`, its module pinned; ERR_PTR(-ENODEV), after asking user space for
 * the module "bento_NAME". Under bento_registry_lock from then on until the mount is in fs->mounts,
 * lest an upgrade miss it.
 */
struct bento_version *bento_version_get(const char *name);
/* Pins the module of a version once more; false when it is being removed. */
bool bento_version_pin(struct bento_version *version);
void bento_version_put(struct bento_version *version);

/* ---- instance.c: one version at work on one mount ---- */

/* The tasks (threads, work items) of an instance's own: ks/task.h. */
struct bento_tasks {
	spinlock_t guard;
	bool shut;				/* their gate */
	unsigned int running;			/* not at rest */
	wait_queue_head_t moved;		/* any of this changed */
	u32 made;
	struct list_head all;
};

struct bento_instance {
	struct bento_version *version;		/* pinned */
	struct bento_mount *mount;
	void *opaque;				/* the module's */
	/* Set by the first crash, never cleared: services stop coming back, ops answer EIO. */
	bool crashed;
	bool read_only;				/* as it was made */
	struct list_head locks;			/* struct bento_lock, all that live */
	spinlock_t locks_guard;
	s64 __percpu *bytes;			/* that the module has allocated and not freed */
	struct bento_tasks tasks;
	struct bento_rwlock tasks_making;	/* lock 0 of class BENTO_LOCK_CLASS_TASK */
};

/* Exported state, kvmalloc'ed. */
struct bento_state {
	u8 *bytes;
	size_t len;
	size_t room;
	u32 schema;
};

/* Pins the version. */
struct bento_instance *bento_instance_create(struct bento_mount *mount,
					     struct bento_version *version, bool mkfs);
struct bento_instance *bento_instance_import(struct bento_mount *mount,
					     struct bento_version *version,
					     const struct bento_state *state);
int bento_instance_export(struct bento_instance *instance, struct bento_state *state);
/*
 * A hand-over in parts: the first while ops go on, of which bento_instance_import() makes an
 * instance; the others bring that one up to date, the last with the gate being shut. -EAGAIN: more
 * has changed than can be told; hand over as a whole.
 */
static inline bool bento_hands_over_early(const struct bento_module_desc *desc)
{
	return desc->size >= sizeof(*desc) && desc->export_early && desc->export_late &&
	       desc->import_late;
}

int bento_instance_export_early(struct bento_instance *instance, struct bento_state *state);
int bento_instance_export_late(struct bento_instance *instance, bool last,
			       struct bento_state *state);
int bento_instance_import_late(struct bento_instance *instance, const struct bento_state *state);
/* Ends and frees it, and drops its version. Answers the module's errno as a negative number. */
int bento_instance_destroy(struct bento_instance *instance, bool discard);
void bento_state_free(struct bento_state *state);
/*
 * ks/task.c. Tasks begin, or go on, once the gate of the mount's instance opens; gate.c does both.
 */
int bento_tasks_init(void);
void bento_tasks_exit(void);
void bento_tasks_of_instance(struct bento_tasks *tasks);
void bento_tasks_open(struct bento_instance *instance);
/*
 * Shuts it and waits until all rest; -ETIMEDOUT after `timeout` jiffies, it then being open again.
 */
int bento_tasks_shut(struct bento_instance *instance, unsigned long timeout);
/* Ends the tasks that a crash, or a careless module, has left. */
void bento_instance_end_tasks(struct bento_instance *instance);
/* ks/lock.c: frees what locks a crashed instance has left. */
void bento_locks_free(struct bento_instance *instance);

/*
 * What is said of an op under way outside of its own thread: a copy, since the op may end while one
 * looks. `unique` is 0 while the slot is free, and is written last.
 */
struct bento_in_slot {
	u64 unique;
	struct task_struct *task;
	struct bento_ctx *ctx; /* not to be followed but on the op's own cpu, see watchdog.c */
	unsigned long since; /* jiffies; time that it waited for devices is added */
	u64 nodeid;
	u32 opcode;
	u32 waits_class;			/* lock that it sleeps for; ~0 when it does not */
	u64 waits_key;
	/*
	 * The watchdog's own: an op it looks at, how often it found it past its deadline, and which
	 * one it spoke of.
	 */
	u64 looked_at;
	u32 looks;
	u64 reported;
} ____cacheline_aligned;

/* ---- a mount ---- */

struct bento_mount {
	struct super_block *sb;
	struct bento_fs *fs;
	struct list_head of_fs;
	struct kobject kobj;			/* /sys/fs/bentofs/mounts/ID */
	struct completion kobj_gone;
	u32 id;					/* counted from 1 */
	struct bento_dev *dev;			/* ks/dev.c; NULL for type bento */
	char *fs_options;			/* for the module's create() */
	bool default_permissions;
	bool read_only;				/* how instances are made */

	/* The gate: taken shared by each op, shut for upgrades and checkpoints. */
	struct percpu_ref gate;
	struct completion drained;
	wait_queue_head_t opened;
	struct bento_instance *instance;	/* changes only while the gate is shut */

	atomic64_t unique;
	struct bento_forgets *forgets;		/* inode.c */
	/* Opcodes answered ENOSYS: not sent again until the next upgrade. */
	DECLARE_BITMAP(absent, BENTO_OPCODES);
	/* Slots of ops under way, as bits; and who waits for one. */
	atomic64_t slots;
	wait_queue_head_t slot_free;
	atomic64_t task_slots;			/* likewise, of tasks that run */
	struct bento_in_slot *in_slot; /* BENTO_OP_SLOTS for ops, then BENTO_TASK_SLOTS for tasks */

	/*
	 * Bytes that may become dirty before the module is asked again what room there is: room.c.
	 */
	atomic64_t room;
	bool room_is_low;

	/*
	 * Ops per opcode that ended, whether recorded or not: for status and as an independent
	 * count.
	 */
	u64 __percpu *ended;

	struct bento_capture *capture;		/* changes only while the gate is shut */
	u32 epoch;				/* number of the recording under way; 0: none */
	/*
	 * Counted from 1; another when the instance is one that knows nothing of what came before:
	 * era.c. Changes only while the gate is shut.
	 */
	u32 era;
	struct task_struct *reviver;		/* may pass the gate though it is shut */
	u64 left_bytes;				/* that instances which crashed have left behind */
	struct delayed_work sync_work;		/* SYNCFS some seconds after a change */
	bool changed;				/* since the last SYNCFS */
	struct bento_watchdog *watchdog;	/* watchdog.c */
	unsigned int deadline_ms;
	/*
	 * Waits for the device under way, and jiffies of the last end of one: who waits for a lock
	 * meanwhile is not stuck.
	 */
	atomic_t io_waits;
	unsigned long io_moved;
	struct bento_upgrade_result *last_upgrade;
	struct rcu_head rcu;
};

static inline struct bento_mount *bento_sb(const struct super_block *sb)
{
	return sb->s_fs_info;
}

/* Something changed: SYNCFS some seconds from now, so that idle data becomes durable. super.c */
void bento_sync_soon(struct bento_mount *mount);

/* ---- era.c ---- */

/*
 * The mount's instance knows nothing of what the one before had answered: from here on inodes and
 * handles from before are ESTALE, but for inodes that are found again. The gate is shut.
 */
void bento_era_begin(struct bento_mount *mount);

/* ---- gate.c ---- */

int bento_gate_init(struct bento_mount *mount);
void bento_gate_exit(struct bento_mount *mount);
/* Waits while the gate is shut. */
void bento_gate_enter(struct bento_mount *mount);
void bento_gate_leave(struct bento_mount *mount);
/*
 * Shuts the gate and waits for the ops under way; -ETIMEDOUT after `timeout` jiffies, the gate then
 * being open again. bento_gate_ready() beforehand, while ops go on, does what takes a grace period.
 */
void bento_gate_ready(struct bento_mount *mount);
int bento_gate_shut(struct bento_mount *mount, unsigned long timeout);
void bento_gate_open(struct bento_mount *mount);

/* ---- dispatch.c: calls into the module ---- */

struct bento_call {
	/*
	 * Of the inode, of another in the arguments, and of the handle: bento_mount.era when the
	 * module gave them; 0: there is none.
	 */
	u32 era, other_era, handle_era;
	struct bento_request_buf in;
	struct bento_reply_buf out;
	struct bento_seg seg;			/* for data in one piece */
};

/* A call without arguments, names and data. Does not clear `out`. */
static inline void bento_call_init(struct bento_call *call, u32 opcode, u64 nodeid)
{
	call->era = 0;
	call->other_era = 0;
	call->handle_era = 0;
	memset(&call->in, 0, sizeof(call->in));
	call->in.opcode = opcode;
	call->in.nodeid = nodeid;
}

static inline void bento_call_args(struct bento_call *call, const void *args, u32 len)
{
	call->in.args = args;
	call->in.args_len = len;
}

static inline void bento_call_name(struct bento_call *call, const struct qstr *name)
{
	call->in.name = name->name;
	call->in.name_len = name->len;
}

/* Data, or room for it, in one piece of kernel memory. */
static inline void bento_call_data(struct bento_call *call, void *data, size_t len)
{
	call->seg.ptr = data;
	call->seg.len = len;
	call->in.data = &call->seg;
	call->in.data_segs = 1;
	call->in.data_len = len;
}

/* The answer's fuse_*_out structure. */
#define bento_out(call, type) ((type *)(call)->out.out)

/*
 * Sends the op to the module: fills in unique and the caller's credentials, passes the gate,
 * records. Sleeps.
 *
 * Answers 0 or a negative errno: -ENOSYS at once for an opcode that the module does not have, -EIO
 * once the instance crashed. An answer shorter than the opcode's fuse_*_out structure is -EIO too
 * (and said once): a module cannot make the kernel read what it did not write.
 */
int bento_call(struct bento_mount *mount, struct bento_call *call);
/* The same with uid, gid and pid 0: for what no process asked for (write-back, forget). */
int bento_call_as_kernel(struct bento_mount *mount, struct bento_call *call);

static inline bool bento_absent(const struct bento_mount *mount, u32 opcode)
{
	return test_bit(opcode, mount->absent);
}

/* ---- guard: what happens between a call into a module and its return ---- */

enum bento_crash {
	BENTO_CRASH_NONE,
	BENTO_CRASH_PANIC,
	BENTO_CRASH_DEADLINE,
	/* The op came back with locks in its hands. */
	BENTO_CRASH_LEAK,
	/* Another op crashed the instance. */
	BENTO_CRASH_ABANDONED,
};

#define BENTO_HELD_INLINE 16

/*
 * A call under way on this thread: current->journal_info points to it while module code runs, which
 * is how services find it.
 */
struct bento_ctx {
	struct bento_mount *mount;
	struct bento_instance *instance;
	const struct bento_request_buf *req;	/* NULL for steps in the module's life */
	struct bento_reply_buf *reply;
	/* What runs when there is no request. */
	void (*step)(struct bento_ctx *ctx);
	void *step_arg;
	/* Stack pointer of bento_guard(), for leaving: see escape.S. */
	unsigned long escape;
	u32 opcode;
	u32 thread;				/* slot, as traces name it */
	struct bento_in_slot *slot;
	struct bento_task *task;		/* NULL for an op */
	u64 unique;
	/*
	 * CLOCK_REALTIME: what the module's clock says; 0 until somebody asks. Use
	 * bento_begin_ns().
	 */
	u64 begin_ns;
	u64 begin_mono_ns;
	unsigned long begin_jiffies;
	/* Recording of this op, NULL when there is none; see record/record.h. */
	struct bento_slot *rec;
	/* Recorded: of the thread, as locks note it; and bento_rec_epoch(), at hand. */
	u64 rec_me;
	u32 rec_epoch;
	u32 fallible_calls;			/* counted from 0, for Op.failures */
	u32 clock_calls;
	u32 acquisitions;
	u8 crash;				/* enum bento_crash */
	bool overdue;				/* set by the watchdog: leave at the next chance */
	bool resting;				/* a task that waits, see ks/task.h */
	u16 held_room;
	u16 nr_held;
	/*
	 * Locks that the op holds, which a crash gives up: struct bento_rwlock; bit 0: exclusively.
	 * held_inline, or kmalloc'ed when an op holds many.
	 */
	unsigned long *held;
	unsigned long held_inline[BENTO_HELD_INLINE];
	unsigned int nofs_flags;
	void *outer_journal_info;
};

static inline struct bento_ctx *bento_current(void)
{
	return current->journal_info;
}

/* Takes a slot and makes the call known to the watchdog; sleeps while there are too many. */
void bento_ctx_begin(struct bento_ctx *ctx, struct bento_mount *mount,
		     struct bento_instance *instance, u32 opcode);
/* Gives the slot back. */
void bento_ctx_end(struct bento_ctx *ctx);
/*
 * For tasks: a slot for the watchdog; false when the instance crashed while it waited for one. What
 * is shown there is an op's.
 */
bool bento_task_slot_take(struct bento_ctx *ctx);
void bento_task_slot_give(struct bento_ctx *ctx);
void bento_slot_show(struct bento_ctx *ctx);
void bento_slot_hide(struct bento_ctx *ctx);
/*
 * A service waits for a device, which is no fault of the op's: bento_io_end(ctx,
 * bento_io_begin(ctx)).
 */
unsigned long bento_io_begin(struct bento_ctx *ctx);
void bento_io_end(struct bento_ctx *ctx, unsigned long since);
/*
 * Whether an op that waits for others is to give up; `looks` counts how often it has asked, `every`
 * jiffies apart.
 */
bool bento_stuck(const struct bento_ctx *ctx, unsigned int looks, unsigned long every);
/* The op's begin, CLOCK_REALTIME in ns. */
u64 bento_begin_ns(struct bento_ctx *ctx);
/* Runs the request, or the step, under guard; ctx->crash says how it ended. */
void bento_run(struct bento_ctx *ctx);
/*
 * Runs in ctx->step's stead under guard: escape.S. Non-zero when the module was left with
 * bento_escape_to().
 */
int bento_guard(struct bento_ctx *ctx, unsigned long *escape);
/* Called by bento_guard() only. */
void bento_guarded(struct bento_ctx *ctx);
/* Where the watchdog's detour arrives: escape.S. */
void bento_overdue(void);
/* Does not return, but is not declared so: objtool would have to know its name. */
void bento_escape_to(unsigned long escape);

/* Leaves the module for good: notes the crash, gives up what the op holds. */
void __bento_leave(struct bento_ctx *ctx, enum bento_crash crash);
static __always_inline void __noreturn bento_leave(struct bento_ctx *ctx, enum bento_crash crash)
{
	__bento_leave(ctx, crash);
	unreachable();
}

/* A segment of a task of the module's own, from rest to rest; see ks/task.h. */
#define BENTO_OP_TASK 0x1ffff

/* opnames.c: by opcode; NULL where there is none. */
extern const char *const bento_op_names[BENTO_OPCODES];
int bento_op_number(const char *name);
/* The same, and of steps that are no ops; never NULL. */
const char *bento_op_name(u32 opcode);

/* watchdog.c */
int bento_watchdog_start(struct bento_mount *mount);
void bento_watchdog_stop(struct bento_mount *mount);

#include "vfs.h"

#include "upgrade.h"

#endif /* BENTOFS_H */
