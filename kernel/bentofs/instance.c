// SPDX-License-Identifier: GPL-2.0
/*
 * One version of a file system at work on one mount: the steps of its life. They run under the
 * guard of ops, so that a crash in one is an error of the step, and leaves no lock behind.
 */
#define pr_fmt(fmt) "bentofs: " fmt

#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "bentofs.h"
#include "record/record.h"

/* What a step is given, and what it gave. */
struct step {
	struct bento_create_args args;
	struct bento_sink sink;
	const struct bento_state *from;
	void *opaque;
	u32 discard;
	u32 last;
	s32 error;
};

static void step_mkfs(struct bento_ctx *ctx)
{
	struct step *step = ctx->step_arg;

	step->error = ctx->instance->version->desc->mkfs(&step->args);
}

static void step_create(struct bento_ctx *ctx)
{
	struct step *step = ctx->step_arg;

	step->error = ctx->instance->version->desc->create(&step->args, &step->opaque);
}

static void step_import(struct bento_ctx *ctx)
{
	struct step *step = ctx->step_arg;
	struct bento_str state = { .ptr = step->from->bytes, .len = step->from->len };

	step->error = ctx->instance->version->desc->import_state(&step->args, step->from->schema,
								 state, &step->opaque);
}

static void step_export(struct bento_ctx *ctx)
{
	struct step *step = ctx->step_arg;

	step->error =
		ctx->instance->version->desc->export_state(ctx->instance->opaque, &step->sink);
}

static void step_export_early(struct bento_ctx *ctx)
{
	struct step *step = ctx->step_arg;

	step->error =
		ctx->instance->version->desc->export_early(ctx->instance->opaque, &step->sink);
}

static void step_export_late(struct bento_ctx *ctx)
{
	struct step *step = ctx->step_arg;

	step->error = ctx->instance->version->desc->export_late(ctx->instance->opaque, step->last,
								&step->sink);
}

static void step_import_late(struct bento_ctx *ctx)
{
	struct step *step = ctx->step_arg;
	struct bento_str state = { .ptr = step->from->bytes, .len = step->from->len };

	step->error = ctx->instance->version->desc->import_late(ctx->instance->opaque, state);
}

static void step_destroy(struct bento_ctx *ctx)
{
	struct step *step = ctx->step_arg;

	step->error = ctx->instance->version->desc->destroy(ctx->instance->opaque, step->discard);
}

/*
 * Runs a step: 0 or a negative errno. One with an opcode is recorded as an op of the instance that
 * serves the mount; others (as an export, which changes nothing) are not.
 */
static int run_step(struct bento_instance *instance, void (*run)(struct bento_ctx *ctx),
		    struct step *step, u32 opcode)
{
	struct bento_ctx ctx = { .step = run, .step_arg = step };
	struct bento_reply_buf reply = {};

	ctx.reply = &reply;
	ctx.unique = atomic64_inc_return(&instance->mount->unique);
	bento_ctx_begin(&ctx, instance->mount, instance, opcode);
	/*
	 * A step without an opcode is recorded only as far as bento_rec_is_trial() wants to know
	 * what it reads.
	 */
	if (bento_rec_any() &&
	    ((opcode && instance == instance->mount->instance) ||
	     bento_rec_is_trial(instance->mount)))
		__bento_rec_begin(&ctx, false);
	bento_run(&ctx);
	if (ctx.crash)
		step->error = EIO;
	else if (step->error < 0 || step->error > MAX_ERRNO)
		step->error = EPROTO;
	reply.error = step->error;
	if (bento_rec_on(&ctx))
		__bento_rec_end(&ctx, &reply);
	bento_ctx_end(&ctx);
	return -step->error;
}

static void fill_args(const struct bento_mount *mount, struct bento_create_args *args,
		      bool read_only)
{
	args->dev = mount->dev ? 1 : 0;
	args->options.ptr = mount->fs_options ? (const u8 *)mount->fs_options : (const u8 *)"";
	args->options.len = mount->fs_options ? strlen(mount->fs_options) : 0;
	args->read_only = read_only;
}

static void free_instance(struct bento_instance *instance)
{
	bento_version_put(instance->version);
	free_percpu(instance->bytes);
	kfree(instance);
}

static struct bento_instance *make_instance(struct bento_mount *mount,
					    struct bento_version *version)
{
	struct bento_instance *instance = kzalloc(sizeof(*instance), GFP_KERNEL);

	if (!instance)
		return ERR_PTR(-ENOMEM);
	instance->bytes = alloc_percpu(s64);
	if (!instance->bytes) {
		kfree(instance);
		return ERR_PTR(-ENOMEM);
	}
	if (!bento_version_pin(version)) {
		free_percpu(instance->bytes);
		kfree(instance);
		return ERR_PTR(-ENODEV);
	}
	instance->version = version;
	instance->mount = mount;
	instance->read_only = mount->read_only;
	INIT_LIST_HEAD(&instance->locks);
	INIT_LIST_HEAD(&instance->conds);
	spin_lock_init(&instance->locks_guard);
	bento_tasks_of_instance(&instance->tasks);
	bento_rwlock_init(&instance->tasks_making, BENTO_LOCK_CLASS_TASK, 0);
	return instance;
}

