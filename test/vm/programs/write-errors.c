// SPDX-License-Identifier: GPL-2.0
/*
 * write-errors FILE NAME DEVICE: what descriptors hear of writes that fail later. FILE is on a file system on the device-mapper device NAME,
 * which maps DEVICE linearly; the blocks of the file are made to fail, and to work again. Prints a line an answer: its errno, 0 for none.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#define SIZE 65536
#define SECTORS_OF_BLOCK 8

static const char *name, *device;
static unsigned long long sectors;

static void must(int ok, const char *what)
{
	if (!ok) {
		perror(what);
		exit(2);
	}
}

static void tell(const char *what, long long result)
{
	printf("%s: %d\n", what, result < 0 ? errno : 0);
	fflush(stdout);
}

static void load(const char *table)
{
	char command[4096];

	snprintf(command, sizeof(command),
		 "dmsetup suspend --nolockfs --noflush %s && printf '%s' | dmsetup load %s && dmsetup resume --noudevsync %s",
		 name, table, name, name);
	must(system(command) == 0, "dmsetup");
}

static void set_good(void)
{
	char table[512];

	snprintf(table, sizeof(table), "0 %llu linear %s 0\\n", sectors, device);
	load(table);
}

static void set_bad(unsigned long long first, unsigned long long count)
{
	char table[1024];

	snprintf(table, sizeof(table), "0 %llu linear %s 0\\n%llu %llu error\\n%llu %llu linear %s %llu\\n", first, device, first,
		 count, first + count, sectors - first - count, device, first + count);
	load(table);
}

static int reopen(const char *file, int flags)
{
	int fd = open(file, flags, 0644);

	must(fd >= 0, file);
	return fd;
}

int main(int argc, char **argv)
{
	unsigned long long bytes;
	char buffer[SIZE], *page;
	int block = 0;

	if (argc != 4)
		return 2;
	const char *file = argv[1];

	name = argv[2];
	device = argv[3];
	int raw = reopen(device, O_RDONLY);

	must(ioctl(raw, BLKGETSIZE64, &bytes) == 0, "size");
	sectors = bytes / 512;
	int fd = reopen(file, O_RDWR | O_CREAT);

	memset(buffer, 'a', SIZE);
	must(pwrite(fd, buffer, SIZE, 0) == SIZE && fsync(fd) == 0, "write");
	must(ioctl(fd, FIBMAP, &block) == 0 && block > 0, "FIBMAP");
	int other = reopen(file, O_RDWR), reader = reopen(file, O_RDONLY), direct = reopen(file, O_RDWR | O_DIRECT);

	set_bad((unsigned long long)block * SECTORS_OF_BLOCK, SIZE / 512);
	memset(buffer, 'b', SIZE);
	tell("write", pwrite(fd, buffer, 8192, 4096));
	tell("fsync", fsync(fd));
	tell("fsync again", fsync(fd));
	tell("fsync of another", fsync(other));
	tell("fsync of another again", fsync(other));
	tell("fsync of a reader", fsync(reader));
	int late = reopen(file, O_RDWR);

	tell("fsync of one opened after all heard", fsync(late));
	must(posix_memalign((void **)&page, 4096, 4096) == 0, "memory");
	tell("direct read", pread(direct, page, 4096, 0));
	tell("direct write", pwrite(direct, page, 4096, 0));
	tell("fsync after it", fsync(direct) < 0 && fsync(direct) < 0 ? -1 : 0);
	posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
	tell("read", pread(fd, buffer, 10, 0));
	set_good();
	tell("read that works", pread(fd, buffer, 5000, 0));
	printf("holds %c %c\n", buffer[0], buffer[4096]);
	tell("write", pwrite(fd, buffer, 4096, 4096));
	tell("fsync that works", fsync(fd));
	set_bad((unsigned long long)block * SECTORS_OF_BLOCK, SIZE / 512);
	tell("write", pwrite(fd, buffer, 4096, 4096));
	close(fd);
	close(other);
	close(reader);
	close(direct);
	close(late);
	sync();
	fd = reopen(file, O_RDWR);
	tell("fsync of whoever opens next", fsync(fd));
	tell("fsync of it again", fsync(fd));
	set_good();
	return 0;
}
