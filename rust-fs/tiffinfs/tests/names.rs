// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! Names: they come, go, move and are listed.

mod support;

use support::client::Client;
use support::device;
use support::module::fsck;
use support::mounted::{end, fresh, remount};

const ENOENT: i32 = 2;
const EEXIST: i32 = 17;
const ENOTDIR: i32 = 20;
const EISDIR: i32 = 21;
const EINVAL: i32 = 22;
const ENOTEMPTY: i32 = 39;

#[test]
fn names_come_and_go() {
    let fs = fresh(16);
    let dir = fs.mkdir(1, b"dir").unwrap().nodeid;
    assert_eq!(fs.getattr(1).unwrap().nlink, 3);
    assert_eq!(fs.mkdir(1, b"dir").map(|_| ()), Err(EEXIST));
    let (file, fh) = fs.create(dir, b"a", 0).unwrap();
    assert_eq!(fs.rmdir(1, b"dir"), Err(ENOTEMPTY));
    assert_eq!(fs.unlink(1, b"dir"), Err(EISDIR));
    assert_eq!(fs.rmdir(dir, b"a"), Err(ENOTDIR));
    assert_eq!(fs.link(file.nodeid, 1, b"b").unwrap().attr.nlink, 2);
    fs.unlink(dir, b"a").unwrap();
    assert_eq!(fs.lookup(dir, b"a").map(|_| ()), Err(ENOENT));
    assert_eq!(fs.getattr(file.nodeid).unwrap().nlink, 1);
    fs.rmdir(1, b"dir").unwrap();
    assert_eq!(fs.create(dir, b"late", 0).map(|_| ()), Err(ENOENT));
    assert_eq!(fs.getattr(1).unwrap().nlink, 2);
    fs.unlink(1, b"b").unwrap();
    fs.write(file.nodeid, fh, 0, b"still here").unwrap();
    assert_eq!(fs.read(file.nodeid, fh, 0, 100).unwrap(), b"still here");
    let before = fs.statfs();
    fs.release(file.nodeid, fh).unwrap();
    fs.forget(file.nodeid, 2);
    fs.forget(dir, 1);
    let after = fs.statfs();
    assert_eq!((after.bfree - before.bfree, after.ffree - before.ffree), (2, 2));
    let long = [b'x'; 255];
    fs.mknod(1, &long, 0o010644, 0).unwrap();
    assert_eq!(fs.mknod(1, &[b'x'; 256], 0o010644, 0).map(|_| ()), Err(36));
    let node = fs.mknod(1, b"\xff\xfe", 0o020600, 0x0501).unwrap();
    assert_eq!((node.attr.rdev, node.attr.mode), (0x0501, 0o020600));
    end(fs);
}

#[test]
fn rename_moves_replaces_and_exchanges() {
    let fs = fresh(16);
    let (a, b) = (fs.mkdir(1, b"a").unwrap().nodeid, fs.mkdir(1, b"b").unwrap().nodeid);
    let inner = fs.mkdir(a, b"inner").unwrap().nodeid;
    assert_eq!(fs.rename(1, b"a", inner, b"x", 0), Err(EINVAL));
    assert_eq!(fs.rename(1, b"a", a, b"x", 0), Err(EINVAL));
    assert_eq!(fs.rename(a, b"inner", 1, b"a", 0), Err(ENOTEMPTY));
    fs.rename(a, b"inner", b, b"moved", 0).unwrap();
    assert_eq!((fs.getattr(a).unwrap().nlink, fs.getattr(b).unwrap().nlink), (2, 3));
    assert_eq!(fs.lookup(inner, b"..").unwrap().nodeid, b);
    let (file, fh) = fs.create(1, b"file", 0).unwrap();
    let (other, other_fh) = fs.create(b, b"other", 0).unwrap();
    assert_eq!(fs.rename(1, b"file", b, b"other", 1), Err(EEXIST));
    assert_eq!(fs.rename(1, b"file", b, b"moved", 0), Err(EISDIR));
    assert_eq!(fs.rename(b, b"moved", 1, b"file", 0), Err(ENOTDIR));
    fs.rename(1, b"file", b, b"other", 0).unwrap();
    assert_eq!(fs.getattr(other.nodeid).unwrap().nlink, 0);
    assert_eq!(fs.lookup(b, b"other").unwrap().nodeid, file.nodeid);
    fs.rename(b, b"other", 1, b"a", 2).unwrap();
    assert_eq!(fs.lookup(1, b"a").unwrap().nodeid, file.nodeid);
    assert_eq!(fs.lookup(b, b"other").unwrap().nodeid, a);
    assert_eq!((fs.getattr(1).unwrap().nlink, fs.getattr(b).unwrap().nlink), (3, 4));
    assert_eq!(fs.rename(1, b"nothing", 1, b"x", 0), Err(ENOENT));
    fs.release(file.nodeid, fh).unwrap();
    fs.release(other.nodeid, other_fh).unwrap();
    end(fs);
}

#[test]
fn symbolic_links_short_and_long() {
    let fs = fresh(16);
    for len in [1, 96, 97, 4095] {
        let target = vec![b'a' + (len % 26) as u8; len];
        let entry = fs.symlink(1, format!("l{len}").as_bytes(), &target).unwrap();
        assert_eq!(fs.readlink(entry.nodeid).unwrap(), target);
        assert_eq!(entry.attr.size, len as u64);
    }
    let fs = remount(fs);
    let entry = fs.lookup(1, b"l4095").unwrap();
    assert_eq!(fs.readlink(entry.nodeid).unwrap().len(), 4095);
    fs.unlink(1, b"l4095").unwrap();
    end(fs);
}

