// SPDX-License-Identifier: MIT OR Apache-2.0
/*
 * Handles of files, as an NFS server keeps them.
 *
 *	handles save FILE MOUNT PATH...	keeps in FILE the handles of paths below MOUNT
 *	handles open FILE MOUNT		opens each of them, and says for each, in a line: the path it was made of, and
 *					what is found: "at PATH" of a directory with how many entries, "holds WORD" of a
 *					file, "link", or the name of the error
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct kept {
	char path[256];
	char handle[sizeof(struct file_handle) + MAX_HANDLE_SZ];
};

static void save(FILE *file, const char *mount, char **paths)
{
	for (; *paths; paths++) {
		struct kept kept = {};
		struct file_handle *handle = (struct file_handle *)kept.handle;
		char path[PATH_MAX];
		int id;

		snprintf(kept.path, sizeof(kept.path), "%s", *paths);
		snprintf(path, sizeof(path), "%s/%s", mount, *paths);
		handle->handle_bytes = MAX_HANDLE_SZ;
		if (name_to_handle_at(AT_FDCWD, path, handle, &id, 0))
			err(1, "name_to_handle_at %s", path);
		if (fwrite(&kept, sizeof(kept), 1, file) != 1)
			err(1, "write");
	}
}

static void say_directory(int fd)
{
	char link[64], path[PATH_MAX] = "";
	DIR *dir = fdopendir(fd);
	int entries = 0;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	if (!dir || readlink(link, path, sizeof(path) - 1) < 0)
		err(1, "a directory by its handle");
	while (readdir(dir))
		entries++;
	printf("at %s, %d entries\n", path, entries - 2);
	closedir(dir);
}

static void say(int fd)
{
	char text[64] = "";
	struct stat st;

	if (fstat(fd, &st))
		err(1, "fstat");
	if (S_ISDIR(st.st_mode)) {
		say_directory(fd);
		return;
	}
	if (S_ISLNK(st.st_mode)) {
		if (readlinkat(fd, "", text, sizeof(text) - 1) < 0)
			err(1, "readlinkat");
		printf("links to %s\n", text);
	} else {
		if (read(fd, text, sizeof(text) - 1) < 0)
			err(1, "read");
		printf("holds %s, %d links\n", strtok(text, "\n"), (int)st.st_nlink);
	}
	close(fd);
}

static void open_all(FILE *file, const char *mount)
{
	int at = open(mount, O_RDONLY | O_DIRECTORY);
	struct kept kept;

	if (at < 0)
		err(1, "%s", mount);
	while (fread(&kept, sizeof(kept), 1, file) == 1) {
		struct file_handle *handle = (struct file_handle *)kept.handle;
		int fd = open_by_handle_at(at, handle, O_RDONLY);

		if (fd < 0 && errno == ELOOP)
			fd = open_by_handle_at(at, handle, O_PATH | O_NOFOLLOW);
		printf("%s: ", kept.path);
		if (fd < 0)
			printf("%s\n", strerrorname_np(errno));
		else
			say(fd);
	}
	close(at);
}

int main(int argc, char **argv)
{
	FILE *file;

	if (argc < 4)
		errx(2, "handles save|open FILE MOUNT PATH...");
	file = fopen(argv[2], argv[1][0] == 's' ? "w" : "r");
	if (!file)
		err(1, "%s", argv[2]);
	if (argv[1][0] == 's')
		save(file, argv[3], argv + 4);
	else
		open_all(file, argv[3]);
	return fclose(file) ? 1 : 0;
}
