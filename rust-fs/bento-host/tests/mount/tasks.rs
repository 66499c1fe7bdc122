// SPDX-License-Identifier: MIT OR Apache-2.0
//! A real mount of a module with a thread and a work item of its own (testmods/busy).

use super::modules::module;
use super::rig::Rig;
use bento_host::module::Module;
use bento_host::proto::host::{Order, StopReason};
use bento_host::proto::trace as pb;
use bento_host::replay::rules::Rules;
use bento_host::replay::serial::{Run, RunOptions, Target, Unwatched};
use bento_host::replay::source::Source;
use bento_host::trace::TraceItem;
use serde_json::json;
use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

fn mounted(arguments: &[&str]) -> Option<Rig> {
    let usual = ["--image", "img", "--size", "64M", "--policy", "block", "--threads", "4"];
    Rig::mount(&module("busy"), &[&usual, arguments].concat())
}

/// Four programs' worth of changes, some of them made durable, and reads of what the work item noted.
fn load(root: &Path, from: u32, rounds: u32) {
    std::thread::scope(|scope| {
        for worker in 0..4 {
            scope.spawn(move || {
                for i in from..from + rounds {
                    let path = root.join(format!("{worker}-{i}"));
                    let mut file = fs::File::create(&path).expect("no op fails");
                    file.write_all(&vec![i as u8; 300 * (i as usize % 30)]).expect("no op fails");
                    if i.is_multiple_of(4) {
                        file.sync_all().expect("no op fails");
                    }
                    if i.is_multiple_of(3) {
                        fs::rename(&path, root.join(format!("{worker}-{}", i + 1000))).expect("no op fails");
                    }
                    let mut noted = [0_u8; 256];
                    // There is none before the item has run.
                    let _ = rustix::fs::getxattr(root, "user.busy", &mut noted);
                }
            });
        }
    });
}

/// The digest of the device after each of `runs` exact replays: one.
fn one_digest(path: &Path, runs: u32) -> Arc<Source> {
    let source = Source::open(path, false).expect("the trace opens");
    let module = Module::load(&module("busy")).expect("the module loads");
    let mut digests = BTreeSet::new();
    for _ in 0..runs {
        let options =
            RunOptions { order: Order::Exact, rules: Rules::default(), deadline: Duration::from_secs(5), checkpoints: false };
        let mut run = Run::open(&source, &module, options).expect("the run opens");
        let target = Target { seq: u64::MAX, stop_at_divergence: true };
        let stop = run.run_to(target, &AtomicBool::new(false), &mut Unwatched).expect("the trace reads");
        assert_eq!((stop.divergence, stop.reason), (None, StopReason::End.into()), "{}", stop.message);
        digests.insert(run.subject().device().expect("a device").digest());
    }
    assert_eq!(digests.len(), 1);
    source
}

#[test]
fn a_recorded_mount_replays_to_one_digest() {
    let Some(mut rig) = mounted(&[]) else { return };
    load(&rig.root(), 0, 60);
    let ended = rig.unmount();
    assert!(ended.status.success(), "{}", ended.stderr);
    let source = one_digest(&rig.path("t.btr"), 50);
    assert!(source.has_tasks());
    let (_, items) = rig.trace("t.btr");
    let segments = |work: bool| items.iter().filter(move |item| matches!(item, TraceItem::Task(task) if task.work == work)).count();
    assert!(segments(false) > 10 && segments(true) > 3, "{} and {}", segments(false), segments(true));
}

#[test]
fn a_recording_that_begins_mid_run_replays_too() {
    let Some(mut rig) = mounted(&[]) else { return };
    load(&rig.root(), 0, 10);
    assert_eq!(rig.control(json!({ "command": "record-stop" }))["ok"], true);
    let root = rig.root();
    std::thread::scope(|scope| {
        let busy = scope.spawn(|| load(&root, 10, 60));
        std::thread::sleep(Duration::from_millis(20));
        let start = json!({ "command": "record-start", "path": rig.path("mid.btr"), "policy": "block" });
        let answer = rig.control(start);
        assert_eq!(answer["ok"], true, "{answer}");
        busy.join().expect("no op fails");
    });
    load(&root, 80, 10);
    let stopped = rig.control(json!({ "command": "record-stop" }));
    assert_eq!(stopped["ok"], true, "{stopped}");
    load(&root, 90, 5);
    let ended = rig.unmount();
    assert!(ended.status.success(), "{}", ended.stderr);
    assert!(one_digest(&rig.path("mid.btr"), 15).has_tasks());
    assert!(one_digest(&rig.path("t.btr"), 15).has_tasks(), "the first recording ends with the tasks at rest");
}

