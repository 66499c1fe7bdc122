// SPDX-License-Identifier: MIT OR Apache-2.0
//! Traces that lost bytes, or have others than were written.

use super::file::{Step, write};
use bento_host::proto::trace::op::Request;
use bento_host::proto::trace::{self as pb, write::Content};
use bento_host::trace::{Caller, Tolerance, TraceError, TraceItem, TraceReader};
use proptest::prelude::*;
use std::path::{Path, PathBuf};

fn small_trace(path: &Path) -> Vec<TraceItem> {
    let caller = Caller { uid: 1000, gid: 100, pid: 4242 };
    let mut steps = Vec::new();
    for i in 0..24_i64 {
        let request = match i % 3 {
            0 => Request::Lookup(pb::Lookup { name: format!("name-{i}").into() }),
            1 => Request::Write(pb::Write {
                size: 100,
                content: Some(Content::Inline(vec![i as u8; 100].into())),
                ..pb::Write::default()
            }),
            _ => Request::Getattr(pb::Getattr::default()),
        };
        steps.push(Step::Op(1_000_000 * i, caller, request));
        if i % 8 == 7 {
            steps.push(Step::Seal);
        }
    }
    write(path, &steps);
    TraceReader::open(path, Tolerance::Strict).expect("opens").items().collect::<Result<_, _>>().expect("reads")
}

/// What a reader gives of `path`: its items, and the error that ended them.
fn read(path: &Path, tolerance: Tolerance) -> (Vec<TraceItem>, Option<TraceError>, bool) {
    let reader = match TraceReader::open(path, tolerance) {
        Ok(reader) => reader,
        Err(error) => return (Vec::new(), Some(error), false),
    };
    let mut items = Vec::new();
    for item in reader.items() {
        match item {
            Ok(item) => items.push(item),
            Err(error) => return (items, Some(error), !reader.warnings().is_empty()),
        }
    }
    (items, None, !reader.warnings().is_empty())
}

fn is_gap(item: &TraceItem) -> bool {
    matches!(item, TraceItem::Gap(_))
}

/// Whether `part` is `whole` with some items left out.
fn is_part(part: &[TraceItem], whole: &[TraceItem]) -> bool {
    let mut rest = whole.iter();
    part.iter().filter(|item| !is_gap(item)).all(|item| rest.any(|other| other == item))
}

#[test]
fn cut_at_every_byte_it_opens_up_to_its_last_whole_chunk() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("t.btr");
    let whole = small_trace(&path);
    let bytes = std::fs::read(&path).expect("read");
    let chunks: Vec<_> = TraceReader::open(&path, Tolerance::Strict).expect("opens").chunks().to_vec();
    let cut = folder.path().join("cut.btr");
    for len in 0..bytes.len() {
        std::fs::write(&cut, &bytes[..len]).expect("written");
        let (items, error, warned) = read(&cut, Tolerance::Strict);
        assert!(whole.starts_with(&items), "cut at {len}: other items");
        let ops = items.iter().filter(|item| matches!(item, TraceItem::Op(_))).count() as u64;
        // The chunks whose last byte is there: each ends where the next part begins.
        let ends = chunks.iter().skip(1).map(|chunk| chunk.offset as usize);
        let expected = chunks.iter().zip(ends).rfind(|(_, end)| *end <= len).map_or(0, |(chunk, _)| chunk.last_seq);
        assert!(ops >= expected, "cut at {len}: {ops} ops of {expected}");
        match error {
            None => assert!(warned || ops == 0, "cut at {len}: not a word about it"),
            Some(TraceError::Empty(_)) => assert_eq!(len, 0),
            Some(TraceError::Truncated { .. }) => assert_eq!(ops, 0, "cut at {len}"),
            Some(other) => panic!("cut at {len}: {other} [{}]", other.code()),
        }
    }
}

#[test]
fn every_changed_byte_is_noticed_or_harmless() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("t.btr");
    let whole = small_trace(&path);
    let mut bytes = std::fs::read(&path).expect("read");
    let changed = folder.path().join("changed.btr");
    for at in 0..bytes.len() {
        for mask in [0x01, 0x80, 0xff] {
            bytes[at] ^= mask;
            std::fs::write(&changed, &bytes).expect("written");
            let (items, error, warned) = read(&changed, Tolerance::Strict);
            assert!(whole.starts_with(&items), "byte {at} ^ {mask:#x}: other items");
            if items.len() < whole.len() {
                assert!(error.is_some() || warned, "byte {at} ^ {mask:#x}: items are missing without a word");
            }
            let (items, _, _) = read(&changed, Tolerance::AcrossDamage);
            assert!(is_part(&items, &whole), "byte {at} ^ {mask:#x}: other items when reading across damage");
            bytes[at] ^= mask;
        }
    }
}

