//! What is said about tokens: the exact sentence and advice of every finding, and the JSON of a report.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use agora_token_server::token::UnixTime;
use agora_token_server::token::explain::{
    Expected, Question, Report, Signature, explain, relative, rfc3339, span,
};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::explained::{self, CASES, Case, NOW};

const TABLE: &str = "tests/token/findings.json";

fn report(case: &Case) -> Report {
    explain(&Question {
        token: &case.token,
        project: case.project.as_ref(),
        expected: case.expected.clone(),
        now: UnixTime::from_seconds(NOW),
    })
}

/// The code of the finding that a case is about.
fn code(case: &Case) -> &str {
    case.name.split('-').next().unwrap()
}

fn of(name: &str) -> Report {
    report(explained::case(name))
}

/// Made anew with `UPDATE_REPORTS=1`; to be read before it is committed.
#[test]
fn every_finding_has_its_exact_words() {
    let found: Value = CASES
        .iter()
        .map(|case| (case.name.clone(), json!(report(case).findings)))
        .collect::<serde_json::Map<_, _>>()
        .into();
    #[expect(clippy::disallowed_methods, reason = "asks whoever runs the test")]
    if std::env::var_os("UPDATE_REPORTS").is_some() {
        fs::write(TABLE, format!("{found:#}\n")).unwrap();
    }
    let table: Value = serde_json::from_str(&fs::read_to_string(TABLE).unwrap()).unwrap();
    for case in CASES.iter() {
        assert_eq!(table[&case.name], found[&case.name], "{}", case.name);
    }
    assert_eq!(
        table.as_object().unwrap().len(),
        found.as_object().unwrap().len()
    );
}

#[test]
fn every_case_has_the_finding_that_it_is_named_after() {
    for case in CASES.iter() {
        let codes: Vec<&str> = report(case)
            .findings
            .iter()
            .map(|finding| finding.code)
            .collect();
        let expected = code(case);
        let is_right = match expected {
            "nothing" => codes.is_empty(),
            code => codes.contains(&code),
        };
        assert!(is_right, "{}: {codes:?}", case.name);
    }
}

/// A code is a text of small letters that stands in the code of the rules, alone on its line or before a comma.
#[test]
fn every_code_has_a_case() {
    let covered: BTreeSet<&str> = CASES.iter().map(code).collect();
    let mut missing = Vec::new();
    let mut seen = 0;
    for entry in fs::read_dir("src/token/explain").unwrap() {
        let path = entry.unwrap().path();
        let text = fs::read_to_string(&path).unwrap();
        for code in codes_in(&text, &path) {
            seen += 1;
            if !covered.contains(code.as_str()) {
                missing.push(code);
            }
        }
    }
    assert!(seen > 70, "only {seen} codes were found");
    assert_eq!(missing, Vec::<String>::new());
}

/// The smallest JSON of a service, and those entries whose JSON is longest for the bytes that they take in a token.
#[test]
fn a_report_on_any_token_has_less_than_64_kb() {
    let counted =
        |count: u16, entry: &[u8]| [&count.to_le_bytes()[..], &entry.repeat(count.into())].concat();
    let services: [(&str, u16, Vec<u8>); 4] = [
        ("services", 16_000, [9, 0, 0, 0].repeat(16_000)),
        (
            "privileges",
            1,
            [&[1, 0][..], &counted(10_000, &[255; 6]), &[0; 4]].concat(),
        ),
        (
            "permissions",
            1,
            [
                &[8, 0, 0, 0, 0, 0, 1, 0, 255, 255][..],
                &counted(16_000, &[255, 255, 0, 0]),
            ]
            .concat(),
        ),
        (
            "control characters",
            1,
            [
                &[2, 0, 0, 0][..],
                &60_000_u16.to_le_bytes(),
                &vec![1; 60_000],
            ]
            .concat(),
        ),
    ];
    for (what, count, services) in services {
        let app_id = explained::APP_ID.as_bytes();
        let head = [
            &[32, 0][..],
            &[b'x'; 32],
            &[32, 0],
            app_id,
            &[0; 12],
            &count.to_le_bytes(),
        ]
        .concat();
        let token = explained::texts::of_content(&[head, services].concat());
        let report = explain(&Question {
            token: &token,
            project: None,
            expected: Expected::default(),
            now: UnixTime::from_seconds(NOW),
        });
        assert!(report.is_readable(), "{what}: {:?}", report.findings);
        let json = serde_json::to_string(&report).unwrap();
        assert!(json.len() < 64_000, "{what}: {} bytes", json.len());
        assert!(report.services.len() <= 32, "{what}");
        let is_limit = |code| ["too_many_services", "report_shortened"].contains(&code);
        assert!(
            report.findings.iter().any(|finding| is_limit(finding.code)),
            "{what}"
        );
    }
}

