//! AccessToken2, 007.
//!
//! ```text
//! token     = "007" ‖ base64(zlib(content))
//! content   = string(signature) ‖ signed
//! signed    = string(app_id) ‖ u32 issue time ‖ u32 lifetime ‖ u32 salt ‖ u16 count ‖ services
//! service   = u16 type ‖ map(u16 privilege → u32 lifetime) ‖ fields of that type
//! k1        = HMAC-SHA256(LE32(issue time), certificate)
//! k2        = HMAC-SHA256(LE32(salt), k1)
//! signature = HMAC-SHA256(k2, signed)
//! ```
//!
//! The issue time is a Unix time; lifetimes are seconds after it, a privilege's 0 meaning that it ends with the
//! token.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use subtle::ConstantTimeEq;

use super::app_id::AppId;
use super::certificate::{AppCertificate, Project, SignedBy};
use super::deflate::deflate;
use super::encode::encode;
use super::error::{ParseError, VerifyError};
use super::hmac::{SIGNATURE_LENGTH, Signature};
use super::inflate::inflate;
use super::service::Services;
use super::time::UnixTime;
use super::wire::{Reader, Writer};

/// The first characters of such a token.
pub const VERSION: &str = "007";

/// The highest salt that the official builders draw; the lowest is 1.
pub const MAX_SALT: u32 = 99_999_999;

/// What a 007 token says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// When it was made.
    pub issued_at: UnixTime,
    /// Seconds after the issue time at which the whole token ends.
    pub expire: u32,
    /// Makes two tokens with the same content differ: 1 to [`MAX_SALT`], drawn anew for each token.
    pub salt: u32,
    /// What it opens; ends in seconds after the issue time.
    pub services: Services,
}

/// Bytes of a content before what is signed.
const HEAD_BYTES: usize = 34;

/// Makes a token.
#[must_use]
pub fn mint(project: &Project, message: &Message) -> String {
    let packed = deflate(content(project, message).as_slice());
    encode(VERSION.as_bytes(), &packed)
}

fn content(project: &Project, message: &Message) -> Writer {
    let mut content = Writer::new();
    content.fixed([0; HEAD_BYTES]);
    content.array::<{ AppId::LENGTH }>(project.app_id.as_bytes());
    content.u32(message.issued_at.seconds());
    content.u32(message.expire);
    content.u32(message.salt);
    message.services.write(&mut content);

    let key = project.certificate.key_007(message.issued_at, message.salt);
    let signature = key.sign_written(&mut content, HEAD_BYTES);
    let head = &mut content.as_mut_slice()[..HEAD_BYTES];
    head[..2].copy_from_slice(&SIGNATURE_LENGTH);
    head[2..].copy_from_slice(&signature);
    content
}

/// A 007 token whose signature has not been checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unverified {
    /// The project it says it is for.
    pub app_id: AppId,
    /// What it says.
    pub message: Message,
    signature: Signature,
    pub(super) signed: Vec<u8>,
}

impl Unverified {
    /// Reads a token, from `007` on.
    ///
    /// # Errors
    ///
    /// When it is not of this format from its first to its last byte, or inflates to more than any token needs.
    pub fn parse(token: &str) -> Result<Self, ParseError> {
        let body = token
            .strip_prefix(VERSION)
            .ok_or(ParseError::Version { expected: VERSION })?;
        let content = inflate(&STANDARD.decode(body)?)?;

        let mut input = Reader::new(&content);
        let signature = input.array("signature")?;
        let signed = input.rest();
        let (app_id, message) = Message::read(signed)?;
        Ok(Self {
            app_id,
            message,
            signature,
            signed: signed.to_vec(),
        })
    }

    /// Checks that this project made the token. It carries channel and uid itself, in its services.
    ///
    /// # Errors
    ///
    /// Says which of project and signature differs.
    pub fn verify(&self, project: &Project) -> Result<SignedBy, VerifyError> {
        if self.app_id != project.app_id {
            return Err(VerifyError::AppId);
        }
        let is_signed_by = |certificate: &AppCertificate| {
            let key = certificate.key_007(self.message.issued_at, self.message.salt);
            key.sign(&self.signed).ct_eq(&self.signature).into()
        };
        project
            .signed_by(is_signed_by)
            .ok_or(VerifyError::Signature)
    }
}

impl Message {
    fn read(signed: &[u8]) -> Result<(AppId, Self), ParseError> {
        let mut input = Reader::new(signed);
        let app_id = input
            .text("App ID")?
            .as_str()
            .parse()
            .map_err(|_| ParseError::AppId)?;
        let issued_at = UnixTime::from_seconds(input.u32("issue time")?);
        let expire = input.u32("lifetime")?;
        let salt = input.u32("salt")?;
        let services = Services::read(input)?;
        Ok((
            app_id,
            Self {
                issued_at,
                expire,
                salt,
                services,
            },
        ))
    }
}
