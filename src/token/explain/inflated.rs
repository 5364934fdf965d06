//! The content of 007 tokens that the format's reader refuses: cut off, or with something in it to be mended.

use flate2::{Decompress, FlushDecompress};

use super::super::deflate::deflate;
use super::super::encode::encode;
use super::super::inflate::inflate;
use super::super::v007;

/// The most that is read of a stream that does not end.
const MOST: usize = 64 * 1024;

/// A whole stream.
pub(super) fn whole(packed: &[u8]) -> Option<Vec<u8>> {
    inflate(packed).ok()
}

/// What a stream holds as far as it goes, or nothing when it is no stream.
pub(super) fn beginning(packed: &[u8]) -> Option<Vec<u8>> {
    let mut content = Vec::with_capacity(MOST);
    Decompress::new(true)
        .decompress_vec(packed, &mut content, FlushDecompress::Sync)
        .ok()?;
    Some(content)
}

/// A 007 token of that content.
pub(super) fn token_of(content: &[u8]) -> String {
    encode(v007::VERSION.as_bytes(), &deflate(content))
}
