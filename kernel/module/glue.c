// SPDX-License-Identifier: GPL-2.0
/*
 * The C part of a file-system module: it registers with bentofs.ko what the Rust part describes,
 * and that is all.
 *
 * BENTO_SOURCE_REVISION is the source's revision as a string; kernel/build gives it.
 */
#include <linux/module.h>

#include "bento_abi.h"

static int __init bento_glue_init(void)
{
	return bento_register_module(bento_module_entry(), THIS_MODULE);
}

static void __exit bento_glue_exit(void)
{
	bento_unregister_module(THIS_MODULE);
}

module_init(bento_glue_init);
module_exit(bento_glue_exit);

MODULE_DESCRIPTION("A Bento file system");
MODULE_LICENSE("Dual MIT/GPL");
MODULE_VERSION(BENTO_SOURCE_REVISION);
