// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! What POSIX and Linux promise, op by op.

use crate::world::services::tick;
use crate::world::{Fs, Made};
use libbentofs::Errno;
use libbentofs::abi::fuse::{SetattrIn, bits, fattr};

const ROOT: u64 = 1;
const PUNCH: u32 = bits::FALLOC_PUNCH_HOLE | bits::FALLOC_KEEP_SIZE;

fn errno<T>(errno: Errno) -> Result<T, i32> {
    Err(errno.code())
}

fn mounted() -> Fs {
    Fs::mount("").unwrap()
}

#[test]
fn a_file_without_names_lives_until_closed_and_forgotten() {
    let fs = mounted();
    let file = fs.create(ROOT, "f", 0o644).unwrap();
    fs.write(file, 0, b"still here").unwrap();
    let used = fs.statfs().bfree;
    fs.unlink(ROOT, "f").unwrap();
    assert_eq!(fs.lookup(ROOT, "f"), errno(Errno::ENOENT));
    assert_eq!(fs.attr(file.ino).unwrap().nlink, 0);
    assert_eq!(fs.read(file, 0, 100).unwrap(), b"still here");
    fs.forget(file.ino, 1);
    assert_eq!(fs.read(file, 0, 100).unwrap(), b"still here");
    fs.release(file).unwrap();
    assert_eq!(fs.attr(file.ino), errno(Errno::ESTALE));
    assert_eq!(fs.statfs().bfree, used + 1);
}

#[test]
fn forgetting_a_file_that_has_a_name_keeps_it() {
    let fs = mounted();
    let file = fs.create(ROOT, "f", 0o644).unwrap();
    fs.release(file).unwrap();
    fs.forget(file.ino, 1);
    assert_eq!(fs.lookup(ROOT, "f").unwrap().ino, file.ino);
}

#[test]
fn holes_read_as_zeroes_and_cost_nothing() {
    let fs = mounted();
    let file = fs.create(ROOT, "f", 0o644).unwrap();
    fs.write(file, 10_000, b"end").unwrap();
    assert_eq!(fs.attr(file.ino).unwrap().blocks, 8);
    let bytes = fs.read(file, 0, 20_000).unwrap();
    assert_eq!((bytes.len(), &bytes[10_000..]), (10_003, &b"end"[..]));
    assert!(bytes[..10_000].iter().all(|&b| b == 0));
    assert_eq!(fs.seek(file, 0, bits::SEEK_DATA).unwrap(), 8192);
    assert_eq!(fs.seek(file, 9000, bits::SEEK_DATA).unwrap(), 9000);
    assert_eq!(fs.seek(file, 9000, bits::SEEK_HOLE).unwrap(), 10_003);
    assert_eq!(fs.seek(file, 10_003, bits::SEEK_HOLE), errno(Errno::ENXIO));
}

#[test]
fn a_file_cut_and_grown_again_has_zeroes_where_it_was_cut() {
    let fs = mounted();
    let file = fs.create(ROOT, "f", 0o644).unwrap();
    fs.write(file, 0, &[7; 9000]).unwrap();
    fs.truncate(file.ino, 5000).unwrap();
    fs.truncate(file.ino, 9000).unwrap();
    let bytes = fs.read(file, 0, 9000).unwrap();
    assert!(bytes[..5000].iter().all(|&b| b == 7) && bytes[5000..].iter().all(|&b| b == 0));
    assert_eq!(fs.attr(file.ino).unwrap().blocks, 16);
}

#[test]
fn fallocate_reserves_punches_and_zeroes() {
    let fs = mounted();
    let file = fs.create(ROOT, "f", 0o644).unwrap();
    fs.write(file, 0, &[7; 12_288]).unwrap();
    fs.fallocate(file, 4000, 5000, PUNCH).unwrap();
    assert_eq!(fs.attr(file.ino).unwrap().blocks, 16);
    let bytes = fs.read(file, 0, 12_288).unwrap();
    assert!(bytes.iter().enumerate().all(|(at, &b)| b == if (4000..9000).contains(&at) { 0 } else { 7 }));
    fs.fallocate(file, 0, 20_000, bits::FALLOC_KEEP_SIZE).unwrap();
    let attr = fs.attr(file.ino).unwrap();
    assert_eq!((attr.size, attr.blocks), (12_288, 40));
    fs.fallocate(file, 0, 20_000, 0).unwrap();
    assert_eq!(fs.attr(file.ino).unwrap().size, 20_000);
    fs.fallocate(file, 0, 100, bits::FALLOC_ZERO_RANGE).unwrap();
    assert_eq!(fs.read(file, 0, 100).unwrap(), [0; 100]);
    assert_eq!(fs.fallocate(file, 0, 100, bits::FALLOC_PUNCH_HOLE), errno(Errno::EOPNOTSUPP));
    assert_eq!(fs.fallocate(file, 0, 0, 0), errno(Errno::EINVAL));
}

