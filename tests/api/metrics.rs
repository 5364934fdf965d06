//! `/metrics`: what is counted, under which names, and for whom.

use std::collections::BTreeSet;

use agora_token_server::config::MetricsAccess;
use agora_token_server::http::App;
use axum::body::Body;
use axum::http::{Method, Request};
use tower::ServiceExt;

use crate::support::{Answer, METRICS_KEY, TestApp};

/// The lines of this metric, without its help and its type.
async fn lines(app: &TestApp, name: &str) -> Vec<String> {
    let text = app.metrics_text().await;
    let is_of = |line: &&str| {
        let rest = line.strip_prefix(name);
        rest.is_some_and(|rest| rest.starts_with(['{', ' ']))
    };
    text.lines().filter(is_of).map(str::to_owned).collect()
}

#[tokio::test]
async fn requests_are_counted_by_shape_route_method_and_status() {
    let app = TestApp::counting();
    app.get("/access_token?channel=test&uid=1234").await;
    app.get("/access_token/?channel=test").await;
    app.get("/access_token").await;
    app.get("/rtc/test/publisher/uid/1234/").await;
    app.send(Method::HEAD, "/v1/tokens?channel=test", &[]).await;
    app.send(Method::DELETE, "/v1/tokens", &[]).await;
    app.get("/v1/nothing").await;
    app.get("/nothing").await;
    let preflight = [
        ("origin", "https://a.example"),
        ("access-control-request-method", "POST"),
    ];
    app.send(Method::OPTIONS, "/v1/tokens", &preflight).await;
    let counted = lines(&app, "agora_http_requests_total").await;
    let expected = [
        r#"{method="DELETE",route="/v1/tokens",shape="v1",status="405"} 1"#,
        r#"{method="GET",route="-",shape="-",status="404"} 1"#,
        r#"{method="GET",route="-",shape="v1",status="404"} 1"#,
        r#"{method="GET",route="/access_token",shape="access_token",status="200"} 2"#,
        r#"{method="GET",route="/access_token",shape="access_token",status="400"} 1"#,
        r#"{method="GET",route="/rtc/{channel}/{role}/{tokenType}/{uid}",shape="go_service",status="200"} 1"#,
        r#"{method="HEAD",route="/v1/tokens",shape="v1",status="200"} 1"#,
        r#"{method="OPTIONS",route="/v1/tokens",shape="v1",status="200"} 1"#,
    ];
    assert_eq!(
        counted,
        expected.map(|labels| format!("agora_http_requests_total{labels}"))
    );
}

#[tokio::test]
async fn refusals_are_counted_by_their_code() {
    let app = TestApp::counting();
    app.get("/access_token").await;
    app.get("/access_token?channel=a&uid=1&uid=2").await;
    app.get("/v1/tokens?chanel=a").await;
    app.get("/nothing").await;
    app.get("/nothing").await;
    let counted = lines(&app, "agora_requests_refused_total").await;
    assert_eq!(
        counted,
        [
            r#"agora_requests_refused_total{reason="channel_required"} 1"#,
            r#"agora_requests_refused_total{reason="not_found"} 2"#,
            r#"agora_requests_refused_total{reason="parameter_repeated"} 1"#,
            r#"agora_requests_refused_total{reason="request_unreadable"} 1"#,
        ]
    );
}

