//! The audit of a running server: its lines.

use std::fs;
use std::path::Path;

use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};

use crate::support::{APP_ID, Directory, IDENTIFIERS, Server};
use crate::watching::{answer, body};

pub(crate) const METRICS_KEY: &str = "another-key-of-thirty-two-characters";

pub(crate) fn audited(file: &Path) -> Server {
    let settings = [("AUDIT_LOG", file.to_str().unwrap()), ("LOG_LEVEL", "info")];
    Server::start(&[], &[&IDENTIFIERS[..], &settings].concat())
}

pub(crate) fn lines(file: &Path) -> Vec<Value> {
    let text = fs::read_to_string(file).unwrap();
    assert!(text.is_empty() || text.ends_with('\n'), "{text}");
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// The beginning of the SHA-256, by a program that is not ours.
fn fingerprint(token: &str) -> String {
    use std::io::Write;
    use std::process::{Command, Stdio};
    let mut sum = Command::new("sha256sum")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    sum.stdin
        .take()
        .unwrap()
        .write_all(token.as_bytes())
        .unwrap();
    let output = String::from_utf8(sum.wait_with_output().unwrap().stdout).unwrap();
    output[..16].to_owned()
}

#[test]
fn of_two_tokens_none_is_issued_when_one_is_refused() {
    let directory = Directory::new();
    let file = directory.0.join("audit.jsonl");
    let settings = [
        ("AUDIT_LOG", file.to_str().unwrap()),
        ("ALLOWED_SERVICES", "rtc"),
    ];
    let server = Server::start(&[], &[&IDENTIFIERS[..], &settings].concat());
    let both =
        b"GET /rte/test/publisher/uid/1234 HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n";
    assert!(answer(&server, both).starts_with("HTTP/1.1 403 "));
    let lines = lines(&file);
    let said: Vec<_> = lines.iter().map(|line| &line["audit"]).collect();
    assert_eq!(said, ["refused"]);
    assert_eq!(lines[0]["services"][0]["service"], "rtm");
}

#[test]
fn a_token_has_a_line_when_it_is_answered() {
    let directory = Directory::new();
    let file = directory.0.join("audit.jsonl");
    let server = audited(&file);
    let head =
        b"GET /v1/tokens?channel=test&uid=1234&role=publisher&ttl=600 HTTP/1.1\r\nHost: test\r\n\
                 X-Request-Id: given-1\r\nConnection: close\r\n\r\n";
    let answered: Value = serde_json::from_str(body(&answer(&server, head))).unwrap();
    let [line] = &lines(&file)[..] else {
        panic!("one line")
    };
    let end = &answered["expires_at"];
    let time = line["time"].as_str().unwrap();
    assert_eq!((time.len(), &time[10..11], &time[19..]), (20, "T", "Z"));
    let expected = json!({
        "time": time,
        "audit": "issued",
        "request_id": "given-1",
        "shape": "v1",
        "route": "/v1/tokens",
        "caller": "anonymous",
        "app_id": APP_ID,
        "version": "007",
        "services": [{
            "service": "rtc", "channel": "test", "uid": 1234,
            "privileges": { "join_channel": end, "publish_audio": end, "publish_data": end, "publish_video": end },
        }],
        "expires_at": end,
        "fingerprint": fingerprint(answered["token"].as_str().unwrap()),
    });
    assert_eq!(*line, expected);
}

#[test]
fn every_token_of_an_answer_has_its_line_and_what_issues_none_has_none() {
    let directory = Directory::new();
    let file = directory.0.join("audit.jsonl");
    let server = audited(&file);
    let both = server.get("/rte/test/publisher/userAccount/alice%0d%0a%22/bob");
    let error = server.get("/access_token");
    server.get("/ping");
    assert!(both.starts_with("HTTP/1.1 4"), "{both}");
    assert!(error.starts_with("HTTP/1.1 400 "), "{error}");
    assert_eq!(lines(&file).len(), 0);

    server.get("/rte/test/publisher/userAccount/alice/bob");
    server.get("/channel_key?channel=test&uid=7");
    let lines = lines(&file);
    let said: Vec<_> = lines
        .iter()
        .map(|line| {
            [
                &line["version"],
                &line["services"][0]["service"],
                &line["route"],
            ]
        })
        .collect();
    let rte = "/rte/{channel}/{role}/{tokenType}/{rtcuid}/{rtmuid}";
    assert_eq!(
        said,
        [
            ["007", "rtc", rte],
            ["007", "rtm", rte],
            ["005", "media_channel", "/channel_key"]
        ]
    );
    assert_eq!(lines[0]["services"][0]["account"], "alice");
    assert_eq!(lines[1]["services"][0]["user_id"], "bob");
    assert_eq!(lines[0]["request_id"], lines[1]["request_id"]);
    assert_eq!(lines[2]["services"][0]["uid"], 7);
}

#[test]
fn a_token_that_its_caller_may_not_have_has_a_line_with_the_reason() {
    let directory = Directory::new();
    let file = directory.0.join("audit.jsonl");
    let key = "0123456789abcdef0123456789abcdef";
    let settings = [
        ("AUDIT_LOG", file.to_str().unwrap()),
        ("METRICS_KEY", METRICS_KEY),
        ("API_KEYS", &format!("backend:{key}")),
        ("ALLOWED_CHANNELS", "open-*"),
    ];
    let server = Server::start(&[], &[&IDENTIFIERS[..], &settings].concat());
    let ask = |target: &str, key: &str| {
        let head = format!(
            "GET {target} HTTP/1.1\r\nHost: test\r\nX-Request-Id: 1\r\nAuthorization: Bearer {key}\r\n\
             Connection: close\r\n\r\n"
        );
        answer(&server, head.as_bytes())
    };
    let refused = ask("/access_token?channel=closed&uid=7", key);
    assert!(refused.starts_with("HTTP/1.1 403 "), "{refused}");
    assert!(
        ask("/access_token?channel=open-1", &key.replace('0', "x")).starts_with("HTTP/1.1 401 ")
    );
    assert!(ask("/access_token?channel=open-1", key).starts_with("HTTP/1.1 200 "));

    let lines = lines(&file);
    let [refusal, token] = &lines[..] else {
        panic!("{lines:?}")
    };
    let end = &refusal["services"][0]["privileges"]["join_channel"];
    let expected = json!({
        "time": refusal["time"],
        "audit": "refused",
        "reason": "channel_refused",
        "request_id": "1",
        "shape": "access_token",
        "route": "/access_token",
        "app_id": APP_ID,
        "caller": "key",
        "caller_name": "backend",
        "version": "007",
        "services": [{ "service": "rtc", "channel": "closed", "uid": 7, "privileges": { "join_channel": end } }],
    });
    assert_eq!(*refusal, expected);
    assert_eq!(
        (&token["audit"], &token["caller_name"]),
        (&"issued".into(), &"backend".into())
    );

    let metrics = ask("/metrics", METRICS_KEY);
    for line in [
        "agora_requests_refused_total{reason=\"channel_refused\"} 1\n",
        "agora_requests_refused_total{reason=\"credentials_invalid\"} 1\n",
        "agora_tokens_issued_total{service=\"rtc\",version=\"007\"} 1\n",
        "route=\"/access_token\",shape=\"access_token\",status=\"403\"} 1\n",
    ] {
        assert!(metrics.contains(line), "{line} is missing in {metrics}");
    }
    assert!(!fs::read_to_string(&file).unwrap().contains(key));
}

#[test]
fn a_user_who_asks_for_another_channel_is_written_down_by_name() {
    let directory = Directory::new();
    let file = directory.0.join("audit.jsonl");
    let secret = "a-secret-of-thirty-two-bytes,-yes";
    let settings = [
        ("AUDIT_LOG", file.to_str().unwrap()),
        ("JWT_SECRET", secret),
    ];
    let server = Server::start(&[], &[&IDENTIFIERS[..], &settings].concat());
    let claims = json!({ "sub": "mallory", "exp": 4_000_000_000_u32, "agora_channels": ["own"] });
    let signing = EncodingKey::from_secret(secret.as_bytes());
    let jwt = encode(&Header::new(Algorithm::HS256), &claims, &signing).unwrap();
    let head = format!(
        "GET /v1/tokens?channel=other HTTP/1.1\r\nHost: test\r\nAuthorization: Bearer {jwt}\r\n\
         Connection: close\r\n\r\n"
    );
    assert!(answer(&server, head.as_bytes()).starts_with("HTTP/1.1 403 "));
    let [line] = &lines(&file)[..] else {
        panic!("one line")
    };
    for (field, value) in [
        ("audit", "refused"),
        ("reason", "channel_refused"),
        ("caller", "user"),
        ("caller_name", "mallory"),
    ] {
        assert_eq!(line[field], value);
    }
    assert_eq!(line["services"][0]["channel"], "other");
}

#[test]
fn only_its_user_reads_the_file_and_what_was_there_stays() {
    use std::os::unix::fs::PermissionsExt;
    let directory = Directory::new();
    let file = directory.0.join("audit.jsonl");
    for count in 1..=2 {
        let server = audited(&file);
        server.get("/access_token?channel=test");
        assert_eq!(lines(&file).len(), count);
    }
    let mode = fs::metadata(&file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn every_token_under_load_has_its_line_also_when_the_server_is_stopped() {
    let directory = Directory::new();
    let file = directory.0.join("audit.jsonl");
    let mut server = audited(&file);
    let log = server.follow_log();
    let clients = 8;
    let count = std::thread::scope(|scope| {
        let clients = (0..clients).map(|_| {
            scope.spawn(|| {
                let is_token = |answer: &String| answer.starts_with("HTTP/1.1 200 ");
                (0..50)
                    .map(|_| {
                        server
                            .try_get("/access_token?channel=test")
                            .unwrap_or_default()
                    })
                    .filter(is_token)
                    .count()
            })
        });
        let clients: Vec<_> = clients.collect();
        while lines_so_far(&file) < 40 {
            std::thread::yield_now();
        }
        server.signal("TERM");
        clients
            .into_iter()
            .map(|client| client.join().unwrap())
            .sum::<usize>()
    });
    assert_eq!(server.ended().0, Some(0));
    log.join().unwrap();
    assert!(count >= 40, "{count}");
    assert!(
        lines(&file).len() >= count,
        "{} lines for {count} tokens",
        lines(&file).len()
    );
}

fn lines_so_far(file: &Path) -> usize {
    fs::read_to_string(file).unwrap_or_default().lines().count()
}

#[test]
fn on_standard_output_lines_stand_whole_among_those_of_the_log() {
    let settings = [("AUDIT_LOG", "stdout"), ("LOG_FORMAT", "json")];
    let mut server = Server::start(&[], &[&IDENTIFIERS[..], &settings].concat());
    let log = server.follow_log();
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..50 {
                    let answer = server.get("/access_token?channel=test&uid=1234");
                    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
                }
            });
        }
    });
    server.signal("TERM");
    assert_eq!(server.ended().0, Some(0));
    let log = log.join().unwrap();
    let lines: Vec<Value> = log
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}")))
        .collect();
    let ids = |is: &dyn Fn(&&Value) -> bool| {
        let mut ids: Vec<_> = lines
            .iter()
            .filter(is)
            .map(|line| line["request_id"].as_str().unwrap())
            .collect();
        ids.sort_unstable();
        ids
    };
    let issued = ids(&|line| line["audit"] == "issued");
    assert_eq!(issued.len(), 400);
    assert_eq!(issued, ids(&|line| line["message"] == "answered"));
}
