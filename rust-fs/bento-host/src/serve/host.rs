// SPDX-License-Identifier: MIT OR Apache-2.0
//! What one host holds: traces, modules and runs, by number; and which call does what.

use super::answers::{Teller, module_info};
use super::failure::{Failure, exit};
use super::{Output, calls, inspect, pair, subset};
use crate::module::Module;
use crate::proto::host;
use crate::proto::host::request::Call;
use crate::proto::host::response::Result as Answer;
use crate::replay::rules::{Rules, Scope};
use crate::replay::serial::{Run, RunOptions, Target};
use crate::replay::source::Source;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Weak};
use std::time::Duration;

/// Longest that one op may run, unless the request says otherwise.
const DEADLINE: Duration = Duration::from_secs(10);

/// An open run.
#[derive(Debug)]
pub struct OpenRun {
    /// The run.
    pub run: Run,
}

/// Everything that was opened.
#[derive(Debug, Default)]
pub struct Host {
    traces: HashMap<u32, Arc<Source>>,
    runs: HashMap<u32, OpenRun>,
    modules: HashMap<PathBuf, Weak<Module>>,
    last_number: u32,
}

/// The answer to a call, or why there is none.
pub type Called = Result<Answer, Failure>;

impl Host {
    fn number(&mut self) -> u32 {
        self.last_number += 1;
        self.last_number
    }

    /// The trace `number`.
    pub fn trace(&self, number: u32) -> Result<&Arc<Source>, Failure> {
        self.traces.get(&number).ok_or_else(|| Failure::unknown("trace", number))
    }

    /// The run `number`.
    pub fn run(&mut self, number: u32) -> Result<&mut OpenRun, Failure> {
        self.runs.get_mut(&number).ok_or_else(|| Failure::unknown("run", number))
    }

    /// Two runs at once.
    pub fn two_runs(&mut self, a: u32, b: u32) -> Result<[&mut OpenRun; 2], Failure> {
        if a == b {
            let hint = "open the run twice to compare it with itself";
            return Err(Failure::new("E_HOST_USAGE", "a run cannot be compared with itself", hint, exit::USAGE));
        }
        for number in [a, b] {
            self.run(number)?;
        }
        let [Some(first), Some(second)] = self.runs.get_disjoint_mut([&a, &b]) else { return Err(Failure::unknown("run", a)) };
        Ok([first, second])
    }

    /// The module at `path`, loaded once.
    pub fn module(&mut self, path: &str) -> Result<Arc<Module>, Failure> {
        let key = Path::new(path).canonicalize().unwrap_or_else(|_| path.into());
        if let Some(module) = self.modules.get(&key).and_then(Weak::upgrade) {
            return Ok(module);
        }
        let module = Module::load(&key)?;
        self.modules.insert(key, Arc::downgrade(&module));
        Ok(module)
    }

    /// The module at `path`, which must be of the trace's file system.
    pub fn module_for(&mut self, path: &str, source: &Source) -> Result<Arc<Module>, Failure> {
        let module = self.module(path)?;
        let (recorded, given) = (source.module().fs_name, &module.info().fs_name);
        if !recorded.is_empty() && recorded != *given {
            let message = format!("the trace is of {recorded}, and {path} is a module of {given}");
            let hint = format!("name a module of {recorded}, such as `--module {recorded}`");
            return Err(Failure::new("E_MODULE_OTHER_FS", message, hint, exit::USAGE));
        }
        if module.info().needs_device && source.device().is_none() {
            let message = format!("{given} needs a block device, and the trace was recorded without one");
            let hint = "name the module that was recorded; `bento-rr info` shows its build id";
            return Err(Failure::new("E_MODULE_OTHER_FS", message, hint, exit::USAGE));
        }
        Ok(module)
    }

