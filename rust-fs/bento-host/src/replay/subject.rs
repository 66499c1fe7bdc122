// SPDX-License-Identifier: MIT OR Apache-2.0
//! A module under replay: its instance, its world, and what recorded numbers are called in it.

use super::compare::Answer;
use super::line::{Line, OrderUse, given};
use super::source::{Source, Start};
use super::translate::{Missing, Naming, Translation};
use crate::device::{BlockDevice, CowDevice};
use crate::ks::{Crash, LockId, OpInputs, Taken, World, WorldOptions};
use crate::module::{self, Instance, Module};
use crate::proto::host::FieldDifference;
use crate::proto::trace as pb;
use crate::proto::trace::op::Request;
use crate::trace::{OpRecord, RequestError, Usual};
use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

/// How a subject is made.
#[derive(Debug, Clone, Copy)]
pub struct SubjectOptions {
    /// Longest that one op may run.
    pub deadline: Duration,
    /// How numbers are treated.
    pub naming: Naming,
    /// Several threads will run ops.
    pub threads: bool,
}

/// What happened to an op.
#[derive(Debug)]
pub enum Applied {
    /// It was answered; the fields in which the answer differs.
    Answered(Vec<FieldDifference>),
    /// It could not be asked (a part of a trace).
    LeftOut(Missing),
    /// The module did not come back.
    Crashed(Crash),
    /// The trace does not hold what the op needs.
    Unaskable(String),
}

/// A module under replay.
#[derive(Debug)]
pub struct Subject {
    pub(super) source: Arc<Source>,
    module: Arc<Module>,
    world: Arc<World>,
    device: Option<Arc<CowDevice>>,
    instance: Option<Instance>,
    options: SubjectOptions,
    /// Recorded numbers.
    pub names: Translation,
    line: Line,
    /// The request of the last op that was asked, as it was asked, with the replay's own answer.
    last: Option<Asked>,
}

/// An op as the replay saw it.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The recorded op; none of its numbers translated.
    pub record: Box<OpRecord>,
    /// The request with the replay's numbers, where they are others.
    pub translated: Option<Box<pb::Op>>,
    /// The replay's answer; nothing when the module crashed in it.
    pub answer: Option<Answer>,
    /// What the module took.
    pub taken: Taken,
}

impl Asked {
    /// The op as it was asked.
    pub fn asked(&self) -> &pb::Op {
        self.translated.as_deref().unwrap_or(&self.record.op)
    }

    /// The op with the replay's own request and answer.
    pub fn op(&self) -> pb::Op {
        let mut op = self.asked().clone();
        let answer = self.answer.clone().unwrap_or_default();
        (op.errno, op.reply) = (answer.errno, answer.reply);
        op.lock_order = self.taken.lock_order.clone();
        op.random = self.taken.random.clone().into();
        // Clock readings and failures are the recorded ones: a replay gives them and takes none of its own.
        op
    }
}

/// Counters of locks that will be made again.
type Before = HashMap<LockId, crate::ks::Counters>;

/// Lock classes, counters and the rest of a world for a replay.
fn world_options(module: &Module, options: SubjectOptions, counters: Before, tasks: Vec<(String, u32)>) -> WorldOptions {
    WorldOptions {
        deadline: options.deadline,
        single_threaded: !options.threads,
        solo: !options.threads && !module.info().starts_threads,
        fed_tasks: true,
        adopt_tasks: tasks,
        lock_classes: module.info().lock_classes.clone(),
        counters,
        // A module's log belongs to whoever runs it; a replay runs it many times over.
        log: Box::new(|_, _| {}),
    }
}

/// Lock counters as a checkpoint record has them: five numbers a lock.
fn recorded_counters(locks: &[u64]) -> Before {
    let five = locks.as_chunks::<5>().0.iter();
    let named = five.map(|&[class, key, writes, reads, seen]| {
        let class = u32::try_from(class).unwrap_or(u32::MAX);
        (LockId { class, key }, crate::ks::Counters { writes, reads, seen })
    });
    named.collect()
}

