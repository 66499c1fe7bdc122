// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! What each op does, one at a time.

mod support;

use bento_abi::fuse::{self, fattr};
use support::client::Client;
use support::device;
use support::module::{fsck, mkfs};

const ENOENT: i32 = 2;
const EBADF: i32 = 9;
const EEXIST: i32 = 17;
const ENOTDIR: i32 = 20;
const EISDIR: i32 = 21;
const EINVAL: i32 = 22;
const ENOTEMPTY: i32 = 39;
const ENODATA: i32 = 61;
const ENXIO: i32 = 6;
const ENOSPC: i32 = 28;

fn fresh(mib: usize) -> Client {
    let dev = device::add(vec![0x5A; mib << 20]);
    mkfs(dev, "label=test").unwrap();
    assert_eq!(fsck(dev), (0, String::new()));
    Client::mount(dev).unwrap()
}

/// Unmounts, checks, and mounts again.
fn remount(client: Client) -> Client {
    let dev = client.dev;
    client.unmount().unwrap();
    assert_eq!(fsck(dev), (0, String::new()));
    Client::mount(dev).unwrap()
}

fn end(client: Client) {
    let dev = client.dev;
    client.unmount().unwrap();
    assert_eq!(fsck(dev), (0, String::new()));
    device::remove(dev);
}

#[test]
fn a_written_file_is_read_back_after_remount() {
    let fs = fresh(16);
    let (entry, fh) = fs.create(1, b"file", 0).unwrap();
    let ino = entry.nodeid;
    let data: Vec<u8> = (0..100_000_u32).map(|at| (at * 7 % 251) as u8).collect();
    assert_eq!(fs.write(ino, fh, 0, &data), Ok(100_000));
    assert_eq!(fs.read(ino, fh, 0, 200_000).unwrap(), data);
    assert_eq!(fs.read(ino, fh, 5_000, 10).unwrap(), &data[5_000..5_010]);
    assert_eq!(fs.read(ino, fh, 100_000, 10).unwrap(), b"");
    assert_eq!(fs.getattr(ino).unwrap().size, 100_000);
    fs.release(ino, fh).unwrap();
    assert_eq!(fs.read(ino, fh, 0, 10), Err(EBADF));
    let fs = remount(fs);
    let again = fs.lookup(1, b"file").unwrap();
    assert_eq!((again.nodeid, again.attr.size, again.attr.mode, again.attr.uid), (ino, 100_000, 0o100644, 1000));
    let fh = fs.open(ino).unwrap();
    assert_eq!(fs.read(ino, fh, 0, 200_000).unwrap(), data);
    fs.release(ino, fh).unwrap();
    end(fs);
}

#[test]
fn holes_and_tails_read_as_zeroes() {
    let fs = fresh(16);
    let (entry, fh) = fs.create(1, b"sparse", 0).unwrap();
    let ino = entry.nodeid;
    fs.write(ino, fh, 0, &[1; 5000]).unwrap();
    fs.truncate(ino, 100).unwrap();
    fs.truncate(ino, 5000).unwrap();
    let mut expected = vec![0; 5000];
    expected[..100].fill(1);
    assert_eq!(fs.read(ino, fh, 0, 5000).unwrap(), expected);
    fs.truncate(ino, 10).unwrap();
    fs.write(ino, fh, 100_000, &[2; 10]).unwrap();
    let all = fs.read(ino, fh, 0, 200_000).unwrap();
    assert_eq!(all.len(), 100_010);
    assert!(
        all[..10].iter().all(|&b| b == 1) && all[10..100_000].iter().all(|&b| b == 0) && all[100_000..].iter().all(|&b| b == 2)
    );
    assert_eq!(fs.lseek(ino, fh, 10, 4), Ok(4096));
    assert_eq!(fs.lseek(ino, fh, 4096, 3), Ok(24 * 4096));
    assert_eq!(fs.lseek(ino, fh, 100_010, 3), Err(ENXIO));
    assert_eq!(fs.getattr(ino).unwrap().blocks, 16);
    fs.release(ino, fh).unwrap();
    end(fs);
}

