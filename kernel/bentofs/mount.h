/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A mount: its gate, its instance, its ops under way, what is counted of it. Part of bentofs.h:
 * include that.
 */
#ifndef BENTO_MOUNT_H
#define BENTO_MOUNT_H

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

/* ---- mount.c ---- */

/*
 * What a mount consists of before it has an instance, and after; sb->s_fs_info. Takes what
 * `options` holds. ERR_PTR.
 */
struct bento_mount *bento_mount_make(struct super_block *sb, struct bento_options *options);
void bento_mount_free(struct bento_mount *mount);
/* Finds the version, makes the instance, and lets upgrades and sysfs know of the mount. */
int bento_mount_begin(struct bento_mount *mount, const struct bento_options *options);
/* All inodes being gone. Always succeeds: what could not be written is said. */
void bento_mount_end(struct bento_mount *mount);

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

/* watchdog.c */
int bento_watchdog_start(struct bento_mount *mount);
void bento_watchdog_stop(struct bento_mount *mount);

#endif /* BENTO_MOUNT_H */
