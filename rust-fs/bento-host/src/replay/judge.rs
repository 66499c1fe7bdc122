// SPDX-License-Identifier: MIT OR Apache-2.0
//! Whether an answer is the recorded one. A listing is held against the whole of what was recorded of it, however it was portioned.

use super::compare::{Answer, AnswerRef, compare, compare_entries, difference};
use super::numbered::makes_inode;
use super::redacted;
use super::subject::Subject;
use super::translate::Naming;
use crate::ks::OpInputs;
use crate::proto::host::FieldDifference;
use crate::proto::trace as pb;
use crate::proto::trace::op::{Reply, Request};
use crate::trace::OpRecord;

/// Most portions that are asked for after a recorded listing has ended.
const FURTHER_PORTIONS: u32 = 10_000;

impl Subject {
    /// Compares an answer with the recorded one.
    pub(super) fn judge(&mut self, record: &OpRecord, answer: &Answer) -> Vec<FieldDifference> {
        let recorded = (record.op.errno, &record.op.reply);
        if self.names.naming() == Naming::ByValue && recorded == (answer.errno, &answer.reply) {
            return Vec::new();
        }
        if let (Some(Reply::Listing(a)), Some(Reply::Listing(b))) = (&record.op.reply, &answer.reply)
            && self.names.naming() != Naming::ByValue
            && record.op.errno == answer.errno
        {
            return self.judge_listing(record, a, b);
        }
        let new = record.op.request.as_ref().is_some_and(makes_inode);
        let mut found = compare(&self.names, self.usual(record.begin_ns), new, AnswerRef::of(&record.op), answer.as_ref());
        if self.source.without_data() {
            found.retain(|difference| difference.field != "data.hash");
        }
        if self.source.is_redacted() {
            redacted::excuse(answer.reply.as_ref(), &mut found);
        }
        found
    }

    fn judge_listing(&mut self, record: &OpRecord, a: &pb::Listing, b: &pb::Listing) -> Vec<FieldDifference> {
        let Some(Request::Readdir(request) | Request::Readdirplus(request)) = &record.op.request else { return Vec::new() };
        let node = record.op.nodeid;
        let mut portion = self.names.listings.portion(node, request, a, b);
        let mut found = Vec::new();
        for round in 0..FURTHER_PORTIONS {
            for (a, b) in &portion.pairs {
                let mut differ = compare_entries(&self.names, self.usual(record.begin_ns), a, b);
                if self.source.is_redacted() {
                    redacted::excuse_entry(b, &mut differ);
                }
                found.extend(differ);
                self.names.learn_dir_entry(a, b);
            }
            if !portion.missing.is_empty() {
                found.push(difference("listing", &portion.missing, "not listed"));
            }
            if !portion.extra.is_empty() {
                found.push(difference("listing", "no such names", &portion.extra));
            }
            let Some(cookie) = portion.ask_on else { break };
            if round + 1 == FURTHER_PORTIONS {
                found.push(difference("listing", "an end", format!("no end after {FURTHER_PORTIONS} portions")));
                break;
            }
            portion = match self.list_on(record, cookie) {
                Some(listing) => self.names.listings.further(node, request.fh, &listing),
                None => break,
            };
        }
        found
    }

    /// Asks for a further portion of a listing, beside the recorded ops.
    fn list_on(&mut self, record: &OpRecord, cookie: u64) -> Option<pb::Listing> {
        let mut op = match self.names.request(&record.op) {
            Ok(op) => op.into_owned(),
            Err(_) => return None,
        };
        if let Some(Request::Readdir(r) | Request::Readdirplus(r)) = &mut op.request {
            r.cookie = cookie;
        }
        match self.dispatch(record, &op, OpInputs::probe(record.begin_ns)).ok()?.0.ok()?.reply {
            Some(Reply::Listing(listing)) => Some(listing),
            _ => None,
        }
    }
}
