// SPDX-License-Identifier: MIT OR Apache-2.0
//! Recordings made in the test's own process: a module driven through the recorder, without a mount.

use crate::modules;
use bento_abi::fuse::{self, opcode};
use bento_abi::{DevInfo, ReplyBuf};
use bento_host::device::{BlockDevice, CowDevice};
use bento_host::ks::context::realtime_ns;
use bento_host::ks::{OpInputs, Taken, TaskSink, World, WorldOptions};
use bento_host::module::{self, Instance, Module};
use bento_host::proto::trace as pb;
use bento_host::proto::trace::op::Request;
use bento_host::record::{Recorder, Recording, header};
use bento_host::replay::source::Source;
use bento_host::trace::{Data, RequestParts, TraceWriter};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use zerocopy::{FromBytes, IntoBytes};

/// A trace with the folder that holds it.
pub struct Trace {
    pub path: PathBuf,
    _folder: tempfile::TempDir,
}

/// A file system that is being recorded.
pub struct Live {
    pub instance: Instance,
    recorder: Arc<Recorder>,
    folder: tempfile::TempDir,
    path: PathBuf,
}

/// What one op answered.
pub struct Answered {
    pub error: i32,
    reply: ReplyBuf,
    pub data: Vec<u8>,
}

impl Answered {
    fn out<T: FromBytes>(&self, at: usize) -> T {
        T::read_from_prefix(&self.reply.out.as_bytes()[at..]).expect("room for the largest answer").0
    }

    /// Nodeid of an entry; 0 for an error.
    pub fn node(&self) -> u64 {
        if self.error == 0 { self.out::<fuse::EntryOut>(0).nodeid } else { 0 }
    }

    /// Handle of CREATE.
    pub fn created_fh(&self) -> u64 {
        self.out::<fuse::OpenOut>(size_of::<fuse::EntryOut>()).fh
    }

    /// Handle of OPEN.
    pub fn fh(&self) -> u64 {
        self.out::<fuse::OpenOut>(0).fh
    }
}

pub const DEVICE: DevInfo = DevInfo { block_size: 4096, read_only: 0, blocks: 32_768 };

impl Live {
    /// Makes and mounts a file system of the module `name`, recording from the start.
    pub fn fresh(name: &str, options: &str) -> Live {
        Live::of(&modules::module(name), options)
    }

    pub fn of(module: &Path, options: &str) -> Live {
        Live::made(module, options, WorldOptions::default())
    }

    /// With ops, and segments of tasks, that may run for so long.
    pub fn with_deadline(module: &Path, deadline: std::time::Duration) -> Live {
        Live::made(module, "", WorldOptions { deadline, ..WorldOptions::default() })
    }

    /// A module that stands still at each line that it logs, until `go_on` comes back.
    pub fn standing_at_log_lines(module: &Path, go_on: impl Fn() + Send + Sync + 'static) -> Live {
        Live::made(module, "", WorldOptions { log: Box::new(move |_, _| go_on()), ..WorldOptions::default() })
    }

