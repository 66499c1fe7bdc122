// SPDX-License-Identifier: MIT OR Apache-2.0
//! Locks that know their order.
//!
//! Safe Rust without atomics has no data races, so the order in which threads take locks fixes the outcome of a run. Each lock
//! counts its exclusive acquisitions (`writes`) and, since the last of them, its shared ones (`reads`), and remembers which threads
//! have used it since (`seen`). An acquisition is recorded with the counters that it found, unless the thread's own order
//! implies them:
//!
//! - a shared one by a thread in `seen`: nobody wrote since this thread was last here;
//! - an exclusive one when `seen` is this thread alone: nobody else was here since;
//! - the first of all: nobody was here before.
//!
//! In an exact replay an exclusive acquisition with an entry waits until the counters are those recorded, and a shared one until
//! `writes` is: the order of readers among themselves changes nothing, and those without an entry could not keep it.

use super::context::{Context, Escape};
use super::solo::{SoloGuard, SoloMutex};
use super::task;
use super::world::Crash;
use crate::module::guard;
use std::cmp::Ordering;
use std::sync::{Condvar, Mutex};
use std::time::Duration;

/// How often a waiting thread looks whether it should give up.
const LOOK: Duration = Duration::from_millis(20);

/// Threads that `seen` can name. The others share the bit above: their own acquisitions are always recorded, and so are those of
/// whoever comes after them.
const SEEN_THREADS: u32 = 63;

/// What a lock is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LockId {
    /// Place in the table of lock classes; 0 are the locks of cached blocks.
    pub class: u32,
    /// Which lock of the class.
    pub key: u64,
}

/// How often a lock was taken.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counters {
    /// Exclusive acquisitions.
    pub writes: u64,
    /// Shared acquisitions since the last exclusive one.
    pub reads: u64,
    /// Threads that acquired it since (the last exclusive owner included), as bits.
    pub seen: u64,
}

/// An entry of a recorded lock order.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Expected {
    pub class: u64,
    pub key: u64,
    pub writes: u64,
    pub reads: u64,
}

impl Expected {
    /// Whether it is what an acquisition of `lock` finds. Readers between two writers commute.
    fn is_met(self, lock: LockId, counters: Counters, exclusive: bool) -> bool {
        (self.class, self.key, self.writes) == (u64::from(lock.class), lock.key, counters.writes)
            && (!exclusive || self.reads == counters.reads)
    }
}

#[derive(Debug, Default)]
struct State {
    exclusive: bool,
    shared: u32,
    /// Threads that wait to write: new readers let them go first.
    writers_waiting: u32,
    /// Threads asleep until something changes: where there are none, nobody is woken, which would be a system call.
    asleep: u32,
    counters: Counters,
}

/// A lock of a module, or of a cached block.
#[derive(Debug)]
pub(crate) struct KsLock {
    pub(crate) id: LockId,
    state: SoloMutex<State>,
    changed: Condvar,
}

impl KsLock {
    pub(crate) fn new(id: LockId, counters: Counters) -> KsLock {
        KsLock { id, state: SoloMutex::new(State { counters, ..State::default() }), changed: Condvar::new() }
    }

    /// The same in a world of one thread.
    ///
    /// # Safety
    /// One thread at a time uses it.
    pub(crate) unsafe fn solo(id: LockId, counters: Counters) -> KsLock {
        let lock = KsLock::new(id, counters);
        // SAFETY: the caller's promise.
        unsafe { lock.state.set_solo() };
        lock
    }

    pub(crate) fn counters(&self) -> Counters {
        self.state().counters
    }

