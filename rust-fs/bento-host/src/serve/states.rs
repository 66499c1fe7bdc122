// SPDX-License-Identifier: MIT OR Apache-2.0
//! States of a reference and a module beside it that part though no answer does.

use super::failure::Failure;
use crate::digest::scratch::Scratch;
use crate::digest::tree::TreeDigest;
use crate::proto::host::{Divergence, FieldDifference};
use crate::replay::compare::Names;
use crate::replay::subject::Subject;
use crate::replay::verdict;
use crate::trace::OpRecord;

fn divergence(kind: &str, record: &OpRecord, expected: u64, actual: u64) -> Divergence {
    let (expected, actual) = (format!("{expected:016x}"), format!("{actual:016x}"));
    let field = format!("digest.{}", if kind == "block" { "device" } else { "tree" });
    Divergence {
        seq: record.seq,
        kind: kind.to_owned(),
        op: verdict::name(record).to_owned(),
        fields: vec![FieldDifference { field: field.clone(), expected: expected.clone(), actual: actual.clone() }],
        field,
        expected,
        actual,
    }
}

/// Devices that differ after `record`, cached content included.
pub fn devices_differ(record: &OpRecord, reference: &Subject, subject: &Subject) -> Option<Divergence> {
    let (expected, actual) = (reference.device()?.digest(), subject.device()?.digest());
    (expected != actual).then(|| divergence("block", record, expected, actual))
}

/// Trees that differ after `record`, the last op: read whole, from copies. Where there is a device it has been compared already.
pub fn trees_differ(record: &OpRecord, reference: &Subject, subject: &Subject) -> Result<Option<Divergence>, Failure> {
    if reference.device().is_some() && subject.device().is_some() {
        return Ok(None);
    }
    let (Some(expected), Some(actual)) = (tree(reference)?, tree(subject)?) else { return Ok(None) };
    Ok((expected != actual).then(|| divergence("tree", record, expected, actual)))
}

fn tree(subject: &Subject) -> Result<Option<u64>, Failure> {
    let Some(scratch) = Scratch::of(subject).map_err(Failure::module)? else { return Ok(None) };
    let Some(mut probe) = scratch.probe() else { return Ok(None) };
    let digest = TreeDigest::full(&mut probe, &|ino| subject.names.taken(ino).unwrap_or(ino));
    digest.map(Some).map_err(|why| Failure::module(format!("the tree cannot be read: {why}")))
}
