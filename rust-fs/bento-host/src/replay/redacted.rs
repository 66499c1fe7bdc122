// SPDX-License-Identifier: MIT OR Apache-2.0
//! Traces without names and contents: what other names change in answers that are right.
//!
//! Names in a redacted trace keep their length and their order, but not their hashes. A directory that places names by hash splits
//! elsewhere and has another size. So that is not compared, and inodes, cookies and lock orders are treated as another version's.

use crate::proto::host::FieldDifference;
use crate::proto::trace as pb;
use crate::proto::trace::op::Reply;

const S_IFMT: u32 = 0o170_000;
const S_IFDIR: u32 = 0o040_000;

fn is_directory(attr: Option<&pb::Attr>) -> bool {
    attr.is_some_and(|attr| attr.mode & S_IFMT == S_IFDIR)
}

/// Takes out what follows from the names alone.
pub fn excuse(reply: Option<&Reply>, found: &mut Vec<FieldDifference>) {
    let directory = match reply {
        Some(Reply::Attr(attr)) => is_directory(Some(attr)),
        Some(Reply::Entry(entry)) => is_directory(entry.attr.as_ref()),
        Some(Reply::Stat(stat)) => is_directory(stat.attr.as_ref()),
        _ => false,
    };
    found.retain(|difference| !directory || !(difference.field.ends_with(".size") || difference.field.ends_with(".blocks")));
}

/// The same for an entry of a listing.
pub fn excuse_entry(entry: &pb::DirEntry, found: &mut Vec<FieldDifference>) {
    excuse(entry.entry.map(Reply::Entry).as_ref(), found);
}
