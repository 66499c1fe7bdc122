// SPDX-License-Identifier: MIT OR Apache-2.0
//! A module with a thread and a work item of its own (testmods/busy): recorded, and replayed.

use crate::modules;
use crate::recording::{Live, Trace, rewritten};
use crate::same::{assert_same, go};
use crate::workload;
use bento_abi::fuse::{self, opcode};
use bento_host::module::Module;
use bento_host::proto::host::{Order, StopReason};
use bento_host::proto::trace as pb;
use bento_host::replay::order::Order as PlaceInOrder;
use bento_host::replay::rules::Rules;
use bento_host::replay::serial::{Run, RunOptions};
use bento_host::replay::source::Source;
use bento_host::replay::tape::OnTape;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;
use zerocopy::IntoBytes;

fn open(source: &Arc<Source>, order: Order) -> Run {
    let module = Module::load(&modules::module("busy")).expect("the module loads");
    let options = RunOptions { order, rules: Rules::default(), deadline: Duration::from_secs(5), checkpoints: true };
    Run::open(source, &module, options).expect("the run opens")
}

/// Asks for what the work item last noted.
fn ask_note(live: &Live, thread: u32) {
    let args = fuse::GetxattrIn { size: 256, padding: 0 };
    let mut room = vec![0; 256];
    let parts = bento_host::trace::RequestParts {
        nodeid: 1,
        opcode: opcode::GETXATTR,
        args: args.as_bytes(),
        name: b"user.busy",
        data: bento_host::trace::Data::Room(&mut room),
        ..Default::default()
    };
    live.ask(thread, parts).expect("the module comes back");
}

/// Threads that change, wait for the module's own thread, and make durable.
fn work(live: &Live, threads: u32, rounds: u32) {
    std::thread::scope(|scope| {
        for thread in 0..threads {
            scope.spawn(move || {
                let name = format!("home{thread}");
                let home = match live.mkdir(thread, 1, &name) {
                    0 => live.lookup(thread, 1, &name),
                    made => made,
                };
                for round in 0..rounds {
                    workload::run(live, thread, home, u64::from(thread * 1000 + round), 12);
                    if let Some(file) = live.create(thread, home, &format!("f{round}")) {
                        live.write(thread, file, 0, &[round as u8; 5000]);
                        let args = fuse::FsyncIn { fh: file.1, ..Default::default() };
                        live.op(thread, opcode::FSYNC, file.0, args.as_bytes(), "");
                        live.release(thread, file);
                    }
                    if round % 3 == 0 {
                        live.lookup(thread, 1, "!wait");
                    }
                    ask_note(live, thread);
                    std::thread::sleep(Duration::from_millis(1));
                }
            });
        }
    });
}

fn segments(source: &Source) -> Vec<pb::Task> {
    let mut tape = source.tape(1);
    let mut found = Vec::new();
    while let Some(next) = tape.step(source).expect("the trace can be read") {
        if let OnTape::Segment(segment) = next {
            found.push(segment.task);
        }
    }
    found
}

fn recorded(threads: u32, rounds: u32) -> (Trace, Arc<Source>) {
    let live = Live::fresh("busy", "");
    work(&live, threads, rounds);
    let trace = live.finish();
    let source = Source::open(&trace.path, false).expect("the trace opens");
    (trace, source)
}

#[test]
fn what_tasks_took_is_in_the_trace() {
    let (_trace, source) = recorded(1, 12);
    let segments = segments(&source);
    let of = |work: bool| segments.iter().filter(move |task| task.work == work);
    assert!(of(false).count() > 3 && of(true).count() > 3, "{} and {}", of(false).count(), of(true).count());
    assert!(of(false).all(|task| (task.id, task.name.as_str()) == (1, "flusher")));
    assert!(of(true).all(|task| (task.id, task.name.as_str()) == (2, "note") && task.ended));
    assert_eq!(of(false).filter(|task| task.ended).count(), 1, "a thread ends once");
    assert!(of(true).all(|task| task.random.len() == 8 || task.random.is_empty()), "a note draws eight bytes");
    assert!(segments.iter().any(|task| !task.lock_order.is_empty()));
    assert!(segments.iter().all(|task| task.thread >= 48 && task.begin_ns > 0));
}

