// SPDX-License-Identifier: MIT OR Apache-2.0
//! A module that crashed while other ops were under way, which took locks after the crashing one had, and ended.

use crate::modules;
use crate::recording::{Live, Trace};
use crate::same::go;
use crate::workload;
use bento_host::module::Module;
use bento_host::proto::host::{Order, StopReason};
use bento_host::replay::rules::Rules;
use bento_host::replay::serial::{Run, RunOptions};
use bento_host::replay::source::Source;
use bento_host::trace::RequestParts;
use std::path::Path;
use std::sync::Arc;
use std::sync::Barrier;
use std::time::Duration;

/// Deadline of the replays, far beyond what any op here takes.
const DEADLINE: Duration = Duration::from_secs(4);

fn lookup_of(name: &[u8]) -> RequestParts<'_> {
    RequestParts { opcode: bento_abi::fuse::opcode::LOOKUP, nodeid: 1, name, ..Default::default() }
}

/// A module that comes to its panic, and to a log line right before it, while `others` are asked.
fn crashed_beside(module: &Path, others: impl Fn(&Live), crash: impl Fn(&Live) + Send + Sync) -> Trace {
    let (arrived, go_on) = (Arc::new(Barrier::new(2)), Arc::new(Barrier::new(2)));
    let in_log = (Arc::clone(&arrived), Arc::clone(&go_on));
    let live = Live::standing_at_log_lines(module, move || {
        in_log.0.wait();
        in_log.1.wait();
    });
    for at in 0..4 {
        live.mkdir(0, 1, &format!("before{at}"));
    }
    std::thread::scope(|scope| {
        let crashing = scope.spawn(|| crash(&live));
        arrived.wait();
        others(&live);
        go_on.wait();
        crashing.join().expect("the crash came back");
    });
    live.finish()
}

fn open(source: &Arc<Source>, module: &str, order: Order) -> Run {
    let module = Module::load(&modules::module(module)).expect("the module loads");
    Run::open(source, &module, RunOptions { order, rules: Rules::default(), deadline: DEADLINE, checkpoints: true })
        .expect("the run opens")
}

/// Answers that depend on the turn that the crashing op had taken before.
fn in_an_op() -> (Trace, Arc<Source>) {
    let others = |live: &Live| {
        for thread in [0, 2, 0, 2, 2, 0, 3] {
            assert_eq!(live.lookup(thread, 1, "!turn"), 0);
        }
    };
    let crash = |live: &Live| {
        assert!(live.ask(1, lookup_of(b"!late")).is_none(), "it panics");
    };
    let trace = crashed_beside(&modules::module("faulty"), others, crash);
    let source = Source::open(&trace.path, false).expect("the trace opens");
    (trace, source)
}

#[test]
fn an_op_that_crashed_late_crashes_after_the_others_again() {
    let (_trace, source) = in_an_op();
    let culprit = source.culprit().expect("the trace says what crashed");
    // MOUNT, four directories, and seven lookups beside it.
    assert_eq!((source.ops(), culprit.after, culprit.overlapped), (12, 5, true));
    for order in [Order::Exact, Order::Unspecified] {
        for _ in 0..20 {
            let mut run = open(&source, "faulty", order);
            let stop = go(&mut run, u64::MAX);
            assert_eq!((stop.divergence.clone(), stop.reason()), (None, StopReason::Crashed), "{order:?} {}", stop.message);
            assert_eq!((stop.order(), stop.seq), (Order::Exact, source.ops()), "{order:?}");
            let panic = stop.panic.expect("how it crashed");
            assert!(panic.message.contains("panic late"), "{panic:?}");
        }
    }
    let told = go(&mut open(&source, "faulty", Order::Serial), u64::MAX);
    assert_eq!(told.reason(), StopReason::Refused, "{}", told.message);
    assert!(told.message.contains("--order exact"), "{}", told.message);
}

