// SPDX-License-Identifier: MIT OR Apache-2.0
/*
 * names-ops SEED COUNT FOLDER OTHER [no-acls]: the same random ops on names, attributes, xattrs and ACLs in two folders, of which OTHER's file system is the judge, as root
 * and as two users. What each call answers and what is to be seen of the name and its folder afterwards must agree; caches are dropped now and then.
 * Ends with status 1 and the op at the first difference.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

#define TEXT 8192
#define COUNT_OF(list) (sizeof(list) / sizeof((list)[0]))

static const char *const names[] = { "a", "b", "c", "d", "a name that is longer than others, to have one" };
static const char *const xattrs[] = { "user.one", "user.two", "trusted.three", "security.four", "other.five", "system.posix_acl_access", "system.posix_acl_default" };
/* The last two of them. */
#define ACLS 2
static const struct { uid_t uid; gid_t gid; } users[] = { { 0, 0 }, { 1001, 2001 }, { 1002, 2001 } };
static const mode_t modes[] = { 0755, 0700, 0777, 01777, 02775, 0644, 0600, 04755, 06711, 0 };

/* What one op does; chosen once, done on both sides. */
struct op {
	const char *what;
	long (*run)(const struct op *op, int dir, char *said);
	char path[300], other[300];
	const char *xattr;
	unsigned int who;
	mode_t mode, umask;
	int flags;
	uint32_t number;
};

static uint64_t state;
static unsigned int nr_xattrs = COUNT_OF(xattrs);
static struct op op;

static uint64_t rnd(uint64_t below)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return below ? (state >> 11) % below : 0;
}

static void must(int ok, const char *call)
{
	if (!ok) {
		perror(call);
		exit(2);
	}
}

/* ---- the ops: an answer, or a negative errno; what they read goes to `said` ---- */

static long answer(long result)
{
	return result < 0 ? -errno : result;
}

static long closed(int fd)
{
	if (fd < 0)
		return -errno;
	close(fd);
	return 0;
}

static long run_mkdir(const struct op *o, int dir, char *said) { (void)said; return answer(mkdirat(dir, o->path, o->mode)); }
static long run_rmdir(const struct op *o, int dir, char *said) { (void)said; return answer(unlinkat(dir, o->path, AT_REMOVEDIR)); }
static long run_unlink(const struct op *o, int dir, char *said) { (void)said; return answer(unlinkat(dir, o->path, 0)); }
static long run_mknod(const struct op *o, int dir, char *said) { (void)said; return answer(mknodat(dir, o->path, S_IFIFO | o->mode, 0)); }
static long run_device(const struct op *o, int dir, char *said) { (void)said; return answer(mknodat(dir, o->path, S_IFCHR | o->mode, 0x103)); }
static long run_symlink(const struct op *o, int dir, char *said) { (void)said; return answer(symlinkat(o->other, dir, o->path)); }
static long run_link(const struct op *o, int dir, char *said) { (void)said; return answer(linkat(dir, o->other, dir, o->path, 0)); }
static long run_rename(const struct op *o, int dir, char *said) { (void)said; return answer(syscall(SYS_renameat2, dir, o->other, dir, o->path, o->flags)); }
static long run_chmod(const struct op *o, int dir, char *said) { (void)said; return answer(fchmodat(dir, o->path, o->mode, 0)); }
static long run_access(const struct op *o, int dir, char *said) { (void)said; return answer(faccessat(dir, o->path, o->flags % 8, AT_EACCESS)); }
static long run_open(const struct op *o, int dir, char *said) { (void)said; return closed(openat(dir, o->path, o->flags, o->mode)); }

static long run_chown(const struct op *o, int dir, char *said)
{
	(void)said;
	return answer(fchownat(dir, o->path, users[o->number % 3].uid, users[o->number / 3 % 3].gid, AT_SYMLINK_NOFOLLOW));
}

static long run_truncate(const struct op *o, int dir, char *said)
{
	int fd = openat(dir, o->path, O_WRONLY | O_NONBLOCK);
	long result = fd < 0 ? -errno : answer(ftruncate(fd, o->number % 100000));

	(void)said;
	if (fd >= 0)
		close(fd);
	return result;
}

static long run_times(const struct op *o, int dir, char *said)
{
	struct timespec times[2] = { { o->number, o->number % 1000000000 }, { o->number / 2, UTIME_OMIT } };

	(void)said;
	if (o->flags & 1)
		times[1].tv_nsec = 5;
	return answer(utimensat(dir, o->path, times, o->flags & 2 ? AT_SYMLINK_NOFOLLOW : 0));
}

static long run_tmpfile(const struct op *o, int dir, char *said)
{
	char inside[32];
	int fd = openat(dir, o->other, O_TMPFILE | O_RDWR | (o->flags & 1 ? O_EXCL : 0), o->mode);
	long result;

	(void)said;
	if (fd < 0)
		return -errno;
	must(write(fd, "kept", 4) == 4, "write to a nameless file");
	snprintf(inside, sizeof(inside), "/proc/self/fd/%d", fd);
	result = answer(linkat(AT_FDCWD, inside, dir, o->path, AT_SYMLINK_FOLLOW));
	close(fd);
	return result;
}

