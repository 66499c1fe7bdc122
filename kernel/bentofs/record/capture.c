// SPDX-License-Identifier: GPL-2.0
/*
 * A recording begins and ends: both with the gate shut, so that no op is half in it.
 *
 * It begins with a checkpoint: the state that the module exports. What the device holds follows as
 * blocks are first seen. Lock counters and bits of seen blocks count from zero, which their epoch
 * sees to: nobody has to go and clear them.
 */
#define pr_fmt(fmt) "bentofs: " fmt

#include <linux/debugfs.h>
#include <linux/module.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>

#include "../ks/ks.h"
#include "capture.h"

#define SHUT_TIMEOUT (2 * HZ)
/*
 * How long the branch stays on after the last recording. To rewrite it interrupts every processor,
 * and who ends a recording often begins the next.
 */
#define LINGER (10 * HZ)

DEFINE_STATIC_KEY_DEFERRED_FALSE(bento_recording, LINGER);

static atomic_t last_epoch = ATOMIC_INIT(0);

bool bento_rec_is_trial(const struct bento_mount *mount)
{
	return mount->capture && mount->capture->trial;
}

/* ---- what is recorded, in words ---- */

static char *lock_class_names(const struct bento_version *version)
{
	char *names = kstrdup("", GFP_KERNEL), *more;
	unsigned int i;

	for (i = 0; names && i < version->nr_lock_classes; i++) {
		more = kasprintf(GFP_KERNEL, "%s%s%s", names, i ? "," : "",
				 version->lock_classes[i]);
		kfree(names);
		names = more;
	}
	return names;
}

/* One "key value" a line; the collector makes the trace's header of it. */
static char *describe(const struct bento_mount *mount)
{
	const struct bento_version *version = mount->instance->version;
	char *classes = lock_class_names(version), *text = NULL;

	if (classes)
		text = kasprintf(
			GFP_KERNEL,
			"mount %u\nfs %s\nbuild_id %*phN\nrevision %s\nabi %u.%u\nschema %u\nlock_classes %s\n"
			"block_size %u\nblocks %llu\nread_only %d\nfs_options %s\nmodule %s\n",
			mount->id, version->fs->name, (int)version->build_id_len, version->build_id,
			version->revision ?: "", version->desc->abi_major, version->desc->abi_minor,
			version->desc->state_schema, classes,
			mount->dev ? mount->dev->block_size : 0,
			mount->dev ? mount->dev->blocks : 0, sb_rdonly(mount->sb),
			mount->fs_options ?: "", version->owner ? module_name(version->owner) : "");
	kfree(classes);
	return text;
}

/* ---- begin ---- */

static void free_capture(struct bento_capture *capture)
{
	if (capture->chan)
		bento_stream_close(capture);
	bento_slots_free(capture->slots);
	bento_state_free(&capture->state);
	bento_state_free(&capture->blocks);
	kfree(capture->info);
	kfree(capture);
}

static struct bento_capture *make_capture(const struct bento_rec_options *options,
					  struct dentry *dir)
{
	struct bento_capture *capture = kzalloc(sizeof(*capture), GFP_KERNEL);
	int err = -ENOMEM;

	if (!capture)
		return ERR_PTR(-ENOMEM);
	capture->options = *options;
	capture->slots = bento_slots_make();
	if (capture->slots)
		err = bento_stream_open(capture, dir);
	if (!err)
		return capture;
	free_capture(capture);
	return ERR_PTR(err);
}

/* 0 says that nothing is recorded. */
static u32 next_epoch(void)
{
	u32 epoch;

	do {
		epoch = atomic_inc_return(&last_epoch);
	} while (!epoch);
	return epoch;
}

/*
 * A replay begins where the module takes the state over, for which it reads blocks that no op of
 * the recording may see. Which ones, it shows us: the instance that it makes is thrown away, the
 * device as it is. The locks that it takes are counted in an epoch of its own.
 *
 * Tasks of the module's own stand somewhere in the middle of their runs, which no state says. Then
 * the instance that was made serves the mount from here on: its tasks begin, as they will in a
 * replay. `unneeded` is set to the one to be ended.
 */
static int find_blocks(struct bento_mount *mount, struct bento_capture *capture,
		       struct bento_instance **unneeded)
{
	struct bento_instance *trial;

	mount->capture = capture;
	WRITE_ONCE(mount->epoch, next_epoch());
	capture->trial = true;
	trial = bento_instance_import(mount, mount->instance->version, &capture->state);
	if (!IS_ERR(trial) && list_empty(&trial->tasks.all) &&
	    list_empty(&mount->instance->tasks.all))
		bento_instance_destroy(trial, true);
	else if (!IS_ERR(trial))
		*unneeded = trial;
	capture->trial = false;
	mount->capture = NULL;
	WRITE_ONCE(mount->epoch, 0);
	return PTR_ERR_OR_ZERO(trial);
}

/* With the gate shut. `unneeded`: an instance to be ended once it is open, whether this fails. */
static int begin(struct bento_mount *mount, struct bento_capture *capture,
		 struct bento_instance **unneeded)
{
	unsigned int nofs;
	int err;

