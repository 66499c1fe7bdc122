/* SPDX-License-Identifier: GPL-2.0 */
/*
 * instance.c: one version at work on one mount, and its state on the way to another. Part of
 * bentofs.h: include that.
 */
#ifndef BENTO_INSTANCE_H
#define BENTO_INSTANCE_H

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
	struct list_head conds;			/* struct bento_cond, all that live */
	spinlock_t locks_guard;			/* of both lists */
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
/* ks/cond.c: and what condition variables. */
void bento_conds_free(struct bento_instance *instance);

#endif /* BENTO_INSTANCE_H */
