//! What a 007 token is packed with: a zlib stream that any decoder reads, as short as the official packages make it.

use agora_token_server::token::{
    Privileges, Project, Role, Scope, Service, Services, Text, UnixTime, v007,
};
use proptest::prelude::*;
use serde_json::Value;

use crate::support::content_of_007;

const APP_ID: &str = "970CA35de60c44645bbae8a215061b33";
const CERTIFICATE: &str = "5CFd2fd1755d40ecb72977518be15d3b";
const SIGNATURE: usize = 2 + 32;

proptest! {
    #[test]
    fn whatever_the_names_hold_comes_out_of_another_decoder(channel in names(), uid in names()) {
        let token = v007::mint(&project(), &rtc(&channel, &uid));
        let mut signed = [string(APP_ID), vec![1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 1, 0, 1, 0]].concat();
        signed.extend([4, 0, 1, 0, 2, 0, 0, 0, 2, 0, 2, 0, 0, 0, 3, 0, 2, 0, 0, 0, 4, 0, 2, 0, 0, 0]);
        signed.extend([string(&channel), string(&uid)].concat());
        prop_assert_eq!(&content_of_007(&token)[SIGNATURE..], signed);
    }
}

#[test]
fn names_of_any_length_come_out_of_another_decoder() {
    for length in 0..1_000 {
        let digit = |at: u32| char::from_digit(at * at % 11 % 10, 10).unwrap();
        let digits: String = (0..length).map(digit).collect();
        let token = v007::mint(&project(), &rtc(&digits, ""));
        let content = content_of_007(&token);
        let end = [string(&digits), string("")].concat();
        assert!(content.ends_with(&end), "{length} digits");
    }
}

#[test]
fn tokens_are_on_average_within_a_hundredth_of_the_official_ones() {
    let vectors: Value = serde_json::from_str(include_str!("../vectors/token_007.json")).unwrap();
    let [mut ours, mut official] = [0; 2];
    for case in vectors["cases"].as_array().unwrap() {
        let token = case["token"].as_str().unwrap();
        let message = v007::Unverified::parse(token).unwrap().message;
        let project = Project::new(
            case["app_id"].as_str().unwrap().parse().unwrap(),
            case["app_certificate"].as_str().unwrap().parse().unwrap(),
        );
        ours += v007::mint(&project, &message).len();
        official += token.len();
    }
    assert!(
        ours * 100 <= official * 101,
        "{ours} characters, {official} of the official packages"
    );
}

fn project() -> Project {
    Project::new(APP_ID.parse().unwrap(), CERTIFICATE.parse().unwrap())
}

fn rtc(channel: &str, uid: &str) -> v007::Message {
    v007::Message {
        issued_at: UnixTime::from_seconds(1),
        expire: 2,
        salt: 3,
        services: Services::one(Service {
            privileges: Privileges::all(Role::Publisher.privileges(), 2),
            scope: Scope::Rtc {
                channel: Text::new(channel).unwrap(),
                uid: Text::new(uid).unwrap(),
            },
        }),
    }
}

fn names() -> impl Strategy<Value = String> {
    prop_oneof![
        ".{0,80}",
        "[0-9]{0,300}",
        "[a-z]{0,4}",
        "(ab|abc){0,200}",
        "\\PC{0,300}"
    ]
}

fn string(text: &str) -> Vec<u8> {
    let length = u16::try_from(text.len()).unwrap();
    [&length.to_le_bytes(), text.as_bytes()].concat()
}
