// SPDX-License-Identifier: MIT OR Apache-2.0
//! Ops become requests and requests become ops.

use super::ops::request;
use bento_host::proto::trace::op::Request;
use bento_host::proto::trace::{self as pb, write::Content};
use bento_host::trace::{RequestError, from_request, op_name, to_request};
use bytes::Bytes;
use proptest::prelude::*;
use prost::Message;

fn op(nodeid: u64, request: Request) -> pb::Op {
    pb::Op { nodeid, request: Some(request), ..pb::Op::default() }
}

/// A WRITE's content is put in by the writer, from the data of the request.
fn with_content(request: Request, data: &[u8]) -> Request {
    match request {
        Request::Write(write) => {
            let content = Some(Content::Inline(Bytes::copy_from_slice(data)));
            Request::Write(pb::Write { content, ..write })
        }
        other => other,
    }
}

proptest! {
    #[test]
    fn a_request_that_is_made_again_is_recorded_the_same(request in request(), nodeid: u64) {
        // A single FORGET is about its own inode; others are a BATCH_FORGET.
        let nodeid = match &request {
            Request::Forget(forget) if forget.nodes.len() == 2 => forget.nodes[0],
            _ => nodeid,
        };
        let op = op(nodeid, request.clone());
        let made = to_request(&op, |_, _| None).expect("every request can be made again");
        let mut room = Vec::new();
        let parts = made.parts(&mut room);
        let (back_nodeid, back) = from_request(&parts);
        prop_assert_eq!(back_nodeid, nodeid);
        prop_assert_eq!(with_content(back, parts.data.bytes()), request);
    }

    #[test]
    fn the_contract_sees_what_the_parts_say(request in request()) {
        let op = op(7, request);
        let made = to_request(&op, |_, _| None).expect("every request can be made again");
        let mut room = Vec::new();
        let mut parts = made.parts(&mut room);
        let want = (parts.opcode, parts.name.len(), parts.name2.len(), parts.args.len(), parts.data.bytes().len());
        let got = parts.with_raw(|raw| (raw.opcode, raw.name_len, raw.name2_len, raw.args_len as usize, raw.data_len));
        prop_assert_eq!(got, want);
    }

    #[test]
    fn an_op_survives_its_encoding(request in request(), nodeid: u64, locks in proptest::collection::vec(any::<u64>(), 0..20)) {
        let op = pb::Op { lock_order: locks, ..op(nodeid, request) };
        prop_assert_eq!(pb::Op::decode(&op.encode_to_vec()[..]).expect("just encoded"), op);
    }

    #[test]
    fn bytes_that_are_no_op_are_refused_or_read(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        if let Ok(op) = pb::Op::decode(&bytes[..]) {
            let _ = to_request(&op, |_, _| None);
        }
    }
}

#[test]
fn a_written_content_is_found_by_its_hash() {
    let hash = Bytes::from_static(&[9; 16]);
    let write = pb::Write { size: 5, content: Some(Content::Hash(hash.clone())), ..pb::Write::default() };
    let op = op(1, Request::Write(write));
    let found = to_request(&op, |asked, size| {
        assert_eq!((asked, size), (&hash[..], 5));
        Some(Bytes::from_static(b"hello"))
    });
    assert_eq!(found.expect("found").data, "hello");
    assert_eq!(to_request(&op, |_, _| None).expect_err("not found"), RequestError::NoContent);
}

#[test]
fn no_request_makes_the_host_allocate_without_bound() {
    let op = op(1, Request::Read(pb::Read { size: u32::MAX, ..pb::Read::default() }));
    assert_eq!(to_request(&op, |_, _| None).expect_err("too large"), RequestError::TooLarge(u32::MAX));
}

#[test]
fn steps_of_a_modules_life_are_no_requests() {
    for request in [Request::Mkfs(pb::Mkfs::default()), Request::Mount(pb::Empty {}), Request::Unmount(pb::Empty {})] {
        let op = op(0, request);
        assert_eq!(to_request(&op, |_, _| None).expect_err("no request"), RequestError::NotARequest);
    }
    assert_eq!(to_request(&pb::Op::default(), |_, _| None).expect_err("none"), RequestError::NoRequest);
}

#[test]
fn every_request_has_a_name_of_its_own() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;
    let mut runner = TestRunner::deterministic();
    let mut seen = std::collections::HashMap::new();
    for _ in 0..2000 {
        let request = request().new_tree(&mut runner).expect("a request").current();
        let kind = std::mem::discriminant(&request);
        let name = op_name(&request);
        assert_eq!(*seen.entry(name).or_insert(kind), kind, "{name}");
    }
    assert_eq!(seen.len(), 43, "every kind came up: {:?}", seen.keys());
}
