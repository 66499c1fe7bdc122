// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! Locks shaped like std's, without poisoning (a panic ends the whole instance).
//!
//! Every lock has a name: a class of the module's table and a key, such as an inode number. The order in which threads take
//! locks is what fixes the outcome of a run in safe Rust, so it is what a recording keeps; the names are how people read it,
//! and how locks are found again after a checkpoint. Two live locks should not share a name.

use crate::ffi::{self, RawLock};
use bento_abi::lock_kind;
use core::cell::UnsafeCell;
use core::fmt;
use core::ops::{Deref, DerefMut};

/// What a lock is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LockName {
    /// Place in the module's table of classes, counted from 1.
    pub class: u32,
    /// Which lock of the class.
    pub key: u64,
}

impl LockName {
    /// The lock `key` of `class`.
    pub const fn new(class: u32, key: u64) -> LockName {
        LockName { class, key }
    }
}

struct Raw(*mut RawLock);

impl Raw {
    fn new(kind: u32, name: LockName) -> Raw {
        // SAFETY: plain numbers. The host answers with a lock, or ends the instance: a small allocation.
        Raw(unsafe { ffi::bento_ks_lock_new(kind, name.class, name.key) })
    }
}

impl Drop for Raw {
    fn drop(&mut self) {
        // SAFETY: guards borrow the lock, so nobody holds it.
        unsafe { ffi::bento_ks_lock_free(self.0) }
    }
}

/// Many readers or one writer.
pub struct RwLock<T: ?Sized> {
    raw: Raw,
    value: UnsafeCell<T>,
}

// SAFETY: the value is reached only under the lock; moving the lock moves the value.
unsafe impl<T: ?Sized + Send> Send for RwLock<T> {}
// SAFETY: shared guards give `&T` to many threads (Sync), exclusive ones `&mut T` to one at a time (Send).
unsafe impl<T: ?Sized + Send + Sync> Sync for RwLock<T> {}

impl<T> RwLock<T> {
    /// A lock around `value`.
    pub fn new(name: LockName, value: T) -> RwLock<T> {
        RwLock { raw: Raw::new(lock_kind::RWLOCK, name), value: UnsafeCell::new(value) }
    }

    /// Ends the lock and gives back what it guarded.
    pub fn into_inner(self) -> T {
        self.value.into_inner()
    }
}

impl<T: ?Sized> RwLock<T> {
    /// Shared access; waits for a writer to end.
    pub fn read(&self) -> ReadGuard<'_, T> {
        // SAFETY: a live lock.
        unsafe { ffi::bento_ks_lock_shared(self.raw.0) };
        ReadGuard { lock: self }
    }

    /// Exclusive access; waits for all others to end.
    pub fn write(&self) -> WriteGuard<'_, T> {
        // SAFETY: a live lock.
        unsafe { ffi::bento_ks_lock_exclusive(self.raw.0) };
        WriteGuard { lock: self }
    }

    /// Access without locking, since nobody else has the lock.
    pub fn get_mut(&mut self) -> &mut T {
        self.value.get_mut()
    }
}

/// Shared access to what a [`RwLock`] guards.
pub struct ReadGuard<'a, T: ?Sized> {
    lock: &'a RwLock<T>,
}

impl<T: ?Sized> Deref for ReadGuard<'_, T> {
    type Target = T;
    fn deref(&self) -> &T {
        // SAFETY: the lock is held shared: no `&mut T` exists.
        unsafe { &*self.lock.value.get() }
    }
}

impl<T: ?Sized> Drop for ReadGuard<'_, T> {
    fn drop(&mut self) {
        // SAFETY: held shared by this guard.
        unsafe { ffi::bento_ks_unlock_shared(self.lock.raw.0) }
    }
}

/// Exclusive access to what a [`RwLock`] guards.
pub struct WriteGuard<'a, T: ?Sized> {
    lock: &'a RwLock<T>,
}

impl<T: ?Sized> Deref for WriteGuard<'_, T> {
    type Target = T;
    fn deref(&self) -> &T {
        // SAFETY: the lock is held exclusively.
        unsafe { &*self.lock.value.get() }
    }
}

impl<T: ?Sized> DerefMut for WriteGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: the lock is held exclusively, and the guard is borrowed exclusively.
        unsafe { &mut *self.lock.value.get() }
    }
}

impl<T: ?Sized> Drop for WriteGuard<'_, T> {
    fn drop(&mut self) {
        // SAFETY: held exclusively by this guard.
        unsafe { ffi::bento_ks_unlock_exclusive(self.lock.raw.0) }
    }
}

/// One at a time.
pub struct Mutex<T: ?Sized> {
    raw: Raw,
    value: UnsafeCell<T>,
}

