//! `DynamicKey5`, 005: the channel key of SDKs before 2.1.
//!
//! ```text
//! key       = "005" ‖ base64(content)
//! content   = u16 kind ‖ string(signature) ‖ string(app_id) ‖ u32 issue time ‖ u32 salt ‖ u32 end ‖ extra
//! signed    = u16 kind ‖ string(app_id) ‖ u32 issue time ‖ u32 salt ‖ string(channel) ‖ u32 uid ‖ u32 end ‖ extra
//! signature = upper-case hexadecimal digits of HMAC-SHA1(certificate, signed)
//! extra     = map(u16 → string)
//! ```
//!
//! App ID and certificate are the 16 bytes that their digits stand for. The end is a Unix time, 0 for none. The key
//! holds no channel and no uid, so that verifying one wants both.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::Mac;
use subtle::ConstantTimeEq;

use super::app_id::{AppId, digit_pairs};
use super::certificate::{AppCertificate, Project, SignedBy};
use super::encode::encode;
use super::error::{ParseError, VerifyError};
use super::time::UnixTime;
use super::wire::{Reader, Text, Writer};

/// The first characters of such a key.
pub const VERSION: &str = "005";

/// Digits of a signature.
const SIGNATURE_DIGITS: usize = 40;

/// Where the extra fields have the permission to upload.
const UPLOAD: u16 = 1;

/// What a 005 key is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KeyKind {
    /// Join a channel.
    MediaChannel,
    /// Record a channel.
    Recording,
    /// Share a channel publicly.
    PublicSharing,
    /// Change what one may do in a channel.
    InChannelPermission(Upload),
}

/// What an in-channel permission lets its holder send.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Upload {
    /// Nothing.
    Nothing,
    /// Audio and video.
    AudioAndVideo,
}

impl Upload {
    /// Its name in requests and answers.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::AudioAndVideo => "audio_and_video",
        }
    }
}

impl KeyKind {
    /// All kinds.
    pub const ALL: [Self; 5] = [
        Self::MediaChannel,
        Self::Recording,
        Self::PublicSharing,
        Self::InChannelPermission(Upload::Nothing),
        Self::InChannelPermission(Upload::AudioAndVideo),
    ];

    /// What its user may send from now on, if it says so.
    #[must_use]
    pub const fn upload(self) -> Option<Upload> {
        match self {
            Self::InChannelPermission(upload) => Some(upload),
            Self::MediaChannel | Self::Recording | Self::PublicSharing => None,
        }
    }

    /// The number on the wire.
    #[must_use]
    pub const fn number(self) -> u16 {
        match self {
            Self::MediaChannel => 1,
            Self::Recording => 2,
            Self::PublicSharing => 3,
            Self::InChannelPermission(_) => 4,
        }
    }

    /// The name in texts: `media_channel`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::MediaChannel => "media_channel",
            Self::Recording => "recording",
            Self::PublicSharing => "public_sharing",
            Self::InChannelPermission(_) => "in_channel_permission",
        }
    }

    fn extra(self) -> Option<&'static str> {
        match self {
            Self::InChannelPermission(Upload::Nothing) => Some("0"),
            Self::InChannelPermission(Upload::AudioAndVideo) => Some("3"),
            Self::MediaChannel | Self::Recording | Self::PublicSharing => None,
        }
    }
}

/// What a 005 key says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// The number of what it is for: see [`KeyKind::number`].
    pub kind: u16,
    /// When it was made.
    pub issued_at: UnixTime,
    /// Makes two keys with the same content differ; any number, drawn anew for each key.
    pub salt: u32,
    /// When what it grants ends; 0 for no end.
    pub ends_at: UnixTime,
    extra: Vec<(u16, Text)>,
}

impl Message {
    /// What a key of this kind says.
    #[must_use]
    pub fn new(kind: KeyKind, issued_at: UnixTime, salt: u32, ends_at: UnixTime) -> Self {
        let extra = kind
            .extra()
            .map(|upload| (UPLOAD, Text::new(upload).expect("one byte")));
        Self {
            kind: kind.number(),
            issued_at,
            salt,
            ends_at,
            extra: extra.into_iter().collect(),
        }
    }

    /// What it is for, when this crate knows it.
    #[must_use]
    pub fn kind(&self) -> Option<KeyKind> {
        KeyKind::ALL.into_iter().find(|kind| {
            let extra = self
                .extra
                .iter()
                .find(|(number, _)| *number == UPLOAD)
                .map(|(_, text)| text.as_str());
            kind.number() == self.kind && kind.extra() == extra
        })
    }