#[test]
fn when_room_runs_out_a_write_is_short_and_then_fails() {
    let fs = Fs::mount("size=16k").unwrap();
    let file = fs.create(ROOT, "f", 0o644).unwrap();
    assert_eq!(fs.write(file, 0, &[1; 20_000]), Ok(16_384));
    assert_eq!(fs.write(file, 16_384, &[1; 10]), errno(Errno::ENOSPC));
    assert_eq!(fs.write(file, 0, &[2; 10]), Ok(10));
    fs.truncate(file.ino, 0).unwrap();
    assert_eq!(fs.write(file, 0, &[1; 16_384]), Ok(16_384));
    assert_eq!(fs.fallocate(file, 0, 1 << 60, 0), errno(Errno::ENOSPC));
}

#[test]
fn options_that_are_not_understood_are_refused() {
    for options in ["size=", "size=12q", "size=0", "colour=red", "size=99999999999g"] {
        assert_eq!(Fs::mount(options).err(), Some(Errno::EINVAL.code()), "{options}");
    }
}

#[test]
fn rename_replaces_a_file_and_keeps_its_place_in_a_listing() {
    let fs = mounted();
    let old = fs.create(ROOT, "old", 0o644).unwrap();
    let new = fs.create(ROOT, "new", 0o644).unwrap();
    let dir = Made { ino: ROOT, fh: fs.opendir(ROOT).unwrap() };
    let before = fs.list(dir, 0, 4096).unwrap();
    fs.rename((ROOT, "old"), (ROOT, "new"), 0).unwrap();
    assert_eq!(fs.lookup(ROOT, "new").unwrap().ino, old.ino);
    assert_eq!(fs.lookup(ROOT, "old"), errno(Errno::ENOENT));
    assert_eq!(fs.attr(new.ino).unwrap().nlink, 0);
    let after = fs.list(dir, 0, 4096).unwrap();
    assert_eq!(after.last(), before.last());
}

#[test]
fn rename_moves_directories_with_their_parents_links() {
    let fs = mounted();
    let (a, b) = (fs.mkdir(ROOT, "a", 0o755).unwrap(), fs.mkdir(ROOT, "b", 0o755).unwrap());
    let inner = fs.mkdir(a, "inner", 0o755).unwrap();
    fs.rename((a, "inner"), (b, "inner"), 0).unwrap();
    let links = |ino| fs.attr(ino).unwrap().nlink;
    assert_eq!((links(ROOT), links(a), links(b), links(inner)), (4, 2, 3, 2));
    assert_eq!(fs.rename((ROOT, "b"), (inner, "b"), 0), errno(Errno::EINVAL));
    assert_eq!(fs.rename((ROOT, "a"), (ROOT, "b"), 0), errno(Errno::ENOTEMPTY));
    fs.rename((b, "inner"), (ROOT, "a"), 0).unwrap();
    assert_eq!((links(ROOT), links(a), links(b), links(inner)), (4, 0, 2, 2));
}

#[test]
fn rename_checks_kinds_and_flags() {
    let fs = mounted();
    fs.mkdir(ROOT, "dir", 0o755).unwrap();
    let file = fs.create(ROOT, "file", 0o644).unwrap();
    assert_eq!(fs.rename((ROOT, "dir"), (ROOT, "file"), 0), errno(Errno::ENOTDIR));
    assert_eq!(fs.rename((ROOT, "file"), (ROOT, "dir"), 0), errno(Errno::EISDIR));
    assert_eq!(fs.rename((ROOT, "file"), (ROOT, "dir"), bits::RENAME_NOREPLACE), errno(Errno::EEXIST));
    assert_eq!(fs.rename((ROOT, "file"), (ROOT, "none"), bits::RENAME_EXCHANGE), errno(Errno::ENOENT));
    assert_eq!(fs.rename((ROOT, "file"), (ROOT, "x"), bits::RENAME_WHITEOUT), errno(Errno::EINVAL));
    // Two names of one file both stay.
    fs.link(file.ino, ROOT, "same").unwrap();
    fs.rename((ROOT, "file"), (ROOT, "same"), 0).unwrap();
    assert_eq!(fs.lookup(ROOT, "file").unwrap().ino, fs.lookup(ROOT, "same").unwrap().ino);
}

