// SPDX-License-Identifier: MIT OR Apache-2.0
//! The gate of a mount, as bentofs.ko's: ops pass it together, and it can be shut within a deadline or not at all.

use std::sync::{Condvar, Mutex, MutexGuard};
use std::time::{Duration, Instant};

#[derive(Debug, Default)]
struct State {
    /// Ops behind the gate.
    inside: usize,
    shut: bool,
}

/// The gate.
#[derive(Debug, Default)]
pub struct Gate {
    state: Mutex<State>,
    changed: Condvar,
}

/// An op behind the gate.
#[derive(Debug)]
pub struct Inside<'a>(&'a Gate);

/// The gate is shut; it opens when this is dropped.
#[derive(Debug)]
pub struct Shut<'a>(&'a Gate);

impl Gate {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("nothing here panics")
    }

    /// Passes the gate; waits while it is shut.
    pub fn enter(&self) -> Inside<'_> {
        let mut state = self.state();
        while state.shut {
            state = self.changed.wait(state).expect("nothing here panics");
        }
        state.inside += 1;
        Inside(self)
    }

    /// Shuts the gate and waits for the ops behind it. `None` when some of them took longer than `deadline`: then it is open again.
    pub fn shut(&self, deadline: Duration) -> Option<Shut<'_>> {
        let end = Instant::now().checked_add(deadline);
        let mut state = self.state();
        while state.shut {
            state = self.changed.wait(state).expect("nothing here panics");
        }
        state.shut = true;
        let shut = Shut(self);
        while state.inside > 0 {
            let left = end.map_or(Duration::from_secs(3600), |end| end.saturating_duration_since(Instant::now()));
            if left.is_zero() {
                drop(state);
                return None;
            }
            state = self.changed.wait_timeout(state, left).expect("nothing here panics").0;
        }
        drop(state);
        Some(shut)
    }
}

impl Drop for Inside<'_> {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.inside -= 1;
        if state.shut && state.inside == 0 {
            self.0.changed.notify_all();
        }
    }
}

impl Drop for Shut<'_> {
    fn drop(&mut self) {
        self.0.state().shut = false;
        self.0.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gate_that_cannot_be_shut_in_time_is_open_again() {
        let gate = Gate::default();
        let slow = gate.enter();
        assert!(gate.shut(Duration::from_millis(5)).is_none());
        // Open: another op passes beside the slow one.
        drop(gate.enter());
        drop(slow);
        assert!(gate.shut(Duration::from_millis(5)).is_some());
    }

    #[test]
    fn ops_wait_while_it_is_shut() {
        let gate = Gate::default();
        let shut = gate.shut(Duration::ZERO).expect("nobody is inside");
        std::thread::scope(|scope| {
            let op = scope.spawn(|| drop(gate.enter()));
            std::thread::sleep(Duration::from_millis(10));
            assert!(!op.is_finished());
            drop(shut);
        });
    }
}
