// SPDX-License-Identifier: MIT OR Apache-2.0
//! `bento-host serve`: replays on request, over a pair of streams. The protocol is proto/bento/host/v1/host.proto.
//!
//! One thread reads requests and notes cancellations; one does the calls, in turn. A module that crashes is an answer.

mod answers;
mod calls;
mod failure;
mod frame;
mod host;
mod inspect;
mod pair;
mod states;
mod subset;

use crate::proto::host::{Done, Request, Response, request::Call, response::Result as Answer};
use failure::Failure;
use std::io::{self, BufRead, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, channel};

/// Stack of the thread that does the calls, modules' ops among them.
const STACK: usize = 16 << 20;

/// Where responses go.
pub(crate) struct Output<'a> {
    to: &'a mut dyn Write,
    id: u64,
    /// A response could not be sent: whoever asked is gone.
    broken: Option<io::Error>,
}

impl Output<'_> {
    /// Sends a response that others follow.
    pub(crate) fn more(&mut self, answer: Answer) {
        self.send(true, answer);
    }

    fn send(&mut self, more: bool, answer: Answer) {
        if self.broken.is_none()
            && let Err(error) = frame::write(&mut self.to, &Response { id: self.id, more, result: Some(answer) })
        {
            self.broken = Some(error);
        }
    }
}

/// Serves until the input ends.
pub fn run(input: impl BufRead + Send + 'static, mut output: impl Write + Send) -> io::Result<()> {
    let cancelled = Arc::new(AtomicBool::new(false));
    let (sender, requests) = channel();
    let told = Arc::clone(&cancelled);
    // Not joined: a read of standard input cannot be broken off, and nothing depends on its end.
    std::thread::Builder::new()
        .name("requests".into())
        .spawn(move || read_requests(input, &told, |request| sender.send(request).is_ok()))?;
    std::thread::scope(|scope| {
        let work = move || serve(&requests, &cancelled, &mut output);
        let worker = std::thread::Builder::new().name("calls".into()).stack_size(STACK).spawn_scoped(scope, work)?;
        worker.join().unwrap_or_else(|_| Err(io::Error::other("the thread that does the calls failed")))
    })
}

fn read_requests(mut input: impl BufRead, cancelled: &AtomicBool, take: impl Fn(io::Result<Request>) -> bool) {
    loop {
        let request = match frame::read(&mut input) {
            Ok(Some(request)) => Ok(request),
            Ok(None) => {
                // Nobody waits for the call that is running.
                cancelled.store(true, Ordering::Relaxed);
                return;
            }
            Err(error) => {
                cancelled.store(true, Ordering::Relaxed);
                take(Err(error));
                return;
            }
        };
        if matches!(&request, Ok(Request { call: Some(Call::Cancel(_)), .. })) {
            cancelled.store(true, Ordering::Relaxed);
        }
        if !take(request) {
            return;
        }
    }
}

fn serve(requests: &Receiver<io::Result<Request>>, cancelled: &AtomicBool, to: &mut dyn Write) -> io::Result<()> {
    let mut host = host::Host::default();
    while let Ok(request) = requests.recv() {
        let request = request?;
        let mut output = Output { to: &mut *to, id: request.id, broken: None };
        let answer = match request.call {
            // Every call before it was stopped by now, or had ended.
            Some(Call::Cancel(_)) => {
                cancelled.store(false, Ordering::Relaxed);
                Ok(Answer::Done(Done {}))
            }
            Some(call) => host.call(call, cancelled, &mut output),
            None => Err(Failure::new(
                "E_HOST_PROTOCOL",
                "the request has no call that this host knows",
                "use a bento-rr and a bento-host of one release",
                failure::exit::ENVIRONMENT,
            )),
        };
        output.send(false, answer.unwrap_or_else(|failure| Answer::Failure(failure.0)));
        if let Some(error) = output.broken {
            return if error.kind() == io::ErrorKind::BrokenPipe { Ok(()) } else { Err(error) };
        }
    }
    Ok(())
}
