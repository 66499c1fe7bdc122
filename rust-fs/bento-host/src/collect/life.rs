// SPDX-License-Identifier: MIT OR Apache-2.0
//! The life of a collection: begin a recording, drain it, end it, and give the account.

use super::error::CollectError;
use super::folder::{Folder, Status};
use super::merge::Merger;
use super::sink::Sink;
use super::stream::{Damage, Splitter};
use crate::proto::trace as pb;
use crate::trace::{Finished, MAX_RAW, TraceWriter, USUAL_TTL_NS};
use bytes::Bytes;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use serde_json::{Value, json};
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// How long to wait for a full sub-buffer before reading what there is, how long a hole in the numbers may stay before the kernel is
/// asked for a barrier, and how old a record may become before it is sealed: together the tail that a killed collector may lose.
const PATIENCE: Duration = Duration::from_millis(25);
const HOLE_PATIENCE: Duration = Duration::from_millis(25);
const SEAL_AFTER: Duration = Duration::from_millis(60);
/// How much may wait behind a hole.
const WAITING_BYTES: usize = 64 << 20;
/// How often to look whether the recording was ended by others, and to tell how far it is.
const LOOK: Duration = Duration::from_millis(250);
/// Bytes of one read.
const READ_BYTES: usize = 512 << 10;
/// How often to ask for the end while an op keeps the gate from being shut.
const STOP_TRIES: u32 = 30;
/// Niceness of the collector: it must come to run where many threads make ops.
const NICE: i32 = -10;

/// What is collected, and how.
#[derive(Debug, Clone, Default)]
pub struct CollectOptions {
    /// The mount's folder in debugfs.
    pub folder: PathBuf,
    /// The trace.
    pub output: PathBuf,
    /// What happens when the collector lags.
    pub policy: pb::DropPolicy,
    /// Which contents are kept.
    pub data: pb::DataPolicy,
    /// Bytes of a sub-buffer and how many each processor has; absent: as the kernel likes.
    pub buffer: Option<(u32, u32)>,
    /// Names of opcodes to leave out.
    pub skip: Vec<String>,
    /// Options of the mount, for people.
    pub mount_options: String,
    /// Words of the command that is recorded.
    pub command: Vec<Vec<u8>>,
}

impl CollectOptions {
    fn start_command(&self) -> String {
        let policy = match self.policy {
            pb::DropPolicy::Block => "block",
            pb::DropPolicy::Flight => "flight",
            _ => "drop",
        };
        let data = if self.data == pb::DataPolicy::None { "none" } else { "full" };
        let mut command = format!("start policy={policy} data={data}");
        if let Some((bytes, count)) = self.buffer {
            command.push_str(&format!(" subbuf={bytes} nsub={count}"));
        }
        if !self.skip.is_empty() {
            command.push_str(&format!(" skip={}", self.skip.join(",")));
        }
        command
    }
}

/// One processor's buffer.
struct Stream {
    cpu: u32,
    file: File,
    splitter: Splitter,
    /// Nothing more can be read of it.
    broken: Option<String>,
}

struct Collection {
    folder: Folder,
    streams: Vec<Stream>,
    merger: Merger,
    sink: Sink,
    hole_since: Option<Instant>,
    unsealed_since: Option<Instant>,
}

/// Records until the recording ends or a signal comes; tells on `out`, as `mount` does.
pub fn run(options: &CollectOptions, out: &mut impl Write) -> Result<(), CollectError> {
    let asked = Arc::new(AtomicBool::new(false));
    for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM, signal_hook::consts::SIGHUP] {
        let failed = |source| CollectError::Folder { path: options.folder.clone(), source };
        signal_hook::flag::register(signal, Arc::clone(&asked)).map_err(failed)?;
    }
    let folder = Folder::open(&options.folder)?;
    folder.control(&options.start_command()).map_err(|source| CollectError::Start { source })?;
    let mut collection = match begin(folder, options) {
        Ok(collection) => collection,
        Err(error) => {
            // Nobody would read it.
            if let Ok(folder) = Folder::open(&options.folder) {
                let _ = folder.control("stop");
                let _ = folder.control("release");
            }
            return Err(error);
        }
    };
    // Allowed to root, which we are; otherwise the usual share.
    let _ = rustix::process::setpriority_process(None, NICE);
    tell(out, &json!({ "ready": true, "pid": std::process::id(), "trace": options.output.to_string_lossy() }));
    let status = collection.drain_until_end(options.policy, &asked, out)?;
    collection.end(options, status, out)
}

