//! What each service's request grants.

use agora_token_server::issuer::{Receipt, Subject, TokenRequest, issue};
use agora_token_server::token::v005::KeyKind;
use agora_token_server::token::{
    Binding, ChannelName, Permission, Permissions, Resource, Scope, ServiceKind, Text,
    TokenVersion, UnixTime, UnverifiedToken,
};
use serde_json::{Value, json};

use crate::support::{NOW, issued, message_007, privileges, project, services};

fn text(text: &str) -> Text {
    Text::new(text).unwrap()
}

/// The one service of a request, as its scope and privileges.
#[track_caller]
fn one(service: Value) -> (Scope, Vec<(u16, u32)>) {
    let services = services(json!([service]));
    assert_eq!(services.len(), 1, "{services:?}");
    (services[0].scope.clone(), privileges(&services[0]))
}

#[test]
fn a_token_lasts_an_hour_with_all_that_it_grants_unless_asked_otherwise() {
    let rtc = json!({ "service": "rtc", "channel": "test" });
    let message = message_007(json!({ "services": [rtc] }));
    assert_eq!(
        (message.issued_at, message.expire),
        (UnixTime::from_seconds(NOW), 3600)
    );
    let message = message_007(json!({ "ttl": 60, "services": [rtc] }));
    assert_eq!(
        (message.expire, privileges(&message.services.known()[0])),
        (60, vec![(1, 60)])
    );
}

#[test]
fn more_than_24_hours_is_cut_and_the_answer_says_when_it_ends() {
    let issued = issued(json!({ "ttl": 1_000_000, "services": [{ "service": "fpa" }] }));
    assert_eq!(issued.version, TokenVersion::V007);
    assert_eq!(
        issued.expires_at,
        Some(UnixTime::from_seconds(NOW + 86_400))
    );
}

/// A service without privileges is usable until the token expires, whatever the privileges of others.
#[test]
fn a_token_expires_with_the_last_of_its_services() {
    let rtc = json!({ "service": "rtc", "channel": "test", "privileges": { "join_channel": 60 } });
    for (services, lifetime) in [
        (json!([rtc]), 60),
        (json!([rtc, { "service": "convo_ai" }]), 600),
    ] {
        let issued = issued(json!({ "ttl": 600, "services": services }));
        let expiry = UnixTime::from_seconds(NOW + lifetime);
        assert_eq!(issued.expires_at, Some(expiry), "{services}");
    }
}

/// A 005 key without an expiry: of the library, since a request in JSON always has a lifetime.
#[test]
fn a_005_key_without_a_lifetime_never_expires_by_itself() {
    let request = TokenRequest {
        subject: Subject::V005 {
            kind: KeyKind::MediaChannel,
            channel: ChannelName::new("test").unwrap(),
            uid: 7,
        },
        lifetime: None,
    };
    let now = UnixTime::from_seconds(NOW);
    let issued = issue(&project(), &request, now, 1);
    assert_eq!(issued.expires_at, None);
    let receipt = Receipt::new(issued, project().app_id, request.bound(now));
    let receipt = serde_json::to_value(&receipt).unwrap();
    assert_eq!(
        (&receipt["expires_at"], &receipt["renew_at"]),
        (&Value::Null, &Value::Null)
    );
}

#[test]
fn rtc_is_for_a_uid_an_account_or_any_user() {
    let scope = |uid: &str| Scope::Rtc {
        channel: text("test"),
        uid: text(uid),
    };
    for (user, uid) in [
        (json!({}), ""),
        (json!({ "uid": 0 }), ""),
        (json!({ "uid": 1234 }), "1234"),
        (json!({ "uid": "1234" }), "1234"),
        (json!({ "uid": u32::MAX }), "4294967295"),
        (json!({ "account": "alice" }), "alice"),
        (json!({ "account": "01234" }), "01234"),
    ] {
        let mut service = json!({ "service": "rtc", "channel": "test" });
        service
            .as_object_mut()
            .unwrap()
            .extend(user.as_object().unwrap().clone());
        assert_eq!(one(service), (scope(uid), vec![(1, 3600)]), "{user}");
    }
}

