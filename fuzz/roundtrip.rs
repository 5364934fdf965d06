//! Any message, of any version and with any services, is read out of its token as it went in, and verifies; for
//! another certificate, channel or uid it does not.

#![no_main]

use agora_token_server::token::v005::KeyKind;
use agora_token_server::token::{
    Binding, ParseError, Permission, Permissions, Privilege, Privileges, Project, Resource, Scope,
    Service, ServiceKind, Services, SignedBy, Text, UnixTime, UnverifiedToken, VerifyError, v005,
    v006, v007,
};
use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;

const CERTIFICATE: &str = "5CFd2fd1755d40ecb72977518be15d3b";

#[derive(Arbitrary, Debug)]
enum Request<'a> {
    V005 {
        kind: u8,
        issued_at: u32,
        salt: u32,
        ends_at: u32,
        channel: &'a str,
        uid: u32,
    },
    V006 {
        salt: u32,
        ends_at: u32,
        privileges: Vec<(u8, u32)>,
        channel: &'a str,
        uid: &'a str,
    },
    V007 {
        issued_at: u32,
        expire: u32,
        salt: u32,
        services: Vec<RequestedService<'a>>,
    },
}

#[derive(Arbitrary, Debug)]
struct RequestedService<'a> {
    kind: u8,
    privileges: Vec<(u8, u32)>,
    names: [&'a str; 2],
    role: i16,
    permissions: Vec<(u8, bool, Vec<&'a str>)>,
}

fuzz_target!(|input: (u128, Request<'_>)| {
    let (app_id, request) = input;
    let project = project(app_id, CERTIFICATE);
    match request {
        Request::V005 {
            kind,
            issued_at,
            salt,
            ends_at,
            channel,
            uid,
        } => {
            let kind = *pick(&KeyKind::ALL, kind);
            let message = v005::Message::new(
                kind,
                UnixTime::from_seconds(issued_at),
                salt,
                UnixTime::from_seconds(ends_at),
            );
            let key = v005::mint(&project, &text(channel), uid, &message);
            let read = v005::Unverified::parse(&key).unwrap();
            assert_eq!((&read.message, read.message.kind()), (&message, Some(kind)));
            let uid = uid.to_string();
            check(&key, &project, Binding { channel, uid: &uid });
        }
        Request::V006 {
            salt,
            ends_at,
            privileges,
            channel,
            uid,
        } => {
            let message = v006::Message {
                salt,
                ends_at: UnixTime::from_seconds(ends_at),
                privileges: granted(&privileges, &v006::PRIVILEGES),
            };
            let binding = Binding { channel, uid };
            let token = v006::mint(&project, binding, &message);
            let read = v006::Unverified::parse(&token).unwrap();
            assert_eq!((&read.message, read.app_id), (&message, project.app_id));
            check(&token, &project, binding);
        }
        Request::V007 {
            issued_at,
            expire,
            salt,
            services,
        } => {
            let services = services.iter().map(RequestedService::service).collect();
            let message = v007::Message {
                issued_at: UnixTime::from_seconds(issued_at),
                expire,
                salt,
                services: Services::in_order(services),
            };
            let token = v007::mint(&project, &message);
            let read = match v007::Unverified::parse(&token) {
                Err(ParseError::Inflated { .. }) => return,
                read => read.unwrap(),
            };
            assert_eq!((&read.message, read.app_id), (&message, project.app_id));
            assert_eq!(read.verify(&project), Ok(SignedBy::Primary));
            assert_eq!(read.verify(&others(&project)), Err(VerifyError::Signature));
        }
    }
});

/// The token is its project's, for this binding and no other.
fn check(token: &str, project: &Project, binding: Binding<'_>) {
    let read = UnverifiedToken::parse(token).unwrap();
    let verdict = |project: &Project, binding: Binding<'_>| {
        let verified = read.verify(project, Some(binding));
        verified.map(|token| token.signed_by())
    };
    assert_eq!(verdict(project, binding), Ok(SignedBy::Primary));
    assert_eq!(
        verdict(&others(project), binding),
        Err(VerifyError::Signature)
    );
    let channel = format!("{} ", binding.channel);
    assert!(
        verdict(
            project,
            Binding {
                channel: &channel,
                ..binding
            }
        )
        .is_err()
    );
    let uid = format!("{}1", binding.uid);
    assert!(
        verdict(
            project,
            Binding {
                uid: &uid,
                ..binding
            }
        )
        .is_err()
    );

    let mut rotated = others(project);
    rotated.secondary = Some(CERTIFICATE.parse().unwrap());
    assert_eq!(verdict(&rotated, binding), Ok(SignedBy::Secondary));
}

impl RequestedService<'_> {
    fn service(&self) -> Service {
        let kind = *pick(&ServiceKind::ALL, self.kind);
        let [first, second] = self.names.map(text);
        let scope = match kind {
            ServiceKind::Rtc => Scope::Rtc {
                channel: first,
                uid: second,
            },
            ServiceKind::Rtm => Scope::Rtm { user_id: first },
            ServiceKind::Streaming => Scope::Streaming {
                channel: first,
                account: second,
            },
            ServiceKind::Fpa => Scope::Fpa,
            ServiceKind::Chat => Scope::Chat { user_id: first },
            ServiceKind::Fcdn => Scope::Fcdn {
                channel: first,
                account: second,
            },
            ServiceKind::Apaas => Scope::Apaas {
                room: first,
                user: second,
                role: self.role,
            },
            ServiceKind::Rtm2 => Scope::Rtm2 {
                user_id: first,
                permissions: self.permissions(),
            },
            ServiceKind::ConvoAi => Scope::ConvoAi,
            ServiceKind::Stt => Scope::Stt,
        };
        Service {
            privileges: granted(&self.privileges, kind.privileges()),
            scope,
        }
    }

    fn permissions(&self) -> Permissions {
        let entries = self.permissions.iter().map(|(resource, is_write, names)| {
            let permission = Permission::ALL[usize::from(*is_write)];
            let names = names.iter().map(|name| text(name)).collect();
            (*pick(&Resource::ALL, *resource), permission, names)
        });
        Permissions::new(entries).expect("the input has fewer bytes than that")
    }
}

fn granted(chosen: &[(u8, u32)], known: &[Privilege]) -> Privileges {
    let known =
        |(index, end): &(u8, u32)| (!known.is_empty()).then(|| (*pick(known, *index), *end));
    chosen.iter().filter_map(known).collect()
}

fn pick<T>(from: &[T], index: u8) -> &T {
    &from[usize::from(index) % from.len()]
}

fn text(text: &str) -> Text {
    Text::new(text).expect("inputs are shorter")
}

fn project(app_id: u128, certificate: &str) -> Project {
    Project::new(
        format!("{app_id:032x}").parse().unwrap(),
        certificate.parse().unwrap(),
    )
}

/// The project with another certificate.
fn others(project: &Project) -> Project {
    Project::new(
        project.app_id,
        "5CFd2fd1755d40ecb72977518be15d3c".parse().unwrap(),
    )
}
