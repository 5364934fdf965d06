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
        Self::from_jwk(&jwk).ok_or(PublicKeyError::Kind)
    }

    /// The key of a set, if it verifies signatures by an algorithm that is used here: RS256, ES256 or `EdDSA`.
    #[must_use]
    pub fn from_jwk(jwk: &Jwk) -> Option<Self> {
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
}
