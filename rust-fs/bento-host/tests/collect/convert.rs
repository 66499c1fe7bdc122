// SPDX-License-Identifier: MIT OR Apache-2.0
//! Records become a trace that the reader takes.

use bento_abi::fuse::{self, opcode};
use bento_host::collect::{Counts, Merger, Sink, Status};
use bento_host::proto::kernel::{KernelBlock, KernelOp, kernel_record::Kind};
use bento_host::proto::trace as pb;
use bento_host::proto::trace::op::{Reply, Request};
use bento_host::trace::{Tolerance, TraceItem, TraceReader, TraceWriter, USUAL_TTL_NS};
use zerocopy::IntoBytes;

fn write_op(seq: u64, data: &'static [u8]) -> Kind {
    let args = fuse::WriteIn { fh: 9, offset: 100, size: data.len() as u32, ..Default::default() };
    let out = fuse::WriteOut { size: data.len() as u32, ..Default::default() };
    Kind::Op(KernelOp {
        seq,
        opcode: opcode::WRITE,
        nodeid: 5,
        uid: 1000,
        begin_ns: 1_700_000_000_000_000_000 + seq,
        duration_ns: 77,
        args: args.as_bytes().to_vec().into(),
        out: out.as_bytes().to_vec().into(),
        data_len: data.len() as u64,
        data: data.into(),
        lock_order: vec![0, 2, 5, 1, 0],
        ..KernelOp::default()
    })
}

fn read_op(seq: u64) -> Kind {
    let args = fuse::ReadIn { fh: 9, offset: 0, size: 4096, ..Default::default() };
    Kind::Op(KernelOp {
        seq,
        opcode: opcode::READ,
        nodeid: 5,
        begin_ns: 1_700_000_000_000_000_000 + seq,
        args: args.as_bytes().to_vec().into(),
        data_len: 4096,
        reply_len: 123,
        hash: 0xfeed,
        ..KernelOp::default()
    })
}

#[test]
fn a_trace_comes_out() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.btr");
    let header = pb::Header {
        source: pb::Source::Kernel.into(),
        usual_ttl_ns: USUAL_TTL_NS,
        read_hash: pb::ReadHash::Xxh64.into(),
        ..pb::Header::default()
    };
    let mut sink = Sink::new(TraceWriter::create(&path, header).unwrap());
    let mut merger = Merger::default();
    let block = Kind::Block(KernelBlock { number: 3, data: vec![1; 16].into() });
    for record in [read_op(4), block, write_op(1, b"hello")] {
        merger.add(record, &mut |out| sink.write(out));
    }
    let mut counted = Status { state: "ended".into(), seq: 4, ..Status::default() };
    let lost = [(pb::LossCause::BufferFull.into(), 2)].into();
    counted.cpus.insert(1, Counts { offered: 4, recorded: 2, lost, ..Counts::default() });
    sink.count(counted);
    merger.settle(4, &mut |out| sink.write(out));
    sink.settle();
    assert_eq!(sink.unexplained(), 0);
    let finished = sink.writer.finish(0).unwrap();
    assert_eq!((finished.account.offered, finished.account.recorded, finished.account.dropped), (4, 2, 2));
    assert_eq!((finished.loss[0].cpu, finished.loss[0].ops), (1, 2));

    let reader = TraceReader::open(&path, Tolerance::Strict).unwrap();
    let items: Vec<_> = reader.items().map(Result::unwrap).collect();
    let [TraceItem::Block(block), TraceItem::Op(write), TraceItem::Gap(gap), TraceItem::Op(read)] = &items[..] else {
        panic!("{items:?}")
    };
    assert_eq!((block.number, gap.dropped), (3, 2));
    let Some(Request::Write(request)) = &write.op.request else { panic!("{write:?}") };
    assert_eq!(request.content, Some(pb::write::Content::Inline(b"hello"[..].into())));
    assert_eq!((write.op.nodeid, write.caller.uid, write.op.reply.clone()), (5, 1000, Some(Reply::Written(5))));
    assert_eq!(write.op.lock_order, [0, 2, 5, 1, 0]);
    assert_eq!(read.op.reply, Some(Reply::Data(pb::Data { size: 123, hash: 0xfeed })));
}
