/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What differs between kernel versions, and nothing else.
 */
#ifndef BENTO_COMPAT_H
#define BENTO_COMPAT_H

#include <linux/module.h>
#include <linux/sysfs.h>
#include <linux/version.h>
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 3, 0)
#include <linux/filelock.h>
#endif

/* Whether an address lies in the code of a loaded module. */
static inline bool bento_in_text_of(unsigned long addr, const struct module *owner)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 4, 0)
	unsigned long base = (unsigned long)owner->core_layout.base;

	return addr >= base && addr < base + owner->core_layout.text_size;
#else
	return within_module_mem_type(addr, owner, MOD_TEXT);
#endif
}

#if defined(CONFIG_SYSFS) && LINUX_VERSION_CODE < KERNEL_VERSION(6, 12, 0)
#define BENTO_HAVE_NOTES 1
/*
 * The notes of a module as sysfs shows them. The kernel keeps the definition in
 * kernel/module/sysfs.c; this is its shape.
 */
struct bento_module_notes {
	struct kobject *dir;
	unsigned int notes;
	struct bin_attribute attrs[];
};
#endif

#endif /* BENTO_COMPAT_H */
