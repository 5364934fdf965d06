//! AccessToken 006.
//!
//! ```text
//! token     = "006" ‖ app_id (32 characters) ‖ base64(content)
//! content   = string(signature) ‖ u32 crc32(channel) ‖ u32 crc32(uid) ‖ string(message)
//! message   = u32 salt ‖ u32 end of the token ‖ map(u16 privilege → u32 end)
//! signature = HMAC-SHA256(certificate, app_id ‖ channel ‖ uid ‖ message)
//! ```
//!
//! Ends are Unix times; a privilege's 0 means that it ends with the token. The token holds no channel and no uid,
//! only their checksums, so that verifying one wants both.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use subtle::ConstantTimeEq;

use super::app_id::AppId;
use super::certificate::{AppCertificate, Project, SignedBy};
use super::encode::encode;
use super::error::{ParseError, VerifyError};
use super::hmac::{SIGNATURE_LENGTH, Signature};
use super::privilege::{Privilege, Privileges};
use super::time::UnixTime;
use super::wire::{Reader, Writer};

/// The first characters of such a token.
pub const VERSION: &str = "006";

/// What a 006 token can grant, ascending by number.
pub const PRIVILEGES: [Privilege; 14] = [
    Privilege::JOIN_CHANNEL,
    Privilege::PUBLISH_AUDIO,
    Privilege::PUBLISH_VIDEO,
    Privilege::PUBLISH_DATA,
    Privilege::PUBLISH_AUDIO_CDN,
    Privilege::PUBLISH_VIDEO_CDN,
    Privilege::REQUEST_PUBLISH_AUDIO,
    Privilege::REQUEST_PUBLISH_VIDEO,
    Privilege::REQUEST_PUBLISH_DATA,
    Privilege::INVITE_PUBLISH_AUDIO,
    Privilege::INVITE_PUBLISH_VIDEO,
    Privilege::INVITE_PUBLISH_DATA,
    Privilege::ADMINISTRATE_CHANNEL,
    Privilege::RTM_LOGIN,
];

/// What a 006 token says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Makes two tokens with the same content differ; any number, drawn anew for each token.
    pub salt: u32,
    /// When the token ends, whatever its privileges say: 24 hours after its issue in every official builder.
    pub ends_at: UnixTime,
    /// What its holder may do; ends in Unix seconds.
    pub privileges: Privileges,
}

/// Channel and uid as the client gives them to the SDK's `join`; a uid of "" for any user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Binding<'a> {
    /// The channel. For a 006 signaling login, the account.
    pub channel: &'a str,
    /// The uid or user account; empty for any user.
    pub uid: &'a str,
}

/// Bytes of a content before its message.
const HEAD_BYTES: usize = 44;

/// Makes a token for a channel and a uid.
#[must_use]
pub fn mint(project: &Project, binding: Binding<'_>, message: &Message) -> String {
    let mut out = Writer::new();
    out.fixed([0; HEAD_BYTES]);
    write_before(&mut out, project.app_id, binding);
    let message_start = out.as_slice().len();
    message.write(&mut out);
    let key = project.certificate.key_006();
    let signature = key.sign_written(&mut out, HEAD_BYTES);

    // What is signed before the message is not in the token: the head of the content takes its place.
    let content = &mut out.as_mut_slice()[message_start - HEAD_BYTES..];
    let length = u16::try_from(content.len() - HEAD_BYTES)
        .expect("known privileges, or as many as a token of 64 KiB had");
    let checksum = |text: &str| crc32fast::hash(text.as_bytes()).to_le_bytes();
    content[..2].copy_from_slice(&SIGNATURE_LENGTH);
    content[2..34].copy_from_slice(&signature);
    content[34..38].copy_from_slice(&checksum(binding.channel));
    content[38..42].copy_from_slice(&checksum(binding.uid));
    content[42..HEAD_BYTES].copy_from_slice(&length.to_le_bytes());

    let mut head = [0; VERSION.len() + AppId::LENGTH];
    head[..VERSION.len()].copy_from_slice(VERSION.as_bytes());
    head[VERSION.len()..].copy_from_slice(project.app_id.as_bytes());
    encode(&head, content)
}

