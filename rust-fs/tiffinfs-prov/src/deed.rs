// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! One thing that somebody did.

use alloc::vec::Vec;
use core::fmt;
use libbentofs::cbor::decode::Error as DecodeError;
use libbentofs::cbor::encode::Error as EncodeError;
use libbentofs::cbor::{Decoder, Encoder};
use libbentofs::{Ino, Name, Request, Time};

/// What was done. The numbers are those in the state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    Created = 1,
    Linked = 2,
    Opened = 3,
    Renamed = 4,
    Removed = 5,
}

impl What {
    const ALL: [What; 5] = [What::Created, What::Linked, What::Opened, What::Renamed, What::Removed];

    fn name(self) -> &'static str {
        match self {
            What::Created => "created",
            What::Linked => "linked",
            What::Opened => "opened",
            What::Renamed => "renamed",
            What::Removed => "removed",
        }
    }
}

/// A name in a directory. Without a name: the inode itself (an open, a file that never had one).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Place {
    pub parent: u64,
    pub name: Vec<u8>,
}

impl Place {
    /// `name` in `parent`.
    pub fn new(parent: Ino, name: &Name) -> Place {
        Place { parent: parent.0, name: Vec::from(name.as_bytes()) }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/\"{}\"", self.parent, self.name.escape_ascii())
    }
}

/// Somebody did something to an inode.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deed {
    pub time: Time,
    pub what: What,
    pub ino: u64,
    pub pid: u32,
    pub uid: u32,
    pub gid: u32,
    pub place: Place,
    /// Where a rename went.
    pub to: Place,
}

/// Items of a deed in the state.
const FIELDS: u64 = 10;

impl Deed {
    /// `req` did `what` to `ino`, now.
    pub fn new(req: &Request, what: What, ino: Ino, place: Place) -> Deed {
        let Request { pid, uid, gid, .. } = *req;
        Deed { time: Time::now(), what, ino: ino.0, pid, uid, gid, place, to: Place::default() }
    }

    /// Appends it to the state.
    pub fn encode(&self, out: &mut Encoder<&mut Vec<u8>>) -> Result<(), EncodeError<core::convert::Infallible>> {
        out.array(FIELDS)?.i64(self.time.0)?.u8(self.what as u8)?.u64(self.ino)?.u32(self.pid)?.u32(self.uid)?.u32(self.gid)?;
        for place in [&self.place, &self.to] {
            out.u64(place.parent)?.bytes(&place.name)?;
        }
        Ok(())
    }

    /// The deed at this place of the state.
    pub fn decode(from: &mut Decoder<'_>) -> Result<Deed, DecodeError> {
        if from.array()? != Some(FIELDS) {
            return Err(DecodeError::message("a deed of another length"));
        }
        let time = Time(from.i64()?);
        let code = from.u8()?;
        let what = What::ALL.into_iter().find(|&what| what as u8 == code);
        let what = what.ok_or_else(|| DecodeError::message("no such deed"))?;
        let (ino, pid, uid, gid) = (from.u64()?, from.u32()?, from.u32()?, from.u32()?);
        let place = Place { parent: from.u64()?, name: Vec::from(from.bytes()?) };
        let to = Place { parent: from.u64()?, name: Vec::from(from.bytes()?) };
        Ok(Deed { time, what, ino, pid, uid, gid, place, to })
    }
}

impl fmt::Display for Deed {
    /// `1764020000.123456789 renamed inode=12 pid=7 uid=0 gid=0 1/"old" -> 1/"new"`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Deed { time, what, ino, pid, uid, gid, place, to } = self;
        let (seconds, nanoseconds) = (time.seconds(), time.nanoseconds());
        write!(f, "{seconds}.{nanoseconds:09} {} inode={ino} pid={pid} uid={uid} gid={gid}", what.name())?;
        if !place.name.is_empty() {
            write!(f, " {place}")?;
        }
        if !to.name.is_empty() {
            write!(f, " -> {to}")?;
        }
        Ok(())
    }
}
