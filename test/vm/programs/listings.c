// SPDX-License-Identifier: MIT OR Apache-2.0
/*
 * listings SEED COUNT FOLDER: lists FOLDER, with buffers of all sizes and from several descriptors at once, while names come and go. Ends with
 * status 1 and the op at the first listing that is not as POSIX has it:
 *
 *  - a name that is there from the listing's beginning to its end is listed once, one that never was is not;
 *  - a listing that begins again, or goes on from a place that it was at, shows what is there now;
 *  - where nothing changes, going on from a place gives the same names as before.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define NAMES 900
#define READERS 4
#define LONGEST 60

struct entry {
	uint64_t ino;
	int64_t off;
	unsigned short len;
	unsigned char type;
	char name[];
};

/* A listing under way. */
struct reader {
	int fd;
	int ended;
	unsigned char always[NAMES], ever[NAMES], seen[NAMES];
};

static const char *folder;
static unsigned char present[NAMES];
static struct reader readers[READERS];
static uint64_t state;
static long at_op;

static uint64_t rnd(uint64_t below)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (state >> 11) % below;
}

static void wrong(const char *what, const char *name)
{
	printf("op %ld: %s: %s\n", at_op, what, name);
	exit(1);
}

static void must(int ok, const char *call)
{
	if (!ok) {
		perror(call);
		exit(2);
	}
}

static const char *name_of(int number)
{
	static char name[2][LONGEST + 8];
	static int turn;

	turn = !turn;
	/* Short ones and long ones. */
	snprintf(name[turn], sizeof(name[turn]), "%0*d", 3 + number % LONGEST, number);
	return name[turn];
}

static void noted(int number, int there)
{
	present[number] = there;
	for (struct reader *r = readers; r < readers + READERS; r++) {
		r->always[number] &= there;
		r->ever[number] |= there;
	}
}

static void change(void)
{
	int number = rnd(NAMES), other = rnd(NAMES);
	char path[4096], to[4096];

	snprintf(path, sizeof(path), "%s/%s", folder, name_of(number));
	snprintf(to, sizeof(to), "%s/%s", folder, name_of(other));
	if (!present[number]) {
		int fd = open(path, O_CREAT | O_EXCL | O_WRONLY, 0644);

		must(fd >= 0, path);
		close(fd);
		noted(number, 1);
	} else if (!present[other]) {
		must(rename(path, to) == 0, path);
		noted(number, 0);
		noted(other, 1);
	} else {
		must(unlink(path) == 0, path);
		noted(number, 0);
	}
}

static void begin(struct reader *r)
{
	memcpy(r->always, present, NAMES);
	memcpy(r->ever, present, NAMES);
	memset(r->seen, 0, NAMES);
	r->ended = 0;
}

/* Some of the listing; bytes. `each` gets the entries. */
static long some(int fd, size_t room, void (*each)(void *, const struct entry *), void *arg)
{
	static uint64_t buffer[8192];
	long got = syscall(SYS_getdents64, fd, buffer, room);

	must(got >= 0 || errno == EINVAL, "getdents64");
	for (long at = 0; at < got; at += ((struct entry *)((char *)buffer + at))->len)
		each(arg, (struct entry *)((char *)buffer + at));
	return got;
}

static void see(void *arg, const struct entry *e)
{
	struct reader *r = arg;
	int number = atoi(e->name);

	if (e->name[0] == '.')
		return;
	if (number >= NAMES || strcmp(e->name, name_of(number)))
		wrong("a name that is none", e->name);
	if (!r->ever[number])
		wrong("listed and was not there", e->name);
	if (r->seen[number]++ && r->always[number])
		wrong("listed twice", e->name);
}

static void step(struct reader *r)
{
	static const size_t rooms[] = { 24, 100, 120, 300, 1000, 4096, 32768, 65536 };
	long got = some(r->fd, rooms[rnd(8)], see, r);

	if (got)
		return;
	for (int i = 0; i < NAMES; i++)
		if (r->always[i] && !r->seen[i])
			wrong("not listed", name_of(i));
	r->ended = 1;
}

struct places {
	int count;
	int64_t off[NAMES + 2];
	char name[NAMES + 2][LONGEST + 8];
};

static void place(void *arg, const struct entry *e)
{
	struct places *p = arg;

	if (p->count >= NAMES + 2)
		wrong("more than there can be", e->name);
	p->off[p->count] = e->off;
	strcpy(p->name[p->count++], e->name);
}

/* All of it, from its beginning and then from a place in it. */
static void again_from_a_place(struct reader *r)
{
	static struct places all, rest;
	int from, there = 2;

	all.count = 0;
	must(lseek(r->fd, 0, SEEK_SET) == 0, "rewind");
	while (some(r->fd, 2000, place, &all) > 0)
		;
	for (int i = 0; i < NAMES; i++)
		there += present[i];
	if (all.count != there)
		wrong("a listing of its own does not have all names, but", all.name[all.count - 1]);
	from = rnd(all.count);
	rest.count = 0;
	must(lseek(r->fd, all.off[from], SEEK_SET) == all.off[from], "seek");
	while (some(r->fd, 300 + rnd(3000), place, &rest) > 0)
		;
	if (rest.count != all.count - from - 1)
		wrong("the rest has another length after", all.name[from]);
	for (int i = 0; i < rest.count; i++)
		if (strcmp(rest.name[i], all.name[from + 1 + i]))
			wrong("the rest is another", rest.name[i]);
	must(lseek(r->fd, 0, SEEK_SET) == 0, "rewind");
	begin(r);
}

int main(int argc, char **argv)
{
	long count;

	if (argc != 4)
		return 2;
	state = strtoull(argv[1], NULL, 0) * 2654435761u + 1;
	count = atol(argv[2]);
	folder = argv[3];
	for (int i = 0; i < NAMES; i++)
		change();
	for (struct reader *r = readers; r < readers + READERS; r++) {
		r->fd = open(folder, O_RDONLY | O_DIRECTORY);
		must(r->fd >= 0, folder);
		begin(r);
	}
	for (at_op = 1; at_op <= count; at_op++) {
		struct reader *r = &readers[rnd(READERS)];
		uint64_t which = rnd(20);

		if (which < 4) {
			change();
		} else if (which == 4) {
			again_from_a_place(r);
		} else if (which == 5 || r->ended) {
			must(lseek(r->fd, 0, SEEK_SET) == 0, "rewind");
			begin(r);
		} else {
			step(r);
		}
	}
	printf("%ld ops as they should be\n", count);
	return 0;
}