#[test]
fn upgrades_quiesce_tasks_and_fail_no_op() {
    let busy = module("busy");
    let Some(mut rig) = mounted(&[]) else { return };
    let root = rig.root();
    std::thread::scope(|scope| {
        let worker = scope.spawn(|| load(&root, 0, 150));
        for _ in 0..8 {
            let answer = rig.control(json!({ "command": "upgrade", "module": busy }));
            assert_eq!(answer["ok"], true, "{answer}");
            std::thread::sleep(Duration::from_millis(10));
        }
        worker.join().expect("no op fails");
    });
    let ended = rig.unmount();
    assert!(ended.status.success(), "{}", ended.stderr);
    // The image is whole.
    let fsck = std::process::Command::new(env!("CARGO_BIN_EXE_bento-host"))
        .args(["fsck", "--module"])
        .arg(&busy)
        .arg(rig.path("img"))
        .output()
        .expect("runs");
    assert!(fsck.status.success(), "{}{}", String::from_utf8_lossy(&fsck.stdout), String::from_utf8_lossy(&fsck.stderr));
    // Tasks of several instances are in one trace: an exact replay says that it cannot go there.
    let source = Source::open(&rig.path("t.btr"), false).expect("the trace opens");
    assert!(source.tasks_end().is_some_and(|why| why.contains("replaced")));
}

#[test]
fn a_crash_in_a_task_is_an_answer() {
    for (name, cause) in [("!panic", pb::panic::Cause::Panic), ("!loop", pb::panic::Cause::Deadline)] {
        let Some(mut rig) = mounted(&["--deadline", "500"]) else { return };
        load(&rig.root(), 0, 5);
        let _ = fs::metadata(rig.root().join(name));
        let begun = std::time::Instant::now();
        // An op that needs the module; the kernel answers none of its own for a new name.
        while fs::write(rig.root().join(format!("n{}", begun.elapsed().as_nanos())), "x").is_ok() {
            assert!(begun.elapsed() < Duration::from_secs(20), "ops fail after the crash");
            std::thread::sleep(Duration::from_millis(5));
        }
        let ended = rig.unmount();
        assert_eq!(ended.status.code(), Some(5), "{}", ended.stderr);
        assert!(ended.stderr.contains("flusher"), "{}", ended.stderr);
        let (_, items) = rig.trace("t.btr");
        let panic = items.iter().find_map(|item| match item {
            TraceItem::Panic(panic, None) => Some(panic),
            _ => None,
        });
        let panic = panic.expect("it is in the trace, without an op");
        assert_eq!((panic.cause(), panic.task.as_ref().map(|task| task.name.as_str())), (cause, Some("flusher")));
    }
}

/// A killed recording lacks what tasks were doing. Its replay follows as far as it goes, and blames nobody.
#[test]
fn a_killed_recording_is_no_divergence() {
    for after_ms in [60, 90, 130, 170] {
        let Some(mut rig) = mounted(&[]) else { return };
        let root = rig.root();
        std::thread::scope(|scope| {
            for worker in 0..4 {
                let root = root.clone();
                scope.spawn(move || {
                    for i in 0.. {
                        let path = root.join(format!("{worker}-{i}"));
                        let made = fs::write(&path, "x").and_then(|()| fs::File::open(&path)?.sync_all());
                        if made.is_err() {
                            break;
                        }
                    }
                });
            }
            std::thread::sleep(Duration::from_millis(after_ms));
            rig.signal(rustix::process::Signal::KILL);
        });
        rig.wait();
        let source = Source::open(&rig.path("t.btr"), false).expect("what is whole can be read");
        let module = Module::load(&module("busy")).expect("the module loads");
        let options =
            RunOptions { order: Order::Exact, rules: Rules::default(), deadline: Duration::from_millis(400), checkpoints: false };
        let mut run = Run::open(&source, &module, options).expect("the run opens");
        let target = Target { seq: u64::MAX, stop_at_divergence: true };
        let stop = run.run_to(target, &AtomicBool::new(false), &mut Unwatched).expect("the trace reads");
        assert_eq!(stop.divergence, None, "{}", stop.message);
        let ends = [StopReason::End, StopReason::Refused].contains(&stop.reason());
        assert!(ends, "{:?}: {}", stop.reason(), stop.message);
    }
}
