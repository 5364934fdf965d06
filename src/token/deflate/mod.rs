//! Packs the content of a 007 token into a zlib stream (RFC 1950, RFC 1951).
//!
//! A content has 100 to 250 bytes. On so few, Huffman codes of its own mostly cost more than they save: zlib works
//! them out, then uses the fixed codes after all, and clearing its tables takes longer than reading the content.
//! So [`fixed`] writes one block with the fixed codes, some twenty times as fast. What would come out longer that way
//! is left to [`zlib`].

mod fixed;
#[cfg(test)]
mod tests;
mod zlib;

/// Packs a token's content.
pub(super) fn deflate(content: &[u8]) -> Vec<u8> {
    fixed::deflate(content).unwrap_or_else(|| zlib::deflate(content))
}