#[test]
fn rtc_grants_by_role_or_by_name() {
    let granted = |fields: Value| {
        let mut service = json!({ "service": "rtc", "channel": "test" });
        service
            .as_object_mut()
            .unwrap()
            .extend(fields.as_object().unwrap().clone());
        one(service).1
    };
    let all = vec![(1, 3600), (2, 3600), (3, 3600), (4, 3600)];
    for role in ["publisher", "attendee", "admin"] {
        assert_eq!(granted(json!({ "role": role })), all, "{role}");
    }
    assert_eq!(granted(json!({ "role": "subscriber" })), [(1, 3600)]);
    assert_eq!(
        granted(json!({ "privileges": ["publish_audio", "join_channel"] })),
        [(1, 3600), (2, 3600)]
    );
    let own = json!({ "privileges": { "join_channel": null, "publish_audio": 600 } });
    assert_eq!(granted(own), [(1, 3600), (2, 600)]);
}

#[test]
fn every_other_service_has_its_fields_and_usual_privileges() {
    let channel = || (text("test"), text("1234"));
    for (service, scope, numbers) in [
        (
            json!({ "service": "rtm", "user_id": "alice" }),
            Scope::Rtm {
                user_id: text("alice"),
            },
            &[1][..],
        ),
        (
            json!({ "service": "streaming", "channel": "test", "uid": 1234 }),
            Scope::Streaming {
                channel: channel().0,
                account: channel().1,
            },
            &[1, 2],
        ),
        (json!({ "service": "fpa" }), Scope::Fpa, &[1]),
        (
            json!({ "service": "chat", "user_id": "alice" }),
            Scope::Chat {
                user_id: text("alice"),
            },
            &[1],
        ),
        (
            json!({ "service": "chat" }),
            Scope::Chat { user_id: text("") },
            &[2],
        ),
        (
            json!({ "service": "fcdn", "channel": "test", "account": "1234" }),
            Scope::Fcdn {
                channel: channel().0,
                account: channel().1,
            },
            &[1, 2],
        ),
        (
            json!({ "service": "apaas", "room": "r", "user": "u", "role": 2 }),
            Scope::Apaas {
                room: text("r"),
                user: text("u"),
                role: 2,
            },
            &[1],
        ),
        (
            json!({ "service": "apaas", "user": "u" }),
            Scope::Apaas {
                room: text(""),
                user: text("u"),
                role: -1,
            },
            &[2],
        ),
        (
            json!({ "service": "apaas" }),
            Scope::Apaas {
                room: text(""),
                user: text(""),
                role: -1,
            },
            &[3],
        ),
        (json!({ "service": "convo_ai" }), Scope::ConvoAi, &[]),
        (json!({ "service": "stt" }), Scope::Stt, &[]),
    ] {
        let privileges: Vec<(u16, u32)> = numbers.iter().map(|number| (*number, 3600)).collect();
        assert_eq!(one(service.clone()), (scope, privileges), "{service}");
    }
}

#[test]
fn rtm2_has_permissions_by_name() {
    let (scope, privileges) = one(json!({
        "service": "rtm2",
        "user_id": "alice",
        "permissions": { "users": { "read": [] }, "message_channels": { "write": ["b", "a"], "read": ["c"] } },
    }));
    let permissions = Permissions::new([
        (Resource::MessageChannels, Permission::Read, vec![text("c")]),
        (
            Resource::MessageChannels,
            Permission::Write,
            vec![text("b"), text("a")],
        ),
        (Resource::Users, Permission::Read, vec![]),
    ]);
    assert_eq!(
        scope,
        Scope::Rtm2 {
            user_id: text("alice"),
            permissions: permissions.unwrap()
        }
    );
    assert_eq!(privileges, [(1, 3600)]);
}