/// The device's digest at the end, of many exact replays.
fn digests(source: &Arc<Source>, runs: u32) -> BTreeSet<u64> {
    let mut digests = BTreeSet::new();
    for _ in 0..runs {
        let mut run = open(source, Order::Exact);
        assert_same(&go(&mut run, u64::MAX), source.ops());
        digests.insert(run.subject().device().expect("a device").digest());
    }
    digests
}

#[test]
fn tasks_replay_exactly_to_one_digest() {
    let (_trace, source) = recorded(4, 10);
    assert!(source.has_tasks());
    assert_eq!(digests(&source, 40).len(), 1);
}

#[test]
fn one_client_with_tasks_replays_exactly() {
    let (_trace, source) = recorded(1, 25);
    assert_eq!(digests(&source, 40).len(), 1);
}

/// Stands in the middle, where nothing is under way, as often as asked: same digest, same tree.
#[test]
fn a_place_in_the_middle_is_one_place() {
    let (_trace, source) = recorded(2, 10);
    let mut seen = BTreeSet::new();
    for _ in 0..10 {
        let mut run = open(&source, Order::Exact);
        let stop = go(&mut run, source.ops() / 2);
        assert_eq!((stop.divergence.clone(), stop.reason()), (None, StopReason::Reached), "{}", stop.message);
        let tree = run.tree_digest().expect("the tree can be read");
        assert_eq!(tree, run.full_tree_digest().expect("the tree can be read"));
        seen.insert((run.place(), run.subject().device().expect("a device").digest(), tree));
        assert_same(&go(&mut run, u64::MAX), source.ops());
    }
    assert_eq!(seen.len(), 1, "{seen:?}");
}

/// Without --order the run finds out which order there is, and says so; serial, where it goes, leaves what exact leaves.
#[test]
fn the_order_is_chosen_and_said() {
    for (threads, rounds) in [(1, 3), (1, 8), (4, 8)] {
        let (_trace, source) = recorded(threads, rounds);
        let mut run = open(&source, Order::Unspecified);
        let stop = go(&mut run, u64::MAX);
        assert_same(&stop, source.ops());
        let digest = run.subject().device().expect("a device").digest();
        assert_eq!(digests(&source, 1).into_iter().next(), Some(digest));
        let mut strict = open(&source, Order::Serial);
        let told = go(&mut strict, u64::MAX);
        match stop.order() {
            Order::Serial => {
                assert_same(&told, source.ops());
                assert_eq!(stop.order_reason, "");
            }
            Order::Exact => {
                assert_eq!(told.reason(), StopReason::Refused, "{}", told.message);
                assert!(told.message.contains("--order exact"), "{}", told.message);
                assert!(stop.order_reason.contains("lock") || stop.order_reason.contains("interleaved"), "{}", stop.order_reason);
            }
            other => panic!("{other:?}"),
        }
    }
}

/// A work item that ran beside no op, with nobody waiting: there is an order of whole ops and segments.
#[test]
fn quiet_work_has_a_place_in_a_serial_replay() {
    let live = Live::fresh("busy", "");
    // Too few changes for the thread to wake.
    for round in 0..4 {
        live.mkdir(0, 1, &format!("d{round}"));
        std::thread::sleep(Duration::from_millis(60));
        ask_note(&live, 0);
    }
    let trace = live.finish();
    let source = Source::open(&trace.path, false).expect("the trace opens");
    assert!(segments(&source).iter().any(|task| task.work));
    let mut run = open(&source, Order::Serial);
    assert_same(&go(&mut run, u64::MAX), source.ops());
    assert_eq!(digests(&source, 1).into_iter().next(), run.subject().device().map(|device| device.digest()));
    // Back to the middle and on: the tasks are made again.
    let stop = go(&mut run, source.ops() / 2);
    assert_eq!(stop.reason(), StopReason::Reached, "{}", stop.message);
    assert_same(&go(&mut run, u64::MAX), source.ops());
}

