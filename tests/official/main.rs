//! Random tokens, compared with what Agora's own npm packages make of the same inputs and read out of ours.
//!
//! Wants Node and `npm ci` in `tests/clients`, so it runs only when named: `cargo test --test official`.
//! `OFFICIAL_SEED` repeats a run; a failure prints it.

use std::io::{BufRead, BufReader, BufWriter, Write};
use std::process::{Command, Stdio};
use std::{env, thread};

use agora_token_server::token::{
    Privilege, Privileges, Project, Service, Services, Text, Uid, UnixTime, UserAccount, v006, v007,
};
use rand::rngs::StdRng;
use rand::seq::{IndexedRandom, IteratorRandom};
use rand::{RngExt, SeedableRng};
use serde_json::{Map, Value, json};

const CASES_FOR_EACH_PACKAGE: usize = 10_000;

const WORKER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/clients/official.mjs");

const RTC_PRIVILEGES: [Privilege; 4] = [
    Privilege::JOIN_CHANNEL,
    Privilege::PUBLISH_AUDIO,
    Privilege::PUBLISH_VIDEO,
    Privilege::PUBLISH_DATA,
];

const LEGACY_PRIVILEGES: [Privilege; 10] = [
    Privilege::PublishAudioCdn,
    Privilege::PublishVideoCdn,
    Privilege::RequestPublishAudioStream,
    Privilege::RequestPublishVideoStream,
    Privilege::RequestPublishDataStream,
    Privilege::InvitePublishAudioStream,
    Privilege::InvitePublishVideoStream,
    Privilege::InvitePublishDataStream,
    Privilege::ADMINISTRATE_CHANNEL,
    Privilege::RTM_LOGIN,
];

/// One token to make: the inputs that every format shares, and its message.
#[derive(Debug)]
struct Case {
    package: &'static str,
    app_id: String,
    app_certificate: String,
    channel: String,
    uid: Uid,
    privileges: Privileges,
    message: Message,
}

#[derive(Debug)]
enum Message {
    V006(v006::Message),
    V007(v007::Message),
}

#[test]
fn official_packages_make_the_same_tokens_and_both_sides_read_the_others() {
    let seed = seed();
    let mut rng = StdRng::seed_from_u64(seed);
    let cases: Vec<Case> = (0..CASES_FOR_EACH_PACKAGE)
        .flat_map(|_| {
            [
                Case::v006(&mut rng, "agora-access-token@1.0.2"),
                Case::v006(&mut rng, "agora-access-token@2.0.4"),
                Case::v007(&mut rng, "agora-token@2.0.6"),
            ]
        })
        .collect();

    let answers = ask_official_packages(&cases);
    assert_eq!(answers.len(), cases.len(), "answers of the worker");
    for (index, (case, answer)) in cases.iter().zip(&answers).enumerate() {
        case.compare(answer, || {
            format!("OFFICIAL_SEED={seed}, case {index}: {case:#?}\nanswer: {answer}")
        });
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a test draws its seed, unless it is to repeat a run"
)]
fn seed() -> u64 {
    env::var("OFFICIAL_SEED").map_or_else(
        |_| rand::random(),
        |seed| seed.parse().expect("OFFICIAL_SEED is a u64"),
    )
}

/// The worker's answers, in the order of the cases.
fn ask_official_packages(cases: &[Case]) -> Vec<Value> {
    let mut worker = Command::new("node")
        .arg(WORKER)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("Node is installed");
    let mut requests = BufWriter::new(worker.stdin.take().expect("stdin is piped"));
    let answers = BufReader::new(worker.stdout.take().expect("stdout is piped"));

    let answers = thread::scope(|scope| {
        // Writing ends early when the worker dies: then there are fewer answers than cases.
        scope.spawn(move || {
            cases
                .iter()
                .try_for_each(|case| writeln!(requests, "{}", case.request()))
        });
        answers
            .lines()
            .map(|line| line.expect("the worker writes UTF-8"))
            .map(|line| serde_json::from_str(&line).expect("the worker writes JSON"))
            .collect()
    });
    let status = worker.wait().expect("the worker is our child");
    assert!(
        status.success(),
        "the worker ended with {status}: is `npm ci` done in tests/clients?"
    );
    answers
}

impl Case {
    fn v006(rng: &mut StdRng, package: &'static str) -> Self {
        let known: Vec<Privilege> = [&RTC_PRIVILEGES[..], &LEGACY_PRIVILEGES].concat();
        let privileges = random_privileges(rng, &known);
        let message = v006::Message {
            salt: random_number(rng),
            ends_at: UnixTime::from_seconds(random_number(rng)),
            privileges: privileges.clone(),
        };
        Self::random(rng, package, privileges, |_, _| Message::V006(message))
    }

    fn v007(rng: &mut StdRng, package: &'static str) -> Self {
        let privileges = random_privileges(rng, &RTC_PRIVILEGES);
        let issued_at = UnixTime::from_seconds(random_number(rng));
        let expire = random_number(rng);
        let salt = rng.random_range(1..=v007::MAX_SALT);
        Self::random(rng, package, privileges.clone(), |channel, uid| {
            Message::V007(v007::Message {
                issued_at,
                expire,
                salt,
                services: Services::one(Service::Rtc {
                    channel: Text::new(channel).expect("short enough"),
                    uid: Text::new(uid.as_signed()).expect("short enough"),
                    privileges,
                }),
            })
        })
    }

