// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! Ops handed on: a file system around another one writes only those that it does differently.

/// What some ops answer; the crate that uses the macro need not name `alloc`.
#[doc(hidden)]
pub type Bytes = alloc::vec::Vec<u8>;

/// Inside an `impl FileSystem`: hands the named ops on to the field `$inner`, which is a file system.
///
/// ```text
/// impl FileSystem for Around {
///     // consts, mount, export_state, import_state ...
///     libbentofs::delegate!(inner: lookup, getattr, read);
///     fn unlink(&self, req: &Request, parent: Ino, name: &Name) -> Result<()> { ... }
/// }
/// ```
#[macro_export]
macro_rules! delegate {
    ($inner:ident: $($op:ident),+ $(,)?) => {
        $($crate::delegate_op!($inner $op);)+
    };
}

/// One op of [`delegate!`].
#[doc(hidden)]
#[macro_export]
macro_rules! delegate_op {
    ($inner:ident lookup) => {
        fn lookup(&self, req: &$crate::Request, parent: $crate::Ino, name: &$crate::Name) -> $crate::Result<$crate::Entry> {
            $crate::FileSystem::lookup(&self.$inner, req, parent, name)
        }
    };
    ($inner:ident forget) => {
        fn forget(&self, req: &$crate::Request, ino: $crate::Ino, lookups: u64) {
            $crate::FileSystem::forget(&self.$inner, req, ino, lookups)
        }
    };
    ($inner:ident getattr) => {
        fn getattr(
            &self,
            req: &$crate::Request,
            ino: $crate::Ino,
            fh: Option<$crate::Fh>,
        ) -> $crate::Result<($crate::Attr, $crate::Ttl)> {
            $crate::FileSystem::getattr(&self.$inner, req, ino, fh)
        }
    };
    ($inner:ident setattr) => {
        fn setattr(
            &self,
            req: &$crate::Request,
            ino: $crate::Ino,
            changes: &$crate::SetAttr,
        ) -> $crate::Result<($crate::Attr, $crate::Ttl)> {
            $crate::FileSystem::setattr(&self.$inner, req, ino, changes)
        }
    };
    ($inner:ident readlink) => {
        fn readlink(&self, req: &$crate::Request, ino: $crate::Ino) -> $crate::Result<$crate::delegate::Bytes> {
            $crate::FileSystem::readlink(&self.$inner, req, ino)
        }
    };
    ($inner:ident symlink) => {
        fn symlink(
            &self,
            req: &$crate::Request,
            parent: $crate::Ino,
            name: &$crate::Name,
            target: &[u8],
        ) -> $crate::Result<$crate::Entry> {
            $crate::FileSystem::symlink(&self.$inner, req, parent, name, target)
        }
    };
    ($inner:ident mknod) => {
        fn mknod(
            &self,
            req: &$crate::Request,
            parent: $crate::Ino,
            name: &$crate::Name,
            mode: u32,
            rdev: u32,
            umask: u32,
        ) -> $crate::Result<$crate::Entry> {
            $crate::FileSystem::mknod(&self.$inner, req, parent, name, mode, rdev, umask)
        }
    };
    ($inner:ident mkdir) => {
        fn mkdir(
            &self,
            req: &$crate::Request,
            parent: $crate::Ino,
            name: &$crate::Name,
            mode: u32,
            umask: u32,
        ) -> $crate::Result<$crate::Entry> {
            $crate::FileSystem::mkdir(&self.$inner, req, parent, name, mode, umask)
        }
    };
    ($inner:ident unlink) => {
        fn unlink(&self, req: &$crate::Request, parent: $crate::Ino, name: &$crate::Name) -> $crate::Result<()> {
            $crate::FileSystem::unlink(&self.$inner, req, parent, name)
        }
    };
    ($inner:ident rmdir) => {
        fn rmdir(&self, req: &$crate::Request, parent: $crate::Ino, name: &$crate::Name) -> $crate::Result<()> {
            $crate::FileSystem::rmdir(&self.$inner, req, parent, name)
        }
    };
    ($inner:ident rename) => {
        fn rename(
            &self,
            req: &$crate::Request,
            parent: $crate::Ino,
            name: &$crate::Name,
            new_parent: $crate::Ino,
            new_name: &$crate::Name,
            flags: $crate::RenameFlags,
        ) -> $crate::Result<()> {
            $crate::FileSystem::rename(&self.$inner, req, parent, name, new_parent, new_name, flags)
        }
    };
    ($inner:ident link) => {
        fn link(
            &self,
            req: &$crate::Request,
            ino: $crate::Ino,
            new_parent: $crate::Ino,
            new_name: &$crate::Name,
        ) -> $crate::Result<$crate::Entry> {
            $crate::FileSystem::link(&self.$inner, req, ino, new_parent, new_name)
        }
    };
    ($inner:ident open) => {
        fn open(&self, req: &$crate::Request, ino: $crate::Ino, flags: u32) -> $crate::Result<$crate::Opened> {
            $crate::FileSystem::open(&self.$inner, req, ino, flags)
        }
    };
    ($inner:ident create) => {
        fn create(
            &self,
            req: &$crate::Request,
            parent: $crate::Ino,
            name: &$crate::Name,
            mode: u32,
            umask: u32,
            flags: u32,
        ) -> $crate::Result<($crate::Entry, $crate::Opened)> {
            $crate::FileSystem::create(&self.$inner, req, parent, name, mode, umask, flags)
        }
    };
    ($inner:ident tmpfile) => {
        fn tmpfile(
            &self,
            req: &$crate::Request,
            parent: $crate::Ino,
            mode: u32,
            umask: u32,
            flags: u32,
        ) -> $crate::Result<($crate::Entry, $crate::Opened)> {
            $crate::FileSystem::tmpfile(&self.$inner, req, parent, mode, umask, flags)
        }
    };
    ($inner:ident read) => {
        fn read(
            &self,
            req: &$crate::Request,
            ino: $crate::Ino,
            fh: $crate::Fh,
            offset: u64,
            out: &mut $crate::DataOut<'_>,
        ) -> $crate::Result<()> {
            $crate::FileSystem::read(&self.$inner, req, ino, fh, offset, out)
        }
    };
    ($inner:ident write) => {
        fn write(
            &self,
            req: &$crate::Request,
            ino: $crate::Ino,
            fh: $crate::Fh,
            offset: u64,
            data: &$crate::DataIn<'_>,
            kill_suidgid: bool,
        ) -> $crate::Result<u32> {
            $crate::FileSystem::write(&self.$inner, req, ino, fh, offset, data, kill_suidgid)
        }
    };
    ($inner:ident flush) => {
        fn flush(&self, req: &$crate::Request, ino: $crate::Ino, fh: $crate::Fh) -> $crate::Result<()> {
            $crate::FileSystem::flush(&self.$inner, req, ino, fh)
        }
    };
    ($inner:ident release) => {
        fn release(&self, req: &$crate::Request, ino: $crate::Ino, fh: $crate::Fh, flags: u32) -> $crate::Result<()> {
            $crate::FileSystem::release(&self.$inner, req, ino, fh, flags)
        }
    };
    ($inner:ident fsync) => {
        fn fsync(&self, req: &$crate::Request, ino: $crate::Ino, fh: $crate::Fh, datasync: bool) -> $crate::Result<()> {
            $crate::FileSystem::fsync(&self.$inner, req, ino, fh, datasync)
        }
    };
    ($inner:ident opendir) => {
        fn opendir(&self, req: &$crate::Request, ino: $crate::Ino, flags: u32) -> $crate::Result<$crate::Opened> {
            $crate::FileSystem::opendir(&self.$inner, req, ino, flags)
        }
    };
    ($inner:ident readdir) => {
        fn readdir(
            &self,
            req: &$crate::Request,
            ino: $crate::Ino,
            fh: $crate::Fh,
            cookie: u64,
            out: &mut $crate::DirSink<'_>,
        ) -> $crate::Result<()> {
            $crate::FileSystem::readdir(&self.$inner, req, ino, fh, cookie, out)
        }
    };
    ($inner:ident readdirplus) => {
        fn readdirplus(
            &self,
            req: &$crate::Request,
            ino: $crate::Ino,
            fh: $crate::Fh,
            cookie: u64,
            out: &mut $crate::DirSink<'_>,
        ) -> $crate::Result<()> {
            $crate::FileSystem::readdirplus(&self.$inner, req, ino, fh, cookie, out)
        }
    };
    ($inner:ident releasedir) => {
        fn releasedir(&self, req: &$crate::Request, ino: $crate::Ino, fh: $crate::Fh, flags: u32) -> $crate::Result<()> {
            $crate::FileSystem::releasedir(&self.$inner, req, ino, fh, flags)
        }
    };
    ($inner:ident fsyncdir) => {
        fn fsyncdir(&self, req: &$crate::Request, ino: $crate::Ino, fh: $crate::Fh, datasync: bool) -> $crate::Result<()> {
            $crate::FileSystem::fsyncdir(&self.$inner, req, ino, fh, datasync)
        }
    };
    ($inner:ident statfs) => {
        fn statfs(&self, req: &$crate::Request, ino: $crate::Ino) -> $crate::Result<$crate::Statfs> {
            $crate::FileSystem::statfs(&self.$inner, req, ino)
        }
    };
    ($inner:ident setxattr) => {
        fn setxattr(
            &self,
            req: &$crate::Request,
            ino: $crate::Ino,
            name: &[u8],
            value: &[u8],
            flags: $crate::XattrFlags,
        ) -> $crate::Result<()> {
            $crate::FileSystem::setxattr(&self.$inner, req, ino, name, value, flags)
        }
    };
    ($inner:ident getxattr) => {
        fn getxattr(&self, req: &$crate::Request, ino: $crate::Ino, name: &[u8]) -> $crate::Result<$crate::delegate::Bytes> {
            $crate::FileSystem::getxattr(&self.$inner, req, ino, name)
        }
    };
    ($inner:ident listxattr) => {
        fn listxattr(&self, req: &$crate::Request, ino: $crate::Ino) -> $crate::Result<$crate::delegate::Bytes> {
            $crate::FileSystem::listxattr(&self.$inner, req, ino)
        }
    };
    ($inner:ident removexattr) => {
        fn removexattr(&self, req: &$crate::Request, ino: $crate::Ino, name: &[u8]) -> $crate::Result<()> {
            $crate::FileSystem::removexattr(&self.$inner, req, ino, name)
        }
    };
    ($inner:ident access) => {
        fn access(&self, req: &$crate::Request, ino: $crate::Ino, mask: u32) -> $crate::Result<()> {
            $crate::FileSystem::access(&self.$inner, req, ino, mask)
        }
    };
    ($inner:ident getlk) => {
        fn getlk(
            &self,
            req: &$crate::Request,
            ino: $crate::Ino,
            fh: $crate::Fh,
            owner: u64,
            lock: $crate::FileLock,
        ) -> $crate::Result<$crate::FileLock> {
            $crate::FileSystem::getlk(&self.$inner, req, ino, fh, owner, lock)
        }
    };
    ($inner:ident setlk) => {
        fn setlk(
            &self,
            req: &$crate::Request,
            ino: $crate::Ino,
            fh: $crate::Fh,
            owner: u64,
            lock: $crate::FileLock,
            sleep: bool,
        ) -> $crate::Result<()> {
            $crate::FileSystem::setlk(&self.$inner, req, ino, fh, owner, lock, sleep)
        }
    };
    ($inner:ident bmap) => {
        fn bmap(&self, req: &$crate::Request, ino: $crate::Ino, block: u64, block_size: u32) -> $crate::Result<u64> {
            $crate::FileSystem::bmap(&self.$inner, req, ino, block, block_size)
        }
    };
    ($inner:ident ioctl) => {
        fn ioctl(
            &self,
            req: &$crate::Request,
            ino: $crate::Ino,
            fh: $crate::Fh,
            args: &$crate::IoctlArgs<'_>,
            out: &mut $crate::DataOut<'_>,
        ) -> $crate::Result<i32> {
            $crate::FileSystem::ioctl(&self.$inner, req, ino, fh, args, out)
        }
    };
    ($inner:ident poll) => {
        fn poll(&self, req: &$crate::Request, ino: $crate::Ino, fh: $crate::Fh, events: u32) -> $crate::Result<u32> {
            $crate::FileSystem::poll(&self.$inner, req, ino, fh, events)
        }
    };
    ($inner:ident fallocate) => {
        fn fallocate(
            &self,
            req: &$crate::Request,
            ino: $crate::Ino,
            fh: $crate::Fh,
            offset: u64,
            length: u64,
            flags: $crate::FallocFlags,
        ) -> $crate::Result<()> {
            $crate::FileSystem::fallocate(&self.$inner, req, ino, fh, offset, length, flags)
        }
    };
    ($inner:ident lseek) => {
        fn lseek(
            &self,
            req: &$crate::Request,
            ino: $crate::Ino,
            fh: $crate::Fh,
            offset: u64,
            to: $crate::SeekTo,
        ) -> $crate::Result<u64> {
            $crate::FileSystem::lseek(&self.$inner, req, ino, fh, offset, to)
        }
    };
    ($inner:ident copy_file_range) => {
        fn copy_file_range(&self, req: &$crate::Request, range: &$crate::CopyRange) -> $crate::Result<u32> {
            $crate::FileSystem::copy_file_range(&self.$inner, req, range)
        }
    };
    ($inner:ident syncfs) => {
        fn syncfs(&self, req: &$crate::Request, ino: $crate::Ino) -> $crate::Result<()> {
            $crate::FileSystem::syncfs(&self.$inner, req, ino)
        }
    };
    ($inner:ident statx) => {
        fn statx(
            &self,
            req: &$crate::Request,
            ino: $crate::Ino,
            fh: Option<$crate::Fh>,
        ) -> $crate::Result<($crate::Statx, $crate::Ttl)> {
            $crate::FileSystem::statx(&self.$inner, req, ino, fh)
        }
    };
}
