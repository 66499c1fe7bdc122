// SPDX-License-Identifier: MIT OR Apache-2.0
//! From an op as the kernel saw it to an op of a trace: by way of the contract's structures, with the codecs that the host's own
//! recordings use.

use super::merge::Overlap;
use crate::proto::kernel::{KernelOp, KernelPanic, KernelUpgrade};
use crate::proto::trace as pb;
use crate::proto::trace::op::{Reply, Request};
use crate::proto::trace::write::Content;
use crate::trace::{Caller, Data, RequestParts, Usual, from_reply, from_request};
use bento_abi::ReplyBuf;
use bento_abi::fuse::opcode;
use bento_abi::request::OUT_CAPACITY;
use bytes::Bytes;
use zerocopy::IntoBytes;

/// An op for the trace's writer.
#[derive(Debug)]
pub struct Converted {
    /// CLOCK_REALTIME, nanoseconds.
    pub begin_ns: i64,
    /// Who made it.
    pub caller: Caller,
    /// The op.
    pub op: pb::Op,
    /// What a WRITE wrote, unless only its hash is known.
    pub content: Option<Bytes>,
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The request as far as it is known, without an answer. `data` is the op's.
pub fn request(k: &KernelOp, data: &Bytes) -> Converted {
    let brings = match k.opcode {
        opcode::WRITE | opcode::SETXATTR => Data::In(data),
        opcode::IOCTL => Data::In(&k.input),
        _ => Data::None,
    };
    let parts = RequestParts {
        unique: 0,
        nodeid: k.nodeid,
        opcode: k.opcode,
        uid: k.uid,
        gid: k.gid,
        pid: k.pid,
        args: &k.args,
        name: &k.name,
        name2: &k.name2,
        data: brings,
    };
    let (nodeid, mut request) = match k.opcode {
        opcode::UNMOUNT => (0, Request::Unmount(pb::Empty {})),
        _ => from_request(&parts),
    };
    let mut content = None;
    if let Request::Write(write) = &mut request {
        write.size = k.data_len as u32;
        if data.len() as u64 == k.data_len {
            content = Some(data.clone());
        } else {
            // Of another kind than the host's: it only has to differ where contents do.
            write.content = Some(Content::Hash(k.hash.to_be_bytes().to_vec().into()));
        }
    }
    let op = pb::Op {
        thread: k.thread,
        duration_ns: k.duration_ns,
        nodeid,
        request: Some(request),
        lock_order: k.lock_order.clone(),
        random: k.random.clone(),
        clock_ns: k.clock_ns.clone(),
        failures: k.failures.clone(),
        ..pb::Op::default()
    };
    let caller = Caller { uid: k.uid, gid: k.gid, pid: k.pid };
    Converted { begin_ns: k.begin_ns as i64, caller, op, content }
}

/// An op that has none.
pub fn unanswered(k: &KernelOp, overlap: Overlap) -> Converted {
    let mut converted = request(k, &k.data);
    let op = &mut converted.op;
    (op.overlap, op.task_overlap, op.acquisitions) = (overlap.ops, overlap.segments, k.acquisitions);
    converted
}

/// The op with its answer.
pub fn op(k: &KernelOp, data: &Bytes, overlap: Overlap, usual_ttl_ns: u64) -> Converted {
    let mut converted = request(k, data);
    let usual = Usual { begin_ns: converted.begin_ns, ttl_ns: usual_ttl_ns, read_hash: pb::ReadHash::Xxh64 };
    let mut reply = ReplyBuf::new();
    reply.error = k.errno as i32;
    let out_len = k.out.len().min(OUT_CAPACITY);
    reply.out.as_mut_bytes()[..out_len].copy_from_slice(&k.out[..out_len]);
    reply.out_len = out_len as u32;
    reply.data_len = k.reply_len as usize;
    let op = &mut converted.op;
    (op.overlap, op.task_overlap) = (overlap.ops, overlap.segments);
    if let Some(request) = &op.request {
        let (errno, mut answer) = from_reply(request, op.nodeid, &reply, data, usual);
        if let Some(Reply::Data(read)) = &mut answer {
            *read = pb::Data { size: k.reply_len, hash: k.hash };
        }
        (op.errno, op.reply) = (errno, answer);
    }
    converted
}

/// A segment of a task.
pub fn task(k: &KernelOp, overlap: Overlap) -> pb::Task {
    pb::Task {
        thread: k.thread,
        name: text(&k.name),
        lock_order: k.lock_order.clone(),
        random: k.random.clone(),
        clock_ns: k.clock_ns.clone(),
        failures: k.failures.clone(),
        id: k.task,
        work: k.work,
        begin_ns: k.begin_ns,
        duration_ns: k.duration_ns,
        overlap: overlap.ops,
        task_overlap: overlap.segments,
        ended: k.ended,
    }
}

/// The end of the module, without its op.
pub fn panic(k: &KernelPanic) -> pb::Panic {
    pb::Panic { cause: k.cause as i32, message: text(&k.message), location: text(&k.location), ..pb::Panic::default() }
}

/// The trace's message for an upgrade.
pub fn upgrade(k: &KernelUpgrade) -> pb::Upgrade {
    pb::Upgrade {
        from_build_id: k.from_build_id.clone(),
        to_build_id: k.to_build_id.clone(),
        from_schema: k.from_schema,
        to_schema: k.to_schema,
        quiesce_ns: k.quiesce_ns,
        export_ns: k.export_ns,
        import_ns: k.import_ns,
        swap_ns: k.swap_ns,
        state_bytes: k.state_bytes,
        refused: text(&k.refused),
        to_revision: text(&k.to_revision),
    }
}
