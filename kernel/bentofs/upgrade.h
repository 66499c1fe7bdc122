/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Live upgrades, and what sysfs tells of them. Part of bentofs.h: include that.
 */
#ifndef BENTO_UPGRADE_H
#define BENTO_UPGRADE_H

/* ---- upgrade.c, sysfs.c ---- */

/* How long each phase took, and how it ended. */
struct bento_upgrade_result {
	u64 quiesce_ns, export_ns, import_ns, swap_ns;
	u64 pause_ns; /* ops waited for so long: the phases, and other mounts' */
	u64 state_bytes;
	u64 at_ns;				/* CLOCK_REALTIME */
	int error;				/* negative errno; 0: done */
	char why[120];
	/* Why nothing of the state could go over before ops had to wait; empty otherwise. */
	char whole[120];
};

/*
 * Moves every mount of `fs` to `version`, and makes it the current one; all or none. Under
 * bento_registry_lock. Answers a negative errno when it is refused; then nothing has changed.
 */
int bento_upgrade(struct bento_fs *fs, struct bento_version *version);
/* Makes `result` what sysfs tells of the mount's last upgrade, and frees the one before. */
void bento_sysfs_publish(struct bento_mount *mount, struct bento_upgrade_result *result);

int bento_sysfs_init(void);
void bento_sysfs_exit(void);
/*
 * The kobjects are in the structures; after del nobody looks at the structure through sysfs any
 * more. del without add does nothing.
 */
int bento_sysfs_add_fs(struct bento_fs *fs);
void bento_sysfs_del_fs(struct bento_fs *fs);
int bento_sysfs_add_mount(struct bento_mount *mount);
void bento_sysfs_del_mount(struct bento_mount *mount);

#endif /* BENTO_UPGRADE_H */
