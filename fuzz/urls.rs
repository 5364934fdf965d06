//! Any bytes as the path and the query of a GET: an answer, none of it the server's fault, and a token that is answered
//! is read, verifies, and is for whom the URL says.

#![no_main]

use std::io::ErrorKind;
use std::sync::LazyLock;

use agora_token_server::access::Guard;
use agora_token_server::config::{Config, Environment};
use agora_token_server::http::{App, AppState, Settings};
use agora_token_server::issuer::Issuer;
use agora_token_server::token::{Binding, Project, Scope, Uid, UnixTime, UnverifiedToken};
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode, Uri};
use libfuzzer_sys::fuzz_target;
use percent_encoding::percent_decode_str;
use serde_json::Value;
use tokio::runtime::{Builder, Runtime};
use tower::ServiceExt;
use url::form_urlencoded;

const DIGITS: &str = "970CA35de60c44645bbae8a215061b33";

/// Where a token stands in an answer, whatever its shape.
const NAMES: [&str; 7] = [
    "token",
    "rtcToken",
    "rtmToken",
    "chatToken",
    "key",
    "channel_key",
    "in_channel_permission_key",
];

static RUNTIME: LazyLock<Runtime> =
    LazyLock::new(|| Builder::new_current_thread().enable_time().build().unwrap());

static APP: LazyLock<App> = LazyLock::new(|| {
    let nothing = Err(ErrorKind::NotFound.into());
    let environment = Environment::new([], nothing, |_| Err(ErrorKind::NotFound.into()));
    let config = Config::read(&environment, Some(project())).unwrap();
    let now = || UnixTime::from_seconds(1_800_000_000);
    App::new(
        AppState::new(
            Issuer::new(project(), now, || 1),
            Guard::new(config.access).unwrap(),
            Settings::default(),
        ),
        &"*".parse().unwrap(),
        &"all".parse().unwrap(),
    )
});

fuzz_target!(|bytes: &[u8]| {
    let Some(uri) = target(bytes) else {
        return;
    };
    let (status, body) = RUNTIME.block_on(async {
        let request = Request::get(&uri).header("host", "test");
        let answer = APP.clone().oneshot(request.body(Body::empty()).unwrap());
        let (head, body) = answer.await.unwrap().into_parts();
        (head.status, to_bytes(body, usize::MAX).await.unwrap())
    });
    assert!(!status.is_server_error(), "{uri}: {status}");
    if status != StatusCode::OK {
        return;
    }
    let Ok(Value::Object(answer)) = serde_json::from_slice(&body) else {
        return; // a page
    };
    for token in NAMES.iter().filter_map(|name| answer.get(*name)?.as_str()) {
        check(&UnverifiedToken::parse(token).unwrap(), &uri);
    }
});

/// A token that this URL was answered with.
fn check(token: &UnverifiedToken, uri: &Uri) {
    let asked = |names: &[&str]| {
        let query = uri.query().unwrap_or_default();
        let given = form_urlencoded::parse(query.as_bytes());
        let mut named = given.filter(|(name, value)| {
            !value.is_empty() && names.iter().any(|known| name.eq_ignore_ascii_case(known))
        });
        named.next().map(|(_, value)| value.into_owned())
    };
    let binding = match token {
        UnverifiedToken::V007(token) => {
            let services = token.message.services.known();
            let in_path = uri.path().strip_prefix("/rtc/");
            if let (Some(path), [service]) = (in_path, services) {
                let channel = path.split('/').next().unwrap();
                let channel = percent_decode_str(channel).decode_utf8().unwrap();
                let Scope::Rtc { channel: found, .. } = &service.scope else {
                    panic!("{uri}: {service:?}");
                };
                assert_eq!(found.as_str(), channel, "{uri}");
            }
            None
        }
        UnverifiedToken::V006(_) if uri.path().starts_with("/v1/") => {
            let user = Uid::parse(asked(&["uid", "account"]).unwrap_or_default()).unwrap();
            match asked(&["user_id"]) {
                Some(user_id) => Some((user_id, String::new())),
                None => Some((asked(&["channel"]).unwrap(), user.signed().to_string())),
            }
        }
        UnverifiedToken::V006(_) => {
            let user = Uid::parse(asked(&["uid"]).unwrap_or_default()).unwrap();
            let channel = asked(&["channel", "channelName"]).unwrap();
            Some((channel, user.signed().to_string()))
        }
        UnverifiedToken::V005(_) => {
            let uid = asked(&["uid"]).unwrap_or_else(|| "0".to_owned());
            Some((asked(&["channel"]).unwrap(), uid))
        }
    };
    let binding = binding
        .as_ref()
        .map(|(channel, uid)| Binding { channel, uid });
    let verified = token.verify(&project(), binding);
    assert!(verified.is_ok(), "{uri}: {verified:?}");
}

/// The bytes as the target of a request: as they are, or else those encoded that cannot be.
fn target(bytes: &[u8]) -> Option<Uri> {
    let begins = |uri: &Uri| uri.path().starts_with('/');
    if let Some(uri) = Uri::try_from(bytes).ok().filter(begins) {
        return Some(uri);
    }
    let mut encoded = String::from("/");
    for byte in bytes {
        match byte {
            b'%' | b'/' | b'?' | b'&' | b'=' | b'+' | b'-' | b'.' | b'_' => {
                encoded.push(char::from(*byte));
            }
            byte if byte.is_ascii_alphanumeric() => encoded.push(char::from(*byte)),
            byte => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded.parse().ok()
}

fn project() -> Project {
    Project::new(DIGITS.parse().unwrap(), DIGITS.parse().unwrap())
}
