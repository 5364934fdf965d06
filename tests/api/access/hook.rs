//! The operator's own service: what it is asked, and what its answers do.

use serde_json::{Value, json};

use super::server::Server;
use super::user::{ROLES, by_role};
use super::{KEY, alice, get_as, hs256, privileges};
use crate::support::{Answer, NOW, TestApp};

const TARGET: &str = "/access_token?channelName=test&uid=1234&role=publisher&expireTime=900";

async fn hooked(more: &[(&str, &str)]) -> (Server, TestApp) {
    let server = Server::start().await;
    let url = server.url("/may?x=y");
    let app = TestApp::told(&[&[("AUTHORIZE_URL", url.as_str())], more].concat());
    (server, app)
}

#[tokio::test]
async fn it_is_asked_who_wants_what() {
    let (server, app) = hooked(&[("AUTHORIZE_TOKEN", "open-sesame-please")]).await;
    app.get(TARGET).await.grants_rtc_007("test", "1234");
    let (headers, body) = server.last();
    assert_eq!(headers["content-type"], "application/json");
    assert_eq!(headers["authorization"], "Bearer open-sesame-please");
    let ends = NOW + 900;
    let privileges = json!({
        "join_channel": ends, "publish_audio": ends, "publish_video": ends, "publish_data": ends,
    });
    let expected = json!({
        "caller": { "kind": "anonymous", "name": null },
        "request": {
            "version": "007",
            "ttl": 900,
            "services": [{ "service": "rtc", "channel": "test", "uid": 1234, "privileges": privileges }],
        },
    });
    assert_eq!(serde_json::from_str::<Value>(&body).unwrap(), expected);
}

#[tokio::test]
async fn it_is_told_the_caller_and_what_is_bound_to_it() {
    let keys = format!("web:{KEY}");
    let (server, app) = hooked(&[("API_KEYS", &keys), ("JWT_SECRET", super::SECRET)]).await;
    for (shown, kind, name) in [
        (KEY.to_owned(), "key", "web"),
        (hs256(&alice()), "user", "alice"),
    ] {
        assert_eq!(
            get_as(&app, &shown, "/rtcToken?channelName=test")
                .await
                .status,
            200
        );
        let body: Value = serde_json::from_str(&server.last().1).unwrap();
        assert_eq!(body["caller"], json!({ "kind": kind, "name": name }));
        let account = &body["request"]["services"][0]["account"];
        assert_eq!(account.as_str(), (kind == "user").then_some("alice"));
    }
    assert_eq!(server.last().0.get("authorization"), None);
}

#[tokio::test]
async fn who_is_not_known_or_limited_is_not_asked_about() {
    let keys = format!("web:{KEY}");
    let (server, app) = hooked(&[("API_KEYS", &keys), ("ALLOWED_CHANNELS", "a")]).await;
    assert_eq!(app.get(TARGET).await.status, 401);
    assert_eq!(get_as(&app, KEY, TARGET).await.status, 403);
    assert_eq!(server.count(), 0);
}

