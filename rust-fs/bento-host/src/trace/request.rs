// SPDX-License-Identifier: MIT OR Apache-2.0
//! A request as slices, for those who make one; and a request that owns what it is made of, for replay.

use bento_abi::{RequestBuf, Seg};
use bytes::Bytes;
use zerocopy::{FromBytes, Immutable, IntoBytes};

/// Data of a request.
#[derive(Debug, Default)]
pub enum Data<'a> {
    /// The op has none.
    #[default]
    None,
    /// What the op brings.
    In(&'a [u8]),
    /// Room for the answer (IOCTL brings its input in it).
    Room(&'a mut [u8]),
}

impl Data<'_> {
    /// The bytes, whichever way they go.
    pub fn bytes(&self) -> &[u8] {
        match self {
            Data::None => &[],
            Data::In(bytes) => bytes,
            Data::Room(room) => room,
        }
    }
}

/// A request whose parts are borrowed.
#[derive(Debug, Default)]
pub struct RequestParts<'a> {
    /// Unique among the ops under way.
    pub unique: u64,
    /// Inode that the op is about.
    pub nodeid: u64,
    /// FUSE opcode.
    pub opcode: u32,
    /// Caller's user.
    pub uid: u32,
    /// Caller's group.
    pub gid: u32,
    /// Caller's process.
    pub pid: u32,
    /// The op's `fuse_*_in` structure.
    pub args: &'a [u8],
    /// First name.
    pub name: &'a [u8],
    /// Second name.
    pub name2: &'a [u8],
    /// Data or room for it.
    pub data: Data<'a>,
}

impl RequestParts<'_> {
    /// Hands the request to `call` in the contract's form, which lives as long as the call.
    pub fn with_raw<R>(&mut self, call: impl FnOnce(&RequestBuf) -> R) -> R {
        let seg = match &mut self.data {
            Data::None => None,
            // The contract has one pointer type for both ways; data that an op brings is only read.
            Data::In(bytes) => Some(Seg { ptr: bytes.as_ptr().cast_mut(), len: bytes.len() }),
            Data::Room(room) => Some(Seg { ptr: room.as_mut_ptr(), len: room.len() }),
        };
        let segs = seg.as_slice();
        call(&RequestBuf {
            unique: self.unique,
            nodeid: self.nodeid,
            opcode: self.opcode,
            uid: self.uid,
            gid: self.gid,
            pid: self.pid,
            args_len: self.args.len() as u32,
            data_segs: segs.len() as u32,
            args: self.args.as_ptr(),
            name: self.name.as_ptr(),
            name_len: self.name.len(),
            name2: self.name2.as_ptr(),
            name2_len: self.name2.len(),
            data: segs.as_ptr(),
            data_len: seg.map_or(0, |seg| seg.len),
        })
    }

    /// The arguments as `T`; zeroes when there are too few bytes.
    pub fn args<T: FromBytes + Default>(&self) -> T {
        T::read_from_prefix(self.args).map_or_else(|_| T::default(), |(args, _)| args)
    }
}

/// Bytes of the largest arguments of constant size (SETATTR's).
const ARGS_INLINE: usize = size_of::<bento_abi::fuse::SetattrIn>();

/// Arguments that are owned, on the heap only where they are long (BATCH_FORGET's).
#[derive(Debug, Clone)]
pub enum Args {
    /// The first `.1` bytes.
    Inline([u8; ARGS_INLINE], usize),
    /// All of them.
    Heap(Vec<u8>),
}

impl Args {
    /// No arguments.
    pub const NONE: Args = Args::Inline([0; ARGS_INLINE], 0);

    /// The bytes of `value`.
    pub fn of<T: IntoBytes + Immutable>(value: &T) -> Args {
        let bytes = value.as_bytes();
        let mut inline = [0; ARGS_INLINE];
        match inline.get_mut(..bytes.len()) {
            Some(room) => {
                room.copy_from_slice(bytes);
                Args::Inline(inline, bytes.len())
            }
            None => Args::Heap(bytes.to_vec()),
        }
    }

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8] {
        match self {
            Args::Inline(bytes, len) => &bytes[..*len],
            Args::Heap(bytes) => bytes,
        }
    }
}

/// A request that owns its parts.
#[derive(Debug, Clone)]
pub struct OwnedRequest {
    /// As in [`RequestParts`].
    pub nodeid: u64,
    /// As in [`RequestParts`].
    pub opcode: u32,
    /// As in [`RequestParts`].
    pub args: Args,
    /// As in [`RequestParts`].
    pub name: Bytes,
    /// As in [`RequestParts`].
    pub name2: Bytes,
    /// Data that the op brings.
    pub data: Bytes,
    /// Bytes of room for the answer, the data that the op brings included where it has both.
    pub room: usize,
}

impl OwnedRequest {
    /// The request as parts. `room` becomes the place of the answer's data: it grows as needed and may be used for one request
    /// after the other.
    pub fn parts<'a>(&'a self, room: &'a mut Vec<u8>) -> RequestParts<'a> {
        let data = if self.room > 0 {
            let keep = self.data.len().min(self.room);
            room.clear();
            room.extend_from_slice(&self.data[..keep]);
            room.resize(self.room, 0);
            Data::Room(&mut room[..])
        } else if self.data.is_empty() {
            Data::None
        } else {
            Data::In(&self.data)
        };
        RequestParts {
            nodeid: self.nodeid,
            opcode: self.opcode,
            args: self.args.as_bytes(),
            name: &self.name,
            name2: &self.name2,
            data,
            ..RequestParts::default()
        }
    }
}
