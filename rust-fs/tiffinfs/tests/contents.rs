// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! Contents of files: what was written is read, over holes, tails and a full device.

mod support;

use support::mounted::{end, fresh, remount};

const EBADF: i32 = 9;
const EINVAL: i32 = 22;
const ENXIO: i32 = 6;
const ENOSPC: i32 = 28;

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
