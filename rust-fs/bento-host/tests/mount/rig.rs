// SPDX-License-Identifier: MIT OR Apache-2.0
//! A mounted host process, and what its trace holds.

use bento_host::trace::{Tolerance, TraceItem, TraceReader};
use rustix::mount::{UnmountFlags, unmount};
use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

/// A host that serves a mount below a folder of its own.
pub struct Rig {
    folder: tempfile::TempDir,
    host: Child,
    lines: Receiver<Value>,
}

/// How a host ended.
pub struct Ended {
    pub status: ExitStatus,
    /// The last line on standard output.
    pub account: Value,
    pub stderr: String,
}

impl Rig {
    /// Mounts `module`; `None`, with a word about it, where FUSE is not allowed.
    pub fn mount(module: &Path, arguments: &[&str]) -> Option<Rig> {
        let may = rustix::process::geteuid().is_root() && std::fs::File::open("/dev/fuse").is_ok();
        if !may {
            eprintln!("left out: mounting needs root and /dev/fuse");
            return None;
        }
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::create_dir(folder.path().join("mnt")).expect("a mount point");
        let mut host = Command::new(env!("CARGO_BIN_EXE_bento-host"))
            .current_dir(folder.path())
            .args(["--json-errors", "mount", "--control", "sock", "--record", "t.btr", "--module"])
            .arg(module)
            .args(arguments)
            .arg("mnt")
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the host starts");
        let out = host.stdout.take().expect("piped");
        let (told, lines) = channel();
        std::thread::spawn(move || {
            for line in BufReader::new(out).lines().map_while(Result::ok) {
                let _ = told.send(serde_json::from_str(&line).expect("each line is JSON"));
            }
        });
        let rig = Rig { folder, host, lines };
        let first = rig.lines.recv_timeout(Duration::from_secs(30)).expect("the host mounts");
        assert_eq!(first["ready"], true, "{first}");
        Some(rig)
    }

    /// The mounted root.
    pub fn root(&self) -> PathBuf {
        self.folder.path().join("mnt")
    }

    /// A path beside the mount.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Sends one command to the control socket.
    pub fn control(&self, command: Value) -> Value {
        let mut stream = UnixStream::connect(self.path("sock")).expect("the host listens");
        writeln!(stream, "{command}").expect("sent");
        let mut answer = String::new();
        BufReader::new(stream).read_line(&mut answer).expect("answered");
        serde_json::from_str(&answer).expect("an answer is JSON")
    }

    /// Sends a signal to the host.
    pub fn signal(&self, signal: rustix::process::Signal) {
        let pid = rustix::process::Pid::from_child(&self.host);
        rustix::process::kill_process(pid, signal).expect("the host runs");
    }

    /// Unmounts and waits for the host's end.
    pub fn unmount(&mut self) -> Ended {
        unmount(self.root(), UnmountFlags::empty()).expect("nobody uses the mount");
        self.wait()
    }

    /// Waits for the host's end.
    pub fn wait(&mut self) -> Ended {
        let status = self.host.wait().expect("it is our child");
        let mut stderr = String::new();
        if let Some(mut pipe) = self.host.stderr.take() {
            pipe.read_to_string(&mut stderr).expect("text");
        }
        let account = std::iter::from_fn(|| self.lines.recv_timeout(Duration::from_secs(5)).ok()).last();
        Ended { status, account: account.unwrap_or_default(), stderr }
    }

    /// Every record of a trace beside the mount.
    pub fn trace(&self, name: &str) -> (TraceReader, Vec<TraceItem>) {
        let reader = TraceReader::open(&self.path(name), Tolerance::Strict).expect("the trace opens");
        let items = reader.items().collect::<Result<_, _>>().expect("the trace reads");
        (reader, items)
    }
}

impl Drop for Rig {
    fn drop(&mut self) {
        let _ = unmount(self.root(), UnmountFlags::DETACH);
        let _ = self.host.kill();
        let _ = self.host.wait();
    }
}

/// Names of the ops among `items`, in order.
pub fn op_names(items: &[TraceItem]) -> Vec<&'static str> {
    let name = |item: &TraceItem| match item {
        TraceItem::Op(record) => record.op.request.as_ref().map(bento_host::trace::op_name),
        _ => None,
    };
    items.iter().filter_map(name).collect()
}