    fn random(
        rng: &mut StdRng,
        package: &'static str,
        privileges: Privileges,
        message: impl FnOnce(&str, &Uid) -> Message,
    ) -> Self {
        let channel = if rng.random_ratio(1, 10) {
            random_text(rng, "频道é🦀ユ\"\\/'a", 16)
        } else {
            random_text(rng, SDK_CHARACTERS, 64)
        };
        let uid = random_uid(rng);
        Self {
            package,
            app_id: random_hex(rng),
            app_certificate: random_hex(rng),
            message: message(&channel, &uid),
            channel,
            uid,
            privileges,
        }
    }

    fn project(&self) -> Project {
        Project::new(
            self.app_id.parse().expect("hexadecimal"),
            self.app_certificate.parse().expect("hexadecimal"),
        )
    }

    fn mint(&self) -> String {
        let project = self.project();
        match &self.message {
            Message::V006(message) => {
                v006::mint(&project, &self.channel, &self.uid.as_signed(), message)
            }
            Message::V007(message) => v007::mint(&project, message),
        }
    }

    fn privileges_json(&self) -> Value {
        let ends = self.privileges.iter();
        let object: Map<String, Value> = ends
            .map(|(number, end)| (number.to_string(), end.into()))
            .collect();
        object.into()
    }

    /// The line for the worker.
    fn request(&self) -> Value {
        let mut request = json!({
            "package": self.package,
            "app_id": self.app_id,
            "app_certificate": self.app_certificate,
            "channel": self.channel,
            "uid": match &self.uid {
                Uid::Any => json!(0),
                Uid::Number(number) => json!(number),
                Uid::Account(account) => json!(account.as_str()),
            },
            "privileges": self.privileges_json(),
            "token": self.mint(),
        });
        match &self.message {
            Message::V006(message) => {
                request["salt"] = json!(message.salt);
                request["ts"] = json!(message.ends_at.seconds());
            }
            Message::V007(message) => {
                request["salt"] = json!(message.salt);
                request["issue_ts"] = json!(message.issued_at.seconds());
                request["expire"] = json!(message.expire);
            }
        }
        request
    }

    /// `context` says which case this is, for a failure's message.
    fn compare(&self, answer: &Value, context: impl Fn() -> String) {
        let theirs = answer["token"]
            .as_str()
            .unwrap_or_else(|| panic!("no token: {}", context()));
        let uid = self.uid.as_signed();
        let project = self.project();
        match &self.message {
            Message::V006(message) => {
                assert_eq!(theirs, self.mint(), "another token: {}", context());
                let read = json!({
                    "channel_crc": crc32fast::hash(self.channel.as_bytes()),
                    "uid_crc": crc32fast::hash(uid.as_bytes()),
                    "salt": message.salt,
                    "ts": message.ends_at.seconds(),
                    "privileges": self.privileges_json(),
                });
                assert_eq!(answer["read"], read, "they misread ours: {}", context());

                let parsed = v006::Unverified::parse(theirs)
                    .unwrap_or_else(|error| panic!("{error}: {}", context()));
                assert_eq!(parsed.message, *message, "we misread theirs: {}", context());
                let verified = parsed.verify(&project, &self.channel, &uid);
                assert_eq!(verified, Ok(()), "{}", context());
            }
            Message::V007(message) => {
                let [their_content, our_content] = [0, 1].map(|side| &answer["contents"][side]);
                assert!(their_content.is_string(), "no content: {}", context());
                assert_eq!(their_content, our_content, "another content: {}", context());
                let read = json!({
                    "app_id": self.app_id,
                    "issue_ts": message.issued_at.seconds(),
                    "expire": message.expire,
                    "salt": message.salt,
                    "verified": true,
                    "services": [{
                        "type": 1,
                        "channel": self.channel,
                        "uid": uid,
                        "privileges": self.privileges_json(),
                    }],
                });
                assert_eq!(answer["read"], read, "they misread ours: {}", context());

                let parsed = v007::Unverified::parse(theirs)
                    .unwrap_or_else(|error| panic!("{error}: {}", context()));
                assert_eq!(parsed.message, *message, "we misread theirs: {}", context());
                assert_eq!(parsed.verify(&project), Ok(()), "{}", context());
            }
        }
    }
}

const SDK_CHARACTERS: &str =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 !#$%&()+-:;<=.>?@[]^_{}|~,";

/// 1 to `longest` of these characters.
fn random_text(rng: &mut StdRng, characters: &str, longest: usize) -> String {
    let characters: Vec<char> = characters.chars().collect();
    let length = rng.random_range(1..=longest);
    (0..length)
        .map(|_| characters.choose(rng).expect("there are characters"))
        .collect()
}

/// 32 hexadecimal digits of mixed case.
fn random_hex(rng: &mut StdRng) -> String {
    (0..32)
        .map(|_| b"0123456789abcdefABCDEF".choose(rng).expect("digits"))
        .map(|digit| char::from(*digit))
        .collect()
}

/// Any `u32`, its ends more often than chance has it.
fn random_number(rng: &mut StdRng) -> u32 {
    match rng.random_range(0..10) {
        0 => 0,
        1 => u32::MAX,
        _ => rng.random(),
    }
}

fn random_uid(rng: &mut StdRng) -> Uid {
    if rng.random() {
        return Uid::from(random_number(rng));
    }
    let account = random_text(rng, SDK_CHARACTERS, UserAccount::MAX_BYTES);
    Uid::Account(UserAccount::new(account).expect("these characters are allowed"))
}

/// A random selection, the empty one and the whole one included.
fn random_privileges(rng: &mut StdRng, known: &[Privilege]) -> Privileges {
    let count = rng.random_range(0..=known.len());
    let chosen = known.iter().copied().sample(rng, count);
    chosen
        .into_iter()
        .map(|privilege| (privilege, random_number(rng)))
        .collect()
}
