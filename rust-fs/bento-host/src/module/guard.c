/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * Runs a module's function so that it can be left at any point: by a panic, by a deadline, by a stack overflow. The module's
 * frames are simply dropped; its instance is never used again.
 *
 * This is C because sigsetjmp returns twice, which Rust has no way to say.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>

struct frame {
	sigjmp_buf env;
	struct frame *outer;
};

static __thread struct frame *innermost;
/* Depth of host services under way on this thread: a signal must not leave those. */
static __thread volatile int in_service;
static __thread volatile int pending;
static __thread volatile uintptr_t fault_address;
static __thread uintptr_t stack_low;
/* The op under way on this thread, and where a watchdog writes the op that it means: a late signal must not hit the next op. */
static __thread volatile uint64_t current_op;
static __thread const volatile uint64_t *meant_op;

static struct sigaction old_segv;
static struct sigaction old_bus;

/* 0 when `run` came back, else the code given to bento_guard_leave. */
int bento_guard_run(void (*run)(void *), void *arg)
{
	struct frame frame;
	int code;

	frame.outer = innermost;
	code = sigsetjmp(frame.env, 0);
	if (code == 0) {
		innermost = &frame;
		run(arg);
	} else {
		in_service = 0;
	}
	innermost = frame.outer;
	return code;
}

int bento_guard_armed(void)
{
	return innermost != NULL;
}

void bento_guard_leave(int code)
{
	siglongjmp(innermost->env, code);
}

void bento_guard_enter_service(void)
{
	in_service++;
}

/* Non-zero: a signal came meanwhile and wants the op to be left with that code. */
int bento_guard_exit_service(void)
{
	if (--in_service == 0 && pending != 0) {
		int code = pending;

		pending = 0;
		return code;
	}
	return 0;
}

int bento_guard_pending(void)
{
	return pending;
}

void bento_guard_clear_pending(void)
{
	pending = 0;
}

uintptr_t bento_guard_fault_address(void)
{
	return fault_address;
}

/* Whether the fault was just below the thread's stack. */
int bento_guard_fault_is_overflow(void)
{
	uintptr_t slack = 1 << 20;

	return stack_low != 0 && fault_address + slack >= stack_low && fault_address < stack_low + slack;
}

void bento_guard_set_op(uint64_t op)
{
	current_op = op;
}

/* Learns the bounds of this thread's stack, and where the watchdog writes, once. */
void bento_guard_thread_init(const uint64_t *meant)
{
	pthread_attr_t attr;
	void *low;
	size_t size;

	meant_op = meant;
	if (stack_low != 0 || pthread_getattr_np(pthread_self(), &attr) != 0)
		return;
	if (pthread_attr_getstack(&attr, &low, &size) == 0)
		stack_low = (uintptr_t)low;
	pthread_attr_destroy(&attr);
}

static void unblock(int signal)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, signal);
	pthread_sigmask(SIG_UNBLOCK, &set, NULL);
}

static void on_fault(int signal, siginfo_t *info, void *context)
{
	struct sigaction *old = signal == SIGSEGV ? &old_segv : &old_bus;

	if (innermost != NULL) {
		fault_address = (uintptr_t)info->si_addr;
		unblock(signal);
		siglongjmp(innermost->env, 2);
	}
	/* Not a module's doing: let whoever was there before say so. */
	if (old->sa_flags & SA_SIGINFO) {
		old->sa_sigaction(signal, info, context);
	} else {
		sigaction(signal, old, NULL);
	}
}

static void on_nudge(int signal)
{
	if (innermost == NULL || meant_op == NULL || *meant_op != current_op)
		return;
	if (in_service != 0) {
		pending = 3;
		return;
	}
	unblock(signal);
	siglongjmp(innermost->env, 3);
}

/* Installs the handlers, once for the process; `nudge` is the signal that a watchdog sends. */
int bento_guard_install(int nudge)
{
	struct sigaction action = { 0 };

	sigemptyset(&action.sa_mask);
	action.sa_sigaction = on_fault;
	action.sa_flags = SA_SIGINFO | SA_ONSTACK;
	if (sigaction(SIGSEGV, &action, &old_segv) != 0 || sigaction(SIGBUS, &action, &old_bus) != 0)
		return -1;
	action.sa_handler = on_nudge;
	action.sa_flags = SA_RESTART;
	return sigaction(nudge, &action, NULL);
}
