// SPDX-License-Identifier: MIT OR Apache-2.0
//! Going forward and back, digests at each place, and cancelling.

use crate::client::Client;
use crate::modules;
use crate::recording::Live;
use crate::same::{go, open};
use crate::workload;
use bento_host::proto::host::request::Call;
use bento_host::proto::host::response::Result as Answer;
use bento_host::proto::host::{self, StopReason};
use bento_host::replay::serial::Run;
use bento_host::replay::source::Source;

fn recorded(name: &str, ops: u32, seed: u64) -> crate::recording::Trace {
    let live = Live::fresh(name, "");
    let home = live.mkdir(0, 1, "home");
    workload::run(&live, 0, home, seed, ops);
    live.finish()
}

fn device_digest(run: &Run) -> Option<(u64, u64)> {
    run.subject().device().map(|device| (device.digest(), device.full_digest()))
}

/// Digests kept up to date by ops are those of a full walk, at every place that is looked at.
fn digests_equal_a_walk(name: &str) {
    for seed in 0..4 {
        let trace = recorded(name, 400, seed);
        let source = Source::open(&trace.path, false).expect("the trace opens");
        let mut run = open(&source, name, false);
        let mut dice = workload::Dice(seed);
        let mut place = 3;
        while place < source.ops() {
            go(&mut run, place);
            let kept = run.tree_digest().expect("the tree can be read");
            assert_eq!(kept, run.full_tree_digest().expect("the tree can be read"), "{name}, seed {seed}, op {place}");
            if let Some((kept, full)) = device_digest(&run) {
                assert_eq!(kept, full, "{name}, seed {seed}, op {place}");
            }
            place += 1 + dice.roll(20);
        }
        assert_eq!(run.divergence(), None);
    }
}

#[test]
fn digests_equal_a_walk_in_memfs() {
    digests_equal_a_walk("memfs");
}

#[test]
fn digests_equal_a_walk_in_tiffinfs() {
    digests_equal_a_walk("tiffinfs");
}

/// A run that went back and forth stands where a straight run stands, and answers on as recorded.
fn going_back_changes_nothing(name: &str) {
    let trace = recorded(name, 9500, 5);
    let source = Source::open(&trace.path, false).expect("the trace opens");
    let end = source.ops();
    let places = [5000, end - 150, 6100, 6099, 200, 4097, end - 100, 8000, 3];
    let mut run = open(&source, name, false);
    go(&mut run, end - 1);
    assert!(!run.checkpoints().places().is_empty(), "a run of this length keeps checkpoints");
    for place in places {
        let stop = go(&mut run, place);
        assert_eq!((stop.reason(), stop.seq), (StopReason::Reached, place));
        let mut straight = open(&source, name, false);
        go(&mut straight, place);
        assert_eq!(device_digest(&run), device_digest(&straight), "{name}, op {place}");
        assert_eq!(run.full_tree_digest(), straight.full_tree_digest(), "{name}, op {place}");
        assert_eq!(run.subject().state(), straight.subject().state(), "{name}, op {place}");
        assert_eq!(run.subject().last().map(|last| last.op()), straight.subject().last().map(|last| last.op()));
    }
    crate::same::assert_same(&go(&mut run, u64::MAX), source.ops());
}

#[test]
fn going_back_changes_nothing_in_memfs() {
    going_back_changes_nothing("memfs");
}

#[test]
fn going_back_changes_nothing_in_tiffinfs() {
    going_back_changes_nothing("tiffinfs");
}

#[test]
fn one_digest_an_op() {
    let trace = recorded("tiffinfs", 500, 3);
    let mut client = Client::start();
    let info = client.open_trace(&trace.path);
    let run = client.open_run(info.trace, &modules::module("tiffinfs"));
    let stop = client.run_to(host::RunTo { run, to_end: true, digests: true, ..Default::default() });
    assert_eq!((stop.reason(), stop.divergence), (StopReason::End, None));
    let digests: Vec<u64> = client.progress.iter().flat_map(|progress| progress.digests.clone()).collect();
    assert_eq!((digests.len() as u64, client.progress[0].digests_first), (info.ops, 1));
    assert_eq!(*digests.last().expect("some"), client.digest(run).device_full);
}

#[test]
fn looking_does_not_disturb() {
    for name in ["memfs", "tiffinfs"] {
        let trace = recorded(name, 600, 9);
        let mut client = Client::start();
        let info = client.open_trace(&trace.path);
        let run = client.open_run(info.trace, &modules::module(name));
        for place in [10, 200, 201, 500] {
            client.run_to(host::RunTo { run, seq: place, ..Default::default() });
            let Answer::TreeReply(tree) =
                client.call(Call::Tree(host::Tree { run, path: "/".into(), depth: 9, hashes: true, ..Default::default() }))
            else {
                panic!("a tree");
            };
            assert!(tree.node.len() > 1 && !tree.cut);
            let file = tree.node.iter().find(|node| node.mode & 0o170_000 == 0o100_000 && node.size > 0);
            if let Some(file) = file {
                let call = host::ReadFile { run, path: file.path.clone(), offset: 0, size: 1 << 20 };
                let Answer::FileBytes(bytes) = client.call(Call::ReadFile(call)) else { panic!("bytes") };
                assert_eq!((bytes.file_size, bytes.data.len() as u64), (file.size, file.size));
            }
            assert!(matches!(client.call(Call::State(host::State { run })), Answer::StateReply(state) if !state.cbor.is_empty()));
            let missing = client.failure(Call::ReadFile(host::ReadFile { run, path: "/absent".into(), ..Default::default() }));
            assert_eq!(missing.code, "E_TREE_READ");
            if name == "tiffinfs" {
                let Answer::FsckReply(fsck) = client.call(Call::Fsck(host::Fsck { run })) else { panic!("a report") };
                assert!(fsck.clean, "{}", fsck.report);
                let Answer::BlockList(list) = client.call(Call::Blocks(host::Blocks { run, ..Default::default() })) else {
                    panic!("blocks")
                };
                let call = host::ReadBlock { run, number: list.number[0] };
                let Answer::BlockReply(block) = client.call(Call::ReadBlock(call)) else { panic!("a block") };
                assert!(!block.explained.is_empty() && block.data.len() as u32 == list.block_size);
            }
        }
        let stop = client.run_to_end(run);
        assert_eq!((stop.reason(), stop.divergence), (StopReason::End, None), "{name}");
    }
}

#[test]
fn a_call_can_be_cancelled_and_gone_on_with() {
    let trace = recorded("memfs", 20_000, 2);
    let mut client = Client::start();
    let info = client.open_trace(&trace.path);
    let run = client.open_run(info.trace, &modules::module("memfs"));
    let running = client.send(Call::RunTo(host::RunTo { run, to_end: true, ..Default::default() }));
    let cancel = client.send(Call::Cancel(host::Cancel {}));
    let mut stop = None;
    loop {
        let response = client.receive();
        match response.result {
            Some(Answer::Stop(answer)) if response.id == running => stop = Some(answer),
            Some(Answer::Done(_)) if response.id == cancel => break,
            _ => {}
        }
    }
    let stop = stop.expect("the call that was cancelled is answered");
    assert!(matches!(stop.reason(), StopReason::Cancelled | StopReason::End), "{stop:?}");
    let stop = client.run_to_end(run);
    assert_eq!((stop.reason(), stop.divergence), (StopReason::End, None));
}