#[test]
fn a_large_directory_is_listed_once_while_it_changes() {
    let fs = fresh(64);
    let dir = fs.mkdir(1, b"d").unwrap().nodeid;
    for n in 0..3000 {
        let ino = fs.mknod(dir, format!("name-{n}").as_bytes(), 0o100644, 0).unwrap().nodeid;
        fs.forget(ino, 1);
    }
    let fh = fs.opendir(dir).unwrap();
    let mut seen = std::collections::BTreeMap::new();
    let (mut cookie, mut round) = (0, 0);
    loop {
        let listed = fs.readdir(dir, fh, cookie, 1000).unwrap();
        let Some(last) = listed.last() else { break };
        cookie = last.cookie;
        for entry in listed {
            *seen.entry(entry.name).or_insert(0) += 1;
        }
        // Names above 2000 go, others come.
        for n in round * 10..round * 10 + 10 {
            if n < 1000 {
                fs.unlink(dir, format!("name-{}", 2000 + n).as_bytes()).unwrap();
            }
            let ino = fs.mknod(dir, format!("new-{n}").as_bytes(), 0o100644, 0).unwrap().nodeid;
            fs.forget(ino, 1);
        }
        round += 1;
    }
    for n in 0..2000 {
        assert_eq!(seen.get(format!("name-{n}").as_bytes()), Some(&1), "name-{n}");
    }
    assert!(seen.values().all(|&count| count == 1));
    assert!(seen.contains_key(&b"."[..]) && seen.contains_key(&b".."[..]));
    fs.releasedir(dir, fh).unwrap();
    let plus = {
        let fh = fs.opendir(dir).unwrap();
        let (mut cookie, mut count) = (0, 0);
        loop {
            let listed = fs.readdirplus(dir, fh, cookie, 4096).unwrap();
            let Some(last) = listed.last() else { break };
            cookie = last.cookie;
            count += listed.len();
        }
        fs.releasedir(dir, fh).unwrap();
        count
    };
    let listed = fs.list(dir, 8192).unwrap();
    assert_eq!(plus, listed.len());
    for entry in listed.iter().filter(|entry| entry.ino != dir && entry.ino != 1) {
        fs.unlink(dir, &entry.name).unwrap();
    }
    assert_eq!(fs.getattr(dir).unwrap().size, 4096);
    fs.rmdir(1, b"d").unwrap();
    end(fs);
}

#[test]
fn a_nameless_file_can_get_a_name() {
    let fs = fresh(16);
    let (entry, fh) = fs.tmpfile(1).unwrap();
    assert_eq!(entry.attr.nlink, 0);
    fs.write(entry.nodeid, fh, 0, b"content").unwrap();
    assert_eq!(fs.link(entry.nodeid, 1, b"named").unwrap().attr.nlink, 1);
    let (lost, _) = fs.tmpfile(1).unwrap();
    fs.release(entry.nodeid, fh).unwrap();
    fs.forget(entry.nodeid, 2);
    // The other is still open: a mount after this, without unmounting, has to free it.
    fs.syncfs().unwrap();
    let image = device::state(fs.dev).lock().unwrap().medium.clone();
    let dev = device::add(image);
    assert_eq!(fsck(dev), (0, String::new()));
    let crashed = Client::mount(dev).unwrap();
    assert!(crashed.getattr(lost.nodeid).is_err());
    let named = crashed.lookup(1, b"named").unwrap();
    assert_eq!(named.attr.size, 7);
    end(crashed);
    end(fs);
}

#[test]
fn directories_of_three_levels_grow_and_shrink() {
    let fs = fresh(64);
    let mut random = support::crash::Random(99);
    let mut names = std::collections::BTreeSet::new();
    // Long names make small nodes, so that inner nodes split too.
    let name = |number: u64| format!("{number:0240}").into_bytes();
    let dir = fs.mkdir(1, b"d").unwrap().nodeid;
    let file = fs.mknod(1, b"f", 0o100644, 0).unwrap().nodeid;
    for (grow, rounds) in [(3, 8000), (1, 4000), (3, 2000)] {
        for _ in 0..rounds {
            let number = random.below(20_000);
            if random.below(4) < grow {
                if names.insert(number) {
                    fs.link(file, dir, &name(number)).unwrap();
                }
            } else if let Some(&number) = names.range(number..).next() {
                names.remove(&number);
                fs.unlink(dir, &name(number)).unwrap();
            }
        }
        let listed: std::collections::BTreeSet<Vec<u8>> =
            fs.list(dir, 60_000).unwrap().into_iter().map(|entry| entry.name).skip(2).collect();
        assert!(listed == names.iter().map(|&number| name(number)).collect());
        fs.syncfs().unwrap();
        assert_eq!(fsck(fs.dev), (0, String::new()));
    }
    for &number in &names {
        fs.unlink(dir, &name(number)).unwrap();
    }
    assert_eq!(fs.getattr(dir).unwrap().size, 4096);
    fs.rmdir(1, b"d").unwrap();
    end(fs);
}
