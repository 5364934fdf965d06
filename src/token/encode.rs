//! The outermost form of every token: a head in plain text, then base64.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// The head, then the content in base64. Encodes into the token's own bytes, without a buffer in between.
pub(super) fn encode(head: &[u8], content: &[u8]) -> String {
    let length = head.len() + content.len().div_ceil(3) * 4;
    let mut token = Vec::with_capacity(length);
    token.extend_from_slice(head);
    token.resize(length, 0);
    STANDARD
        .encode_slice(content, &mut token[head.len()..])
        .expect("four characters for every three bytes");
    String::from_utf8(token).expect("version and App ID are ASCII, as is base64")
}
