// SPDX-License-Identifier: MIT OR Apache-2.0
//! From tiffinfs to the version of it that keeps the provenance of files, and back, with programs at work.

use super::modules::module;
use super::rig::Rig;
use serde_json::json;
use std::collections::BTreeMap;
use std::fs;
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

const OF_INODE: &str = "user.bento.provenance";
const OF_ALL: &str = "user.bento.provenance.log";

/// The value of an extended attribute, as text; or the errno.
fn xattr(path: &Path, name: &str) -> Result<String, i32> {
    let mut room = vec![0; 65_536];
    match rustix::fs::getxattr(path, name, &mut room[..]) {
        Ok(len) => Ok(String::from_utf8(room[..len].to_vec()).expect("provenance is text")),
        Err(errno) => Err(errno.raw_os_error()),
    }
}

#[test]
fn provenance_says_who_did_what() {
    let Some(mut rig) = Rig::mount(&module("tiffinfs-prov"), &["--image", "img", "--size", "64M"]) else { return };
    let root = rig.root();
    fs::write(root.join("first"), "x").expect("written");
    fs::read(root.join("first")).expect("read");
    fs::rename(root.join("first"), root.join("second")).expect("renamed");
    fs::write(root.join("other"), "y").expect("written");
    fs::rename(root.join("other"), root.join("second")).expect("replaced");
    let of_second = xattr(&root.join("second"), OF_INODE).expect("known");
    // Each line: number, time, deed, inode, pid, uid, gid, place.
    let words: Vec<Vec<&str>> = of_second.lines().map(|line| line.split(' ').collect()).collect();
    assert_eq!(words.iter().map(|line| line[2]).collect::<Vec<_>>(), ["created", "renamed"], "{of_second}");
    assert!(words.iter().all(|line| line[4] != "pid=0" && line[5..7] == ["uid=0", "gid=0"]), "{of_second}");
    assert_eq!(words[1][7..], ["1/\"other\"", "->", "1/\"second\""]);
    let all = xattr(&root, OF_ALL).expect("known");
    let deeds: Vec<&str> = all.lines().map(|line| line.split(' ').nth(2).expect("a deed")).collect();
    assert_eq!(deeds, ["created", "opened", "renamed", "created", "removed", "renamed"], "{all}");
    assert_eq!(xattr(&root.join("second"), OF_ALL), Err(libc::ENODATA));
    let change = rustix::fs::setxattr(root.join("second"), OF_INODE, b"never", rustix::fs::XattrFlags::empty());
    assert_eq!(change.map_err(rustix::io::Errno::raw_os_error), Err(libc::EPERM));
    let mut names = [0_u8; 256];
    assert_eq!(rustix::fs::listxattr(root.join("second"), &mut names[..]), Ok(0), "listings do not show it");
    assert!(rig.unmount().status.success());
}

#[test]
fn upgrades_to_provenance_and_back_under_load_lose_nothing() {
    let (plain, prov) = (module("tiffinfs"), module("tiffinfs-prov"));
    let Some(mut rig) = Rig::mount(&plain, &["--image", "img", "--size", "256M", "--policy", "block"]) else { return };
    let root = rig.root();
    assert_eq!(xattr(&root, OF_ALL), Err(libc::ENODATA));
    let mut held = fs::File::options().read(true).write(true).create_new(true).open(root.join("held")).expect("made");
    let upgrade = |to: &Path| {
        let answer = rig.control(json!({ "command": "upgrade", "module": to }));
        assert_eq!(answer["ok"], true, "{answer}");
    };
    upgrade(&prov);
    fs::write(root.join("witness"), "seen").expect("written");
    let witness = xattr(&root.join("witness"), OF_INODE).expect("known");
    let stop = AtomicBool::new(false);
    let written: Vec<BTreeMap<String, String>> = std::thread::scope(|scope| {
        let work = |worker: usize| {
            let mut written = BTreeMap::new();
            for i in 0.. {
                let (name, moved) = (format!("{worker}-{}", i % 20), format!("{worker}-{}-moved", i % 20));
                let text = format!("{worker} {i} ").repeat(1 + i % 700);
                fs::write(root.join(&name), &text).expect("no op fails");
                fs::rename(root.join(&name), root.join(&moved)).expect("no op fails");
                written.insert(moved, text);
                if stop.load(Ordering::Relaxed) {
                    break;
                }
            }
            written
        };
        let workers: Vec<_> = (0..3).map(|worker| scope.spawn(move || work(worker))).collect();
        for round in 0..20 {
            upgrade(if round % 2 == 0 { &plain } else { &prov });
            writeln!(held, "round {round}").expect("the handle is good across upgrades");
        }
        stop.store(true, Ordering::Relaxed);
        workers.into_iter().map(|worker| worker.join().expect("a worker ends")).collect()
    });
    for (name, text) in written.iter().flatten() {
        assert!(fs::read_to_string(root.join(name)).expect("there") == *text, "{name} is what was written");
    }
    // Ten times plain tiffinfs had it in its hands.
    let log = xattr(&root, OF_ALL).expect("the log came through");
    let number = |line: &str| line.split(' ').next().and_then(|word| word.parse::<u64>().ok()).expect("a number");
    let numbers: Vec<u64> = log.lines().map(number).collect();
    assert!(numbers.is_sorted_by(|one, two| one + 1 == *two), "no deed is missing between the first that is kept and the last");
    let kept = xattr(&root.join("witness"), OF_INODE);
    assert!(kept == Ok(witness) || numbers.first().is_some_and(|&first| first > 0), "the witness is kept until the log is full");
    let mut text = String::new();
    held.seek(SeekFrom::Start(0)).and_then(|_| held.read_to_string(&mut text)).expect("read");
    assert_eq!(text.lines().count(), 20);
    drop(held);
    assert!(rig.unmount().status.success());
    let checked = std::process::Command::new(env!("CARGO_BIN_EXE_bento-host"))
        .args(["fsck", "--module"])
        .arg(&plain)
        .arg(rig.path("img"))
        .output()
        .expect("it runs");
    assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stderr));
}