fn begin(folder: Folder, options: &CollectOptions) -> Result<Collection, CollectError> {
    let (info, state) = (folder.info()?, folder.state()?);
    if state.len() > MAX_RAW - (1 << 20) {
        return Err(CollectError::StateTooLarge(state.len()));
    }
    let schema = info.module.state_schema;
    let header = pb::Header {
        recorded_by: concat!("bento-host ", env!("CARGO_PKG_VERSION")).to_owned(),
        source: pb::Source::Kernel.into(),
        kernel_release: rustix::system::uname().release().to_string_lossy().into_owned(),
        clock: "CLOCK_REALTIME".to_owned(),
        mount_options: options.mount_options.clone(),
        module: Some(info.module),
        device: Some(info.device),
        drop_policy: options.policy.into(),
        data_policy: options.data.into(),
        origin: pb::Origin::Checkpoint.into(),
        fs_options: info.fs_options,
        usual_ttl_ns: USUAL_TTL_NS,
        command: options.command.iter().map(|word| word.clone().into()).collect(),
        read_hash: pb::ReadHash::Xxh64.into(),
        ..pb::Header::default()
    };
    let failed = |source| CollectError::Create { path: options.output.clone(), source };
    let mut writer = TraceWriter::create(&options.output, header).map_err(failed)?;
    // Locks count from the begin of the recording, and what the cache held that the device had not is in the first reads.
    let checkpoint = pb::Checkpoint { schema, state: state.into(), ..pb::Checkpoint::default() };
    if !writer.checkpoint(&checkpoint) {
        return Err(CollectError::StateTooLarge(checkpoint.state.len()));
    }
    let mut merger = Merger::default();
    let mut sink = Sink::new(writer);
    let mut blocks = Splitter::default();
    blocks.feed(folder.blocks()?.into());
    let foreign = |damage: Damage| CollectError::Foreign { path: options.folder.join("blocks"), what: damage.to_string() };
    while let Some(record) = blocks.next_record().map_err(foreign)? {
        merger.add(record, &mut |out| sink.write(out));
    }
    sink.writer.seal();
    let streams = folder.streams()?;
    let streams = streams.into_iter().map(|(cpu, file)| Stream { cpu, file, splitter: Splitter::default(), broken: None });
    Ok(Collection { streams: streams.collect(), folder, merger, sink, hole_since: None, unsealed_since: None })
}

impl Collection {
    fn drain_until_end(
        &mut self,
        policy: pb::DropPolicy,
        asked: &AtomicBool,
        out: &mut impl Write,
    ) -> Result<Status, CollectError> {
        let (mut looked, mut told) = (Instant::now(), Value::Null);
        let mut tries = 0;
        loop {
            self.wait();
            // A ring is read when it has stopped.
            let got = if policy == pb::DropPolicy::Flight { 0 } else { self.read_round()? };
            self.sink.writer.hurry(got > READ_BYTES);
            self.fill_holes()?;
            self.seal_in_time();
            if asked.load(Ordering::Relaxed) && self.stop(&mut tries)? {
                return self.folder.status();
            }
            if looked.elapsed() < LOOK {
                continue;
            }
            looked = Instant::now();
            let status = self.folder.status()?;
            if status.state != "recording" {
                return Ok(status);
            }
            // What a ring holds of the ops before a crash is what it was there for.
            let crashed = status.sum(|counts| counts.unanswered) > 0;
            if crashed && policy == pb::DropPolicy::Flight && self.stop(&mut tries)? {
                return self.folder.status();
            }
            let writer = &self.sink.writer;
            let dropped = status.sum(|counts| counts.lost.values().sum());
            let now = json!({ "progress": { "ops": writer.ops(), "bytes": writer.bytes(), "dropped": dropped } });
            if now != told {
                tell(out, &now);
                told = now;
            }
        }
    }

    /// Asks for the end. False when an op keeps the gate open, and it is worth asking again.
    fn stop(&self, tries: &mut u32) -> Result<bool, CollectError> {
        match self.folder.control("stop") {
            Ok(()) => Ok(true),
            Err(error) if error.raw_os_error() == Some(libc::ETIMEDOUT) && *tries < STOP_TRIES => {
                *tries += 1;
                Ok(false)
            }
            Err(source) => Err(CollectError::Folder { path: PathBuf::from("control"), source }),
        }
    }

    /// Until a sub-buffer is full, or a little while.
    fn wait(&self) {
        let live = self.streams.iter().filter(|stream| stream.broken.is_none());
        let mut fds: Vec<_> = live.map(|stream| PollFd::new(&stream.file, PollFlags::IN)).collect();
        let patience = Timespec { tv_sec: 0, tv_nsec: PATIENCE.subsec_nanos().into() };
        match poll(&mut fds, Some(&patience)) {
            // An error would come back at once, for ever: a stream that is gone reads as such.
            Ok(_) if fds.iter().any(|fd| fd.revents().intersects(PollFlags::ERR | PollFlags::HUP)) => std::thread::sleep(PATIENCE),
            Ok(_) | Err(Errno::INTR) => {}
            Err(_) => std::thread::sleep(PATIENCE),
        }
    }

