//! Tokens taken apart and put together by libraries alone.

use std::fmt::Write as _;
use std::io::{Read, Write as _};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;

/// What stands under the compression of a 007 token.
pub(crate) fn content_of_007(token: &str) -> Vec<u8> {
    let packed = STANDARD.decode(token.strip_prefix("007").unwrap()).unwrap();
    let mut content = Vec::new();
    ZlibDecoder::new(packed.as_slice())
        .read_to_end(&mut content)
        .unwrap();
    content
}

/// A 007 token of any content.
pub(crate) fn token_007_of(content: &[u8]) -> String {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::none());
    encoder.write_all(content).unwrap();
    format!("007{}", STANDARD.encode(encoder.finish().unwrap()))
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut hex, byte| {
        write!(hex, "{byte:02x}").unwrap();
        hex
    })
}