    fn made(module: &Path, options: &str, world_options: WorldOptions) -> Live {
        let module = Module::load(module).expect("the module loads");
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("trace.btr");
        let needs_device = module.info().needs_device;
        let device = needs_device.then(|| Arc::new(CowDevice::new(DEVICE.block_size, DEVICE.blocks)) as Arc<dyn BlockDevice>);
        let recording = Recording {
            fs_options: options.into(),
            device: if needs_device { DEVICE } else { DevInfo::default() },
            policy: pb::DropPolicy::Block,
            data: pb::DataPolicy::Full,
            ..Recording::default()
        };
        let recorder =
            Recorder::start(&path, header(module.info(), &recording, pb::Origin::Mkfs)).expect("the trace can be written");
        let recorder = Arc::new(recorder);
        let lock_classes = module.info().lock_classes.clone();
        let world = World::new(device, WorldOptions { lock_classes, ..world_options });
        world.tasks().tell(Some(Arc::clone(&recorder) as Arc<dyn TaskSink>));
        let step = |request: Request, run: &mut dyn FnMut(OpInputs) -> (i32, Taken)| {
            let inputs = OpInputs::now(0);
            recorder.begin_life(0, inputs.begin_ns, request);
            let (errno, taken) = run(inputs);
            recorder.end_life(0, realtime_ns(), errno, taken);
            assert_eq!(errno, 0, "the module cannot make a file system");
        };
        if module.info().has_mkfs {
            step(Request::Mkfs(pb::Mkfs::default()), &mut |inputs| {
                let (made, taken) = module::mkfs(&module, &world, "", inputs);
                (made.expect("mkfs comes back").map_or_else(|errno| errno, |()| 0), taken)
            });
        }
        let mut instance = None;
        step(Request::Mount(pb::Empty {}), &mut |inputs| {
            let (made, taken) = Instance::create(&module, &world, options, false, inputs);
            let made = made.expect("the mount comes back");
            (
                made.map_or_else(
                    |errno| errno,
                    |made| {
                        instance = Some(made);
                        0
                    },
                ),
                taken,
            )
        });
        let instance = instance.expect("mounted");
        instance.let_tasks_run();
        Live { instance, recorder, folder, path }
    }

    /// One op; `None` when the module crashed.
    pub fn ask(&self, thread: u32, mut parts: RequestParts<'_>) -> Option<Answered> {
        let inputs = OpInputs::now(thread);
        self.recorder.begin(thread, inputs.begin_ns, &parts);
        let mut reply = ReplyBuf::new();
        let (outcome, taken) = parts.with_raw(|raw| self.instance.dispatch(inputs, raw, &mut reply));
        let filled = match &parts.data {
            Data::Room(room) => room[..reply.data_len].to_vec(),
            _ => Vec::new(),
        };
        match outcome {
            Ok(()) => {
                self.recorder.end(thread, realtime_ns(), &reply, &filled, taken);
                Some(Answered { error: reply.error, reply, data: filled })
            }
            Err(crash) => {
                self.recorder.crashed(thread, &crash, taken);
                None
            }
        }
    }

    pub fn op(&self, thread: u32, opcode: u32, nodeid: u64, args: &[u8], name: &str) -> Answered {
        let parts = RequestParts {
            unique: 1,
            nodeid,
            opcode,
            uid: 1000,
            gid: 1000,
            pid: 7,
            args,
            name: name.as_bytes(),
            ..Default::default()
        };
        self.ask(thread, parts).expect("the module comes back")
    }

    pub fn op2(&self, thread: u32, opcode: u32, nodeid: u64, args: &[u8], name: &str, name2: &str) -> Answered {
        let (name, name2) = (name.as_bytes(), name2.as_bytes());
        self.ask(thread, RequestParts { nodeid, opcode, args, name, name2, ..Default::default() }).expect("the module comes back")
    }

    pub fn mkdir(&self, thread: u32, parent: u64, name: &str) -> u64 {
        self.op(thread, opcode::MKDIR, parent, fuse::MkdirIn { mode: 0o755, umask: 0 }.as_bytes(), name).node()
    }

    /// A new file: nodeid and handle.
    pub fn create(&self, thread: u32, parent: u64, name: &str) -> Option<(u64, u64)> {
        let args = fuse::CreateIn { flags: libc::O_RDWR as u32, mode: 0o100_644, umask: 0, open_flags: 0 };
        let made = self.op(thread, opcode::CREATE, parent, args.as_bytes(), name);
        (made.error == 0).then(|| (made.node(), made.created_fh()))
    }

    pub fn write(&self, thread: u32, (ino, fh): (u64, u64), offset: u64, bytes: &[u8]) -> i32 {
        let args = fuse::WriteIn { fh, offset, size: bytes.len() as u32, ..Default::default() };
        let parts =
            RequestParts { nodeid: ino, opcode: opcode::WRITE, args: args.as_bytes(), data: Data::In(bytes), ..Default::default() };
        self.ask(thread, parts).expect("the module comes back").error
    }