impl Subject {
    /// A subject that stands before the first op.
    pub fn begin(source: &Arc<Source>, module: &Arc<Module>, options: SubjectOptions) -> Result<Subject, String> {
        let device = source.device().map(Arc::new);
        Ok(match source.start() {
            Start::Ops => Subject::around(source, module, device, options, HashMap::new(), Vec::new()),
            Start::Checkpoint(checkpoint) => {
                let counters = recorded_counters(&checkpoint.locks);
                let mut subject = Subject::around(source, module, device, options, counters, Vec::new());
                subject.import(checkpoint.schema, &checkpoint.state)?;
                subject
            }
        })
    }

    fn around(
        source: &Arc<Source>,
        module: &Arc<Module>,
        device: Option<Arc<CowDevice>>,
        options: SubjectOptions,
        counters: Before,
        tasks: Vec<(String, u32)>,
    ) -> Subject {
        let as_device = device.clone().map(|device| device as Arc<dyn BlockDevice>);
        Subject {
            source: Arc::clone(source),
            module: Arc::clone(module),
            world: World::new(as_device, world_options(module, options, counters, tasks)),
            device,
            instance: None,
            options,
            names: Translation::new(options.naming),
            line: Line::default(),
            last: None,
        }
    }

    fn import(&mut self, schema: u32, state: &[u8]) -> Result<(), String> {
        let options = &self.source.header().fs_options;
        let inputs = OpInputs { thread: 0, begin_ns: 0, given: Some(Box::default()), counting: false };
        let (outcome, _) = Instance::import_state(&self.module, &self.world, options, false, schema, state, inputs);
        match outcome {
            Ok(Ok(instance)) => {
                self.instance = Some(instance);
                Ok(())
            }
            Ok(Err(errno)) => {
                let errno = super::human::errno(errno.unsigned_abs());
                Err(format!("the module refused state of schema {schema} ({} bytes): {errno}", state.len()))
            }
            Err(crash) => Err(format!("while it took over state of schema {schema}, {crash}")),
        }
    }

    /// A copy at the same place, in a world of its own; `None` in place of the state when nothing is mounted.
    pub fn copy(&self, state: Option<&[u8]>, module: &Arc<Module>, schema: u32) -> Result<Subject, String> {
        let device = self.device.as_ref().map(|device| Arc::new(device.fork()));
        let (counters, tasks) = (self.world.all_lock_counters(), self.world.tasks().names());
        let mut copy = Subject::around(&self.source, module, device, self.options, counters, tasks);
        copy.names = self.names.clone();
        if let Some(state) = state {
            copy.import(schema, state)?;
        }
        Ok(copy)
    }

    /// The exported state; nothing when no file system is mounted.
    pub fn state(&self) -> Result<Option<Vec<u8>>, String> {
        let Some(instance) = &self.instance else { return Ok(None) };
        match instance.export_state() {
            Ok(Ok(state)) => Ok(Some(state)),
            Ok(Err(errno)) => Err(format!("the module could not export its state: {}", super::human::errno(errno.unsigned_abs()))),
            Err(crash) => Err(format!("while it exported its state, {crash}")),
        }
    }

    /// What is done with recorded lock orders.
    pub fn order_use(&self) -> OrderUse {
        match (self.options.threads, self.options.naming) {
            (true, _) => OrderUse::Enforce,
            (false, Naming::ByValue) => OrderUse::Check,
            (false, _) => OrderUse::None,
        }
    }

    /// How it was made.
    pub fn options(&self) -> &SubjectOptions {
        &self.options
    }

    /// Unmounts, beside any recorded op: the errno.
    pub fn end(&mut self, inputs: OpInputs) -> Result<u32, Crash> {
        let Some(instance) = self.instance.take() else { return Ok(0) };
        let (outcome, _) = instance.destroy(false, inputs);
        outcome.map(|ended| ended.map_or_else(i32::unsigned_abs, |()| 0))
    }

    /// The module.
    pub fn module(&self) -> &Arc<Module> {
        &self.module
    }

    /// Its surroundings.
    pub fn world(&self) -> &Arc<World> {
        &self.world
    }

    /// Its device.
    pub fn device(&self) -> Option<&Arc<CowDevice>> {
        self.device.as_ref()
    }

