// SPDX-License-Identifier: GPL-2.0
/*
 * File systems by name, and the loaded versions of each.
 *
 * A module registers its description when it is loaded. A name that is new gets its first version;
 * a name that is mounted is upgraded to the new version on every mount, or else the module is
 * refused and nothing has changed. Mounts pin the module of the version they run, so that the
 * kernel's own reference count refuses its removal.
 */
#define pr_fmt(fmt) "bentofs: " fmt

#include <linux/ctype.h>
#include <linux/export.h>
#include <linux/kmod.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "bentofs.h"
#include "build_id.h"

DEFINE_MUTEX(bento_registry_lock);

static LIST_HEAD(file_systems);

static struct bento_fs *find_fs(const char *name)
{
	struct bento_fs *fs;

	lockdep_assert_held(&bento_registry_lock);
	list_for_each_entry(fs, &file_systems, link)
		if (!strcmp(fs->name, name))
			return fs;
	return NULL;
}

static char *copy_str(const struct bento_str *str)
{
	return str->len ? kstrndup((const char *)str->ptr, str->len, GFP_KERNEL) :
			  kstrdup("", GFP_KERNEL);
}

/*
 * What must be right before anything of the module is called; the place of a field tells about its
 * meaning only for our major.
 */
static int check_desc(const struct bento_module_desc *desc)
{
	size_t at;

	if (!desc || desc->size < BENTO_DESC_MIN) {
		pr_err("module refused: its description has %u bytes, %zu are needed\n",
		       desc ? desc->size : 0, BENTO_DESC_MIN);
		return -EINVAL;
	}
	if (desc->abi_major != BENTO_ABI_MAJOR || desc->abi_minor > BENTO_ABI_MINOR) {
		pr_err("module refused: it was built for ABI %u.%u, this is %u.%u\n",
		       desc->abi_major, desc->abi_minor, BENTO_ABI_MAJOR, BENTO_ABI_MINOR);
		return -ENOEXEC;
	}
	if (!desc->fs_name.len || desc->fs_name.len > BENTO_FS_NAME_MAX) {
		pr_err("module refused: its name has %zu bytes, 1 to %d are allowed\n",
		       desc->fs_name.len, BENTO_FS_NAME_MAX);
		return -EINVAL;
	}
	for (at = 0; at < desc->fs_name.len; at++) {
		u8 c = desc->fs_name.ptr[at];

		if (!isascii(c) || (!isalnum(c) && c != '-')) {
			pr_err("module refused: its name has other characters than letters, digits and '-'\n");
			return -EINVAL;
		}
	}
	if (!desc->create || !desc->dispatch || !desc->export_state || !desc->import_state ||
	    !desc->destroy) {
		pr_err("module refused: a function is missing in its description\n");
		return -EINVAL;
	}
	if (desc->state_schema_min > desc->state_schema_max ||
	    desc->state_schema > desc->state_schema_max ||
	    desc->state_schema < desc->state_schema_min) {
		pr_err("module refused: it writes state %u but reads %u to %u\n",
		       desc->state_schema, desc->state_schema_min, desc->state_schema_max);
		return -EINVAL;
	}
	return 0;
}

static void free_version(struct bento_version *version)
{
	unsigned int i;

	if (!version)
		return;
	for (i = 0; i < version->nr_lock_classes; i++)
		kfree(version->lock_classes[i]);
	kfree(version->lock_classes);
	kfree(version->revision);
	kfree(version);
}

/* "block", and the module's own, which it lists separated by commas. */
static int copy_lock_classes(struct bento_version *version, const struct bento_str *list)
{
	char *names, *rest, *name;
	unsigned int count = 2;
	size_t at;
	int err = -ENOMEM;

	for (at = 0; at < list->len; at++)
		count += list->ptr[at] == ',';
	names = copy_str(list);
	version->lock_classes = kcalloc(count, sizeof(char *), GFP_KERNEL);
	if (!names || !version->lock_classes)
		goto out;
	version->lock_classes[0] = kstrdup("block", GFP_KERNEL);
	if (!version->lock_classes[0])
		goto out;
	version->nr_lock_classes = 1;
	rest = names;
	while (list->len && (name = strsep(&rest, ","))) {
		char *copy = kstrdup(name, GFP_KERNEL);

		if (!copy)
			goto out;
		version->lock_classes[version->nr_lock_classes++] = copy;
	}
	err = 0;
out:
	kfree(names);
	return err;
}

static struct bento_version *make_version(const struct bento_module_desc *desc,
					  struct module *owner)
{
	struct bento_version *version = kzalloc(sizeof(*version), GFP_KERNEL);
	int err = -ENOMEM;

