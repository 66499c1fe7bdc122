// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! The ops, handed to the modules that do them.

use crate::file::write::Touch;
use crate::fs::TiffinFs;
use crate::inode::ROOT;
use crate::inode::handles::Handles;
use crate::locks;
use crate::ops::create::New;
use crate::ops::rename::Place;
use crate::volume::Volume;
use crate::{explain, fsck, mkfs, state};
use alloc::vec::Vec;
use core::fmt::Write;
use libbentofs::{
    Attr, CopyRange, DataIn, DataOut, DirSink, Entry, Errno, FallocFlags, Fh, FileSystem, FileType, Ino, Mount, Name, Opened,
    RenameFlags, Request, Result, SeekTo, SetAttr, Statfs, Statx, Ttl, XattrFlags,
};

impl FileSystem for TiffinFs {
    const NAME: &'static str = "tiffinfs";
    const NEEDS_DEVICE: bool = true;
    const LOCK_CLASSES: &'static str = locks::NAMES;
    const STATE_SCHEMA: u32 = state::SCHEMA;
    const STATE_SCHEMA_MIN: u32 = state::SCHEMA_MIN;

    fn mount(mount: &Mount<'_>) -> Result<TiffinFs> {
        if let Some((name, _)) = mount.options().next() {
            crate::corrupt::say(format_args!("mount: no option is called {name}; there are none"));
            return Err(Errno::EINVAL);
        }
        let fs = TiffinFs::new(Volume::open(mount.device()?, mount.read_only())?)?;
        if !mount.read_only() {
            fs.reclaim_orphans()?;
        }
        Ok(fs)
    }

    fn unmount(mut self) -> Result<()> {
        // Nobody refers to anything any more, whatever the kernel did not take back.
        *self.handles.get_mut() = Handles::new(1);
        self.table.get_mut().keep_only(ROOT);
        if !self.volume.read_only {
            self.reclaim_orphans()?;
        }
        self.volume.close()
    }

    fn export_state(&self, state: &mut Vec<u8>) -> Result<()> {
        self.write_state(state, None)
    }

    fn import_state(mount: &Mount<'_>, schema: u32, state: &[u8]) -> Result<TiffinFs> {
        state::import(mount, schema, state)
    }

    const HANDS_OVER_EARLY: bool = true;

    fn export_early(&self, state: &mut Vec<u8>) -> Result<()> {
        self.write_early(state, None)
    }

    fn export_late(&self, state: &mut Vec<u8>, last: bool) -> Result<()> {
        self.write_late(state, last, None)
    }

    fn import_late(&mut self, state: &[u8]) -> Result<()> {
        self.catch_up(state)
    }

    fn mkfs(mount: &Mount<'_>) -> Result<()> {
        mkfs::mkfs(mount)
    }

    fn fsck(mount: &Mount<'_>, report: &mut dyn Write) -> Result<()> {
        fsck::fsck(mount, report)
    }

    fn explain(mount: &Mount<'_>, number: u64, data: &[u8], text: &mut dyn Write) -> Result<()> {
        explain::explain(mount, number, data, text)
    }

    fn lookup(&self, _req: &Request, parent: Ino, name: &Name) -> Result<Entry> {
        self.lookup_name(parent.0, name)
    }

    fn forget(&self, _req: &Request, ino: Ino, lookups: u64) {
        self.settle(ino.0, |slot| slot.lookups = slot.lookups.saturating_sub(lookups));
    }

    fn getattr(&self, _req: &Request, ino: Ino, fh: Option<Fh>) -> Result<(Attr, Ttl)> {
        Ok((self.attr_of(ino.0, fh)?, Ttl::USUAL))
    }

    fn setattr(&self, _req: &Request, ino: Ino, changes: &SetAttr) -> Result<(Attr, Ttl)> {
        Ok((self.set_attr(ino.0, changes)?, Ttl::USUAL))
    }

    fn statx(&self, _req: &Request, ino: Ino, fh: Option<Fh>) -> Result<(Statx, Ttl)> {
        Ok((self.statx_of(ino.0, fh)?, Ttl::USUAL))
    }

    fn statfs(&self, _req: &Request, _ino: Ino) -> Result<Statfs> {
        Ok(self.statfs_of())
    }

    fn readlink(&self, _req: &Request, ino: Ino) -> Result<Vec<u8>> {
        self.read_target(ino.0)
    }

    fn symlink(&self, req: &Request, parent: Ino, name: &Name, target: &[u8]) -> Result<Entry> {
        self.make(req, parent.0, name, New { mode: FileType::Symlink.mode_bits() | 0o777, rdev: 0, target })
    }

    fn mknod(&self, req: &Request, parent: Ino, name: &Name, mode: u32, rdev: u32, _umask: u32) -> Result<Entry> {
        match FileType::from_mode(mode) {
            Some(FileType::Directory | FileType::Symlink) | None => Err(Errno::EINVAL),
            Some(kind) => self.make(req, parent.0, name, New { mode: kind.mode_bits() | (mode & 0o7777), rdev, target: &[] }),
        }
    }

    fn mkdir(&self, req: &Request, parent: Ino, name: &Name, mode: u32, _umask: u32) -> Result<Entry> {
        let mode = FileType::Directory.mode_bits() | (mode & 0o7777);
        self.make(req, parent.0, name, New { mode, rdev: 0, target: &[] })
    }

