// SPDX-License-Identifier: GPL-2.0
/*
 * The buffers of a recording: a channel of relay with one buffer a processor, each with one writer
 * at a time (whoever runs on the processor, without being moved) and one reader (under `reading`).
 *
 * relay gives buffers, their switching, files and wakeups. Reading is our own: the facility's
 * read() may be told of a new sub-buffer before the end of the one before is known, and skips one
 * when it meets a writer that has just filled the last. Here a position that the writer releases
 * says what is whole; and the writer never takes the last free sub-buffer, so that relay never
 * finds itself full.
 */
#define pr_fmt(fmt) "bentofs: " fmt

#include <linux/debugfs.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "capture.h"
#include "wire.h"

static struct file_operations stream_fops;

static struct bento_rec_cpu *cpu_of(struct bento_capture *capture, const struct rchan_buf *buf)
{
	return per_cpu_ptr(capture->cpus, buf->cpu);
}

/* ---- writing ---- */

/* Whole sub-buffers that may be filled besides the one under way. */
static size_t free_subbufs(const struct bento_capture *capture, const struct rchan_buf *buf)
{
	size_t used = buf->subbufs_produced - READ_ONCE(buf->subbufs_consumed);

	if (capture->options.policy == BENTO_POLICY_FLIGHT)
		used = 0;
	return used + 1 < capture->options.nsub ? capture->options.nsub - 1 - used : 0;
}

bool __bento_stream_fits(struct bento_capture *capture, struct rchan_buf *buf, size_t total,
			 size_t longest)
{
	size_t size = capture->options.subbuf;

	/* At its end a sub-buffer may be left with a little less room than a record takes. */
	return total <= free_subbufs(capture, buf) * (size - min(longest, size - 1));
}

bool bento_stream_could_fit(const struct bento_capture *capture, size_t total, size_t longest)
{
	size_t size = capture->options.subbuf;

	return longest <= size / 2 && longest < WIRE_LEN_LIMIT &&
	       total <= (capture->options.nsub - 1) * (size - longest);
}

/* What is in the sub-buffer that is about to be written over is lost. */
static void overwrite(struct bento_capture *capture, const struct rchan_buf *buf)
{
	struct bento_rec_cpu *cpu = cpu_of(capture, buf);
	struct bento_rec_sub *sub = &cpu->subs[(buf->subbufs_produced + 1) % capture->options.nsub];

	cpu->counts.recorded -= sub->ops;
	cpu->counts.lost[BTR_LOSS_CAUSE_OVERWRITTEN] += sub->ops;
	cpu->counts.others_lost += sub->others;
	*sub = (struct bento_rec_sub){};
}

/*
 * Counts anew what every processor has room for: after each change of it, so that no op has to. Of
 * several at once the last one in has seen what the others changed.
 */
static void count_room(struct bento_capture *capture)
{
	u64 size = capture->options.subbuf, least = U64_MAX;
	int cpu;

	spin_lock(&capture->room_lock);
	for_each_online_cpu(cpu) {
		struct rchan_buf *buf = *per_cpu_ptr(capture->chan->buf, cpu);

		/*
		 * What is left of the sub-buffer under way is not counted: it belongs to whoever
		 * runs there.
		 */
		if (buf)
			least = min_t(u64, least,
				      free_subbufs(capture, buf) * (size - BENTO_REC_PIECE));
	}
	WRITE_ONCE(capture->room, least);
	spin_unlock(&capture->room_lock);
}

/* In the next sub-buffer. */
u8 *__bento_stream_reserve(struct bento_capture *capture, struct rchan_buf *buf, size_t most)
{
	if (capture->options.policy == BENTO_POLICY_FLIGHT)
		overwrite(capture, buf);
	else if (!free_subbufs(capture, buf))
		return NULL;
	if (!relay_switch_subbuf(buf, most))
		return NULL;
	count_room(capture);
	return buf->data + buf->offset;
}

/* ---- reading ---- */