#[tokio::test]
async fn tokens_are_counted_by_version_and_service() {
    let app = TestApp::counting();
    app.get("/access_token?channel=test").await;
    app.get("/access_token").await;
    app.get("/channel_key?channel=test").await;
    app.get("/v1/tokens?version=006&service=rtm&user_id=alice")
        .await;
    let two =
        r#"{"services":[{"service":"rtc","channel":"a"},{"service":"rtm","user_id":"alice"}]}"#;
    app.post("/v1/tokens", "application/json", Body::from(two))
        .await;
    app.get("/rtm/alice").await;
    let counted = lines(&app, "agora_tokens_issued_total").await;
    assert_eq!(
        counted.len(),
        4 + 2 + 10,
        "every kind of token has its line: {counted:?}"
    );
    let counted: Vec<_> = counted
        .iter()
        .filter(|line| !line.ends_with(" 0"))
        .collect();
    let expected = [
        r#"{service="media_channel",version="005"} 1"#,
        r#"{service="rtc",version="006"} 1"#,
        r#"{service="rtc",version="007"} 1"#,
        r#"{service="rtm",version="006"} 1"#,
        r#"{service="rtm",version="007"} 2"#,
    ];
    assert_eq!(
        counted,
        expected
            .map(|labels| format!("agora_tokens_issued_total{labels}"))
            .iter()
            .collect::<Vec<_>>()
    );
}

#[tokio::test]
async fn times_stand_in_a_histogram_from_50_microseconds_to_2_5_seconds() {
    let app = TestApp::counting();
    app.get("/access_token?channel=test").await;
    app.get("/access_token").await;
    let count = lines(&app, "agora_http_request_duration_seconds_count").await;
    let labels = r#"route="/access_token",shape="access_token""#;
    assert_eq!(
        count[0],
        format!("agora_http_request_duration_seconds_count{{{labels}}} 2")
    );
    let buckets = lines(&app, "agora_http_request_duration_seconds_bucket").await;
    let bounds = buckets.iter().filter(|line| line.contains(labels));
    let bounds = bounds.map(|line| {
        line.split("le=\"")
            .nth(1)
            .unwrap()
            .split('"')
            .next()
            .unwrap()
    });
    assert_eq!(
        bounds.collect::<Vec<_>>(),
        [
            "0.00005", "0.0001", "0.00025", "0.0005", "0.001", "0.0025", "0.005", "0.01", "0.025",
            "0.05", "0.1", "0.25", "0.5", "1", "2.5", "+Inf"
        ]
    );
}

#[tokio::test]
async fn connections_are_counted_for_as_long_as_they_are_open() {
    let app = TestApp::counting();
    let open = [app.app().connected(), app.app().connected()];
    assert_eq!(
        lines(&app, "agora_connections").await,
        ["agora_connections 2"]
    );
    drop(open);
    assert_eq!(
        lines(&app, "agora_connections").await,
        ["agora_connections 0"]
    );
    drop(TestApp::new().app().connected()); // where nothing is counted, it counts nothing
}

#[tokio::test]
async fn the_version_and_the_process_are_there() {
    let app = TestApp::counting();
    let version = env!("CARGO_PKG_VERSION");
    let build = format!("agora_build_info{{version=\"{version}\"}} 1");
    assert_eq!(lines(&app, "agora_build_info").await, [build]);
    if cfg!(target_os = "linux") {
        for name in [
            "process_cpu_seconds_total",
            "process_max_fds",
            "process_open_fds",
            "process_resident_memory_bytes",
            "process_start_time_seconds",
        ] {
            assert_eq!(lines(&app, name).await.len(), 1, "{name}");
        }
    }
}