    fn unlink(&self, _req: &Request, parent: Ino, name: &Name) -> Result<()> {
        self.unlink_name(parent.0, name)
    }

    fn rmdir(&self, _req: &Request, parent: Ino, name: &Name) -> Result<()> {
        self.remove_directory(parent.0, name)
    }

    fn rename(&self, _req: &Request, parent: Ino, name: &Name, new_parent: Ino, new_name: &Name, flags: RenameFlags) -> Result<()> {
        let (from, to) = (Place { parent: parent.0, name }, Place { parent: new_parent.0, name: new_name });
        self.rename_name(from, to, flags)
    }

    fn link(&self, _req: &Request, ino: Ino, new_parent: Ino, new_name: &Name) -> Result<Entry> {
        self.link_name(ino.0, new_parent.0, new_name)
    }

    fn open(&self, _req: &Request, ino: Ino, flags: u32) -> Result<Opened> {
        self.open_file(ino.0, flags)
    }

    fn create(&self, req: &Request, parent: Ino, name: &Name, mode: u32, _umask: u32, flags: u32) -> Result<(Entry, Opened)> {
        self.create_file(req, parent.0, name, mode, flags)
    }

    fn tmpfile(&self, req: &Request, parent: Ino, mode: u32, _umask: u32, flags: u32) -> Result<(Entry, Opened)> {
        self.open_nameless(req, parent.0, mode, flags)
    }

    fn read(&self, _req: &Request, ino: Ino, fh: Fh, offset: u64, out: &mut DataOut<'_>) -> Result<()> {
        self.read_file(ino.0, fh, offset, out)
    }

    fn write(&self, _req: &Request, ino: Ino, fh: Fh, offset: u64, data: &DataIn<'_>, kill_suidgid: bool) -> Result<u32> {
        self.write_file(ino.0, fh, offset, data, Touch::Times { kill_suidgid })
    }

    fn write_content(&self, _req: &Request, ino: Ino, fh: Fh, offset: u64, data: &DataIn<'_>) -> Result<u32> {
        self.write_file(ino.0, fh, offset, data, Touch::Nothing)
    }

    /// Write-back errors are answered by the write itself, so there is nothing to add when a descriptor is closed.
    fn flush(&self, _req: &Request, ino: Ino, fh: Fh) -> Result<()> {
        self.handles.read().check(ino.0, fh).map(|_| ())
    }

    fn release(&self, _req: &Request, ino: Ino, fh: Fh, _flags: u32) -> Result<()> {
        self.close(ino.0, fh)
    }

    fn fsync(&self, _req: &Request, ino: Ino, fh: Fh, _datasync: bool) -> Result<()> {
        self.handles.read().check(ino.0, fh)?;
        self.sync()
    }

    fn opendir(&self, _req: &Request, ino: Ino, flags: u32) -> Result<Opened> {
        self.open_directory(ino.0, flags)
    }

    fn readdir(&self, _req: &Request, ino: Ino, fh: Fh, cookie: u64, out: &mut DirSink<'_>) -> Result<()> {
        self.list_directory(ino.0, fh, cookie, out)
    }

    fn readdirplus(&self, _req: &Request, ino: Ino, fh: Fh, cookie: u64, out: &mut DirSink<'_>) -> Result<()> {
        self.list_directory_plus(ino.0, fh, cookie, out)
    }

    fn releasedir(&self, _req: &Request, ino: Ino, fh: Fh, _flags: u32) -> Result<()> {
        self.close(ino.0, fh)
    }

    fn fsyncdir(&self, _req: &Request, ino: Ino, fh: Fh, _datasync: bool) -> Result<()> {
        self.handles.read().check(ino.0, fh)?;
        self.sync()
    }

    fn syncfs(&self, _req: &Request, _ino: Ino) -> Result<()> {
        self.sync()
    }

    fn setxattr(&self, _req: &Request, ino: Ino, name: &[u8], value: &[u8], flags: XattrFlags) -> Result<()> {
        self.set_xattr(ino.0, name, value, flags)
    }

    fn getxattr(&self, _req: &Request, ino: Ino, name: &[u8]) -> Result<Vec<u8>> {
        self.get_xattr(ino.0, name)
    }

    fn listxattr(&self, _req: &Request, ino: Ino) -> Result<Vec<u8>> {
        self.list_xattrs(ino.0)
    }

    fn removexattr(&self, _req: &Request, ino: Ino, name: &[u8]) -> Result<()> {
        self.remove_xattr(ino.0, name)
    }

    fn bmap(&self, _req: &Request, ino: Ino, block: u64, block_size: u32) -> Result<u64> {
        self.map_block(ino.0, block, block_size)
    }

    fn fallocate(&self, _req: &Request, ino: Ino, fh: Fh, offset: u64, length: u64, flags: FallocFlags) -> Result<()> {
        self.allocate(ino.0, fh, offset, length, flags)
    }

    fn lseek(&self, _req: &Request, ino: Ino, fh: Fh, offset: u64, to: SeekTo) -> Result<u64> {
        self.seek_file(ino.0, fh, offset, to)
    }

    fn copy_file_range(&self, _req: &Request, range: &CopyRange) -> Result<u32> {
        self.copy_range(range)
    }
}

impl TiffinFs {
    /// Makes everything durable that was done so far: metadata by a commit, file data by the flush in it.
    fn sync(&self) -> Result<()> {
        if self.volume.read_only { Ok(()) } else { self.volume.make_durable() }
    }
}
