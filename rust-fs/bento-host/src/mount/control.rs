// SPDX-License-Identifier: MIT OR Apache-2.0
//! Control of a mount from outside: a Unix socket, one JSON document a line, one answer a line.
//!
//! `{"command":"status"}`, `{"command":"upgrade","module":PATH,"deadlineMs":N}`, `{"command":"record-start","path":FILE,"policy":"drop"|"block",
//! "data":"full"|"none"}`, `{"command":"record-stop"}`, `{"command":"mark","text":TEXT}`, `{"command":"unmount"}`. An answer has
//! `"ok":true`, or `"ok":false` with `code`, `message` and `hint`.

use super::attach;
use super::life::Stop;
use super::served::Served;
use super::upgrade::{DEADLINE, upgrade};
use serde::Deserialize;
use serde_json::{Value, json};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// Longest line that is read.
const MAX_LINE: u64 = 64 << 10;

#[derive(Debug, Deserialize)]
#[serde(tag = "command", rename_all = "kebab-case", deny_unknown_fields)]
enum Command {
    Status,
    #[serde(rename_all = "camelCase")]
    Upgrade {
        module: PathBuf,
        deadline_ms: Option<u64>,
    },
    RecordStart {
        path: PathBuf,
        policy: Option<String>,
        data: Option<String>,
    },
    RecordStop,
    Mark {
        text: String,
    },
    Unmount,
}

/// The socket; its file is removed with it.
#[derive(Debug)]
pub struct Control {
    path: PathBuf,
}

impl Control {
    /// Listens at `path` until the process ends. A socket that nobody listens at any more is replaced.
    pub fn listen(path: &Path, served: &Arc<Served>, stop: &Arc<Stop>) -> io::Result<Control> {
        let listener = match UnixListener::bind(path) {
            Err(error) if error.kind() == io::ErrorKind::AddrInUse && UnixStream::connect(path).is_err() => {
                std::fs::remove_file(path)?;
                UnixListener::bind(path)
            }
            bound => bound,
        }?;
        let (served, stop) = (Arc::clone(served), Arc::clone(stop));
        std::thread::Builder::new().name("control".into()).spawn(move || {
            for stream in listener.incoming().flatten() {
                let (served, stop) = (Arc::clone(&served), Arc::clone(&stop));
                // A peer that stays must not keep others from being answered.
                let talk = move || drop(talk(stream, &served, &stop));
                let _ = std::thread::Builder::new().name("control".into()).spawn(talk);
            }
        })?;
        Ok(Control { path: path.to_owned() })
    }
}

impl Drop for Control {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.path);
    }
}

fn talk(mut stream: UnixStream, served: &Served, stop: &Stop) -> io::Result<()> {
    let mut lines = BufReader::new(stream.try_clone()?);
    loop {
        let mut line = Vec::new();
        if lines.by_ref().take(MAX_LINE).read_until(b'\n', &mut line)? == 0 {
            return Ok(());
        }
        let answer = match serde_json::from_slice::<Command>(&line) {
            Ok(command) => run(command, served, stop),
            Err(error) => refusal(
                "E_USAGE",
                &format!("not a command: {error}"),
                "send one JSON object a line, such as {\"command\":\"status\"}",
            ),
        };
        writeln!(stream, "{answer}")?;
    }
}

fn refusal(code: &str, message: &str, hint: &str) -> Value {
    json!({ "ok": false, "code": code, "message": message, "hint": hint })
}

fn run(command: Command, served: &Served, stop: &Stop) -> Value {
    match command {
        Command::Status => status(served),
        Command::Upgrade { module, deadline_ms } => {
            match upgrade(served, &module, deadline_ms.map_or(DEADLINE, Duration::from_millis)) {
                Ok(record) => json!({
                    "ok": true,
                    "quiesceNs": record.quiesce_ns,
                    "exportNs": record.export_ns,
                    "importNs": record.import_ns,
                    "swapNs": record.swap_ns,
                    "stateBytes": record.state_bytes,
                    "toRevision": record.to_revision,
                    "toBuildId": hex(&record.to_build_id),
                }),
                Err(error) => refusal(error.code(), &error.to_string(), error.hint()),
            }
        }
        Command::RecordStart { path, policy, data } => {
            match attach::start(served, &path, policy.as_deref().unwrap_or("drop"), data.as_deref().unwrap_or("full")) {
                Ok(()) => json!({ "ok": true }),
                Err(error) => refusal(error.code(), &error.to_string(), error.hint()),
            }
        }
        Command::RecordStop => match attach::stop(served) {
            Ok(finished) => json!({ "ok": true, "account": account(&finished) }),
            Err(error) => refusal(error.code(), &error.to_string(), error.hint()),
        },
        Command::Mark { text } => match &served.look().recorder {
            Some(recorder) => {
                recorder.mark(&text);
                json!({ "ok": true })
            }
            None => refusal("E_NOT_RECORDING", "nothing is being recorded", "start with record-start"),
        },
        Command::Unmount => {
            stop.ask();
            json!({ "ok": true })
        }
    }
}

fn status(served: &Served) -> Value {
    let behind = served.look();
    let Some(instance) = &behind.instance else { return refusal("E_UNMOUNTED", "the mount is ending", "mount again") };
    let module = instance.module().info();
    let recording = behind.recorder.as_ref().map(|recorder| {
        let now = recorder.progress();
        json!({ "path": recorder.path().to_string_lossy(), "ops": now.ops, "bytes": now.bytes, "dropped": now.dropped })
    });
    json!({
        "ok": true,
        "fs": module.fs_name,
        "module": module.path.to_string_lossy(),
        "buildId": hex(&module.build_id),
        "revision": module.source_revision,
        "stateSchema": module.state_schema,
        "ops": served.ops(),
        "crash": instance.world().crash().map(|crash| crash.to_string()),
        "recording": recording,
    })
}

/// The account of a finished recording, as JSON.
pub fn account(finished: &crate::trace::Finished) -> Value {
    let account = &finished.account;
    let loss = finished.loss.iter().map(|loss| json!({ "cause": loss.cause().as_str_name(), "ops": loss.ops }));
    json!({
        "offered": account.offered,
        "recorded": account.recorded,
        "dropped": account.dropped,
        "filtered": account.filtered,
        "bytes": finished.bytes,
        "loss": loss.collect::<Vec<_>>(),
    })
}

/// Bytes as people read them.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
