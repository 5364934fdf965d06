//! 007 tokens taken apart and put together without this crate.

use std::io::Read;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::read::ZlibDecoder;

/// A 007 token of a content of up to 65,535 bytes, which it stores: a compressor would take most of the time.
pub fn token_007_of(content: &[u8]) -> String {
    let length = u16::try_from(content.len()).unwrap();
    let (a, b) = content.iter().fold((1, 0), |(a, b), byte| {
        let a = (a + u32::from(*byte)) % 65_521;
        (a, (b + a) % 65_521)
    });
    let mut stream = vec![0x78, 0x01, 1];
    stream.extend(length.to_le_bytes());
    stream.extend((!length).to_le_bytes());
    stream.extend(content);
    stream.extend((b << 16 | a).to_be_bytes());
    format!("007{}", STANDARD.encode(stream))
}

/// What stands under the compression of a 007 token.
#[allow(dead_code, reason = "for some targets only")]
pub fn content_of_007(token: &str) -> Vec<u8> {
    let packed = STANDARD.decode(token.strip_prefix("007").unwrap()).unwrap();
    let mut content = Vec::new();
    let mut decoder = ZlibDecoder::new(packed.as_slice());
    decoder.read_to_end(&mut content).unwrap();
    assert_eq!(
        decoder.total_in(),
        packed.len() as u64,
        "one stream, and nothing after it"
    );
    content
}