#[test]
fn services_are_packed_by_number_and_equal_ones_in_their_order() {
    let services = services(json!([
        { "service": "chat" },
        { "service": "rtc", "channel": "second" },
        { "service": "rtm", "user_id": "alice" },
        { "service": "rtc", "channel": "first" },
    ]));
    let kinds: Vec<ServiceKind> = services
        .iter()
        .map(|service| service.scope.kind())
        .collect();
    assert_eq!(
        kinds,
        [
            ServiceKind::Rtc,
            ServiceKind::Rtc,
            ServiceKind::Rtm,
            ServiceKind::Chat
        ]
    );
    assert_eq!(
        services[0].scope,
        Scope::Rtc {
            channel: text("second"),
            uid: text("")
        }
    );
}

#[test]
fn rtc_with_rtm_is_a_publisher_who_logs_in_by_the_uid() {
    let written = json!({ "service": "rtc_with_rtm", "channel": "test", "uid": 1234 });
    let services = services(json!([written]));
    assert_eq!(
        services[0].scope,
        Scope::Rtc {
            channel: text("test"),
            uid: text("1234")
        }
    );
    assert_eq!(privileges(&services[0]).len(), 4);
    assert_eq!(
        services[1].scope,
        Scope::Rtm {
            user_id: text("1234")
        }
    );
    assert_eq!(privileges(&services[1]), [(1, 3600)]);
}

#[test]
fn conversational_ai_and_speech_to_text_come_with_rtc_and_rtm() {
    for (name, kind) in [
        ("convo_ai_with_rtc", ServiceKind::ConvoAi),
        ("stt_with_rtc", ServiceKind::Stt),
    ] {
        let written = json!({
            "service": name, "channel": "test", "account": "alice", "role": "subscriber", "user_id": "bob",
        });
        let services = services(json!([written]));
        let kinds: Vec<ServiceKind> = services
            .iter()
            .map(|service| service.scope.kind())
            .collect();
        assert_eq!(kinds, [ServiceKind::Rtc, ServiceKind::Rtm, kind]);
        assert_eq!(privileges(&services[0]), [(1, 3600)]);
        assert_eq!(
            services[1].scope,
            Scope::Rtm {
                user_id: text("bob")
            }
        );
    }
}

#[test]
fn a_classroom_user_logs_in_to_chat_by_the_md5_of_the_user() {
    let written =
        json!({ "service": "education_room_user", "room": "123", "user": "2882341273", "role": 1 });
    let services = services(json!([written]));
    let kinds: Vec<ServiceKind> = services
        .iter()
        .map(|service| service.scope.kind())
        .collect();
    assert_eq!(
        kinds,
        [ServiceKind::Rtm, ServiceKind::Chat, ServiceKind::Apaas]
    );
    assert_eq!(
        services[1].scope,
        Scope::Chat {
            user_id: text("6063383428a36fba3fb6030becf8094e")
        }
    );
    assert_eq!(
        services[2].scope,
        Scope::Apaas {
            room: text("123"),
            user: text("2882341273"),
            role: 1
        }
    );
    assert!(
        services
            .iter()
            .all(|service| privileges(service) == [(1, 3600)])
    );
}

