// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! The trait.

use crate::data::{DataIn, DataOut};
use crate::listing::DirSink;
use crate::types::{
    Attr, CopyRange, Entry, FallocFlags, Fh, FileLock, Ino, IoctlArgs, Name, Opened, RenameFlags, Request, SeekTo, SetAttr, Statfs,
    Statx, Ttl, XattrFlags,
};
use alloc::vec::Vec;
use core::fmt::Write;
use libbentoks::{Device, Errno, Result};

/// What a file system is made from.
#[derive(Debug, Clone, Copy)]
pub struct Mount<'a> {
    pub(crate) device: Option<Device>,
    pub(crate) options: &'a str,
    pub(crate) read_only: bool,
}

impl<'a> Mount<'a> {
    /// The block device; ENODEV when there is none.
    pub fn device(&self) -> Result<Device> {
        self.device.ok_or(Errno::ENODEV)
    }

    /// Options of the file system, comma separated.
    pub fn options(&self) -> impl Iterator<Item = (&'a str, Option<&'a str>)> {
        self.options.split(',').filter(|word| !word.is_empty()).map(|word| match word.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (word, None),
        })
    }

    /// Nothing may be written.
    pub fn read_only(&self) -> bool {
        self.read_only
    }
}

/// A file system.
///
/// Ops take `&self` and run concurrently. An op that is not implemented answers ENOSYS. An inode stays alive while it has a
/// name or lookups: each answered [`Entry`] counts one lookup, `forget` takes them back.
///
/// Determinism: given the same ops and lock order, an implementation gives the same answers and writes the same blocks. Safe Rust
/// without atomics and without addresses in its data has this by itself; keep to ordered maps.
#[expect(unused_variables, reason = "the defaults answer ENOSYS")]
pub trait FileSystem: Sized + Send + Sync + 'static {
    /// Letters, digits, `-`.
    const NAME: &'static str;
    /// Whether it lives on a block device.
    const NEEDS_DEVICE: bool;
    /// Names of the lock classes, separated by commas; the first is class 1.
    const LOCK_CLASSES: &'static str = "";
    /// Schema of the state that `export_state` writes.
    const STATE_SCHEMA: u32;
    /// Oldest schema that `import_state` reads.
    const STATE_SCHEMA_MIN: u32 = Self::STATE_SCHEMA;

    /// Mounts: makes an instance, recovering the device from a crash if need be.
    fn mount(mount: &Mount<'_>) -> Result<Self>;

    /// Ends an instance after writing what it still holds. (An instance whose state was handed over is dropped instead.) A file system with
    /// threads or work items of its own ends them in both ways; when dropped, they must not write any more.
    fn unmount(self) -> Result<()> {
        Ok(())
    }

    /// Appends the whole in-memory state (CBOR, text keys), changing neither it nor the device. No op is under way.
    fn export_state(&self, state: &mut Vec<u8>) -> Result<()>;

    /// Makes an instance that goes on from `state`. On failure nothing was changed. EINVAL for a state that makes no sense.
    fn import_state(mount: &Mount<'_>, schema: u32, state: &[u8]) -> Result<Self>;

    /// Whether it has the next three. A hand-over then has two parts, and ops wait for the second only.
    const HANDS_OVER_EARLY: bool = false;

    /// As [`FileSystem::export_state`], while ops go on: what changes meanwhile may be out of date in it. From here on the instance notes what
    /// changes, for [`FileSystem::export_late`]. `import_state` takes what it wrote.
    fn export_early(&self, state: &mut Vec<u8>) -> Result<()> {
        Err(Errno::ENOSYS)
    }

    /// Appends what has changed since the call before. Ops go on unless it is the `last`. EAGAIN when it is too much. After a
    /// failure of any kind the hand-over has begun in vain: `export_early` or `export_state` comes next.
    fn export_late(&self, state: &mut Vec<u8>, last: bool) -> Result<()> {
        Err(Errno::ENOSYS)
    }

    /// Brings an instance, made from what `export_early` wrote and not used since, up to date with what `export_late` wrote. After a failure it
    /// is dropped.
    fn import_late(&mut self, state: &[u8]) -> Result<()> {
        Err(Errno::ENOSYS)
    }

    /// Makes an empty file system on the device.
    fn mkfs(mount: &Mount<'_>) -> Result<()> {
        Err(Errno::EOPNOTSUPP)
    }

    /// Checks the device without writing to it: one problem a line into `report`, and EUCLEAN when there are any.
    fn fsck(mount: &Mount<'_>, report: &mut dyn Write) -> Result<()> {
        Err(Errno::EOPNOTSUPP)
    }

    /// Says in words, one fact a line, what a block holds.
    fn explain(mount: &Mount<'_>, number: u64, data: &[u8], text: &mut dyn Write) -> Result<()> {
        Err(Errno::EOPNOTSUPP)
    }

    /// Finds a name. ENOENT when there is none.
    fn lookup(&self, req: &Request, parent: Ino, name: &Name) -> Result<Entry> {
        Err(Errno::ENOSYS)
    }

    /// Takes back lookups; an inode with neither names nor lookups goes.
    fn forget(&self, req: &Request, ino: Ino, lookups: u64) {}

    /// Attributes.
    fn getattr(&self, req: &Request, ino: Ino, fh: Option<Fh>) -> Result<(Attr, Ttl)> {
        Err(Errno::ENOSYS)
    }

    /// Changes attributes, the size among them.
    fn setattr(&self, req: &Request, ino: Ino, changes: &SetAttr) -> Result<(Attr, Ttl)> {
        Err(Errno::ENOSYS)
    }

    /// Target of a symbolic link.
    fn readlink(&self, req: &Request, ino: Ino) -> Result<Vec<u8>> {
        Err(Errno::ENOSYS)
    }

    /// Makes a symbolic link.
    fn symlink(&self, req: &Request, parent: Ino, name: &Name, target: &[u8]) -> Result<Entry> {
        Err(Errno::ENOSYS)
    }

    /// Makes an inode that is neither directory nor symbolic link. The umask was applied unless the file system asked for it.
    fn mknod(&self, req: &Request, parent: Ino, name: &Name, mode: u32, rdev: u32, umask: u32) -> Result<Entry> {
        Err(Errno::ENOSYS)
    }

    /// Makes a directory.
    fn mkdir(&self, req: &Request, parent: Ino, name: &Name, mode: u32, umask: u32) -> Result<Entry> {
        Err(Errno::ENOSYS)
    }

    /// Takes a name from a file.
    fn unlink(&self, req: &Request, parent: Ino, name: &Name) -> Result<()> {
        Err(Errno::ENOSYS)
    }

    /// Takes away an empty directory.
    fn rmdir(&self, req: &Request, parent: Ino, name: &Name) -> Result<()> {
        Err(Errno::ENOSYS)
    }

    /// Moves a name, replacing the target or as `flags` say.
    fn rename(&self, req: &Request, parent: Ino, name: &Name, new_parent: Ino, new_name: &Name, flags: RenameFlags) -> Result<()> {
        Err(Errno::ENOSYS)
    }

    /// Gives an inode one more name.
    fn link(&self, req: &Request, ino: Ino, new_parent: Ino, new_name: &Name) -> Result<Entry> {
        Err(Errno::ENOSYS)
    }

    /// Opens; `flags` as of open(2).
    fn open(&self, req: &Request, ino: Ino, flags: u32) -> Result<Opened> {
        Err(Errno::ENOSYS)
    }

    /// Makes a regular file and opens it.
    fn create(&self, req: &Request, parent: Ino, name: &Name, mode: u32, umask: u32, flags: u32) -> Result<(Entry, Opened)> {
        Err(Errno::ENOSYS)
    }

    /// Makes a regular file without a name and opens it.
    fn tmpfile(&self, req: &Request, parent: Ino, mode: u32, umask: u32, flags: u32) -> Result<(Entry, Opened)> {
        Err(Errno::ENOSYS)
    }

    /// Reads up to `out.capacity()` bytes; fewer only at the end of the file.
    fn read(&self, req: &Request, ino: Ino, fh: Fh, offset: u64, out: &mut DataOut<'_>) -> Result<()> {
        Err(Errno::ENOSYS)
    }

    /// Writes; answers how many bytes. `kill_suidgid`: a write by someone without privilege takes those bits off.
    fn write(&self, req: &Request, ino: Ino, fh: Fh, offset: u64, data: &DataIn<'_>, kill_suidgid: bool) -> Result<u32> {
        Err(Errno::ENOSYS)
    }

    /// As `write`, for a caller that keeps the times itself and tells them later: a file system that can leaves them alone, which saves it
    /// a change of the inode where neither size nor blocks change.
    fn write_content(&self, req: &Request, ino: Ino, fh: Fh, offset: u64, data: &DataIn<'_>) -> Result<u32> {
        self.write(req, ino, fh, offset, data, false)
    }

    /// A descriptor of the handle was closed. Not a time to write back.
    fn flush(&self, req: &Request, ino: Ino, fh: Fh) -> Result<()> {
        Err(Errno::ENOSYS)
    }

    /// The handle is closed for good.
    fn release(&self, req: &Request, ino: Ino, fh: Fh, flags: u32) -> Result<()> {
        Err(Errno::ENOSYS)
    }

    /// Makes a file durable; `datasync`: what is needed to read its content.
    fn fsync(&self, req: &Request, ino: Ino, fh: Fh, datasync: bool) -> Result<()> {
        Err(Errno::ENOSYS)
    }

    /// Opens a directory.
    fn opendir(&self, req: &Request, ino: Ino, flags: u32) -> Result<Opened> {
        Err(Errno::ENOSYS)
    }

    /// Lists names after `cookie` (0: from the start) until `out` is full or the directory ends. A name that is there during the whole
    /// listing is listed once, whatever happens to others.
    fn readdir(&self, req: &Request, ino: Ino, fh: Fh, cookie: u64, out: &mut DirSink<'_>) -> Result<()> {
        Err(Errno::ENOSYS)
    }

    /// As `readdir`, with entries.
    fn readdirplus(&self, req: &Request, ino: Ino, fh: Fh, cookie: u64, out: &mut DirSink<'_>) -> Result<()> {
        Err(Errno::ENOSYS)
    }

    /// The directory handle is closed.
    fn releasedir(&self, req: &Request, ino: Ino, fh: Fh, flags: u32) -> Result<()> {
        Err(Errno::ENOSYS)
    }

    /// Makes a directory durable.
    fn fsyncdir(&self, req: &Request, ino: Ino, fh: Fh, datasync: bool) -> Result<()> {
        Err(Errno::ENOSYS)
    }

    /// Room and use.
    fn statfs(&self, req: &Request, ino: Ino) -> Result<Statfs> {
        Err(Errno::ENOSYS)
    }

    /// Sets an extended attribute.
    fn setxattr(&self, req: &Request, ino: Ino, name: &[u8], value: &[u8], flags: XattrFlags) -> Result<()> {
        Err(Errno::ENOSYS)
    }

    /// Value of an extended attribute; ENODATA when there is none.
    fn getxattr(&self, req: &Request, ino: Ino, name: &[u8]) -> Result<Vec<u8>> {
        Err(Errno::ENOSYS)
    }

    /// Names of the extended attributes, each ended by NUL.
    fn listxattr(&self, req: &Request, ino: Ino) -> Result<Vec<u8>> {
        Err(Errno::ENOSYS)
    }

    /// Takes an extended attribute away; ENODATA when there is none.
    fn removexattr(&self, req: &Request, ino: Ino, name: &[u8]) -> Result<()> {
        Err(Errno::ENOSYS)
    }

    /// Permission check, where the kernel does not do it itself.
    fn access(&self, req: &Request, ino: Ino, mask: u32) -> Result<()> {
        Err(Errno::ENOSYS)
    }

    /// Who would stand in the way of a lock.
    fn getlk(&self, req: &Request, ino: Ino, fh: Fh, owner: u64, lock: FileLock) -> Result<FileLock> {
        Err(Errno::ENOSYS)
    }

    /// Takes or gives up a lock; `sleep` waits for it (only where the file system answers locks itself).
    fn setlk(&self, req: &Request, ino: Ino, fh: Fh, owner: u64, lock: FileLock, sleep: bool) -> Result<()> {
        Err(Errno::ENOSYS)
    }

    /// Device block of a file's block.
    fn bmap(&self, req: &Request, ino: Ino, block: u64, block_size: u32) -> Result<u64> {
        Err(Errno::ENOSYS)
    }

    /// Answers the result and fills `out`.
    fn ioctl(&self, req: &Request, ino: Ino, fh: Fh, args: &IoctlArgs<'_>, out: &mut DataOut<'_>) -> Result<i32> {
        Err(Errno::ENOSYS)
    }

    /// Events that are ready.
    fn poll(&self, req: &Request, ino: Ino, fh: Fh, events: u32) -> Result<u32> {
        Err(Errno::ENOSYS)
    }

    /// Sets aside, frees or zeroes a range.
    fn fallocate(&self, req: &Request, ino: Ino, fh: Fh, offset: u64, length: u64, flags: FallocFlags) -> Result<()> {
        Err(Errno::ENOSYS)
    }

    /// Next data or hole from `offset` on; ENXIO past the end.
    fn lseek(&self, req: &Request, ino: Ino, fh: Fh, offset: u64, to: SeekTo) -> Result<u64> {
        Err(Errno::ENOSYS)
    }

    /// Copies within the file system; answers how many bytes.
    fn copy_file_range(&self, req: &Request, range: &CopyRange) -> Result<u32> {
        Err(Errno::ENOSYS)
    }

    /// Makes everything durable.
    fn syncfs(&self, req: &Request, ino: Ino) -> Result<()> {
        Err(Errno::ENOSYS)
    }

    /// Attributes, with birth time.
    fn statx(&self, req: &Request, ino: Ino, fh: Option<Fh>) -> Result<(Statx, Ttl)> {
        Err(Errno::ENOSYS)
    }
}