#[tokio::test]
async fn it_allows_all_or_less_and_never_more() {
    let (server, app) = hooked(&[]).await;
    let all = [1, 2, 3, 4];
    for (status, body, all_of, seconds) in [
        (204, "", &all[..], 900),
        (200, "{}", &all, 900),
        (200, r#"{"role":"subscriber"}"#, &[1], 900),
        (200, r#"{"ttl":60}"#, &all, 60),
        (200, r#"{"role":"subscriber","ttl":60}"#, &[1], 60),
        (200, r#"{"role":"admin","ttl":7200}"#, &all, 900),
    ] {
        server.answers(status, body);
        let granted = app.get(TARGET).await.grants_rtc_007("test", "1234");
        let expected: Vec<(u16, u32)> = all_of.iter().map(|number| (*number, seconds)).collect();
        assert_eq!(privileges(&granted), expected, "{body}");
    }
    server.answers(200, r#"{"role":"publisher"}"#);
    let subscriber = app
        .get("/access_token?channel=test")
        .await
        .grants_rtc_007("test", "");
    assert_eq!(privileges(&subscriber), [(1, 86_400)]);
    server.answers(200, r#"{"ttl":60}"#);
    let answer: Value = serde_json::from_str(&app.get("/v1/tokens?channel=a").await.body).unwrap();
    assert_eq!(answer["expires_at"], NOW + 60);
}

async fn ask(app: &TestApp, request: &Value) -> Answer {
    let body = request.to_string().into();
    app.post("/v1/tokens", "application/json", body).await
}

/// The privileges of a user of some role, and the other rights that a role decides.
#[tokio::test]
async fn a_role_takes_away_what_it_has_not_or_refuses_it() {
    let (server, app) = hooked(&[]).await;
    let for_servers = [
        json!({ "services": [{ "service": "chat" }] }),
        json!({ "services": [{ "service": "apaas" }] }),
        json!({ "services": [{ "service": "chat", "user_id": "7", "privileges": ["app", "user"] }] }),
        json!({ "services": [{ "service": "chat", "user_id": "7", "privileges": ["app"] }] }),
        json!({ "services": [{ "service": "apaas", "user": "7", "privileges": ["app"] }] }),
        json!({ "services": [
            { "service": "rtm2", "user_id": "7", "permissions": { "message_channels": { "write": ["*"] } } },
        ]}),
    ];
    let mut table = by_role();
    table.retain(|(request, _)| request["version"] != "006"); // the webhook never decides about 006
    let table = table
        .into_iter()
        .chain(for_servers.map(|request| (request, "admin")));
    for (request, least) in table {
        let allowed: Value = {
            server.answers(204, "");
            serde_json::from_str(&ask(&app, &request).await.body).unwrap()
        };
        let least = ROLES.iter().position(|role| *role == least).unwrap();
        for (index, role) in ROLES.iter().enumerate() {
            server.answers(200, &format!(r#"{{"role":"{role}"}}"#));
            let answer = ask(&app, &request).await;
            let body: Value = serde_json::from_str(&answer.body).unwrap();
            if index >= least {
                assert_eq!(body["services"], allowed["services"], "{role}: {request}");
            } else if answer.status == 200 {
                let has =
                    |body: &Value| body["services"][0]["privileges"].as_object().unwrap().len();
                let is_less = has(&body) < has(&allowed);
                let is_silent = request["services"][0]["upload"] == "audio_and_video";
                assert!(
                    is_less && has(&body) > 0 || is_silent,
                    "{role}: {request}: {body}"
                );
            } else {
                assert_eq!(
                    (answer.status.as_u16(), &body["code"]),
                    (403, &"role_refused".into()),
                    "{role}: {request}"
                );
            }
        }
    }
}

#[tokio::test]
async fn what_is_for_servers_is_refused_to_a_role_by_its_name() {
    let (server, app) = hooked(&[]).await;
    server.answers(200, r#"{"role":"publisher"}"#);
    for (service, wanted) in [
        (
            json!({ "service": "chat" }),
            "have a chat token without a user",
        ),
        (
            json!({ "service": "apaas" }),
            "have a classroom token without a user",
        ),
        (
            json!({ "service": "rtm2", "user_id": "7", "permissions": { "users": { "read": ["a"] } } }),
            "have a list of permissions of rtm2",
        ),
        (
            json!({ "service": "chat", "user_id": "7", "privileges": ["app"] }),
            "app",
        ),
    ] {
        let answer = ask(&app, &json!({ "services": [service] })).await;
        let body: Value = serde_json::from_str(&answer.body).unwrap();
        let detail = format!("the caller has the role publisher, which may not {wanted}");
        assert_eq!(
            (answer.status.as_u16(), &body["detail"]),
            (403, &detail.into())
        );
    }
}

#[tokio::test]
async fn it_denies_in_its_own_words() {
    let (server, app) = hooked(&[]).await;
    let unsaid = "the caller may not have this token";
    let (long, cut) = ("ö".repeat(150), "ö".repeat(100));
    for (status, body, said) in [
        (
            403,
            r#"{"message":"the lesson is full"}"#,
            "the lesson is full",
        ),
        (400, "no such room", "no such room"),
        (404, "a\r\nb\u{1b}[31m", "ab[31m"),
        (401, "", unsaid),
        (422, " \n", unsaid),
        (409, r#"{"message":""}"#, unsaid),
        (403, r#"{"error":"other"}"#, r#"{"error":"other"}"#),
        (403, &long, &cut),
    ] {
        server.answers(status, body);
        app.get(TARGET).await.is_error(403, said);
    }
    server.answers(403, "no");
    let answer = app.get("/v1/tokens?channel=a").await;
    let body: Value = serde_json::from_str(&answer.body).unwrap();
    assert_eq!(
        (&body["code"], &body["detail"]),
        (&"denied".into(), &"no".into())
    );
}

#[tokio::test]
async fn whatever_else_it_does_is_a_503() {
    let (server, app) = hooked(&[]).await;
    let unavailable = "the authorization webhook is unavailable; try again later";
    let overlong = format!("{{\"x\":\"{}\"}}", "y".repeat(16 * 1024));
    for (status, body) in [
        (500, ""),
        (503, r#"{"message":"secret inside"}"#),
        (302, ""),
        (304, ""),
        (200, ""),
        (201, "{}"),
        (200, "ok"),
        (200, r#"{"ok":true}"#),
        (200, r#"{"allow":false,"rol":"subscriber"}"#),
        (200, r#"["subscriber",60]"#),
        (200, r#" [{"role":"subscriber"}]"#),
        (200, r#"{"role":"subscriber","role":"admin"}"#),
        (200, r#"{"ttl":60,"ttl":7200}"#),
        (200, r#"{"ttl":null,"ttl":null}"#),
        (200, "true"),
        (200, r#"{"role":"boss"}"#),
        (200, r#"{"role":1}"#),
        (200, r#"{"role":null}"#),
        (200, r#"{"ttl":null}"#),
        (200, r#"{"ttl":"600"}"#),
        (200, r#"{"ttl":0}"#),
        (200, r#"{"ttl":-1}"#),
        (200, &overlong),
    ] {
        server.answers(status, body);
        app.get(TARGET).await.is_error(503, unavailable);
        server.answers(204, "");
        assert_eq!(app.get(TARGET).await.status, 200);
    }
    let stopped = server.stop().await;
    drop(stopped);
}

#[tokio::test]
async fn it_has_two_seconds() {
    let (server, app) = hooked(&[]).await;
    server.holds();
    let start = std::time::Instant::now();
    assert_eq!(app.get(TARGET).await.status, 503);
    let waited = start.elapsed().as_secs_f32();
    assert!((1.9..10.0).contains(&waited), "{waited}");
    server.releases();
    assert_eq!(app.get(TARGET).await.status, 200);
}

#[tokio::test]
async fn it_is_asked_on_a_connection_that_is_kept() {
    let (server, app) = hooked(&[]).await;
    for (status, body) in [(204, ""), (200, r#"{"ttl":60}"#), (403, "no")].repeat(4) {
        server.answers(status, body);
        let expected = if status == 403 { 403 } else { 200 };
        assert_eq!(app.get(TARGET).await.status, expected);
    }
    assert_eq!((server.count(), server.connections()), (12, 1));
}

#[tokio::test]
async fn a_service_that_is_down_is_a_503_until_it_comes_back() {
    let server = Server::start().await;
    let url = server.url("/.well-known/may"); // where connections are not kept
    let app = TestApp::told(&[("AUTHORIZE_URL", &url)]);
    assert_eq!(app.get(TARGET).await.status, 200);
    let stopped = server.stop().await;
    assert_eq!(app.get(TARGET).await.status, 503);
    let server = stopped.come_back().await;
    assert_eq!(app.get(TARGET).await.status, 200);
    assert_eq!(server.count(), 2);
}