/* Copies what is whole, up to the end of one sub-buffer. */
static ssize_t read_some(struct bento_capture *capture, struct rchan_buf *buf, char __user *to,
			 size_t count)
{
	struct bento_rec_cpu *cpu = cpu_of(capture, buf);
	u64 size = capture->options.subbuf, nsub = capture->options.nsub, head, at, used;
	u64 sub;

	/* Bytes up to head were written before it was. */
	head = smp_load_acquire(&cpu->head);
	/* A ring that has come round begins with the oldest sub-buffer that is whole. */
	if (capture->options.policy == BENTO_POLICY_FLIGHT && head / size >= nsub)
		cpu->tail = max(cpu->tail, (head / size + 1 - nsub) * size);
	for (;;) {
		sub = div64_u64_rem(cpu->tail, size, &at);
		if (sub == div64_u64(head, size)) {
			used = head - sub * size;
			break;
		}
		used = size - buf->padding[sub % nsub];
		if (at < used)
			break;
		cpu->tail = (sub + 1) * size;
		relay_subbufs_consumed(capture->chan, buf->cpu, 1);
	}
	count = min_t(u64, count, used - at);
	if (!count)
		return 0;
	if (copy_to_user(to, buf->start + (sub % nsub) * size + at, count))
		return -EFAULT;
	cpu->tail += count;
	return count;
}

static ssize_t stream_read(struct file *file, char __user *to, size_t count, loff_t *ppos)
{
	struct rchan_buf *buf = file->private_data;
	struct bento_capture *capture = buf->chan->private_data;
	struct bento_rec_cpu *cpu = cpu_of(capture, buf);
	size_t consumed = buf->subbufs_consumed;
	ssize_t got, sum = 0;

	/* A ring is read when it has stopped. */
	if (capture->options.policy == BENTO_POLICY_FLIGHT && !READ_ONCE(capture->ended))
		return 0;
	if (mutex_lock_interruptible(&cpu->reading))
		return -ERESTARTSYS;
	do {
		got = read_some(capture, buf, to + sum, count - sum);
		if (got > 0)
			sum += got;
	} while (got > 0 && sum < count);
	mutex_unlock(&cpu->reading);
	if (buf->subbufs_consumed != consumed) {
		count_room(capture);
		bento_rec_made_room(capture);
	}
	return sum ?: got;
}

/* ---- its life ---- */

static struct dentry *create_file(const char *name, struct dentry *parent, umode_t mode,
				  struct rchan_buf *buf, int *is_global)
{
	return debugfs_create_file(name, 0400, parent, buf, &stream_fops);
}

static int remove_file(struct dentry *file)
{
	debugfs_remove(file);
	return 0;
}

/* We look for room before we ask for a switch. */
static int subbuf_start(struct rchan_buf *buf, void *subbuf, void *prev_subbuf, size_t prev_padding)
{
	return 1;
}

static const struct rchan_callbacks callbacks = {
	.subbuf_start = subbuf_start,
	.create_buf_file = create_file,
	.remove_buf_file = remove_file,
};

static void free_cpus(struct bento_capture *capture)
{
	int cpu;

	for_each_possible_cpu(cpu)
		kfree(per_cpu_ptr(capture->cpus, cpu)->subs);
	free_percpu(capture->cpus);
}

int bento_stream_open(struct bento_capture *capture, struct dentry *parent)
{
	int cpu;

	capture->cpus = alloc_percpu(struct bento_rec_cpu);
	if (!capture->cpus)
		return -ENOMEM;
	for_each_possible_cpu(cpu) {
		struct bento_rec_cpu *of = per_cpu_ptr(capture->cpus, cpu);

		mutex_init(&of->reading);
		if (capture->options.policy != BENTO_POLICY_FLIGHT)
			continue;
		of->subs = kcalloc(capture->options.nsub, sizeof(*of->subs), GFP_KERNEL);
		if (!of->subs)
			goto fail;
	}
	capture->chan = relay_open("cpu", parent, capture->options.subbuf, capture->options.nsub,
				   &callbacks, capture);
	if (capture->chan) {
		spin_lock_init(&capture->room_lock);
		count_room(capture);
		return 0;
	}
fail:
	free_cpus(capture);
	return -ENOMEM;
}

void bento_stream_close(struct bento_capture *capture)
{
	relay_close(capture->chan);
	free_cpus(capture);
}

int bento_stream_init(void)
{
	/* Opening, waiting and closing are the facility's, and pin this module. */
	stream_fops = relay_file_operations;
	stream_fops.owner = THIS_MODULE;
	stream_fops.read = stream_read;
	stream_fops.mmap = NULL;
	stream_fops.splice_read = NULL;
	stream_fops.llseek = no_llseek;
	return 0;
}
