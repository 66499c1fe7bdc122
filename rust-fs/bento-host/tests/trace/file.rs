// SPDX-License-Identifier: MIT OR Apache-2.0
//! A trace that is written comes back, record by record.

use super::ops::{bytes, request};
use bento_host::proto::trace::op::Request;
use bento_host::proto::trace::{self as pb, write::Content};
use bento_host::trace::{Caller, Loss, OpRecord, Tolerance, TraceItem, TraceReader, TraceWriter, content_hash};
use proptest::collection::vec;
use proptest::prelude::*;
use std::collections::HashMap;
use std::path::Path;

/// Something to write.
#[derive(Debug, Clone)]
pub enum Step {
    Op(i64, Caller, Request),
    Unfinished(i64, Caller, Request),
    Block(u64, Vec<u8>),
    Lost(u64),
    Mark(String),
    Seal,
}

fn caller() -> impl Strategy<Value = Caller> {
    prop_oneof![Just(Caller::KERNEL), (0..3_u32, 0..3_u32, 0..5_u32).prop_map(|(uid, gid, pid)| Caller { uid, gid, pid })]
}

/// One that a byte tells.
const DURATION_NS: u64 = 5 << 20;

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        8 => (any::<i64>(), caller(), request()).prop_map(|(begin, caller, request)| Step::Op(begin, caller, request)),
        1 => (any::<i64>(), caller(), request()).prop_map(|(begin, caller, request)| Step::Unfinished(begin, caller, request)),
        1 => (any::<u64>(), bytes(64)).prop_map(|(number, data)| Step::Block(number, data.to_vec())),
        1 => (1..100_u64).prop_map(Step::Lost),
        1 => "[a-z ]{0,20}".prop_map(Step::Mark),
        1 => Just(Step::Seal),
    ]
}

/// Writes `steps`; what a reader should see, blobs left out.
pub fn write(path: &Path, steps: &[Step]) -> Vec<TraceItem> {
    let mut writer = TraceWriter::create(path, pb::Header::default()).expect("a trace can be made");
    let (mut items, mut seq, mut lost) = (Vec::new(), 0, 0);
    for step in steps {
        if !matches!(step, Step::Lost(_)) && lost > 0 {
            let loss = vec![pb::LossByCause { cause: Loss::BufferFull.into(), cpu: 0, ops: lost }];
            items.push(TraceItem::Gap(pb::Gap { dropped: std::mem::take(&mut lost), loss }));
        }
        match step {
            Step::Op(begin_ns, caller, request) | Step::Unfinished(begin_ns, caller, request) => {
                let mut op = pb::Op { nodeid: 3, duration_ns: DURATION_NS, request: Some(request.clone()), ..pb::Op::default() };
                let content = match &mut op.request {
                    Some(Request::Write(pb::Write { content, .. })) => content.take().map(|content| match content {
                        Content::Inline(bytes) | Content::Hash(bytes) => bytes,
                    }),
                    _ => None,
                };
                let ended = matches!(step, Step::Op(..));
                if ended {
                    seq += 1;
                    writer.op(*begin_ns, begin_ns.saturating_add_unsigned(DURATION_NS), *caller, &mut op, content.as_deref());
                } else {
                    writer.unfinished(*begin_ns, *caller, &mut op, content.as_deref());
                }
                // Where it stands in the file is the writer's affair.
                op.duration_ns = DURATION_NS;
                let seq = if ended { seq } else { 0 };
                let record = Box::new(OpRecord { seq, begin_ns: *begin_ns, end_ns: 0, caller: *caller, op });
                items.push(if ended { TraceItem::Op(record) } else { TraceItem::Unfinished(record) });
            }
            Step::Block(number, data) => {
                writer.block(*number, data);
                let data = if data.iter().all(|&b| b == 0) { Vec::new() } else { data.clone() };
                items.push(TraceItem::Block(pb::Block { number: *number, data: data.into() }));
            }
            Step::Lost(ops) => {
                writer.lost(Loss::BufferFull, *ops);
                lost += ops;
            }
            Step::Mark(text) => {
                let mark = pb::Mark { text: text.clone(), time_ns: 5 };
                writer.mark(&mark);
                items.push(TraceItem::Mark(mark));
            }
            Step::Seal => writer.seal(),
        }
    }
    if lost > 0 {
        let loss = vec![pb::LossByCause { cause: Loss::BufferFull.into(), cpu: 0, ops: lost }];
        items.push(TraceItem::Gap(pb::Gap { dropped: lost, loss }));
    }
    let finished = writer.finish(0).expect("a trace can be finished");
    let account = finished.account;
    assert_eq!((account.recorded, account.offered), (seq, account.recorded + account.dropped + account.filtered));
    items
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn what_was_written_comes_back(steps in vec(step(), 0..60)) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("t.btr");
        let written = write(&path, &steps);
        let reader = TraceReader::open(&path, Tolerance::Strict).expect("opens");
        prop_assert!(reader.is_complete() && reader.warnings().is_empty());
        let mut read: Vec<_> = reader.items().collect::<Result<_, _>>().expect("reads");
        for item in &mut read {
            if let TraceItem::Op(record) | TraceItem::Unfinished(record) = item {
                // Begins are not in order here, so ends cannot be told; `times` has its own test.
                record.end_ns = 0;
            }
        }
        let (blobs, read): (Vec<_>, Vec<_>) = read.into_iter().partition(|item| matches!(item, TraceItem::Blob(_)));
        prop_assert_eq!(&read, &written);
        for item in &blobs {
            let TraceItem::Blob(blob) = item else { continue };
            prop_assert_eq!(&blob.hash[..], &content_hash(&blob.data)[..]);
        }
        // Every content that an op names stands before it, once.
        let hashes: std::collections::HashSet<_> = blobs.iter().map(|item| match item {
            TraceItem::Blob(blob) => blob.hash.clone(),
            _ => unreachable!("partitioned"),
        }).collect();
        prop_assert_eq!(hashes.len(), blobs.len());
        for item in &read {
            let (TraceItem::Op(record) | TraceItem::Unfinished(record)) = item else { continue };
            if let Some(Request::Write(pb::Write { content: Some(Content::Hash(hash)), .. })) = &record.op.request {
                prop_assert!(hashes.contains(hash));
            }
        }
    }
}