// SAFETY: the value is reached only under the lock; moving the lock moves the value.
unsafe impl<T: ?Sized + Send> Send for Mutex<T> {}
// SAFETY: one thread at a time reaches the value.
unsafe impl<T: ?Sized + Send> Sync for Mutex<T> {}

impl<T> Mutex<T> {
    /// A lock around `value`.
    pub fn new(name: LockName, value: T) -> Mutex<T> {
        Mutex { raw: Raw::new(lock_kind::MUTEX, name), value: UnsafeCell::new(value) }
    }

    /// Ends the lock and gives back what it guarded.
    pub fn into_inner(self) -> T {
        self.value.into_inner()
    }
}

impl<T: ?Sized> Mutex<T> {
    /// Waits for its turn.
    pub fn lock(&self) -> MutexGuard<'_, T> {
        // SAFETY: a live lock.
        unsafe { ffi::bento_ks_lock_exclusive(self.raw.0) };
        MutexGuard { lock: self }
    }

    /// Access without locking, since nobody else has the lock.
    pub fn get_mut(&mut self) -> &mut T {
        self.value.get_mut()
    }
}

/// Access to what a [`Mutex`] guards.
pub struct MutexGuard<'a, T: ?Sized> {
    lock: &'a Mutex<T>,
}

impl<T: ?Sized> Deref for MutexGuard<'_, T> {
    type Target = T;
    fn deref(&self) -> &T {
        // SAFETY: the lock is held.
        unsafe { &*self.lock.value.get() }
    }
}

impl<T: ?Sized> DerefMut for MutexGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: the lock is held, and the guard is borrowed exclusively.
        unsafe { &mut *self.lock.value.get() }
    }
}

impl<T: ?Sized> Drop for MutexGuard<'_, T> {
    fn drop(&mut self) {
        // SAFETY: held by this guard.
        unsafe { ffi::bento_ks_unlock_exclusive(self.lock.raw.0) }
    }
}

/// Lets threads wait for a change in what a [`Mutex`] guards.
pub struct Condvar {
    raw: *mut RawLock,
}

// SAFETY: the host's object is made for many threads.
unsafe impl Send for Condvar {}
// SAFETY: as above.
unsafe impl Sync for Condvar {}

impl Condvar {
    /// One that nobody waits for.
    pub fn new() -> Condvar {
        // SAFETY: no arguments.
        Condvar { raw: unsafe { ffi::bento_ks_cond_new() } }
    }

    /// Gives up the lock, waits, takes it again. May return without a notification: check the condition again, or use
    /// [`Condvar::wait_while`].
    pub fn wait<'a, T: ?Sized>(&self, guard: MutexGuard<'a, T>) -> MutexGuard<'a, T> {
        // SAFETY: the mutex is held by `guard`, which comes back still holding it.
        unsafe { ffi::bento_ks_cond_wait(self.raw, guard.lock.raw.0) };
        guard
    }

    /// Waits for as long as `condition` is true.
    pub fn wait_while<'a, T: ?Sized>(
        &self,
        mut guard: MutexGuard<'a, T>,
        mut condition: impl FnMut(&mut T) -> bool,
    ) -> MutexGuard<'a, T> {
        while condition(&mut guard) {
            guard = self.wait(guard);
        }
        guard
    }

    /// Wakes one that waits.
    pub fn notify_one(&self) {
        // SAFETY: a live object.
        unsafe { ffi::bento_ks_cond_notify(self.raw, 0) }
    }

    /// Wakes all that wait.
    pub fn notify_all(&self) {
        // SAFETY: a live object.
        unsafe { ffi::bento_ks_cond_notify(self.raw, 1) }
    }
}

impl Default for Condvar {
    fn default() -> Condvar {
        Condvar::new()
    }
}

impl Drop for Condvar {
    fn drop(&mut self) {
        // SAFETY: waiters borrow the object, so there are none.
        unsafe { ffi::bento_ks_cond_free(self.raw) }
    }
}

/// A value made once, by whichever thread needs it first.
pub struct Once<T> {
    slot: RwLock<Option<T>>,
}

impl<T> Once<T> {
    /// One that is not made yet.
    pub fn new(name: LockName) -> Once<T> {
        Once { slot: RwLock::new(name, None) }
    }

    /// Hands the value to `use_it`, making it first when nobody has.
    pub fn with<R>(&self, make: impl FnOnce() -> T, use_it: impl FnOnce(&T) -> R) -> R {
        {
            let slot = self.slot.read();
            if let Some(value) = slot.as_ref() {
                return use_it(value);
            }
        }
        let mut slot = self.slot.write();
        use_it(slot.get_or_insert_with(make))
    }
}

impl<T: ?Sized> fmt::Debug for RwLock<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RwLock")
    }
}

impl<T: ?Sized> fmt::Debug for Mutex<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Mutex")
    }
}

impl fmt::Debug for Condvar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Condvar")
    }
}