/// A 006 token whose signature has not been checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unverified {
    /// The project it says it is for.
    pub app_id: AppId,
    /// CRC-32 of the channel it was made for.
    pub channel_crc: u32,
    /// CRC-32 of the uid it was made for; 0 for any uid.
    pub uid_crc: u32,
    /// What it says.
    pub message: Message,
    signature: Signature,
    pub(super) signed: Vec<u8>,
}

impl Unverified {
    /// Reads a token, from `006` on.
    ///
    /// # Errors
    ///
    /// When it is not of this format from its first to its last byte.
    pub fn parse(token: &str) -> Result<Self, ParseError> {
        let body = token
            .strip_prefix(VERSION)
            .ok_or(ParseError::Version { expected: VERSION })?;
        let (app_id, content) = body
            .split_at_checked(AppId::LENGTH)
            .ok_or(ParseError::AppId)?;
        let app_id = app_id.parse().map_err(|_| ParseError::AppId)?;
        let content = STANDARD.decode(content)?;

        let mut input = Reader::new(&content);
        let signature = input.array("signature")?;
        let channel_crc = input.u32("checksum of the channel")?;
        let uid_crc = input.u32("checksum of the uid")?;
        let signed = input.string("message")?;
        input.finish("message")?;
        let message = Message::read(signed)?;
        Ok(Self {
            app_id,
            channel_crc,
            uid_crc,
            message,
            signature,
            signed: signed.to_vec(),
        })
    }

    /// Checks that this project made the token for this channel and uid.
    ///
    /// # Errors
    ///
    /// Says which of project, channel, uid and signature differs.
    pub fn verify(&self, project: &Project, binding: Binding<'_>) -> Result<SignedBy, VerifyError> {
        if self.app_id != project.app_id {
            return Err(VerifyError::AppId);
        }
        if !self.is_for_channel(binding.channel) {
            return Err(VerifyError::Channel);
        }
        if !self.is_for_uid(binding.uid) {
            return Err(VerifyError::Uid);
        }
        let mut signed = Writer::new();
        write_before(&mut signed, self.app_id, binding);
        signed.bytes(&self.signed);
        let is_signed_by = |certificate: &AppCertificate| {
            let signature = certificate.key_006().sign_written(&mut signed, 0);
            signature.ct_eq(&self.signature).into()
        };
        project
            .signed_by(is_signed_by)
            .ok_or(VerifyError::Signature)
    }

    /// Whether the token's checksum is that of this channel. Anyone can tell, without a certificate.
    #[must_use]
    pub fn is_for_channel(&self, channel: &str) -> bool {
        self.channel_crc == crc32fast::hash(channel.as_bytes())
    }

    /// Whether the token's checksum is that of this uid ("" for any). Anyone can tell, without a certificate.
    #[must_use]
    pub fn is_for_uid(&self, uid: &str) -> bool {
        self.uid_crc == crc32fast::hash(uid.as_bytes())
    }
}

impl Message {
    fn write(&self, out: &mut Writer) {
        out.u32(self.salt);
        out.u32(self.ends_at.seconds());
        self.privileges.write(out);
    }

    fn read(packed: &[u8]) -> Result<Self, ParseError> {
        let mut input = Reader::new(packed);
        let salt = input.u32("salt")?;
        let ends_at = UnixTime::from_seconds(input.u32("end of the token")?);
        let privileges = Privileges::read(&mut input)?;
        input.finish("privileges")?;
        Ok(Self {
            salt,
            ends_at,
            privileges,
        })
    }
}

/// What is signed before the message.
fn write_before(out: &mut Writer, app_id: AppId, binding: Binding<'_>) {
    out.fixed(*app_id.as_bytes());
    out.bytes(binding.channel.as_bytes());
    out.bytes(binding.uid.as_bytes());
}
