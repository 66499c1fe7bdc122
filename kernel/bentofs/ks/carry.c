// SPDX-License-Identifier: GPL-2.0
/*
 * Lock counters across an upgrade: the order of locks goes on, so that a replay goes on across this
 * place too. Cached blocks keep theirs, being the mount's; the locks of the new instance take over
 * from those of the old one by name.
 */
#define pr_fmt(fmt) "bentofs: " fmt

#include <linux/bsearch.h>
#include <linux/slab.h>
#include <linux/sort.h>

#include "../record/record.h"
#include "ks.h"

static int by_name(const void *a, const void *b)
{
	const struct bento_lock *one = *(const struct bento_lock *const *)a,
				*two = *(const struct bento_lock *const *)b;

	if (one->rw.class != two->rw.class)
		return one->rw.class < two->rw.class ? -1 : 1;
	return one->rw.key < two->rw.key ? -1 : one->rw.key > two->rw.key;
}

/**
 * bento_lock_counters_carry() - hand the lock counters of one instance to the next
 * @from: where they are
 * @to: an instance that imported @from's state
 *
 * Does nothing when the mount is not being recorded. Nobody uses either instance meanwhile.
 */
void bento_lock_counters_carry(struct bento_instance *from, struct bento_instance *to)
{
	const u32 epoch = bento_rec_epoch(from->mount);
	struct bento_lock **sorted, **found, *lock;
	size_t count = 0;

	if (!epoch)
		return;
	list_for_each_entry(lock, &from->locks, link)
		count += lock->rw.counters.epoch == epoch;
	sorted = kvmalloc_array(count + 1, sizeof(*sorted), GFP_KERNEL);
	if (!sorted) {
		pr_warn("no memory for the order of locks across the upgrade: the recording cannot be replayed beyond it\n");
		return;
	}
	count = 0;
	list_for_each_entry(lock, &from->locks, link)
		if (lock->rw.counters.epoch == epoch)
			sorted[count++] = lock;
	sort(sorted, count, sizeof(*sorted), by_name, NULL);
	list_for_each_entry(lock, &to->locks, link) {
		found = bsearch(&lock, sorted, count, sizeof(*sorted), by_name);
		if (!found)
			continue;
		lock->rw.counters = (*found)->rw.counters;
	}
	kvfree(sorted);
}
