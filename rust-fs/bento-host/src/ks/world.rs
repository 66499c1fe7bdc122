// SPDX-License-Identifier: MIT OR Apache-2.0
//! Everything that one instance of a module can reach.

use super::kept_back::KeptBack;
use super::lock::{Counters, KsLock, LockId};
use super::solo::SoloMutex;
use super::tasks::Tasks;
use crate::device::BlockDevice;
use crate::mix::MixMap;
use crate::proto::trace as pb;
use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, Weak};
use std::time::Duration;

/// Why a call into a module did not come back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Crash {
    /// The module panicked.
    Panic {
        /// What it said.
        message: String,
        /// "src/dir.rs:120:9".
        location: String,
    },
    /// The op ran past its deadline.
    Deadline {
        /// The lock or condition that it was waiting for, if it was not busy.
        waiting_for: Option<String>,
    },
    /// The op used up its thread's stack.
    StackOverflow,
    /// The op touched memory that is not there.
    Fault {
        /// Where.
        address: usize,
    },
    /// The op returned with locks in its hands.
    Leak,
    /// The recorded lock order cannot be followed.
    Order {
        /// In words.
        message: String,
    },
    /// Another op had crashed the instance before.
    Abandoned,
}

impl Crash {
    /// As a trace has it, without the op.
    pub fn in_trace(&self) -> pb::Panic {
        use pb::panic::Cause;
        let cause = match self {
            Crash::Panic { .. } => Cause::Panic,
            // An order that cannot be followed keeps an op waiting for ever.
            Crash::Deadline { .. } | Crash::Order { .. } => Cause::Deadline,
            Crash::StackOverflow => Cause::StackOverflow,
            Crash::Fault { .. } | Crash::Leak => Cause::Fault,
            Crash::Abandoned => Cause::Unspecified,
        };
        let (message, location) = match self {
            Crash::Panic { message, location } => (message.clone(), location.clone()),
            other => (other.to_string(), String::new()),
        };
        pb::Panic { cause: cause.into(), message, location, op: None, task: None }
    }
}

impl fmt::Display for Crash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Crash::Panic { message, location } => write!(f, "the module panicked at {location}: {message}"),
            Crash::Deadline { waiting_for: None } => write!(f, "the op ran past its deadline"),
            Crash::Deadline { waiting_for: Some(what) } => write!(f, "the op waited for {what} past its deadline"),
            Crash::StackOverflow => write!(f, "the op overflowed its stack"),
            Crash::Fault { address } => write!(f, "the op touched memory at {address:#x} that is not there"),
            Crash::Leak => write!(f, "the op returned with locks in its hands"),
            Crash::Order { message } => write!(f, "{message}"),
            Crash::Abandoned => write!(f, "the instance crashed in an earlier op"),
        }
    }
}

/// Called with the level and the text of each log line of the module.
pub type LogLine = Box<dyn Fn(u32, &str) + Send + Sync>;

/// How a world is made.
pub struct WorldOptions {
    /// Longest that one op may run.
    pub deadline: Duration,
    /// One thread runs all ops: a lock that is held will never be given up.
    pub single_threaded: bool,
    /// One thread does everything, tasks of the module's own too (there are none), and nobody looks at the world or its device meanwhile:
    /// the host's own locks are left out.
    pub solo: bool,
    /// The module's own tasks go on when they are handed a recorded segment, not by themselves: a replay.
    pub fed_tasks: bool,
    /// Numbers of tasks that are to be made again, by name.
    pub adopt_tasks: Vec<(String, u32)>,
    /// Names of the lock classes, "block" first.
    pub lock_classes: Vec<String>,
    /// Counters that locks start from, after a checkpoint.
    pub counters: HashMap<LockId, Counters>,
    /// Where log lines go.
    pub log: LogLine,
}

impl Default for WorldOptions {
    fn default() -> WorldOptions {
        WorldOptions {
            deadline: Duration::from_secs(10),
            single_threaded: false,
            solo: false,
            fed_tasks: false,
            adopt_tasks: Vec::new(),
            lock_classes: vec!["block".into()],
            counters: HashMap::new(),
            log: Box::new(|level, text| {
                if level <= 4 {
                    eprintln!("module: {text}");
                }
            }),
        }
    }
}

