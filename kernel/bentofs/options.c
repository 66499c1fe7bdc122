// SPDX-License-Identifier: GPL-2.0
/*
 * Mount options, by the kernel's parameter parser.
 */
#define pr_fmt(fmt) "bentofs: " fmt

#include <linux/slab.h>

#include "bentofs.h"
#include "options.h"

enum { OPT_FS, OPT_MKFS, OPT_OPT, OPT_DEADLINE };

const struct fs_parameter_spec bento_parameters[] = {
	fsparam_string("fs", OPT_FS),
	fsparam_flag("mkfs", OPT_MKFS),
	fsparam_string("opt", OPT_OPT),
	fsparam_u32("deadline", OPT_DEADLINE),
	{}
};

static int add_option(struct bento_options *options, const char *option)
{
	char *joined;

	if (options->fs_options)
		joined = kasprintf(GFP_KERNEL, "%s,%s", options->fs_options, option);
	else
		joined = kstrdup(option, GFP_KERNEL);
	if (!joined)
		return -ENOMEM;
	kfree(options->fs_options);
	options->fs_options = joined;
	return 0;
}

static int parse_param(struct fs_context *fc, struct fs_parameter *param)
{
	struct bento_options *options = fc->fs_private;
	struct fs_parse_result result;
	int opt = fs_parse(fc, bento_parameters, param, &result);

	if (opt < 0)
		return opt;
	/* A remount is told all options again, of which it can change none of ours. */
	if (fc->purpose == FS_CONTEXT_FOR_RECONFIGURE)
		return 0;
	switch (opt) {
	case OPT_FS:
		if (strlen(param->string) > BENTO_FS_NAME_MAX)
			return invalf(fc, "fs: the name is too long");
		kfree(options->fs);
		options->fs = param->string;
		param->string = NULL;
		return 0;
	case OPT_MKFS:
		options->mkfs = true;
		return 0;
	case OPT_OPT:
		return add_option(options, param->string);
	case OPT_DEADLINE:
		if (result.uint_32 < 100 || result.uint_32 > 3600 * 1000)
			return invalf(fc, "deadline: 100 to 3600000 ms");
		options->deadline_ms = result.uint_32;
		return 0;
	default:
		return -EINVAL;
	}
}

static void free_options(struct fs_context *fc)
{
	struct bento_options *options = fc->fs_private;

	if (!options)
		return;
	kfree(options->fs);
	kfree(options->fs_options);
	kfree(options);
}

static const struct fs_context_operations context_ops = {
	.parse_param = parse_param,
	.get_tree = bento_get_tree,
	.reconfigure = bento_reconfigure,
	.free = free_options,
};

int bento_init_fs_context(struct fs_context *fc)
{
	struct bento_options *options = kzalloc(sizeof(*options), GFP_KERNEL);

	if (!options)
		return -ENOMEM;
	options->deadline_ms = BENTO_DEADLINE_MS;
	fc->fs_private = options;
	fc->ops = &context_ops;
	return 0;
}