/// The labels are known beforehand, whatever is sent.
#[tokio::test]
#[expect(clippy::print_stdout, reason = "the figure is of interest")]
async fn ten_thousand_paths_and_methods_are_a_few_lines() {
    let app = TestApp::counting();
    let service = app.app();
    for number in 0_u32..10_000 {
        let word = number.wrapping_mul(2_654_435_761); // scatters
        let method = Method::from_bytes(format!("M{word}").as_bytes()).unwrap();
        let method = if number % 2 == 0 { method } else { Method::GET };
        let path = match number % 5 {
            0 => format!("/{word}"),
            1 => format!("/v1/{word}"),
            2 => format!("/rtc/{word}/publisher/uid/{number}"),
            3 => format!("/access_token?channel={word}"),
            _ => format!("/{word}/%2e%2e?{word}=%22%7D"),
        };
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", "test");
        let request = request.header("x-request-id", format!("id{word}"));
        service
            .clone()
            .oneshot(request.body(Body::empty()).unwrap())
            .await
            .unwrap();
    }
    let text = app.metrics_text().await;
    let mut labels = BTreeSet::new();
    for line in lines(&app, "agora_http_requests_total").await {
        labels.insert(line.rsplit_once(' ').unwrap().0.to_owned());
    }
    let expected = [
        r#"method="GET",route="-",shape="-",status="404""#,
        r#"method="GET",route="-",shape="v1",status="404""#,
        r#"method="GET",route="/access_token",shape="access_token",status="200""#,
        r#"method="GET",route="/metrics",shape="platform",status="200""#,
        r#"method="GET",route="/rtc/{channel}/{role}/{tokenType}/{uid}",shape="go_service",status="200""#,
        r#"method="other",route="-",shape="-",status="404""#,
        r#"method="other",route="-",shape="v1",status="404""#,
        r#"method="other",route="/access_token",shape="access_token",status="405""#,
        r#"method="other",route="/rtc/{channel}/{role}/{tokenType}/{uid}",shape="go_service",status="405""#,
    ];
    let expected = expected.map(|labels| format!("agora_http_requests_total{{{labels}}}"));
    assert_eq!(labels, BTreeSet::from(expected));
    println!(
        "10,000 requests: {} series of requests, {} bytes in all",
        labels.len(),
        text.len()
    );
    assert!(text.len() < 20_000, "{text}");
}

#[tokio::test]
async fn nothing_is_there_when_nothing_is_counted() {
    TestApp::new().get("/metrics").await.is_error(
        404,
        "there is nothing at this path; /docs shows what this server answers",
    );
}

#[tokio::test]
async fn a_reader_shows_the_key() {
    let app = TestApp::counting();
    for shown in [
        "",
        METRICS_KEY,
        "Bearer ",
        "Bearer x",
        &format!("Basic {METRICS_KEY}"),
        &format!("Bearer {METRICS_KEY}0"),
    ] {
        let answer = app
            .send(Method::GET, "/metrics", &[("authorization", shown)])
            .await;
        answer.is_error(
            401,
            "the metrics are for who shows their key (METRICS_KEY) as Authorization: Bearer",
        );
        assert_eq!(
            answer.header("www-authenticate"),
            Some("Bearer realm=\"metrics\"")
        );
    }
    for scheme in ["Bearer", "bearer"] {
        let shown = format!("{scheme} {METRICS_KEY}");
        let answer = app
            .send(Method::GET, "/metrics", &[("authorization", &shown)])
            .await;
        assert_eq!(answer.status, 200);
        assert_eq!(
            answer.header("content-type"),
            Some("text/plain; version=0.0.4; charset=utf-8")
        );
        assert!(!answer.body.contains(METRICS_KEY), "{}", answer.body);
    }
}

#[tokio::test]
async fn with_a_port_of_its_own_nothing_is_where_the_tokens_are() {
    let app = TestApp::new().metrics(MetricsAccess::Apart {
        listen: ([127, 0, 0, 1], 9100).into(),
        key: None,
    });
    assert_eq!(app.get("/metrics").await.status, 404);
    let ask = async |target: &str| {
        let request = Request::get(target)
            .header("host", "test")
            .header("origin", "https://a.example");
        let request = request.body(Body::empty()).unwrap();
        Answer::of(App::watching(app.state()).oneshot(request).await.unwrap()).await
    };
    let metrics = ask("/metrics").await;
    let not_found = r#"agora_http_requests_total{method="GET",route="-",shape="-",status="404"} 1"#;
    assert!(metrics.body.contains(not_found), "{}", metrics.body);
    assert_eq!(
        metrics.header("access-control-allow-origin"),
        None,
        "no page may read them"
    );
    assert_eq!(ask("/healthz").await.status, 200);
    assert_eq!(ask("/readyz").await.status, 200);
    assert_eq!(ask("/access_token?channel=test").await.status, 404);
}
