// SPDX-License-Identifier: MIT OR Apache-2.0
/*
 * data-ops SEED COUNT FOLDER OTHER: the same random ops on files in two folders, of which OTHER's file system is the judge; what each call answers, what the files
 * hold and where their data lies must agree. Ends with status 1 and the op at the first difference.
 *
 * Buffered, direct and mapped I/O on one file at once is the point: they must see one content.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/falloc.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define FILES 2
#define MOST (768 * 1024)
#define CHUNK (192 * 1024)
#define PAGE 4096

struct side {
	const char *folder;
	int fd[FILES], direct[FILES], append[FILES];
	int pipe[2];
	int scribbles;
	unsigned char *buffer;
};

static uint64_t state;
static long at_op;
static const char *what = "start";
static char detail[200];

static uint64_t rnd(uint64_t below)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return below ? (state >> 11) % below : 0;
}

static void differ(const char *how, long long a, long long b)
{
	printf("op %ld, %s (%s): %s: %lld and %lld\n", at_op, what, detail, how, a, b);
	exit(1);
}

static void must(int ok, const char *call)
{
	if (!ok) {
		perror(call);
		exit(2);
	}
}

static int open_file(const char *folder, int number, int flags)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/file-%d", folder, number);
	int fd = open(path, flags, 0644);

	must(fd >= 0, path);
	return fd;
}

static void open_side(struct side *side, const char *folder)
{
	side->folder = folder;
	for (int i = 0; i < FILES; i++) {
		side->fd[i] = open_file(folder, i, O_RDWR | O_CREAT | O_TRUNC);
		side->direct[i] = open_file(folder, i, O_RDWR | O_DIRECT);
		side->append[i] = open_file(folder, i, O_WRONLY | O_APPEND);
	}
	must(pipe(side->pipe) == 0, "pipe");
	must(posix_memalign((void **)&side->buffer, PAGE, CHUNK + PAGE) == 0, "memory");
}

/* An answer, or the negative errno. */
static long long answer(long long result)
{
	return result < 0 ? -errno : result;
}

static long long mapped(struct side *side, int file, off_t pos, size_t len, int write, unsigned char byte)
{
	struct stat st;

	must(fstat(side->fd[file], &st) == 0, "fstat");
	if (pos >= st.st_size)
		return 0;
	if (pos + (off_t)len > st.st_size)
		len = st.st_size - pos;
	off_t first = pos / PAGE * PAGE;
	unsigned char *map = mmap(NULL, pos - first + len, PROT_READ | PROT_WRITE, MAP_SHARED, side->fd[file], first);

	must(map != MAP_FAILED, "mmap");
	if (write) {
		for (size_t i = 0; i < len; i++)
			map[pos - first + i] = byte + i;
		/* What is past the end in the last page is nobody's, now and later. (ext4 lets it become the file's.) */
		size_t tail = (size_t)(pos - first + len) % PAGE;

		if (side->scribbles && tail && pos + (off_t)len == st.st_size)
			memset(map + (pos - first + len), 0xee, PAGE - tail);
	} else {
		memcpy(side->buffer, map + (pos - first), len);
	}
	munmap(map, pos - first + len);
	return len;
}

static long long through_pipe(struct side *side, int from, int to, loff_t pos_in, loff_t pos_out, size_t len)
{
	ssize_t got = splice(side->fd[from], &pos_in, side->pipe[1], NULL, len > 65536 ? 65536 : len, 0), put = 0;

	if (got <= 0)
		return answer(got);
	while (put < got) {
		ssize_t part = splice(side->pipe[0], NULL, side->fd[to], &pos_out, got - put, 0);

		must(part > 0, "splice");
		put += part;
	}
	return put;
}

struct op {
	int kind, file, other;
	off_t pos, pos2;
	size_t len;
	unsigned char byte;
	int aligned;
};

