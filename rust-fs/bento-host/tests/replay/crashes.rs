// SPDX-License-Identifier: MIT OR Apache-2.0
//! A module that crashes is an answer, and the host goes on.

use crate::client::{Client, of};
use crate::modules;
use crate::recording::{Live, Trace};
use bento_host::proto::host::request::Call;
use bento_host::proto::host::response::Result as Answer;
use bento_host::proto::host::{self, StopReason};
use bento_host::proto::trace::panic::Cause;

/// A recording of memfs with a LOOKUP of `name` as op 12, and ops behind it.
fn trace_with(name: &str) -> Trace {
    let live = Live::fresh("memfs", "");
    for at in 0..10 {
        live.mkdir(0, 1, &format!("d{at}"));
    }
    assert_eq!(live.lookup(0, 1, name), 0);
    for at in 0..10 {
        assert_ne!(live.lookup(0, 1, &format!("d{at}")), 0);
    }
    live.finish()
}

fn crashes_with(name: &str, cause: Cause, words: &str) {
    let trace = trace_with(name);
    let mut client = Client::start();
    let info = client.open_trace(&trace.path);
    let run = client.open_run_with(host::OpenRun { trace: info.trace, deadline_ms: 800, ..of(&modules::module("faulty")) });
    let stop = client.run_to_end(run);
    assert_eq!((stop.reason(), stop.seq), (StopReason::Crashed, 11), "{stop:?}");
    let panic = stop.panic.expect("a crash says what it was");
    assert_eq!(panic.cause(), cause, "{panic:?}");
    assert!(panic.message.contains(words), "{panic:?}");
    let divergence = stop.divergence.expect("the recorded module did not crash");
    assert_eq!((divergence.seq, divergence.kind.as_str(), divergence.op.as_str()), (12, "crash", "LOOKUP"));
    // What is left can be looked at before the crash, not after.
    let failure = client.failure(Call::Tree(host::Tree { run, path: "/".into(), depth: 1, ..Default::default() }));
    assert_eq!((failure.code.as_str(), failure.exit_code), ("E_RUN_CRASHED", 5));
    let back = client.run_to(host::RunTo { run, seq: 11, ..Default::default() });
    assert_eq!((back.reason(), back.seq), (StopReason::Reached, 11));
    let Answer::TreeReply(tree) = client.call(Call::Tree(host::Tree { run, path: "/".into(), depth: 1, ..Default::default() }))
    else {
        panic!("the tree can be read before the crash");
    };
    assert_eq!(tree.node.len(), 11);
    // And the host runs others.
    let other = client.open_run(info.trace, &modules::module("memfs"));
    let stop = client.run_to_end(other);
    assert_eq!((stop.reason(), stop.divergence), (StopReason::End, None));
}

#[test]
fn a_panic_is_an_answer() {
    crashes_with("!panic", Cause::Panic, "asked to panic");
}

#[test]
fn an_endless_loop_is_an_answer() {
    crashes_with("!loop", Cause::Deadline, "deadline");
}

#[test]
fn a_stack_overflow_is_an_answer() {
    crashes_with("!overflow", Cause::StackOverflow, "stack");
}

#[test]
fn a_module_that_waits_for_itself_is_an_answer() {
    crashes_with("!deadlock", Cause::Deadline, "waits for itself");
}

#[test]
fn a_recorded_crash_is_found_again() {
    let live = Live::fresh("faulty", "");
    live.mkdir(0, 1, "d");
    assert!(live.ask(0, bento_host::trace::RequestParts { opcode: 1, nodeid: 1, name: b"!panic", ..Default::default() }).is_none());
    let trace = live.finish();
    let mut client = Client::start();
    let info = client.open_trace(&trace.path);
    let run = client.open_run(info.trace, &modules::module("faulty"));
    let stop = client.run_to_end(run);
    assert_eq!((stop.reason(), stop.divergence), (StopReason::Crashed, None), "as recorded: {}", stop.message);
    let fixed = client.open_run(info.trace, &modules::module("memfs"));
    let stop = client.run_to_end(fixed);
    let divergence = stop.divergence.expect("memfs answers where the recorded module panicked");
    assert_eq!((divergence.kind.as_str(), divergence.actual.as_str()), ("crash", "an answer"));
    assert!(divergence.expected.contains("asked to panic"), "{divergence:?}");
}

