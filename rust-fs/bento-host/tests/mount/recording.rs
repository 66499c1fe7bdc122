// SPDX-License-Identifier: MIT OR Apache-2.0
//! What a recording of a whole mount holds.

use super::modules::module;
use super::rig::{Rig, op_names};
use bento_host::proto::trace as pb;
use bento_host::proto::trace::op::{Reply, Request};
use bento_host::trace::TraceItem;
use std::collections::HashMap;
use std::fs;
use std::os::unix::fs::{MetadataExt, symlink};

#[test]
fn it_begins_with_the_mount_and_ends_with_the_unmount() {
    let Some(mut rig) = Rig::mount(&module("memfs"), &["--policy", "block"]) else { return };
    let root = rig.root();
    fs::write(root.join("a"), "hello").expect("written");
    fs::create_dir(root.join("d")).expect("made");
    fs::hard_link(root.join("a"), root.join("d/b")).expect("linked");
    fs::rename(root.join("d/b"), root.join("d/c")).expect("renamed");
    symlink("d/c", root.join("s")).expect("linked");
    assert_eq!(fs::read_to_string(root.join("s")).expect("read"), "hello");
    assert_eq!(fs::metadata(root.join("a")).expect("there").nlink(), 2);
    fs::read_to_string(root.join("none")).expect_err("not there");
    fs::read_to_string(root.join("none")).expect_err("still not there");
    let ended = rig.unmount();
    assert!(ended.status.success(), "{}", ended.stderr);
    assert_eq!(ended.account["account"]["dropped"], 0);

    let (reader, items) = rig.trace("t.btr");
    assert!(reader.is_complete() && reader.warnings().is_empty());
    assert_eq!(reader.header().origin(), pb::Origin::Mkfs);
    assert_eq!(reader.header().drop_policy(), pb::DropPolicy::Block);
    let names = op_names(&items);
    assert_eq!((names.first(), names.last()), (Some(&"MOUNT"), Some(&"UNMOUNT")));
    assert_eq!(ended.account["account"]["recorded"], names.len());
    for name in ["CREATE", "WRITE", "MKDIR", "LINK", "RENAME", "SYMLINK", "READLINK", "READ", "LOOKUP"] {
        assert!(names.contains(&name), "{name} is in {names:?}");
    }
    let missing = items.iter().filter(|item| match item {
        TraceItem::Op(record) => matches!(&record.op.request, Some(Request::Lookup(lookup)) if lookup.name == "none"),
        _ => false,
    });
    assert_eq!(missing.count(), 1, "the kernel remembers what is not there");
    let read = items.iter().find_map(|item| match item {
        TraceItem::Op(record) => match &record.op.reply {
            Some(Reply::Data(data)) => Some(*data),
            _ => None,
        },
        _ => None,
    });
    let hash = xxhash_rust::xxh3::xxh3_64(b"hello");
    assert_eq!(read, Some(pb::Data { size: 5, hash }));
}

#[test]
fn ops_stand_in_the_order_of_their_ends_and_slots_do_not_overlap() {
    let Some(mut rig) = Rig::mount(&module("memfs"), &["--policy", "block", "--threads", "6"]) else { return };
    std::thread::scope(|scope| {
        for worker in 0..4 {
            let root = rig.root();
            scope.spawn(move || {
                for i in 0..150_usize {
                    let path = root.join(format!("{worker}-{i}"));
                    fs::write(&path, vec![worker as u8; i * 40]).expect("written");
                    assert_eq!(fs::read(&path).expect("read").len(), i * 40);
                    if i.is_multiple_of(3) {
                        fs::remove_file(&path).expect("removed");
                    }
                }
            });
        }
    });
    let ended = rig.unmount();
    assert!(ended.status.success(), "{}", ended.stderr);
    let (_, items) = rig.trace("t.btr");
    let (mut last_end, mut seq) = (HashMap::new(), 0);
    for item in &items {
        let TraceItem::Op(record) = item else { continue };
        seq += 1;
        assert_eq!(record.seq, seq);
        assert!(record.end_ns >= record.begin_ns, "op {seq} ends before it begins");
        let before = last_end.insert(record.op.thread, record.end_ns);
        assert!(before.is_none_or(|end| end <= record.end_ns), "op {seq} ends before the one that had its slot");
    }
    assert!(last_end.len() > 1 && last_end.len() <= 7, "slots: {:?}", last_end.keys());
    assert!(items.iter().any(|item| matches!(item, TraceItem::Op(record) if record.op.overlap > 0)));
}

#[test]
fn a_full_disk_does_not_stop_the_workload() {
    use rustix::mount::{MountFlags, UnmountFlags, mount, unmount};
    let disk = tempfile::tempdir().expect("a folder");
    if mount("tmpfs", disk.path(), "tmpfs", MountFlags::empty(), c"size=1m").is_err() {
        eprintln!("left out: mounting a tmpfs needs root");
        return;
    }
    let trace = disk.path().join("small.btr");
    let rig = Rig::mount(&module("memfs"), &["--policy", "block"]);
    let Some(mut rig) = rig else {
        unmount(disk.path(), UnmountFlags::DETACH).expect("just mounted");
        return;
    };
    let stopped = rig.control(serde_json::json!({ "command": "record-stop" }));
    assert_eq!(stopped["ok"], true, "{stopped}");
    let started = rig.control(serde_json::json!({ "command": "record-start", "path": trace, "policy": "block" }));
    assert_eq!(started["ok"], true, "{started}");
    for i in 0..400_u64 {
        // Contents that do not compress.
        let data: Vec<u8> =
            (0..1024_u64).flat_map(|at| xxhash_rust::xxh3::xxh3_64_with_seed(&at.to_le_bytes(), i).to_le_bytes()).collect();
        let path = rig.root().join(format!("f{i}"));
        fs::write(&path, &data).expect("the workload goes on");
        assert_eq!(fs::read(&path).expect("read"), data);
    }
    let stopped = rig.control(serde_json::json!({ "command": "record-stop" }));
    assert_eq!(stopped["ok"], true, "{stopped}");
    let account = &stopped["account"];
    assert_eq!(account["loss"][0]["cause"], "LOSS_CAUSE_NO_SPACE", "{account}");
    let count = |field: &str| account[field].as_u64().expect("a number");
    assert!(count("dropped") > 0);
    assert_eq!(count("offered"), count("recorded") + count("dropped") + count("filtered"));
    let reader = bento_host::trace::TraceReader::open(&trace, bento_host::trace::Tolerance::Strict).expect("opens");
    assert!(reader.is_complete());
    let gaps = reader.items().filter(|item| matches!(item, Ok(TraceItem::Gap(_)))).count();
    assert!(gaps > 0);
    drop(reader);
    assert!(rig.unmount().status.success());
    unmount(disk.path(), UnmountFlags::DETACH).expect("mounted");
}

#[test]
fn contents_may_be_left_out() {
    let Some(mut rig) = Rig::mount(&module("memfs"), &["--data", "none", "--policy", "block"]) else { return };
    fs::write(rig.root().join("a"), "this is nobody's business").expect("written");
    assert!(rig.unmount().status.success());
    let (reader, items) = rig.trace("t.btr");
    assert_eq!(reader.header().data_policy(), pb::DataPolicy::None);
    assert!(!items.iter().any(|item| matches!(item, TraceItem::Blob(_))));
    let file = fs::read(rig.path("t.btr")).expect("read");
    assert!(!file.windows(8).any(|window| window == b"business"));
}
