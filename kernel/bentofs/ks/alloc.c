// SPDX-License-Identifier: GPL-2.0
/*
 * bento_ks_alloc() and its like: the heap of modules.
 *
 * Dispatch runs under memalloc_nofs_save(), so GFP_KERNEL here never comes back into a file system.
 * Small requests do not fail in practice: the kernel makes room. Larger ones come from vmalloc()
 * when memory is in pieces, and may fail.
 */
#include <linux/export.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "ks.h"
#include "services.h"

/* The alignment that kmalloc() and vmalloc() give without being asked. */
static bool natural(size_t size, size_t align)
{
	if (align <= ARCH_KMALLOC_MINALIGN)
		return true;
	/* Power-of-two sizes are aligned to themselves; larger ones come in whole pages. */
	if (size >= PAGE_SIZE)
		return align <= PAGE_SIZE;
	return is_power_of_2(size) && align <= size;
}

/*
 * Bytes to ask for so that the result is aligned; 0 when it cannot be. A size below the alignment
 * is rounded up to it; any other to the next power of two. Both are aligned to themselves.
 */
static size_t room_for(size_t size, size_t align)
{
	if (!is_power_of_2(align) || align > PAGE_SIZE || size > MAX_RW_COUNT)
		return 0;
	if (natural(size, align))
		return size;
	return roundup_pow_of_two(max(size, align));
}

static u8 *allocate(size_t size, size_t align, gfp_t zero)
{
	struct bento_ctx *ctx = bento_service();
	size_t room = room_for(size, align);
	u8 *ptr;

	if (unlikely(!room))
		return NULL;
	if (likely(room <= PAGE_SIZE))
		ptr = kmalloc(room, GFP_KERNEL | zero);
	else
		ptr = kvmalloc(room, GFP_KERNEL | zero);
	if (likely(ptr))
		this_cpu_add(*ctx->instance->bytes, size);
	return ptr;
}

/**
 * bento_ks_alloc - memory for a module
 * @size: bytes, not 0
 * @align: power of two, at most a page
 *
 * Return: the memory, or NULL. Sleeps.
 */
u8 *bento_ks_alloc(size_t size, size_t align)
{
	return allocate(size, align, 0);
}
EXPORT_SYMBOL_GPL(bento_ks_alloc);

/**
 * bento_ks_alloc_zeroed - memory for a module, all zeroes
 * @size: bytes, not 0
 * @align: power of two, at most a page
 *
 * Return: the memory, or NULL. Sleeps.
 */
u8 *bento_ks_alloc_zeroed(size_t size, size_t align)
{
	return allocate(size, align, __GFP_ZERO);
}
EXPORT_SYMBOL_GPL(bento_ks_alloc_zeroed);

/**
 * bento_ks_free - give memory back
 * @ptr: what bento_ks_alloc() gave
 * @size: as then
 * @align: as then
 */
void bento_ks_free(u8 *ptr, size_t size, size_t align)
{
	struct bento_ctx *ctx = bento_service();

	this_cpu_sub(*ctx->instance->bytes, size);
	if (likely(size <= PAGE_SIZE))
		kfree(ptr);
	else
		kvfree(ptr);
}
EXPORT_SYMBOL_GPL(bento_ks_free);

/**
 * bento_ks_realloc - make memory larger or smaller, keeping its content
 * @ptr: what bento_ks_alloc() gave
 * @old_size: as then
 * @align: as then
 * @new_size: bytes, not 0
 *
 * Return: where it is now; or NULL, and then it is where it was. Sleeps.
 */
u8 *bento_ks_realloc(u8 *ptr, size_t old_size, size_t align, size_t new_size)
{
	u8 *to;

	/* It may have room already: the slab's size is what counts, not what was asked for. */
	if (new_size <= PAGE_SIZE && old_size <= PAGE_SIZE && align <= ARCH_KMALLOC_MINALIGN &&
	    new_size <= ksize(ptr)) {
		struct bento_ctx *ctx = bento_service();

		this_cpu_add(*ctx->instance->bytes, (s64)new_size - (s64)old_size);
		return ptr;
	}
	to = allocate(new_size, align, 0);
	if (!to)
		return NULL;
	memcpy(to, ptr, min(old_size, new_size));
	bento_ks_free(ptr, old_size, align);
	return to;
}
EXPORT_SYMBOL_GPL(bento_ks_realloc);
