// SPDX-License-Identifier: GPL-2.0
/*
 * The build id of a module. The kernel keeps it only under CONFIG_STACKTRACE_BUILD_ID; else it is
 * in the module's notes.
 */
#include <linux/buildid.h>
#include <linux/elf.h>
#include <linux/module.h>
#include <linux/string.h>
#include <linux/xxhash.h>

#include "bentofs.h"
#include "build_id.h"
#include "compat.h"

#ifdef BENTO_HAVE_NOTES
/* The descriptor of the first note of type NT_GNU_BUILD_ID in `bytes`. */
static unsigned int id_in_notes(const u8 *bytes, size_t len, u8 *id, unsigned int room)
{
	while (len >= sizeof(Elf64_Nhdr)) {
		const Elf64_Nhdr *head = (const Elf64_Nhdr *)bytes;
		size_t name = ALIGN(head->n_namesz, 4), descriptor = ALIGN(head->n_descsz, 4);

		if (name > len || descriptor > len || sizeof(*head) + name + descriptor > len)
			return 0;
		if (head->n_type == 3 && head->n_namesz == 4 &&
		    !memcmp(bytes + sizeof(*head), "GNU", 4)) {
			unsigned int count = min_t(unsigned int, head->n_descsz, room);

			memcpy(id, bytes + sizeof(*head) + name, count);
			return count;
		}
		bytes += sizeof(*head) + name + descriptor;
		len -= sizeof(*head) + name + descriptor;
	}
	return 0;
}

static unsigned int id_of_module(const struct module *owner, u8 *id, unsigned int room)
{
	const struct bento_module_notes *notes =
		(const struct bento_module_notes *)owner->notes_attrs;
	unsigned int i;

	for (i = 0; notes && i < notes->notes; i++) {
		const struct bin_attribute *note = &notes->attrs[i];
		unsigned long at = (unsigned long)note->private;

		if (within_module(at, owner) && within_module(at + note->size - 1, owner)) {
			unsigned int count = id_in_notes(note->private, note->size, id, room);

			if (count)
				return count;
		}
	}
	return 0;
}
#else
static unsigned int id_of_module(const struct module *owner, u8 *id, unsigned int room)
{
	return 0;
}
#endif

unsigned int bento_build_id(const struct module *owner, const struct bento_module_desc *desc,
			    u8 *id, unsigned int room)
{
	unsigned int count;
	u64 hash;

#ifdef CONFIG_STACKTRACE_BUILD_ID
	count = min_t(unsigned int, sizeof(owner->build_id), room);
	if (memchr_inv(owner->build_id, 0, count)) {
		memcpy(id, owner->build_id, count);
		return count;
	}
#endif
	count = id_of_module(owner, id, room);
	if (count)
		return count;
	hash = xxh64(desc->fs_name.ptr, desc->fs_name.len, desc->state_schema);
	hash = xxh64(desc->source_revision.ptr, desc->source_revision.len, hash);
	hash = xxh64(desc->lock_classes.ptr, desc->lock_classes.len, hash);
	count = min_t(unsigned int, sizeof(hash), room);
	memcpy(id, &hash, count);
	return count;
}