/// As where a recording begins on a mount that is not asked anything yet.
#[test]
fn segments_before_the_first_op_count_in_a_chunk_without_ops_too() {
    let (trace, source) = recorded(1, 1);
    let first = segments(&source).remove(0);
    let path = rewritten(&source, &trace.path.with_file_name("early.btr"), |seq, _, writer| {
        if seq == 1 {
            writer.task(&first);
            writer.seal();
        }
    });
    let early = Source::open(&path, false).expect("the trace opens");
    assert_eq!(segments(&early), [first]);
}

/// The second run of a pair goes by the first one's order of ops, which does not name the segments between.
#[test]
fn a_run_that_follows_another_meets_the_segments_where_they_stand() {
    let (trace, source) = recorded(1, 1);
    let all = segments(&source);
    let path = rewritten(&source, &trace.path.with_file_name("between.btr"), |seq, _, writer| match seq {
        1 => writer.task(&all[0]),
        4 => all[1..3].iter().for_each(|task| writer.task(task)),
        _ => {}
    });
    let between = Source::open(&path, false).expect("the trace opens");
    let mut order = PlaceInOrder::new(&between, 0, &[]).expect("reads");
    let mut stands = Vec::new();
    for seq in 1..=between.ops() + 1 {
        while let Some(segment) = order.before(&between, seq).expect("reads") {
            stands.push((seq, segment.number));
        }
        let nested = order.next_is(&between, seq).expect("reads").map(|(_, nested)| nested.len());
        assert!(nested.is_none_or(|nested| nested == 0), "no op had waited for one");
    }
    assert_eq!(stands, [(1, 1), (4, 2), (4, 3)]);
}

/// What grows long is cut, in the same places again.
#[test]
fn a_long_segment_is_cut() {
    let live = Live::fresh("busy", "");
    work(&live, 1, 2);
    live.lookup(0, 1, "!long");
    work(&live, 3, 4);
    let trace = live.finish();
    let source = Source::open(&trace.path, false).expect("the trace opens");
    let most = segments(&source).iter().map(|task| task.lock_order.len() / 5).max();
    assert!(most.is_some_and(|most| most <= 4096), "{most:?}");
    assert_eq!(digests(&source, 10).len(), 1);
}

#[test]
fn a_crash_in_a_thread_ends_the_session_and_replays() {
    for (name, cause) in [("!panic", pb::panic::Cause::Panic), ("!loop", pb::panic::Cause::Deadline)] {
        let live = Live::with_deadline(&modules::module("busy"), Duration::from_millis(400));
        work(&live, 1, 3);
        live.lookup(0, 1, name);
        let begun = std::time::Instant::now();
        while !live.instance.world().crashed() {
            assert!(begun.elapsed() < Duration::from_secs(10), "the thread crashes");
            std::thread::sleep(Duration::from_millis(5));
        }
        let (task, crash) = live.instance.world().tasks().crashed_in().expect("it was a task");
        assert_eq!(task, "task 1 (flusher)", "{crash}");
        let trace = live.finish();
        let source = Source::open(&trace.path, false).expect("the trace opens");
        let panic = &source.culprit().expect("it is in the trace").panic;
        assert_eq!((panic.cause(), panic.task.as_ref().map(|task| task.id)), (cause, Some(1)));
        for order in [Order::Exact, Order::Unspecified] {
            let stop = go(&mut open_with(&source, order, Duration::from_millis(400)), u64::MAX);
            assert_eq!((stop.divergence.clone(), stop.reason()), (None, StopReason::Crashed), "{order:?} {}", stop.message);
            assert!(stop.message.contains("flusher"), "{}", stop.message);
        }
    }
}

fn open_with(source: &Arc<Source>, order: Order, deadline: Duration) -> Run {
    let module = Module::load(&modules::module("busy")).expect("the module loads");
    Run::open(source, &module, RunOptions { order, rules: Rules::default(), deadline, checkpoints: false }).expect("the run opens")
}
