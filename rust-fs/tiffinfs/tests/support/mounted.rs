// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! A file system that is mounted for a test, and sound when it ends.

use super::client::Client;
use super::device;
use super::module::{fsck, mkfs};

pub fn fresh(mib: usize) -> Client {
    let dev = device::add(vec![0x5A; mib << 20]);
    mkfs(dev, "label=test").unwrap();
    assert_eq!(fsck(dev), (0, String::new()));
    Client::mount(dev).unwrap()
}

/// Unmounts, checks, and mounts again.
pub fn remount(client: Client) -> Client {
    let dev = client.dev;
    client.unmount().unwrap();
    assert_eq!(fsck(dev), (0, String::new()));
    Client::mount(dev).unwrap()
}

pub fn end(client: Client) {
    let dev = client.dev;
    client.unmount().unwrap();
    assert_eq!(fsck(dev), (0, String::new()));
    device::remove(dev);
}