#[test]
fn exchange_swaps_both_names_and_their_parents() {
    let fs = mounted();
    let (a, b) = (fs.mkdir(ROOT, "a", 0o755).unwrap(), fs.mkdir(ROOT, "b", 0o755).unwrap());
    let dir = fs.mkdir(a, "x", 0o755).unwrap();
    let file = fs.create(b, "y", 0o644).unwrap();
    fs.rename((a, "x"), (b, "y"), bits::RENAME_EXCHANGE).unwrap();
    assert_eq!((fs.lookup(a, "x").unwrap().ino, fs.lookup(b, "y").unwrap().ino), (file.ino, dir));
    assert_eq!((fs.attr(a).unwrap().nlink, fs.attr(b).unwrap().nlink), (2, 3));
    assert_eq!(fs.rename((b, "y"), (ROOT, "b"), bits::RENAME_EXCHANGE), errno(Errno::EINVAL));
}

#[test]
fn links_are_counted_and_directories_have_none_more() {
    let fs = mounted();
    let file = fs.create(ROOT, "f", 0o644).unwrap();
    fs.link(file.ino, ROOT, "g").unwrap();
    assert_eq!(fs.attr(file.ino).unwrap().nlink, 2);
    fs.unlink(ROOT, "f").unwrap();
    assert_eq!(fs.attr(file.ino).unwrap().nlink, 1);
    let dir = fs.mkdir(ROOT, "d", 0o755).unwrap();
    assert_eq!(fs.link(dir, ROOT, "e"), errno(Errno::EPERM));
    assert_eq!(fs.unlink(ROOT, "d"), errno(Errno::EISDIR));
    assert_eq!(fs.rmdir(ROOT, "g"), errno(Errno::ENOTDIR));
    assert_eq!(fs.create(ROOT, "g", 0o644), errno(Errno::EEXIST));
    fs.create(dir, "in", 0o644).unwrap();
    assert_eq!(fs.rmdir(ROOT, "d"), errno(Errno::ENOTEMPTY));
    fs.unlink(dir, "in").unwrap();
    fs.rmdir(ROOT, "d").unwrap();
    assert_eq!(fs.create(dir, "late", 0o644), errno(Errno::ENOENT));
}

#[test]
fn a_file_without_a_name_can_get_one() {
    let fs = mounted();
    let file = fs.tmpfile(ROOT).unwrap();
    fs.write(file, 0, b"kept").unwrap();
    fs.link(file.ino, ROOT, "f").unwrap();
    fs.release(file).unwrap();
    fs.forget(file.ino, 2);
    let again = fs.lookup(ROOT, "f").unwrap();
    let fh = fs.open(again.ino, 0).unwrap();
    assert_eq!(fs.read(Made { ino: again.ino, fh }, 0, 10).unwrap(), b"kept");
}

#[test]
fn a_listing_goes_on_while_names_come_and_go() {
    let fs = mounted();
    for i in 0..100 {
        fs.create(ROOT, &format!("file-{i}"), 0o644).unwrap();
    }
    let dir = Made { ino: ROOT, fh: fs.opendir(ROOT).unwrap() };
    let (mut seen, mut cookie) = (Vec::new(), 0);
    loop {
        let part = fs.list(dir, cookie, 300).unwrap();
        let Some(last) = part.last() else { break };
        cookie = last.1;
        // Everything that was listed goes, as in `rm -r`.
        for (name, _) in part.iter().filter(|(name, _)| name.starts_with("file-")) {
            fs.unlink(ROOT, name).unwrap();
        }
        seen.extend(part.into_iter().map(|(name, _)| name));
    }
    let mut wanted: Vec<String> = [".", ".."].map(String::from).into_iter().chain((0..100).map(|i| format!("file-{i}"))).collect();
    wanted.sort();
    seen.sort();
    assert_eq!(seen, wanted);
}

#[test]
fn times_follow_posix() {
    let fs = mounted();
    let file = fs.create(ROOT, "f", 0o644).unwrap();
    let times = |ino| {
        let attr = fs.attr(ino).unwrap();
        (attr.atime as i64, attr.mtime as i64, attr.ctime as i64)
    };
    let made = times(file.ino).0;
    let written = tick() / 1_000_000_000;
    fs.write(file, 0, b"x").unwrap();
    assert_eq!(times(file.ino), (made, written, written));
    let read = tick() / 1_000_000_000;
    fs.read(file, 0, 1).unwrap();
    assert_eq!(times(file.ino), (read, written, written));
    tick();
    fs.read(file, 0, 1).unwrap();
    assert_eq!(times(file.ino).0, read, "relatime: a second read leaves the time alone");
    let changed = tick() / 1_000_000_000;
    fs.setattr(file.ino, SetattrIn { valid: fattr::MODE, mode: 0o600, ..Default::default() }).unwrap();
    assert_eq!(times(file.ino), (read, written, changed));
    let linked = tick() / 1_000_000_000;
    fs.link(file.ino, ROOT, "g").unwrap();
    assert_eq!(times(file.ino).2, linked);
    assert_eq!(times(ROOT).1, linked);
}

