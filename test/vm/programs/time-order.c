// SPDX-License-Identifier: MIT OR Apache-2.0
/*
 * time-order FOLDER: of two changes, whoever makes them, the later one has the time that is not earlier. Changes files in every way that
 * gives them a new time, one right after another, and looks at the time each has got. Prints how many were earlier than one before.
 */
#define _GNU_SOURCE
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define ROUNDS 400
enum { MAKE, WRITE, TOUCH, CUT, CHMOD, MKDIR, RENAME, WAYS };
static const char *const names[] = { "create", "write", "touch", "truncate", "chmod", "mkdir", "rename" };

static void change(int way, int round, int fd)
{
	char name[32];
	int made;

	snprintf(name, sizeof(name), "%d", round);
	switch (way) {
	case MAKE:
		made = open(name, O_CREAT | O_EXCL | O_WRONLY, 0644);
		if (made < 0 || close(made))
			err(1, "create");
		break;
	case WRITE:
		if (pwrite(fd, "text", 4, 0) != 4)
			err(1, "write");
		break;
	case TOUCH:
		if (futimens(fd, NULL))
			err(1, "touch");
		break;
	case CUT:
		if (ftruncate(fd, round % 2))
			err(1, "truncate");
		break;
	case CHMOD:
		if (chmod(name, 0600))
			err(1, "chmod");
		break;
	case MKDIR:
		if (mkdir("made", 0755) || rmdir("made"))
			err(1, "mkdir");
		break;
	case RENAME:
		if (rename(name, "moved"))
			err(1, "rename");
		break;
	}
}

int main(int argc, char **argv)
{
	long long latest = 0, time;
	int fd, way, last = 0, round, earlier = 0;
	struct stat st;

	if (argc != 2 || chdir(argv[1]))
		err(2, "time-order FOLDER");
	fd = open("open", O_CREAT | O_RDWR, 0644);
	for (round = 0; round < ROUNDS; round++) {
		for (way = 0; way < WAYS; way++) {
			change(way, round, fd);
			/* What the way changed: a file's times, or its folder's. */
			if (way == WRITE || way == TOUCH || way == CUT ? fstat(fd, &st) : stat(".", &st))
				err(1, "stat");
			/* The mode is the new file's, whose ctime it is. */
			if (way == CHMOD) {
				char name[32];

				snprintf(name, sizeof(name), "%d", round);
				if (stat(name, &st))
					err(1, "stat");
				st.st_mtim = st.st_ctim;
			}
			time = st.st_mtim.tv_sec * 1000000000LL + st.st_mtim.tv_nsec;
			if (time < latest && earlier++ < 3)
				fprintf(stderr, "%s is %lld ns before %s\n", names[way], latest - time, names[last]);
			if (time > latest)
				latest = time;
			last = way;
		}
	}
	printf("%d of %d\n", earlier, ROUNDS * WAYS);
	return 0;
}