fn codes_in(text: &str, path: &Path) -> Vec<String> {
    let quoted = |rest: &str| rest.split('"').nth(1).unwrap().to_owned();
    let mut codes: Vec<String> = ["Finding::error(", "Finding::warning(", "Finding::note("]
        .iter()
        .flat_map(|call| text.split(call).skip(1))
        .filter(|rest| rest.trim_start().starts_with('"'))
        .map(quoted)
        .collect();
    if path.ends_with("binding.rs") {
        codes.extend(text.split(" => (\n").skip(1).map(quoted));
    }
    if path.ends_with("sdk_code.rs") {
        let listed = text
            .lines()
            .map(str::trim)
            .filter_map(|line| line.strip_prefix('"')?.strip_suffix("\","));
        let is_code = |text: &&str| {
            text.bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte == b'_' || byte.is_ascii_digit())
        };
        codes.extend(listed.filter(is_code).map(str::to_owned));
    }
    codes
}

#[test]
fn no_finding_shows_much_of_the_input_or_a_secret() {
    for case in CASES.iter() {
        for finding in report(case).findings {
            let said = format!("{} {}", finding.message, finding.advice);
            assert!(
                !said.contains(explained::CERTIFICATE),
                "{}: {said}",
                case.name
            );
            if case.token.len() > 64 {
                let echoed =
                    case.token.as_bytes().windows(33).any(|window| {
                        str::from_utf8(window).is_ok_and(|window| said.contains(window))
                    });
                assert!(!echoed, "{}: {said}", case.name);
            }
            assert!(
                finding.message.ends_with('.') && finding.advice.ends_with('.'),
                "{said}"
            );
        }
    }
}

#[test]
fn errors_stand_before_warnings_and_these_before_notes() {
    for case in CASES.iter() {
        let report = report(case);
        assert!(
            report.findings.is_sorted_by_key(|finding| finding.severity),
            "{}",
            case.name
        );
    }
}

#[test]
fn a_report_of_a_007_token_has_these_keys() {
    assert_eq!(
        json!(of("nothing-007")),
        json!({
            "version": "007",
            "app_id": explained::APP_ID,
            "issued_at": NOW - 60,
            "expires_at": NOW + 3_540,
            "salt": 1,
            "signature": "unchecked",
            "services": [
                {
                    "type": 1,
                    "name": "rtc",
                    "channel": "test",
                    "uid": "1234",
                    "privileges": {
                        "join_channel": NOW + 3_540,
                        "publish_audio": NOW + 3_540,
                        "publish_video": NOW + 3_540,
                        "publish_data": NOW + 3_540,
                    },
                },
                { "type": 2, "name": "rtm", "user_id": "1234", "privileges": { "login": NOW + 3_540 } },
            ],
            "findings": [],
        })
    );
}

#[test]
fn a_report_of_a_006_token_has_checksums_and_the_names_that_have_them() {
    let report = json!(of("any_user-006"));
    assert_eq!(
        report["services"],
        json!([{
            "type": null,
            "name": "rtc",
            "channel_crc32": 0xd87f_7e0c_u32,
            "uid_crc32": 0,
            "channel": "test",
            "privileges": {
                "join_channel": NOW + 3_600,
                "publish_audio": NOW + 3_600,
                "publish_video": NOW + 3_600,
                "publish_data": NOW + 3_600,
            },
        }])
    );
    assert_eq!(
        (&report["issued_at"], &report["signature"]),
        (&Value::Null, &json!("valid"))
    );
}

#[test]
fn a_report_of_a_005_key_has_its_kind() {
    let report = json!(of("channel_key"));
    assert_eq!(
        report["services"],
        json!([{ "type": 1, "name": "media_channel", "privileges": {} }])
    );
    assert_eq!(report["expires_at"], json!(NOW + 3_600));
}

#[test]
fn a_service_that_is_not_known_has_a_type_and_no_name() {
    let report = json!(of("unknown_service"));
    assert_eq!(
        report["services"][1],
        json!({ "type": 42, "name": null, "privileges": {} })
    );
}

