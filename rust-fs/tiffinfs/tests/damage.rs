// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! Damaged images: nothing panics, nothing runs for ever, and fsck says what is wrong, also where the checksums are right.

mod support;

use std::collections::BTreeSet;
use support::client::Client;
use support::crash::Random;
use support::device::{self, BLOCK};
use support::module::{explain, fsck, mkfs};

const INODE: usize = 256;

/// An image with some of everything; one that was not unmounted has orphans and a log too.
fn image(clean: bool) -> Vec<u8> {
    let dev = device::add(vec![0; 8 << 20]);
    mkfs(dev, "").unwrap();
    let fs = Client::mount(dev).unwrap();
    let dir = fs.mkdir(1, b"many").unwrap().nodeid;
    // Long names, so that there is more than one node.
    for number in 0..60 {
        fs.mknod(dir, format!("{number:0200}").as_bytes(), 0o100644, 0).unwrap();
    }
    let (file, fh) = fs.create(dir, b"pieces", 0).unwrap();
    for piece in 0..300 {
        fs.write(file.nodeid, fh, piece * 8192, b"piece").unwrap();
    }
    fs.setxattr(file.nodeid, b"user.long", &[7; 9000], 0).unwrap();
    fs.setxattr(dir, b"user.short", b"x", 0).unwrap();
    fs.symlink(1, b"short", b"many/pieces").unwrap();
    fs.symlink(1, b"long", &[b'l'; 300]).unwrap();
    let sub = fs.mkdir(dir, b"sub").unwrap().nodeid;
    fs.mkdir(sub, b"sub").unwrap();
    fs.unmount().unwrap();
    if clean {
        let image = device::state(dev).lock().unwrap().medium.clone();
        device::remove(dev);
        return image;
    }
    let fs = Client::mount(dev).unwrap();
    let (orphan, fh) = fs.tmpfile(1).unwrap();
    fs.write(orphan.nodeid, fh, 0, &[1; 10_000]).unwrap();
    fs.syncfs().unwrap();
    let image = device::state(dev).lock().unwrap().medium.clone();
    fs.discard();
    device::remove(dev);
    image
}

fn first_u64(bytes: &[u8], at: usize) -> u64 {
    u64::from_le_bytes(bytes[at..at + 8].try_into().unwrap())
}

/// Makes the checksum of a block right again: of the whole block, or of each of its inodes.
fn reseal(image: &mut [u8], number: usize) {
    let block = &mut image[number * BLOCK..(number + 1) * BLOCK];
    if &block[..2] == b"TF" {
        let mut hasher = crc32fast::Hasher::new();
        hasher.update(&block[..4]);
        hasher.update(&block[8..]);
        block[4..8].copy_from_slice(&hasher.finalize().to_le_bytes());
    }
}

fn reseal_inode(image: &mut [u8], table: usize, ino: usize) {
    let at = table * BLOCK + (ino - 1) * INODE;
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&(ino as u64).to_le_bytes());
    hasher.update(&image[at + 4..at + INODE]);
    image[at..at + 4].copy_from_slice(&hasher.finalize().to_le_bytes());
}

/// Uses the image as well as it goes: errors are fine.
fn use_it(dev: u64) {
    let Ok(fs) = Client::mount(dev) else { return };
    let mut seen = BTreeSet::new();
    let mut waiting = vec![1];
    while let Some(ino) = waiting.pop() {
        if !seen.insert(ino) {
            continue;
        }
        let Ok(attr) = fs.getattr(ino) else { continue };
        if attr.mode & 0o170_000 == 0o040_000 {
            let listed = fs.list(ino, 4000).unwrap_or_default();
            for entry in listed.iter().skip(2) {
                let _ = fs.lookup(ino, &entry.name);
                waiting.push(entry.ino);
            }
            let _ = fs.mkdir(ino, b"new");
            let _ = fs.rename(ino, b"sub", 1, b"moved", 0);
            for entry in listed.iter().skip(2).step_by(3) {
                let _ = fs.unlink(ino, &entry.name);
            }
        } else if let Ok(fh) = fs.open(ino) {
            let _ = fs.read(ino, fh, 0, 100_000);
            let _ = fs.write(ino, fh, 50_000, &[9; 20_000]);
            let _ = fs.fallocate(ino, fh, 10_000, 100_000, 3);
            let _ = fs.truncate(ino, 777);
            let _ = fs.release(ino, fh);
        } else {
            let _ = fs.readlink(ino);
        }
        let _ = fs.listxattr(ino);
        let _ = fs.getxattr(ino, b"user.long");
        let _ = fs.setxattr(ino, b"user.new", &[1; 100], 0);
    }
    for ino in seen {
        fs.forget(ino, 1000);
    }
    let _ = fs.syncfs();
    let _ = fs.unmount();
}