#[test]
fn a_run_stands_before_it_and_goes_on_to_the_crash() {
    let (_trace, source) = in_an_op();
    for _ in 0..10 {
        let mut run = open(&source, "faulty", Order::Exact);
        let stop = go(&mut run, 5);
        assert_eq!((stop.reason(), stop.seq), (StopReason::Reached, 5), "{}", stop.message);
        // No thread stood still at op 8.
        let stop = go(&mut run, 8);
        assert_eq!((stop.reason(), stop.seq, stop.divergence), (StopReason::Crashed, source.ops(), None), "{}", stop.message);
        let stop = go(&mut run, 3);
        assert_eq!((stop.reason(), stop.seq), (StopReason::Reached, 3), "{}", stop.message);
        let stop = go(&mut run, u64::MAX);
        assert_eq!((stop.reason(), stop.seq, stop.divergence), (StopReason::Crashed, source.ops(), None), "{}", stop.message);
    }
}

#[test]
fn a_version_that_answers_there_has_diverged() {
    let (_trace, source) = in_an_op();
    let stop = go(&mut open(&source, "memfs", Order::Unspecified), u64::MAX);
    // memfs knows no turns: its first other answer is a divergence already.
    assert_eq!(stop.divergence.map(|divergence| divergence.kind), Some("reply".into()), "{}", stop.message);
}

#[test]
fn a_task_that_crashed_late_crashes_after_the_ops_again() {
    let others = |live: &Live| {
        for at in 0..3 {
            live.mkdir(at, 1, &format!("beside{at}"));
        }
    };
    let crash = |live: &Live| {
        live.lookup(5, 1, "!panic");
        while !live.instance.world().crashed() {
            std::thread::sleep(Duration::from_millis(2));
        }
    };
    let trace = crashed_beside(&modules::module("busy"), others, crash);
    let source = Source::open(&trace.path, false).expect("the trace opens");
    let culprit = source.culprit().expect("the trace says what crashed");
    assert!(culprit.overlapped && culprit.panic.task.is_some(), "{culprit:?}");
    for _ in 0..20 {
        let stop = go(&mut open(&source, "busy", Order::Exact), u64::MAX);
        assert_eq!((stop.divergence.clone(), stop.reason()), (None, StopReason::Crashed), "{}", stop.message);
        assert_eq!(stop.seq, source.ops(), "{}", stop.message);
        assert!(stop.message.contains("flusher"), "{}", stop.message);
    }
}

/// Threads at random work, in the middle of which one op panics when all is done but its answer: those beside it end, or are left in their
/// middle, maybe with locks that others had taken after them.
#[test]
fn a_crash_among_busy_threads_crashes_again() {
    let (mut crashes, mut beside, mut left) = (0, 0, 0);
    for seed in 0..60 {
        let live = Live::of(&modules::module("trap"), "");
        std::thread::scope(|scope| {
            for thread in 0..6 {
                let live = &live;
                // It ends with a panic when there is no answer any more.
                let work = move || workload::run(live, thread, 1, seed * 100 + u64::from(thread), 4000);
                scope.spawn(move || std::panic::catch_unwind(std::panic::AssertUnwindSafe(work)));
            }
            std::thread::sleep(Duration::from_millis(10 + seed / 4));
            // May be left without an answer itself.
            live.ask(7, lookup_of(b"!late=rename"));
        });
        let trace = live.finish();
        let source = Source::open(&trace.path, false).expect("the trace opens");
        // On a busy machine the threads may be done before.
        let Some(culprit) = source.culprit() else { continue };
        let stop = go(&mut open(&source, "trap", Order::Unspecified), u64::MAX);
        assert_eq!((stop.divergence.clone(), stop.reason()), (None, StopReason::Crashed), "seed {seed}: {}", stop.message);
        crashes += 1;
        beside += u64::from(culprit.after < source.ops());
        left += u64::from(!culprit.left.is_empty());
        if crashes >= 20 && beside > 4 && left > 0 {
            break;
        }
    }
    assert!(crashes > 0, "no seed came to the crash");
    eprintln!("{crashes} crashes, {beside} with ops that ended beside them, {left} that left ops in their middle");
}
