// SPDX-License-Identifier: GPL-2.0
/*
 * Locks of ranges of files (posix and OFD). flock(2) is VFS's: the contract cannot tell the two
 * kinds apart.
 *
 * They are VFS's too unless the module answers SETLK. Then each is VFS's first and the module's
 * second, so that waiting is done by VFS: a module never sleeps for another op.
 */
#include <linux/delay.h>
#include <linux/fs.h>
#include <linux/once.h>
#include <linux/random.h>
#include <linux/siphash.h>

#include "compat.h"
#include "io.h"

/*
 * How often a lock is tried again that VFS gave and the module did not: it has reasons that VFS
 * does not know.
 */
#define AGAIN_MS 20

/**
 * bento_lock_owner - a number for who owns locks
 * @owner: VFS's; an address that traces must not tell
 */
u64 bento_lock_owner(fl_owner_t owner)
{
	static siphash_key_t key __read_mostly;

	get_random_once(&key, sizeof(key));
	return siphash_1u64((unsigned long)owner, &key);
}

static int send(struct file *file, u32 opcode, const struct file_lock *lock,
		struct bento_call *call)
{
	struct inode *inode = file_inode(file);
	const struct bento_file *bf = file->private_data;
	struct fuse_lk_in args = {
		.fh = bf->fh,
		.owner = bento_lock_owner(lock->fl_owner),
		.lk = {
			.start = lock->fl_start,
			.end = lock->fl_end,
			.type = lock->fl_type,
			.pid = lock->fl_type == F_UNLCK ? 0 : current->tgid,
		},
	};

	bento_call_of(call, opcode, bento_i(inode));
	call->handle_era = bf->era;
	bento_call_args(call, &args, sizeof(args));
	return bento_call(bento_sb(inode->i_sb), call);
}

static int get_lock(struct file *file, struct file_lock *lock)
{
	const struct fuse_file_lock *answer;
	struct bento_call call;
	int err;

	posix_test_lock(file, lock);
	if (lock->fl_type != F_UNLCK || bento_absent(bento_sb(file_inode(file)->i_sb), FUSE_GETLK))
		return 0;
	err = send(file, FUSE_GETLK, lock, &call);
	if (err)
		return err == -ENOSYS ? 0 : err;
	answer = &bento_out(&call, struct fuse_lk_out)->lk;
	if (answer->type == F_UNLCK)
		return 0;
	if ((answer->type != F_RDLCK && answer->type != F_WRLCK) || answer->start > answer->end ||
	    answer->end > OFFSET_MAX)
		return -EIO;
	lock->fl_type = answer->type;
	lock->fl_start = answer->start;
	lock->fl_end = answer->end;
	lock->fl_pid = answer->pid;
	return 0;
}

static int unlock(struct file *file, struct file_lock *lock)
{
	struct bento_call call;
	int err = send(file, FUSE_SETLK, lock, &call), local;

	/* Whoever waits for it goes on only now that the module has heard. */
	local = locks_lock_file_wait(file, lock);
	return err == -ENOSYS ? local : err ?: local;
}

static int set_lock(struct file *file, struct file_lock *lock)
{
	bool waits = lock->fl_flags & FL_SLEEP;
	unsigned char type = lock->fl_type;
	struct bento_call call;
	int err;

	if (lock->fl_type == F_UNLCK)
		return unlock(file, lock);
	for (;;) {
		err = locks_lock_file_wait(file, lock);
		if (err)
			return err;
		err = send(file, FUSE_SETLK, lock, &call);
		if (!err || err == -ENOSYS)
			return 0;
		lock->fl_type = F_UNLCK;
		locks_lock_file_wait(file, lock);
		if (err != -EAGAIN || !waits)
			return err;
		if (msleep_interruptible(AGAIN_MS))
			return -ERESTARTSYS;
		lock->fl_type = type;
	}
}

int bento_lock(struct file *file, int cmd, struct file_lock *lock)
{
	if (cmd == F_CANCELLK)
		return 0;
	if (cmd == F_GETLK)
		return get_lock(file, lock);
	if (bento_absent(bento_sb(file_inode(file)->i_sb), FUSE_SETLK))
		return locks_lock_file_wait(file, lock);
	return set_lock(file, lock);
}