#[test]
fn modules_that_cannot_run_are_refused() {
    let trace = trace_with("absent");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut client = Client::start();
    let info = client.open_trace(&trace.path);
    let mut refused = |path: &std::path::Path| {
        let failure = client.failure(Call::OpenRun(host::OpenRun { trace: info.trace, ..of(path) }));
        (failure.code, failure.exit_code)
    };
    let text = folder.path().join("text.so");
    std::fs::write(&text, "text").expect("writes");
    assert_eq!(refused(&text), ("E_MODULE_NOT_A_MODULE".into(), 2));
    assert_eq!(refused(&folder.path().join("absent.so")), ("E_MODULE_NOT_FOUND".into(), 2));
    assert_eq!(refused(&modules::module("tiffinfs")), ("E_MODULE_OTHER_FS".into(), 2));
    let source = folder.path().join("abi.c");
    let other = folder.path().join("abi.so");
    let code = "struct { unsigned size; unsigned short major, minor; char rest[248]; } desc = { 256, 99, 0 };\nvoid *bento_module_entry(void) { return &desc; }\n";
    std::fs::write(&source, code).expect("writes");
    let built = std::process::Command::new("cc").args(["-shared", "-fPIC", "-o"]).arg(&other).arg(&source).status();
    assert!(built.expect("a C compiler").success());
    assert_eq!(refused(&other), ("E_MODULE_ABI".into(), 5));
}

#[test]
fn calls_that_make_no_sense_are_refused() {
    let trace = trace_with("absent");
    let mut client = Client::start();
    let info = client.open_trace(&trace.path);
    let run = client.open_run(info.trace, &modules::module("memfs"));
    let mut code = |call| {
        let failure = client.failure(call);
        (failure.code, failure.exit_code)
    };
    let unknown = ("E_HOST_UNKNOWN".to_owned(), 2);
    assert_eq!(code(Call::RunTo(host::RunTo { run: 99, ..Default::default() })), unknown);
    assert_eq!(code(Call::OpenRun(host::OpenRun { trace: 99, ..of(&modules::module("memfs")) })), unknown);
    assert_eq!(code(Call::RunTo(host::RunTo { run, seq: info.ops + 1, ..Default::default() })).0, "E_HOST_USAGE");
    assert_eq!(code(Call::Actual(host::Actual { run })).0, "E_RUN_AT_START");
    assert_eq!(code(Call::ReadBlock(host::ReadBlock { run, number: 0 })).0, "E_RUN_NO_DEVICE");
    assert_eq!(code(Call::Fsck(host::Fsck { run })).0, "E_MODULE_NO_FSCK");
    assert_eq!(code(Call::Tree(host::Tree { run, ..Default::default() })).0, "E_RUN_NOT_MOUNTED");
    let rules = "allow LOKUP attr.size reason x".to_owned();
    let open = host::OpenRun { trace: info.trace, rules, ..of(&modules::module("memfs")) };
    assert_eq!(code(Call::OpenRun(open)), ("E_RULES_SYNTAX".into(), 2));
    let exact = host::OpenRun { trace: info.trace, order: host::Order::Exact.into(), ..of(&modules::module("faulty")) };
    assert_eq!(code(Call::OpenRun(exact)), ("E_REPLAY_NOT_THE_BUILD".into(), 2));
    let open = host::OpenTrace { path: "/nonexistent.btr".into(), allow_gaps: false };
    assert_eq!(code(Call::OpenTrace(open)), ("E_TRACE_NOT_FOUND".into(), 3));
}