impl fmt::Debug for WorldOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WorldOptions").field("deadline", &self.deadline).finish_non_exhaustive()
    }
}

/// A pointer to a live lock: entered by `lock_new`, taken out by `lock_free`.
struct LivePointer(*const KsLock);

// SAFETY: a KsLock is made for many threads; the pointer is only followed under the table's mutex, while the lock lives.
unsafe impl Send for LivePointer {}

/// The surroundings of one instance.
pub struct World {
    me: Weak<World>,
    pub(crate) device: Option<Arc<dyn BlockDevice>>,
    options: WorldOptions,
    locks: SoloMutex<MixMap<LockId, LivePointer>>,
    /// Counters of locks that come to life later, after a checkpoint.
    waiting_counters: SoloMutex<HashMap<LockId, Counters>>,
    crash: Mutex<Option<Crash>>,
    crashed: AtomicBool,
    order: Mutex<Option<String>>,
    order_broken: AtomicBool,
    tasks: Tasks,
    /// Nothing will be handed to its tasks any more.
    thrown_away: AtomicBool,
    kept_back: KeptBack,
}

impl fmt::Debug for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("World").field("crash", &self.crash).finish_non_exhaustive()
    }
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().expect("no host code panics while it holds a table of the world")
}

impl World {
    /// A world with one device, or none.
    pub fn new(device: Option<Arc<dyn BlockDevice>>, mut options: WorldOptions) -> Arc<World> {
        let counters = std::mem::take(&mut options.counters);
        if let Some(device) = &device {
            let of_blocks = counters.iter().filter(|(id, _)| id.class == bento_abi::BLOCK_LOCK_CLASS);
            device.set_lock_counters(of_blocks.map(|(id, counters)| (id.key, *counters)).collect());
        }
        let making = counters.get(&Tasks::MAKING).copied().unwrap_or_default();
        let (locks, waiting_counters) = (SoloMutex::default(), SoloMutex::new(counters));
        if options.solo {
            // SAFETY: one thread does everything, by the option; whoever looks at the world or its device beside them is on it too.
            unsafe {
                locks.set_solo();
                waiting_counters.set_solo();
                if let Some(device) = &device {
                    device.set_solo();
                }
            }
        }
        let tasks = Tasks::new(options.fed_tasks, std::mem::take(&mut options.adopt_tasks), making);
        Arc::new_cyclic(|me| World {
            me: Weak::clone(me),
            device,
            options,
            locks,
            waiting_counters,
            crash: Mutex::new(None),
            crashed: AtomicBool::new(false),
            order: Mutex::new(None),
            order_broken: AtomicBool::new(false),
            tasks,
            thrown_away: AtomicBool::new(false),
            kept_back: KeptBack::default(),
        })
    }

    /// The device, if there is one.
    pub fn device(&self) -> Option<&Arc<dyn BlockDevice>> {
        self.device.as_ref()
    }

    /// Whether an op has crashed the instance: every further op is answered [`Crash::Abandoned`].
    pub fn crashed(&self) -> bool {
        self.crashed.load(Ordering::Acquire)
    }

    /// What crashed it.
    pub fn crash(&self) -> Option<Crash> {
        held(&self.crash).clone()
    }

    /// Notes the first crash.
    pub(crate) fn set_crash(&self, crash: &Crash) {
        if *crash != Crash::Abandoned {
            held(&self.crash).get_or_insert_with(|| crash.clone());
        }
        self.crashed.store(true, Ordering::Release);
        self.tasks.moved();
    }

    /// Who waits until a replay has come to the recorded crash.
    pub fn kept_back(&self) -> &KeptBack {
        &self.kept_back
    }

    /// Ends every wait of an exact replay: its watchdog found that nothing moves.
    pub fn break_order(&self, message: String) {
        held(&self.order).get_or_insert(message);
        self.order_broken.store(true, Ordering::Release);
    }

    pub(crate) fn impossible_order(&self) -> Option<Crash> {
        if !self.order_broken.load(Ordering::Acquire) {
            return None;
        }
        Some(Crash::Order { message: held(&self.order).clone().unwrap_or_default() })
    }