fn try_image(image: Vec<u8>, dirty: bool, what: &str) -> i32 {
    let dev = device::add(image);
    let (code, report) = fsck(dev);
    assert_eq!(code == 0, report.is_empty());
    if dirty {
        assert_ne!(code, 0, "{what}: not found");
    }
    use_it(dev);
    device::remove(dev);
    code
}

#[test]
fn flipped_bytes_in_metadata_are_found() {
    support::ks::quiet(true);
    let whole = image(true);
    let metadata: Vec<usize> =
        (0..whole.len() / BLOCK).filter(|&number| &whole[number * BLOCK..number * BLOCK + 2] == b"TF").collect();
    let journal_end = 2 + 512;
    let mut random = Random(4242);
    for _ in 0..60 {
        let mut image = whole.clone();
        let number = metadata[random.below(metadata.len() as u64) as usize];
        let at = number * BLOCK + random.below(BLOCK as u64) as usize;
        image[at] ^= 1 << random.below(8);
        // In what is left of the log a flip means nothing.
        try_image(image, !(3..journal_end).contains(&number), &format!("byte {at} of block {number}"));
    }
}

#[test]
fn damage_under_right_checksums_harms_nobody() {
    support::ks::quiet(true);
    let whole = image(false);
    let blocks = whole.len() / BLOCK;
    let metadata: Vec<usize> = (0..blocks)
        .filter(|&number| {
            number >= 1
                && &whole[number * BLOCK..number * BLOCK + 4] != b"TFsb"
                && &whole[number * BLOCK..number * BLOCK + 2] == b"TF"
        })
        .collect();
    let table = first_u64(&whole, 24 + 8 + 24 + 16 + 32 + 8 + 8 + 8 + 8 + 16 + 3 * 16) as usize;
    let mut random = Random(777);
    let mut found = 0;
    for round in 0..100 {
        let mut image = whole.clone();
        if round % 2 == 0 {
            let number = metadata[random.below(metadata.len() as u64) as usize];
            for _ in 0..1 + random.below(3) {
                // The begin of a block, where its structure is, more often than the rest.
                let place = if random.below(2) == 0 { random.below(80) } else { random.below(BLOCK as u64) };
                image[number * BLOCK + 8 + (place as usize).min(BLOCK - 9)] = random.next() as u8;
            }
            reseal(&mut image, number);
        } else {
            let ino = 1 + random.below(75) as usize;
            for _ in 0..1 + random.below(3) {
                image[table * BLOCK + (ino - 1) * INODE + 4 + random.below(INODE as u64 - 4) as usize] = random.next() as u8;
            }
            reseal_inode(&mut image, table, ino);
        }
        found += i32::from(try_image(image, false, "") != 0);
    }
    assert!(found > 15, "fsck found only {found} of 100");
}

#[test]
fn random_devices_and_blocks_are_refused_or_explained() {
    support::ks::quiet(true);
    let mut random = Random(31);
    let noise = |random: &mut Random, len: usize| (0..len).map(|_| random.next() as u8).collect::<Vec<u8>>();
    let dev = device::add(noise(&mut random, 1 << 20));
    assert!(Client::mount(dev).is_err());
    assert_ne!(fsck(dev).0, 0);
    assert!(mkfs(dev, "").is_err());
    device::remove(dev);
    let mut whole = image(false);
    let dev = device::add(whole.clone());
    assert!(Client::import(dev, &noise(&mut random, 500)).is_err());
    assert!(Client::import(dev, b"").is_err());
    device::remove(dev);
    for number in 1..whole.len() / BLOCK - 1 {
        let start = number * BLOCK + 8;
        let noise = noise(&mut random, 100);
        whole[start..start + 100].copy_from_slice(&noise);
        reseal(&mut whole, number);
    }
    let blocks = (whole.len() / BLOCK) as u64;
    let dev = device::add(whole);
    for number in 0..blocks {
        assert!(!explain(dev, number).is_empty());
    }
    device::remove(dev);
}
