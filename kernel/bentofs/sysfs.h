/* SPDX-License-Identifier: GPL-2.0 */
/* What the files of sysfs.c and sysfs_mount.c share. */
#ifndef BENTO_SYSFS_H
#define BENTO_SYSFS_H

#include <linux/delay.h>
#include <linux/kobject.h>
#include <linux/module.h>
#include <linux/sysfs.h>

#include "bentofs.h"

/* /sys/fs/bentofs/mounts */
extern struct kobject *bento_mounts_folder;

/* 0 with the registry locked; otherwise what the file operation returns to be called again. */
static inline int lock_registry(void)
{
	if (mutex_trylock(&bento_registry_lock))
		return 0;
	/* Somebody upgrades, most likely; no need to be quick, or exact. */
	usleep_range(5000, 10000);
	return restart_syscall();
}

static inline int emit_build_id(char *buf, int at, const struct bento_version *version)
{
	return sysfs_emit_at(buf, at, "%*phN", (int)version->build_id_len, version->build_id);
}

static inline const char *module_name_of(const struct bento_version *version)
{
	return version->owner ? module_name(version->owner) : "-";
}

static inline const char *or_dash(const char *text)
{
	return text && *text ? text : "-";
}

/* Afterwards nobody is in a file of it, and its memory is the caller's alone. */
static inline void kobject_end(struct kobject *kobj, struct completion *gone)
{
	if (!kobj->state_initialized)
		return;
	kobject_del(kobj);
	kobject_put(kobj);
	wait_for_completion(gone);
	memset(kobj, 0, sizeof(*kobj));
}

#endif /* BENTO_SYSFS_H */
