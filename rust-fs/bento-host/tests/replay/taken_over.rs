// SPDX-License-Identifier: MIT OR Apache-2.0
//! Traces in which another instance took over: how far a replay, which is one version's, goes.

use crate::recording::{Live, rewritten};
use crate::same::{assert_same, go, open};
use bento_host::proto::trace as pb;
use bento_host::replay::source::Source;
use std::sync::Arc;

/// The op after which it was taken over.
const AFTER: u64 = 20;

/// Forty directories in memfs, and in the trace an upgrade between them; `before` may put more in front of it.
fn taken_over(to: &pb::Upgrade, allow_gaps: bool, mut before: impl FnMut(&mut bento_host::trace::TraceWriter)) -> Arc<Source> {
    let live = Live::fresh("memfs", "");
    for at in 0..40 {
        live.mkdir(0, 1, &format!("a{at}"));
    }
    let trace = live.finish();
    let source = Source::open(&trace.path, false).expect("the trace opens");
    let path = rewritten(&source, &trace.path.with_file_name("taken.btr"), |seq, _, writer| {
        if seq == AFTER + 1 {
            before(writer);
            let mut upgrade = to.clone();
            if upgrade.to_build_id.is_empty() {
                upgrade.to_build_id = source.module().build_id;
            }
            writer.upgrade(&upgrade);
        }
    });
    Source::open(&path, allow_gaps).expect("the trace opens")
}

fn other() -> pb::Upgrade {
    pb::Upgrade { to_build_id: b"another".to_vec().into(), ..Default::default() }
}

#[test]
fn the_same_build_goes_on() {
    let source = taken_over(&pb::Upgrade::default(), false, |_| {});
    assert_eq!((source.ops(), source.info().warnings.len()), (42, 0));
    assert_same(&go(&mut open(&source, "memfs", true), u64::MAX), 42);
}

#[test]
fn another_build_is_where_it_ends() {
    let source = taken_over(&other(), false, |_| {});
    assert_eq!(source.ops(), AFTER);
    assert_eq!(
        source.info().warnings,
        [format!("another build took over after op {AFTER}: the {} ops from there on are not replayed", 42 - AFTER)]
    );
    assert_same(&go(&mut open(&source, "memfs", true), u64::MAX), AFTER);
    assert!(source.tape(AFTER + 1).next(&source).expect("reads").is_none(), "a tape ends there too");
}

#[test]
fn with_gaps_allowed_it_goes_on_and_says_whose_answers_they_are() {
    let source = taken_over(&other(), true, |_| {});
    assert_eq!(source.ops(), 42);
    assert_eq!(source.info().warnings, [format!("another build took over after op {AFTER}; answers from there on are its")]);
}

#[test]
fn an_upgrade_that_was_refused_ends_nothing() {
    let source = taken_over(&pb::Upgrade { refused: "no memory".into(), ..other() }, false, |_| {});
    assert_eq!((source.ops(), source.info().warnings.len()), (42, 0));
}

/// Even to the same build: what it had in memory is gone.
#[test]
fn after_a_crash_it_ends_whoever_took_over() {
    let source = taken_over(&pb::Upgrade::default(), true, |writer| {
        let op = pb::Op { request: Some(pb::op::Request::Syncfs(pb::Empty {})), nodeid: 1, ..Default::default() };
        let mut panic = pb::Panic { cause: pb::panic::Cause::Panic.into(), op: Some(op), ..Default::default() };
        writer.panic(0, bento_host::trace::Caller::KERNEL, &mut panic, None);
    });
    assert_eq!(source.ops(), AFTER);
    assert!(
        source.info().warnings[0].starts_with("the module crashed, and another instance began"),
        "{:?}",
        source.info().warnings
    );
    assert!(source.culprit().is_some());
}
