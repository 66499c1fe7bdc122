// SPDX-License-Identifier: MIT OR Apache-2.0
//! An op on its way into the trace.
//!
//! Who serves an op has it copied as it was asked and answered, into memory that ops before it used: a program waits for that. What the trace
//! says of it is made by the thread that writes. (The kernel's recorder and its collector share the work in the same way.)

use crate::ks::{Ends, Taken};
use crate::proto::trace as pb;
use crate::proto::trace::op::{Reply, Request};
use crate::trace::{Caller, Data, RequestParts, USUAL_TTL_NS, Usual, from_reply, from_request, tick};
use bento_abi::ReplyBuf;
use bento_abi::fuse::opcode;
use xxhash_rust::xxh3::xxh3_64;
use zerocopy::IntoBytes;

/// Up to here what was read is copied and hashed by the writer; beyond it copying is no cheaper than hashing.
const COPIED_READ: usize = 16 << 10;

/// The parts of a request, whose bytes stand elsewhere.
#[derive(Debug, Default)]
struct Asked {
    opcode: u32,
    nodeid: u64,
    caller: Caller,
    args: usize,
    name: usize,
    name2: usize,
    data: usize,
}

#[derive(Debug)]
struct Answer {
    error: i32,
    /// Bytes of the out structure.
    out: usize,
    /// Bytes that the module filled of the room.
    data: usize,
    /// Of those, when they are not kept.
    hash: Option<u64>,
}

/// An op on its way into the trace.
#[derive(Debug, Default)]
pub struct Pending {
    /// When it began, CLOCK_REALTIME in nanoseconds; the module saw the tick of it.
    started_ns: i64,
    /// When it ended.
    end_ns: i64,
    thread: u32,
    asked: Asked,
    /// A step of the module's life, which is not asked through the contract.
    step: Option<Request>,
    /// Arguments, names, data, then the answer's structure and data.
    bytes: Vec<u8>,
    answer: Option<Answer>,
    /// The module crashed, in it or beside it: what it took is known, and it will not take more.
    left: bool,
    taken: Taken,
    /// What had ended when it began.
    pub before: Ends,
    /// Ops that ended while it was under way.
    pub overlap: u32,
    /// Segments that did.
    pub task_overlap: u32,
}

impl Pending {
    /// A request begins.
    pub fn begin(&mut self, thread: u32, now_ns: i64, before: Ends, parts: &RequestParts<'_>) {
        self.begin_any(thread, now_ns, before);
        let data = match &parts.data {
            Data::In(bytes) => bytes,
            // Its input stands where the answer will.
            Data::Room(room) if parts.opcode == opcode::IOCTL => &room[..],
            Data::Room(_) | Data::None => &[],
        };
        for part in [parts.args, parts.name, parts.name2, data] {
            self.bytes.extend_from_slice(part);
        }
        self.asked = Asked {
            opcode: parts.opcode,
            nodeid: parts.nodeid,
            caller: Caller { uid: parts.uid, gid: parts.gid, pid: parts.pid },
            args: parts.args.len(),
            name: parts.name.len(),
            name2: parts.name2.len(),
            data: data.len(),
        };
    }

    /// A step of the module's life begins.
    pub fn begin_step(&mut self, thread: u32, now_ns: i64, before: Ends, step: Request) {
        self.begin_any(thread, now_ns, before);
        self.asked = Asked::default();
        self.step = Some(step);
    }

    fn begin_any(&mut self, thread: u32, now_ns: i64, before: Ends) {
        (self.thread, self.started_ns, self.end_ns, self.before) = (thread, now_ns, now_ns, before);
        self.bytes.clear();
        (self.answer, self.step, self.left) = (None, None, false);
        (self.overlap, self.task_overlap) = (0, 0);
    }

    /// It ended with this answer. `data` is what the module filled of the request's room.
    pub fn end(&mut self, end_ns: i64, reply: &ReplyBuf, data: &[u8]) {
        self.end_ns = end_ns;
        let out = &reply.out.as_bytes()[..(reply.out_len as usize).min(bento_abi::request::OUT_CAPACITY)];
        let data = if reply.error == 0 { data } else { &[] };
        let hash = (self.asked.opcode == opcode::READ && data.len() > COPIED_READ).then(|| xxh3_64(data));
        self.bytes.extend_from_slice(out);
        if hash.is_none() {
            self.bytes.extend_from_slice(data);
        }
        self.answer = Some(Answer { error: reply.error, out: out.len(), data: data.len(), hash });
    }

