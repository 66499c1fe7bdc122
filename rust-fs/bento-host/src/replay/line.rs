// SPDX-License-Identifier: MIT OR Apache-2.0
//! Asking a module one recorded op: from the trace's message to the contract's structures, and the answer back.

use super::compare::Answer;
use super::source::Source;
use crate::ks::{Crash, Given, OpInputs, Taken};
use crate::module::Instance;
use crate::proto::trace as pb;
use crate::trace::{OpRecord, RequestError, Usual, from_reply, to_request};
use bento_abi::ReplyBuf;

/// The memory that one thread needs to ask ops, one after the other.
#[derive(Debug, Default)]
pub struct Line {
    room: Vec<u8>,
    reply: Box<ReplyBuf>,
}

impl Line {
    /// Asks `op`, which is `record`'s with the replay's numbers.
    pub fn dispatch(
        &mut self,
        source: &Source,
        instance: &Instance,
        record: &OpRecord,
        op: &pb::Op,
        inputs: OpInputs,
    ) -> Result<(Result<Answer, Crash>, Taken), RequestError> {
        let owned = to_request(op, |hash, size| source.content(hash, size))?;
        let (outcome, taken) = {
            let mut parts = owned.parts(&mut self.room);
            (parts.unique, parts.uid, parts.gid, parts.pid) = (record.seq, record.caller.uid, record.caller.gid, record.caller.pid);
            parts.with_raw(|raw| instance.dispatch(inputs, raw, &mut self.reply))
        };
        let usual = Usual::of(source.header(), record.begin_ns);
        let answer = outcome.map(|()| {
            // A module that says it filled more than there was room for has a fault; what there is counts.
            let filled = self.reply.data_len.min(owned.room);
            let (errno, reply) = match &op.request {
                Some(request) => from_reply(request, op.nodeid, &self.reply, &self.room[..filled], usual),
                None => (0, None),
            };
            Answer { errno, reply }
        });
        Ok((answer, taken))
    }
}

/// What is done with a recorded lock order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrderUse {
    /// Nothing: the module is another one.
    None,
    /// Acquisitions out of their turn are noted.
    Check,
    /// Acquisitions wait for their turn.
    Enforce,
}

/// What the recorded op took, to be given again.
pub fn given(op: &pb::Op, order: OrderUse) -> Given {
    Given {
        lock_order: if order == OrderUse::None { Vec::new() } else { op.lock_order.clone() },
        random: op.random.to_vec(),
        clock_ns: op.clock_ns.clone(),
        failures: op.failures.clone(),
        enforce_order: order == OrderUse::Enforce,
        check_order: order == OrderUse::Check,
        crash_last: false,
        left_after: None,
    }
}
