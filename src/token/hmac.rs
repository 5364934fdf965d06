//! HMAC-SHA256 (RFC 2104) with a key prepared once, for messages as short as a token's.
//!
//! A 006 signature is three compressions of SHA-256, and general hashing state around them costs as much again. So
//! the states after the two key blocks are kept, and the padded end of a message goes straight into `sha2`'s
//! compression. The tests compare it with the `hmac` crate.

use std::slice;

use sha2::block_api::compress256;
use zeroize::{Zeroize, ZeroizeOnDrop};

use super::wire::Writer;

/// Bytes of a signature.
pub(super) const SIGNATURE_BYTES: usize = 32;

/// What stands before a signature in a token: its length, as that of any `string`.
pub(super) const SIGNATURE_LENGTH: [u8; 2] = 32_u16.to_le_bytes();

pub(super) type Signature = [u8; SIGNATURE_BYTES];

type Block = [u8; 64];

/// SHA-256's initial state (FIPS 180-4, 5.3.3).
const INITIAL: [u32; 8] = [
    0x6a09_e667,
    0xbb67_ae85,
    0x3c6e_f372,
    0xa54f_f53a,
    0x510e_527f,
    0x9b05_688c,
    0x1f83_d9ab,
    0x5be0_cd19,
];

/// A key: SHA-256's states after its inner and its outer block.
#[derive(Clone)]
pub(super) struct Key {
    inner: [u32; 8],
    outer: [u32; 8],
}

impl Key {
    /// Prepares a key of at most 64 bytes; every key of the formats is one of 4 or 32.
    pub(super) fn new<const N: usize>(key: &[u8; N]) -> Self {
        let mut prepared = Self::UNPREPARED;
        prepared.prepare(key);
        prepared
    }

    /// An allocation for [`Key::prepare`] to fill; it must not sign before.
    pub(super) const UNPREPARED: Self = Self {
        inner: INITIAL,
        outer: INITIAL,
    };

    /// Prepares a key as [`Key::new`] does, in its place in memory.
    pub(super) fn prepare<const N: usize>(&mut self, key: &[u8; N]) {
        const { assert!(N <= 64, "a longer key would have to be hashed first") };
        for (state, pad) in [(&mut self.inner, 0x36), (&mut self.outer, 0x5c)] {
            let mut block: Block = [pad; 64];
            block
                .iter_mut()
                .zip(key)
                .for_each(|(byte, key)| *byte ^= key);
            *state = INITIAL;
            compress256(state, slice::from_ref(&block));
            block.zeroize();
        }
    }

    pub(super) fn sign(&self, message: &[u8]) -> Signature {
        let (whole, rest) = message.as_chunks::<64>();
        let mut inner = self.inner;
        compress256(&mut inner, whole);

        let mut end: [Block; 2] = [[0; 64]; 2];
        end.as_flattened_mut()[..rest.len()].copy_from_slice(rest);
        let end = &mut end.as_flattened_mut()[..padded_length(rest.len())];
        pad(end, rest.len(), 0x80, bits(message.len()));
        compress256(&mut inner, end.as_chunks().0);
        self.finish(inner)
    }

    /// As [`Key::sign`] of what was written from `start` on, but padded where it stands: a copy would be read before its
    /// bytes have left the processor's store buffer.
    pub(super) fn sign_written(&self, out: &mut Writer, start: usize) -> Signature {
        let length = out.as_slice().len() - start;
        let Some(blocks) = out.with_room(start, padded_length(length)) else {
            return self.sign(&out.as_slice()[start..]);
        };
        pad(blocks, length, 0x80, bits(length));
        let mut inner = self.inner;
        compress256(&mut inner, blocks.as_chunks().0);
        pad(blocks, length, 0, 0);
        self.finish(inner)
    }

    /// The outer hash of an inner one.
    fn finish(&self, inner: [u32; 8]) -> Signature {
        let mut block = OUTER_END;
        block[..SIGNATURE_BYTES].copy_from_slice(&bytes(inner));
        let mut outer = self.outer;
        compress256(&mut outer, &[block]);
        bytes(outer)
    }
}

/// Bytes of the blocks that the end of a message fills with its padding: a bit, and the message's length.
const fn padded_length(length: usize) -> usize {
    (length + 1 + size_of::<u64>()).next_multiple_of(size_of::<Block>())
}

/// Bits of the inner key block and a message after it.
const fn bits(length: usize) -> u64 {
    (size_of::<Block>() + length) as u64 * 8
}

/// Ends blocks that have zeros after `length` bytes of a message. With zeros, takes the end away again.
fn pad(blocks: &mut [u8], length: usize, end: u8, bits: u64) {
    blocks[length] = end;
    *blocks.last_chunk_mut().expect("a block or more") = bits.to_be_bytes();
}

/// The block that follows the outer key block, but for the inner hash at its beginning: the padding of 96 bytes.
const OUTER_END: Block = {
    let mut block = [0; 64];
    block[SIGNATURE_BYTES] = 0x80;
    block[62] = 0x03; // 768 bits
    block
};

impl Drop for Key {
    fn drop(&mut self) {
        self.inner.zeroize();
        self.outer.zeroize();
    }
}

impl ZeroizeOnDrop for Key {}

/// Two words at a time: bytes are swapped faster in a register of 64 bits than, four words wide, in SSE2.
fn bytes(state: [u32; 8]) -> Signature {
    let mut bytes = [0; SIGNATURE_BYTES];
    let pairs = state.as_chunks::<2>().0;
    for (bytes, [high, low]) in bytes.as_chunks_mut().0.iter_mut().zip(pairs) {
        *bytes = (u64::from(*high) << 32 | u64::from(*low)).to_be_bytes();
    }
    bytes
}

#[cfg(test)]
mod tests {
    use hmac::{Hmac, KeyInit, Mac};
    use proptest::collection::vec;
    use proptest::prelude::*;
    use sha2::Sha256;

    use super::{Key, Writer};

    fn by_the_library(key: &[u8], message: &[u8]) -> [u8; 32] {
        let mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC accepts keys of any length");
        mac.chain_update(message).finalize().into_bytes().into()
    }

    proptest! {
        #[test]
        fn it_signs_as_the_library_does(
            long in any::<[u8; 32]>(), short in any::<[u8; 4]>(), message in vec(any::<u8>(), 0..300),
        ) {
            prop_assert_eq!(Key::new(&long).sign(&message), by_the_library(&long, &message));
            prop_assert_eq!(Key::new(&short).sign(&message), by_the_library(&short, &message));
        }
    }

    #[test]
    fn it_signs_every_length_around_a_block_as_the_library_does() {
        let key = [7; 32];
        for length in 0..260 {
            let message = vec![1; length];
            assert_eq!(
                Key::new(&key).sign(&message),
                by_the_library(&key, &message),
                "{length} bytes"
            );
        }
    }

    #[test]
    fn what_a_writer_holds_is_signed_alike_wherever_it_begins_and_however_often() {
        let key = [7; 32];
        for (start, length) in (0..80).flat_map(|start| (0..260).map(move |length| (start, length)))
        {
            let mut out = Writer::new();
            out.bytes(&vec![3; start]);
            out.bytes(&vec![1; length]);
            let expected = by_the_library(&key, &vec![1; length]);
            for _ in 0..2 {
                let signature = Key::new(&key).sign_written(&mut out, start);
                assert_eq!(signature, expected, "{length} bytes from {start} on");
            }
            out.u16(0);
            assert!(
                out.as_slice().ends_with(&[0, 0]),
                "{length} bytes from {start} on"
            );
        }
    }
}
