// SPDX-License-Identifier: MIT OR Apache-2.0
//! Small numbers for threads, in the order in which they first serve.

use std::cell::Cell;
use std::sync::atomic::{AtomicU32, Ordering};

static NEXT: AtomicU32 = AtomicU32::new(0);

thread_local! {
    static MINE: Cell<Option<u32>> = const { Cell::new(None) };
}

/// The number of the thread that asks; the same each time.
pub fn thread_slot() -> u32 {
    MINE.with(|mine| {
        mine.get().unwrap_or_else(|| {
            let slot = NEXT.fetch_add(1, Ordering::Relaxed);
            mine.set(Some(slot));
            slot
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_keeps_its_number_and_shares_it_with_nobody() {
        let mine = thread_slot();
        assert_eq!(thread_slot(), mine);
        let other = std::thread::spawn(thread_slot).join().expect("the thread ends");
        assert_ne!(other, mine);
    }
}
