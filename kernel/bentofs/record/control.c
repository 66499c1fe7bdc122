// SPDX-License-Identifier: GPL-2.0
/*
 * /sys/kernel/debug/bentofs/ID: where a recording is controlled and read. For root only.
 * docs/kernel-interface.md describes each file.
 *
 *   control   "start [options]", "stop", "release" are written to it
 *   status    state and counts, as text
 *   barrier   the same, after every op that has a number is in the buffers or never will be
 *   info      what is recorded
 *   state     the module's state when the recording began
 *   blocks    what the device holds that the module needs to take that state over, as a stream
 *   cpu0 ...  the buffers, while there is a recording
 *
 * The directory outlives its mount while a recording waits to be read.
 */
#define pr_fmt(fmt) "bentofs: " fmt

#include <linux/debugfs.h>
#include <linux/module.h>
#include <linux/rcupdate.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "capture.h"

static void remove_idle(struct work_struct *work);

static struct dentry *root;
static LIST_HEAD(recorders);
static DEFINE_MUTEX(recorders_lock);
static DECLARE_WORK(removal, remove_idle);

/* ---- control ---- */

static int release(struct bento_recorder *recorder)
{
	bool orphan;
	int err;

	mutex_lock(&recorder->lock);
	err = bento_recorder_release(recorder);
	orphan = !err && !recorder->mount;
	mutex_unlock(&recorder->lock);
	/* Our caller is inside the directory that is to go. */
	if (orphan)
		schedule_work(&removal);
	return err;
}

static ssize_t control_write(struct file *file, const char __user *from, size_t count, loff_t *ppos)
{
	struct bento_recorder *recorder = file_inode(file)->i_private;
	char *text, *command;
	int err = -EINVAL;

	if (count > 1024)
		return -EINVAL;
	text = memdup_user_nul(from, count);
	if (IS_ERR(text))
		return PTR_ERR(text);
	command = strim(text);
	if (!strncmp(command, "start", 5) && (!command[5] || command[5] == ' '))
		err = bento_recorder_start(recorder, command + 5);
	else if (!strcmp(command, "stop"))
		err = bento_recorder_stop(recorder);
	else if (!strcmp(command, "release"))
		err = release(recorder);
	kfree(text);
	return err ?: count;
}

static const struct file_operations control_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.write = control_write,
	.llseek = noop_llseek,
};

/* ---- status ---- */

static const char *const losses[BENTO_LOSSES] = {
	[BTR_LOSS_CAUSE_BUFFER_FULL] = "buffer_full",
	[BTR_LOSS_CAUSE_TOO_LARGE] = "too_large",
	[BTR_LOSS_CAUSE_OVERWRITTEN] = "overwritten",
};

static void show_cpu(struct seq_file *m, const struct bento_capture *capture, int number)
{
	const struct bento_rec_cpu *cpu = per_cpu_ptr(capture->cpus, number);
	const struct bento_rec_counts *counts = &cpu->counts;
	unsigned int i;

	seq_printf(
		m,
		"cpu %d offered %llu recorded %llu filtered %llu unanswered %llu others_lost %llu bytes %llu read %llu",
		number, READ_ONCE(counts->offered), READ_ONCE(counts->recorded),
		READ_ONCE(counts->filtered), READ_ONCE(counts->unanswered),
		READ_ONCE(counts->others_lost), READ_ONCE(cpu->head), READ_ONCE(cpu->tail));
	for (i = 0; i < BENTO_LOSSES; i++)
		if (losses[i])
			seq_printf(m, " %s %llu", losses[i], READ_ONCE(counts->lost[i]));
	seq_putc(m, '\n');
}

static int show_status(struct seq_file *m, bool barrier)
{
	static const char *const policies[] = { [BENTO_POLICY_DROP] = "drop",
						[BENTO_POLICY_BLOCK] = "block",
						[BENTO_POLICY_FLIGHT] = "flight" };
	struct bento_recorder *recorder = m->private;
	struct bento_capture *capture;
	u64 seq;
	int cpu;

	mutex_lock(&recorder->lock);
	capture = recorder->capture;
	if (!capture) {
		seq_puts(m, "state idle\n");
		goto out;
	}
	seq = atomic64_read(&capture->seq);
	/* Numbers are given and records written with preemption off. */
	if (barrier)
		synchronize_rcu_expedited();
	seq_printf(m, "state %s\nepoch %u\npolicy %s\ndata %s\nsubbuf %u\nnsub %u\nseq %llu\n",
		   capture->ended ? "ended" : "recording", capture->epoch,
		   policies[capture->options.policy], capture->options.data ? "full" : "none",
		   capture->options.subbuf, capture->options.nsub, seq);
	for_each_possible_cpu(cpu)
		show_cpu(m, capture, cpu);
out:
	mutex_unlock(&recorder->lock);
	return 0;
}