    #[inline]
    fn state(&self) -> SoloGuard<'_, State> {
        self.state.lock()
    }

    /// Takes the lock for the op `context`.
    pub(crate) fn acquire(&self, context: &Context<'_>, exclusive: bool) -> Result<(), Escape> {
        let (index, expected) = if context.counting() { context.next_acquisition()? } else { (0, None) };
        let checked = expected.filter(|_| context.check_order());
        let expected = expected.filter(|_| context.enforce_order());
        if let Some(expected) = expected
            && (expected.class, expected.key) != (u64::from(self.id.class), self.id.key)
        {
            let message = format!(
                "the recorded run took lock {} here, the replay takes {}",
                context.world.lock_name_of(expected.class, expected.key),
                context.world.lock_name(self.id)
            );
            return Err(context.escape(Crash::Order { message }));
        }
        let mut state = self.wait_for_turn(context, exclusive, expected)?;
        if let Some(checked) = checked
            && !checked.is_met(self.id, state.counters, exclusive)
        {
            context.disagrees(checked.class, checked.key);
        }
        if context.counting() {
            let counters = state.counters;
            if !implied(counters, context.thread, exclusive) {
                context.take_order(index, self.id.class, self.id.key, counters.writes, counters.reads);
            }
            state.counters = advanced(counters, context.thread, exclusive);
        }
        if exclusive {
            state.exclusive = true;
        } else {
            state.shared += 1;
        }
        let wake = state.asleep > 0 && (expected.is_some() || context.enforce_order());
        drop(state);
        context.holds_one_more();
        if wake {
            // Others may wait for just these counters, not for the lock to be free.
            self.changed.notify_all();
        }
        Ok(())
    }

    fn wait_for_turn(
        &self,
        context: &Context<'_>,
        exclusive: bool,
        expected: Option<Expected>,
    ) -> Result<SoloGuard<'_, State>, Escape> {
        let mut state = self.state();
        let mut announced = false;
        loop {
            let free = !state.exclusive
                && (if exclusive {
                    state.shared == 0
                } else {
                    state.writers_waiting == 0 || expected.is_some() || context.enforce_order()
                });
            let Counters { writes, reads, .. } = state.counters;
            // Readers between two writers commute, and some of them have no entry that would hold them back: only a
            // writer waits for its count of them.
            let turn = expected.map_or(Ordering::Equal, |expected| match exclusive {
                true => (writes, reads).cmp(&(expected.writes, expected.reads)),
                false => writes.cmp(&expected.writes),
            });
            if free && turn == Ordering::Equal {
                if announced {
                    state.writers_waiting -= 1;
                }
                return Ok(state);
            }
            let gives_up = match expected {
                Some(expected) if turn == Ordering::Greater => Some(Crash::Order {
                    message: format!(
                        "lock {} was to be taken after {} exclusive and {} shared acquisitions, but has seen {writes} and {reads}",
                        context.world.lock_name(self.id),
                        expected.writes,
                        expected.reads
                    ),
                }),
                _ if context.world.single_threaded() && !context.world.is_thrown_away() => Some(Crash::Order {
                    message: format!(
                        "lock {} is held and nobody else runs who could give it up: the module waits for itself",
                        context.world.lock_name(self.id)
                    ),
                }),
                _ if context.world.crashed() => Some(Crash::Abandoned),
                _ if guard::deadline_passed() => Some(Crash::Deadline { waiting_for: Some(context.world.lock_name(self.id)) }),
                _ => context.world.impossible_order(),
            };
            if let Some(why) = gives_up {
                if announced {
                    state.writers_waiting -= 1;
                }
                drop(state);
                self.changed.notify_all();
                return Err(context.escape(why));
            }
            if exclusive && !announced {
                state.writers_waiting += 1;
                announced = true;
            }
            state.asleep += 1;
            state = state.wait_timeout(&self.changed, LOOK);
            state.asleep -= 1;
        }
    }

    /// Gives the lock up for the op `context`, which holds it.
    pub(crate) fn release(&self, context: &Context<'_>, exclusive: bool) {
        context.holds_one_less();
        let mut state = self.state();
        if exclusive {
            state.exclusive = false;
        } else {
            state.shared = state.shared.saturating_sub(1);
        }
        let wake = state.asleep > 0;
        drop(state);
        if wake {
            self.changed.notify_all();
        }
    }
}

/// Whether a thread has a bit of its own in `seen`; of the others every acquisition is recorded.
pub fn is_named(thread: u32) -> bool {
    thread < SEEN_THREADS
}

fn bit(thread: u32) -> u64 {
    1 << thread.min(SEEN_THREADS)
}

