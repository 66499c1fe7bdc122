// SPDX-License-Identifier: MIT OR Apache-2.0
//! The other side of `serve`, over pipes.

use bento_host::proto::host::request::Call;
use bento_host::proto::host::response::Result as Answer;
use bento_host::proto::host::{self, Request, Response};
use prost::Message;
use std::io::{BufReader, PipeReader, PipeWriter, Read, Write};
use std::path::Path;
use std::thread::JoinHandle;

pub struct Client {
    to: Option<PipeWriter>,
    from: BufReader<PipeReader>,
    host: Option<JoinHandle<std::io::Result<()>>>,
    last_id: u64,
    /// Progress of the last call.
    pub progress: Vec<host::Progress>,
}

impl Client {
    pub fn start() -> Client {
        let (input, to) = std::io::pipe().expect("a pipe");
        let (from, output) = std::io::pipe().expect("a pipe");
        let host = std::thread::spawn(move || bento_host::serve::run(BufReader::new(input), output));
        Client { to: Some(to), from: BufReader::new(from), host: Some(host), last_id: 0, progress: Vec::new() }
    }

    pub fn send(&mut self, call: Call) -> u64 {
        self.last_id += 1;
        let request = Request { id: self.last_id, call: Some(call) };
        self.to.as_mut().expect("open").write_all(&request.encode_length_delimited_to_vec()).expect("the host reads");
        self.last_id
    }

    pub fn receive(&mut self) -> Response {
        let mut len = 0_usize;
        for shift in (0..35).step_by(7) {
            let mut byte = [0];
            self.from.read_exact(&mut byte).expect("the host answers");
            len |= usize::from(byte[0] & 0x7f) << shift;
            if byte[0] < 0x80 {
                break;
            }
        }
        let mut body = vec![0; len];
        self.from.read_exact(&mut body).expect("the host answers whole");
        Response::decode(&body[..]).expect("a response")
    }

    /// The last response to a call.
    pub fn call(&mut self, call: Call) -> Answer {
        let id = self.send(call);
        self.progress.clear();
        loop {
            let response = self.receive();
            assert_eq!(response.id, id, "responses come in the order of the requests");
            match response.result.expect("a response says something") {
                Answer::Progress(progress) if response.more => self.progress.push(progress),
                answer => return answer,
            }
        }
    }

    pub fn failure(&mut self, call: Call) -> host::Failure {
        match self.call(call) {
            Answer::Failure(failure) => {
                assert!(!failure.message.is_empty() && !failure.hint.is_empty(), "{failure:?}");
                failure
            }
            other => panic!("expected a failure, got {other:?}"),
        }
    }

    pub fn open_trace(&mut self, path: &Path) -> host::TraceInfo {
        let path = path.to_str().expect("a path of text").to_owned();
        match self.call(Call::OpenTrace(host::OpenTrace { path, allow_gaps: false })) {
            Answer::TraceInfo(info) => info,
            other => panic!("{other:?}"),
        }
    }

    pub fn open_run(&mut self, trace: u32, module: &Path) -> u32 {
        self.open_run_with(host::OpenRun { trace, checkpoints: true, ..of(module) })
    }

    pub fn open_run_with(&mut self, call: host::OpenRun) -> u32 {
        match self.call(Call::OpenRun(call)) {
            Answer::RunInfo(info) => info.run,
            other => panic!("{other:?}"),
        }
    }

    pub fn run_to(&mut self, call: host::RunTo) -> host::Stop {
        match self.call(Call::RunTo(call)) {
            Answer::Stop(stop) => stop,
            other => panic!("{other:?}"),
        }
    }

    pub fn run_to_end(&mut self, run: u32) -> host::Stop {
        self.run_to(host::RunTo { run, to_end: true, ..Default::default() })
    }

    pub fn digest(&mut self, run: u32) -> host::DigestReply {
        match self.call(Call::Digest(host::Digest { run, full: true, tree: true })) {
            Answer::DigestReply(digest) => digest,
            other => panic!("{other:?}"),
        }
    }
}

/// A call to open a run of `module`.
pub fn of(module: &Path) -> host::OpenRun {
    host::OpenRun {
        module: module.to_str().expect("a path of text").to_owned(),
        order: host::Order::Serial.into(),
        ..Default::default()
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        drop(self.to.take());
        let ended = self.host.take().map(JoinHandle::join);
        if !std::thread::panicking() {
            ended.expect("started").expect("the host ends").expect("in order");
        }
    }
}
