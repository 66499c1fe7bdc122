/* SPDX-License-Identifier: GPL-2.0 */
/* registry.c: file systems by name, and their versions. Part of bentofs.h: include that. */
#ifndef BENTO_REGISTRY_H
#define BENTO_REGISTRY_H

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

#endif /* BENTO_REGISTRY_H */
