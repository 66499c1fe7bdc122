// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! The write-ahead journal of metadata blocks.
//!
//! An op changes metadata blocks in place in the host's cache, through a [`Tx`]. The blocks of all ops since the last commit are the
//! running transaction. A commit, while no op is under way, writes them to the log, then the commit record behind a flush that also
//! makes the file data durable that the metadata points to. Blocks go home only in a checkpoint, right after a commit: the blocks of
//! all committed transactions are marked dirty, written and flushed, and the log begins anew.
//!
//! Invariants:
//! - A block is marked dirty only between the commit of its newest content and the next op, so the host can write home neither
//!   uncommitted content nor a mixture.
//! - After a commit there is room in the log for the largest transaction, so a commit never has to wait for a checkpoint that it
//!   could not do.
//! - A freed block is not given out again before the transaction that freed it is committed, and a freed metadata block not before
//!   the next checkpoint: no log record can be replayed over newer content, so no revoke records are needed.

mod commit;
pub mod record;
pub mod recovery;
mod tx;

pub use tx::Tx;

use crate::noted::Noted;
use alloc::collections::BTreeMap;
use alloc::sync::Arc;
use alloc::vec::Vec;
use libbentofs::ks::CachedBlock;
use libbentofs::{Errno, Time};

/// References to changed blocks: they keep the change in the cache.
pub type Blocks = BTreeMap<u64, Arc<CachedBlock>>;

/// Age at which a transaction is committed by the next op that changes something.
pub const COMMIT_AGE_NS: i64 = 5_000_000_000;

/// The log. Shared by handles, exclusive for commits.
#[derive(Debug)]
pub struct Log {
    /// Sequence of the running transaction.
    pub sequence: u64,
    /// Block of the journal where the next transaction goes.
    pub head: u64,
    /// Blocks of committed transactions that are not home yet.
    pub committed: Blocks,
}

/// The running transaction.
#[derive(Debug, Default)]
pub struct Running {
    /// What ops have changed since the last commit.
    pub blocks: Blocks,
    /// Blocks of the transaction that is being committed, by number: who reads without a handle may come before they are sealed.
    pub committing: Vec<u64>,
    /// Blocks that ops under way may still add.
    pub credits: u64,
    /// When its first op began.
    pub since: Option<Time>,
    /// Why nothing may be changed any more.
    pub failed: Option<Errno>,
    /// Blocks that were changed, for a hand-over.
    pub noted: Noted,
}
