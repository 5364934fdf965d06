//! Every case of the official packages is made again, read and verified.

use std::collections::BTreeMap;

use agora_token_server::token::v005::{KeyKind, Upload};
use agora_token_server::token::{
    Binding, Permission, Permissions, Privilege, Privileges, Project, Resource, Scope, Service,
    ServiceKind, Services, SignedBy, Text, UnixTime, UnverifiedToken, v005, v006, v007,
};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::support::{content_of_007, hex};

#[derive(Deserialize)]
struct Vectors<C> {
    cases: Vec<C>,
}

#[derive(Deserialize)]
struct Case005 {
    name: String,
    kind: String,
    app_id: String,
    app_certificate: String,
    channel: String,
    unix_ts: u32,
    salt: u32,
    uid: u32,
    expired_ts: u32,
    permission: Option<String>,
    key: String,
}

#[derive(Deserialize)]
struct Case006 {
    name: String,
    app_id: String,
    app_certificate: String,
    channel: String,
    uid: String,
    salt: u32,
    ts: u32,
    privileges: BTreeMap<String, u32>,
    token: String,
}

#[derive(Deserialize)]
struct Case007 {
    name: String,
    app_id: String,
    app_certificate: String,
    issue_ts: u32,
    expire: u32,
    salt: u32,
    services: Vec<CaseService>,
    content_hex: String,
    token: String,
}

#[derive(Deserialize)]
struct CaseService {
    #[serde(rename = "type")]
    kind: u16,
    #[serde(default)]
    channel_name: String,
    #[serde(default)]
    uid: String,
    #[serde(default)]
    account: String,
    #[serde(default)]
    user_id: String,
    #[serde(default)]
    room_uuid: String,
    #[serde(default)]
    user_uuid: String,
    #[serde(default)]
    role: i16,
    #[serde(default)]
    permissions: Vec<CasePermission>,
    privileges: BTreeMap<String, u32>,
}

#[derive(Deserialize)]
struct CasePermission {
    resource: usize,
    permission: usize,
    names: Vec<String>,
}

#[test]
fn every_005_key_is_equal_to_the_byte_and_verifies_back() {
    let cases: Vec<Case005> = cases(include_str!("../vectors/key_005.json"));
    assert_eq!(cases.len(), 16);
    for case in cases {
        let project = project(&case.app_id, &case.app_certificate);
        let end = UnixTime::from_seconds(case.expired_ts);
        let issued_at = UnixTime::from_seconds(case.unix_ts);
        let message = v005::Message::new(case.kind(), issued_at, case.salt, end);
        let key = v005::mint(&project, &text(&case.channel), case.uid, &message);
        assert_eq!(key, case.key, "{}", case.name);

        let read = UnverifiedToken::parse(&case.key).unwrap();
        let UnverifiedToken::V005(inner) = &read else {
            panic!("{}", case.name)
        };
        assert_eq!(inner.message, message, "{}", case.name);
        assert_eq!(inner.message.kind(), Some(case.kind()), "{}", case.name);
        let uid = case.uid.to_string();
        let binding = Binding {
            channel: &case.channel,
            uid: &uid,
        };
        assert_eq!(
            signed_by(&read, &project, Some(binding)),
            SignedBy::Primary,
            "{}",
            case.name
        );
    }
}

#[test]
fn every_006_token_is_equal_to_the_byte_and_verifies_back() {
    let cases: Vec<Case006> = cases(include_str!("../vectors/token_006.json"));
    assert_eq!(cases.len(), 40);
    for case in cases {
        let project = project(&case.app_id, &case.app_certificate);
        let message = v006::Message {
            salt: case.salt,
            ends_at: UnixTime::from_seconds(case.ts),
            privileges: privileges(&case.privileges, &v006::PRIVILEGES),
        };
        let binding = Binding {
            channel: &case.channel,
            uid: &case.uid,
        };
        let token = v006::mint(&project, binding, &message);
        assert_eq!(token, case.token, "{}", case.name);

        let read = UnverifiedToken::parse(&case.token).unwrap();
        let UnverifiedToken::V006(inner) = &read else {
            panic!("{}", case.name)
        };
        assert_eq!(
            (inner.app_id, &inner.message),
            (project.app_id, &message),
            "{}",
            case.name
        );
        let binding = Binding {
            channel: &case.channel,
            uid: &case.uid,
        };
        assert_eq!(
            signed_by(&read, &project, Some(binding)),
            SignedBy::Primary,
            "{}",
            case.name
        );
    }
}

