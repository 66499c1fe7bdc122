// SPDX-License-Identifier: MIT OR Apache-2.0
//! Leaving a module's function from the middle: the Rust side of `guard.c`, and the watchdog.
//!
//! Invariant: whoever leaves holds no lock of the host's and no value that needs dropping; frames between the guard and the
//! place left hold plain data only.

use libc::c_int;
use std::cell::RefCell;
use std::ffi::c_void;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, Once, Weak};
use std::time::Duration;

unsafe extern "C" {
    fn bento_guard_run(run: unsafe extern "C" fn(*mut c_void), arg: *mut c_void) -> c_int;
    fn bento_guard_leave(code: c_int) -> !;
    fn bento_guard_enter_service();
    fn bento_guard_exit_service() -> c_int;
    fn bento_guard_pending() -> c_int;
    fn bento_guard_clear_pending();
    fn bento_guard_fault_address() -> usize;
    fn bento_guard_fault_is_overflow() -> c_int;
    fn bento_guard_thread_init(meant: *const u64);
    fn bento_guard_set_op(op: u64);
    fn bento_guard_install(nudge: c_int) -> c_int;
}

/// Why a guarded function did not come back by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Left {
    /// A service of the host ended it; the context says why.
    ByService,
    /// A memory fault.
    Fault { address: usize, overflow: bool },
    /// It ran past its deadline.
    Deadline,
}

const BY_SERVICE: c_int = 1;
const BY_FAULT: c_int = 2;

/// Runs `body`, which may be left from the middle.
pub(crate) fn run(deadline: Duration, body: &mut dyn FnMut()) -> Option<Left> {
    unsafe extern "C" fn call(arg: *mut c_void) {
        // SAFETY: `arg` is the pointer to the fat reference below, alive during the call.
        let body = unsafe { &mut *arg.cast::<&mut dyn FnMut()>() };
        body();
    }
    INSTALL.call_once(install);
    let mut body = body;
    let arg = (&raw mut body).cast::<c_void>();
    let code = THREAD.with_borrow(|thread| {
        thread.begin(deadline);
        // SAFETY: `call` takes what `arg` is; frames that may be skipped hold plain data (the module's invariant).
        let code = unsafe { bento_guard_run(call, arg) };
        thread.end();
        code
    });
    match code {
        0 => None,
        BY_SERVICE => Some(Left::ByService),
        BY_FAULT => {
            // SAFETY: these read thread-locals.
            Some(unsafe { Left::Fault { address: bento_guard_fault_address(), overflow: bento_guard_fault_is_overflow() != 0 } })
        }
        _ => Some(Left::Deadline),
    }
}

/// The function waits for others, for as long as it likes: no deadline.
pub(crate) fn rest() {
    THREAD.with_borrow(|thread| thread.end());
}

/// The function goes on, for at most `deadline`.
pub(crate) fn resume(deadline: Duration) {
    THREAD.with_borrow(|thread| thread.begin(deadline));
}

/// Leaves the guarded function.
///
/// # Safety
/// A guard is running on this thread, and the module's invariant holds.
pub(crate) unsafe fn leave() -> ! {
    // SAFETY: the caller's promise.
    unsafe { bento_guard_leave(BY_SERVICE) }
}

/// A host service begins: signals wait until it ends.
pub(crate) fn enter_service() {
    // SAFETY: changes a thread-local.
    unsafe { bento_guard_enter_service() }
}

/// A host service ends; leaves the op when its deadline passed meanwhile.
///
/// # Safety
/// As for [`leave`].
pub(crate) unsafe fn exit_service() {
    // SAFETY: changes a thread-local.
    let code = unsafe { bento_guard_exit_service() };
    if code != 0 {
        // SAFETY: the caller's promise; a pending signal means that a guard is running.
        unsafe { bento_guard_leave(code) }
    }
}

/// The deadline passed while a service waits: it should give up.
pub(crate) fn deadline_passed() -> bool {
    // SAFETY: reads a thread-local.
    unsafe { bento_guard_pending() != 0 }
}

static INSTALL: Once = Once::new();
static THREADS: Mutex<Vec<Weak<ThreadState>>> = Mutex::new(Vec::new());
static NEXT_OP: AtomicU64 = AtomicU64::new(1);

/// How often the watchdog looks.
const TICK: Duration = Duration::from_millis(20);

/// What the watchdog knows of a thread.
struct ThreadState {
    pthread: libc::pthread_t,
    /// The op under way, 0 when none.
    op: AtomicU64,
    /// Watchdog ticks that this op may take.
    ticks: AtomicU64,
    /// The op that the watchdog means by its signal.
    meant: AtomicU64,
}

impl ThreadState {
    fn new() -> Arc<ThreadState> {
        let state = Arc::new(ThreadState {
            // SAFETY: no arguments.
            pthread: unsafe { libc::pthread_self() },
            op: AtomicU64::new(0),
            ticks: AtomicU64::new(0),
            meant: AtomicU64::new(0),
        });
        // SAFETY: the pointer stays valid as long as the thread: the thread-local keeps the state.
        unsafe { bento_guard_thread_init(state.meant.as_ptr()) };
        THREADS.lock().expect("the list of threads is never left half changed").push(Arc::downgrade(&state));
        state
    }

    fn begin(&self, deadline: Duration) {
        let op = NEXT_OP.fetch_add(1, Ordering::Relaxed);
        // SAFETY: changes thread-locals.
        unsafe {
            bento_guard_set_op(op);
            bento_guard_clear_pending();
        }
        let ticks = u64::try_from(deadline.as_millis() / TICK.as_millis()).unwrap_or(u64::MAX - 1);
        self.ticks.store(ticks + 1, Ordering::Relaxed);
        self.op.store(op, Ordering::Release);
    }

    fn end(&self) {
        self.op.store(0, Ordering::Release);
        // SAFETY: changes a thread-local: no op is what the watchdog could mean.
        unsafe { bento_guard_set_op(0) };
    }
}

thread_local! {
    static THREAD: RefCell<Arc<ThreadState>> = RefCell::new(ThreadState::new());
}

/// The watchdog's signal.
fn nudge() -> c_int {
    libc::SIGRTMIN() + 3
}

fn install() {
    // SAFETY: installs handlers that chain to those before.
    let installed = unsafe { bento_guard_install(nudge()) };
    assert_eq!(installed, 0, "cannot install signal handlers: {}", std::io::Error::last_os_error());
    std::thread::Builder::new().name("watchdog".into()).spawn(watch).expect("cannot start the watchdog thread");
}

/// Looks at all threads, and signals those whose op has run for too many ticks, again at every tick until it is left.
fn watch() {
    let mut seen: std::collections::HashMap<usize, (u64, u64)> = std::collections::HashMap::new();
    loop {
        std::thread::sleep(TICK);
        let mut threads = THREADS.lock().expect("the list of threads is never left half changed");
        threads.retain(|thread| thread.strong_count() > 0);
        for thread in threads.iter().filter_map(Weak::upgrade) {
            let op = thread.op.load(Ordering::Acquire);
            let entry = seen.entry(Arc::as_ptr(&thread) as usize).or_insert((0, 0));
            if op == 0 || entry.0 != op {
                *entry = (op, 0);
                continue;
            }
            entry.1 += 1;
            if entry.1 >= thread.ticks.load(Ordering::Relaxed) {
                thread.meant.store(op, Ordering::SeqCst);
                // SAFETY: the thread is alive: its thread-local state was just upgraded, and thread-locals go before the thread.
                unsafe { libc::pthread_kill(thread.pthread, nudge()) };
            }
        }
    }
}