#[test]
fn set_ids_go_when_others_write_and_when_the_owner_changes() {
    let fs = mounted();
    let file = fs.create(ROOT, "f", 0o6755).unwrap();
    fs.write(file, 0, b"x").unwrap();
    assert_eq!(fs.attr(file.ino).unwrap().mode, 0o106755);
    fs.write_killing(file, b"x").unwrap();
    assert_eq!(fs.attr(file.ino).unwrap().mode, 0o100755);
    let set = |args| fs.setattr(file.ino, args).unwrap().mode;
    assert_eq!(set(SetattrIn { valid: fattr::MODE, mode: 0o6745, ..Default::default() }), 0o106745);
    // Without group execution, set-group-id is no privilege.
    assert_eq!(set(SetattrIn { valid: fattr::UID, uid: 7, ..Default::default() }), 0o102745);
}

#[test]
fn a_set_group_id_directory_hands_its_group_down() {
    let mut fs = mounted();
    let dir = fs.mkdir(ROOT, "d", 0o2777).unwrap();
    fs.setattr(dir, SetattrIn { valid: fattr::GID, gid: 42, ..Default::default() }).unwrap();
    fs.uid = 1000;
    let file = fs.create(dir, "f", 0o644).unwrap();
    let inner = fs.mkdir(dir, "inner", 0o755).unwrap();
    assert_eq!((fs.attr(file.ino).unwrap().uid, fs.attr(file.ino).unwrap().gid), (1000, 42));
    assert_eq!((fs.attr(inner).unwrap().gid, fs.attr(inner).unwrap().mode), (42, 0o042755));
}

#[test]
fn xattrs_are_set_replaced_and_taken_away() {
    let fs = mounted();
    let file = fs.create(ROOT, "f", 0o644).unwrap();
    assert_eq!(fs.getxattr(file.ino, "user.a"), errno(Errno::ENODATA));
    assert_eq!(fs.setxattr(file.ino, "user.a", b"1", bits::XATTR_REPLACE), errno(Errno::ENODATA));
    fs.setxattr(file.ino, "user.a", b"1", bits::XATTR_CREATE).unwrap();
    assert_eq!(fs.setxattr(file.ino, "user.a", b"2", bits::XATTR_CREATE), errno(Errno::EEXIST));
    fs.setxattr(file.ino, "user.a", &[9; 60_000], 0).unwrap();
    assert_eq!(fs.getxattr(file.ino, "user.a").unwrap(), [9; 60_000]);
    fs.setxattr(file.ino, "security.capability", b"cap", 0).unwrap();
    fs.write(file, 0, b"x").unwrap();
    assert_eq!(fs.getxattr(file.ino, "security.capability"), errno(Errno::ENODATA));
    assert_eq!(fs.setxattr(file.ino, "system.posix_acl_access", b"x", 0), errno(Errno::EOPNOTSUPP));
}

#[test]
fn copies_within_and_between_files() {
    let fs = mounted();
    let (a, b) = (fs.create(ROOT, "a", 0o644).unwrap(), fs.create(ROOT, "b", 0o644).unwrap());
    let bytes: Vec<u8> = (0..200_000_u32).map(|i| (i * 7 % 251) as u8).collect();
    fs.write(a, 0, &bytes).unwrap();
    assert_eq!(fs.copy((a, 100), (b, 5), 1 << 20), Ok(199_900));
    assert_eq!(fs.read(b, 5, 200_000).unwrap(), bytes[100..]);
    assert_eq!(fs.copy((a, 0), (a, 100), 200), errno(Errno::EINVAL));
    assert_eq!(fs.copy((a, 0), (a, 200_000), 1000), Ok(1000));
    assert_eq!(fs.copy((a, 900_000), (b, 0), 10), Ok(0));
}

#[test]
fn symbolic_links_and_handles_are_checked() {
    let fs = mounted();
    let link = fs.symlink(ROOT, "l", "../somewhere").unwrap();
    assert_eq!(fs.attr(link).unwrap().size, 12);
    assert_eq!(fs.symlink(ROOT, "m", &"x".repeat(4096)), errno(Errno::ENAMETOOLONG));
    let file = fs.create(ROOT, "f", 0o644).unwrap();
    assert_eq!(fs.read(Made { fh: 99, ..file }, 0, 1), errno(Errno::EBADF));
    assert_eq!(fs.read(Made { ino: ROOT, ..file }, 0, 1), errno(Errno::EBADF));
    assert_eq!(fs.create(ROOT, &"x".repeat(256), 0o644), errno(Errno::ENAMETOOLONG));
    assert_eq!(fs.open(ROOT, 0), errno(Errno::EISDIR));
    assert_eq!(fs.op(4711, ROOT, &[], [b"", b""], &mut []), errno(Errno::ENOSYS));
}
