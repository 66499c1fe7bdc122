// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! Power cuts at every write: the image mounts, is clean, and is what the tree was at some moment since the last sync; what was
//! synced and not touched since is there.

mod support;

use bento_abi::fuse::bits;
use support::client::Client;
use support::crash::{Random, image};
use support::device::{self, Logged};
use support::model::{Content, Model, Tree, read_tree};
use support::module::{fsck, mkfs};

/// A moment of a run.
struct Moment {
    /// Entries of the device's log so far.
    logged: usize,
    tree: Tree,
    synced: bool,
}

/// The tree without the bytes of its files: data goes to the device before the metadata, so bytes may be newer than the tree.
fn outline(tree: &Tree) -> Vec<String> {
    tree.named()
        .nodes
        .iter()
        .map(|(ino, node)| {
            let content = match &node.content {
                Content::File(bytes) => format!("file of {}", bytes.len()),
                Content::Dir(names) => format!("{names:?}"),
                Content::Link(target) => format!("link of {}", target.len()),
            };
            format!("{ino} {} {content} {:?}", node.nlink, node.xattrs)
        })
        .collect()
}

/// A device on which a file system was made, and one that did the same work before it if it was `used`.
fn made(seed: u64, steps: usize, options: &str, used: bool) -> u64 {
    let dev = device::add(vec![0x77; 16 << 20]);
    mkfs(dev, options).unwrap();
    if used {
        let fs = Client::mount(dev).unwrap();
        let mut model = Model::new(seed);
        model.max_file = 40_000;
        for step in 0..steps {
            model.step(&fs);
            if step % 23 == 22 {
                fs.syncfs().unwrap();
            }
        }
        fs.unmount().unwrap();
        mkfs(dev, options).unwrap();
    }
    dev
}

fn crash_run(seed: u64, steps: usize, cuts: u64, checkpoint_often: bool, used: bool) {
    let dev = made(seed, steps, if checkpoint_often { "journal=512" } else { "" }, used);
    let fs = Client::mount(dev).unwrap();
    assert!(fs.list(1, 4096).unwrap().iter().all(|entry| entry.name.starts_with(b".")), "it begins empty");
    let base = device::state(dev).lock().unwrap().medium.clone();
    device::state(dev).lock().unwrap().logging = true;
    let mut model = Model::new(seed);
    model.max_file = 40_000;
    let mut moments = vec![Moment { logged: 0, tree: model.tree.clone(), synced: true }];
    for step in 0..steps {
        model.step(&fs);
        let synced = step % 23 == 22;
        if synced {
            fs.syncfs().unwrap();
        }
        let logged = device::state(dev).lock().unwrap().log.len();
        moments.push(Moment { logged, tree: model.tree.clone(), synced });
    }
    let log = std::mem::take(&mut device::state(dev).lock().unwrap().log);
    fs.discard();
    device::remove(dev);
    let mut random = Random(seed | 1);
    let mut committed = 0;
    for number in 0..cuts {
        let cut = (log.len() as u64 * number / cuts) as usize;
        let crashed = device::add(image(&base, &log, cut, &mut random));
        let what = format!("seed {seed}, cut {cut} of {}", log.len());
        assert_eq!(fsck(crashed), (0, String::new()), "{what}: before recovery");
        let fs = Client::mount(crashed).unwrap_or_else(|errno| panic!("{what}: mount: {errno}"));
        let found = read_tree(&fs);
        let first = moments.iter().rposition(|moment| moment.synced && moment.logged <= cut).unwrap();
        let last = moments.iter().position(|moment| moment.logged > cut).unwrap_or(moments.len() - 1);
        let seen = outline(&found);
        let at = (first..=last).find(|&at| outline(&moments[at].tree) == seen);
        let at = at.unwrap_or_else(|| panic!("{what}: the tree is none of those of ops {first} to {last}"));
        committed += usize::from(at > first);
        // A file that no op has changed since the last sync has its bytes.
        for (ino, node) in &moments[first].tree.named().nodes {
            let steady = (first..=last)
                .all(|at| moments[at].tree.nodes.get(ino).is_some_and(|later| later.nlink > 0 && later.content == node.content));
            if steady {
                assert!(found.nodes[ino].content == node.content, "{what}: the synced bytes of inode {ino} are lost");
            }
        }
        fs.unmount().unwrap();
        assert_eq!(fsck(crashed), (0, String::new()), "{what}: after recovery");
        device::remove(crashed);
    }
    // The test would prove little if every image were simply the last sync's.
    assert!(committed > 0 || cuts < 50, "seed {seed}: no cut fell between two syncs");
}

