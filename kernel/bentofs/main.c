// SPDX-License-Identifier: GPL-2.0
/*
 * BentoFS: file systems written in safe Rust, as modules that can be replaced while they are
 * mounted.
 */
#define pr_fmt(fmt) "bentofs: " fmt

#include <linux/init.h>
#include <linux/module.h>

#include "bentofs.h"
#include "ks/buf.h"
#include "record/record.h"

static int __init bentofs_init(void)
{
	int err;

	err = bento_buf_cache_init();
	if (err)
		return err;
	err = bento_tasks_init();
	if (err)
		goto out_bufs;
	err = bento_inodes_init();
	if (err)
		goto out_tasks;
	err = bento_record_init();
	if (err)
		goto out_inodes;
	err = bento_sysfs_init();
	if (err)
		goto out_record;
	err = bento_super_init();
	if (err)
		goto out_sysfs;
	pr_info("ABI %u.%u\n", BENTO_ABI_MAJOR, BENTO_ABI_MINOR);
	return 0;

out_sysfs:
	bento_sysfs_exit();
out_record:
	bento_record_exit();
out_inodes:
	bento_inodes_exit();
out_tasks:
	bento_tasks_exit();
out_bufs:
	bento_buf_cache_exit();
	return err;
}

/*
 * Modules of file systems import our symbols, and mounts pin their type: when we go, neither is
 * left.
 */
static void __exit bentofs_exit(void)
{
	bento_super_exit();
	bento_listings_exit();
	bento_sysfs_exit();
	bento_record_exit();
	bento_inodes_exit();
	bento_tasks_exit();
	bento_buf_cache_exit();
	/* What was freed after a grace period, by functions of ours. */
	rcu_barrier();
}

module_init(bentofs_init);
module_exit(bentofs_exit);

MODULE_DESCRIPTION("BentoFS: file systems in safe Rust, recorded and replaceable");
MODULE_LICENSE("GPL");
MODULE_ALIAS_FS("bento");
MODULE_ALIAS_FS("bentoblk");
