//! The outermost form of every token: a head in plain text, then base64.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// The head, then the content in base64. Encodes into the token's own bytes, without a buffer in between.
pub(super) fn encode<const N: usize>(head: [&[u8]; N], content: &[u8]) -> String {
    let head_length = head.iter().map(|part| part.len()).sum::<usize>();
    let mut token = vec![0; head_length + content.len().div_ceil(3) * 4];
    let mut rest = token.as_mut_slice();
    for part in head {
        let (room, after) = rest.split_at_mut(part.len());
        room.copy_from_slice(part);
        rest = after;
    }
    STANDARD
        .encode_slice(content, rest)
        .expect("four characters for every three bytes");
    String::from_utf8(token).expect("version and App ID are ASCII, as is base64")
}