#[test]
fn across_a_damaged_chunk_the_hole_is_counted() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("t.btr");
    let whole = small_trace(&path);
    let reader = TraceReader::open(&path, Tolerance::Strict).expect("opens");
    let ops = |items: &[TraceItem]| items.iter().filter(|item| matches!(item, TraceItem::Op(_))).count() as u64;
    for (which, chunk) in reader.chunks().iter().enumerate() {
        let mut bytes = std::fs::read(&path).expect("read");
        bytes[chunk.offset as usize + 80] ^= 1;
        let changed = folder.path().join("changed.btr");
        std::fs::write(&changed, &bytes).expect("written");

        let (_, error, _) = read(&changed, Tolerance::Strict);
        assert_eq!(error.expect("damage is an error").code(), "E_TRACE_CRC");

        let (items, error, _) = read(&changed, Tolerance::AcrossDamage);
        assert!(error.is_none());
        let missing: u64 = items.iter().map(|item| if let TraceItem::Gap(gap) = item { gap.dropped } else { 0 }).sum();
        assert_eq!(missing, chunk.last_seq - chunk.first_seq + 1, "chunk {which}");
        assert_eq!(ops(&items) + missing, ops(&whole), "chunk {which}");
    }
}

#[test]
fn what_is_no_trace_is_said_to_be_none() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = |name: &str, content: &[u8]| -> PathBuf {
        let path = folder.path().join(name);
        std::fs::write(&path, content).expect("written");
        path
    };
    let code = |path: &Path| TraceReader::open(path, Tolerance::Strict).expect_err("no trace").code();
    assert_eq!(code(&folder.path().join("nowhere")), "E_TRACE_NOT_FOUND");
    assert_eq!(code(folder.path()), "E_TRACE_IS_DIRECTORY");
    assert_eq!(code(&file("empty", b"")), "E_TRACE_EMPTY");
    assert_eq!(code(&file("text", b"this is a text\n")), "E_TRACE_NOT_A_TRACE");
    assert_eq!(code(&file("newline", b"\nand some more text, long enough")), "E_TRACE_NOT_A_TRACE");
    assert_eq!(code(Path::new("/dev/null")), "E_TRACE_NOT_A_TRACE");
}

#[test]
fn a_future_format_is_refused_by_its_number() {
    use prost::Message;
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("t.btr");
    let header = pb::Header { uuid: vec![1; 16].into(), format_major: 2, format_minor: 7, ..pb::Header::default() };
    let mut body = header.encode_to_vec();
    let crc = crc32fast::hash(&body);
    body.extend_from_slice(&[0xc5, 0x01]);
    body.extend_from_slice(&crc.to_le_bytes());
    let mut file = vec![0x0a, body.len() as u8];
    file.extend_from_slice(&body);
    std::fs::write(&path, file).expect("written");
    let error = TraceReader::open(&path, Tolerance::Strict).expect_err("refused");
    assert_eq!(error.code(), "E_TRACE_VERSION");
    assert!(error.to_string().contains("2.7"), "{error}");
}

#[test]
fn a_chunk_that_unpacks_to_too_much_is_refused_before_it_is() {
    use prost::Message;
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("t.btr");
    small_trace(&path);
    let reader = TraceReader::open(&path, Tolerance::Strict).expect("opens");
    let start = reader.chunks()[0].offset as usize;
    let mut bytes = std::fs::read(&path).expect("read")[..start].to_vec();
    // 64 MiB of zeroes, said to be as many and said to be a megabyte.
    let payload = zstd::bulk::compress(&vec![0; 64 << 20], 1).expect("packs");
    for raw_size in [64 << 20, 1 << 20] {
        let chunk = pb::Chunk {
            sync: 0x314b_4e48_4352_5442,
            codec: pb::Codec::Zstd.into(),
            raw_size,
            first_seq: 1,
            payload: payload.clone().into(),
            ..pb::Chunk::default()
        };
        let mut body = chunk.encode_to_vec();
        let crc = crc32fast::hash(&body);
        body.push(0x7d);
        body.extend_from_slice(&crc.to_le_bytes());
        bytes.truncate(start);
        bytes.push(0x12);
        prost::encoding::encode_varint(body.len() as u64, &mut bytes);
        bytes.extend_from_slice(&body);
        std::fs::write(&path, &bytes).expect("written");
        let (items, error, _) = read(&path, Tolerance::Strict);
        assert_eq!((items.len(), error.expect("refused").code()), (0, "E_TRACE_CRC"));
    }
}

proptest! {
    #[test]
    fn random_bytes_are_no_trace(bytes in proptest::collection::vec(any::<u8>(), 0..2000), start in 0..4_usize) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("t.btr");
        let beginnings: [&[u8]; 4] = [b"", b"\x0a", b"\x0a\x30\x0a\x10", b"\x0a\xff\xff\xff\xff\x0f\x0a\x10"];
        std::fs::write(&path, [beginnings[start], &bytes].concat()).expect("written");
        let (items, error, _) = read(&path, Tolerance::AcrossDamage);
        prop_assert!(items.is_empty());
        prop_assert!(error.is_some());
    }
}