/* Memory of a crashed instance is not given back: nobody knows which of it is still pointed to. */
static void leak_report(const struct bento_instance *instance)
{
	s64 bytes = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		bytes += *per_cpu_ptr(instance->bytes, cpu);
	if (bytes > 0)
		WRITE_ONCE(instance->mount->left_bytes, instance->mount->left_bytes + bytes);
	if (bytes)
		pr_warn("%s, mount %u: a crashed instance leaves %lld bytes behind\n",
			instance->version->fs->name, instance->mount->id, bytes);
}

/*
 * The opaque pointer that a step made becomes the instance's; without one the instance is no more.
 */
static struct bento_instance *settle(struct bento_instance *instance, struct step *step, int err)
{
	if (!err && !step->opaque)
		err = -EPROTO;
	if (!err) {
		instance->opaque = step->opaque;
		return instance;
	}
	bento_instance_end_tasks(instance);
	if (instance->crashed)
		leak_report(instance);
	bento_locks_free(instance);
	bento_conds_free(instance);
	free_instance(instance);
	return ERR_PTR(err);
}

struct bento_instance *bento_instance_create(struct bento_mount *mount,
					     struct bento_version *version, bool mkfs)
{
	struct bento_instance *instance = make_instance(mount, version);
	struct step step = {};
	int err = 0;

	if (IS_ERR(instance))
		return instance;
	fill_args(mount, &step.args, instance->read_only);
	if (mkfs) {
		if (!version->desc->mkfs)
			err = -EOPNOTSUPP;
		else
			err = run_step(instance, step_mkfs, &step, BENTO_OP_MKFS);
	}
	if (!err)
		err = run_step(instance, step_create, &step, BENTO_OP_MOUNT);
	return settle(instance, &step, err);
}

struct bento_instance *bento_instance_import(struct bento_mount *mount,
					     struct bento_version *version,
					     const struct bento_state *state)
{
	struct bento_instance *instance = make_instance(mount, version);
	struct step step = { .from = state };

	if (IS_ERR(instance))
		return instance;
	fill_args(mount, &step.args, instance->read_only);
	return settle(instance, &step, run_step(instance, step_import, &step, 0));
}

/* A module's sink: appends to the state. */
static s32 collect(void *ctx, const u8 *ptr, size_t len)
{
	struct bento_state *state = ctx;

	if (len > state->room - state->len) {
		size_t room = max_t(size_t, state->room * 2, state->len + len);
		u8 *bytes = kvmalloc(room, GFP_KERNEL);

		if (!bytes)
			return ENOMEM;
		memcpy(bytes, state->bytes, state->len);
		kvfree(state->bytes);
		state->bytes = bytes;
		state->room = room;
	}
	memcpy(state->bytes + state->len, ptr, len);
	state->len += len;
	return 0;
}

static int export(struct bento_instance *instance, struct bento_state *state,
		  void (*run)(struct bento_ctx *ctx), bool last)
{
	struct step step = { .sink = { .ctx = state, .write = collect }, .last = last };

	if (instance->crashed)
		return -EIO;
	if (!state->bytes)
		state->room = 0;
	state->len = 0;
	state->schema = instance->version->desc->state_schema;
	return run_step(instance, run, &step, 0);
}

int bento_instance_export(struct bento_instance *instance, struct bento_state *state)
{
	return export(instance, state, step_export, true);
}

int bento_instance_export_early(struct bento_instance *instance, struct bento_state *state)
{
	return export(instance, state, step_export_early, false);
}

int bento_instance_export_late(struct bento_instance *instance, bool last,
			       struct bento_state *state)
{
	return export(instance, state, step_export_late, last);
}

int bento_instance_import_late(struct bento_instance *instance, const struct bento_state *state)
{
	struct step step = { .from = state };

	return run_step(instance, step_import_late, &step, 0);
}

int bento_instance_destroy(struct bento_instance *instance, bool discard)
{
	struct step step = { .discard = discard };
	int err = 0;

	/* What a crash left half done is not to be run into again. */
	if (!instance->crashed)
		err = run_step(instance, step_destroy, &step, discard ? 0 : BENTO_OP_UNMOUNT);
	bento_instance_end_tasks(instance);
	if (instance->crashed) {
		leak_report(instance);
		err = -EIO;
	}
	bento_locks_free(instance);
	bento_conds_free(instance);
	free_instance(instance);
	return err;
}

void bento_state_free(struct bento_state *state)
{
	kvfree(state->bytes);
	memset(state, 0, sizeof(*state));
}