enum { READ, WRITE, DIRECT_READ, DIRECT_WRITE, APPEND, MAP_READ, MAP_WRITE, TRUNCATE, PUNCH, ZERO, ZERO_KEEP, ALLOCATE,
       ALLOCATE_KEEP, COPY, SPLICE, FSYNC, DATASYNC, VECTORS, DROP, KINDS };

static const char *const names[KINDS] = {
	"read", "write", "direct read", "direct write", "append", "mapped read", "mapped write", "truncate", "punch", "zero",
	"zero, keep size", "allocate", "allocate, keep size", "copy_file_range", "splice", "fsync", "fdatasync", "writev",
	"drop pages",
};

static void fill(struct side *side, const struct op *op)
{
	for (size_t i = 0; i < op->len; i++)
		side->buffer[i] = op->byte + i * 7 + (i >> 8);
}

static long long run(struct side *side, const struct op *op)
{
	int fd = side->fd[op->file];
	loff_t in = op->pos, out = op->pos2;

	switch (op->kind) {
	case READ:
		return answer(pread(fd, side->buffer, op->len, op->pos));
	case WRITE:
		fill(side, op);
		return answer(pwrite(fd, side->buffer, op->len, op->pos));
	case DIRECT_READ:
		return answer(pread(side->direct[op->file], side->buffer, op->len, op->pos));
	case DIRECT_WRITE:
		fill(side, op);
		return answer(pwrite(side->direct[op->file], side->buffer, op->len, op->pos));
	case APPEND:
		fill(side, op);
		return answer(write(side->append[op->file], side->buffer, op->len % 9000));
	case MAP_READ:
	case MAP_WRITE:
		return mapped(side, op->file, op->pos, op->len, op->kind == MAP_WRITE, op->byte);
	case TRUNCATE:
		return answer(ftruncate(fd, op->pos));
	case PUNCH:
		return answer(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, op->pos, op->len));
	case ZERO:
		return answer(fallocate(fd, FALLOC_FL_ZERO_RANGE, op->pos, op->len));
	case ZERO_KEEP:
		return answer(fallocate(fd, FALLOC_FL_ZERO_RANGE | FALLOC_FL_KEEP_SIZE, op->pos, op->len));
	case ALLOCATE:
		return answer(fallocate(fd, 0, op->pos, op->len));
	case ALLOCATE_KEEP:
		return answer(fallocate(fd, FALLOC_FL_KEEP_SIZE, op->pos, op->len));
	case COPY:
		return answer(copy_file_range(fd, &in, side->fd[op->other], &out, op->len, 0));
	case SPLICE:
		return through_pipe(side, op->file, op->other, op->pos, op->pos2, op->len);
	case FSYNC:
		return answer(fsync(fd));
	case DATASYNC:
		return answer(fdatasync(fd));
	case VECTORS: {
		size_t half = op->len / 3;
		struct iovec parts[2] = { { side->buffer, half }, { side->buffer + half, op->len - half } };

		fill(side, op);
		return answer(pwritev2(fd, parts, 2, op->pos, op->aligned ? RWF_DSYNC : 0));
	}
	case DROP:
		return answer(posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED));
	}
	return 0;
}

static int is_read(int kind)
{
	return kind == READ || kind == DIRECT_READ || kind == MAP_READ;
}

static void compare_contents(struct side *a, struct side *b)
{
	for (int file = 0; file < FILES; file++) {
		struct stat sa, sb;

		must(fstat(a->fd[file], &sa) == 0 && fstat(b->fd[file], &sb) == 0, "fstat");
		if (sa.st_size != sb.st_size)
			differ("sizes", sa.st_size, sb.st_size);
		for (off_t pos = 0; pos < sa.st_size; pos += CHUNK) {
			ssize_t na = pread(a->fd[file], a->buffer, CHUNK, pos), nb = pread(b->fd[file], b->buffer, CHUNK, pos);

			if (na != nb)
				differ("bytes read", na, nb);
			for (ssize_t i = 0; i < na; i++)
				if (a->buffer[i] != b->buffer[i])
					differ("contents, first at byte", pos + i, (long long)a->buffer[i] << 8 | b->buffer[i]);
		}
	}
}