#[test]
fn every_007_token_is_equal_after_inflating_and_verifies_back() {
    let cases: Vec<Case007> = cases(include_str!("../vectors/token_007.json"));
    assert_eq!(cases.len(), 65);
    for case in cases {
        let project = project(&case.app_id, &case.app_certificate);
        let message = v007::Message {
            issued_at: UnixTime::from_seconds(case.issue_ts),
            expire: case.expire,
            salt: case.salt,
            services: Services::in_order(case.services.iter().map(CaseService::service).collect()),
        };
        let token = v007::mint(&project, &message);
        assert_eq!(
            hex(&content_of_007(&token)),
            case.content_hex,
            "{}",
            case.name
        );

        for token in [&token, &case.token] {
            let read = UnverifiedToken::parse(token).unwrap();
            let UnverifiedToken::V007(inner) = &read else {
                panic!("{}", case.name)
            };
            assert_eq!(
                (inner.app_id, &inner.message),
                (project.app_id, &message),
                "{}",
                case.name
            );
            assert_eq!(
                signed_by(&read, &project, None),
                SignedBy::Primary,
                "{}",
                case.name
            );
        }
    }
}

impl Case005 {
    fn kind(&self) -> KeyKind {
        match (self.kind.as_str(), self.permission.as_deref()) {
            ("media_channel", _) => KeyKind::MediaChannel,
            ("recording", _) => KeyKind::Recording,
            ("public_sharing", _) => KeyKind::PublicSharing,
            ("in_channel_permission", Some("0")) => KeyKind::InChannelPermission(Upload::Nothing),
            ("in_channel_permission", Some("3")) => {
                KeyKind::InChannelPermission(Upload::AudioAndVideo)
            }
            other => panic!("{other:?}"),
        }
    }
}

impl CaseService {
    fn service(&self) -> Service {
        let kind = ServiceKind::from_number(self.kind).unwrap();
        let (channel, account) = (text(&self.channel_name), text(&self.account));
        let user_id = text(&self.user_id);
        let scope = match kind {
            ServiceKind::Rtc => Scope::Rtc {
                channel,
                uid: text(&self.uid),
            },
            ServiceKind::Rtm => Scope::Rtm { user_id },
            ServiceKind::Streaming => Scope::Streaming { channel, account },
            ServiceKind::Fpa => Scope::Fpa,
            ServiceKind::Chat => Scope::Chat { user_id },
            ServiceKind::Fcdn => Scope::Fcdn { channel, account },
            ServiceKind::Apaas => Scope::Apaas {
                room: text(&self.room_uuid),
                user: text(&self.user_uuid),
                role: self.role,
            },
            ServiceKind::Rtm2 => Scope::Rtm2 {
                user_id,
                permissions: self.permissions(),
            },
            ServiceKind::ConvoAi => Scope::ConvoAi,
            ServiceKind::Stt => Scope::Stt,
        };
        Service {
            privileges: privileges(&self.privileges, kind.privileges()),
            scope,
        }
    }

    fn permissions(&self) -> Permissions {
        let entries = self.permissions.iter().map(
            |CasePermission {
                 resource,
                 permission,
                 names,
             }| {
                let names = names.iter().map(|name| text(name)).collect();
                (
                    Resource::ALL[*resource],
                    Permission::ALL[*permission],
                    names,
                )
            },
        );
        Permissions::new(entries).unwrap()
    }
}

fn cases<C: DeserializeOwned>(json: &str) -> Vec<C> {
    serde_json::from_str::<Vectors<C>>(json).unwrap().cases
}

#[track_caller]
fn signed_by(token: &UnverifiedToken, project: &Project, binding: Option<Binding<'_>>) -> SignedBy {
    token.verify(project, binding).unwrap().signed_by()
}

fn project(app_id: &str, certificate: &str) -> Project {
    Project::new(app_id.parse().unwrap(), certificate.parse().unwrap())
}

fn text(text: &str) -> Text {
    Text::new(text).unwrap()
}

fn privileges(by_number: &BTreeMap<String, u32>, known: &[Privilege]) -> Privileges {
    let privilege = |number: &str| {
        let number: u16 = number.parse().unwrap();
        *known
            .iter()
            .find(|privilege| privilege.number() == number)
            .unwrap()
    };
    by_number
        .iter()
        .map(|(number, end)| (privilege(number), *end))
        .collect()
}
