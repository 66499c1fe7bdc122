/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Leaving a module from the middle.
 *
 *   int bento_guard(struct bento_ctx *ctx, unsigned long *escape)
 *	keeps the registers that a callee must, notes the stack pointer in *escape and calls bento_guarded(ctx).
 *	0 when that came back.
 *   void bento_escape_to(unsigned long escape)
 *	goes on as if bento_guarded() had come back, but with 1: the frames in between are forgotten. They are the module's, which
 *	owns nothing that the kernel would miss, and those of a service that gave up all it held.
 *   bento_overdue_entry
 *	where the watchdog sends a thread that was in the module's own code. The stack is the module's, whose flags forbid a red zone.
 */
#include <linux/linkage.h>
#include <linux/objtool.h>
#include <asm/nospec-branch.h>
#include <asm/unwind_hints.h>

.text

SYM_FUNC_START(bento_guard)
	pushq	%rbp
	pushq	%rbx
	pushq	%r12
	pushq	%r13
	pushq	%r14
	pushq	%r15
	/* Six registers and the return address: 8 more for the call's alignment of 16. */
	subq	$8, %rsp
	movq	%rsp, (%rsi)
	call	bento_guarded
	xorl	%eax, %eax
	addq	$8, %rsp
	popq	%r15
	popq	%r14
	popq	%r13
	popq	%r12
	popq	%rbx
	popq	%rbp
	RET
SYM_FUNC_END(bento_guard)

SYM_FUNC_START(bento_escape_to)
	movq	%rdi, %rsp
	movl	$1, %eax
	addq	$8, %rsp
	popq	%r15
	popq	%r14
	popq	%r13
	popq	%r12
	popq	%rbx
	popq	%rbp
	RET
SYM_FUNC_END(bento_escape_to)
STACK_FRAME_NON_STANDARD bento_escape_to

SYM_CODE_START(bento_overdue_entry)
	UNWIND_HINT_EMPTY
	ENDBR
	cld
	andq	$-16, %rsp
	call	bento_overdue
	int3
SYM_CODE_END(bento_overdue_entry)