    /// Does one call.
    pub fn call(&mut self, call: Call, cancelled: &AtomicBool, output: &mut Output<'_>) -> Called {
        match call {
            Call::Cancel(_) => Ok(Answer::Done(host::Done {})),
            Call::OpenTrace(call) => self.open_trace(&call),
            Call::OpenRun(call) => self.open_run(&call),
            Call::RunTo(call) => self.run_to(&call, cancelled, output),
            Call::CloseRun(call) => {
                self.run(call.run)?;
                self.runs.remove(&call.run);
                Ok(Answer::Done(host::Done {}))
            }
            Call::DescribeModule(call) => Ok(Answer::ModuleInfo(module_info(self.module(&call.path)?.info()))),
            Call::RunPair(call) => pair::run(self, &call, cancelled, output),
            Call::Actual(call) => calls::actual(self.run(call.run)?),
            Call::Checkpoints(call) => calls::checkpoints(self.run(call.run)?),
            Call::State(call) => calls::state(self.run(call.run)?),
            Call::Digest(call) => calls::digest(self.run(call.run)?, &call),
            Call::Blocks(call) => calls::blocks(self.run(call.run)?, &call),
            Call::ReadBlock(call) => calls::read_block(self.run(call.run)?, &call),
            Call::Fsck(call) => calls::fsck(self.run(call.run)?),
            Call::Upgrade(call) => {
                let source = Arc::clone(self.run(call.run)?.run.source());
                let module = self.module_for(&call.module, &source)?;
                calls::upgrade(self.run(call.run)?, &module)
            }
            Call::CompareBlocks(call) => calls::compare_blocks(self.two_runs(call.a, call.b)?, call.limit),
            Call::Tree(call) => inspect::tree(self.run(call.run)?, &call),
            Call::ReadFile(call) => inspect::read_file(self.run(call.run)?, &call),
            Call::CompareTrees(call) => inspect::compare(self.two_runs(call.a, call.b)?, call.limit),
            Call::TestSubset(call) => subset::test(self, &call, cancelled, output),
            Call::WriteSubset(call) => subset::write(self, &call, cancelled, output),
        }
    }

    fn open_trace(&mut self, call: &host::OpenTrace) -> Called {
        let source = Source::open(Path::new(&call.path), call.allow_gaps)?;
        let trace = self.number();
        let info = host::TraceInfo { trace, ..source.info().clone() };
        self.traces.insert(trace, source);
        Ok(Answer::TraceInfo(info))
    }

    fn open_run(&mut self, call: &host::OpenRun) -> Called {
        let source = Arc::clone(self.trace(call.trace)?);
        let module = self.module_for(&call.module, &source)?;
        let scope = Scope { fs_name: &module.info().fs_name, now_ns: crate::ks::context::realtime_ns() };
        let options = RunOptions {
            order: call.order(),
            rules: Rules::parse(&call.rules, scope)?,
            deadline: deadline(call.deadline_ms),
            checkpoints: call.checkpoints,
        };
        let run = Run::open(&source, &module, options)?;
        let number = self.number();
        self.runs.insert(number, OpenRun { run });
        Ok(Answer::RunInfo(host::RunInfo { run: number, module: Some(module_info(module.info())) }))
    }

    fn run_to(&mut self, call: &host::RunTo, cancelled: &AtomicBool, output: &mut Output<'_>) -> Called {
        let open = self.run(call.run)?;
        let total = open.run.source().ops();
        let seq = if call.to_end { u64::MAX } else { call.seq };
        if seq > total && !call.to_end {
            let message = format!("the trace has {total} ops, so there is no place after op {seq}");
            return Err(Failure::new("E_HOST_USAGE", message, format!("name a place from 0 to {total}"), exit::USAGE));
        }
        let mut teller = Teller::new(output, total, call.digests);
        let target = Target { seq, stop_at_divergence: call.stop_at_divergence };
        let stop = open.run.run_to(target, cancelled, &mut teller)?;
        teller.finish(stop.seq);
        Ok(Answer::Stop(stop))
    }
}

/// The deadline of a request.
pub fn deadline(ms: u32) -> Duration {
    if ms == 0 { DEADLINE } else { Duration::from_millis(ms.into()) }
}
