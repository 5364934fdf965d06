//! Public keys, each with the one algorithm that it is used with.

use jsonwebtoken::jwk::{
    AlgorithmParameters, EllipticCurve, Jwk, KeyAlgorithm, KeyOperations, PublicKeyUse,
};
use jsonwebtoken::{Algorithm, DecodingKey};

/// The shortest RSA modulus, in bytes: 2,048 bits.
const MIN_MODULUS: usize = 256;
const MAX_MODULUS: usize = 1024;

/// What signs a JWT, of what public keys are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PublicKeyAlgorithm {
    /// Ed25519.
    EdDsa,
    /// P-256.
    Es256,
    /// RSA.
    Rs256,
}

impl PublicKeyAlgorithm {
    /// As a JWT's header has it: `RS256`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::EdDsa => "EdDSA",
            Self::Es256 => "ES256",
            Self::Rs256 => "RS256",
        }
    }
}

impl From<PublicKeyAlgorithm> for Algorithm {
    fn from(algorithm: PublicKeyAlgorithm) -> Self {
        match algorithm {
            PublicKeyAlgorithm::EdDsa => Self::EdDSA,
            PublicKeyAlgorithm::Es256 => Self::ES256,
            PublicKeyAlgorithm::Rs256 => Self::RS256,
        }
    }
}

/// A public key, and the one algorithm that it verifies.
#[derive(Clone, Debug)]
pub struct PublicKey {
    algorithm: PublicKeyAlgorithm,
    key: DecodingKey,
}

impl PublicKey {
    /// Reads a key in PEM, whose line ends may be written `\n`.
    ///
    /// # Errors
    ///
    /// When it is no public key, or of a kind that is not used here.
    pub fn from_pem(text: &str) -> Result<Self, PublicKeyError> {
        if text.contains("PRIVATE KEY") {
            return Err(PublicKeyError::Private);
        }
        if !text.contains("-----BEGIN PUBLIC KEY-----")
            && !text.contains("-----BEGIN RSA PUBLIC KEY-----")
        {
            return Err(PublicKeyError::NoKey);
        }
        let text = text.replace("\\n", "\n");
        let pem = text.as_bytes();
        let key = DecodingKey::from_rsa_pem(pem)
            .or_else(|_| DecodingKey::from_ec_pem(pem))
            .or_else(|_| DecodingKey::from_ed_pem(pem))
            .map_err(|_| PublicKeyError::NoKey)?;
        let jwk = Jwk::from_decoding_key(&key, None).map_err(|_| PublicKeyError::Kind)?;
        Self::from_jwk(&jwk)
    }

    /// Reads a key that verifies signatures by RS256, ES256 or `EdDSA`.
    ///
    /// # Errors
    ///
    /// When it is a key for something else, or a weak one.
    pub fn from_jwk(jwk: &Jwk) -> Result<Self, PublicKeyError> {
        let key = Self::of_known_kind(jwk).ok_or(PublicKeyError::Kind)?;
        let is_small = |key: &[u8]| key.try_into().is_ok_and(has_small_order);
        if key.algorithm == PublicKeyAlgorithm::EdDsa
            && key.key.try_get_as_bytes().is_ok_and(is_small)
        {
            return Err(PublicKeyError::SmallOrder);
        }
        Ok(key)
    }

    fn of_known_kind(jwk: &Jwk) -> Option<Self> {
        let common = &jwk.common;
        let is_for_signatures =
            matches!(common.public_key_use, None | Some(PublicKeyUse::Signature))
                && common
                    .key_operations
                    .as_ref()
                    .is_none_or(|operations| operations.contains(&KeyOperations::Verify));
        let key = DecodingKey::from_jwk(jwk).ok()?;
        let algorithm = match &jwk.algorithm {
            AlgorithmParameters::RSA(_) => {
                let n = match key.kind() {
                    jsonwebtoken::DecodingKeyKind::RsaModulusExponent { n, .. } => n,
                    jsonwebtoken::DecodingKeyKind::SecretOrDer(_) => return None,
                };
                let bytes = n.iter().skip_while(|byte| **byte == 0).count();
                (MIN_MODULUS..=MAX_MODULUS)
                    .contains(&bytes)
                    .then_some(PublicKeyAlgorithm::Rs256)?
            }
            // An uncompressed point of two coordinates.
            AlgorithmParameters::EllipticCurve(parameters) => (parameters.curve
                == EllipticCurve::P256
                && key.try_get_as_bytes().ok()?.len() == 65)
                .then_some(PublicKeyAlgorithm::Es256)?,
            AlgorithmParameters::OctetKeyPair(parameters) => (parameters.curve
                == EllipticCurve::Ed25519
                && key.try_get_as_bytes().ok()?.len() == 32)
                .then_some(PublicKeyAlgorithm::EdDsa)?,
            _ => return None,
        };
        let is_of_algorithm = common
            .key_algorithm
            .is_none_or(|named| named == KeyAlgorithm::from(Algorithm::from(algorithm)));
        (is_for_signatures && is_of_algorithm).then_some(Self { algorithm, key })
    }

    /// The one algorithm that it verifies.
    #[must_use]
    pub fn algorithm(&self) -> PublicKeyAlgorithm {
        self.algorithm
    }

    /// The key.
    #[must_use]
    pub fn key(&self) -> &DecodingKey {
        &self.key
    }
}

/// The y coordinates of the points whose order divides 8, as RFC 8032 encodes them, without the sign of x: the five
/// canonical values, and the non-canonical encodings p and p + 1 of 0 and 1.
const SMALL_ORDER: [[u8; 32]; 7] = [
    small(0),
    small(1),
    [
        0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98,
        0xf0, 0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53,
        0xfc, 0x05,
    ],
    [
        0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67,
        0x0f, 0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac,
        0x03, 0x7a,
    ],
    near_p(0xec),
    near_p(0xed),
    near_p(0xee),
];

const fn small(y: u8) -> [u8; 32] {
    let mut bytes = [0; 32];
    bytes[0] = y;
    bytes
}

/// p is 2²⁵⁵ − 19, whose lowest byte is 0xed.
const fn near_p(lowest: u8) -> [u8; 32] {
    let mut bytes = [0xff; 32];
    bytes[0] = lowest;
    bytes[31] = 0x7f;
    bytes
}

/// Returns whether anyone can forge signatures of an Ed25519 key. Neither jsonwebtoken nor aws-lc rejects such keys.
fn has_small_order(mut key: [u8; 32]) -> bool {
    key[31] &= 0x7f;
    SMALL_ORDER.contains(&key)
}

/// Why a text is no public key. Reads as the end of a sentence that begins with the variable's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PublicKeyError {
    /// A kind of key that is not used here.
    #[error("must be a key of RSA (2048 to 8192 bits), of the curve P-256, or of Ed25519")]
    Kind,
    /// No public key in PEM.
    #[error(
        "must be a public key in PEM: -----BEGIN PUBLIC KEY----- and so on; \\n stands for a line end"
    )]
    NoKey,
    /// The private key, which belongs to the issuer alone.
    #[error("is a private key; the server needs the public one: openssl pkey -pubout makes it")]
    Private,
    /// An Ed25519 key whose signatures anyone can forge.
    #[error(
        "is an Ed25519 key of small order, so anyone can forge its signatures; generate another one: openssl genpkey -algorithm ed25519"
    )]
    SmallOrder,
}
