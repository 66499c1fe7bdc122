// SPDX-License-Identifier: GPL-2.0
/*
 * Ops that run past their deadline.
 *
 * A service that waits (for a lock, a condition variable) looks at the deadline itself. An op that
 * computes without end does not, so a timer of the mount looks at what is under way. It reports an
 * op that is overdue, once, and takes it out: on the CPU that runs it, in an interrupt that arrived
 * while the module's own code was running, the place to return to is changed to
 * bento_overdue_entry(), which leaves the module as a panic would. Between two instructions of the
 * module's own code nothing of the kernel's is half done: its locks are noted in the context, and
 * services are not the module's code.
 *
 * The timer is a hrtimer and not work, since a thread that never gives up its CPU may be on the
 * only one. What it interrupted is known in hrtimers only (get_irq_regs()), hence the second one,
 * for the other CPUs.
 */
#define pr_fmt(fmt) "bentofs: " fmt

#include <linux/hrtimer.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <asm/irq_regs.h>

#include "bentofs.h"
#include "compat.h"

/* Looks at one op before it is called overdue, of the four in the time of a deadline. */
#define LOOKS 3

asmlinkage void bento_overdue_entry(void);

struct bento_watchdog {
	struct bento_mount *mount;
	struct hrtimer look;
	ktime_t period;
	/* The op that another CPU was asked to take out; `busy` from the request to its end. */
	atomic_t busy;
	call_single_data_t ask;
	struct hrtimer nudge;
	struct task_struct *task;
	struct bento_ctx *ctx;
	u64 unique;
};

/* Whether this CPU, interrupted, was running the op: then its context is there to be looked at. */
static bool interrupted(const struct bento_watchdog *dog)
{
	return current == dog->task && current->journal_info == dog->ctx &&
	       dog->ctx->unique == dog->unique;
}

/* Sends the op out of the module, now or at its next service. */
static void detour(struct bento_watchdog *dog)
{
	struct pt_regs *regs = get_irq_regs();

	if (!interrupted(dog))
		return;
	WRITE_ONCE(dog->ctx->overdue, true);
	if (regs && bento_in_text_of(regs->ip, dog->ctx->instance->version->owner))
		regs->ip = (unsigned long)bento_overdue_entry;
}

static enum hrtimer_restart nudge(struct hrtimer *timer)
{
	struct bento_watchdog *dog = container_of(timer, struct bento_watchdog, nudge);

	detour(dog);
	atomic_set_release(&dog->busy, 0);
	return HRTIMER_NORESTART;
}

static void ask(void *arg)
{
	struct bento_watchdog *dog = arg;

	hrtimer_start(&dog->nudge, ns_to_ktime(5000), HRTIMER_MODE_REL_PINNED_HARD);
}

static void look_at(struct bento_watchdog *dog, struct bento_in_slot *slot)
{
	/* With bento_slot_show(): the rest is read after. */
	u64 unique = smp_load_acquire(&slot->unique);
	struct task_struct *task = READ_ONCE(slot->task);
	struct bento_ctx *ctx = READ_ONCE(slot->ctx);
	u32 opcode = READ_ONCE(slot->opcode), waits_class = READ_ONCE(slot->waits_class);
	u64 nodeid = READ_ONCE(slot->nodeid), waits_key = READ_ONCE(slot->waits_key);
	char where[64];
	int cpu;

	if (!unique)
		return;
	if (slot->looked_at != unique) {
		slot->looked_at = unique;
		slot->looks = 0;
	}
	/*
	 * Looks are counted too: after a stand-still of the machine there was one, however long it
	 * took.
	 */
	if (slot->looks++ < LOOKS ||
	    !time_after(jiffies,
			READ_ONCE(slot->since) + msecs_to_jiffies(dog->mount->deadline_ms)))
		return;
	/*
	 * Reads above are done before unique is read again below.
	 */
	smp_rmb();
	/*
	 * The same op after all was read, so all of it is that op's; and its thread cannot be freed
	 * before this interrupt is over.
	 */
	if (READ_ONCE(slot->unique) != unique)
		return;
	cpu = task_cpu(task);
	if (slot->reported != unique) {
		slot->reported = unique;
		if (waits_class == ~0)
			snprintf(where, sizeof(where), "it is %s, last on cpu %d",
				 task_is_running(task) ? "running" : "asleep", cpu);
		else
			snprintf(where, sizeof(where), "it waits for lock %llu of class %u",
				 waits_key, waits_class);
		pr_err("%s, mount %u: %s of node %llu by thread %d (%s) is past its deadline of %u ms: %s\n",
		       dog->mount->fs->name, dog->mount->id, bento_op_name(opcode), nodeid,
		       task->pid, task->comm, dog->mount->deadline_ms, where);
	}
	if (waits_class != ~0 || !task_is_running(task) || atomic_cmpxchg_acquire(&dog->busy, 0, 1))
		return;
	dog->task = task;
	dog->ctx = ctx;
	dog->unique = unique;
	if (cpu == smp_processor_id()) {
		detour(dog);
		atomic_set_release(&dog->busy, 0);
	} else if (smp_call_function_single_async(cpu, &dog->ask)) {
		atomic_set_release(&dog->busy, 0);
	}
}

static enum hrtimer_restart look(struct hrtimer *timer)
{
	struct bento_watchdog *dog = container_of(timer, struct bento_watchdog, look);
	u64 slots;

	for (slots = atomic64_read(&dog->mount->slots); slots; slots &= slots - 1)
		look_at(dog, &dog->mount->in_slot[__ffs64(slots)]);
	for (slots = atomic64_read(&dog->mount->task_slots); slots; slots &= slots - 1)
		look_at(dog, &dog->mount->in_slot[BENTO_OP_SLOTS + __ffs64(slots)]);
	hrtimer_forward_now(timer, dog->period);
	return HRTIMER_RESTART;
}

int bento_watchdog_start(struct bento_mount *mount)
{
	struct bento_watchdog *dog = kzalloc(sizeof(*dog), GFP_KERNEL);

	if (!dog)
		return -ENOMEM;
	dog->mount = mount;
	INIT_CSD(&dog->ask, ask, dog);
	hrtimer_init(&dog->nudge, CLOCK_MONOTONIC, HRTIMER_MODE_REL_PINNED_HARD);
	dog->nudge.function = nudge;
	hrtimer_init(&dog->look, CLOCK_MONOTONIC, HRTIMER_MODE_REL_HARD);
	dog->look.function = look;
	dog->period = ms_to_ktime(clamp(mount->deadline_ms / 4, 20u, 1000u));
	mount->watchdog = dog;
	hrtimer_start(&dog->look, dog->period, HRTIMER_MODE_REL_HARD);
	return 0;
}

void bento_watchdog_stop(struct bento_mount *mount)
{
	struct bento_watchdog *dog = mount->watchdog;

	if (!dog)
		return;
	hrtimer_cancel(&dog->look);
	/* A request on its way to another CPU starts the nudge, which ends by itself. */
	while (atomic_read_acquire(&dog->busy))
		cpu_relax();
	hrtimer_cancel(&dog->nudge);
	kfree(dog);
	mount->watchdog = NULL;
}
