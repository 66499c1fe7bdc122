// SPDX-License-Identifier: MIT OR Apache-2.0
//! A mount's folder in debugfs: `/sys/kernel/debug/bentofs/ID`, as `kernel/bentofs/record/control.c` makes it.

use super::error::CollectError;
use crate::proto::trace as pb;
use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// What one processor has counted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    /// Ops that ended.
    pub offered: u64,
    /// Ops that are in its buffer, or were.
    pub recorded: u64,
    /// Ops that were not wanted.
    pub filtered: u64,
    /// Ops that a crash left without an answer; they are not offered.
    pub unanswered: u64,
    /// Records that are no op's answer (a crash, an upgrade) and found no room.
    pub others_lost: u64,
    /// Ops that were lost, by cause.
    pub lost: BTreeMap<i32, u64>,
    /// Up to where its buffer was written, in bytes since the recording began, ends of parts included.
    pub written: u64,
    /// Up to where it was read, likewise.
    pub read: u64,
}

/// What `status` and `barrier` say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Status {
    /// "idle", "recording" or "ended".
    pub state: String,
    /// The last number that an op was given.
    pub seq: u64,
    /// By processor.
    pub cpus: BTreeMap<u32, Counts>,
}

impl Status {
    /// Reads the text; what is wrong with it.
    pub fn parse(text: &str) -> Result<Status, String> {
        let mut status = Status::default();
        for line in text.lines() {
            let wrong = || line.to_owned();
            let mut words = line.split(' ');
            match (words.next(), words.next()) {
                (Some("state"), Some(state)) => state.clone_into(&mut status.state),
                (Some("seq"), Some(seq)) => status.seq = seq.parse().map_err(|_| wrong())?,
                (Some("cpu"), Some(cpu)) => {
                    let counts = counts(words).ok_or_else(wrong)?;
                    status.cpus.insert(cpu.parse().map_err(|_| wrong())?, counts);
                }
                // Others are for people.
                _ => {}
            }
        }
        if status.state.is_empty() { Err("no state".to_owned()) } else { Ok(status) }
    }

    /// The sum over all processors.
    pub fn sum(&self, count: impl Fn(&Counts) -> u64) -> u64 {
        self.cpus.values().map(count).sum()
    }
}

fn counts<'a>(mut words: impl Iterator<Item = &'a str>) -> Option<Counts> {
    let mut counts = Counts::default();
    while let Some(key) = words.next() {
        let value = words.next()?.parse().ok()?;
        match key {
            "offered" => counts.offered = value,
            "recorded" => counts.recorded = value,
            "filtered" => counts.filtered = value,
            "unanswered" => counts.unanswered = value,
            "others_lost" => counts.others_lost = value,
            "bytes" => counts.written = value,
            "read" => counts.read = value,
            "buffer_full" => drop(counts.lost.insert(pb::LossCause::BufferFull.into(), value)),
            "too_large" => drop(counts.lost.insert(pb::LossCause::TooLarge.into(), value)),
            "overwritten" => drop(counts.lost.insert(pb::LossCause::Overwritten.into(), value)),
            _ => {}
        }
    }
    Some(counts)
}

/// What `info` says: what is recorded.
#[derive(Debug, Clone, Default)]
pub struct Info {
    /// The module.
    pub module: pb::Module,
    /// Its device; zeroes when there is none.
    pub device: pb::Device,
    /// Options of the file system.
    pub fs_options: String,
}

impl Info {
    /// Reads the text; what is wrong with it.
    pub fn parse(text: &str) -> Result<Info, String> {
        let mut info = Info::default();
        for line in text.lines() {
            let (key, value) = line.split_once(' ').unwrap_or((line, ""));
            let wrong = || line.to_owned();
            match key {
                "fs" => value.clone_into(&mut info.module.fs_name),
                "build_id" => info.module.build_id = unhex(value).ok_or_else(wrong)?.into(),
                "revision" => value.clone_into(&mut info.module.source_revision),
                "abi" => {
                    let (major, minor) = value.split_once('.').ok_or_else(wrong)?;
                    info.module.abi_major = major.parse().map_err(|_| wrong())?;
                    info.module.abi_minor = minor.parse().map_err(|_| wrong())?;
                }
                "schema" => info.module.state_schema = value.parse().map_err(|_| wrong())?,
                "lock_classes" => info.module.lock_class = value.split(',').map(str::to_owned).collect(),
                "block_size" => info.device.block_size = value.parse().map_err(|_| wrong())?,
                "blocks" => info.device.blocks = value.parse().map_err(|_| wrong())?,
                "fs_options" => value.clone_into(&mut info.fs_options),
                _ => {}
            }
        }
        if info.module.fs_name.is_empty() { Err("no fs".to_owned()) } else { Ok(info) }
    }
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    if !text.is_ascii() || !text.len().is_multiple_of(2) {
        return None;
    }
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).ok()).collect()
}

