// SPDX-License-Identifier: GPL-2.0
/* The opcodes by name, as one array; their numbers are those of <linux/fuse.h>. */
#include "bentofs.h"
#include "opnames.h"

/* May be younger than the kernel's headers. */
#define FUSE_TMPFILE BENTO_OP_TMPFILE
#define FUSE_STATX BENTO_OP_STATX
#define SAME(number, name) \
	static_assert((number) == FUSE_##name && (number) < BENTO_OPCODES);
BENTO_FOR_EACH_OPCODE(SAME)
#undef SAME

const char *const bento_op_names[BENTO_OPCODES] = {
#define NAME_OF(number, name) \
	[number] = #name,
	BENTO_FOR_EACH_OPCODE(NAME_OF)
#undef NAME_OF
};

/**
 * bento_op_number() - The opcode of that name, in whatever case.
 * @name: "lookup"
 *
 * Answers -EINVAL when there is none.
 */
int bento_op_number(const char *name)
{
	int opcode;

	for (opcode = 0; opcode < BENTO_OPCODES; opcode++)
		if (bento_op_names[opcode] && !strcasecmp(name, bento_op_names[opcode]))
			return opcode;
	return -EINVAL;
}

const char *bento_op_name(u32 opcode)
{
	if (opcode < BENTO_OPCODES && bento_op_names[opcode])
		return bento_op_names[opcode];
	switch (opcode) {
	case BENTO_OP_MKFS:
		return "mkfs";
	case BENTO_OP_MOUNT:
		return "mount";
	case BENTO_OP_UNMOUNT:
		return "unmount";
	case BENTO_OP_TASK:
		return "a task";
	default:
		return "an unknown op";
	}
}
