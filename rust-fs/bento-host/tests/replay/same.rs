// SPDX-License-Identifier: MIT OR Apache-2.0
//! The recorded module gives the recorded answers.

use crate::modules;
use crate::recording::{Live, Trace, rewritten};
use crate::workload;
use bento_host::module::Module;
use bento_host::proto::host::{Order, Stop, StopReason};
use bento_host::replay::rules::Rules;
use bento_host::replay::serial::{Run, RunOptions, Target, Unwatched};
use bento_host::replay::source::Source;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

pub fn open(source: &Arc<Source>, name: &str, exact: bool) -> Run {
    let module = Module::load(&modules::module(name)).expect("the module loads");
    let order = if exact { Order::Exact } else { Order::Relaxed };
    let options = RunOptions { order, rules: Rules::default(), deadline: Duration::from_secs(10), checkpoints: true };
    Run::open(source, &module, options).expect("the run opens")
}

pub fn go(run: &mut Run, seq: u64) -> Stop {
    let target = Target { seq, stop_at_divergence: false };
    run.run_to(target, &AtomicBool::new(false), &mut Unwatched).expect("the trace can be read")
}

pub fn assert_same(stop: &Stop, ops: u64) {
    assert_eq!(stop.divergence, None, "{}", stop.message);
    assert_eq!((stop.reason(), stop.seq), (StopReason::End, ops), "{}", stop.message);
}

fn one_thread(name: &str) -> Trace {
    let live = Live::fresh(name, "");
    let home = live.mkdir(0, 1, "home");
    workload::run(&live, 0, home, 1, 3000);
    live.finish()
}

fn replays_as_recorded(name: &str) {
    let trace = one_thread(name);
    let source = Source::open(&trace.path, false).expect("the trace opens");
    assert!(source.ops() > 3000);
    for exact in [false, true] {
        let stop = go(&mut open(&source, name, exact), u64::MAX);
        assert_same(&stop, source.ops());
    }
}

#[test]
fn memfs_replays_as_recorded() {
    replays_as_recorded("memfs");
}

#[test]
fn several_threads_replay_exactly() {
    let live = Live::fresh("memfs", "");
    workload::run_threads(&live, 8, 7, 400);
    let trace = live.finish();
    let source = Source::open(&trace.path, false).expect("the trace opens");
    assert!(source.info().threads >= 8);
    for _ in 0..20 {
        let stop = go(&mut open(&source, "memfs", true), u64::MAX);
        assert_same(&stop, source.ops());
    }
}

#[test]
fn tiffinfs_replays_as_recorded() {
    replays_as_recorded("tiffinfs");
}

/// One digest, however often eight threads of `ops` ops each replay.
fn one_digest(ops: u32, runs: u32) {
    let live = Live::fresh("tiffinfs", "");
    workload::run_threads(&live, 8, 11, ops);
    let trace = live.finish();
    let source = Source::open(&trace.path, false).expect("the trace opens");
    let mut digests = std::collections::BTreeSet::new();
    for _ in 0..runs {
        let mut run = open(&source, "tiffinfs", true);
        let stop = go(&mut run, source.ops() - 1);
        assert_eq!(stop.divergence, None, "{}", stop.message);
        digests.insert(run.subject().device().expect("a device").digest());
    }
    assert_eq!(digests.len(), 1);
}

#[test]
fn eight_threads_give_one_digest() {
    one_digest(60, 25);
}

#[test]
fn eight_threads_give_one_digest_in_a_thousand_replays() {
    one_digest(12, 1000);
}