#[test]
fn a_cut_anywhere_leaves_a_whole_tree() {
    for seed in [11, 222, 3333] {
        crash_run(seed, 250, 50, false, false);
    }
}

/// The log of the one before lies in the journal still, transaction by transaction as long as the new one's.
#[test]
fn a_cut_anywhere_leaves_nothing_of_the_file_system_before() {
    for seed in [11, 222, 3333] {
        crash_run(seed, 250, 50, false, true);
    }
}

#[test]
fn a_cut_during_checkpoints_leaves_a_whole_tree() {
    crash_run(44_444, 900, 80, true, false);
}

#[test]
fn a_failed_device_stops_the_file_system_and_is_reported() {
    let dev = device::add(vec![0; 16 << 20]);
    mkfs(dev, "").unwrap();
    let fs = Client::mount(dev).unwrap();
    let (entry, fh) = fs.create(1, b"kept", 0).unwrap();
    fs.write(entry.nodeid, fh, 0, b"kept").unwrap();
    fs.fsync(entry.nodeid, fh).unwrap();
    fs.create(1, b"lost", 0).unwrap();
    device::state(dev).lock().unwrap().writes_left = Some(0);
    support::ks::quiet(true);
    assert_eq!(fs.write(entry.nodeid, fh, 0, b"fails"), Err(5));
    assert_eq!(fs.fsync(entry.nodeid, fh), Err(5));
    assert_eq!(fs.fsync(entry.nodeid, fh), Err(5));
    assert_eq!(fs.mkdir(1, b"no").map(|_| ()), Err(5));
    assert_eq!(fs.read(entry.nodeid, fh, 0, 10).unwrap(), b"kept");
    fs.discard();
    device::state(dev).lock().unwrap().writes_left = None;
    let fs = Client::mount(dev).unwrap();
    assert!(fs.lookup(1, b"kept").is_ok());
    assert_eq!(fs.lookup(1, b"lost").map(|_| ()), Err(2));
    fs.unmount().unwrap();
    assert_eq!(fsck(dev), (0, String::new()));
}

#[test]
fn content_written_in_its_place_changes_no_metadata_and_is_durable_after_fsync() {
    let dev = device::add(vec![0; 16 << 20]);
    mkfs(dev, "").unwrap();
    let fs = Client::mount(dev).unwrap();
    let (entry, fh) = fs.create(1, b"kept", 0).unwrap();
    let ino = entry.nodeid;
    fs.write(ino, fh, 0, &[1; 8192]).unwrap();
    fs.fsync(ino, fh).unwrap();
    let before = fs.getattr(ino).unwrap();
    let base = device::state(dev).lock().unwrap().medium.clone();
    device::state(dev).lock().unwrap().logging = true;
    fs.write_with(ino, fh, 4096, &[2; 4096], bits::WRITE_KEEP_TIMES).unwrap();
    fs.fsync(ino, fh).unwrap();
    let after = fs.getattr(ino).unwrap();
    assert_eq!((before.mtime, before.mtimensec, before.ctimensec), (after.mtime, after.mtimensec, after.ctimensec));
    let log = device::state(dev).lock().unwrap().log.clone();
    // The data and the flush, nothing of the journal's.
    assert!(matches!(&log[..], [Logged::Write { data, .. }, Logged::Flush] if data[..] == [2; 4096]));
    fs.discard();
    for seed in 1..20 {
        let crashed = device::add(image(&base, &log, log.len(), &mut Random(seed)));
        let fs = Client::mount(crashed).unwrap();
        let fh = fs.open(ino).unwrap();
        assert_eq!(fs.read(ino, fh, 4096, 4096).unwrap(), [2; 4096]);
        fs.discard();
        device::remove(crashed);
    }
    // Where the file's size changes, the inode does.
    let fs = Client::mount(dev).unwrap();
    fs.lookup(1, b"kept").unwrap();
    let fh = fs.open(ino).unwrap();
    fs.write_with(ino, fh, 8192, &[3; 10], bits::WRITE_KEEP_TIMES).unwrap();
    fs.release(ino, fh).unwrap();
    fs.forget(ino, 1);
    fs.unmount().unwrap();
    let fs = Client::mount(dev).unwrap();
    assert_eq!(fs.lookup(1, b"kept").unwrap().attr.size, 8202);
    fs.discard();
    assert_eq!(fsck(dev), (0, String::new()));
}