    /// Its instance, while it is mounted.
    pub fn instance(&self) -> Option<&Instance> {
        self.instance.as_ref()
    }

    /// The last op that was asked.
    pub fn last(&self) -> Option<&Asked> {
        self.last.as_ref()
    }

    /// How numbers are treated from here on.
    pub fn set_naming(&mut self, naming: Naming) {
        self.options.naming = naming;
        self.names.set_naming(naming);
    }

    /// Sets the last op, after the subject was set to another place.
    pub fn set_last(&mut self, last: Option<Asked>) {
        self.last = last;
    }

    pub(super) fn usual(&self, begin_ns: i64) -> Usual {
        Usual::of(self.source.header(), begin_ns)
    }

    /// Asks one op, compares the answer with the recorded one, and learns from it.
    pub fn apply(&mut self, record: Box<OpRecord>) -> Applied {
        let (answer, taken, translated) = match self.ask(&record) {
            Ok(asked) => asked,
            Err(applied) => return applied,
        };
        let answer = match answer {
            Ok(answer) => answer,
            Err(crash) => {
                self.last = Some(Asked { record, translated, answer: None, taken });
                return Applied::Crashed(crash);
            }
        };
        let found = self.judge(&record, &answer);
        self.names.learn(&record.op, answer.reply.as_ref());
        self.last = Some(Asked { record, translated, answer: Some(answer), taken });
        Applied::Answered(found)
    }

    /// Asks one op: the answer or the crash, what the module took, and the request where it was translated.
    #[expect(clippy::type_complexity, reason = "three things that belong to no type of their own")]
    fn ask(&mut self, record: &OpRecord) -> Result<(Result<Answer, Crash>, Taken, Option<Box<pb::Op>>), Applied> {
        let translated = match self.names.request(&record.op) {
            Ok(Cow::Borrowed(_)) => None,
            Ok(Cow::Owned(op)) => Some(Box::new(op)),
            Err(missing) => return Err(Applied::LeftOut(missing)),
        };
        let op = translated.as_deref().unwrap_or(&record.op);
        let inputs = OpInputs {
            thread: op.thread,
            begin_ns: record.begin_ns,
            given: Some(Box::new(given(&record.op, self.order_use()))),
            counting: true,
        };
        let asked = match &op.request {
            Some(Request::Mkfs(_) | Request::Mount(_) | Request::Unmount(_)) => Ok(self.live(op, inputs)),
            _ => self.dispatch(record, op, inputs),
        };
        match asked {
            Ok((answer, taken)) => Ok((answer, taken, translated)),
            Err(error) => Err(Applied::Unaskable(error.to_string())),
        }
    }

    /// A step in the module's life.
    fn live(&mut self, op: &pb::Op, inputs: OpInputs) -> (Result<Answer, Crash>, Taken) {
        let options = &self.source.header().fs_options;
        let (outcome, taken) = match &op.request {
            Some(Request::Mkfs(request)) => module::mkfs(&self.module, &self.world, &request.options, inputs),
            Some(Request::Mount(_)) => {
                let (outcome, taken) = Instance::create(&self.module, &self.world, options, false, inputs);
                let outcome = outcome.map(|made| made.map(|instance| self.instance = Some(instance)));
                (outcome, taken)
            }
            _ => match self.instance.take() {
                Some(instance) => instance.destroy(false, inputs),
                None => (Ok(Err(libc::ENODEV)), Taken::default()),
            },
        };
        let errno = |result: Result<(), i32>| result.map_or_else(i32::unsigned_abs, |()| 0);
        (outcome.map(|result| Answer { errno: errno(result), reply: None }), taken)
    }

    pub(super) fn dispatch(
        &mut self,
        record: &OpRecord,
        op: &pb::Op,
        inputs: OpInputs,
    ) -> Result<(Result<Answer, Crash>, Taken), RequestError> {
        let Some(instance) = &self.instance else {
            // Only a trace in which MOUNT failed has ops without an instance.
            return Ok((Ok(Answer { errno: libc::ENODEV.unsigned_abs(), reply: None }), Taken::default()));
        };
        self.line.dispatch(&self.source, instance, record, op, inputs)
    }
}
