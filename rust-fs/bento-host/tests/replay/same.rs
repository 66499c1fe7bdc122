// SPDX-License-Identifier: MIT OR Apache-2.0
//! The recorded module gives the recorded answers.

use crate::common;
use crate::recording::{Live, Trace};
use crate::workload;
use bento_host::module::Module;
use bento_host::proto::host::{Stop, StopReason};
use bento_host::replay::rules::Rules;
use bento_host::replay::serial::{Run, RunOptions, Target, Unwatched};
use bento_host::replay::source::Source;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

pub fn open(source: &Arc<Source>, name: &str, exact: bool) -> Run {
    let module = Module::load(&common::module(name)).expect("the module loads");
    let options = RunOptions { exact, rules: Rules::default(), deadline: Duration::from_secs(10), checkpoints: true };
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
