// SPDX-License-Identifier: MIT OR Apache-2.0
//! Other versions: numbers are translated, faults found, pairs compared, modules replaced on the way.

use crate::client::{Client, of};
use crate::modules;
use crate::recording::Live;
use crate::workload::Dice;
use bento_abi::fuse::{self, opcode};
use bento_host::proto::host::request::Call;
use bento_host::proto::host::response::Result as Answer;
use bento_host::proto::host::{self, StopReason};
use zerocopy::IntoBytes;

/// Ops whose answers are full of numbers, without listings (which name inodes as the inner file system does).
fn busy(live: &Live, seed: u64, count: u32) {
    let mut dice = Dice(seed);
    let mut open = Vec::new();
    let mut homes = vec![1];
    for _ in 0..count {
        let home = homes[dice.roll(homes.len() as u64) as usize];
        let name = format!("n{}", dice.roll(12));
        match dice.roll(9) {
            0 => homes.push(match live.mkdir(0, home, &name) {
                0 => 1,
                made => made,
            }),
            1 | 2 => open.extend(live.create(0, home, &name)),
            3 => _ = live.lookup(0, home, &name),
            4 => _ = live.op(0, opcode::UNLINK, home, &[], &name),
            5 => {
                let args = fuse::Rename2In { newdir: homes[0], flags: 0, padding: 0 };
                live.op2(0, opcode::RENAME2, home, args.as_bytes(), &name, &format!("m{}", dice.roll(12)));
            }
            6 => {
                if let Some(&file) = open.last() {
                    live.write(0, file, dice.roll(9000), b"some content");
                }
            }
            7 => {
                if let Some(&file) = open.first() {
                    live.read(0, file, 0, 5000);
                }
            }
            _ => {
                if !open.is_empty() {
                    let file = open.swap_remove(dice.roll(open.len() as u64) as usize);
                    live.release(0, file);
                    if dice.roll(2) == 0 {
                        live.forget(0, file.0, 1);
                    }
                }
            }
        }
    }
}

#[test]
fn another_numbering_is_the_same() {
    for seed in 0..6 {
        let live = Live::fresh("memfs", "");
        busy(&live, seed, 800);
        let trace = live.finish();
        let mut client = Client::start();
        let info = client.open_trace(&trace.path);
        let run = client.open_run(info.trace, &modules::module("renumbered"));
        let stop = client.run_to_end(run);
        assert_eq!((stop.reason(), stop.divergence), (StopReason::End, None), "seed {seed}");
        let numbered = client.open_run(info.trace, &modules::module("memfs"));
        client.run_to(host::RunTo { run, seq: info.ops - 1, ..Default::default() });
        client.run_to(host::RunTo { run: numbered, seq: info.ops - 1, ..Default::default() });
        assert_eq!(client.run_to(host::RunTo { run: numbered, seq: info.ops - 1, ..Default::default() }).divergence, None);
        let Answer::ActualReply(actual) = client.call(Call::Actual(host::Actual { run })) else { panic!("an answer") };
        assert_eq!(actual.seq, info.ops - 1);
    }
}

#[test]
fn the_first_wrong_answer_is_named() {
    let live = Live::fresh("memfs", "");
    live.mkdir(0, 1, "d");
    live.lookup(0, 1, "!wrong");
    live.lookup(0, 1, "!wrong");
    let trace = live.finish();
    let mut client = Client::start();
    let info = client.open_trace(&trace.path);
    let faulty = modules::module("faulty");
    let run = client.open_run(info.trace, &faulty);
    let stop = client.run_to(host::RunTo { run, to_end: true, stop_at_divergence: true, ..Default::default() });
    let divergence = stop.divergence.clone().expect("a wrong answer");
    assert_eq!((stop.reason(), stop.seq, divergence.seq), (StopReason::Diverged, 3, 3), "{stop:?}");
    assert_eq!((divergence.field.as_str(), divergence.expected.as_str(), divergence.actual.as_str()), ("errno", "ENOENT", "ok"));
    // A rule makes it benign, and is counted.
    let rules = "allow LOOKUP errno expected=ENOENT seq=3..4 reason \"a test\"\nallow READ data.hash reason never".to_owned();
    let run = client.open_run_with(host::OpenRun { trace: info.trace, rules, ..of(&faulty) });
    let stop = client.run_to_end(run);
    assert_eq!((stop.reason(), stop.divergence), (StopReason::End, None));
    let hits: Vec<u64> = stop.rule_hits.iter().map(|rule| rule.hits).collect();
    assert_eq!(hits, [2, 0]);
}

#[test]
fn a_pair_parts_in_state_before_it_parts_in_answers() {
    let live = Live::fresh("memfs", "");
    for at in 0..700 {
        live.mkdir(0, 1, &format!("a{at}"));
    }
    let quiet = live.mkdir(0, 1, "!quiet");
    for at in 0..300 {
        live.mkdir(0, 1, &format!("b{at}"));
    }
    live.getattr(0, quiet);
    let trace = live.finish();
    let mut client = Client::start();
    let info = client.open_trace(&trace.path);
    let a = client.open_run(info.trace, &modules::module("memfs"));
    let b = client.open_run(info.trace, &modules::module("faulty"));
    let Answer::PairResult(pair) = client.call(Call::RunPair(host::RunPair { a, b, both: true })) else { panic!("a result") };
    assert_eq!((pair.first_state, pair.first_reply), (702, 1003), "{pair:?}");
    let reply = pair.reply.expect("answers differ");
    assert_eq!((reply.op.as_str(), reply.field.as_str()), ("GETATTR", "attr.mode"));
    assert_eq!((reply.expected.as_str(), reply.actual.as_str()), ("dir 0o0755", "dir 0o0775"));
    let Answer::TreeDifferences(trees) = client.call(Call::CompareTrees(host::CompareTrees { a, b, limit: 0 })) else {
        panic!("trees")
    };
    let found: Vec<_> =
        trees.difference.iter().map(|one| (&one.path[..], one.kind.as_str(), one.fields[0].field.as_str())).collect();
    assert_eq!(found, [(&b"/!quiet"[..], "changed", "mode")]);
}

#[test]
fn a_module_is_replaced_on_the_way() {
    let live = Live::fresh("memfs", "");
    for at in 0..50 {
        live.mkdir(0, 1, &format!("a{at}"));
    }
    live.lookup(0, 1, "!wrong");
    let trace = live.finish();
    let mut client = Client::start();
    let info = client.open_trace(&trace.path);
    let run = client.open_run(info.trace, &modules::module("memfs"));
    client.run_to(host::RunTo { run, seq: 20, ..Default::default() });
    let call = |path: std::path::PathBuf| Call::Upgrade(host::Upgrade { run, module: path.to_str().expect("text").into() });
    let Answer::UpgradeReply(done) = client.call(call(modules::module("faulty"))) else { panic!("an answer") };
    assert_eq!(done.refused, "");
    assert!(done.record.expect("a record").state_bytes > 0);
    let stop = client.run_to_end(run);
    assert_eq!(stop.divergence.expect("the new version answers wrongly").seq, 52);
    let back = client.run_to(host::RunTo { run, seq: 10, ..Default::default() });
    assert_eq!((back.reason(), back.seq), (StopReason::Reached, 10));
}