    /// Further fields by number.
    #[must_use]
    pub fn extra(&self) -> &[(u16, Text)] {
        &self.extra
    }

    fn write_extra(&self, out: &mut Writer) {
        out.u16(
            u16::try_from(self.extra.len())
                .expect("one field, or read from a map with a u16 count"),
        );
        for (number, text) in &self.extra {
            out.u16(*number);
            out.text(text);
        }
    }
}

/// Makes a key for a channel and a numeric uid (0 for any).
#[must_use]
pub fn mint(project: &Project, channel: &Text, uid: u32, message: &Message) -> String {
    let app_id = digit_pairs(project.app_id.as_bytes());
    let mut content = Writer::new();
    content.u16(message.kind);
    content.array(&signature(
        &project.certificate,
        &app_id,
        channel,
        uid,
        message,
    ));
    content.array(&app_id);
    content.u32(message.issued_at.seconds());
    content.u32(message.salt);
    content.u32(message.ends_at.seconds());
    message.write_extra(&mut content);
    encode(VERSION.as_bytes(), content.as_slice())
}

/// A 005 key whose signature has not been checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unverified {
    /// The project it says it is for, in lower-case digits: the key does not hold their case.
    pub app_id: AppId,
    /// What it says.
    pub message: Message,
    signature: [u8; SIGNATURE_DIGITS],
}

impl Unverified {
    /// Reads a key, from `005` on.
    ///
    /// # Errors
    ///
    /// When it is not of this format from its first to its last byte.
    pub fn parse(key: &str) -> Result<Self, ParseError> {
        let body = key
            .strip_prefix(VERSION)
            .ok_or(ParseError::Version { expected: VERSION })?;
        let content = STANDARD.decode(body)?;
        let mut input = Reader::new(&content);
        let kind = input.u16("kind of key")?;
        let signature = input.array("signature")?;
        let app_id = AppId::from_digit_pairs(input.array("App ID")?);
        let issued_at = UnixTime::from_seconds(input.u32("issue time")?);
        let salt = input.u32("salt")?;
        let ends_at = UnixTime::from_seconds(input.u32("end")?);
        let mut extra = Vec::new();
        for _ in 0..input.u16("extra fields")? {
            extra.push((input.u16("extra fields")?, input.text("extra fields")?));
        }
        input.finish("extra fields")?;
        let message = Message {
            kind,
            issued_at,
            salt,
            ends_at,
            extra,
        };
        Ok(Self {
            app_id,
            message,
            signature,
        })
    }

    /// Checks that this project made the key for this channel and this uid (0 for any).
    ///
    /// # Errors
    ///
    /// Says which of project and signature differs. Another channel or uid is another signature.
    pub fn verify(
        &self,
        project: &Project,
        channel: &Text,
        uid: u32,
    ) -> Result<SignedBy, VerifyError> {
        let app_id = digit_pairs(project.app_id.as_bytes());
        if digit_pairs(self.app_id.as_bytes()) != app_id {
            return Err(VerifyError::AppId);
        }
        let is_signed_by = |certificate: &AppCertificate| {
            let expected = signature(certificate, &app_id, channel, uid, &self.message);
            expected.ct_eq(&self.signature).into()
        };
        project
            .signed_by(is_signed_by)
            .ok_or(VerifyError::Signature)
    }
}

fn signature(
    certificate: &AppCertificate,
    app_id: &[u8; 16],
    channel: &Text,
    uid: u32,
    message: &Message,
) -> [u8; SIGNATURE_DIGITS] {
    let mut signed = Writer::new();
    signed.u16(message.kind);
    signed.array(app_id);
    signed.u32(message.issued_at.seconds());
    signed.u32(message.salt);
    signed.text(channel);
    signed.u32(uid);
    signed.u32(message.ends_at.seconds());
    message.write_extra(&mut signed);
    let bytes = certificate
        .mac_005()
        .chain_update(signed.as_slice())
        .finalize()
        .into_bytes();

    let mut digits = [0; SIGNATURE_DIGITS];
    for (pair, byte) in digits.chunks_exact_mut(2).zip(bytes) {
        pair[0] = b"0123456789ABCDEF"[usize::from(byte >> 4)];
        pair[1] = b"0123456789ABCDEF"[usize::from(byte & 15)];
    }
    digits
}