static int status_show(struct seq_file *m, void *unused)
{
	return show_status(m, false);
}
DEFINE_SHOW_ATTRIBUTE(status);

static int barrier_show(struct seq_file *m, void *unused)
{
	return show_status(m, true);
}
DEFINE_SHOW_ATTRIBUTE(barrier);

static int info_show(struct seq_file *m, void *unused)
{
	struct bento_recorder *recorder = m->private;

	mutex_lock(&recorder->lock);
	if (recorder->capture)
		seq_puts(m, recorder->capture->info);
	mutex_unlock(&recorder->lock);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(info);

static ssize_t read_bytes(struct file *file, char __user *to, size_t count, loff_t *ppos,
			  bool blocks)
{
	struct bento_recorder *recorder = file_inode(file)->i_private;
	const struct bento_state *bytes;
	ssize_t got = 0;

	mutex_lock(&recorder->lock);
	if (recorder->capture) {
		bytes = blocks ? &recorder->capture->blocks : &recorder->capture->state;
		got = simple_read_from_buffer(to, count, ppos, bytes->bytes, bytes->len);
	}
	mutex_unlock(&recorder->lock);
	return got;
}

static ssize_t state_read(struct file *file, char __user *to, size_t count, loff_t *ppos)
{
	return read_bytes(file, to, count, ppos, false);
}

static ssize_t blocks_read(struct file *file, char __user *to, size_t count, loff_t *ppos)
{
	return read_bytes(file, to, count, ppos, true);
}

static const struct file_operations state_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.read = state_read,
	.llseek = default_llseek,
};

static const struct file_operations blocks_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.read = blocks_read,
	.llseek = default_llseek,
};

/* ---- its life ---- */

static void remove_recorder(struct bento_recorder *recorder)
{
	/* Waits for whoever is in one of the files. */
	debugfs_remove_recursive(recorder->dir);
	mutex_lock(&recorder->lock);
	bento_recorder_release(recorder);
	mutex_unlock(&recorder->lock);
	kfree(recorder);
}

/* One that nobody needs any more, taken from the list; NULL. `all`: any. */
static struct bento_recorder *take_idle(bool all)
{
	struct bento_recorder *recorder, *found = NULL;

	mutex_lock(&recorders_lock);
	list_for_each_entry(recorder, &recorders, link)
		if (all || (!READ_ONCE(recorder->mount) && !READ_ONCE(recorder->capture)))
			found = recorder;
	if (found)
		list_del(&found->link);
	mutex_unlock(&recorders_lock);
	return found;
}

static void remove_idle(struct work_struct *work)
{
	struct bento_recorder *recorder;

	while ((recorder = take_idle(false)))
		remove_recorder(recorder);
}

void bento_record_add_mount(struct bento_mount *mount)
{
	struct bento_recorder *recorder = kzalloc(sizeof(*recorder), GFP_KERNEL);
	char name[16];

	if (!recorder) {
		pr_warn("mount %u: no memory for its recorder; it cannot be recorded\n", mount->id);
		return;
	}
	recorder->id = mount->id;
	recorder->mount = mount;
	mutex_init(&recorder->lock);
	snprintf(name, sizeof(name), "%u", mount->id);
	/* Where there is no debugfs, these do nothing. */
	recorder->dir = debugfs_create_dir(name, root);
	debugfs_create_file("control", 0200, recorder->dir, recorder, &control_fops);
	debugfs_create_file("status", 0400, recorder->dir, recorder, &status_fops);
	debugfs_create_file("barrier", 0400, recorder->dir, recorder, &barrier_fops);
	debugfs_create_file("info", 0400, recorder->dir, recorder, &info_fops);
	debugfs_create_file("state", 0400, recorder->dir, recorder, &state_fops);
	debugfs_create_file("blocks", 0400, recorder->dir, recorder, &blocks_fops);
	mutex_lock(&recorders_lock);
	list_add_tail(&recorder->link, &recorders);
	mutex_unlock(&recorders_lock);
}

void bento_record_del_mount(struct bento_mount *mount)
{
	struct bento_recorder *recorder, *found = NULL;

	mutex_lock(&recorders_lock);
	list_for_each_entry(recorder, &recorders, link)
		if (recorder->mount == mount)
			found = recorder;
	mutex_unlock(&recorders_lock);
	if (!found)
		return;
	bento_recorder_unmounted(found);
	schedule_work(&removal);
}

int bento_control_init(void)
{
	/* An error pointer makes what follows do nothing. */
	root = debugfs_create_dir("bentofs", NULL);
	return 0;
}

/* Mounts pin the module: what is left are recordings that nobody has collected. */
void bento_control_exit(void)
{
	struct bento_recorder *recorder;

	cancel_work_sync(&removal);
	while ((recorder = take_idle(true)))
		remove_recorder(recorder);
	debugfs_remove(root);
}
