//! HMAC-SHA256 (RFC 2104) with a key prepared once, for messages as short as a token's.
//!
//! A 006 signature is three compressions of SHA-256, and general hashing state around them costs as much again. So
//! the states after the two key blocks are kept, and the padded end of a message goes straight into `sha2`'s
//! compression. The tests compare it with the `hmac` crate.

use sha2::block_api::compress256;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// Bytes of a signature.
pub(super) const SIGNATURE_BYTES: usize = 32;

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
        const { assert!(N <= 64, "a longer key would have to be hashed first") };
        let block = |pad: u8| {
            let mut block: Block = [pad; 64];
            block
                .iter_mut()
                .zip(key)
                .for_each(|(byte, key)| *byte ^= key);
            let mut state = INITIAL;
            compress256(&mut state, &[block]);
            block.zeroize();
            state
        };
        Self {
            inner: block(0x36),
            outer: block(0x5c),
        }
    }

    pub(super) fn sign(&self, message: &[u8]) -> Signature {
        let (whole, rest) = message.as_chunks::<64>();
        let mut inner = self.inner;
        compress256(&mut inner, whole);

        let bits = (size_of::<Block>() + message.len()) as u64 * 8;
        let mut end: [Block; 2] = [[0; 64]; 2];
        end[0][..rest.len()].copy_from_slice(rest);
        end[0][rest.len()] = 0x80;
        let blocks = if rest.len() < 56 { 1 } else { 2 };
        end[blocks - 1][56..].copy_from_slice(&bits.to_be_bytes());
        compress256(&mut inner, &end[..blocks]);

        let mut block = OUTER_END;
        block[..SIGNATURE_BYTES].copy_from_slice(&bytes(inner));
        let mut outer = self.outer;
        compress256(&mut outer, &[block]);
        bytes(outer)
    }
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

fn bytes(state: [u32; 8]) -> Signature {
    let mut bytes = [0; SIGNATURE_BYTES];
    for (bytes, word) in bytes.as_chunks_mut::<4>().0.iter_mut().zip(state) {
        *bytes = word.to_be_bytes();
    }
    bytes
}

#[cfg(test)]
mod tests {
    use hmac::{Hmac, KeyInit, Mac};
    use proptest::collection::vec;
    use proptest::prelude::*;
    use sha2::Sha256;

    use super::Key;

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
}
