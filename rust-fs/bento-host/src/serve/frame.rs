// SPDX-License-Identifier: MIT OR Apache-2.0
//! Messages on a stream: each preceded by its length as an unsigned varint.

use crate::proto::host::{Request, Response};
use prost::Message;
use std::io::{self, BufRead, Read, Write};

/// Longest request; the longest that anyone has reason to send is a rules file or a list of ops to keep.
const MAX_REQUEST: u64 = 64 << 20;

/// The next request; `None` at the end of the stream.
pub fn read(input: &mut impl BufRead) -> io::Result<Option<Request>> {
    let mut len = 0_u64;
    for shift in (0..70).step_by(7) {
        let mut byte = [0];
        match input.read_exact(&mut byte) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof && shift == 0 => return Ok(None),
            Err(error) => return Err(error),
        }
        if shift == 63 && byte[0] > 1 {
            return Err(malformed("a length that does not fit 64 bits"));
        }
        len |= u64::from(byte[0] & 0x7f) << shift;
        if byte[0] < 0x80 {
            break;
        }
    }
    if len > MAX_REQUEST {
        return Err(malformed(&format!("a request of {len} bytes; at most {MAX_REQUEST} are taken")));
    }
    let mut body = Vec::new();
    // Not allocated at once: the length may be a lie.
    input.take(len).read_to_end(&mut body)?;
    if body.len() as u64 != len {
        return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the stream ended within a request"));
    }
    Request::decode(&body[..]).map(Some).map_err(|error| malformed(&format!("a request that cannot be decoded: {error}")))
}

fn malformed(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

/// Sends one response.
pub fn write(output: &mut impl Write, response: &Response) -> io::Result<()> {
    output.write_all(&response.encode_length_delimited_to_vec())?;
    output.flush()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto::host::{Cancel, request::Call};

    #[test]
    fn requests_come_back() {
        let request = Request { id: 300, call: Some(Call::Cancel(Cancel {})) };
        let mut bytes = request.encode_length_delimited_to_vec();
        bytes.extend(request.encode_length_delimited_to_vec());
        let mut input = &bytes[..];
        assert_eq!(read(&mut input).expect("whole"), Some(request.clone()));
        assert_eq!(read(&mut input).expect("whole"), Some(request));
        assert_eq!(read(&mut input).expect("the end"), None);
    }

    #[test]
    fn a_stream_that_ends_or_lies_is_an_error() {
        assert!(read(&mut &[5, 1][..]).is_err());
        assert!(read(&mut &[0x80][..]).is_err());
        assert!(read(&mut &[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f][..]).is_err());
        assert!(read(&mut &[0xff, 0xff, 0xff, 0xff, 0x7f][..]).is_err());
    }
}
