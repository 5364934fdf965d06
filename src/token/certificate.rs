//! The App Certificate: the secret that signs a project's tokens.

use std::fmt;
use std::str::FromStr;
use std::sync::Mutex;

use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::Sha256;
use zeroize::{Zeroize, ZeroizeOnDrop};

use super::app_id::{AppId, HexError, digit_pairs, hex_digits};
use super::time::UnixTime;

pub(super) type HmacSha1 = Hmac<Sha1>;
pub(super) type HmacSha256 = Hmac<Sha256>;

/// Bytes of a signature by HMAC-SHA256.
pub(super) const SIGNATURE_BYTES: usize = 32;

/// An App Certificate: 32 hexadecimal digits, used as text. It can be neither printed nor serialized.
pub struct AppCertificate {
    digits: [u8; 32],
    /// HMAC keyed with the certificate, prepared once: a 006 signature starts from a copy of it.
    keyed: HmacSha256,
    /// What a 007 signature derives from the certificate and the second, for the last second that one was made in.
    by_second: Mutex<Option<(UnixTime, Key)>>,
}

type Key = [u8; SIGNATURE_BYTES];

impl AppCertificate {
    /// Whether an App ID was given for the certificate, too.
    pub(crate) fn has_digits_of(&self, app_id: &AppId) -> bool {
        self.digits.eq_ignore_ascii_case(app_id.as_bytes())
    }

    /// The signature of a 005 key begins here. Its key is the 16 bytes that the digits stand for.
    pub(super) fn mac_005(&self) -> HmacSha1 {
        HmacSha1::new_from_slice(&digit_pairs(&self.digits))
            .expect("HMAC accepts keys of any length")
    }

    /// The signature of a 006 token begins here.
    pub(super) fn mac_006(&self) -> HmacSha256 {
        self.keyed.clone()
    }

    /// The signature of a 007 token begins here: its key is derived from the issue time and the salt.
    pub(super) fn mac_007(&self, issued_at: UnixTime, salt: u32) -> HmacSha256 {
        let by_salt = keyed(&salt.to_le_bytes()).chain_update(self.key_of_second(issued_at));
        keyed(&by_salt.finalize().into_bytes())
    }

    fn key_of_second(&self, issued_at: UnixTime) -> Key {
        // Whoever finds the lock taken derives the key itself: nobody waits.
        let mut last = self.by_second.try_lock().ok();
        if let Some(Some((second, key))) = last.as_deref()
            && *second == issued_at
        {
            return *key;
        }
        let key = keyed(&issued_at.seconds().to_le_bytes())
            .chain_update(self.digits)
            .finalize();
        let key = key.into_bytes().into();
        if let Some(last) = last.as_deref_mut() {
            *last = Some((issued_at, key));
        }
        key
    }
}

impl FromStr for AppCertificate {
    type Err = HexError;

    fn from_str(text: &str) -> Result<Self, HexError> {
        let digits = hex_digits(text)?;
        Ok(Self {
            digits,
            keyed: keyed(&digits),
            by_second: Mutex::default(),
        })
    }
}

impl Clone for AppCertificate {
    fn clone(&self) -> Self {
        Self {
            digits: self.digits,
            keyed: self.keyed.clone(),
            by_second: Mutex::default(),
        }
    }
}

impl fmt::Debug for AppCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

impl Drop for AppCertificate {
    fn drop(&mut self) {
        // `keyed` zeroes itself.
        self.digits.zeroize();
        if let Ok(Some((_, key))) = self.by_second.get_mut() {
            key.zeroize();
        }
    }
}

impl ZeroizeOnDrop for AppCertificate {}

/// An Agora project, as those know it who make and check its tokens.
#[derive(Clone, Debug)]
pub struct Project {
    /// Which project.
    pub app_id: AppId,
    /// What signs its tokens.
    pub certificate: AppCertificate,
    /// What signs them too while certificates are changed: accepted when a token is verified.
    pub secondary: Option<AppCertificate>,
}

/// Which of a project's certificates signed a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SignedBy {
    /// The one that signs.
    Primary,
    /// The one that is accepted too.
    Secondary,
}

impl Project {
    /// A project with one certificate.
    #[must_use]
    pub fn new(app_id: AppId, certificate: AppCertificate) -> Self {
        Self {
            app_id,
            certificate,
            secondary: None,
        }
    }

    /// The first certificate for which a check holds.
    pub(super) fn signed_by(&self, check: impl Fn(&AppCertificate) -> bool) -> Option<SignedBy> {
        let secondary = || {
            self.secondary
                .as_ref()
                .filter(|certificate| check(certificate))
        };
        if check(&self.certificate) {
            Some(SignedBy::Primary)
        } else {
            secondary().map(|_| SignedBy::Secondary)
        }
    }
}

fn keyed(key: &[u8]) -> HmacSha256 {
    HmacSha256::new_from_slice(key).expect("HMAC accepts keys of any length")
}
