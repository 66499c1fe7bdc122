// SPDX-License-Identifier: GPL-2.0
/*
 * /sys/fs/bentofs: what is loaded, what is mounted, and how it fares. Text: one value, or one table
 * with a heading, a file. docs/kernel-interface.md describes each file.
 *
 * Files about versions need the registry's lock, which is held throughout an upgrade and while a
 * mount comes or goes. A reader does not wait for it inside a file (removing that file would then
 * wait for the reader, with the lock held): it starts again instead.
 */
#include "sysfs.h"

static struct kset *root;
static struct kobject *fs_folder;
struct kobject *bento_mounts_folder;

static struct bento_fs *fs_of(struct kobject *kobj)
{
	return container_of(kobj, struct bento_fs, kobj);
}

/* ---- /sys/fs/bentofs/fs/NAME ---- */

static ssize_t versions_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	struct bento_fs *fs = fs_of(kobj);
	struct bento_version *version;
	struct bento_mount *mount;
	int at, err = lock_registry();

	if (err)
		return err;
	at = sysfs_emit(
		buf,
		"module build_id source_revision schema schema_min schema_max mounts current\n");
	list_for_each_entry(version, &fs->versions, link) {
		unsigned int mounts = 0;

		list_for_each_entry(mount, &fs->mounts, of_fs)
			mounts += mount->instance && mount->instance->version == version;
		at += sysfs_emit_at(buf, at, "%s ", module_name_of(version));
		at += emit_build_id(buf, at, version);
		at += sysfs_emit_at(buf, at, " %s %u %u %u %u %d\n", or_dash(version->revision),
				    version->desc->state_schema, version->desc->state_schema_min,
				    version->desc->state_schema_max, mounts,
				    version == fs->current_version);
	}
	mutex_unlock(&bento_registry_lock);
	return at;
}

static ssize_t current_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	struct bento_fs *fs = fs_of(kobj);
	int at, err = lock_registry();

	if (err)
		return err;
	at = sysfs_emit(buf, "%s\n",
			fs->current_version ? module_name_of(fs->current_version) : "-");
	mutex_unlock(&bento_registry_lock);
	return at;
}

static ssize_t schema_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	struct bento_fs *fs = fs_of(kobj);
	int at = 0, err = lock_registry();

	if (err)
		return err;
	if (fs->current_version)
		at = sysfs_emit(buf, "%u\n", fs->current_version->desc->state_schema);
	mutex_unlock(&bento_registry_lock);
	return at;
}

static ssize_t needs_device_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	struct bento_fs *fs = fs_of(kobj);
	int at = 0, err = lock_registry();

	if (err)
		return err;
	if (fs->current_version)
		at = sysfs_emit(buf, "%d\n", fs->current_version->desc->needs_device != 0);
	mutex_unlock(&bento_registry_lock);
	return at;
}

static struct kobj_attribute versions_attr = __ATTR_RO(versions);
static struct kobj_attribute current_attr = __ATTR(current, 0444, current_show, NULL);
static struct kobj_attribute schema_attr = __ATTR_RO(schema);
static struct kobj_attribute needs_device_attr = __ATTR_RO(needs_device);

static struct attribute *fs_attrs[] = {
	&versions_attr.attr,
	&current_attr.attr,
	&schema_attr.attr,
	&needs_device_attr.attr,
	NULL,
};
ATTRIBUTE_GROUPS(fs);

static void fs_gone(struct kobject *kobj)
{
	complete(&fs_of(kobj)->kobj_gone);
}

static struct kobj_type fs_type = {
	.release = fs_gone,
	.sysfs_ops = &kobj_sysfs_ops,
	.default_groups = fs_groups,
};

/* ---- coming and going ---- */

/**
 * bento_sysfs_add_fs() - show a file system
 * @fs: its name, versions and mounts are set up; its kobject is zero
 *
 * Return: 0 or a negative errno; then nothing needs to be undone.
 */
int bento_sysfs_add_fs(struct bento_fs *fs)
{
	int err;

	init_completion(&fs->kobj_gone);
	err = kobject_init_and_add(&fs->kobj, &fs_type, fs_folder, "%s", fs->name);
	if (err)
		kobject_end(&fs->kobj, &fs->kobj_gone);
	return err;
}

/**
 * bento_sysfs_del_fs() - no longer show a file system
 * @fs: the file system; may not have been added
 */
void bento_sysfs_del_fs(struct bento_fs *fs)
{
	kobject_end(&fs->kobj, &fs->kobj_gone);
}

static ssize_t abi_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%u.%u\n", BENTO_ABI_MAJOR, BENTO_ABI_MINOR);
}

static struct kobj_attribute abi_attr = __ATTR_RO(abi);

/**
 * bento_sysfs_init() - make /sys/fs/bentofs
 *
 * Return: 0 or a negative errno.
 */
int bento_sysfs_init(void)
{
	int err = -ENOMEM;

	root = kset_create_and_add("bentofs", NULL, fs_kobj);
	if (!root)
		return err;
	fs_folder = kobject_create_and_add("fs", &root->kobj);
	bento_mounts_folder = kobject_create_and_add("mounts", &root->kobj);
	if (fs_folder && bento_mounts_folder)
		err = sysfs_create_file(&root->kobj, &abi_attr.attr);
	if (err)
		bento_sysfs_exit();
	return err;
}

/**
 * bento_sysfs_exit() - take /sys/fs/bentofs away; no file system and no mount is shown any more
 */
void bento_sysfs_exit(void)
{
	kobject_put(bento_mounts_folder);
	kobject_put(fs_folder);
	kset_unregister(root);
}
