// SPDX-License-Identifier: MIT OR Apache-2.0
/* locks FILE: what two processes get of POSIX, open-file and flock locks on one file; a line for each step. Another file system says what is right. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

static int answers[2];

static void say(const char *what, long result)
{
	printf("%s: %s\n", what, result < 0 ? strerror(errno) : "ok");
	fflush(stdout);
}

static long range(int fd, int command, short type, off_t start, off_t len)
{
	struct flock lock = { .l_type = type, .l_whence = SEEK_SET, .l_start = start, .l_len = len };
	long result = fcntl(fd, command, &lock);

	if (command == F_GETLK && !result)
		printf("held: type %d start %lld len %lld other %d\n", lock.l_type, (long long)lock.l_start, (long long)lock.l_len, lock.l_pid == getppid());
	return result;
}

/* Done by another process, which has locks of its own. */
static void other(const char *path, void (*work)(int fd))
{
	pid_t child = fork();

	if (!child) {
		int fd = open(path, O_RDWR);

		work(fd);
		fflush(stdout);
		_exit(0);
	}
	waitpid(child, NULL, 0);
}

static void ask(int fd)
{
	range(fd, F_GETLK, F_WRLCK, 0, 0);
	say("other writes 0+10", range(fd, F_SETLK, F_WRLCK, 0, 10));
	say("other reads 50+10", range(fd, F_SETLK, F_RDLCK, 50, 10));
	say("other writes 50+10", range(fd, F_SETLK, F_WRLCK, 50, 10));
	say("other's open file writes 5+1", range(fd, F_OFD_SETLK, F_WRLCK, 5, 1));
}

static void take(int fd)
{
	say("other flocks shared", flock(fd, LOCK_SH | LOCK_NB));
	say("other flocks", flock(fd, LOCK_EX | LOCK_NB));
}

/* Sleeps until its parent lets go, and says so. */
static void wait_for_it(int fd)
{
	char byte = 0;

	if (write(answers[1], &byte, 1) != 1)
		exit(2);
	say("other waited for 0+10", range(fd, F_SETLKW, F_WRLCK, 0, 10));
}

static void nothing(int signal)
{
	(void)signal;
}

static void interrupted(int fd)
{
	struct sigaction action = { .sa_handler = nothing };

	sigaction(SIGALRM, &action, NULL);
	alarm(1);
	say("other waits and is interrupted", range(fd, F_SETLKW, F_WRLCK, 50, 10));
	alarm(1);
	say("other waits for flock and is interrupted", flock(fd, LOCK_EX));
}

int main(int argc, char **argv)
{
	const char *path = argv[1];
	int fd, again;
	char byte;
	pid_t child;

	if (argc != 2 || pipe(answers))
		return 2;
	fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0644);
	again = open(path, O_RDWR);
	say("write 0+20", range(fd, F_SETLK, F_WRLCK, 0, 20));
	say("read 50+50", range(fd, F_SETLK, F_RDLCK, 50, 50));
	say("unlock 12+4", range(fd, F_SETLK, F_UNLCK, 12, 4));
	other(path, ask);
	say("flock shared", flock(fd, LOCK_SH));
	say("flock by another descriptor", flock(again, LOCK_EX | LOCK_NB));
	other(path, take);
	other(path, interrupted);
	child = fork();
	if (!child) {
		wait_for_it(open(path, O_RDWR));
		return 0;
	}
	if (read(answers[0], &byte, 1) != 1)
		return 2;
	usleep(100000);
	/* Closing any descriptor of the file gives up all of the process's POSIX locks. */
	close(again);
	waitpid(child, NULL, 0);
	other(path, ask);
	say("open file writes 0+0", range(fd, F_OFD_SETLK, F_WRLCK, 0, 0));
	other(path, ask);
	return 0;
}
