// SPDX-License-Identifier: GPL-2.0
/*
 * How a recording is to be made: "policy=block data=none subbuf=262144 nsub=16 skip=read,write".
 */
#define pr_fmt(fmt) "bentofs: " fmt

#include <linux/kernel.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/string.h>

#include "capture.h"

#define SUBBUF (256u << 10)
#define NSUB 16
#define MOST_BYTES (1u << 30)
/*
 * Policy block: the least that a processor's buffer holds, so that the largest op finds room in an
 * empty one.
 */
#define BLOCK_LEAST (2u << 20)

static int parse_skip(struct bento_rec_options *options, char *names)
{
	char *name;
	int opcode;

	while ((name = strsep(&names, ",")) != NULL) {
		opcode = bento_op_number(name);
		if (opcode < 0)
			return -EINVAL;
		__set_bit(opcode, options->skip);
		options->filters = true;
	}
	return 0;
}

static int parse_policy(struct bento_rec_options *options, const char *value)
{
	static const char *const names[] = { [BENTO_POLICY_DROP] = "drop",
					     [BENTO_POLICY_BLOCK] = "block",
					     [BENTO_POLICY_FLIGHT] = "flight" };
	unsigned int i;

	for (i = BENTO_POLICY_DROP; i < ARRAY_SIZE(names); i++)
		if (!strcmp(value, names[i])) {
			options->policy = i;
			return 0;
		}
	return -EINVAL;
}

static int parse_one(struct bento_rec_options *options, const char *key, char *value)
{
	if (!strcmp(key, "policy"))
		return parse_policy(options, value);
	if (!strcmp(key, "data")) {
		options->data = !strcmp(value, "full");
		return options->data || !strcmp(value, "none") ? 0 : -EINVAL;
	}
	if (!strcmp(key, "subbuf"))
		return kstrtou32(value, 0, &options->subbuf);
	if (!strcmp(key, "nsub"))
		return kstrtou32(value, 0, &options->nsub);
	if (!strcmp(key, "skip"))
		return parse_skip(options, value);
	return -EINVAL;
}

int bento_rec_options_parse(struct bento_rec_options *options, char *text)
{
	char *word, *value;
	int err;

	memset(options, 0, sizeof(*options));
	options->policy = BENTO_POLICY_DROP;
	options->data = true;
	options->subbuf = SUBBUF;
	options->nsub = NSUB;
	while ((word = strsep(&text, " \t\n")) != NULL) {
		if (!*word)
			continue;
		value = strchr(word, '=');
		if (!value)
			return -EINVAL;
		*value++ = 0;
		err = parse_one(options, word, value);
		if (err)
			return err;
	}
	/* A piece of data and the record before it fit into one sub-buffer. */
	if (options->subbuf < 2 * BENTO_REC_PIECE + 2 * PAGE_SIZE ||
	    !PAGE_ALIGNED(options->subbuf) || options->nsub < 4 ||
	    (u64)options->subbuf * options->nsub > MOST_BYTES)
		return -EINVAL;
	if (options->policy == BENTO_POLICY_BLOCK &&
	    (u64)(options->nsub - 1) * (options->subbuf - BENTO_REC_PIECE) < BLOCK_LEAST)
		return -EINVAL;
	return 0;
}
