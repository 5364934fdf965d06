//! The App Certificate: the secret that signs a project's tokens.

use std::fmt;
use std::str::FromStr;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::{Zeroize, ZeroizeOnDrop};

use super::id::{AppId, HexError, hex_digits};
use super::time::UnixTime;

pub(super) type HmacSha256 = Hmac<Sha256>;

/// Bytes of a token's signature (HMAC-SHA256).
pub(super) const SIGNATURE_BYTES: usize = 32;

/// An App Certificate: 32 hexadecimal digits, used as text. It can be neither printed nor serialized.
#[derive(Clone)]
pub struct AppCertificate {
    digits: [u8; 32],
    /// HMAC keyed with the certificate, prepared once: a 006 signature starts from a copy of it.
    keyed: HmacSha256,
}

impl AppCertificate {
    /// Whether these are its digits, in whichever case: for catching an App ID that was given for both.
    #[must_use]
    pub fn is(&self, digits: &str) -> bool {
        self.digits.eq_ignore_ascii_case(digits.as_bytes())
    }

    /// The signature of a 006 token begins here.
    pub(super) fn mac_006(&self) -> HmacSha256 {
        self.keyed.clone()
    }

    /// The signature of a 007 token begins here: its key is derived from the issue time and the salt.
    pub(super) fn mac_007(&self, issued_at: UnixTime, salt: u32) -> HmacSha256 {
        let by_time = keyed(&issued_at.seconds().to_le_bytes()).chain_update(self.digits);
        let by_salt = keyed(&salt.to_le_bytes()).chain_update(by_time.finalize().into_bytes());
        keyed(&by_salt.finalize().into_bytes())
    }
}

impl FromStr for AppCertificate {
    type Err = HexError;

    fn from_str(text: &str) -> Result<Self, HexError> {
        let digits = hex_digits(text)?;
        Ok(Self {
            digits,
            keyed: keyed(&digits),
        })
    }
}

impl fmt::Debug for AppCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

impl Drop for AppCertificate {
    fn drop(&mut self) {
        self.digits.zeroize(); // `keyed` zeroes itself
    }
}

impl ZeroizeOnDrop for AppCertificate {}

/// An Agora project, as a signer of tokens knows it.
#[derive(Clone, Debug)]
pub struct Project {
    /// Which project.
    pub app_id: AppId,
    /// What signs its tokens.
    pub certificate: AppCertificate,
}

fn keyed(key: &[u8]) -> HmacSha256 {
    HmacSha256::new_from_slice(key).expect("HMAC accepts keys of any length")
}
