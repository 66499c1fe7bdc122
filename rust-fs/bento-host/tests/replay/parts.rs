// SPDX-License-Identifier: MIT OR Apache-2.0
//! Parts of traces, and traces that are not whole.

use crate::client::Client;
use crate::modules;
use crate::recording::Live;
use crate::workload;
use bento_host::proto::host::request::Call;
use bento_host::proto::host::response::Result as Answer;
use bento_host::proto::host::{self, StopReason};
use std::path::Path;

fn text(path: &Path) -> String {
    path.to_str().expect("a path of text").to_owned()
}

#[test]
fn a_part_parts_where_it_should_and_is_a_trace_of_its_own() {
    let live = Live::fresh("memfs", "");
    let home = live.mkdir(0, 1, "home");
    for at in 0..40 {
        live.mkdir(0, home, &format!("a{at}"));
    }
    live.lookup(0, home, "!wrong");
    let trace = live.finish();
    let (memfs, faulty) = (text(&modules::module("memfs")), text(&modules::module("faulty")));
    let mut client = Client::start();
    let info = client.open_trace(&trace.path);
    let mut test = |keep: &[u64]| {
        let call = host::TestSubset {
            trace: info.trace,
            reference: memfs.clone(),
            module: faulty.clone(),
            keep: keep.to_vec(),
            deadline_ms: 0,
            states: false,
        };
        match client.call(Call::TestSubset(call)) {
            Answer::SubsetReply(reply) => reply,
            other => panic!("{other:?}"),
        }
    };
    let whole = test(&[1, info.ops]);
    assert!(whole.diverged && whole.divergence.as_ref().expect("one").seq == 43, "{whole:?}");
    let small = test(&[2, 2, 43, 43]);
    assert!(small.diverged, "the LOOKUP and the directory that it needs");
    assert_eq!(small.kept, [1, 2, 43, 43], "MOUNT is always kept");
    let without = test(&[3, 43]);
    assert!(!without.diverged, "without its directory the LOOKUP cannot be asked: {without:?}");
    assert_eq!(without.ran, 1);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("part.btr");
    let call = host::WriteSubset { trace: info.trace, reference: memfs.clone(), keep: vec![2, 2, 43, 43], path: text(&path) };
    assert!(matches!(client.call(Call::WriteSubset(call)), Answer::SubsetReply(reply) if reply.ran == 3));
    let part = client.open_trace(&path);
    assert_eq!(part.ops, 3);
    let run = client.open_run(part.trace, &modules::module("memfs"));
    let stop = client.run_to_end(run);
    assert_eq!((stop.reason(), stop.divergence), (StopReason::End, None));
    let run = client.open_run(part.trace, &modules::module("faulty"));
    assert_eq!(client.run_to_end(run).divergence.expect("the fault").seq, 3);
}

/// Any part of a trace, written, replays on its reference as the same.
#[test]
fn written_parts_replay_as_the_same() {
    for (name, seed) in [("memfs", 1), ("memfs", 2), ("tiffinfs", 3)] {
        let live = Live::fresh(name, "");
        let home = live.mkdir(0, 1, "home");
        workload::run(&live, 0, home, seed, 1500);
        let trace = live.finish();
        let mut client = Client::start();
        let info = client.open_trace(&trace.path);
        let mut dice = workload::Dice(seed);
        let folder = tempfile::tempdir().expect("a temporary folder");
        for round in 0..5 {
            let mut keep = Vec::new();
            let mut at = 1;
            while at < info.ops {
                let last = at + dice.roll(12);
                keep.extend([at, last]);
                at = last + 2 + dice.roll(5);
            }
            let path = folder.path().join(format!("{round}.btr"));
            let reference = text(&modules::module(name));
            let call = host::WriteSubset { trace: info.trace, reference, keep, path: text(&path) };
            let Answer::SubsetReply(reply) = client.call(Call::WriteSubset(call)) else { panic!("a reply") };
            assert!(reply.ran > 100, "{name}: only {} ops ran", reply.ran);
            let part = client.open_trace(&path);
            let run = client.open_run(part.trace, &modules::module(name));
            let stop = client.run_to_end(run);
            assert_eq!((stop.reason(), stop.divergence), (StopReason::End, None), "{name}, seed {seed}, round {round}");
        }
    }
}

#[test]
fn damage_is_an_error_that_says_where() {
    let live = Live::fresh("memfs", "");
    let home = live.mkdir(0, 1, "home");
    workload::run(&live, 0, home, 4, 300);
    let trace = live.finish();
    let bytes = std::fs::read(&trace.path).expect("reads");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("damaged.btr");
    let mut client = Client::start();
    let mut open = |bytes: &[u8]| {
        std::fs::write(&path, bytes).expect("writes");
        client.call(Call::OpenTrace(host::OpenTrace { path: text(&path), allow_gaps: false }))
    };
    for at in (0..bytes.len()).step_by(97) {
        let mut damaged = bytes.clone();
        damaged[at] ^= 0x10;
        match open(&damaged) {
            Answer::Failure(failure) => {
                assert_eq!((failure.exit_code, failure.hint.is_empty()), (3, false), "byte {at}: {failure:?}")
            }
            // The index and the trailer can be done without.
            Answer::TraceInfo(info) => assert!(!info.warnings.is_empty() || info.complete, "byte {at}"),
            other => panic!("byte {at}: {other:?}"),
        }
    }
    for at in (0..bytes.len()).step_by(211) {
        match open(&bytes[..at]) {
            Answer::Failure(failure) => assert_eq!(failure.exit_code, 3, "{at} bytes: {failure:?}"),
            Answer::TraceInfo(info) => assert!(!info.warnings.is_empty() && !info.complete, "{at} bytes: {info:?}"),
            other => panic!("{at} bytes: {other:?}"),
        }
    }
}
