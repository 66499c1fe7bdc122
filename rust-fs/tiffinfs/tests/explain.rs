// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! Every block of a device says what it is.

mod support;

use support::mounted::{end, fresh};

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
