//! The App Certificate: the secret that signs a project's tokens.

use std::fmt;
use std::str::FromStr;
use std::sync::Mutex;

use hmac::{Hmac, KeyInit};
use sha1::Sha1;
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::app_id::{AppId, HexError, digit_pairs, hex_digits};
use super::hmac::{Key, Signature};
use super::time::UnixTime;

pub(super) type HmacSha1 = Hmac<Sha1>;

/// An App Certificate: 32 hexadecimal digits, used as text. It can be neither printed nor serialized.
///
/// The digits and what is derived from them stay in one place on the heap until they are zeroed: moves copy a pointer.
pub struct AppCertificate(Box<Material>);

struct Material {
    digits: [u8; 32],
    /// The key of 006 signatures, prepared once.
    key: Key,
    /// What the key of a 007 signature derives from the certificate and the second, for the last such second.
    by_second: Mutex<Option<(UnixTime, Signature)>>,
}

impl AppCertificate {
    /// Fills the allocation in place, so that no secret is moved.
    fn new(digits: &[u8; 32]) -> Self {
        let mut material = Box::new(Material {
            digits: [0; 32],
            key: Key::UNPREPARED,
            by_second: Mutex::default(),
        });
        material.digits.copy_from_slice(digits);
        material.key.prepare(digits);
        Self(material)
    }

    /// Whether an App ID was given for the certificate, too.
    pub(crate) fn has_digits_of(&self, app_id: &AppId) -> bool {
        self.0.digits.eq_ignore_ascii_case(app_id.as_bytes())
    }

    /// Whether both are one.
    pub(crate) fn is(&self, other: &Self) -> bool {
        self.0.digits.ct_eq(&other.0.digits).into()
    }

    /// Whether its digits are something that must not be the certificate.
    pub(crate) fn digits_are(&self, something: impl FnOnce(&[u8]) -> bool) -> bool {
        something(&self.0.digits)
    }

    /// The signature of a 005 key begins here. Its key is the 16 bytes that the digits stand for.
    pub(super) fn mac_005(&self) -> HmacSha1 {
        let key = Zeroizing::new(digit_pairs(&self.0.digits));
        HmacSha1::new_from_slice(&*key).expect("HMAC accepts keys of any length")
    }

    /// The key of 006 signatures.
    pub(super) fn key_006(&self) -> &Key {
        &self.0.key
    }

    /// The key of a 007 signature, derived from the issue time and the salt.
    pub(super) fn key_007(&self, issued_at: UnixTime, salt: u32) -> Key {
        let by_second = self.by_second(issued_at);
        Key::new(&Key::new(&salt.to_le_bytes()).sign(&by_second))
    }

    fn by_second(&self, issued_at: UnixTime) -> Signature {
        // Whoever finds the lock taken derives the key itself: nobody waits.
        let mut last = self.0.by_second.try_lock().ok();
        if let Some(Some((second, derived))) = last.as_deref()
            && *second == issued_at
        {
            return *derived;
        }
        let derived = Key::new(&issued_at.seconds().to_le_bytes()).sign(&self.0.digits);
        if let Some(last) = last.as_deref_mut() {
            *last = Some((issued_at, derived));
        }
        derived
    }
}

impl FromStr for AppCertificate {
    type Err = HexError;

    fn from_str(text: &str) -> Result<Self, HexError> {
        hex_digits(text).map(Self::new)
    }
}

impl Clone for AppCertificate {
    fn clone(&self) -> Self {
        Self::new(&self.0.digits)
    }
}

impl fmt::Debug for AppCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

impl Drop for Material {
    fn drop(&mut self) {
        // `key` zeroes itself.
        self.digits.zeroize();
        if let Ok(Some((_, derived))) = self.by_second.get_mut() {
            derived.zeroize();
        }
    }
}

impl ZeroizeOnDrop for Material {}

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
    pub(super) fn signed_by(
        &self,
        mut check: impl FnMut(&AppCertificate) -> bool,
    ) -> Option<SignedBy> {
        if check(&self.certificate) {
            return Some(SignedBy::Primary);
        }
        let secondary = self.secondary.as_ref()?;
        check(secondary).then_some(SignedBy::Secondary)
    }
}