/// An order that cannot be followed is a divergence, not a hang.
#[test]
fn an_impossible_order_is_said() {
    let live = Live::fresh("memfs", "");
    workload::run_threads(&live, 4, 3, 100);
    let trace = live.finish();
    let source = Source::open(&trace.path, false).expect("the trace opens");
    let mut broken = 0;
    let changed = rewritten(&source, &trace.path.with_file_name("changed.btr"), |seq, op, _| {
        if broken == 0 && seq > source.ops() / 2 && !op.lock_order.is_empty() {
            op.lock_order[3] += 5000;
            broken = seq;
        }
    });
    assert_ne!(broken, 0, "four threads in one directory meet");
    let source = Source::open(&changed, false).expect("the trace opens");
    let module = Module::load(&modules::module("memfs")).expect("the module loads");
    let options =
        RunOptions { order: Order::Exact, rules: Rules::default(), deadline: Duration::from_millis(300), checkpoints: false };
    let mut run = Run::open(&source, &module, options).expect("the run opens");
    let stop = go(&mut run, u64::MAX);
    let divergence = stop.divergence.expect("said");
    assert_eq!(divergence.kind, "order", "{divergence:?}");
    assert!(divergence.actual.contains("lock "), "{divergence:?}");
}

/// Another version's run judges by the entries. Back at a place it knows no more than when it came there first, and goes on to know the same.
#[test]
fn who_goes_back_finds_the_same_ops_interleaved() {
    let live = Live::fresh("memfs", "");
    workload::run_threads(&live, 8, 5, 700);
    let trace = live.finish();
    let source = Source::open(&trace.path, false).expect("the trace opens");
    // Whether any did is up to the machine; these say so.
    let path = rewritten(&source, &trace.path.with_file_name("late.btr"), |seq, op, _| {
        if seq.is_multiple_of(50)
            && let Some(writes) = op.lock_order.get_mut(3)
        {
            *writes = 0;
        }
    });
    let source = Source::open(&path, false).expect("the trace opens");
    let known = |stop: &Stop| (stop.interleaved, stop.first_interleaved.clone());
    let (mut run, mut fresh) = (open(&source, "renumbered", false), open(&source, "renumbered", false));
    let place = source.ops() / 2;
    let (half, whole) = (known(&go(&mut run, place)), known(&go(&mut run, u64::MAX)));
    assert!(half.0 > 0 && whole.0 > half.0, "{} and {}", half.0, whole.0);
    assert_eq!(known(&go(&mut run, place)), half);
    assert_eq!(known(&go(&mut run, u64::MAX)), whole);
    assert_eq!(known(&go(&mut fresh, u64::MAX)), whole);
}

/// Where ops truly interleaved a serial replay is refused, with what it met; without a choice the exact one takes over. Where it is not
/// refused it leaves what the exact one leaves.
#[test]
fn a_serial_replay_is_the_recorded_run_or_none() {
    let mut refused = 0;
    for seed in 0..6 {
        let live = Live::fresh("tiffinfs", "");
        workload::run_threads(&live, 8, seed, 60);
        let trace = live.finish();
        let source = Source::open(&trace.path, false).expect("the trace opens");
        let digest = |run: &Run| run.subject().device().expect("a device").digest();
        let module = Module::load(&modules::module("tiffinfs")).expect("the module loads");
        let in_order = |order: Order| {
            let options = RunOptions { order, rules: Rules::default(), deadline: Duration::from_secs(10), checkpoints: true };
            Run::open(&source, &module, options).expect("the run opens")
        };
        let (mut exact, mut serial, mut chosen) = (in_order(Order::Exact), in_order(Order::Serial), in_order(Order::Unspecified));
        assert_same(&go(&mut exact, u64::MAX), source.ops());
        let told = go(&mut chosen, u64::MAX);
        assert_same(&told, source.ops());
        assert_eq!(digest(&chosen), digest(&exact));
        assert_eq!(told.interleaved, 0, "what runs exactly needs no excuse");
        let stop = go(&mut serial, u64::MAX);
        if stop.reason() == StopReason::Refused {
            refused += 1;
            let first = stop.first_interleaved.expect("said");
            assert!(first.seq > 0 && first.other > 0 && first.seq != first.other, "{first:?}");
            assert!(first.lock.contains('/') && first.message.contains(&first.lock), "{first:?}");
            assert_eq!((told.order(), told.order_reason.is_empty()), (Order::Exact, false));
        } else {
            assert_same(&stop, source.ops());
            assert_eq!(digest(&serial), digest(&exact));
            assert_eq!((told.order(), told.order_reason.as_str()), (Order::Serial, ""));
        }
    }
    assert!(refused > 0, "eight threads in one directory interleave");
}
