// SPDX-License-Identifier: GPL-2.0
/*
 * A version of tiffinfs that cannot take over, for a reason of one's choice; what a live upgrade must refuse without harm. It has no ops:
 * none of it may ever run but import_state() and import_late().
 */
#include <linux/errno.h>
#include <linux/module.h>

#include "bento_abi.h"

static unsigned int abi_minor = BENTO_ABI_MINOR;
module_param(abi_minor, uint, 0);
static unsigned int schema_min = 1, schema = 2;
module_param(schema_min, uint, 0);
module_param(schema, uint, 0);
static unsigned int needs_device = 1;
module_param(needs_device, uint, 0);
static int import_error = EINVAL;
module_param(import_error, int, 0);
/* Takes the first part of the state, while ops go on, and then this many of what follows. */
static int rounds = -1;
module_param(rounds, int, 0);

static s32 create(const struct bento_create_args *args, void **instance)
{
	return EIO;
}

static void dispatch(void *instance, const struct bento_request_buf *request, struct bento_reply_buf *reply)
{
	reply->error = EIO;
}

static s32 export_state(void *instance, const struct bento_sink *sink)
{
	return EIO;
}

static s32 import_state(const struct bento_create_args *args, u32 from_schema, struct bento_str state, void **instance)
{
	/* Something to point to; nobody looks there. */
	if (rounds >= 0)
		*instance = &rounds;
	return rounds >= 0 ? 0 : import_error;
}

static s32 export_some(void *instance, const struct bento_sink *sink)
{
	return EIO;
}

static s32 export_late(void *instance, u32 last, const struct bento_sink *sink)
{
	return EIO;
}

static s32 import_late(void *instance, struct bento_str state)
{
	return rounds-- > 0 ? 0 : import_error;
}

static s32 destroy(void *instance, u32 discard)
{
	return 0;
}

static struct bento_module_desc desc = {
	.size = sizeof(desc),
	.abi_major = BENTO_ABI_MAJOR,
	.fs_name = { (const u8 *)"tiffinfs", 8 },
	.source_revision = { (const u8 *)"refusing", 8 },
	.lock_classes = { (const u8 *)"", 0 },
	.create = create,
	.dispatch = dispatch,
	.export_state = export_state,
	.import_state = import_state,
	.destroy = destroy,
	.export_early = export_some,
	.export_late = export_late,
	.import_late = import_late,
};

static int __init refusing_init(void)
{
	desc.abi_minor = abi_minor;
	desc.state_schema = schema;
	desc.state_schema_min = schema_min;
	desc.state_schema_max = schema;
	desc.needs_device = needs_device;
	return bento_register_module(&desc, THIS_MODULE);
}

static void __exit refusing_exit(void)
{
	bento_unregister_module(THIS_MODULE);
}

module_init(refusing_init);
module_exit(refusing_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("A version of tiffinfs that cannot take over");
