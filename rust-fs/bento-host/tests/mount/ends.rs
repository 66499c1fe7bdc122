// SPDX-License-Identifier: MIT OR Apache-2.0
//! How mounts end: by a signal, by a kill, by a module that does not come back.

use super::modules::module;
use super::rig::{Rig, op_names};
use bento_host::proto::trace::panic::Cause;
use bento_host::trace::TraceItem;
use rustix::process::Signal;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

#[test]
fn an_interrupt_finalises_the_recording() {
    let Some(mut rig) = Rig::mount(&module("memfs"), &[]) else { return };
    fs::write(rig.root().join("a"), "hello").expect("written");
    rig.signal(Signal::INT);
    let ended = rig.wait();
    assert!(ended.status.success(), "{}", ended.stderr);
    let (reader, items) = rig.trace("t.btr");
    assert!(reader.is_complete());
    assert_eq!(op_names(&items).last(), Some(&"UNMOUNT"));
}

#[test]
fn a_kill_leaves_all_but_the_last_moment() {
    let Some(mut rig) = Rig::mount(&module("memfs"), &[]) else { return };
    let (mut written, start) = (0, Instant::now());
    while start.elapsed() < Duration::from_millis(700) {
        fs::write(rig.root().join(format!("f{written}")), "x").expect("written");
        written += 1;
    }
    rig.signal(Signal::KILL);
    rig.wait();
    let (reader, items) = rig.trace("t.btr");
    assert!(!reader.is_complete());
    assert_eq!(reader.warnings().first().map(|warning| warning.code), Some("E_TRACE_TRUNCATED"));
    let last = items.iter().rev().find_map(|item| match item {
        TraceItem::Op(record) => Some(record.begin_ns),
        _ => None,
    });
    let first = match &items[0] {
        TraceItem::Op(record) => record.begin_ns,
        other => panic!("the first record is the MOUNT, not {other:?}"),
    };
    let recorded = Duration::from_nanos((last.expect("ops") - first) as u64);
    assert!(recorded > Duration::from_millis(350), "only {recorded:?} of 700 ms are there");
}

/// A module in C, whose ops end badly by name.
fn faulty() -> &'static Path {
    static BUILT: OnceLock<(tempfile::TempDir, PathBuf)> = OnceLock::new();
    let (_, path) = BUILT.get_or_init(|| {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("faulty.so");
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/mount/faulty.c");
        let compiler = std::env::var_os("CC").unwrap_or_else(|| "cc".into());
        let built = Command::new(compiler).args(["-shared", "-fPIC", "-O0", "-o"]).arg(&path).arg(source).status();
        assert!(built.expect("a C compiler").success());
        (folder, path)
    });
    path
}

fn crash(name: &str, cause: Cause, words: &str) {
    let Some(mut rig) = Rig::mount(faulty(), &["--deadline", "500"]) else { return };
    fs::metadata(rig.root().join("fine")).expect_err("nothing is there");
    let start = Instant::now();
    let error = fs::metadata(rig.root().join(name)).expect_err("it crashes");
    assert_eq!(error.raw_os_error(), Some(5), "EIO");
    let error = fs::metadata(rig.root().join("other")).expect_err("it crashed");
    assert_eq!(error.kind(), io::Error::from_raw_os_error(5).kind());
    assert!(start.elapsed() < Duration::from_secs(5), "nothing hangs");
    let status = rig.control(serde_json::json!({ "command": "status" }));
    assert!(status["crash"].as_str().is_some_and(|crash| crash.contains(words)), "{status}");

    let ended = rig.unmount();
    assert_eq!(ended.status.code(), Some(5), "{}", ended.stderr);
    assert!(ended.stderr.contains("E_MODULE_CRASHED"), "{}", ended.stderr);
    let (reader, items) = rig.trace("t.btr");
    assert!(reader.is_complete());
    let Some(TraceItem::Panic(panic, Some(op))) = items.last() else { panic!("the panic is last: {items:?}") };
    assert_eq!(panic.cause(), cause);
    assert!(panic.message.contains(words), "{}", panic.message);
    assert!(format!("{:?}", op.op.request).contains(name));
}

#[test]
fn a_panic_is_an_answer() {
    crash("panic", Cause::Panic, "as it was told to");
}

#[test]
fn a_loop_is_an_answer() {
    crash("loop", Cause::Deadline, "deadline");
}

#[test]
fn a_wild_pointer_is_an_answer() {
    crash("fault", Cause::Fault, "memory");
}

#[test]
fn an_endless_recursion_is_an_answer() {
    crash("recursion", Cause::StackOverflow, "stack");
}

fn refused(arguments: &[&str]) -> (Option<i32>, serde_json::Value) {
    let output = Command::new(env!("CARGO_BIN_EXE_bento-host")).arg("--json-errors").args(arguments).output().expect("runs");
    let text = String::from_utf8_lossy(&output.stderr);
    let error = text.lines().find_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
    (output.status.code(), error.map_or(serde_json::Value::Null, |error| error["error"]["code"].clone()))
}

#[test]
fn what_cannot_be_mounted_is_refused_by_name() {
    let memfs = module("memfs");
    let memfs = memfs.to_str().expect("a path in UTF-8");
    assert_eq!(refused(&["mount", "--module", "/nowhere.so", "/tmp"]), (Some(4), "E_MODULE_LOAD".into()));
    assert_eq!(refused(&["mount", "--module", "/etc/passwd", "/tmp"]), (Some(4), "E_MODULE_LOAD".into()));
    assert_eq!(refused(&["mount", "--module", memfs, "--image", "x.img", "/tmp"]), (Some(2), "E_USAGE".into()));
    assert_eq!(refused(&["mount", "--module", memfs, "--record", "/nowhere/t.btr", "/tmp"]), (Some(4), "E_RECORD_CREATE".into()));
    assert_eq!(refused(&["mount", "--module", memfs, "/nowhere/at/all"]), (Some(4), "E_MOUNT".into()));
    assert_eq!(refused(&["mount", "--module", memfs, "--threads", "0", "/tmp"]).0, Some(2));
    assert_eq!(refused(&["fly"]).0, Some(2));
}