/*
 * Where data is: not every file system calls the same things holes, so what is promised is checked on each side by itself. The hole after
 * data is past it, what lies in a hole is zero, and the end of the file is one.
 */
static void check_holes(struct side *side)
{
	for (int file = 0; file < FILES; file++) {
		struct stat st;
		off_t pos = 0;

		must(fstat(side->fd[file], &st) == 0, "fstat");
		while (pos < st.st_size) {
			off_t data = lseek(side->fd[file], pos, SEEK_DATA), until = data < 0 ? st.st_size : data;

			if (data < 0 && errno != ENXIO)
				differ("SEEK_DATA fails", errno, 0);
			for (; pos < until; pos += CHUNK) {
				size_t len = until - pos < CHUNK ? until - pos : CHUNK;

				must(pread(side->fd[file], side->buffer, len, pos) == (ssize_t)len, "pread");
				for (size_t i = 0; i < len; i++)
					if (side->buffer[i])
						differ("a hole holds something", pos + i, side->buffer[i]);
			}
			if (data < 0)
				break;
			pos = lseek(side->fd[file], data, SEEK_HOLE);
			if (pos <= data || pos > st.st_size)
				differ("SEEK_HOLE after", data, pos);
		}
		if (lseek(side->fd[file], st.st_size, SEEK_DATA) != -1 || errno != ENXIO)
			differ("data past the end", st.st_size, errno);
	}
}

static void make_op(struct op *op)
{
	op->kind = rnd(KINDS);
	op->file = rnd(FILES);
	op->other = op->kind == COPY || op->kind == SPLICE ? !op->file : op->file;
	op->aligned = rnd(4) == 0;
	op->pos = rnd(MOST - CHUNK);
	op->pos2 = rnd(MOST - CHUNK);
	op->len = 1 + rnd(rnd(3) ? 12000 : CHUNK - 1);
	op->byte = rnd(256);
	/* What the judge asks of direct I/O. */
	if (op->kind == DIRECT_READ || op->kind == DIRECT_WRITE || op->aligned) {
		op->pos = op->pos / PAGE * PAGE;
		op->pos2 = op->pos2 / PAGE * PAGE;
		op->len = (op->len + PAGE - 1) / PAGE * PAGE;
		if (op->len > CHUNK)
			op->len = CHUNK;
	}
	if (op->kind == TRUNCATE)
		op->pos = rnd(MOST);
}

int main(int argc, char **argv)
{
	struct side a = {}, b = {};

	if (argc != 5)
		return 2;
	state = strtoull(argv[1], NULL, 0) * 0x9e3779b97f4a7c15ull + 1;
	long count = atol(argv[2]);

	a.scribbles = 1;
	open_side(&a, argv[3]);
	open_side(&b, argv[4]);
	for (at_op = 0; at_op < count; at_op++) {
		struct op op;

		make_op(&op);
		what = names[op.kind];
		snprintf(detail, sizeof(detail), "file %d to %d at %lld and %lld, %zu bytes", op.file, op.other, (long long)op.pos,
			 (long long)op.pos2, op.len);
		if (getenv("DATA_OPS_TELL"))
			fprintf(stderr, "%ld %s %s\n", at_op, what, detail);
		long long ra = run(&a, &op), rb = run(&b, &op);

		if (ra != rb)
			differ("answers", ra, rb);
		if (is_read(op.kind) && ra > 0 && memcmp(a.buffer, b.buffer, ra))
			differ("what was read, bytes", ra, rb);
		if (at_op % 16 == 0)
			compare_contents(&a, &b);
		if (at_op % 64 == 0) {
			check_holes(&a);
			check_holes(&b);
		}
	}
	compare_contents(&a, &b);
	printf("%ld ops agree\n", count);
	return 0;
}
