//! One case or more for each finding, for the tests of the library and of the command line.

mod bindings;
mod grants;
pub(crate) mod texts;
mod times;

use std::collections::BTreeSet;
use std::sync::LazyLock;

use agora_token_server::token::explain::{Expected, ExpectedUid};
use agora_token_server::token::{
    Binding, Privilege, Privileges, Project, Role, Scope, Service, ServiceKind, Services, Text,
    UnixTime, v005, v006, v007,
};

/// As of when every case is judged.
pub(crate) const NOW: u32 = 1_700_000_000;

pub(crate) const APP_ID: &str = "970CA35de60c44645bbae8a215061b33";
pub(crate) const CERTIFICATE: &str = "5CFd2fd1755d40ecb72977518be15d3b";

/// A question about a token.
#[derive(Clone)]
pub(crate) struct Case {
    /// The code of the finding that it is about, and what tells it from others of that code.
    pub(crate) name: String,
    pub(crate) token: String,
    pub(crate) expected: Expected,
    pub(crate) project: Option<Project>,
}

/// All of them.
pub(crate) static CASES: LazyLock<Vec<Case>> = LazyLock::new(|| {
    let themes = [
        texts::cases(),
        times::cases(),
        bindings::cases(),
        grants::cases(),
    ];
    let cases: Vec<Case> = themes.into_iter().flatten().collect();
    let names: BTreeSet<&str> = cases.iter().map(|case| case.name.as_str()).collect();
    assert_eq!(names.len(), cases.len(), "two cases have one name");
    cases
});

/// The case of that name.
pub(crate) fn case(name: &str) -> &'static Case {
    let case = CASES.iter().find(|case| case.name == name);
    case.unwrap_or_else(|| panic!("there is no case {name}"))
}

impl Case {
    fn new(name: &str, token: impl Into<String>) -> Self {
        Self {
            name: name.to_owned(),
            token: token.into(),
            expected: Expected::default(),
            project: None,
        }
    }

    fn channel(mut self, channel: &str) -> Self {
        self.expected.channel = Some(channel.to_owned());
        self
    }

    fn uid(mut self, uid: u32) -> Self {
        self.expected.uid = Some(ExpectedUid::Number(uid));
        self
    }

    fn account(mut self, account: &str) -> Self {
        self.expected.uid = Some(ExpectedUid::Account(account.to_owned()));
        self
    }

    fn service(mut self, service: ServiceKind) -> Self {
        self.expected.service = Some(service);
        self
    }

    fn role(mut self, role: Role) -> Self {
        self.expected.role = Some(role);
        self
    }

    fn error_code(mut self, code: u16) -> Self {
        self.expected.error_code = Some(code);
        self
    }

    fn project(mut self, project: Project) -> Self {
        self.project = Some(project);
        self
    }
}

fn project() -> Project {
    Project::new(APP_ID.parse().unwrap(), CERTIFICATE.parse().unwrap())
}

fn other_certificate() -> Project {
    Project::new(APP_ID.parse().unwrap(), "c".repeat(32).parse().unwrap())
}

fn text(text: &str) -> Text {
    Text::new(text).unwrap()
}

/// A service for RTC in which everything is granted for an hour.
fn rtc(channel: &str, uid: &str) -> Service {
    rtc_with(channel, uid, Role::Publisher.privileges(), 3_600)
}

fn rtc_with(channel: &str, uid: &str, privileges: &[Privilege], end: u32) -> Service {
    Service {
        privileges: Privileges::all(privileges, end),
        scope: Scope::Rtc {
            channel: text(channel),
            uid: text(uid),
        },
    }
}

fn rtm(user_id: &str) -> Service {
    Service {
        privileges: Privileges::all(&[Privilege::LOGIN], 3_600),
        scope: Scope::Rtm {
            user_id: text(user_id),
        },
    }
}

/// A token that was made a minute ago, for an hour.
fn token_007(services: Vec<Service>) -> String {
    token_007_of(NOW - 60, 3_600, services)
}

fn token_007_of(issued_at: u32, expire: u32, services: Vec<Service>) -> String {
    let message = v007::Message {
        issued_at: UnixTime::from_seconds(issued_at),
        expire,
        salt: 1,
        services: Services::in_order(services),
    };
    v007::mint(&project(), &message)
}

/// A token of which everything ends in an hour.
fn token_006(channel: &str, uid: &str) -> String {
    let privileges = Privileges::all(Role::Publisher.privileges(), NOW + 3_600);
    token_006_of(channel, uid, NOW + 3_600, privileges)
}

fn token_006_of(channel: &str, uid: &str, ends_at: u32, privileges: Privileges) -> String {
    let message = v006::Message {
        // Its signature for channel test and uid 1234 has both + and /.
        salt: 5,
        ends_at: UnixTime::from_seconds(ends_at),
        privileges,
    };
    v006::mint(&project(), Binding { channel, uid }, &message)
}

fn key_005(issued_at: u32, ends_at: u32) -> String {
    let [issued_at, ends_at] = [issued_at, ends_at].map(UnixTime::from_seconds);
    let message = v005::Message::new(v005::KeyKind::MediaChannel, issued_at, 1, ends_at);
    v005::mint(&project(), &text("test"), 1234, &message)
}
