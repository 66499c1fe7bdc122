// SPDX-License-Identifier: MIT OR Apache-2.0
//! Replays a trace some times, with and without digests, and prints ops a second by wall and processor time: the loop of a replay without
//! anything around it, for profilers that need it alone (`perf record`, `valgrind --tool=callgrind`).
//!
//! `replay_rate TRACE MODULE.so [ROUNDS]`; rounds alternate, digests off and on.

use bento_host::module::Module;
use bento_host::proto::host::Order;
use bento_host::replay::rules::Rules;
use bento_host::replay::serial::{Run, RunOptions, Target, Watch};
use bento_host::replay::source::Source;
use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

/// Wants digests or not, and mixes them so that they are made.
struct Digests {
    wanted: bool,
    mixed: u64,
}

impl Watch for Digests {
    fn step(&mut self, seq: u64, digest: Option<u64>) {
        self.mixed = self.mixed.rotate_left(7) ^ digest.unwrap_or(0).wrapping_add(seq);
    }
    fn wants_digests(&self) -> bool {
        self.wanted
    }
}

fn cpu() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [trace, module, rest @ ..] = &args[..] else {
        eprintln!("usage: replay_rate TRACE MODULE.so [ROUNDS]");
        std::process::exit(2);
    };
    let rounds: usize = rest.first().map_or(1, |rounds| rounds.parse().expect("ROUNDS is a number"));
    let source = Source::open(Path::new(trace), false).expect("the trace opens");
    let module = Module::load(Path::new(module)).expect("the module loads");
    for round in 0..2 * rounds {
        let options =
            RunOptions { order: Order::Serial, rules: Rules::default(), deadline: Duration::from_secs(10), checkpoints: false };
        let mut run = Run::open(&source, &module, options).expect("the run opens");
        let mut watch = Digests { wanted: round % 2 == 1, mixed: 0 };
        let (wall, busy) = (Instant::now(), cpu());
        let target = Target { seq: u64::MAX, stop_at_divergence: true };
        let stop = run.run_to(target, &AtomicBool::new(false), &mut watch).expect("the trace can be read");
        let (wall, busy) = (wall.elapsed(), cpu() - busy);
        let rate = |time: Duration| stop.seq as f64 / time.as_secs_f64();
        let verdict = stop.divergence.map_or_else(|| "same".to_owned(), |divergence| format!("{divergence:?}"));
        println!(
            "{} ops, digests {}: {:.0} ops/s, {:.0} a processor second, {verdict} {} ({:016x})",
            stop.seq,
            if watch.wanted { "on" } else { "off" },
            rate(wall),
            rate(busy),
            stop.message,
            watch.mixed
        );
    }
}