    pub fn read(&self, thread: u32, (ino, fh): (u64, u64), offset: u64, size: u32) -> Vec<u8> {
        let args = fuse::ReadIn { fh, offset, size, ..Default::default() };
        let mut room = vec![0; size as usize];
        let data = Data::Room(&mut room);
        let parts = RequestParts { nodeid: ino, opcode: opcode::READ, args: args.as_bytes(), data, ..Default::default() };
        self.ask(thread, parts).expect("the module comes back").data
    }

    pub fn release(&self, thread: u32, (ino, fh): (u64, u64)) {
        self.op(thread, opcode::RELEASE, ino, fuse::ReleaseIn { fh, ..Default::default() }.as_bytes(), "");
    }

    pub fn lookup(&self, thread: u32, parent: u64, name: &str) -> u64 {
        self.op(thread, opcode::LOOKUP, parent, &[], name).node()
    }

    pub fn forget(&self, thread: u32, ino: u64, nlookup: u64) {
        self.op(thread, opcode::FORGET, ino, fuse::ForgetIn { nlookup }.as_bytes(), "");
    }

    pub fn getattr(&self, thread: u32, ino: u64) -> i32 {
        self.op(thread, opcode::GETATTR, ino, fuse::GetattrIn::default().as_bytes(), "").error
    }

    /// Lists a directory in small portions.
    pub fn list(&self, thread: u32, ino: u64, portion: u32) {
        let opened = self.op(thread, opcode::OPENDIR, ino, fuse::OpenIn::default().as_bytes(), "");
        assert_eq!(opened.error, 0, "the directory opens");
        let (fh, mut cookie) = (opened.fh(), 0);
        loop {
            let args = fuse::ReadIn { fh, offset: cookie, size: portion, ..Default::default() };
            let mut room = vec![0; portion as usize];
            let data = Data::Room(&mut room);
            let parts = RequestParts { nodeid: ino, opcode: opcode::READDIR, args: args.as_bytes(), data, ..Default::default() };
            let answered = self.ask(thread, parts).expect("the module comes back");
            let mut rest = &answered.data[..];
            if rest.is_empty() {
                break;
            }
            while let Ok((head, _)) = fuse::Dirent::read_from_prefix(rest) {
                cookie = head.off;
                rest = rest.get(fuse::dirent_size(head.namelen as usize)..).unwrap_or_default();
            }
        }
        self.op(thread, opcode::RELEASEDIR, ino, fuse::ReleaseIn { fh, ..Default::default() }.as_bytes(), "");
    }

    /// Unmounts and ends the recording.
    pub fn finish(self) -> Trace {
        let Live { instance, recorder, folder, path } = self;
        let inputs = OpInputs::now(0);
        recorder.begin_life(0, inputs.begin_ns, Request::Unmount(pb::Empty {}));
        if !instance.world().crashed() {
            let (ended, taken) = instance.destroy(false, inputs);
            let errno = ended.expect("the unmount comes back").map_or_else(|errno| errno, |()| 0);
            recorder.end_life(0, realtime_ns(), errno, taken);
        }
        recorder.finish().expect("the trace can be finished");
        Trace { path, _folder: folder }
    }
}

/// The trace once more, as `edit` changes it: called before each op is written, with its number and the writer.
pub fn rewritten(source: &Source, path: &Path, mut edit: impl FnMut(u64, &mut pb::Op, &mut TraceWriter)) -> PathBuf {
    let mut writer = TraceWriter::create(path, source.header().clone()).expect("writes");
    for seq in 1..=source.ops() {
        let record = source.op(seq).expect("reads").expect("is there");
        let mut op = record.op;
        edit(seq, &mut op, &mut writer);
        let content = match &op.request {
            Some(Request::Write(write)) => match &write.content {
                Some(pb::write::Content::Hash(hash)) => source.content(hash, write.size),
                Some(pb::write::Content::Inline(bytes)) => Some(bytes.clone()),
                None => None,
            },
            _ => None,
        };
        writer.op(record.begin_ns, record.end_ns, record.caller, &mut op, content.as_deref());
    }
    writer.finish(0).expect("finishes");
    path.to_path_buf()
}
