// SPDX-License-Identifier: GPL-2.0
/*
 * bento_ks_thread_*(): threads of a module's own.
 */
#define pr_fmt(fmt) "bentofs: " fmt

#include <linux/export.h>

#include "ks.h"
#include "services.h"

struct bento_thread;

/**
 * bento_ks_thread_spawn - start a thread
 */
struct bento_thread *bento_ks_thread_spawn(void (*run)(void *arg), void *arg, const u8 *name, size_t name_len)
{
	bento_service();
	return NULL;
}
EXPORT_SYMBOL_GPL(bento_ks_thread_spawn);

void bento_ks_thread_join(struct bento_thread *thread)
{
}
EXPORT_SYMBOL_GPL(bento_ks_thread_join);

void bento_instance_end_threads(struct bento_instance *instance)
{
}
