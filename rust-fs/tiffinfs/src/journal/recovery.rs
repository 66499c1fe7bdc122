// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! Reading the log after a crash.

use super::record;
use crate::corrupt::corrupt;
use crate::layout::Geometry;
use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use libbentofs::Result;

/// What the log holds.
#[derive(Debug, Default)]
pub struct Replay {
    /// Newest committed content of each logged block.
    pub blocks: BTreeMap<u64, Vec<u8>>,
    /// Sequence after the last committed transaction.
    pub sequence: u64,
    /// Number of committed transactions.
    pub transactions: u64,
}

/// Reads the log through `read`, up to the first transaction that is not whole. EUCLEAN when the journal's head is damaged.
pub fn scan(geometry: &Geometry, mut read: impl FnMut(u64) -> Result<Vec<u8>>) -> Result<Replay> {
    let journal = geometry.journal;
    let Some(mut sequence) = record::parse_head(&read(journal.first)?, journal.first) else {
        return Err(corrupt(format_args!("journal: its first block (block {}) is damaged", journal.first)));
    };
    let mut replay = Replay { sequence, ..Replay::default() };
    let mut place = journal.first + 1;
    while let Some((blocks, next)) = transaction(geometry, place, sequence, &mut read)? {
        replay.blocks.extend(blocks);
        replay.transactions += 1;
        place = next;
        let Some(following) = sequence.checked_add(1) else { break };
        sequence = following;
        replay.sequence = sequence;
    }
    Ok(replay)
}

/// The blocks of the transaction `sequence` at `place` and the place after it; `None` when it is not whole.
#[expect(clippy::type_complexity, reason = "blocks and a place")]
fn transaction(
    geometry: &Geometry,
    mut place: u64,
    sequence: u64,
    read: &mut impl FnMut(u64) -> Result<Vec<u8>>,
) -> Result<Option<(Vec<(u64, Vec<u8>)>, u64)>> {
    let mut blocks = Vec::new();
    while geometry.journal.contains(place) {
        let block = read(place)?;
        if let Some((count, _)) = record::parse_commit(&block, place, sequence) {
            let whole = count as usize == blocks.len();
            return Ok(whole.then_some((blocks, place + 1)));
        }
        let Some(tags) = record::parse_descriptor(&block, place, sequence) else { return Ok(None) };
        for tag in tags {
            place += 1;
            let number = tag.number.get();
            let allowed = number > 0 && number < geometry.backup() && !geometry.journal.contains(number);
            if !allowed || !geometry.journal.contains(place) {
                return Ok(None);
            }
            let content = read(place)?;
            if record::content_crc(&content) != tag.crc.get() {
                return Ok(None);
            }
            blocks.push((number, content));
        }
        place += 1;
    }
    Ok(None)
}
