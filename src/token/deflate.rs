//! zlib, for the content of 007 tokens.

use std::cell::RefCell;

use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress, Status};

use super::error::ParseError;

/// The most that is read out of a token. The largest that a service needs is a few kilobytes.
const MAX_INFLATED_BYTES: usize = 64 * 1024;

thread_local! {
    /// Setting up a compressor costs more than compressing a token with it, so each thread keeps one.
    static COMPRESSOR: RefCell<Compress> = RefCell::new(Compress::new(Compression::default(), true));
}

/// Packs a token's content into a zlib stream.
pub(super) fn deflate(content: &[u8]) -> Vec<u8> {
    COMPRESSOR.with_borrow_mut(|compressor| {
        compressor.reset();
        // Room for a stream of stored blocks, the longest that deflate makes of anything.
        let mut packed = Vec::with_capacity(content.len() + content.len() / 1000 + 64);
        let status = compressor.compress_vec(content, &mut packed, FlushCompress::Finish);
        assert_eq!(
            status.ok(),
            Some(Status::StreamEnd),
            "a whole input with room for the output ends the stream"
        );
        packed
    })
}

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
