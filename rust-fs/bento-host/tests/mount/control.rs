// SPDX-License-Identifier: MIT OR Apache-2.0
//! What can be done to a mount from outside.

use super::modules::module;
use super::rig::{Rig, op_names};
use bento_host::module::Module;
use bento_host::proto::host::{Order, StopReason};
use bento_host::proto::trace as pb;
use bento_host::replay::rules::Rules;
use bento_host::replay::serial::{Run, RunOptions, Target, Unwatched};
use bento_host::replay::source::{Source, Start};
use bento_host::trace::TraceItem;
use serde_json::json;
use std::fs;
use std::io::Read;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

#[test]
fn upgrades_under_load_fail_no_op() {
    let memfs = module("memfs");
    let Some(mut rig) = Rig::mount(&memfs, &["--policy", "block"]) else { return };
    fs::write(rig.root().join("held"), "open across upgrades").expect("written");
    let mut held = fs::File::open(rig.root().join("held")).expect("opened");
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for worker in 0..3 {
            let (root, stop) = (rig.root(), &stop);
            scope.spawn(move || {
                for i in 0.. {
                    let path = root.join(format!("{worker}-{}", i % 50));
                    fs::write(&path, format!("{i}")).expect("no op fails");
                    assert_eq!(fs::read_to_string(&path).expect("no op fails"), format!("{i}"));
                    if stop.load(Ordering::Relaxed) {
                        break;
                    }
                }
            });
        }
        for _ in 0..10 {
            let answer = rig.control(json!({ "command": "upgrade", "module": memfs }));
            assert_eq!(answer["ok"], true, "{answer}");
            assert!(answer["stateBytes"].as_u64().is_some_and(|bytes| bytes > 0));
        }
        stop.store(true, Ordering::Relaxed);
    });
    let mut text = String::new();
    held.read_to_string(&mut text).expect("the handle is still good");
    assert_eq!(text, "open across upgrades");
    drop(held);
    assert!(rig.unmount().status.success());
    let (_, items) = rig.trace("t.btr");
    let done = items.iter().filter(|item| matches!(item, TraceItem::Upgrade(upgrade) if upgrade.refused.is_empty())).count();
    assert_eq!(done, 10);
}

#[test]
fn an_upgrade_that_cannot_be_leaves_the_old_version() {
    let Some(mut rig) = Rig::mount(&module("memfs"), &[]) else { return };
    fs::write(rig.root().join("a"), "before").expect("written");
    let other = rig.control(json!({ "command": "upgrade", "module": module("tiffinfs") }));
    assert_eq!((&other["ok"], &other["code"]), (&json!(false), &json!("E_UPGRADE_UNFIT")));
    let none = rig.control(json!({ "command": "upgrade", "module": "/etc/passwd" }));
    assert_eq!(none["code"], "E_MODULE_LOAD");
    assert_eq!(fs::read_to_string(rig.root().join("a")).expect("goes on"), "before");
    assert!(rig.unmount().status.success());
}

#[test]
fn an_upgrade_does_not_wait_for_ever() {
    let faulty = module("faulty");
    let Some(mut rig) = Rig::mount(&faulty, &["--deadline", "2000"]) else { return };
    let root = rig.root();
    // The kernel locks a directory while it looks a name up.
    fs::create_dir(root.join("elsewhere")).expect("made");
    std::thread::scope(|scope| {
        // Runs until its own deadline.
        let slow = scope.spawn(|| fs::metadata(root.join("!loop")));
        let mut refused = false;
        while !refused && !slow.is_finished() {
            let answer = rig.control(json!({ "command": "upgrade", "module": faulty, "deadlineMs": 30 }));
            refused = answer["code"] == "E_UPGRADE_DEADLINE";
        }
        assert!(refused, "the slow op was in the way");
        assert!(fs::create_dir(root.join("elsewhere/beside")).is_ok(), "other ops go on");
        assert!(slow.join().expect("no panic").is_err());
    });
    // The slow op crashed the module in the end.
    assert!(!rig.unmount().status.success());
}