    pub(crate) fn solo(&self) -> bool {
        self.options.solo
    }

    pub(crate) fn single_threaded(&self) -> bool {
        self.options.single_threaded
    }

    /// Longest that one op may run.
    pub fn deadline(&self) -> Duration {
        self.options.deadline
    }

    pub(crate) fn log(&self, level: u32, text: &str) {
        (self.options.log)(level, text);
    }

    /// The tasks of the module.
    pub fn tasks(&self) -> &Tasks {
        &self.tasks
    }

    pub(crate) fn shared(&self) -> Arc<World> {
        self.me.upgrade().expect("a world is used through its Arc")
    }

    /// From here on nothing of this world is wanted: tasks of a replay end as they like, when they are waited for.
    pub fn throw_away(&self) {
        self.thrown_away.store(true, Ordering::Release);
        self.tasks.moved();
    }

    pub(crate) fn is_thrown_away(&self) -> bool {
        self.thrown_away.load(Ordering::Acquire)
    }

    /// "inode/42".
    pub fn lock_name(&self, id: LockId) -> String {
        self.lock_name_of(u64::from(id.class), id.key)
    }

    pub(crate) fn lock_name_of(&self, class: u64, key: u64) -> String {
        if class == u64::from(bento_abi::TASK_LOCK_CLASS) {
            return format!("task/{key}");
        }
        let name = usize::try_from(class).ok().and_then(|class| self.options.lock_classes.get(class));
        match name {
            Some(name) => format!("{name}/{key}"),
            None => format!("class {class}/{key}"),
        }
    }

    pub(crate) fn enter_lock(&self, id: LockId, make: impl FnOnce(Counters) -> *const KsLock) -> *const KsLock {
        let mut waiting = self.waiting_counters.lock();
        let counters = if waiting.is_empty() { Counters::default() } else { waiting.remove(&id).unwrap_or_default() };
        drop(waiting);
        let lock = make(counters);
        self.locks.lock().insert(id, LivePointer(lock));
        lock
    }

    /// Forgets a lock that is about to be freed, unless a younger one has taken its name.
    pub(crate) fn leave_lock(&self, id: LockId, lock: *const KsLock) {
        let mut locks = self.locks.lock();
        if locks.get(&id).is_some_and(|live| std::ptr::eq(live.0, lock)) {
            locks.remove(&id);
        }
    }

    /// Counters of a lock: of the live one, else those it will start from.
    pub fn lock_counters(&self, id: LockId) -> Counters {
        if id.class == bento_abi::BLOCK_LOCK_CLASS {
            return self.device.as_ref().map(|device| device.lock_counters(id.key)).unwrap_or_default();
        }
        if id == Tasks::MAKING {
            return self.tasks.making.counters();
        }
        if let Some(lock) = self.locks.lock().get(&id) {
            // SAFETY: in the table, so alive; the table is locked.
            return unsafe { (*lock.0).counters() };
        }
        self.waiting_counters.lock().get(&id).copied().unwrap_or_default()
    }

    /// The same for an instance that takes over and makes tasks of its own, counted anew.
    pub fn lock_counters_to_hand_over(&self) -> HashMap<LockId, Counters> {
        let mut all = self.all_lock_counters();
        all.retain(|id, _| id.class != bento_abi::TASK_LOCK_CLASS);
        all
    }

    /// Counters of every lock that was ever taken and may be taken again; for a checkpoint, while no op is under way.
    pub fn all_lock_counters(&self) -> HashMap<LockId, Counters> {
        let mut all = self.waiting_counters.lock().clone();
        for (id, lock) in self.locks.lock().iter() {
            // SAFETY: in the table, so alive; the table is locked.
            all.insert(*id, unsafe { (*lock.0).counters() });
        }
        all.insert(Tasks::MAKING, self.tasks.making.counters());
        if let Some(device) = &self.device {
            let class = bento_abi::BLOCK_LOCK_CLASS;
            all.extend(device.all_lock_counters().into_iter().map(|(key, counters)| (LockId { class, key }, counters)));
        }
        all.retain(|_, counters| *counters != Counters::default());
        all
    }
}