    /// Reads a little of each stream, so that none starves; bytes.
    fn read_round(&mut self) -> Result<usize, CollectError> {
        let mut sum = 0;
        for stream in &mut self.streams {
            if stream.broken.is_some() {
                continue;
            }
            let mut bytes = vec![0; READ_BYTES];
            let got = match stream.file.read(&mut bytes) {
                Ok(got) => got,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => {
                    stream.broken = Some(error.to_string());
                    continue;
                }
            };
            if got == 0 {
                continue;
            }
            sum += got;
            bytes.truncate(got);
            stream.splitter.feed(Bytes::from(bytes));
            loop {
                match stream.splitter.next_record() {
                    Ok(Some(record)) => self.merger.add(record, &mut |out| self.sink.write(out)),
                    Ok(None) => break,
                    Err(damage) => {
                        stream.broken = Some(format!("cpu {}: {damage}", stream.cpu));
                        break;
                    }
                }
            }
        }
        Ok(sum)
    }

    /// Reads what was in the buffers at the barrier. What comes in meanwhile does not keep it going: where ops come faster than they
    /// are read, there is always more.
    fn read_up_to(&mut self, barrier: &Status) -> Result<(), CollectError> {
        while self.read_round()? > 0 {
            let now = self.folder.status()?;
            let lags = |cpu: &u32| match (now.cpus.get(cpu), barrier.cpus.get(cpu)) {
                (Some(now), Some(then)) => now.read < then.written,
                _ => false,
            };
            if !self.streams.iter().any(|stream| stream.broken.is_none() && lags(&stream.cpu)) {
                break;
            }
            self.seal_in_time();
        }
        Ok(())
    }

    /// A hole that stays is a loss: the kernel says up to where nothing more will come.
    fn fill_holes(&mut self) -> Result<(), CollectError> {
        if !self.merger.waits() {
            self.hole_since = None;
            return Ok(());
        }
        let since = *self.hole_since.get_or_insert_with(Instant::now);
        if since.elapsed() < HOLE_PATIENCE && self.merger.bytes() < WAITING_BYTES {
            return Ok(());
        }
        let status = self.folder.barrier()?;
        self.settle(status)
    }

    fn settle(&mut self, barrier: Status) -> Result<(), CollectError> {
        let seq = barrier.seq;
        self.read_up_to(&barrier)?;
        self.sink.count(barrier);
        self.merger.settle(seq, &mut |out| self.sink.write(out));
        self.hole_since = None;
        Ok(())
    }

    fn seal_in_time(&mut self) {
        if !self.sink.writer.has_unsealed() {
            self.unsealed_since = None;
        } else if self.unsealed_since.get_or_insert_with(Instant::now).elapsed() >= SEAL_AFTER {
            self.sink.writer.seal();
            self.unsealed_since = None;
        }
    }

    /// Reads what is left and writes the end.
    fn end(mut self, options: &CollectOptions, status: Status, out: &mut impl Write) -> Result<(), CollectError> {
        // A recording that others released is gone with what was in its buffers; the counts last read have to do.
        let last = if status.state == "idle" { self.sink.counted().clone() } else { self.folder.barrier()? };
        self.settle(last)?;
        self.sink.settle();
        let _ = self.folder.control("release");
        let Collection { sink, merger, streams, .. } = self;
        let counted = sink.counted().clone();
        let (crash, unexplained) = (sink.crash().map(str::to_owned), sink.unexplained());
        let filtered = counted.sum(|counts| counts.filtered);
        let finished =
            sink.writer.finish(filtered).map_err(|source| CollectError::Finish { path: options.output.clone(), source })?;
        let broken: Vec<_> = streams.iter().filter_map(|stream| stream.broken.clone()).collect();
        tell(
            out,
            &json!({
                "done": true,
                "ops": finished.account.offered,
                "account": account(&finished),
                "kernel": {
                    "offered": counted.sum(|counts| counts.offered),
                    "recorded": counted.sum(|counts| counts.recorded),
                    "dropped": counted.sum(|counts| counts.lost.values().sum()),
                    "filtered": filtered,
                    "unanswered": counted.sum(|counts| counts.unanswered),
                    "othersLost": counted.sum(|counts| counts.others_lost),
                },
                "late": merger.late(),
                "unexplained": unexplained,
                "broken": broken,
                "crash": crash,
            }),
        );
        Ok(())
    }
}

fn account(finished: &Finished) -> Value {
    let account = &finished.account;
    let loss = finished.loss.iter().map(|loss| json!({ "cause": loss.cause().as_str_name(), "cpu": loss.cpu, "ops": loss.ops }));
    json!({
        "offered": account.offered,
        "recorded": account.recorded,
        "dropped": account.dropped,
        "filtered": account.filtered,
        "bytes": finished.bytes,
        "loss": loss.collect::<Vec<_>>(),
    })
}

/// Whoever listened may be gone; the recording goes on.
fn tell(out: &mut impl Write, line: &Value) {
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}
