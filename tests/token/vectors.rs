//! Every case of the official packages is made again, read and verified.

use std::collections::BTreeMap;
use std::io::Read;

use agora_token_server::token::{
    Privilege, Privileges, Project, Service, Services, Text, UnixTime, UnverifiedToken, v006, v007,
};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;

#[derive(Deserialize)]
struct Vectors<C> {
    cases: Vec<C>,
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
    privileges: BTreeMap<String, u32>,
}

const RTC: u16 = 1;

#[test]
fn every_006_token_is_equal_to_the_byte_and_verifies_back() {
    let vectors: Vectors<Case006> =
        serde_json::from_str(include_str!("../vectors/token_006.json")).unwrap();
    assert_eq!(vectors.cases.len(), 40);
    for case in vectors.cases {
        let project = project(&case.app_id, &case.app_certificate);
        let message = v006::Message {
            salt: case.salt,
            ends_at: UnixTime::from_seconds(case.ts),
            privileges: privileges(&case.privileges),
        };
        assert_eq!(
            v006::mint(&project, &case.channel, &case.uid, &message),
            case.token,
            "{}",
            case.name
        );

        let UnverifiedToken::V006(read) = UnverifiedToken::parse(&case.token).unwrap() else {
            panic!("{}: read as another version", case.name);
        };
        assert_eq!(
            (read.app_id, &read.message),
            (project.app_id, &message),
            "{}",
            case.name
        );
        assert_eq!(
            read.verify(&project, &case.channel, &case.uid),
            Ok(()),
            "{}",
            case.name
        );
    }
}

#[test]
fn every_007_token_for_rtc_is_equal_after_inflating_and_verifies_back() {
    let vectors: Vectors<Case007> =
        serde_json::from_str(include_str!("../vectors/token_007.json")).unwrap();
    let is_rtc = |case: &Case007| matches!(case.services.as_slice(), [only] if only.kind == RTC);
    let cases: Vec<Case007> = vectors.cases.into_iter().filter(is_rtc).collect();
    assert_eq!(cases.len(), 10);
    for case in cases {
        let project = project(&case.app_id, &case.app_certificate);
        let service = &case.services[0];
        let message = v007::Message {
            issued_at: UnixTime::from_seconds(case.issue_ts),
            expire: case.expire,
            salt: case.salt,
            services: Services::one(Service::Rtc {
                channel: Text::new(&service.channel_name).unwrap(),
                uid: Text::new(&service.uid).unwrap(),
                privileges: privileges(&service.privileges),
            }),
        };
        let minted = v007::mint(&project, &message);
        assert_eq!(content_hex(&minted), case.content_hex, "{}", case.name);

        for token in [&minted, &case.token] {
            let UnverifiedToken::V007(read) = UnverifiedToken::parse(token).unwrap() else {
                panic!("{}: read as another version", case.name);
            };
            assert_eq!(
                (read.app_id, &read.message),
                (project.app_id, &message),
                "{}",
                case.name
            );
            assert_eq!(read.verify(&project), Ok(()), "{}", case.name);
        }
    }
}

#[test]
fn a_token_with_a_service_that_is_not_known_is_read_up_to_it() {
    let vectors: Vectors<Case007> =
        serde_json::from_str(include_str!("../vectors/token_007.json")).unwrap();
    let others = vectors
        .cases
        .iter()
        .filter(|case| case.services.iter().any(|service| service.kind != RTC));
    let mut seen = 0;
    for case in others {
        let UnverifiedToken::V007(read) = UnverifiedToken::parse(&case.token).unwrap() else {
            panic!("{}: read as another version", case.name);
        };
        let mut kinds: Vec<u16> = case.services.iter().map(|service| service.kind).collect();
        kinds.sort_unstable();
        let first_unknown = kinds.into_iter().find(|kind| *kind != RTC);
        let unknown = read.message.services.unknown().map(|service| service.kind);
        assert_eq!(unknown, first_unknown, "{}", case.name);
        assert_eq!(
            read.verify(&project(&case.app_id, &case.app_certificate)),
            Ok(()),
            "{}",
            case.name
        );
        seen += 1;
    }
    assert!(seen > 20, "only {seen} such cases");
}

fn project(app_id: &str, certificate: &str) -> Project {
    Project {
        app_id: app_id.parse().unwrap(),
        certificate: certificate.parse().unwrap(),
    }
}

fn privileges(by_number: &BTreeMap<String, u32>) -> Privileges {
    by_number
        .iter()
        .map(|(number, end)| (privilege(number.parse().unwrap()), *end))
        .collect()
}

fn privilege(number: u16) -> Privilege {
    use Privilege as P;
    let all = [
        P::JoinChannel,
        P::PublishAudioStream,
        P::PublishVideoStream,
        P::PublishDataStream,
        P::PublishAudioCdn,
        P::PublishVideoCdn,
        P::RequestPublishAudioStream,
        P::RequestPublishVideoStream,
        P::RequestPublishDataStream,
        P::InvitePublishAudioStream,
        P::InvitePublishVideoStream,
        P::InvitePublishDataStream,
        P::AdministrateChannel,
        P::RtmLogin,
    ];
    all.into_iter()
        .find(|privilege| privilege.number() == number)
        .unwrap()
}

/// The zlib stream of a token, inflated by the library alone.
fn content_hex(token: &str) -> String {
    use std::fmt::Write;
    let packed = STANDARD.decode(token.strip_prefix("007").unwrap()).unwrap();
    let mut content = Vec::new();
    flate2::read::ZlibDecoder::new(packed.as_slice())
        .read_to_end(&mut content)
        .unwrap();
    content.iter().fold(String::new(), |mut hex, byte| {
        write!(hex, "{byte:02x}").unwrap();
        hex
    })
}