#[test]
fn fallocate_sets_aside_punches_and_zeroes() {
    let fs = fresh(16);
    let (entry, fh) = fs.create(1, b"f", 0).unwrap();
    let ino = entry.nodeid;
    fs.fallocate(ino, fh, 0, 40_960, 1).unwrap();
    let attr = fs.getattr(ino).unwrap();
    assert_eq!((attr.size, attr.blocks), (0, 80));
    fs.write(ino, fh, 4096, &[7; 8192]).unwrap();
    assert_eq!(fs.getattr(ino).unwrap().blocks, 80);
    let all = fs.read(ino, fh, 0, 50_000).unwrap();
    assert!(all.len() == 12_288 && all[..4096].iter().all(|&b| b == 0) && all[4096..].iter().all(|&b| b == 7));
    fs.fallocate(ino, fh, 5000, 5000, 3).unwrap();
    let all = fs.read(ino, fh, 0, 50_000).unwrap();
    assert!(
        all[4096..5000].iter().all(|&b| b == 7)
            && all[5000..10_000].iter().all(|&b| b == 0)
            && all[10_000..].iter().all(|&b| b == 7)
    );
    fs.fallocate(ino, fh, 0, 12_288, 0x10).unwrap();
    assert!(fs.read(ino, fh, 0, 50_000).unwrap().iter().all(|&b| b == 0));
    assert_eq!(fs.fallocate(ino, fh, 0, 4096, 8), Err(95));
    fs.fallocate(ino, fh, 0, 1 << 20, 0).unwrap();
    assert_eq!(fs.getattr(ino).unwrap().size, 1 << 20);
    assert_eq!(fs.fallocate(ino, fh, 0, 1 << 30, 0), Err(ENOSPC));
    fs.release(ino, fh).unwrap();
    end(fs);
}

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
fn extended_attributes_of_all_sizes() {
    let fs = fresh(16);
    let ino = fs.create(1, b"f", 0).unwrap().0.nodeid;
    assert_eq!(fs.getxattr(ino, b"user.a"), Err(ENODATA));
    fs.setxattr(ino, b"user.a", b"1", 0).unwrap();
    assert_eq!(fs.setxattr(ino, b"user.a", b"1", 1), Err(EEXIST));
    assert_eq!(fs.setxattr(ino, b"user.b", b"1", 2), Err(ENODATA));
    let big: Vec<u8> = (0..65_536_u32).map(|at| at as u8).collect();
    fs.setxattr(ino, b"trusted.big", &big, 0).unwrap();
    assert_eq!(fs.getxattr(ino, b"trusted.big").unwrap(), big);
    assert_eq!(fs.getxattr(ino, b"user.a").unwrap(), b"1");
    let fs = remount(fs);
    assert_eq!(fs.getxattr(ino, b"trusted.big").unwrap(), big);
    assert_eq!(fs.listxattr(ino).unwrap(), b"user.a\0trusted.big\0");
    fs.removexattr(ino, b"trusted.big").unwrap();
    assert_eq!(fs.getattr(ino).unwrap().blocks, 0);
    assert_eq!(fs.removexattr(ino, b"trusted.big"), Err(ENODATA));
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
fn a_full_device_fails_cleanly_and_space_comes_back() {
    let fs = fresh(16);
    let free = fs.statfs().bfree;
    let (entry, fh) = fs.create(1, b"big", 0).unwrap();
    let chunk = vec![3; 1 << 20];
    let mut at = 0;
    loop {
        match fs.write(entry.nodeid, fh, at, &chunk) {
            Ok(written) => at += u64::from(written),
            Err(errno) => {
                assert_eq!(errno, ENOSPC);
                break;
            }
        }
    }
    assert_eq!(fs.getattr(entry.nodeid).unwrap().size, at);
    assert!(fs.statfs().bavail == 0 && fs.statfs().bfree > 0);
    assert_eq!(fs.mkdir(1, b"no").map(|_| ()), Err(ENOSPC));
    fs.unlink(1, b"big").unwrap();
    fs.release(entry.nodeid, fh).unwrap();
    fs.forget(entry.nodeid, 1);
    assert_eq!(fs.statfs().bfree, free);
    // Freed blocks are held until the next commit: running out of others makes it happen.
    let (entry, fh) = fs.create(1, b"again", 0).unwrap();
    let mut again = 0;
    while again < at {
        again += u64::from(fs.write(entry.nodeid, fh, again, &chunk[..((at - again) as usize).min(chunk.len())]).unwrap());
    }
    fs.release(entry.nodeid, fh).unwrap();
    end(fs);
}

#[test]
fn times_modes_and_owners() {
    let fs = fresh(16);
    let (entry, fh) = fs.create(1, b"f", 0).unwrap();
    let ino = entry.nodeid;
    let set = |args: fuse::SetattrIn| fs.setattr(ino, args).unwrap();
    assert_eq!(set(fuse::SetattrIn { valid: fattr::MODE, mode: 0o106755, ..Default::default() }).mode, 0o106755);
    assert_eq!(set(fuse::SetattrIn { valid: fattr::UID, uid: 5, ..Default::default() }).mode, 0o100755);
    let attr =
        set(fuse::SetattrIn { valid: fattr::MTIME | fattr::ATIME, mtime: 12, mtimensec: 34, atime: 56, ..Default::default() });
    assert_eq!((attr.mtime, attr.mtimensec, attr.atime, attr.uid), (12, 34, 56, 5));
    support::ks::CLOCK.fetch_add(1_000_000_007, std::sync::atomic::Ordering::Relaxed);
    fs.write(ino, fh, 0, b"x").unwrap();
    assert!(fs.getattr(ino).unwrap().mtime > 1_700_000_000);
    let dir = fs.mkdir(1, b"d").unwrap().nodeid;
    fs.setattr(dir, fuse::SetattrIn { valid: fattr::MODE | fattr::GID, mode: 0o042755, gid: 77, ..Default::default() }).unwrap();
    assert_eq!(fs.create(dir, b"in", 0).unwrap().0.attr.gid, 77);
    let sub = fs.mkdir(dir, b"sub").unwrap();
    assert_eq!((sub.attr.gid, sub.attr.mode), (77, 0o042755));
    fs.release(ino, fh).unwrap();
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
fn ranges_are_copied() {
    let fs = fresh(16);
    let (a, a_fh) = fs.create(1, b"a", 0).unwrap();
    let (b, b_fh) = fs.create(1, b"b", 0).unwrap();
    let data: Vec<u8> = (0..300_000_u32).map(|at| (at / 3) as u8).collect();
    fs.write(a.nodeid, a_fh, 0, &data).unwrap();
    assert_eq!(fs.copy((a.nodeid, a_fh, 10), (b.nodeid, b_fh, 5), 400_000), Ok(299_990));
    assert_eq!(fs.read(b.nodeid, b_fh, 5, 400_000).unwrap(), &data[10..]);
    assert_eq!(fs.copy((a.nodeid, a_fh, 0), (a.nodeid, a_fh, 100), 4096), Err(EINVAL));
    assert_eq!(fs.copy((a.nodeid, a_fh, 0), (a.nodeid, a_fh, 300_000), 4096), Ok(4096));
    assert_eq!(fs.read(a.nodeid, a_fh, 300_000, 8192).unwrap(), &data[..4096]);
    assert!(fs.bmap(a.nodeid, 0).unwrap() > 0);
    end(fs);
}

#[test]
fn every_block_can_be_explained() {
    let fs = fresh(16);
    let dir = fs.mkdir(1, b"docs").unwrap().nodeid;
    let (file, fh) = fs.create(dir, b"read me", 0).unwrap();
    fs.write(file.nodeid, fh, 0, b"some content").unwrap();
    for hole in 1..20 {
        fs.write(file.nodeid, fh, hole * 10_000, b"x").unwrap();
    }
    fs.setxattr(file.nodeid, b"user.big", &[1; 5000], 0).unwrap();
    fs.symlink(1, b"link", b"docs/read me").unwrap();
    let _open = fs.tmpfile(1).unwrap();
    fs.syncfs().unwrap();
    let blocks = (16 << 20) / 4096;
    let all: Vec<String> = (0..blocks).map(|number| support::module::explain(fs.dev, number)).collect();
    assert!(all.iter().all(|text| !text.is_empty()));
    let has = |what: &str| assert!(all.iter().any(|text| text.contains(what)), "nothing says {what:?}");
    has("label: \"test\"");
    has("\"read me\": inode");
    has("leads to \"docs/read me\"");
    has("attribute \"user.big\", 5000 bytes");
    has("begins with: \"some content");
    has("orphan: inode");
    has("journal descriptor of transaction");
    has("journal commit of transaction");
    has("tree node of extents of inode");
    has("block bitmap, group 0");
    has("inode bitmap, group 0");
    assert!(!all.iter().any(|text| text.contains("damaged") || text.contains("wrong")));
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
