//! `mint`: makes a token from flags or from a written request.

use std::fs::File;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use clap::builder::PossibleValuesParser;
use serde_json::{Map, Value, json};

use super::{UNUSABLE, fail};
use crate::config::{Config, Environment, read_at_most};
use crate::issuer::written::{WrittenError, WrittenRequest, WrittenService};
use crate::issuer::{Issuer, Receipt, TokenRequest, issue, random_salt, system_clock};
use crate::token::{TokenVersion, UnixTime, v007};

/// The longest written request: no token can hold more.
const MAX_REQUEST_BYTES: u64 = 64 * 1024;

/// Services that only the oldest format has.
const KEYS: [&str; 4] = [
    "media_channel",
    "recording",
    "public_sharing",
    "in_channel_permission",
];

#[derive(Args, Debug)]
#[expect(
    clippy::doc_markdown,
    reason = "--help shows these texts as they stand"
)]
pub(super) struct Mint {
    /// What the token is for; ..._with_... and education_room_user are several services together, the last four channel
    /// keys of version 005.
    #[arg(required_unless_present = "request", value_parser = PossibleValuesParser::new(WrittenService::NAMES))]
    service: Option<String>,
    /// The channel.
    #[arg(long)]
    channel: Option<String>,
    /// The numeric uid; without --uid and --account the token is for any user.
    #[arg(long, conflicts_with = "account")]
    uid: Option<String>,
    /// The user account.
    #[arg(long)]
    account: Option<String>,
    /// Who logs in to signaling or chat.
    #[arg(long)]
    user_id: Option<String>,
    /// The classroom's room.
    #[arg(long)]
    room: Option<String>,
    /// The classroom's user.
    #[arg(long)]
    user: Option<String>,
    /// publisher, subscriber, attendee or admin; with --version 006 also simple_publisher (a moderator), simple_admin,
    /// simple_attendee, simple_subscriber; in a classroom a number.
    #[arg(long, allow_hyphen_values = true)]
    role: Option<String>,
    /// A privilege, for as long as the token lasts or for its own seconds: publish_audio=600. Repeatable.
    #[arg(long = "privilege", value_name = "NAME[=SECONDS]")]
    privileges: Vec<String>,
    /// What an in-channel permission lets one send: nothing or audio_and_video.
    #[arg(long)]
    upload: Option<String>,
    /// How long the token lasts, in seconds: 3600 by default, 86400 at most.
    #[arg(long, allow_hyphen_values = true)]
    ttl: Option<String>,
    /// The format: 007 by default, 006 or 005.
    #[arg(long)]
    version: Option<String>,
    /// A request in JSON, from a file or from standard input (-), in place of the service and its flags.
    #[arg(
        long,
        value_name = "FILE",
        conflicts_with_all = ["service", "channel", "uid", "account", "user_id", "room", "user", "role", "privileges", "upload", "ttl", "version"]
    )]
    request: Option<PathBuf>,
    /// The salt, for making a token again byte for byte; random without it.
    #[arg(long)]
    salt: Option<u32>,
    /// The Unix time of issue, for making a token again byte for byte; now without it.
    #[arg(long, value_name = "SECONDS")]
    issued_at: Option<UnixTime>,
    /// Print the token with its fields, as JSON.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(environment: &Environment, mint: &Mint) -> ExitCode {
    let project = match Config::read_project(environment) {
        Ok(project) => project,
        Err(error) => return fail(UNUSABLE, error),
    };
    let request = match mint.request() {
        Ok(request) => request,
        Err(reason) => return fail(UNUSABLE, reason),
    };
    if let Some(salt) = mint.salt
        && request.version() == TokenVersion::V007
        && !(1..=v007::MAX_SALT).contains(&salt)
    {
        return fail(
            UNUSABLE,
            format_args!("--salt must be 1 to {} with version 007", v007::MAX_SALT),
        );
    }
    let now = mint.issued_at.unwrap_or_else(system_clock);
    let app_id = project.app_id;
    let issued = match mint.salt {
        Some(salt) => issue(&project, &request, now, salt),
        None => Issuer::new(project, system_clock, random_salt).issue(&request, now),
    };
    let line = if mint.json {
        let receipt = Receipt::new(issued, app_id, request.bound(now));
        serde_json::to_string(&receipt).expect("texts and numbers under names")
    } else {
        issued.token
    };
    match writeln!(io::stdout(), "{line}") {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(1, error),
    }
}

impl Mint {
    fn request(&self) -> Result<TokenRequest, String> {
        let Some(path) = &self.request else {
            // The one service of the flags needs no number.
            let plain = |error: WrittenError| {
                WrittenError {
                    service: None,
                    ..error
                }
                .to_string()
            };
            let written = WrittenRequest::from_value(self.written()).map_err(plain)?;
            return TokenRequest::try_from(written).map_err(plain);
        };
        let in_file = |error: WrittenError| format!("the request: {error}");
        let written = WrittenRequest::from_json(read(path)?.as_bytes()).map_err(in_file)?;
        TokenRequest::try_from(written).map_err(in_file)
    }

    /// The flags as a written request, so that they are read by the same rules.
    fn written(&self) -> Value {
        let service = self.service.as_deref().unwrap_or_default();
        let text = |text: &Option<String>| text.as_ref().map(|text| json!(text));
        let fields = [
            ("service", Some(json!(service))),
            ("channel", text(&self.channel)),
            ("uid", text(&self.uid)),
            ("account", text(&self.account)),
            ("user_id", text(&self.user_id)),
            ("room", text(&self.room)),
            ("user", text(&self.user)),
            ("role", text(&self.role)),
            ("privileges", self.privileges()),
            ("upload", text(&self.upload)),
        ];
        let given = fields
            .into_iter()
            .filter_map(|(name, value)| Some((name.to_owned(), value?)));
        let version = self
            .version
            .as_deref()
            .or(KEYS.contains(&service).then_some("005"));
        json!({ "version": version, "ttl": self.ttl, "services": [given.collect::<Map<_, _>>()] })
    }

    fn privileges(&self) -> Option<Value> {
        let entries = self
            .privileges
            .iter()
            .map(|entry| match entry.split_once('=') {
                Some((name, seconds)) => (name.to_owned(), json!(seconds)),
                None => (entry.clone(), Value::Null),
            });
        let entries: Map<String, Value> = entries.collect();
        (!entries.is_empty()).then(|| entries.into())
    }
}

fn read(path: &PathBuf) -> Result<String, String> {
    if path.as_os_str() == "-" {
        return read_at_most(MAX_REQUEST_BYTES, io::stdin())
            .map_err(|error| format!("standard input cannot be read: {error}"));
    }
    File::open(path)
        .and_then(|file| read_at_most(MAX_REQUEST_BYTES, file))
        .map_err(|error| format!("{} cannot be read: {error}", path.display()))
}