#[test]
fn a_recording_may_begin_mid_run() {
    let Some(mut rig) = Rig::mount(&module("tiffinfs"), &["--image", "img", "--size", "256M"]) else { return };
    let root = rig.root();
    for i in 0..50 {
        fs::write(root.join(format!("before-{i}")), "x").expect("written");
    }
    assert_eq!(rig.control(json!({ "command": "record-stop" }))["ok"], true);
    let start = json!({ "command": "record-start", "path": rig.path("mid.btr"), "policy": "block" });
    assert_eq!(rig.control(start.clone())["ok"], true);
    assert_eq!(rig.control(start)["code"], "E_RECORDING");
    assert_eq!(rig.control(json!({ "command": "mark", "text": "here" }))["ok"], true);
    for i in 0..50 {
        assert_eq!(fs::read_to_string(root.join(format!("before-{i}"))).expect("read"), "x");
        fs::write(root.join(format!("after-{i}")), "y").expect("written");
    }
    let status = rig.control(json!({ "command": "status" }));
    assert!(status["recording"]["path"].as_str().is_some_and(|path| path.ends_with("mid.btr")), "{status}");
    let stopped = rig.control(json!({ "command": "record-stop" }));
    assert_eq!(stopped["account"]["dropped"], 0, "{stopped}");
    assert_eq!(rig.control(json!({ "command": "record-stop" }))["code"], "E_NOT_RECORDING");
    assert!(rig.unmount().status.success());

    let (reader, items) = rig.trace("mid.btr");
    assert_eq!(reader.header().origin(), pb::Origin::Checkpoint);
    let Some(TraceItem::Checkpoint(checkpoint)) = items.first() else { panic!("a checkpoint is first") };
    assert!(!checkpoint.state.is_empty() && checkpoint.locks.len().is_multiple_of(5) && !checkpoint.locks.is_empty());
    assert!(items.iter().any(|item| matches!(item, TraceItem::Block(_))), "blocks that replay needs");
    assert!(items.iter().any(|item| matches!(item, TraceItem::Mark(mark) if mark.text == "here")));
    let names = op_names(&items);
    assert!(names.contains(&"CREATE") && !names.contains(&"MOUNT"), "{names:?}");
    // The first recording was finished too.
    let (first, items) = rig.trace("t.btr");
    assert!(first.is_complete());
    assert_eq!(op_names(&items)[..2], ["MKFS", "MOUNT"]);
}

/// memfs has its files in its state: one of 24 MiB is more than a chunk holds.
#[test]
fn a_recording_may_begin_from_a_large_state() {
    let Some(mut rig) = Rig::mount(&module("memfs"), &[]) else { return };
    let large = rig.root().join("large");
    let content: Vec<u8> = (0..6_u32 << 20).flat_map(|word| word.wrapping_mul(0x9e37_79b9).to_le_bytes()).collect();
    fs::write(&large, &content).expect("written");
    assert_eq!(rig.control(json!({ "command": "record-stop" }))["ok"], true);
    let start = json!({ "command": "record-start", "path": rig.path("mid.btr"), "policy": "block" });
    let started = rig.control(start);
    assert_eq!(started["ok"], true, "{started}");
    fs::write(rig.root().join("after"), "y").expect("written");
    assert_eq!(fs::metadata(&large).expect("there").len(), 24 << 20);
    fs::rename(&large, rig.root().join("renamed")).expect("renamed");
    assert_eq!(rig.control(json!({ "command": "record-stop" }))["account"]["dropped"], 0);
    assert!(rig.unmount().status.success());

    let source = Source::open(&rig.path("mid.btr"), false).expect("the trace opens");
    let Start::Checkpoint(checkpoint) = source.start() else { panic!("it begins at a checkpoint") };
    assert!(checkpoint.state.len() > 24 << 20);
    let module = Module::load(&module("memfs")).expect("the module loads");
    let options =
        RunOptions { order: Order::Exact, rules: Rules::default(), deadline: Duration::from_secs(10), checkpoints: false };
    let mut run = Run::open(&source, &module, options).expect("the state is taken over");
    let target = Target { seq: u64::MAX, stop_at_divergence: true };
    let stop = run.run_to(target, &AtomicBool::new(false), &mut Unwatched).expect("the trace can be read");
    assert_eq!((stop.reason(), stop.divergence), (StopReason::End, None), "{}", stop.message);
    assert!(stop.seq >= 4, "{} ops", stop.seq);
}

#[test]
fn what_is_no_command_is_answered_too() {
    let Some(mut rig) = Rig::mount(&module("memfs"), &[]) else { return };
    for wrong in [json!({}), json!({ "command": "fly" }), json!([1, 2]), json!({ "command": "upgrade" })] {
        assert_eq!(rig.control(wrong)["code"], "E_USAGE");
    }
    assert_eq!(rig.control(json!({ "command": "unmount" }))["ok"], true);
    assert!(rig.wait().status.success());
}