/// Whether the thread's own order says all that an entry would.
fn implied(counters: Counters, thread: u32, exclusive: bool) -> bool {
    let (me, named) = (bit(thread), is_named(thread));
    let first = counters.writes == 0 && counters.reads == 0;
    first || (named && if exclusive { counters.seen == me } else { counters.seen & me != 0 })
}

fn advanced(counters: Counters, thread: u32, exclusive: bool) -> Counters {
    if exclusive {
        return Counters { writes: counters.writes + 1, reads: 0, seen: bit(thread) };
    }
    Counters { reads: counters.reads + 1, seen: counters.seen | bit(thread), ..counters }
}

/// A condition variable: a count of notifications.
#[derive(Debug, Default)]
pub(crate) struct KsCond {
    notified: Mutex<u64>,
    changed: Condvar,
}

impl KsCond {
    /// Gives up `mutex`, waits for a notification (or a little while), takes `mutex` again. A task rests meanwhile.
    pub(crate) fn wait(&self, context: &Context<'_>, mutex: &KsLock) -> Result<(), Escape> {
        let before = *self.notified.lock().expect("no host code panics while it holds this");
        mutex.release(context, true);
        if context.task.is_some() {
            task::rest(context, |live| if live { self.wait_for(context, before) } else { Ok(()) })?;
            return mutex.acquire(context, true);
        }
        if context.world.single_threaded() && !context.world.tasks().run_nested(context.world, None) {
            let message = "the op waits for another op, and nobody else runs".into();
            return Err(context.escape(Crash::Order { message }));
        }
        // In an exact replay the recorded lock order is what says when to go on; in a serial one, whoever ran just now.
        if !context.enforce_order() && !context.world.single_threaded() {
            self.wait_for(context, before)?;
        }
        mutex.acquire(context, true)
    }

    fn wait_for(&self, context: &Context<'_>, before: u64) -> Result<(), Escape> {
        let mut notified = self.notified.lock().expect("no host code panics while it holds this");
        while *notified == before {
            if context.world.crashed() {
                drop(notified);
                return Err(context.escape(Crash::Abandoned));
            }
            if guard::deadline_passed() {
                drop(notified);
                return Err(context.escape(Crash::Deadline { waiting_for: Some("a condition variable".into()) }));
            }
            notified = self.changed.wait_timeout(notified, LOOK).expect("no host code panics while it holds this").0;
        }
        Ok(())
    }

    pub(crate) fn notify(&self, all: bool) {
        *self.notified.lock().expect("no host code panics while it holds this") += 1;
        if all {
            self.changed.notify_all();
        } else {
            self.changed.notify_one();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(acquisitions: &[(u32, bool)]) -> Counters {
        acquisitions.iter().fold(Counters::default(), |counters, &(thread, exclusive)| advanced(counters, thread, exclusive))
    }

    #[test]
    fn one_thread_alone_never_needs_an_entry() {
        let mut counters = Counters::default();
        for exclusive in [true, false, false, true, true, false, true] {
            assert!(implied(counters, 3, exclusive));
            counters = advanced(counters, 3, exclusive);
        }
    }

    #[test]
    fn a_change_of_threads_needs_an_entry() {
        assert!(!implied(after(&[(0, true)]), 1, false), "a read after another's write");
        assert!(!implied(after(&[(0, false)]), 1, true), "a write after another's read");
        assert!(!implied(after(&[(0, true), (1, false)]), 0, true), "a write after one's own write and another's read");
        assert!(implied(after(&[(0, true), (1, false)]), 0, false), "a read while nobody wrote since");
        assert!(!implied(after(&[(0, false), (1, false)]), 2, false), "a first read of this thread");
    }

    #[test]
    fn threads_beyond_the_bits_are_always_recorded() {
        assert!(!implied(after(&[(64, true)]), 64, true));
        assert!(!implied(after(&[(64, true)]), 64, false));
        assert!(!implied(after(&[(2, true), (64, false)]), 2, true), "a write after a read of a thread without a bit");
        assert!(implied(after(&[(2, true), (64, false)]), 2, false));
    }
}