/// The folder.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    control: File,
}

impl Folder {
    /// Opens it.
    pub fn open(path: &Path) -> Result<Folder, CollectError> {
        let failed = |source| CollectError::NoRecorder { path: path.to_owned(), source };
        let control = OpenOptions::new().write(true).open(path.join("control")).map_err(failed)?;
        Ok(Folder { path: path.to_owned(), control })
    }

    /// Gives a command, as one write.
    pub fn control(&self, command: &str) -> io::Result<()> {
        (&self.control).write_all(command.as_bytes())
    }

    fn read(&self, name: &str) -> Result<Vec<u8>, CollectError> {
        let path = self.path.join(name);
        fs::read(&path).map_err(|source| CollectError::Folder { path, source })
    }

    fn text<T>(&self, name: &str, parse: impl Fn(&str) -> Result<T, String>) -> Result<T, CollectError> {
        let text = String::from_utf8_lossy(&self.read(name)?).into_owned();
        parse(&text).map_err(|what| CollectError::Foreign { path: self.path.join(name), what })
    }

    /// Where the recording is.
    pub fn status(&self) -> Result<Status, CollectError> {
        self.text("status", Status::parse)
    }

    /// The same; and every record with a number up to `Status.seq` is in the buffers, or never will be.
    pub fn barrier(&self) -> Result<Status, CollectError> {
        self.text("barrier", Status::parse)
    }

    /// What is recorded.
    pub fn info(&self) -> Result<Info, CollectError> {
        self.text("info", Info::parse)
    }

    /// The module's state when the recording began.
    pub fn state(&self) -> Result<Vec<u8>, CollectError> {
        self.read("state")
    }

    /// What the device holds that the module needs to take the state over, as a stream.
    pub fn blocks(&self) -> Result<Vec<u8>, CollectError> {
        self.read("blocks")
    }

    /// The buffers, by processor.
    pub fn streams(&self) -> Result<Vec<(u32, File)>, CollectError> {
        let failed = |source| CollectError::Folder { path: self.path.clone(), source };
        let mut streams = Vec::new();
        for entry in fs::read_dir(&self.path).map_err(failed)? {
            let name = entry.map_err(failed)?.file_name();
            let Some(cpu) = name.to_str().and_then(|name| name.strip_prefix("cpu")?.parse().ok()) else { continue };
            let path = self.path.join(&name);
            let file = File::open(&path).map_err(|source| CollectError::Folder { path, source })?;
            streams.push((cpu, file));
        }
        streams.sort_by_key(|&(cpu, _)| cpu);
        Ok(streams)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_is_read() {
        let text = "state recording\nepoch 3\npolicy drop\nseq 17\n\
            cpu 0 offered 10 recorded 8 filtered 1 unanswered 0 others_lost 0 bytes 99 read 9 buffer_full 1 too_large 0 overwritten 0\n\
            cpu 1 offered 7 recorded 7 filtered 0 unanswered 2 others_lost 1 bytes 99 read 9 buffer_full 0 too_large 0 overwritten 0\n";
        let status = Status::parse(text).unwrap();
        assert_eq!((status.state.as_str(), status.seq), ("recording", 17));
        assert_eq!(status.sum(|counts| counts.offered), 17);
        assert_eq!(status.cpus[&0].lost[&i32::from(pb::LossCause::BufferFull)], 1);
        assert_eq!((status.cpus[&1].unanswered, status.cpus[&1].others_lost), (2, 1));
        assert_eq!((status.cpus[&0].written, status.cpus[&0].read), (99, 9));
    }

    #[test]
    fn a_text_without_sense_is_refused() {
        assert!(Status::parse("seq 4\n").is_err());
        assert!(Status::parse("state idle\ncpu 0 offered many\n").is_err());
        assert!(Info::parse("fs a\nbuild_id xyz\n").is_err());
    }

    #[test]
    fn an_info_is_read() {
        let text = "mount 1\nfs tiffinfs\nbuild_id 0aff\nrevision abc+\nabi 1.1\nschema 2\nlock_classes block,inode\n\
            block_size 4096\nblocks 100\nread_only 0\nfs_options \nmodule tiffinfs\n";
        let info = Info::parse(text).unwrap();
        assert_eq!(&info.module.build_id[..], [0x0a, 0xff]);
        assert_eq!(info.module.lock_class, ["block", "inode"]);
        assert_eq!((info.device.block_size, info.device.blocks), (4096, 100));
    }
}
