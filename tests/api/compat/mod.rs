//! The URLs of other token servers, a file a server: what each answers, to the letter, and what its tokens grant.

mod access_token;
mod channel_key;
mod coding_guides;
mod demo_server;
mod documentation;
mod every_shape;
mod go_service;
mod quick_start;
mod toolbox;

use agora_token_server::token::{Scope, Service, SignedBy, UnixTime, v007};
use axum::body::Body;
use axum::http::{Method, Request};

use crate::support::{Answer, NOW, TestApp, project};

const JSON: &str = "application/json; charset=utf-8";
const TEXT: &str = "text/plain; charset=utf-8";

/// A request in a line: method, target, and a body. `FORM` is a POST of a form.
fn request(line: &str) -> Request<Body> {
    let mut parts = line.splitn(3, ' ');
    let (method, target) = (parts.next().unwrap(), parts.next().unwrap());
    let body = parts.next().unwrap_or_default().to_owned();
    let (method, kind) = match method {
        "FORM" => (Method::POST, "application/x-www-form-urlencoded"),
        other => (other.parse().unwrap(), "application/json"),
    };
    let request = Request::builder().method(method).uri(target);
    let request = if body.is_empty() {
        request
    } else {
        request.header("content-type", kind)
    };
    request.body(Body::from(body)).unwrap()
}

/// Asks in a line.
pub(crate) async fn ask(app: &TestApp, line: &str) -> Answer {
    app.answer(request(line)).await
}

/// Requests, each with its body, in which TOKEN stands for each token, and with what those grant.
pub(crate) type Success<'a> = (&'a str, &'a str, &'a [&'a str]);

pub(crate) async fn succeed(app: &TestApp, table: &[Success<'_>]) {
    for (line, body, grants) in table {
        let answer = ask(app, line).await;
        assert_eq!(answer.status, 200, "{line}: {}", answer.body);
        assert_eq!(answer.header("content-type"), Some(JSON), "{line}");
        let (redacted, tokens) = redacted(&answer.body);
        assert_eq!(redacted, *body, "{line}");
        let granted: Vec<String> = tokens.iter().map(|token| granted_007(token)).collect();
        assert_eq!(granted, *grants, "{line}");
    }
}

/// Requests that are refused with status 400, each with the sentence that says why.
async fn refuse(table: &[(&str, &str)], content_type: &str, shape: impl Fn(&str) -> String) {
    for (line, message) in table {
        let answer = ask(&TestApp::new(), line).await;
        assert_eq!(answer.body, shape(message), "{line}");
        assert_eq!(answer.status, 400, "{line}");
        assert_eq!(answer.header("content-type"), Some(content_type), "{line}");
    }
}

/// A body with TOKEN for each token, and the tokens.
pub(crate) fn redacted(body: &str) -> (String, Vec<String>) {
    let is_token = |text: &str| {
        text.len() > 60
            && ["005", "006", "007"]
                .iter()
                .any(|version| text.starts_with(version))
    };
    let (mut parts, mut tokens) = (Vec::new(), Vec::new());
    for part in body.split('"') {
        if is_token(part) {
            tokens.push(part.to_owned());
        }
        parts.push(if is_token(part) { "TOKEN" } else { part });
    }
    (parts.join("\""), tokens)
}

/// What a 007 token grants, once it is verified: how long it lasts, and each service with the numbers of its
/// privileges, and with their ends where those are not the token's.
pub(crate) fn granted_007(token: &str) -> String {
    let token = v007::Unverified::parse(token).unwrap_or_else(|error| panic!("{token}: {error}"));
    assert_eq!(token.verify(&project()), Ok(SignedBy::Primary));
    let v007::Message {
        issued_at,
        expire,
        services,
        ..
    } = token.message;
    assert_eq!(issued_at, UnixTime::from_seconds(NOW));
    let services: Vec<String> = services
        .known()
        .iter()
        .map(|service| described(service, expire))
        .collect();
    format!("{expire} s, {}", services.join("; "))
}

fn described(Service { scope, privileges }: &Service, expire: u32) -> String {
    let scope = match scope {
        Scope::Rtc { channel, uid } => format!("rtc({}, {})", channel.as_str(), uid.as_str()),
        Scope::Rtm { user_id } => format!("rtm({})", user_id.as_str()),
        Scope::Fpa => "fpa()".to_owned(),
        Scope::Chat { user_id } => format!("chat({})", user_id.as_str()),
        Scope::Apaas { room, user, role } => {
            format!("apaas({}, {}, {role})", room.as_str(), user.as_str())
        }
        other => panic!("{other:?}"),
    };
    let privileges = privileges.iter().map(|(number, end)| match end {
        end if end == expire => format!(" {number}"),
        end => format!(" {number}={end}"),
    });
    format!("{scope}:{}", privileges.collect::<String>())
}
