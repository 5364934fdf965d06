//! What holds for every one of these URLs, whichever server it is of.

use axum::body::Body;
use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::compat::{JSON, TEXT, ask, redacted};
use crate::support::{Answer, TestApp};

/// How a server tells of an error.
#[derive(Clone, Copy, Debug)]
enum Shape {
    Plain,
    Go,
    Text,
    Documentation,
    Toolbox,
    QuickStart,
}

impl Shape {
    fn content_type(self) -> &'static str {
        match self {
            Self::Text => TEXT,
            _ => JSON,
        }
    }

    fn of(self, status: u16, message: &str) -> String {
        let quoted = json!(message);
        match self {
            Self::Plain => format!(r#"{{"error":{quoted}}}"#),
            Self::Go => format!(r#"{{"error":{quoted},"message":{quoted},"status":{status}}}"#),
            Self::Text => message.to_owned(),
            Self::Documentation => format!(r#"{{"code":"{status}","token":{quoted}}}"#),
            Self::Toolbox => format!(r#"{{"code":-1,"message":{quoted},"data":""}}"#),
            Self::QuickStart => {
                format!(r#"{{"error":"Failed to generate Agora token","details":{quoted}}}"#)
            }
        }
    }
}

/// A request of each GET that succeeds.
const GETS: [(&str, Shape); 14] = [
    ("/access_token?channel=test&uid=1234", Shape::Plain),
    ("/channel_key?channel=test&uid=1234", Shape::Plain),
    (
        "/in_channel_permission_key?channel=test&permission=3",
        Shape::Plain,
    ),
    ("/api/agora/token?channelName=test&uid=1234", Shape::Plain),
    ("/rtcToken?channelName=test&uid=1234", Shape::Plain),
    ("/rtmToken?account=alice", Shape::Plain),
    ("/rtc/test/publisher/uid/1234?expiry=600", Shape::Go),
    ("/rtm/alice?expiry=600", Shape::Go),
    ("/rte/test/publisher/uid/1234?expiry=600", Shape::Go),
    ("/rte/test/publisher/uid/1234/alice?expiry=600", Shape::Go),
    ("/chat/app?expiry=600", Shape::Go),
    ("/chat/account/alice?expiry=600", Shape::Go),
    (
        "/api/generate-agora-token?uid=1234&channel=test",
        Shape::QuickStart,
    ),
    ("/ping?x=y", Shape::Plain),
];

/// A request of each POST that succeeds.
const POSTS: [(&str, &str, Shape); 9] = [
    (
        "/getToken",
        r#"{"tokenType":"rtc","channel":"test","uid":1234,"role":1}"#,
        Shape::Text,
    ),
    (
        "/token/getNew",
        r#"{"tokenType":"rtm","uid":1234,"channel":"test"}"#,
        Shape::Text,
    ),
    (
        "/fetchToken",
        r#"{"tokenType":"chat","uid":1234}"#,
        Shape::Text,
    ),
    (
        "/fetch_rtc_token",
        r#"{"uid":1234,"ChannelName":"test","role":1}"#,
        Shape::Documentation,
    ),
    ("/fetch_rtm_token", r#"{"uid":1234}"#, Shape::Documentation),
    (
        "/token/generate",
        r#"{"channelName":"test","uid":1234,"serviceRtc":{"enable":true,"role":1}}"#,
        Shape::Toolbox,
    ),
    (
        "/v1/token/generate",
        r#"{"channelName":"test","uid":1234,"type":1}"#,
        Shape::Toolbox,
    ),
    (
        "/v2/token/generate",
        r#"{"channelName":"test","uid":1234,"types":[1,2]}"#,
        Shape::Toolbox,
    ),
    (
        "/api/agora/token",
        r#"{"channelName":"test","uid":1234,"role":1}"#,
        Shape::Plain,
    ),
];

/// A line for each of them.
fn lines() -> Vec<String> {
    let gets = GETS.iter().map(|(target, _)| format!("GET {target}"));
    let posts = POSTS
        .iter()
        .map(|(path, body, _)| format!("POST {path} {body}"));
    gets.chain(posts).collect()
}

async fn answer(line: &str) -> Answer {
    ask(&TestApp::new(), line).await
}

#[track_caller]
fn assert_error(answer: &Answer, shape: Shape, status: u16, message: &str, line: &str) {
    assert_eq!(answer.body, shape.of(status, message), "{line}");
    assert_eq!(answer.status.as_u16(), status, "{line}");
    let content_type = answer.header("content-type");
    assert_eq!(content_type, Some(shape.content_type()), "{line}");
    assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
    assert_private(answer, line);
}

#[track_caller]
fn assert_private(answer: &Answer, line: &str) {
    let cache = ["cache-control", "expires", "pragma"].map(|name| answer.header(name));
    let never = [
        Some("private, no-cache, no-store, must-revalidate"),
        Some("-1"),
        Some("no-cache"),
    ];
    assert_eq!(cache, never, "{line}");
}

/// Asks both, and compares the answers: the tests' time and salt make equal tokens.
async fn assert_alike(one: &str, other: &str) {
    let (one_answer, other_answer) = (answer(one).await, answer(other).await);
    assert_eq!(one_answer.status, StatusCode::OK, "{one}");
    assert_eq!(
        (one_answer.status, &one_answer.body),
        (other_answer.status, &other_answer.body),
        "{one} and {other}"
    );
}

#[tokio::test]
async fn a_token_is_for_nobody_else() {
    for line in lines() {
        let answer = answer(&line).await;
        assert_eq!(answer.status, 200, "{line}: {}", answer.body);
        assert_eq!(answer.header("content-type"), Some(JSON), "{line}");
        assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
        assert_private(&answer, &line);
    }
}

/// Of the API examples one scans the text for `"rtcToken":"`.
#[tokio::test]
async fn json_is_compact_and_a_slash_in_it_is_a_slash() {
    for line in lines() {
        let (redacted, tokens) = redacted(&answer(&line).await.body);
        assert!(!redacted.contains([' ', '\n', '\\']), "{line}: {redacted}");
        assert!(!tokens.iter().any(|token| token.contains('\\')), "{line}");
    }
}

#[tokio::test]
async fn a_slash_at_the_end_changes_nothing() {
    for (target, _) in GETS {
        let with_slash = target.replacen('?', "/?", 1);
        assert_alike(&format!("GET {target}"), &format!("GET {with_slash}")).await;
    }
    for (path, body, _) in POSTS {
        assert_alike(
            &format!("POST {path} {body}"),
            &format!("POST {path}/ {body}"),
        )
        .await;
    }
}

#[tokio::test]
async fn names_are_read_in_any_letter_case() {
    for (target, _) in GETS {
        let (path, query) = target.split_once('?').unwrap();
        for change in [str::to_ascii_uppercase, str::to_ascii_lowercase] {
            let pairs = query.split('&').map(|pair| {
                let (name, value) = pair.split_once('=').unwrap();
                format!("{}={value}", change(name))
            });
            let query = pairs.collect::<Vec<_>>().join("&");
            assert_alike(&format!("GET {target}"), &format!("GET {path}?{query}")).await;
        }
    }
    for (path, body, _) in POSTS {
        for change in [str::to_ascii_uppercase, str::to_ascii_lowercase] {
            let changed = with_names(&serde_json::from_str(body).unwrap(), change);
            assert_alike(
                &format!("POST {path} {body}"),
                &format!("POST {path} {changed}"),
            )
            .await;
        }
    }
}

fn with_names(value: &Value, change: fn(&str) -> String) -> Value {
    match value {
        Value::Object(fields) => fields
            .iter()
            .map(|(name, value)| (change(name), with_names(value, change)))
            .collect(),
        other => other.clone(),
    }
}

#[tokio::test]
async fn a_uid_in_json_is_a_number_or_a_text() {
    for (path, body, _) in POSTS {
        let as_text = body.replace(r#""uid":1234"#, r#""uid":"1234""#);
        assert_ne!(as_text, body);
        assert_alike(
            &format!("POST {path} {body}"),
            &format!("POST {path} {as_text}"),
        )
        .await;
    }
}

#[tokio::test]
async fn true_is_no_user() {
    let message = "uid must be a text or a number, not true or false";
    for (path, body, shape) in POSTS {
        let body = body.replace(r#""uid":1234"#, r#""uid":true"#);
        let line = format!("POST {path} {body}");
        assert_error(&answer(&line).await, shape, 400, message, &line);
    }
}

#[tokio::test]
async fn other_fields_are_ignored() {
    for (target, _) in GETS {
        assert_alike(
            &format!("GET {target}"),
            &format!("GET {target}&_=1&other[]=2"),
        )
        .await;
    }
    for (path, body, _) in POSTS {
        let more = body.replacen('{', r#"{"other":[{"a":null}],"x":1.5,"#, 1);
        assert_alike(
            &format!("POST {path} {body}"),
            &format!("POST {path} {more}"),
        )
        .await;
    }
}

#[tokio::test]
async fn a_body_is_json_unless_it_says_that_it_is_a_form() {
    for (path, body, _) in POSTS {
        let expected = answer(&format!("POST {path} {body}")).await.body;
        for kind in [
            None,
            Some("text/plain"),
            Some("Application/JSON; charset=UTF-8"),
        ] {
            let mut request = axum::http::Request::post(path);
            if let Some(kind) = kind {
                request = request.header("content-type", kind);
            }
            let request = request.body(Body::from(body)).unwrap();
            let answer = TestApp::new().answer(request).await;
            assert_eq!(answer.body, expected, "{path} as {kind:?}");
        }
        if body.matches(['{', '[']).count() > 1 {
            continue; // what a form has no way to write
        }
        let form = body.trim_matches(['{', '}']).replace('"', "");
        let form = form.replace(':', "=").replace(',', "&");
        for kind in [
            "application/x-www-form-urlencoded",
            "Application/X-WWW-Form-URLEncoded;charset=UTF-8",
        ] {
            let request = axum::http::Request::post(path).header("content-type", kind);
            let request = request.body(Body::from(form.clone())).unwrap();
            let answer = TestApp::new().answer(request).await;
            assert_eq!(answer.body, expected, "{path} with {form} as {kind}");
        }
    }
}

#[tokio::test]
async fn head_answers_the_headers_of_get() {
    for (target, _) in GETS {
        let head = answer(&format!("HEAD {target}")).await;
        let get = answer(&format!("GET {target}")).await;
        head.is(200, "");
        let length = get.body.len().to_string();
        assert_eq!(head.header("content-length"), Some(length.as_str()));
        for name in ["content-type", "cache-control", "expires", "pragma"] {
            assert_eq!(head.header(name), get.header(name), "{target}");
        }
    }
}

#[tokio::test]
async fn another_method_is_a_405_that_names_those_that_are_answered() {
    let message =
        "this path does not answer this method; the Allow header names those that it does";
    let gets = GETS.map(|(target, shape)| {
        let allow = if target.starts_with("/api/agora/token") {
            "GET,HEAD,POST"
        } else {
            "GET,HEAD"
        };
        (target, allow, shape)
    });
    let posts = POSTS[..8]
        .iter()
        .map(|(path, _, shape)| (*path, "POST", *shape));
    for (target, allow, shape) in gets.into_iter().chain(posts) {
        for method in ["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "QUERY"] {
            if allow.split(',').any(|allowed| allowed == method) {
                continue;
            }
            let line = format!("{method} {target}");
            let answer = answer(&line).await;
            assert_error(&answer, shape, 405, message, &line);
            assert_eq!(answer.header("allow"), Some(allow), "{line}");
        }
    }
}

#[tokio::test]
async fn a_path_of_theirs_that_is_none_is_a_404_in_their_shape() {
    let message = "there is nothing at this path; /docs shows what this server answers";
    for (path, shape) in [
        ("/rtc", Shape::Go),
        ("/rtc/", Shape::Go),
        ("/rtc/test", Shape::Go),
        ("/rtc/test/publisher/uid", Shape::Go),
        ("/rtc/test/publisher/uid/", Shape::Go),
        ("/rtc/a/b/1/uid/1", Shape::Go),
        ("/rtc/test/1/uid/1//", Shape::Go),
        ("/rtm/", Shape::Go),
        ("/rtm/a/b", Shape::Go),
        ("/rte/test/1/uid", Shape::Go),
        ("/rte/test/1/uid/1/2/3", Shape::Go),
        ("/chat/", Shape::Go),
        ("/chat/account", Shape::Go),
        ("/chat/account/", Shape::Go),
        ("/chat/user/a", Shape::Go),
        ("/getToken/a", Shape::Plain),
        ("/GetToken", Shape::Plain),
        ("/rtcx/test/1/uid/1", Shape::Plain),
        ("/api/agora", Shape::Plain),
    ] {
        for method in ["GET", "POST"] {
            let line = format!("{method} {path}");
            assert_error(&answer(&line).await, shape, 404, message, &line);
        }
    }
}

#[tokio::test]
async fn a_browser_may_send_every_one_of_them() {
    let targets = GETS.map(|(target, _)| ("GET", target)).into_iter();
    let posts = POSTS.map(|(path, ..)| ("POST", path));
    for (method, target) in targets.chain(posts) {
        let asked = [
            ("origin", "https://anywhere.example"),
            ("access-control-request-method", method),
            (
                "access-control-request-headers",
                "authorization,content-type,x-requested-with",
            ),
        ];
        let answer = TestApp::new().send(Method::OPTIONS, target, &asked).await;
        answer.is(200, "");
        assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
        let methods = answer.header("access-control-allow-methods").unwrap();
        assert!(methods.split(',').any(|allowed| allowed == method));
        assert_eq!(
            answer.header("access-control-allow-headers"),
            Some("authorization,content-type,x-requested-with"),
            "{target}"
        );
    }
}

#[tokio::test]
async fn a_body_that_is_no_json_object_is_refused_in_their_shape() {
    for (path, _, shape) in POSTS {
        for (body, message) in [
            (
                "",
                "the body is not JSON: EOF while parsing a value at line 1 column 0",
            ),
            (
                "channel=test",
                "the body is not JSON: expected value at line 1 column 1",
            ),
            (
                r#"{"uid":1,}"#,
                "the body is not JSON: trailing comma at line 1 column 10",
            ),
            (
                r#"{"uid":1}{}"#,
                "the body is not JSON: trailing characters at line 1 column 10",
            ),
            ("[]", "the body must be a JSON object"),
            ("null", "the body must be a JSON object"),
            ("\"test\"", "the body must be a JSON object"),
            ("17", "the body must be a JSON object"),
        ] {
            let line = format!("POST {path} {body}");
            assert_error(&answer(&line).await, shape, 400, message, &line);
        }
        let line = format!("FORM {path} uid=%zz");
        let message = "parameter \"uid\" has a % without two hexadecimal digits after it; a percent sign itself is \
                       written %25";
        assert_error(&answer(&line).await, shape, 400, message, &line);
    }
}

#[tokio::test]
async fn a_body_of_more_than_16_kilobytes_is_refused_in_their_shape() {
    let message = "the body has more than 16384 bytes";
    let gets = GETS.map(|(target, shape)| (format!("GET {target}"), "", shape));
    let posts = POSTS.map(|(path, body, shape)| (format!("POST {path}"), body, shape));
    for (line, body, shape) in gets.into_iter().chain(posts) {
        // White space is no reason to refuse.
        let fits = format!("{line} {body:16384}");
        assert_eq!(answer(&fits).await.status, 200, "{line}");
        let over = format!("{line} {body:16385}");
        assert_error(&answer(&over).await, shape, 413, message, &line);
    }
}

#[tokio::test]
async fn a_query_of_more_than_8_kilobytes_is_refused_in_their_shape() {
    let message = "the query has 8193 bytes; at most 8192 are read";
    for (target, shape) in &GETS[..13] {
        let (path, query) = target.split_once('?').unwrap();
        let rest = "x".repeat(8193 - query.len() - 1);
        let line = format!("GET {path}?{query}&{rest}");
        assert_error(&answer(&line).await, *shape, 414, message, &line);
    }
}
