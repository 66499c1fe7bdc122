// SPDX-License-Identifier: MIT OR Apache-2.0
//! What a replay says of an op that went otherwise.

use super::human;
use crate::ks::Crash;
use crate::proto::host::{Divergence, FieldDifference};
use crate::proto::trace as pb;
use crate::trace::{OpRecord, op_name};

/// Name of a recorded op.
pub fn name(record: &OpRecord) -> &'static str {
    record.op.request.as_ref().map_or("NONE", op_name)
}

/// An answer that differs.
pub fn reply(record: &OpRecord, fields: Vec<FieldDifference>) -> Divergence {
    let first = fields.first().cloned().unwrap_or_default();
    Divergence {
        seq: record.seq,
        kind: "reply".into(),
        op: name(record).into(),
        field: first.field,
        expected: first.expected,
        actual: first.actual,
        fields,
    }
}

/// A crash where the recorded run went on, or the other way round.
pub fn crash(record: &OpRecord, recorded: Option<&pb::Panic>, actual: Option<&Crash>, exact: bool) -> Divergence {
    let answered = || match record.op.errno {
        0 => "an answer".to_owned(),
        errno => human::errno(errno),
    };
    let expected = recorded.map_or_else(answered, |panic| format!("{} {}", panic.message, panic.location).trim_end().to_owned());
    let actual_text = actual.map_or_else(|| "an answer".to_owned(), ToString::to_string);
    // One thread alone cannot break an order: then it is the module that waits for itself.
    let kind = if exact && matches!(actual, Some(Crash::Order { .. })) { "order" } else { "crash" };
    let field = if kind == "order" { "lock_order" } else { "answer" };
    Divergence {
        seq: record.seq,
        kind: kind.into(),
        op: name(record).into(),
        field: field.into(),
        fields: vec![FieldDifference { field: field.into(), expected: expected.clone(), actual: actual_text.clone() }],
        expected,
        actual: actual_text,
    }
}