static long run_readlink(const struct op *o, int dir, char *said)
{
	long len = readlinkat(dir, o->path, said, TEXT - 1);

	if (len >= 0)
		said[len] = 0;
	return answer(len);
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void say_sorted(char **list, int count, char *said)
{
	size_t at = 0;

	qsort(list, count, sizeof(*list), by_text);
	for (int i = 0; i < count; i++)
		at += snprintf(said + at, TEXT - at, "%s/", list[i]);
}

static long run_list(const struct op *o, int dir, char *said)
{
	static char kept[64][300];
	char *list[64];
	int count = 0, fd = openat(dir, o->path, O_RDONLY | O_DIRECTORY);
	DIR *stream = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;

	if (!stream)
		return -errno;
	while (count < 64 && (entry = readdir(stream))) {
		snprintf(kept[count], sizeof(kept[0]), "%s:%d", entry->d_name, entry->d_type);
		list[count] = kept[count];
		count++;
	}
	say_sorted(list, count, said);
	closedir(stream);
	return count;
}

/* Xattr calls know no folder to begin at. */
static long with_path(const struct op *o, int dir, long (*call)(const struct op *o, const char *path, char *said), char *said)
{
	must(fchdir(dir) == 0, "fchdir");
	return call(o, o->path, said);
}

static size_t acl_of(const struct op *o, uint8_t *to)
{
	/* user::rwx, user:1001:?, group::?, mask::?, other::? as the kernel has them in an xattr. */
	const uint16_t tags[] = { 0x01, 0x02, 0x04, 0x10, 0x20 };
	const uint32_t version = 2, nobody = ~0u, user = users[1 + o->number % 2].uid;
	size_t at = 4;

	memcpy(to, &version, 4);
	for (int i = 0; i < 5; i++, at += 8) {
		uint16_t bits = i ? (o->number >> (3 * i)) % 8 : 7;

		memcpy(to + at, &tags[i], 2);
		memcpy(to + at + 2, &bits, 2);
		memcpy(to + at + 4, i == 1 ? &user : &nobody, 4);
	}
	return at;
}

static long set_xattr(const struct op *o, const char *path, char *said)
{
	uint8_t value[1024];
	/* Few enough for all of them in the one block that ext4 has for them. */
	size_t len = o->number % 160;

	(void)said;
	memset(value, 'a' + o->number % 26, sizeof(value));
	if (!strncmp(o->xattr, "system.", 7))
		len = acl_of(o, value);
	return answer(lsetxattr(path, o->xattr, value, len, o->flags % 3));
}

static long get_xattr(const struct op *o, const char *path, char *said)
{
	uint8_t value[1024];
	size_t at = 0;
	long len = lgetxattr(path, o->xattr, value, o->flags % 4 ? sizeof(value) : o->number % 40);

	if (len < 0 || !(o->flags % 4))
		return answer(len);
	for (long i = 0; i < len; i++)
		at += snprintf(said + at, TEXT - at, "%02x", value[i]);
	return len;
}

static long list_xattrs(const struct op *o, const char *path, char *said)
{
	char all[2048], *list[32];
	int count = 0;
	long len = llistxattr(path, all, sizeof(all));

	(void)o;
	for (char *one = all; len > 0 && one < all + len && count < 32; one += strlen(one) + 1)
		list[count++] = one;
	say_sorted(list, count, said);
	return answer(len);
}

static long remove_xattr(const struct op *o, const char *path, char *said)
{
	(void)said;
	return answer(lremovexattr(path, o->xattr));
}

static long run_setxattr(const struct op *o, int dir, char *said) { return with_path(o, dir, set_xattr, said); }
static long run_getxattr(const struct op *o, int dir, char *said) { return with_path(o, dir, get_xattr, said); }
static long run_listxattr(const struct op *o, int dir, char *said) { return with_path(o, dir, list_xattrs, said); }
static long run_removexattr(const struct op *o, int dir, char *said) { return with_path(o, dir, remove_xattr, said); }

static const struct { const char *what; long (*run)(const struct op *op, int dir, char *said); int weight; } kinds[] = {
	{ "mkdir", run_mkdir, 6 }, { "rmdir", run_rmdir, 2 }, { "unlink", run_unlink, 3 }, { "mkfifo", run_mknod, 1 },
	{ "mknod", run_device, 1 }, { "symlink", run_symlink, 2 }, { "link", run_link, 3 }, { "rename", run_rename, 6 },
	{ "chmod", run_chmod, 3 }, { "chown", run_chown, 3 }, { "access", run_access, 2 }, { "open", run_open, 6 },
	{ "truncate", run_truncate, 2 }, { "utimens", run_times, 2 }, { "tmpfile", run_tmpfile, 2 }, { "readlink", run_readlink, 1 },
	{ "list", run_list, 2 }, { "setxattr", run_setxattr, 6 }, { "getxattr", run_getxattr, 2 }, { "listxattr", run_listxattr, 2 },
	{ "removexattr", run_removexattr, 2 },
};

static void choose_path(char *path)
{
	size_t at = 0;

	for (unsigned int depth = 1 + rnd(3); depth; depth--)
		at += snprintf(path + at, 300 - at, "%s%s", names[rnd(COUNT_OF(names))], depth > 1 ? "/" : "");
}

static void choose(void)
{
	static const int opens[] = { O_RDONLY | O_NONBLOCK, O_WRONLY | O_CREAT | O_NONBLOCK, O_RDWR | O_CREAT | O_EXCL, O_WRONLY | O_TRUNC | O_NONBLOCK,
				     O_RDONLY | O_NOFOLLOW | O_NONBLOCK, O_RDONLY | O_DIRECTORY };
	static const int renames[] = { 0, 0, 1, 2, 3 };
	int left, kind = 0;

	for (left = rnd(59); left >= kinds[kind].weight; kind++)
		left -= kinds[kind].weight;
	op.what = kinds[kind].what;
	op.run = kinds[kind].run;
	choose_path(op.path);
	choose_path(op.other);
	op.xattr = xattrs[rnd(nr_xattrs)];
	op.who = rnd(COUNT_OF(users));
	op.mode = modes[rnd(COUNT_OF(modes))];
	op.umask = rnd(3) ? 022 : rnd(3) ? 077 : 0;
	op.number = rnd(1u << 30);
	op.flags = op.run == run_open ? opens[rnd(COUNT_OF(opens))] : op.run == run_rename ? renames[rnd(COUNT_OF(renames))] : (int)rnd(8);
}

static long as_user(int dir, char *said)
{
	long result;

	said[0] = 0;
	umask(op.umask);
	setfsgid(users[op.who].gid);
	setfsuid(users[op.who].uid);
	result = op.run(&op, dir, said);
	setfsuid(0);
	setfsgid(0);
	return result;
}

/* What is to be seen of a name; of a folder not the size, which is the file system's own affair. */
static void show(int dir, const char *path, int set, char *to)
{
	struct stat st;
	size_t at;

	if (fstatat(dir, path, &st, AT_SYMLINK_NOFOLLOW)) {
		snprintf(to, TEXT, "%s", strerror(errno));
		return;
	}
	at = snprintf(to, TEXT, "mode %o links %lu owner %u:%u size %lld dev %lx", st.st_mode, (unsigned long)st.st_nlink, st.st_uid, st.st_gid,
		      S_ISDIR(st.st_mode) ? 0 : (long long)st.st_size, (unsigned long)st.st_rdev);
	/* Times that were set; the clock's differ. */
	if (op.run == run_times && set)
		snprintf(to + at, TEXT - at, " atime %lld.%ld mtime %lld", (long long)st.st_atim.tv_sec, st.st_atim.tv_nsec,
			 op.flags & 1 ? (long long)st.st_mtim.tv_sec : 0);
}

static void same(long at, const char *of, const char *ours, const char *judge)
{
	if (!strcmp(ours, judge))
		return;
	printf("op %ld, %s %s (other %s, xattr %s, flags %d, mode %o, umask %o, user %u): %s:\n  %s\n  %s\n", at, op.what, op.path, op.other, op.xattr, op.flags,
	       op.mode, op.umask, users[op.who].uid, of, ours, judge);
	exit(1);
}

static void drop_caches(void)
{
	int fd = open("/proc/sys/vm/drop_caches", O_WRONLY);

	must(fd >= 0 && write(fd, "2", 1) == 1, "drop_caches");
	close(fd);
}

int main(int argc, char **argv)
{
	static char said[2][TEXT], seen[2][TEXT];
	int dirs[2];

	must(argc == 5 || argc == 6, "arguments");
	if (argc == 6)
		nr_xattrs -= ACLS;
	state = strtoull(argv[1], NULL, 10) * 0x9e3779b97f4a7c15u | 1;
	for (int i = 0; i < 2; i++) {
		dirs[i] = open(argv[3 + i], O_RDONLY | O_DIRECTORY);
		must(dirs[i] >= 0, argv[3 + i]);
		must(fchmod(dirs[i], 0777) == 0, "fchmod");
	}
	for (long at = 0; at < atol(argv[2]); at++) {
		long results[2];

		choose();
		for (int i = 0; i < 2; i++) {
			results[i] = as_user(dirs[i], said[i]);
			snprintf(seen[i], TEXT, "%ld %s", results[i], results[i] < 0 ? strerror(-results[i]) : "");
		}
		same(at, "answers", seen[0], seen[1]);
		same(at, "reads", said[0], said[1]);
		for (int part = 0; part < 2; part++) {
			const char *path = part ? op.other : op.path;

			for (int i = 0; i < 2; i++)
				show(dirs[i], path, !part && !results[i] && op.flags & 2, seen[i]);
			same(at, path, seen[0], seen[1]);
		}
		for (int i = 0; i < 2; i++)
			show(dirs[i], ".", 0, seen[i]);
		same(at, "the folder", seen[0], seen[1]);
		if (at % 500 == 499)
			drop_caches();
	}
	printf("%s ops agree\n", argv[2]);
	return 0;
}
