// SPDX-License-Identifier: MIT OR Apache-2.0
//! One chunk in the making: records one after the other, then compressed, framed and sealed.

use super::items::Caller;
use super::times::TimesBuilder;
use super::wire::{self, CHUNK_CRC_TAG, CHUNK_TAG};
use crate::proto::trace as pb;
use prost::Message;
use prost::encoding::{WireType, encode_key, encode_varint, encoded_len_varint};
use std::collections::HashMap;

/// `Chunk.sync`.
pub const SYNC: u64 = 0x314b_4e48_4352_5442;
/// Most bytes of a payload: what a reader is ready to hold.
pub const MAX_RAW: usize = 16 << 20;

/// Field numbers of `Record.kind`.
pub mod kind {
    pub const OP: u32 = 1;
    pub const BLOCK: u32 = 2;
    pub const BLOB: u32 = 3;
    pub const CALLER: u32 = 4;
    pub const GAP: u32 = 5;
    pub const CHECKPOINT: u32 = 6;
    pub const UPGRADE: u32 = 7;
    pub const MARK: u32 = 8;
    pub const PANIC: u32 = 9;
    pub const TASK: u32 = 10;
    pub const UNFINISHED: u32 = 11;
    pub const TIMES: u32 = 12;
}

/// Takes records until it is sealed.
#[derive(Debug, Default)]
pub struct ChunkBuilder {
    payload: Vec<u8>,
    records: u32,
    ops: u64,
    dropped: u64,
    base_time_ns: Option<i64>,
    last_begin_ns: i64,
    callers: HashMap<Caller, u32>,
    times: TimesBuilder,
}

impl ChunkBuilder {
    /// Whether there is nothing to seal.
    pub fn is_empty(&self) -> bool {
        self.records == 0
    }

    /// Bytes of the payload so far.
    pub fn len(&self) -> usize {
        self.payload.len() + self.times.room()
    }

    /// Ops so far.
    pub fn ops(&self) -> u64 {
        self.ops
    }

    /// The sum over the gaps so far.
    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    /// `Chunk.base_time_ns`.
    pub fn base_time_ns(&self) -> u64 {
        self.base_time_ns.unwrap_or_default() as u64
    }

    /// Adds an op that ended at `end_ns`; its caller and its begin are filled in here, its duration goes beside it.
    pub fn op(&mut self, begin_ns: i64, end_ns: i64, caller: Caller, op: &mut pb::Op) {
        self.place(begin_ns, caller, op);
        self.times.add(begin_ns, end_ns, std::mem::take(&mut op.duration_ns));
        self.last_begin_ns = begin_ns;
        self.ops += 1;
        self.record(kind::OP, op);
    }

    /// Adds an op that has no answer. The begins of later ops do not count from its own.
    pub fn unfinished(&mut self, begin_ns: i64, caller: Caller, op: &mut pb::Op) {
        self.place(begin_ns, caller, op);
        self.record(kind::UNFINISHED, op);
    }

    /// Adds the end of the module, with the op that was under way.
    pub fn panic(&mut self, begin_ns: i64, caller: Caller, panic: &mut pb::Panic) {
        if let Some(op) = &mut panic.op {
            self.place(begin_ns, caller, op);
        }
        self.record(kind::PANIC, panic);
    }

    /// Adds a gap.
    pub fn gap(&mut self, gap: &pb::Gap) {
        self.dropped += gap.dropped;
        self.record(kind::GAP, gap);
    }

    /// Adds any other record.
    pub fn record(&mut self, kind: u32, message: &impl Message) {
        put_record(kind, message, &mut self.payload);
        self.records += 1;
    }

    fn place(&mut self, begin_ns: i64, caller: Caller, op: &mut pb::Op) {
        if self.base_time_ns.is_none() {
            self.base_time_ns = Some(begin_ns);
            self.last_begin_ns = begin_ns;
        }
        op.begin_delta_ns = begin_ns.wrapping_sub(self.last_begin_ns);
        op.caller = self.caller(caller);
    }

    fn caller(&mut self, caller: Caller) -> u32 {
        if caller == Caller::KERNEL {
            return 0;
        }
        if let Some(&index) = self.callers.get(&caller) {
            return index;
        }
        let index = self.callers.len() as u32 + 1;
        self.callers.insert(caller, index);
        let Caller { uid, gid, pid } = caller;
        self.record(kind::CALLER, &pb::Caller { index, uid, gid, pid });
        index
    }

    /// The chunk as a field of the file. The builder still holds its records, until [`ChunkBuilder::clear`].
    pub fn seal(&self, first_seq: u64, packer: &mut zstd::bulk::Compressor<'_>) -> Vec<u8> {
        let with_times = self.times.message(self.base_time_ns.unwrap_or_default()).map(|times| {
            // In front: who reads the ops one after the other has them in time.
            let mut whole = Vec::with_capacity(self.len());
            put_record(kind::TIMES, &times, &mut whole);
            whole.extend_from_slice(&self.payload);
            whole
        });
        let raw = with_times.as_ref().unwrap_or(&self.payload);
        let packed = packer.compress(raw).ok().filter(|packed| packed.len() < raw.len());
        let (codec, payload) = match &packed {
            Some(packed) => (pb::Codec::Zstd, packed),
            None => (pb::Codec::None, raw),
        };
        let head = pb::Chunk {
            sync: SYNC,
            codec: codec.into(),
            raw_size: raw.len() as u32,
            first_seq,
            last_seq: first_seq + self.ops - 1,
            records: self.records + u32::from(with_times.is_some()),
            dropped: self.dropped,
            base_time_ns: self.base_time_ns(),
            payload: Default::default(),
            crc32: 0,
        };
        let mut body = Vec::with_capacity(payload.len() + 128);
        head.encode_raw(&mut body);
        encode_key(13, WireType::LengthDelimited, &mut body);
        encode_varint(payload.len() as u64, &mut body);
        body.extend_from_slice(payload);
        wire::seal(&mut body, CHUNK_CRC_TAG);
        wire::field(CHUNK_TAG, &body)
    }

    /// Begins anew, keeping its memory.
    pub fn clear(&mut self) {
        let mut payload = std::mem::take(&mut self.payload);
        payload.clear();
        // One large content must not keep its room for ever.
        payload.shrink_to(1 << 20);
        let mut callers = std::mem::take(&mut self.callers);
        callers.clear();
        let mut times = std::mem::take(&mut self.times);
        times.clear();
        *self = ChunkBuilder { payload, callers, times, ..ChunkBuilder::default() };
    }
}

fn put_record(kind: u32, message: &impl Message, into: &mut Vec<u8>) {
    let len = message.encoded_len();
    let inner = encoded_len_varint(u64::from(kind << 3 | 2)) + encoded_len_varint(len as u64) + len;
    encode_key(1, WireType::LengthDelimited, into);
    encode_varint(inner as u64, into);
    encode_key(kind, WireType::LengthDelimited, into);
    encode_varint(len as u64, into);
    message.encode_raw(into);
}
