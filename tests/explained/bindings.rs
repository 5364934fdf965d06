//! For which channel and user tokens are.

use agora_token_server::token::{Privileges, ServiceKind};

use super::{Case, NOW, project, rtc, token_006, token_006_of, token_007};

pub(super) fn cases() -> Vec<Case> {
    [channels(), users(), names()]
        .into_iter()
        .flatten()
        .collect()
}

/// The same question about a token of each version that has channel and uid, or their checksums.
fn both(name: &str, channel: &str, uid: &str, ask: impl Fn(Case) -> Case) -> [Case; 2] {
    [
        ask(Case::new(&format!("{name}-006"), token_006(channel, uid))),
        ask(Case::new(
            &format!("{name}-007"),
            token_007(vec![rtc(channel, uid)]),
        )),
    ]
}

fn channels() -> Vec<Case> {
    let mut cases =
        vec![Case::new("channel_white_space-line", token_006("test\n", "1234")).channel("test")];
    cases.extend(both("channel_differs", "other", "1234", |case| {
        case.channel("test").project(project())
    }));
    cases.extend(both("channel_case", "Test", "1234", |case| {
        case.channel("test").uid(1234).project(project())
    }));
    cases.extend(both("channel_encoded", "my%20room", "1234", |case| {
        case.channel("my room")
    }));
    cases.extend(both("channel_white_space", "test ", "1234", |case| {
        case.channel("test")
    }));
    cases
}

fn users() -> Vec<Case> {
    let mut cases = vec![
        Case::new("uid_differs-signaling", signaling("alice"))
            .service(ServiceKind::Rtm)
            .account("bob"),
    ];
    cases.extend(both("uid_differs", "test", "1235", |case| {
        case.channel("test").uid(1234)
    }));
    cases.extend(both("uid_for_one_user", "test", "1234", |case| case.uid(0)));
    cases.extend(both("uid_zero", "test", "0", |case| case.uid(1234)));
    cases.extend(both("uid_leading_zeros", "test", "0042", |case| {
        case.uid(42)
    }));
    cases.extend(both("uid_case", "test", "Alice", |case| {
        case.account("alice")
    }));
    cases.extend(both("uid_white_space", "test", "alice ", |case| {
        case.account("alice")
    }));
    cases.extend(both("uid_number_as_account", "test", "1234", |case| {
        case.account("1234")
    }));
    cases
}

pub(super) fn signaling(account: &str) -> String {
    let login = agora_token_server::token::Privilege::RTM_LOGIN;
    token_006_of(
        account,
        "",
        NOW + 3_600,
        Privileges::all(&[login], NOW + 3_600),
    )
}

fn names() -> Vec<Case> {
    let mut cases = vec![
        Case::new("channel_invalid", token_007(vec![rtc("réunion", "1234")])),
        Case::new(
            "channel_invalid-long",
            token_007(vec![rtc(&"c".repeat(65), "1234")]),
        ),
        Case::new("account_invalid", token_007(vec![rtc("test", "a/b")])),
        Case::new("wildcard_unknown", token_006("*", "1234")),
        Case::new("wildcard_channel", token_007(vec![rtc("*", "1234")])),
        Case::new("wildcard_both", token_007(vec![rtc("*", "")])),
    ];
    cases.extend(both("channel_placeholder", ":channel", "1234", |case| case));
    cases.extend(both("uid_placeholder", "test", "NaN", |case| case));
    cases.extend(both("channel_empty", "", "1234", |case| case));
    cases.extend(both("any_user", "test", "", |case| {
        case.uid(1234).channel("test").project(project())
    }));
    cases
}