#[test]
fn a_privilege_without_an_end_of_its_own_is_null() {
    let report = json!(of("privilege_without_end"));
    assert_eq!(
        report["services"][0]["privileges"]["join_channel"],
        Value::Null
    );
}

#[test]
fn what_cannot_be_read_has_findings_and_a_version_at_most() {
    for (name, version) in [
        ("damaged-guide", json!("006")),
        ("not_a_token", Value::Null),
    ] {
        let mut report = json!(of(name));
        report["findings"].take();
        assert_eq!(
            report,
            json!({
                "version": version,
                "app_id": null,
                "issued_at": null,
                "expires_at": null,
                "salt": null,
                "signature": "unchecked",
                "services": [],
                "findings": null,
            })
        );
    }
}

#[test]
fn what_was_done_to_a_text_is_undone() {
    for name in [
        "white_space",
        "white_space-both",
        "surrounded-json",
        "surrounded-address",
        "quoted",
        "percent_encoded",
        "percent_encoded-twice",
        "line_break",
        "plus_as_space",
        "url_safe",
        "padding_missing",
        "trailing_bytes-006",
        "trailing_bytes-007",
        "trailing_bytes-stream",
        "app_id_damaged",
        "app_id_damaged-007",
    ] {
        assert!(of(name).is_readable(), "{name}");
    }
}

#[test]
fn a_signature_is_checked_also_where_a_name_differs_in_a_way_that_is_known() {
    for (name, signature) in [
        ("channel_case-006", Signature::Valid),
        ("channel_case-007", Signature::Valid),
        ("app_id_case", Signature::Valid),
        ("app_id_damaged-project", Signature::Valid),
        ("channel_differs-006", Signature::Unchecked),
        ("signature_invalid", Signature::Invalid),
        ("signature_secondary", Signature::ValidSecondary),
        ("trailing_bytes-007", Signature::Invalid),
        ("app_id_damaged", Signature::Unchecked),
    ] {
        assert_eq!(of(name).signature, signature, "{name}");
    }
}

proptest! {
    #[test]
    fn any_text_is_explained(text in "(00[567])?\\PC{0,200}", code in any::<Option<u16>>()) {
        let expected = Expected { error_code: code, ..Expected::default() };
        let question = Question { token: &text, project: None, expected, now: UnixTime::from_seconds(NOW) };
        prop_assert!(!explain(&question).is_readable());
    }

    #[test]
    fn any_change_of_a_token_is_explained(
        index in any::<prop::sample::Index>(), at in any::<prop::sample::Index>(), cut in 0..5_usize, put in "\\PC{0,3}",
    ) {
        let case = index.get(&CASES);
        let mut changed: Vec<char> = case.token.chars().collect();
        let at = at.index(changed.len() + 1);
        changed.splice(at..changed.len().min(at + cut), put.chars());
        let token: String = changed.into_iter().collect();
        let report = report(&Case {
            token,
            name: String::new(),
            expected: case.expected.clone(),
            project: case.project.clone(),
        });
        prop_assert!(report.is_readable() || !report.is_fine());
        serde_json::to_string(&report).unwrap();
    }
}

#[test]
fn times_are_spelled_out() {
    for (seconds, text) in [
        (0, "1970-01-01T00:00:00Z"),
        (951_782_399, "2000-02-28T23:59:59Z"),
        (951_782_400, "2000-02-29T00:00:00Z"),
        (1_700_000_000, "2023-11-14T22:13:20Z"),
        (4_107_542_400, "2100-03-01T00:00:00Z"),
        (8_589_934_590, "2242-03-16T12:56:30Z"),
    ] {
        assert_eq!(rfc3339(seconds), text);
    }
    for (seconds, text) in [
        (0, "0 s"),
        (59, "59 s"),
        (60, "1 min"),
        (3_599, "59 min 59 s"),
        (86_399, "23 h 59 min"),
        (86_400, "24 h"),
        (172_799, "47 h 59 min"),
        (172_800, "2 days"),
        (63_072_000, "2 years"),
    ] {
        assert_eq!(span(seconds), text);
    }
    assert_eq!(relative(10, 10), "now");
    assert_eq!(relative(70, 10), "in 1 min");
    assert_eq!(relative(10, 172_810), "2 days ago");
}
