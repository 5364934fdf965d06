//! No text makes the explanation panic, whatever it is held against, and one that cannot be read is told why.

#![no_main]

mod support;

use agora_token_server::token::explain::{Expected, ExpectedUid, Question, explain};
use agora_token_server::token::{Project, Role, ServiceKind, UnixTime};
use arbitrary::Arbitrary;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use libfuzzer_sys::fuzz_target;

const APP_ID: &str = "970CA35de60c44645bbae8a215061b33";

#[derive(Arbitrary, Debug)]
struct Asked<'a> {
    now: u32,
    channel: Option<&'a str>,
    uid: Option<Result<u32, &'a str>>,
    service: Option<u8>,
    role: Option<u8>,
    error_code: Option<u16>,
    has_project: bool,
    token: Token<'a>,
}

#[derive(Arbitrary, Debug)]
enum Token<'a> {
    Text(&'a str),
    Content005(&'a [u8]),
    Content006(&'a [u8]),
    Content007(&'a [u8]),
}

fuzz_target!(|asked: Asked<'_>| {
    let token = match asked.token {
        Token::Text(text) => text.to_owned(),
        Token::Content005(content) => format!("005{}", STANDARD.encode(content)),
        Token::Content006(content) => format!("006{APP_ID}{}", STANDARD.encode(content)),
        Token::Content007(content) => support::token_007_of(content),
    };
    let certificate = "5CFd2fd1755d40ecb72977518be15d3b".parse().unwrap();
    let project = Project::new(APP_ID.parse().unwrap(), certificate);
    let uid = asked.uid.map(|uid| match uid {
        Ok(number) => ExpectedUid::Number(number),
        Err(account) => ExpectedUid::Account(account.to_owned()),
    });
    let report = explain(&Question {
        token: &token,
        project: asked.has_project.then_some(&project),
        expected: Expected {
            channel: asked.channel.map(str::to_owned),
            uid,
            service: asked.service.map(|index| pick(ServiceKind::ALL, index)),
            role: asked.role.map(|index| pick(Role::ALL, index)),
            error_code: asked.error_code,
        },
        now: UnixTime::from_seconds(asked.now),
    });
    assert!(report.is_readable() || !report.findings.is_empty());
});

fn pick<T: Copy, const N: usize>(from: [T; N], index: u8) -> T {
    from[usize::from(index) % N]
}
