//! When tokens and their privileges begin and end.

use agora_token_server::token::{Privilege, Privileges, Role};

use super::{
    Case, NOW, key_005, rtc, rtc_with, rtm, token_006, token_006_of, token_007, token_007_of,
};

pub(super) fn cases() -> Vec<Case> {
    [of_tokens(), of_privileges()]
        .into_iter()
        .flatten()
        .collect()
}

fn rtc_until(end: u32) -> Vec<super::Service> {
    vec![rtc_with("test", "1234", Role::Publisher.privileges(), end)]
}

fn of_tokens() -> Vec<Case> {
    let of_006 = |ends_at| {
        let privileges = Privileges::all(Role::Publisher.privileges(), ends_at);
        token_006_of("test", "1234", ends_at, privileges)
    };
    vec![
        Case::new(
            "expired",
            token_007_of(NOW - 7_200, 3_600, rtc_until(3_600)),
        ),
        Case::new(
            "expired-second",
            token_007_of(NOW - 3_600, 3_600, rtc_until(3_600)),
        ),
        Case::new("expired-guide", super::texts::WHOLE)
            .channel("ChannelA")
            .uid(123_456)
            .error_code(110),
        Case::new(
            "not_yet_valid",
            token_007_of(NOW + 7_200, 3_600, rtc_until(3_600)),
        ),
        Case::new(
            "lifetime_absolute",
            token_007_of(NOW, NOW + 3_600, rtc_until(3_600)),
        ),
        Case::new("over_24_hours-006", of_006(NOW + 604_800)),
        Case::new(
            "over_24_hours-007",
            token_007_of(NOW, 604_800, rtc_until(604_800)),
        ),
        Case::new("over_24_hours-005", key_005(NOW - 60, NOW + 604_800)),
        Case::new("lifetime_zero", token_007_of(NOW, 0, rtc_until(0))),
        Case::new("lifetime_short", token_007_of(NOW, 40, rtc_until(40))),
        Case::new("end_relative", of_006(3_600)),
    ]
}

fn of_privileges() -> Vec<Case> {
    let two_ends = [
        (Privilege::JOIN_CHANNEL, 3_600),
        (Privilege::PUBLISH_AUDIO, 30),
    ];
    let mut short = rtc("test", "1234");
    short.privileges = two_ends.into_iter().collect();
    let of_006 = |end| {
        let privileges = Privileges::all(Role::Publisher.privileges(), end);
        token_006_of("test", "1234", NOW + 86_400, privileges)
    };
    vec![
        Case::new(
            "privilege_absolute",
            token_007_of(NOW, 3_600, rtc_until(NOW + 3_600)),
        ),
        Case::new("privilege_relative", of_006(3_600)),
        Case::new("privilege_expired-006", of_006(NOW - 10)),
        Case::new(
            "privilege_expired-007",
            token_007(vec![
                rtc_with("test", "1234", Role::Publisher.privileges(), 30),
                rtm("1234"),
            ]),
        ),
        Case::new("privilege_short", token_007_of(NOW, 3_600, vec![short])),
        Case::new(
            "privilege_outlives-006",
            token_006_of(
                "test",
                "1234",
                NOW + 60,
                Privileges::all(Role::Publisher.privileges(), NOW + 3_600),
            ),
        ),
        Case::new(
            "privilege_outlives-007",
            token_007_of(NOW, 3_600, rtc_until(7_200)),
        ),
        Case::new("privilege_ends_first", of_006(NOW + 3_600)),
        Case::new("privilege_without_end", of_006(0)),
        // A token of which everything is as it should be.
        Case::new("alterable_006", token_006("test", "1234")),
        Case::new(
            "nothing-007",
            token_007(vec![rtc("test", "1234"), rtm("1234")]),
        ),
    ]
}
