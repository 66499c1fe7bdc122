// SPDX-License-Identifier: MIT OR Apache-2.0
//! A trace on a disk that fills up.

use bento_host::proto::trace::op::Request;
use bento_host::proto::trace::{self as pb};
use bento_host::trace::{Caller, Loss, Tolerance, TraceItem, TraceReader, TraceWriter};
use rustix::mount::{MountFlags, UnmountFlags, mount, unmount};
use std::path::Path;

/// A file system of one megabyte in memory, unmounted at the end.
struct SmallDisk(tempfile::TempDir);

impl SmallDisk {
    /// `None` where mounting is not allowed.
    fn new() -> Option<SmallDisk> {
        let folder = tempfile::tempdir().expect("a folder");
        let options = c"size=1m";
        match mount("tmpfs", folder.path(), "tmpfs", MountFlags::empty(), options) {
            Ok(()) => Some(SmallDisk(folder)),
            Err(rustix::io::Errno::PERM) => {
                eprintln!("left out: mounting a tmpfs needs root");
                None
            }
            Err(error) => panic!("cannot mount a tmpfs: {error}"),
        }
    }

    fn path(&self) -> &Path {
        self.0.path()
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        unmount(self.path(), UnmountFlags::DETACH).expect("just mounted");
    }
}

fn write_ops(writer: &mut TraceWriter, from: u64, to: u64) {
    for i in from..to {
        // Contents that do not compress.
        let data: Vec<u8> = (0..64).flat_map(|at| xxhash_rust::xxh3::xxh3_64_with_seed(&[at], i).to_le_bytes()).collect();
        let write = Request::Write(pb::Write { size: data.len() as u32, ..pb::Write::default() });
        let mut op = pb::Op { request: Some(write), ..pb::Op::default() };
        writer.op(i as i64, i as i64 + 1, Caller::KERNEL, &mut op, Some(&data));
    }
}

#[test]
fn the_trace_ends_with_a_counted_gap() {
    let Some(disk) = SmallDisk::new() else { return };
    let path = disk.path().join("t.btr");
    let mut writer = TraceWriter::create(&path, pb::Header::default()).expect("made");
    write_ops(&mut writer, 0, 10_000);
    let finished = writer.finish(0).expect("the end has room");
    let account = finished.account;
    assert!(account.dropped > 0 && account.recorded > 0, "{account:?}");
    assert_eq!(account.recorded + account.dropped, 10_000);
    assert_eq!(finished.loss.len(), 1);
    assert_eq!(finished.loss[0].cause(), Loss::NoSpace);

    let reader = TraceReader::open(&path, Tolerance::Strict).expect("opens");
    assert!(reader.is_complete());
    assert_eq!(reader.index().and_then(|index| index.account), Some(account));
    let items: Vec<_> = reader.items().collect::<Result<_, _>>().expect("reads");
    let ops = items.iter().filter(|item| matches!(item, TraceItem::Op(_))).count() as u64;
    let missing: u64 = items.iter().map(|item| if let TraceItem::Gap(gap) = item { gap.dropped } else { 0 }).sum();
    assert_eq!((ops, missing), (account.recorded, account.dropped));
}

#[test]
fn when_there_is_room_again_it_goes_on_behind_a_gap() {
    let Some(disk) = SmallDisk::new() else { return };
    let ballast = disk.path().join("ballast");
    let path = disk.path().join("t.btr");
    let mut writer = TraceWriter::create(&path, pb::Header::default()).expect("made");
    write_ops(&mut writer, 0, 100);
    writer.seal();
    std::fs::write(&ballast, vec![1; 2 << 20]).expect_err("it fills the disk");
    write_ops(&mut writer, 100, 3000);
    writer.seal();
    let lost = writer.dropped();
    assert!(lost > 0);
    std::fs::remove_file(&ballast).expect("removed");
    write_ops(&mut writer, 3000, 3100);
    let finished = writer.finish(0).expect("finished");
    assert_eq!(finished.account.dropped, lost);

    let reader = TraceReader::open(&path, Tolerance::Strict).expect("opens");
    let items: Vec<_> = reader.items().collect::<Result<_, _>>().expect("reads");
    let gap = items.iter().position(|item| matches!(item, TraceItem::Gap(_))).expect("a gap");
    assert!(matches!(items.last(), Some(TraceItem::Op(_))), "ops behind the gap");
    // What ops behind the gap wrote is in the trace, though the same contents may have been lost in it.
    assert!(items[gap..].iter().any(|item| matches!(item, TraceItem::Blob(_))));
}

#[test]
fn a_full_disk_is_an_error_at_the_start() {
    let Some(disk) = SmallDisk::new() else { return };
    std::fs::write(disk.path().join("ballast"), vec![1; 2 << 20]).expect_err("it fills the disk");
    let error = TraceWriter::create(&disk.path().join("t.btr"), pb::Header::default()).expect_err("no room");
    assert_eq!(error.kind(), std::io::ErrorKind::StorageFull);
}
