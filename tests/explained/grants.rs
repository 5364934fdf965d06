//! What tokens open, and what the errors of the SDK say about them.

use agora_token_server::token::{
    Permission, Permissions, Privilege, Privileges, Resource, Role, Scope, Service, ServiceKind,
};

use super::bindings::signaling;
use super::texts::{content_of, of_content};
use super::{Case, NOW, key_005, rtc, rtc_with, rtm, text, token_006, token_007, token_007_of};

pub(super) fn cases() -> Vec<Case> {
    [services(), roles(), unknown(), too_large(), sdk_errors()]
        .into_iter()
        .flatten()
        .collect()
}

fn services() -> Vec<Case> {
    let nothing = |scope| Service {
        privileges: Privileges::default(),
        scope,
    };
    let user_id = text("alice");
    let permissions = [(
        Resource::MessageChannels,
        Permission::Read,
        vec![text("lobby"), text("news")],
    )];
    let rtm2 = Scope::Rtm2 {
        user_id: user_id.clone(),
        permissions: Permissions::new(permissions).unwrap(),
    };
    let room = Scope::Apaas {
        room: text("room"),
        user: text("alice"),
        role: -1,
    };
    vec![
        Case::new("channel_key", key_005(NOW - 60, NOW + 3_600)),
        Case::new("rtc_for_signaling-006", token_006("test", "1234")).service(ServiceKind::Rtm),
        Case::new(
            "rtc_for_signaling-007",
            token_007(vec![rtc("test", "1234")]),
        )
        .service(ServiceKind::Rtm),
        Case::new("signaling_for_rtc-006", signaling("alice")).service(ServiceKind::Rtc),
        Case::new("signaling_for_rtc-007", token_007(vec![rtm("alice")])).service(ServiceKind::Rtc),
        Case::new(
            "service_missing",
            token_007(vec![rtc("test", "1234"), rtm("1234")]),
        )
        .service(ServiceKind::Chat),
        Case::new("login_missing", token_007(vec![nothing(rtm2)])),
        Case::new(
            "join_missing",
            token_007(vec![rtc_with(
                "test",
                "1234",
                &[Privilege::PUBLISH_AUDIO],
                3_600,
            )]),
        ),
        Case::new("no_service", token_007(Vec::new())),
        Case::new("no_privilege", token_007(vec![nothing(room)])),
    ]
}

fn roles() -> Vec<Case> {
    let subscriber = || {
        token_007(vec![rtc_with(
            "test",
            "1234",
            Role::Subscriber.privileges(),
            3_600,
        )])
    };
    vec![
        Case::new("publish_missing", subscriber()).role(Role::Publisher),
        Case::new("privilege_missing", token_006("test", "1234")).role(Role::SimpleAdmin),
        Case::new(
            "publishes_as_subscriber",
            token_007(vec![rtc("test", "1234")]),
        )
        .role(Role::Subscriber),
        Case::new("subscriber_can_publish", subscriber()).role(Role::Subscriber),
        Case::new("cannot_publish", subscriber()),
    ]
}

fn unknown() -> Vec<Case> {
    let mut content = content_of(&token_007(vec![rtc("test", "1234")]));
    content[80] = 2; // services
    content.extend([42, 0, 1, 2, 3]);
    let mut privilege = content_of(&token_007(vec![rtc("test", "1234")]));
    privilege[104] = 77; // the last of four
    vec![
        Case::new("unknown_service", of_content(&content)),
        Case::new("unknown_privilege", of_content(&privilege)),
    ]
}

fn too_large() -> Vec<Case> {
    let service = |name: &str| Service {
        privileges: Privileges::all(&[Privilege::CHAT_USER], 3_600),
        scope: Scope::Chat {
            user_id: text(name),
        },
    };
    vec![
        Case::new("too_many_services", token_007(vec![service("alice"); 33])),
        Case::new(
            "report_shortened",
            token_007(vec![service("alice"), service(&"x".repeat(50_000))]),
        ),
    ]
}

fn sdk_errors() -> Vec<Case> {
    let fine = || token_007(vec![rtc("test", "1234")]);
    let expired = token_007_of(NOW - 7_200, 3_600, vec![rtc("test", "1234")]);
    let unexplained = [101, 102, 109, 110, 118, 119, 120]
        .map(|code| Case::new(&format!("sdk_error_unexplained-{code}"), fine()).error_code(code));
    let mut cases = vec![
        Case::new("sdk_error_explained-101", super::APP_ID).error_code(101),
        Case::new("sdk_error_explained-102", token_006(":channel", "1234")).error_code(102),
        Case::new("sdk_error_explained-109", &*expired).error_code(109),
        Case::new("sdk_error_explained-110", token_006("Test", "1234"))
            .channel("test")
            .error_code(110),
        Case::new("sdk_error_explained-118", expired).error_code(118),
        Case::new("sdk_error_explained-120", "").error_code(120),
        Case::new("sdk_error_unknown", fine()).error_code(17),
    ];
    cases.extend(unexplained);
    cases
}
