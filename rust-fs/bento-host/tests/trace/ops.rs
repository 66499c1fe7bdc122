// SPDX-License-Identifier: MIT OR Apache-2.0
//! Any request that an op may hold.

use bento_host::proto::trace::op::Request;
use bento_host::proto::trace::{self as pb, write::Content};
use bytes::Bytes;
use proptest::collection::vec;
use proptest::prelude::*;

pub fn bytes(max: usize) -> impl Strategy<Value = Bytes> {
    vec(any::<u8>(), 0..=max).prop_map(Bytes::from)
}

fn name() -> impl Strategy<Value = pb::Name> {
    bytes(255).prop_map(|name| pb::Name { name })
}

fn lock() -> impl Strategy<Value = pb::LockRequest> {
    any::<(u64, u64, u32, u64, u64, u32, u32)>().prop_map(|(fh, owner, flags, start, end, r#type, pid)| pb::LockRequest {
        fh,
        owner,
        lock: Some(pb::FileLock { start, end, r#type, pid }),
        flags,
    })
}

fn release() -> impl Strategy<Value = pb::Release> {
    any::<(u64, u32, u32)>().prop_map(|(fh, flags, release_flags)| pb::Release { fh, flags, release_flags })
}

fn fsync() -> impl Strategy<Value = pb::Fsync> {
    any::<(u64, bool)>().prop_map(|(fh, datasync)| pb::Fsync { fh, datasync })
}

fn readdir() -> impl Strategy<Value = pb::Readdir> {
    (any::<(u64, u64)>(), 0..65_536_u32).prop_map(|((fh, cookie), size)| pb::Readdir { fh, cookie, size })
}

fn write() -> impl Strategy<Value = pb::Write> {
    (any::<(u64, u64, u32, u32)>(), bytes(300)).prop_map(|((fh, offset, flags, write_flags), data)| {
        let size = data.len() as u32;
        pb::Write { fh, offset, size, flags, write_flags, content: Some(Content::Inline(data)) }
    })
}

fn setattr() -> impl Strategy<Value = pb::Setattr> {
    let numbers = any::<(u32, u64, u32, u32, u32, i64, i64, i64, u64)>();
    numbers.prop_map(|(valid, size, mode, uid, gid, atime, mtime, ctime, fh)| pb::Setattr {
        valid,
        size,
        mode,
        uid,
        gid,
        atime,
        mtime,
        ctime,
        fh,
    })
}

fn daily() -> BoxedStrategy<Request> {
    let empty = Just(pb::Empty {});
    prop_oneof![
        bytes(255).prop_map(|name| Request::Lookup(pb::Lookup { name })),
        any::<(u32, u64)>().prop_map(|(flags, fh)| Request::Getattr(pb::Getattr { flags, fh })),
        (any::<(u64, u64, u32)>(), 0..65_536_u32).prop_map(|((fh, offset, flags), size)| Request::Read(pb::Read {
            fh,
            offset,
            size,
            flags
        })),
        write().prop_map(Request::Write),
        vec(any::<(u64, u64)>(), 0..5)
            .prop_map(|pairs| Request::Forget(pb::Forget { nodes: pairs.into_iter().flat_map(|(a, b)| [a, b]).collect() })),
        setattr().prop_map(Request::Setattr),
        empty.prop_map(Request::Readlink),
        (bytes(255), bytes(4095)).prop_map(|(name, target)| Request::Symlink(pb::Symlink { name, target })),
        (bytes(255), any::<(u32, u32, u32)>()).prop_map(|(name, (mode, rdev, umask))| Request::Mknod(pb::Mknod {
            name,
            mode,
            rdev,
            umask
        })),
        (bytes(255), any::<(u32, u32)>()).prop_map(|(name, (mode, umask))| Request::Mkdir(pb::Mkdir { name, mode, umask })),
        name().prop_map(Request::Unlink),
        name().prop_map(Request::Rmdir),
        (bytes(255), bytes(255), any::<(u64, u32)>()).prop_map(|(name, new_name, (new_parent, flags))| {
            Request::Rename(pb::Rename { name, new_parent, new_name, flags })
        }),
        (bytes(255), any::<u64>()).prop_map(|(new_name, new_parent)| Request::Link(pb::Link { new_parent, new_name })),
        any::<u32>().prop_map(|flags| Request::Open(pb::Open { flags })),
        (bytes(255), any::<(u32, u32, u32)>()).prop_map(|(name, (mode, umask, flags))| Request::Create(pb::Create {
            name,
            mode,
            umask,
            flags
        })),
    ]
    .boxed()
}

fn rarer() -> BoxedStrategy<Request> {
    let empty = Just(pb::Empty {});
    prop_oneof![
        empty.prop_map(Request::StatfsRequest),
        empty.prop_map(Request::Syncfs),
        release().prop_map(Request::Release),
        fsync().prop_map(Request::Fsync),
        any::<u64>().prop_map(|fh| Request::Flush(pb::Flush { fh })),
        any::<u32>().prop_map(|flags| Request::Opendir(pb::Open { flags })),
        readdir().prop_map(Request::Readdir),
        readdir().prop_map(Request::Readdirplus),
        release().prop_map(Request::Releasedir),
        fsync().prop_map(Request::Fsyncdir),
        (bytes(255), bytes(300), any::<u32>()).prop_map(|(name, value, flags)| Request::Setxattr(pb::Setxattr {
            name,
            value,
            flags
        })),
        (bytes(255), 0..65_536_u32).prop_map(|(name, size)| Request::Getxattr(pb::Getxattr { name, size })),
        (0..65_536_u32).prop_map(|size| Request::Listxattr(pb::Listxattr { size })),
        name().prop_map(Request::Removexattr),
        lock().prop_map(Request::Getlk),
        lock().prop_map(Request::Setlk),
        lock().prop_map(Request::Setlkw),
        any::<u32>().prop_map(|mask| Request::Access(pb::Access { mask })),
        any::<(u32, u32, u32)>().prop_map(|(mode, umask, flags)| Request::Tmpfile(pb::Tmpfile { mode, umask, flags })),
        any::<(u64, u32)>().prop_map(|(block, block_size)| Request::Bmap(pb::Bmap { block, block_size })),
        (any::<(u64, u32, u64, u32)>(), bytes(100), 0..200_u32).prop_map(|((fh, command, argument, flags), data, out_size)| {
            Request::Ioctl(pb::Ioctl { fh, command, argument, flags, data, out_size })
        }),
        any::<(u64, u32)>().prop_map(|(fh, events)| Request::Poll(pb::Poll { fh, events })),
        any::<(u64, u64, u64, u32)>().prop_map(|(fh, offset, length, mode)| Request::Fallocate(pb::Fallocate {
            fh,
            offset,
            length,
            mode
        })),
        any::<(u64, u64, u32)>().prop_map(|(fh, offset, whence)| Request::Lseek(pb::Lseek { fh, offset, whence })),
        any::<(u64, u64, u64, u64, u64, u64, u64)>().prop_map(
            |(fh_in, offset_in, nodeid_out, fh_out, offset_out, length, flags)| {
                Request::CopyFileRange(pb::CopyFileRange { fh_in, offset_in, nodeid_out, fh_out, offset_out, length, flags })
            }
        ),
        any::<(u64, u32, u32)>().prop_map(|(fh, flags, mask)| Request::Statx(pb::Statx { fh, flags, mask })),
        (1000..u32::MAX / 2).prop_map(|opcode| Request::Unknown(opcode | 1 << 30)),
    ]
    .boxed()
}

/// Any request that a file system is asked.
pub fn request() -> impl Strategy<Value = Request> {
    prop_oneof![daily(), rarer()]
}