	if (mount->instance->crashed)
		return -EIO;
	nofs = memalloc_nofs_save();
	err = bento_instance_export(mount->instance, &capture->state);
	if (!err)
		err = find_blocks(mount, capture, unneeded);
	memalloc_nofs_restore(nofs);
	if (err)
		return err;
	capture->epoch = next_epoch();
	capture->info = describe(mount);
	if (!capture->info)
		return -ENOMEM;
	/* What a WRITE brings is read twice, by the module and by us: it must be the same. */
	if (!(mount->sb->s_iflags & SB_I_STABLE_WRITES)) {
		mount->sb->s_iflags |= SB_I_STABLE_WRITES;
		capture->made_stable = true;
	}
	if (*unneeded)
		swap(mount->instance, *unneeded);
	mount->capture = capture;
	WRITE_ONCE(mount->epoch, capture->epoch);
	return 0;
}

/* An upgrade, which shuts the gate too, is kept out. */
int bento_recorder_start(struct bento_recorder *recorder, const char *text)
{
	struct bento_rec_options options;
	struct bento_instance *unneeded = NULL;
	struct bento_capture *capture;
	struct bento_mount *mount;
	char *copy = kstrdup(text, GFP_KERNEL);
	int err;

	if (!copy)
		return -ENOMEM;
	err = bento_rec_options_parse(&options, copy);
	kfree(copy);
	if (err)
		return err;
	mutex_lock(&bento_registry_lock);
	mutex_lock(&recorder->lock);
	mount = recorder->mount;
	err = -ENODEV;
	if (!mount || list_empty(&mount->of_fs))
		goto out;
	err = bento_recorder_release(recorder);
	if (err)
		goto out;
	capture = make_capture(&options, recorder->dir);
	err = PTR_ERR_OR_ZERO(capture);
	if (err)
		goto out;
	static_branch_deferred_inc(&bento_recording);
	bento_gate_ready(mount);
	err = bento_gate_shut(mount, SHUT_TIMEOUT);
	if (!err) {
		err = begin(mount, capture, &unneeded);
		bento_gate_open(mount);
	}
	if (!err)
		recorder->capture = capture;
	if (unneeded && bento_instance_destroy(unneeded, true))
		pr_warn("mount %u: an instance that is no longer used failed in its end\n",
			mount->id);
	if (err) {
		static_branch_slow_dec_deferred(&bento_recording);
		free_capture(capture);
	}
out:
	mutex_unlock(&recorder->lock);
	mutex_unlock(&bento_registry_lock);
	return err;
}

/* ---- end ---- */

/* No op is under way. */
static void end(struct bento_mount *mount, struct bento_capture *capture)
{
	mount->capture = NULL;
	WRITE_ONCE(mount->epoch, 0);
	if (capture->made_stable)
		mount->sb->s_iflags &= ~SB_I_STABLE_WRITES;
	/* Whoever sees it may free the capture. */
	smp_store_release(&capture->ended, true);
}

static bool runs(const struct bento_recorder *recorder)
{
	/* With end(): an upgrade may have ended it, without the recorder's lock. */
	return recorder->capture && !smp_load_acquire(&recorder->capture->ended);
}

int bento_recorder_stop(struct bento_recorder *recorder)
{
	struct bento_mount *mount;
	int err = 0;

	mutex_lock(&bento_registry_lock);
	mutex_lock(&recorder->lock);
	mount = recorder->mount;
	if (!runs(recorder))
		goto out;
	bento_gate_ready(mount);
	err = bento_gate_shut(mount, SHUT_TIMEOUT);
	if (err)
		goto out;
	end(mount, recorder->capture);
	bento_gate_open(mount);
	static_branch_slow_dec_deferred(&bento_recording);
out:
	mutex_unlock(&recorder->lock);
	mutex_unlock(&bento_registry_lock);
	return err;
}

/* Without the recorder's lock: that one may be held over a copy to a page of this very mount. */
bool bento_rec_end_crashed(struct bento_mount *mount, const struct bento_version *from,
			   const struct bento_version *to,
			   const struct bento_upgrade_result *result)
{
	if (!mount->capture)
		return false;
	bento_rec_upgrade(mount, from, to, result);
	end(mount, mount->capture);
	return true;
}

void bento_rec_ended(void)
{
	static_branch_slow_dec_deferred(&bento_recording);
}

int bento_recorder_release(struct bento_recorder *recorder)
{
	lockdep_assert_held(&recorder->lock);
	if (runs(recorder))
		return -EBUSY;
	if (recorder->capture)
		free_capture(recorder->capture);
	recorder->capture = NULL;
	return 0;
}

void bento_recorder_unmounted(struct bento_recorder *recorder)
{
	mutex_lock(&recorder->lock);
	if (runs(recorder)) {
		end(recorder->mount, recorder->capture);
		static_branch_slow_dec_deferred(&bento_recording);
	}
	recorder->mount = NULL;
	mutex_unlock(&recorder->lock);
}

int bento_record_init(void)
{
	bento_stream_init();
	return bento_control_init();
}

void bento_record_exit(void)
{
	bento_control_exit();
	static_key_deferred_flush(&bento_recording);
}
