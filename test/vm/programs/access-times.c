// SPDX-License-Identifier: MIT OR Apache-2.0
/* access-times FOLDER: which reads move the access time there, a line for each. Another file system, mounted alike, says what is right. */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define OLD 981158400
#define LATER 2114380800

static void must(int ok, const char *call)
{
	if (!ok) {
		perror(call);
		exit(2);
	}
}

static void set(const char *path, time_t when)
{
	const struct timespec times[2] = { { when, 0 }, { 0, UTIME_OMIT } };

	must(utimensat(AT_FDCWD, path, times, AT_SYMLINK_NOFOLLOW) == 0, "utimensat");
}

static void tell(const char *path, time_t was, const char *what)
{
	struct stat st;

	must(lstat(path, &st) == 0, "lstat");
	printf("%s %s\n", what, st.st_atim.tv_sec == was ? "stays" : "moves");
}

static void read_it(const char *path)
{
	char byte;
	int fd = open(path, O_RDONLY);

	must(fd >= 0 && read(fd, &byte, 1) == 1, path);
	close(fd);
}

static void list(const char *path)
{
	DIR *stream = opendir(path);

	must(stream && readdir(stream), path);
	closedir(stream);
}

static void append(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND, 0644);

	must(fd >= 0 && write(fd, "text", 4) == 4, path);
	close(fd);
}

int main(int argc, char **argv)
{
	must(argc == 2 && chdir(argv[1]) == 0 && mkdir("times", 0755) == 0, "a folder");
	append("times/file");
	must(symlink("file", "times/link") == 0, "symlink");

	set("times/file", OLD);
	read_it("times/file");
	tell("times/file", OLD, "old, read");
	set("times/file", LATER);
	read_it("times/file");
	tell("times/file", LATER, "younger than any change, read");
	set("times/file", OLD);
	append("times/file");
	read_it("times/file");
	tell("times/file", OLD, "changed, read");
	set("times", OLD);
	list("times");
	tell("times", OLD, "listed");
	set("times/link", OLD);
	read_it("times/link");
	tell("times/link", OLD, "followed");

	must(!unlink("times/link") && !unlink("times/file") && !rmdir("times"), "to clean up");
	return 0;
}