fn lookups(n: i64) -> Vec<Step> {
    let caller = Caller { uid: 1000, gid: 100, pid: 4242 };
    let lookup = |i: i64| Request::Lookup(pb::Lookup { name: format!("a-name-{i}").into() });
    (0..n).map(|i| Step::Op(1_700_000_000_000_000_000 + i * 1000, caller, lookup(i))).collect()
}

#[test]
fn reading_may_begin_at_any_op() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("t.btr");
    write(&path, &lookups(50_000));
    let reader = TraceReader::open(&path, Tolerance::Strict).expect("opens");
    assert!(reader.chunks().len() > 2, "several chunks");
    assert_eq!(reader.last_seq(), 50_000);
    for seq in [1, 2, 7_777, 25_000, 49_999, 50_000] {
        let found = reader.items_from(seq).find_map(|item| match item.expect("reads") {
            TraceItem::Op(record) if record.seq == seq => Some(record.begin_ns),
            _ => None,
        });
        assert_eq!(found, Some(1_700_000_000_000_000_000 + (seq as i64 - 1) * 1000), "op {seq}");
    }
}

#[test]
fn a_content_is_kept_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("t.btr");
    let mut writer = TraceWriter::create(&path, pb::Header::default()).expect("made");
    let data = vec![42; 4096];
    for _ in 0..100 {
        let write = Request::Write(pb::Write { size: 4096, ..pb::Write::default() });
        let mut op = pb::Op { request: Some(write), ..pb::Op::default() };
        writer.op(0, 0, Caller::KERNEL, &mut op, Some(&data));
        writer.seal();
    }
    writer.finish(0).expect("finished");
    let reader = TraceReader::open(&path, Tolerance::Strict).expect("opens");
    let blobs = reader.items().filter(|item| matches!(item, Ok(TraceItem::Blob(_)))).count();
    assert_eq!(blobs, 1);
}

#[test]
fn without_data_there_are_hashes_only() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("t.btr");
    let header = pb::Header { data_policy: pb::DataPolicy::None.into(), ..pb::Header::default() };
    let mut writer = TraceWriter::create(&path, header).expect("made");
    let write = Request::Write(pb::Write { size: 6, ..pb::Write::default() });
    let mut op = pb::Op { request: Some(write), ..pb::Op::default() };
    writer.op(0, 0, Caller::KERNEL, &mut op, Some(b"secret"));
    writer.finish(0).expect("finished");
    let file = std::fs::read(&path).expect("read");
    assert!(!file.windows(6).any(|window| window == b"secret"));
    let reader = TraceReader::open(&path, Tolerance::Strict).expect("opens");
    let items: Vec<_> = reader.items().collect::<Result<_, _>>().expect("reads");
    let [TraceItem::Op(record)] = &items[..] else { panic!("one op and no blob: {items:?}") };
    let Some(Request::Write(write)) = &record.op.request else { panic!("a write") };
    assert_eq!(write.content, Some(Content::Hash(content_hash(b"secret").to_vec().into())));
}

#[test]
fn a_large_state_is_kept_in_parts() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut writer = TraceWriter::create(&folder.path().join("t.btr"), pb::Header::default()).expect("made");
    let checkpoint = |len: usize| pb::Checkpoint { state: vec![7; len].into(), ..pb::Checkpoint::default() };
    assert!(writer.checkpoint(&checkpoint(15 << 20)));
    assert!(writer.checkpoint(&checkpoint(15 << 20)), "it gets a chunk of its own");
    let large: Vec<u8> = (0..10_000_000_u32).flat_map(u32::to_le_bytes).collect();
    assert!(writer.checkpoint(&pb::Checkpoint { state: large.clone().into(), ..pb::Checkpoint::default() }));
    let locks = vec![u64::MAX; 2 << 20];
    assert!(!writer.checkpoint(&pb::Checkpoint { locks, ..checkpoint(40 << 20) }), "lock counters stand in one record");
    writer.finish(0).expect("finished");
    let reader = TraceReader::open(&folder.path().join("t.btr"), Tolerance::Strict).expect("opens");
    let (mut blobs, mut states) = (HashMap::new(), Vec::new());
    for item in reader.items() {
        match item.expect("reads") {
            TraceItem::Blob(blob) => drop(blobs.insert(blob.hash, blob.data)),
            TraceItem::Checkpoint(found) if found.state_blob.is_empty() => states.push(found.state.to_vec()),
            TraceItem::Checkpoint(found) => {
                assert!(found.state.is_empty());
                states.push(found.state_blob.iter().flat_map(|name| blobs[name].to_vec()).collect());
            }
            other => panic!("{other:?}"),
        }
    }
    assert!(states == [vec![7; 15 << 20], vec![7; 15 << 20], large]);
}
