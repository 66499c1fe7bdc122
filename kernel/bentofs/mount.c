// SPDX-License-Identifier: GPL-2.0
/* The life of a mount: made, begun with an instance, ended, freed. */
#define pr_fmt(fmt) "bentofs: " fmt

#include <linux/fs_context.h>
#include <linux/percpu.h>
#include <linux/slab.h>

#include "ks/ks.h"
#include "options.h"
#include "record/record.h"

static atomic_t last_id = ATOMIC_INIT(0);

void bento_mount_free(struct bento_mount *mount)
{
	bento_watchdog_stop(mount);
	bento_dev_close(mount->dev);
	if (mount->gate.percpu_count_ptr)
		bento_gate_exit(mount);
	bento_forgets_exit(mount);
	free_percpu(mount->ended);
	kvfree(mount->in_slot);
	kfree(mount->fs_options);
	/* Path walks without references may still look at it. */
	kfree_rcu(mount, rcu);
}

struct bento_mount *bento_mount_make(struct super_block *sb, struct bento_options *options)
{
	struct bento_mount *mount = kzalloc(sizeof(*mount), GFP_KERNEL);
	struct bento_dev *dev;
	int err = -ENOMEM;

	if (!mount)
		return ERR_PTR(-ENOMEM);
	mount->sb = sb;
	mount->era = 1;
	INIT_LIST_HEAD(&mount->of_fs);
	mount->id = atomic_inc_return(&last_id);
	mount->default_permissions = true;
	mount->read_only = sb_rdonly(sb);
	mount->deadline_ms = options->deadline_ms;
	mount->fs_options = options->fs_options;
	options->fs_options = NULL;
	init_waitqueue_head(&mount->slot_free);
	mount->in_slot =
		kvcalloc(BENTO_OP_SLOTS + BENTO_TASK_SLOTS, sizeof(*mount->in_slot), GFP_KERNEL);
	mount->ended = __alloc_percpu(BENTO_OPCODES * sizeof(u64), sizeof(u64));
	if (!mount->in_slot || !mount->ended)
		goto fail;
	err = bento_forgets_init(mount);
	if (err)
		goto fail;
	err = bento_gate_init(mount);
	if (err)
		goto fail;
	err = bento_watchdog_start(mount);
	if (err)
		goto fail;
	sb->s_fs_info = mount;
	if (sb->s_bdev) {
		dev = bento_dev_open(sb);
		if (IS_ERR(dev)) {
			err = PTR_ERR(dev);
			goto fail;
		}
		mount->dev = dev;
	}
	return mount;
fail:
	sb->s_fs_info = NULL;
	bento_mount_free(mount);
	return ERR_PTR(err);
}

int bento_mount_begin(struct bento_mount *mount, const struct bento_options *options)
{
	struct bento_instance *instance;
	struct bento_version *version;
	int err;

	mutex_lock(&bento_registry_lock);
	version = bento_version_get(options->fs);
	if (IS_ERR(version)) {
		err = PTR_ERR(version);
		pr_err("no file system \"%s\" is registered\n", options->fs);
		goto out;
	}
	err = -EINVAL;
	if (!version->desc->needs_device != !mount->dev) {
		pr_err("%s is for type %s\n", options->fs,
		       version->desc->needs_device ? "bentoblk" : "bento");
		goto out_version;
	}
	mount->fs = version->fs;
	instance = bento_instance_create(mount, version, options->mkfs);
	err = PTR_ERR_OR_ZERO(instance);
	if (err)
		goto out_version;
	mount->instance = instance;
	err = bento_sysfs_add_mount(mount);
	if (err) {
		bento_instance_destroy(instance, true);
		mount->instance = NULL;
		goto out_version;
	}
	list_add_tail(&mount->of_fs, &mount->fs->mounts);
	bento_tasks_open(instance);
	bento_record_add_mount(mount);
out_version:
	/* The instance has a pin of its own. */
	bento_version_put(version);
out:
	mutex_unlock(&bento_registry_lock);
	return err;
}

void bento_mount_end(struct bento_mount *mount)
{
	int err;

	bento_sysfs_del_mount(mount);
	cancel_delayed_work_sync(&mount->sync_work);
	bento_forgets_flush(mount);
	/* No upgrade looks at it from here on; its version, which it pins, keeps mount->fs. */
	mutex_lock(&bento_registry_lock);
	list_del_init(&mount->of_fs);
	mutex_unlock(&bento_registry_lock);
	err = bento_instance_destroy(mount->instance, false);
	if (err)
		pr_err("mount %u ended with error %d\n", mount->id, -err);
	/* The recording has the end in it. */
	bento_record_del_mount(mount);
}
