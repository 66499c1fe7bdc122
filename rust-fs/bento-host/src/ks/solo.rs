// SPDX-License-Identifier: MIT OR Apache-2.0
//! A mutex that costs nothing where one thread does everything.
//!
//! A serial replay takes dozens of the host's locks for each op, and nobody is there to compete for them. Two atomic
//! instructions a lock were a good part of what an op cost.

use std::cell::UnsafeCell;
use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard};
use std::time::Duration;

/// A value behind a mutex, or behind the promise that one thread at a time uses it.
#[derive(Debug, Default)]
pub(crate) struct SoloMutex<T> {
    solo: AtomicBool,
    /// Whether it is held, where the promise was given: a second hold is a fault of the host's that must not go unseen.
    held: AtomicBool,
    mutex: Mutex<()>,
    value: UnsafeCell<T>,
}

// SAFETY: `value` is reached through a guard only, and there is one guard at a time: by the mutex, or by `set_solo`'s promise.
unsafe impl<T: Send> Sync for SoloMutex<T> {}

/// The value, held.
#[derive(Debug)]
pub(crate) struct SoloGuard<'a, T> {
    of: &'a SoloMutex<T>,
    /// None where nobody competes.
    guard: Option<MutexGuard<'a, ()>>,
}

impl<T> SoloMutex<T> {
    /// A mutex like any other.
    pub(crate) fn new(value: T) -> SoloMutex<T> {
        SoloMutex {
            value: UnsafeCell::new(value),
            solo: AtomicBool::new(false),
            held: AtomicBool::new(false),
            mutex: Mutex::new(()),
        }
    }

    /// From here on it does not lock.
    ///
    /// # Safety
    /// Nobody holds it, and one thread at a time uses it from here on; whatever hands it to another thread orders the two.
    pub(crate) unsafe fn set_solo(&self) {
        self.solo.store(true, Ordering::Relaxed);
    }

    /// Whether it locks nothing.
    pub(crate) fn is_solo(&self) -> bool {
        self.solo.load(Ordering::Relaxed)
    }

    /// Holds the value.
    #[inline]
    pub(crate) fn lock(&self) -> SoloGuard<'_, T> {
        if self.is_solo() {
            // Plain loads and stores: enough to see a hold within a hold, which would be two exclusive references to one value.
            assert!(!self.held.load(Ordering::Relaxed), "a value that one thread uses is held twice");
            self.held.store(true, Ordering::Relaxed);
            return SoloGuard { of: self, guard: None };
        }
        SoloGuard { of: self, guard: Some(self.mutex.lock().expect("no host code panics while it holds this")) }
    }
}

impl<T> SoloGuard<'_, T> {
    /// Gives the value up, waits for `changed` or for `patience`, and holds it again. Where nobody else could change it: holds on.
    pub(crate) fn wait_timeout(mut self, changed: &Condvar, patience: Duration) -> Self {
        if let Some(guard) = self.guard.take() {
            self.guard = Some(changed.wait_timeout(guard, patience).expect("no host code panics while it holds this").0);
        }
        self
    }
}

impl<T> Deref for SoloGuard<'_, T> {
    type Target = T;
    #[inline]
    fn deref(&self) -> &T {
        // SAFETY: this guard is the only one.
        unsafe { &*self.of.value.get() }
    }
}

impl<T> DerefMut for SoloGuard<'_, T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: this guard is the only one.
        unsafe { &mut *self.of.value.get() }
    }
}

impl<T> Drop for SoloGuard<'_, T> {
    #[inline]
    fn drop(&mut self) {
        if self.guard.is_none() {
            self.of.held.store(false, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_threads_are_kept_apart() {
        let count = SoloMutex::new(0_u64);
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| (0..10_000).for_each(|_| *count.lock() += 1));
            }
        });
        assert_eq!(*count.lock(), 40_000);
    }

    #[test]
    #[should_panic(expected = "held twice")]
    fn a_second_hold_of_a_lone_value_is_seen() {
        let value = SoloMutex::new(1);
        // SAFETY: one thread uses it.
        unsafe { value.set_solo() };
        *value.lock() += 1;
        let first = value.lock();
        assert_eq!(*first, 2);
        drop(value.lock());
    }
}