    /// The step ended.
    pub fn end_step(&mut self, end_ns: i64, errno: i32) {
        self.end_ns = end_ns;
        self.answer = Some(Answer { error: errno, out: 0, data: 0, hash: None });
    }

    /// What it took from outside of the module.
    pub fn took(&mut self, taken: Taken) {
        self.taken = taken;
    }

    /// The same of one that was left without an answer.
    pub fn left(&mut self, taken: Taken) {
        self.left = true;
        self.took(taken);
    }

    /// About how much memory it takes.
    pub fn size(&self) -> usize {
        512 + self.bytes.len()
    }

    /// Memory that it keeps for the next.
    pub fn room(&self) -> usize {
        size_of::<Pending>() + self.bytes.capacity()
    }

    /// What the module saw of the clock.
    pub fn begin_ns(&self) -> i64 {
        tick(self.started_ns)
    }

    /// When it ended.
    pub fn end_ns(&self) -> i64 {
        self.end_ns
    }

    /// Who made it.
    pub fn caller(&self) -> Caller {
        self.asked.caller
    }

    /// What a WRITE writes.
    pub fn content(&self) -> Option<&[u8]> {
        (self.step.is_none() && self.asked.opcode == opcode::WRITE).then(|| self.parts().3)
    }

    /// Arguments, names and data.
    fn parts(&self) -> (&[u8], &[u8], &[u8], &[u8]) {
        let (args, rest) = self.bytes.split_at(self.asked.args);
        let (name, rest) = rest.split_at(self.asked.name);
        let (name2, rest) = rest.split_at(self.asked.name2);
        (args, name, name2, &rest[..self.asked.data])
    }

    /// What the trace says of it. What it took goes with it.
    pub fn message(&mut self) -> pb::Op {
        let taken = std::mem::take(&mut self.taken);
        let mut op = pb::Op {
            thread: self.thread,
            duration_ns: self.end_ns.saturating_sub(self.started_ns).max(0).unsigned_abs(),
            overlap: self.overlap,
            task_overlap: self.task_overlap,
            lock_order: taken.lock_order,
            random: taken.random.into(),
            clock_ns: taken.clock_ns,
            failures: taken.failures,
            acquisitions: if self.left { taken.acquisitions } else { 0 },
            ..pb::Op::default()
        };
        if let Some(step) = self.step.take() {
            op.errno = self.answer.as_ref().map_or(0, |answer| answer.error as u32);
            op.request = Some(step);
            return op;
        }
        let (args, name, name2, data) = self.parts();
        let data = if data.is_empty() { Data::None } else { Data::In(data) };
        let Asked { opcode, nodeid, .. } = self.asked;
        let (nodeid, request) = from_request(&RequestParts { nodeid, opcode, args, name, name2, data, ..RequestParts::default() });
        op.nodeid = nodeid;
        (op.errno, op.reply) = self.reply(&request, nodeid);
        op.request = Some(request);
        op
    }

    fn reply(&self, request: &Request, nodeid: u64) -> (u32, Option<Reply>) {
        let Some(answer) = &self.answer else { return (0, None) };
        let Asked { args, name, name2, data, .. } = self.asked;
        let (out, filled) = self.bytes[args + name + name2 + data..].split_at(answer.out);
        let mut reply = ReplyBuf { error: answer.error, out_len: answer.out as u32, data_len: answer.data, ..ReplyBuf::new() };
        reply.out.as_mut_bytes()[..out.len()].copy_from_slice(out);
        let usual = Usual { begin_ns: self.begin_ns(), ttl_ns: USUAL_TTL_NS, read_hash: pb::ReadHash::Xxh364 };
        match (request, answer.hash) {
            (Request::Read(_), Some(hash)) => (0, Some(Reply::Data(pb::Data { size: answer.data as u64, hash }))),
            _ => from_reply(request, nodeid, &reply, filled, usual),
        }
    }
}
