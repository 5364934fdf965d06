//! Unpacks what a 007 token holds, which anyone may have written.

use flate2::{Decompress, FlushDecompress, Status};

use super::error::ParseError;

/// The most that is read out of a token. The largest that a service needs is a few kilobytes.
const MAX_INFLATED_BYTES: usize = 64 * 1024;

/// Unpacks one whole zlib stream, however much it claims to hold, up to a limit.
pub(super) fn inflate(packed: &[u8]) -> Result<Vec<u8>, ParseError> {
    let mut decompressor = Decompress::new(true);
    let mut content = Vec::new();
    let mut rest = packed;
    loop {
        content.reserve(512);
        let (read, written) = (decompressor.total_in(), content.len());
        let status = decompressor
            .decompress_vec(rest, &mut content, FlushDecompress::None)
            .map_err(|_| ParseError::Zlib)?;
        let read = usize::try_from(decompressor.total_in() - read).map_err(|_| ParseError::Zlib)?;
        rest = rest.get(read..).ok_or(ParseError::Zlib)?;
        if content.len() > MAX_INFLATED_BYTES {
            return Err(ParseError::Inflated {
                limit: MAX_INFLATED_BYTES,
            });
        }
        match status {
            Status::StreamEnd => break,
            Status::Ok | Status::BufError if read == 0 && content.len() == written => {
                return Err(ParseError::Zlib);
            }
            Status::Ok | Status::BufError => {}
        }
    }
    match rest.len() {
        0 => Ok(content),
        bytes => Err(ParseError::Trailing {
            bytes,
            after: "zlib stream",
        }),
    }
}
