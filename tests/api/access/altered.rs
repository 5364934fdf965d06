//! A holder of a token issued to a restricted caller cannot alter it into one for another channel, uid or service.
//!
//! 006 signs channel and uid without a separator between them, and its two CRC-32s are not signed. So the holder of a
//! token for channel `101` and uid `7` can move the split and compute the CRC-32s again.

use std::collections::BTreeSet;

use agora_token_server::token::{
    Binding, Privilege, Scope, Service, UnverifiedToken, VerifyError, v006,
};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::every_url::{Example, is_minting, requests, send};
use super::{KEY, SECRET, hs256};
use crate::compat::redacted;
use crate::support::{NOW, TestApp, project};

/// A service, a channel (empty where there is none) and a user: what a token opens.
type Reading = (&'static str, String, String);

fn reading(service: &'static str, channel: &str, user: &str) -> Reading {
    (service, channel.to_owned(), user.to_owned())
}

/// Everything that a token, or an altered copy of it, opens for its holder when channel and uid together are `text`.
fn readings(token: &str, text: &str) -> BTreeSet<Reading> {
    // A channel has a character at least.
    let splits = (1..=text.len()).map(|at| text.split_at(at));
    match UnverifiedToken::parse(token).unwrap() {
        UnverifiedToken::V005(key) => {
            let verifies = |(channel, uid): &(&str, &str)| {
                let binding = Some(Binding { channel, uid });
                UnverifiedToken::V005(key.clone())
                    .verify(&project(), binding)
                    .is_ok()
            };
            let splits = splits.filter(verifies);
            splits
                .map(|(channel, uid)| reading("rtc", channel, uid))
                .collect()
        }
        UnverifiedToken::V006(_) => splits
            .flat_map(|split| readings_006(token, split))
            .collect(),
        UnverifiedToken::V007(token) => {
            token.verify(&project()).unwrap();
            token
                .message
                .services
                .known()
                .iter()
                .map(reading_007)
                .collect()
        }
    }
}

/// What a 006 token opens once its holder has put the CRC-32s of another split into it.
fn readings_006(token: &str, (channel, uid): (&str, &str)) -> Vec<Reading> {
    let (head, content) = token.split_at(35);
    let mut content = STANDARD.decode(content).unwrap();
    content[34..38].copy_from_slice(&crc32fast::hash(channel.as_bytes()).to_le_bytes());
    content[38..42].copy_from_slice(&crc32fast::hash(uid.as_bytes()).to_le_bytes());
    let altered = v006::Unverified::parse(&(head.to_owned() + &STANDARD.encode(content))).unwrap();
    match altered.verify(&project(), Binding { channel, uid }) {
        Err(VerifyError::Signature) => return Vec::new(),
        other => other.unwrap(),
    };
    let login = Privilege::RTM_LOGIN.number();
    let (logins, others): (Vec<u16>, Vec<u16>) = altered
        .message
        .privileges
        .iter()
        .map(|(number, _)| number)
        .partition(|number| *number == login);
    let mut readings = Vec::new();
    if !others.is_empty() {
        readings.push(reading("rtc", channel, uid));
    }
    // Signaling takes the channel's text for the user ID.
    if !logins.is_empty() && uid.is_empty() {
        readings.push(reading("rtm", "", channel));
    }
    readings
}

fn reading_007(Service { scope, .. }: &Service) -> Reading {
    let service = scope.kind().name();
    match scope {
        Scope::Rtc { channel, uid: user }
        | Scope::Streaming {
            channel,
            account: user,
        }
        | Scope::Fcdn {
            channel,
            account: user,
        }
        | Scope::Apaas {
            room: channel,
            user,
            ..
        } => reading(service, channel.as_str(), user.as_str()),
        Scope::Rtm { user_id } | Scope::Rtm2 { user_id, .. } | Scope::Chat { user_id } => {
            reading(service, "", user_id.as_str())
        }
        Scope::Fpa | Scope::ConvoAi | Scope::Stt => reading(service, "", ""),
    }
}

/// A restricted caller: the settings that restrict it, and its credentials.
struct Restricted {
    name: &'static str,
    settings: Vec<(&'static str, String)>,
    credentials: Option<String>,
    only_rtc: bool,
}

impl Restricted {
    fn is_user(&self) -> bool {
        self.name == "user"
    }

    fn app(&self) -> TestApp {
        let settings = self
            .settings
            .iter()
            .map(|(name, value)| (*name, value.as_str()));
        TestApp::told(&settings.collect::<Vec<_>>())
    }

    fn headers(&self) -> Vec<(&'static str, String)> {
        let bearer = |credentials| ("authorization", format!("Bearer {credentials}"));
        self.credentials.iter().map(bearer).collect()
    }
}

/// Returns callers of every restricted kind that may have tokens for this channel and, if they are users, this uid.
fn restricted(channel: &str, uid: &str) -> Vec<Restricted> {
    let limits = [("ALLOWED_CHANNELS", channel), ("ALLOWED_SERVICES", "rtc")];
    let mut all = Vec::new();
    for (setting, value) in limits {
        let limit = (setting, value.to_owned());
        let only_rtc = setting == "ALLOWED_SERVICES";
        all.push(Restricted {
            name: "anonymous",
            settings: vec![limit.clone()],
            credentials: None,
            only_rtc,
        });
        all.push(Restricted {
            name: "API key",
            settings: vec![limit, ("API_KEYS", format!("web:{KEY}"))],
            credentials: Some(KEY.to_owned()),
            only_rtc,
        });
    }
    if !uid.is_empty() {
        let claims = json!({ "sub": uid, "exp": NOW + 600, "agora_channels": [channel], "agora_role": "admin" });
        all.push(Restricted {
            name: "user",
            settings: vec![("JWT_SECRET", SECRET.to_owned())],
            credentials: Some(hs256(&claims)),
            only_rtc: false,
        });
    }
    all
}

/// Returns the examples of every URL that issues tokens, and more requests of `/v1/tokens` and `/access_token`.
async fn minting() -> Vec<Example> {
    let app = TestApp::told(&[("API_KEYS", &format!("web:{KEY}"))]);
    let mut minting = requests(&app).await;
    minting.retain(|request| request.0 != "HEAD" && is_minting(request));
    let rtc = |privileges: Value| json!({ "service": "rtc", "channel": "test", "uid": 1234, "privileges": privileges });
    let in_channel = |service: &str| json!({ "service": service, "channel": "test", "uid": 1234 });
    for (version, service) in [
        ("005", in_channel("media_channel")),
        ("005", in_channel("recording")),
        ("006", rtc(json!(["join_channel", "publish_audio"]))),
        ("006", rtc(json!(["rtm_login"]))),
        ("006", rtc(json!(["join_channel", "rtm_login"]))),
        ("006", json!({ "service": "rtm", "user_id": "alice" })),
        ("007", in_channel("rtc_with_rtm")),
        ("007", in_channel("streaming")),
        (
            "007",
            json!({ "service": "apaas", "room": "test", "user": "alice" }),
        ),
    ] {
        let body = json!({ "version": version, "services": [service] });
        minting.push((
            "POST".to_owned(),
            "/v1/tokens".to_owned(),
            Some(body),
            Value::Null,
        ));
    }
    for target in [
        "/v1/tokens?version=006&channel=test&uid=1234",
        "/v1/tokens?version=006&service=rtm&user_id=alice",
        "/access_token?channelName=test&uid=1234&role=publisher",
    ] {
        minting.push(("GET".to_owned(), target.to_owned(), None, Value::Null));
    }
    minting
}

fn plain_number(text: &str) -> Option<u32> {
    text.parse()
        .ok()
        .filter(|number: &u32| number.to_string() == text)
}

/// Puts this channel and uid in place of the example's. A uid that is no number is a user account.
fn with((method, target, body, security): &Example, channel: &str, uid: &str) -> Example {
    let is_account = !uid.is_empty() && plain_number(uid).is_none();
    let has_account = is_account && target.starts_with("/v1/tokens");
    let mut target = target
        .replace("test", channel)
        .replace("1234", uid)
        .replace("alice", uid);
    if is_account {
        target = target.replace("/uid/", "/userAccount/");
    }
    if has_account {
        target = target.replace("uid=", "account=");
    }
    let mut body = body.clone();
    if let Some(body) = &mut body {
        replace(body, channel, uid, has_account);
    }
    (method.clone(), target, body, security.clone())
}

fn replace(value: &mut Value, channel: &str, uid: &str, has_account: bool) {
    match value {
        Value::Object(fields) => {
            if has_account && let Some(uid) = fields.remove("uid") {
                fields.insert("account".to_owned(), uid);
            }
            let is_open = |name: &str| uid.is_empty() && ["uid", "account"].contains(&name);
            fields.retain(|name, _| !is_open(name));
            for value in fields.values_mut() {
                replace(value, channel, uid, has_account);
            }
        }
        Value::Array(entries) => {
            for entry in entries {
                replace(entry, channel, uid, has_account);
            }
        }
        Value::String(text) if text == "test" => channel.clone_into(text),
        Value::String(text) if text == "alice" => uid.clone_into(text),
        Value::Number(number) if number.as_u64() == Some(1234) => {
            *value = plain_number(uid).map_or(json!(uid), Value::from);
        }
        _ => {}
    }
}

/// Asserts that a token, and every altered copy of it, opens what was granted and nothing else.
#[track_caller]
fn opens_only(token: &str, channel: &str, uid: &str, caller: &Restricted, request: &str) {
    let mut found = readings(token, &format!("{channel}{uid}"));
    found.extend(readings(token, uid));
    assert!(!found.is_empty(), "{request}: {token} opens nothing");
    for (service, in_channel, user) in found {
        let line = format!("{request} opens {service}, channel {in_channel:?}, user {user:?}");
        assert!(!caller.only_rtc || service == "rtc", "{line}");
        let has_no_channel = in_channel.is_empty() && service != "rtc";
        assert!(has_no_channel || in_channel == channel, "{line}");
        // Chat and classroom have tokens without a user; the quick start logs user 0 in to signaling.
        let names_nobody =
            service != "rtc" && !caller.is_user() && ["", "0"].contains(&user.as_str());
        assert!(names_nobody || user == uid, "{line}");
    }
}

/// Channels and uids: all plausible, and for each text several splits of it.
const SPLITS: [(&str, &str); 9] = [
    ("101", "7"),
    ("10", "17"),
    ("1", "017"),
    ("1017", ""),
    ("lobby", "-staff"),
    ("lobby-", "staff"),
    ("l", "obby-staff"),
    ("lobby-staf", "f"),
    ("lobby-staff", ""),
];

#[tokio::test]
async fn no_token_of_a_restricted_caller_opens_another_channel_uid_or_service() {
    let minting = minting().await;
    let mut issued = [0; 3];
    let mut without_token: BTreeSet<String> = minting.iter().map(name).collect();
    for (channel, uid) in SPLITS {
        for caller in restricted(channel, uid) {
            let (app, headers) = (caller.app(), caller.headers());
            // A user may omit its uid.
            let requested: &[&str] = if caller.is_user() { &[uid, ""] } else { &[uid] };
            for example in &minting {
                for requested in requested {
                    let request = with(example, channel, requested);
                    let answer = send(&app, &request, &headers).await;
                    let line = format!("{}, {channel}, {uid}: {request:?}", caller.name);
                    for token in redacted(&answer.body).1 {
                        opens_only(&token, channel, uid, &caller, &line);
                        issued[usize::from(token.as_bytes()[2] - b'5')] += 1;
                        without_token.remove(&name(example));
                    }
                }
            }
        }
    }
    let [of_005, of_006, of_007] = issued;
    assert!(of_005 >= 80 && of_006 == 0 && of_007 > 900, "{issued:?}");
    without_token.retain(|name| !name.contains("006"));
    assert_eq!(without_token, BTreeSet::new(), "issued no token");
}

fn name((method, target, body, _): &Example) -> String {
    format!("{method} {target} {body:?}")
}

/// Shows that the test above would see an altered token.
#[tokio::test]
async fn a_006_token_of_an_open_server_opens_other_channels_and_uids() {
    let token = TestApp::new()
        .get("/access_token?channel=101&uid=7")
        .await
        .token();
    let expected = [("1", "017"), ("10", "17"), ("101", "7"), ("1017", "")];
    let expected = expected.map(|(channel, uid)| reading("rtc", channel, uid));
    assert_eq!(readings(&token, "1017"), BTreeSet::from(expected));
}