	if (!version)
		return ERR_PTR(-ENOMEM);
	INIT_LIST_HEAD(&version->link);
	version->owner = owner;
	version->desc = desc;
	version->revision = copy_str(&desc->source_revision);
	if (!version->revision)
		goto fail;
	err = copy_lock_classes(version, &desc->lock_classes);
	if (err)
		goto fail;
	version->build_id_len =
		bento_build_id(owner, desc, version->build_id, sizeof(version->build_id));
	return version;
fail:
	free_version(version);
	return ERR_PTR(err);
}

/* An entry for a new name, not yet in the list. */
static struct bento_fs *make_fs(const struct bento_str *name)
{
	struct bento_fs *fs = kzalloc(sizeof(*fs), GFP_KERNEL);
	int err;

	if (!fs)
		return ERR_PTR(-ENOMEM);
	memcpy(fs->name, name->ptr, name->len);
	INIT_LIST_HEAD(&fs->versions);
	INIT_LIST_HEAD(&fs->mounts);
	err = bento_sysfs_add_fs(fs);
	if (err) {
		kfree(fs);
		return ERR_PTR(err);
	}
	return fs;
}

static void drop_fs_if_unused(struct bento_fs *fs)
{
	if (!list_empty(&fs->versions) || !list_empty(&fs->mounts))
		return;
	list_del(&fs->link);
	bento_sysfs_del_fs(fs);
	kfree(fs);
}

/**
 * bento_register_module - make a file system known, or upgrade it
 * @desc: description of the module, valid as long as it is loaded
 * @owner: the module
 *
 * To be called from the module's init function. Where the name is registered and mounted already,
 * this is a live upgrade of all its mounts, and returns when they run the new version.
 *
 * Return: 0, or a negative errno after which nothing has changed: -EINVAL and -ENOEXEC for a
 * description that does not fit, -ENOMEM, or that of the upgrade.
 */
int bento_register_module(const struct bento_module_desc *desc, struct module *owner)
{
	struct bento_version *version;
	struct bento_fs *fs;
	char name[BENTO_FS_NAME_MAX + 1] = {};
	int err = check_desc(desc);

	if (err)
		return err;
	version = make_version(desc, owner);
	if (IS_ERR(version))
		return PTR_ERR(version);
	memcpy(name, desc->fs_name.ptr, desc->fs_name.len);

	mutex_lock(&bento_registry_lock);
	fs = find_fs(name);
	if (!fs) {
		fs = make_fs(&desc->fs_name);
		if (IS_ERR(fs)) {
			err = PTR_ERR(fs);
			goto fail;
		}
		list_add_tail(&fs->link, &file_systems);
	}
	version->fs = fs;
	if (!list_empty(&fs->mounts)) {
		err = bento_upgrade(fs, version);
		if (err)
			goto fail;
	}
	list_add_tail(&version->link, &fs->versions);
	fs->current_version = version;
	mutex_unlock(&bento_registry_lock);
	pr_info("%s: version %s of module %s\n", name,
		*version->revision ? version->revision : "without revision", owner->name);
	return 0;

fail:
	mutex_unlock(&bento_registry_lock);
	free_version(version);
	return err;
}
EXPORT_SYMBOL_GPL(bento_register_module);

/**
 * bento_unregister_module - forget a module that is going away
 * @owner: the module
 *
 * To be called from the module's exit function, which the kernel runs only when no mount runs the
 * module. When it was the version that new mounts get, the newest of those that remain takes its
 * place.
 */
void bento_unregister_module(struct module *owner)
{
	struct bento_version *version;
	struct bento_fs *fs;

	mutex_lock(&bento_registry_lock);
	list_for_each_entry(fs, &file_systems, link) {
		list_for_each_entry(version, &fs->versions, link) {
			if (version->owner != owner)
				continue;
			list_del(&version->link);
			if (fs->current_version == version)
				fs->current_version = list_empty(&fs->versions) ?
							      NULL :
							      list_last_entry(&fs->versions,
									      struct bento_version,
									      link);
			drop_fs_if_unused(fs);
			goto found;
		}
	}
	version = NULL;
found:
	mutex_unlock(&bento_registry_lock);
	free_version(version);
}
EXPORT_SYMBOL_GPL(bento_unregister_module);

static struct bento_version *version_now(const char *name)
{
	struct bento_fs *fs = find_fs(name);

	if (!fs || !fs->current_version || !try_module_get(fs->current_version->owner))
		return NULL;
	return fs->current_version;
}

struct bento_version *bento_version_get(const char *name)
{
	struct bento_version *version;

	lockdep_assert_held(&bento_registry_lock);
	version = version_now(name);
	if (!version) {
		/* The module's init takes the lock. */
		mutex_unlock(&bento_registry_lock);
		request_module("bento_%s", name);
		mutex_lock(&bento_registry_lock);
		version = version_now(name);
	}
	return version ?: ERR_PTR(-ENODEV);
}

bool bento_version_pin(struct bento_version *version)
{
	return try_module_get(version->owner);
}

void bento_version_put(struct bento_version *version)
{
	module_put(version->owner);
}
