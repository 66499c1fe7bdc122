// SPDX-License-Identifier: MIT OR Apache-2.0
//! The protobuf wire format at the level of a file: tags, lengths, and messages that end with a checksum of themselves.
//!
//! Chunks are framed by hand, not by the generated code, because a checksum covers the bytes before it as they stand in the
//! file, and because a length is looked at before anything is allocated for it.

use prost::Message;

/// Tag bytes: field number shifted by three, with the wire type. All top-level fields are length-delimited.
pub const HEADER_TAG: u8 = 1 << 3 | 2;
/// See [`HEADER_TAG`].
pub const CHUNK_TAG: u8 = 2 << 3 | 2;
/// See [`HEADER_TAG`].
pub const INDEX_TAG: u8 = 3 << 3 | 2;
/// See [`HEADER_TAG`].
pub const TRAILER_TAG: u8 = 4 << 3 | 2;

/// Tags of the `crc32` fields, which are fixed32.
pub const HEADER_CRC_TAG: &[u8] = &[(24 & 0xf) << 3 | 5 | 0x80, 24 >> 4];
/// See [`HEADER_CRC_TAG`].
pub const CHUNK_CRC_TAG: &[u8] = &[15 << 3 | 5];
/// See [`HEADER_CRC_TAG`].
pub const INDEX_CRC_TAG: &[u8] = &[8 << 3 | 5];

/// Bytes of the trailer with its tag and length.
pub const TRAILER_BYTES: usize = 20;

/// Appends `value` as an unsigned varint.
pub fn put_varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// The varint at the start of `bytes` and the bytes it takes; `None` when it does not end there or is too long.
pub fn varint(bytes: &[u8]) -> Option<(u64, usize)> {
    let mut value = 0_u64;
    for (at, &byte) in bytes.iter().take(10).enumerate() {
        if at == 9 && byte > 1 {
            return None;
        }
        value |= u64::from(byte & 0x7f) << (7 * at);
        if byte < 0x80 {
            return Some((value, at + 1));
        }
    }
    None
}

/// Appends the checksum of `message[..]` to itself, as its last field.
pub fn seal(message: &mut Vec<u8>, crc_tag: &[u8]) {
    let crc = crc32fast::hash(message);
    message.extend_from_slice(crc_tag);
    message.extend_from_slice(&crc.to_le_bytes());
}

/// Whether `message` ends with the checksum of what stands before it.
pub fn is_sealed(message: &[u8], crc_tag: &[u8]) -> bool {
    let Some(body) = message.len().checked_sub(crc_tag.len() + 4) else { return false };
    let (body, end) = message.split_at(body);
    let (tag, crc) = end.split_at(crc_tag.len());
    tag == crc_tag && crc == crc32fast::hash(body).to_le_bytes()
}

/// `message` as a top-level field of the file, sealed. Its own `crc32` must be 0.
pub fn sealed_field(tag: u8, message: &impl Message, crc_tag: &[u8]) -> Vec<u8> {
    let mut body = message.encode_to_vec();
    seal(&mut body, crc_tag);
    field(tag, &body)
}

/// `body` as a length-delimited field.
pub fn field(tag: u8, body: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len() + 6);
    out.push(tag);
    put_varint(&mut out, body.len() as u64);
    out.extend_from_slice(body);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn varints_come_back() {
        for value in [0, 1, 127, 128, 16_383, 16_384, u64::from(u32::MAX), u64::MAX] {
            let mut bytes = Vec::new();
            put_varint(&mut bytes, value);
            assert_eq!(varint(&bytes), Some((value, bytes.len())));
            assert_eq!(varint(&bytes[..bytes.len() - 1]), None);
        }
    }

    #[test]
    fn a_varint_beyond_64_bits_is_none() {
        assert_eq!(varint(&[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2]), None);
        assert_eq!(varint(&[0x80; 11]), None);
    }

    #[test]
    fn a_seal_notices_every_changed_bit() {
        let mut message = b"some bytes".to_vec();
        seal(&mut message, CHUNK_CRC_TAG);
        assert!(is_sealed(&message, CHUNK_CRC_TAG));
        for bit in 0..message.len() * 8 {
            message[bit / 8] ^= 1 << (bit % 8);
            assert!(!is_sealed(&message, CHUNK_CRC_TAG), "bit {bit}");
            message[bit / 8] ^= 1 << (bit % 8);
        }
    }
}