#[test]
fn version_006_grants_what_each_builder_grants_and_every_privilege_by_name() {
    let granted = |fields: Value| {
        let mut service = json!({ "service": "rtc", "channel": "test", "uid": 1234 });
        service
            .as_object_mut()
            .unwrap()
            .extend(fields.as_object().unwrap().clone());
        let issued = issued(json!({ "version": "006", "ttl": 600, "services": [service] }));
        let token = UnverifiedToken::parse(&issued.token).unwrap();
        token
            .verify(
                &project(),
                Some(Binding {
                    channel: "test",
                    uid: "1234",
                }),
            )
            .unwrap();
        let UnverifiedToken::V006(token) = token else {
            panic!("{token:?}")
        };
        assert_eq!(token.message.ends_at, UnixTime::from_seconds(NOW + 86_400));
        let ends: Vec<(u16, u32)> = token.message.privileges.iter().collect();
        assert!(ends.iter().all(|(_, end)| *end == NOW + 600), "{ends:?}");
        ends.into_iter()
            .map(|(number, _)| number)
            .collect::<Vec<u16>>()
    };
    for (role, numbers) in [
        ("attendee", &[1, 2, 3, 4][..]),
        ("publisher", &[1, 2, 3, 4]),
        ("subscriber", &[1]),
        ("admin", &[1, 2, 3, 4]),
        ("simple_attendee", &[1, 2, 3, 4]),
        ("simple_publisher", &[1, 2, 3, 4, 5, 6, 10, 11, 12]),
        ("simple_subscriber", &[1, 7, 8, 9]),
        ("simple_admin", &[1, 2, 3, 4, 101]),
    ] {
        assert_eq!(granted(json!({ "role": role })), numbers, "{role}");
    }
    let all = [
        "join_channel",
        "publish_audio",
        "publish_video",
        "publish_data",
        "publish_audio_cdn",
        "publish_video_cdn",
        "request_publish_audio",
        "request_publish_video",
        "request_publish_data",
        "invite_publish_audio",
        "invite_publish_video",
        "invite_publish_data",
        "administrate_channel",
        "rtm_login",
    ];
    assert_eq!(
        granted(json!({ "privileges": all })),
        [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 101, 1000]
    );
}

#[test]
fn version_006_logs_in_to_signaling_with_the_account_in_place_of_the_channel() {
    let issued =
        issued(json!({ "version": "006", "services": [{ "service": "rtm", "user_id": "alice" }] }));
    let token = UnverifiedToken::parse(&issued.token).unwrap();
    token
        .verify(
            &project(),
            Some(Binding {
                channel: "alice",
                uid: "",
            }),
        )
        .unwrap();
    let UnverifiedToken::V006(token) = token else {
        panic!("{token:?}")
    };
    assert_eq!(
        token.message.privileges.iter().collect::<Vec<_>>(),
        [(1000, NOW + 3600)]
    );
}

#[test]
fn version_005_has_four_keys() {
    for (service, number, extra) in [
        (
            json!({ "service": "media_channel", "channel": "test", "uid": 1234 }),
            1,
            None,
        ),
        (
            json!({ "service": "recording", "channel": "test", "uid": 1234 }),
            2,
            None,
        ),
        (
            json!({ "service": "public_sharing", "channel": "test", "uid": 1234 }),
            3,
            None,
        ),
        (
            json!({ "service": "in_channel_permission", "channel": "test", "uid": 1234, "upload": "nothing" }),
            4,
            Some("0"),
        ),
        (
            json!({ "service": "in_channel_permission", "channel": "test", "uid": 1234, "upload": "audio_and_video" }),
            4,
            Some("3"),
        ),
    ] {
        let issued = issued(json!({ "version": "005", "ttl": 600, "services": [service] }));
        let key = UnverifiedToken::parse(&issued.token).unwrap();
        key.verify(
            &project(),
            Some(Binding {
                channel: "test",
                uid: "1234",
            }),
        )
        .unwrap();
        let UnverifiedToken::V005(key) = key else {
            panic!("{key:?}")
        };
        assert_eq!(
            (key.message.kind, key.message.ends_at),
            (number, UnixTime::from_seconds(NOW + 600))
        );
        let extras: Vec<(u16, &str)> = key
            .message
            .extra()
            .iter()
            .map(|(at, text)| (*at, text.as_str()))
            .collect();
        assert_eq!(
            extras,
            extra.map(|text| (1, text)).into_iter().collect::<Vec<_>>()
        );
    }
}
