// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! State that is handed over: everything goes on as if nothing had happened, and nonsense is refused.

use crate::world::{Fs, Made};

const ROOT: u64 = 1;

/// A file system with one of everything, among it a file that lives by its handle alone.
fn furnished() -> (Fs, Made, Made) {
    let fs = Fs::mount("").unwrap();
    let dir = fs.mkdir(ROOT, "dir", 0o2755).unwrap();
    let file = fs.create(dir, "file", 0o640).unwrap();
    fs.write(file, 5000, b"content").unwrap();
    fs.setxattr(file.ino, "user.a", b"\0\xff", 0).unwrap();
    fs.link(file.ino, ROOT, "again").unwrap();
    fs.symlink(ROOT, "link", "dir/file").unwrap();
    fs.mkdir(dir, "deep", 0o700).unwrap();
    let gone = fs.create(ROOT, "gone", 0o600).unwrap();
    fs.write(gone, 0, b"no name").unwrap();
    fs.unlink(ROOT, "gone").unwrap();
    (fs, file, gone)
}

#[test]
fn an_import_goes_on_where_the_export_was() {
    let (old, file, gone) = furnished();
    let state = old.export();
    let new = Fs::import(&state).unwrap();
    assert_eq!(new.export(), state);
    assert_eq!(new.statfs(), old.statfs());
    assert_eq!(new.attr(file.ino), old.attr(file.ino));
    assert_eq!(new.read(file, 0, 6000), old.read(file, 0, 6000));
    assert_eq!(new.read(gone, 0, 100).unwrap(), b"no name");
    assert_eq!(new.create(ROOT, "next", 0o644), old.create(ROOT, "next", 0o644));
    for fs in [&old, &new] {
        fs.release(gone).unwrap();
        assert!(fs.attr(gone.ino).is_ok(), "the lookup still counts");
        fs.forget(gone.ino, 1);
        assert!(fs.attr(gone.ino).is_err());
    }
    assert_eq!(new.export(), old.export());
}

#[test]
fn an_export_changes_nothing() {
    let (fs, ..) = furnished();
    assert_eq!(fs.export(), fs.export());
}

#[test]
fn every_truncated_or_altered_state_is_refused_or_sound() {
    let (fs, ..) = furnished();
    let state = fs.export();
    for len in 0..state.len() {
        assert!(Fs::import(&state[..len]).is_err(), "cut at {len}");
    }
    // Zeroes of pages are content: no change of theirs can be nonsense.
    for at in (0..state.len()).filter(|&at| state[at] != 0) {
        let mut altered = state.clone();
        altered[at] ^= 0x5a;
        if let Ok(fs) = Fs::import(&altered) {
            fs.export();
            let _ = fs.lookup(ROOT, "dir").and_then(|dir| fs.lookup(dir.ino, "file"));
        }
    }
}
