//! How often a client may ask, and which client it is. The clock is the test's.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use agora_token_server::http::{Client, Limiter, Peer};
use axum::body::Body;
use axum::http::{Method, Request};

use serde_json::json;

use crate::access::{KEY, OTHER_KEY, SECRET, alice, alice_with, hs256};
use crate::support::{Answer, NOW, TestApp};

const TARGET: &str = "/access_token?channel=test";
const DAY: Duration = Duration::from_hours(24);

/// Seconds that a test counts itself.
#[derive(Clone, Default)]
pub(crate) struct Clock(Arc<AtomicU64>);

impl Clock {
    pub(crate) fn set(&self, time: Duration) {
        let milliseconds = u64::try_from(time.as_millis()).unwrap();
        self.0.store(milliseconds, Ordering::Relaxed);
    }

    pub(crate) fn limiter(&self, rate: &str, hops: u8) -> Limiter {
        let clock = self.clone();
        let now = move || Duration::from_millis(clock.0.load(Ordering::Relaxed));
        Limiter::with_clock(rate.parse().unwrap(), hops, now)
    }

    fn app(&self, rate: &str, hops: u8) -> TestApp {
        TestApp::new().limiter(self.limiter(rate, hops))
    }
}

/// A request from an address, with lines of `X-Forwarded-For`.
async fn ask(app: &TestApp, target: &str, peer: &str, forwarded: &[&str]) -> Answer {
    let mut request = Request::get(target);
    for line in forwarded {
        request = request.header("x-forwarded-for", *line);
    }
    let peer: SocketAddr = format!("{peer}:50000").parse().unwrap();
    let request = request.extension(Peer(peer)).body(Body::empty()).unwrap();
    app.answer(request).await
}

/// Whether a second client may still ask when a first has asked as often as it may.
async fn is_another(hops: u8, first: (&str, &[&str]), second: (&str, &[&str])) -> bool {
    let app = Clock::default().app("1/min", hops);
    assert_eq!(ask(&app, TARGET, first.0, first.1).await.status, 200);
    assert_eq!(ask(&app, TARGET, first.0, first.1).await.status, 429);
    ask(&app, TARGET, second.0, second.1).await.status == 200
}

#[tokio::test]
async fn a_client_may_ask_as_often_as_the_limit_says_and_then_evenly() {
    let clock = Clock::default();
    let app = clock.app("4/min", 0);
    for _ in 0..4 {
        assert_eq!(ask(&app, TARGET, "192.0.2.1", &[]).await.status, 200);
    }
    let refused = ask(&app, TARGET, "192.0.2.1", &[]).await;
    refused.is_error(
        429,
        "this client has sent more than 4 requests a minute; try again in 15 s",
    );
    assert_eq!(refused.header("retry-after"), Some("15"));
    assert_eq!(refused.header("access-control-allow-origin"), Some("*"));
    assert_eq!(
        refused.header("access-control-expose-headers"),
        Some("retry-after, x-request-id")
    );
    clock.set(Duration::from_millis(14_999));
    let refused = ask(&app, TARGET, "192.0.2.1", &[]).await;
    assert_eq!(refused.header("retry-after"), Some("1")); // rounded up
    clock.set(Duration::from_secs(15));
    assert_eq!(ask(&app, TARGET, "192.0.2.1", &[]).await.status, 200);
    assert_eq!(ask(&app, TARGET, "192.0.2.1", &[]).await.status, 429);
    clock.set(Duration::from_secs(75));
    for expected in [200, 200, 200, 200, 429] {
        assert_eq!(ask(&app, TARGET, "192.0.2.1", &[]).await.status, expected);
    }
}

#[tokio::test]
async fn a_page_of_another_origin_reads_when_to_come_back() {
    let app = Clock::default().app("1/h", 0);
    let origin = ("origin", "https://a.example");
    let exposed = async |headers: &[(&str, &str)]| {
        let answer = app.send(Method::GET, TARGET, headers).await;
        let lines = answer.headers.get_all("access-control-expose-headers");
        let lines: Vec<_> = lines
            .iter()
            .map(|line| line.to_str().unwrap().to_owned())
            .collect();
        (answer.status.as_u16(), lines)
    };
    let both = vec!["retry-after, x-request-id".to_owned()];
    assert_eq!(exposed(&[origin]).await, (200, Vec::new()));
    assert_eq!(exposed(&[origin]).await, (429, both.clone()));
    assert_eq!(exposed(&[origin, ("x-request-id", "1")]).await, (429, both));
}

#[tokio::test]
async fn a_refusal_has_the_shape_of_its_url() {
    let app = Clock::default().app("1/h", 0);
    ask(&app, TARGET, "192.0.2.1", &[]).await;
    let error = "this client has sent more than 1 request an hour; try again in 3600 s";
    let refused = ask(&app, "/v1/tokens?channel=test", "192.0.2.1", &[]).await;
    assert_eq!(
        refused.header("content-type"),
        Some("application/problem+json")
    );
    refused.is(
        429,
        &format!(
            r#"{{"code":"rate_limited","detail":"{error}","status":429,"title":"Too Many Requests","type":"about:blank"}}"#
        ),
    );
    let target = "/rtc/test/publisher/uid/1";
    let refused = ask(&app, target, "192.0.2.1", &[]).await;
    refused.is(
        429,
        &format!(r#"{{"error":"{error}","message":"{error}","status":429}}"#),
    );
}

#[tokio::test]
async fn what_is_no_token_has_no_limit() {
    let app = Clock::default().app("1/h", 0);
    ask(&app, TARGET, "192.0.2.1", &[]).await;
    for target in [
        "/",
        "/healthz",
        "/readyz",
        "/ping",
        "/openapi.json",
        "/docs",
    ] {
        assert_eq!(
            ask(&app, target, "192.0.2.1", &[]).await.status,
            200,
            "{target}"
        );
    }
    let inspect = Request::post("/v1/tokens/inspect").header("content-type", "application/json");
    let peer = Peer("192.0.2.1:1".parse().unwrap());
    let inspect = inspect
        .extension(peer)
        .body(Body::from(r#"{"token":"006"}"#));
    assert_eq!(app.answer(inspect.unwrap()).await.status, 429);
}

#[tokio::test]
async fn clients_are_told_apart_by_who_connects() {
    assert!(is_another(0, ("192.0.2.1", &[]), ("192.0.2.2", &[])).await);
    // Nobody is believed.
    assert!(
        !is_another(
            0,
            ("192.0.2.1", &["198.51.100.1"]),
            ("192.0.2.1", &["198.51.100.2"])
        )
        .await
    );
    // One address, written in two ways.
    assert!(!is_another(0, ("192.0.2.1", &[]), ("[::ffff:192.0.2.1]", &[])).await);
    // A network of IPv6 has 64 bits.
    assert!(!is_another(0, ("[2001:db8::1]", &[]), ("[2001:db8::ffff:1:2:3]", &[])).await);
    assert!(is_another(0, ("[2001:db8::1]", &[]), ("[2001:db8:0:1::1]", &[])).await);
}

#[tokio::test]
async fn a_trusted_proxy_says_who_its_client_is() {
    let proxy = "192.0.2.1";
    for (hops, first, second, expected) in [
        (1, &["198.51.100.1"][..], &["198.51.100.2"][..], true),
        (1, &["198.51.100.1"], &["198.51.100.1"], false),
        // So some proxies write an address of IPv6.
        (1, &["[2001:db8::1]"], &["[2001:db8:1::1]"], true),
        (1, &["[2001:db8::1]:443"], &["2001:db8::1%eth0"], false),
        // What stands further left, the client has written itself.
        (1, &["a, 198.51.100.1"], &["b,198.51.100.1"], false),
        (
            1,
            &["203.0.113.1, 198.51.100.1"],
            &["203.0.113.1, 198.51.100.2"],
            true,
        ),
        // Several lines are one list.
        (
            1,
            &["203.0.113.1", "198.51.100.1"],
            &["203.0.113.2", "198.51.100.1"],
            false,
        ),
        (
            2,
            &["203.0.113.1", "10.0.0.1"],
            &["203.0.113.2", "10.0.0.1"],
            true,
        ),
        (
            2,
            &["203.0.113.1,10.0.0.1"],
            &["x", "203.0.113.1", "10.0.0.2"],
            false,
        ),
        // With a port, in brackets, and mapped.
        (1, &["198.51.100.1:4711"], &["198.51.100.1:4712"], false),
        (1, &["2001:db8::1"], &["[2001:db8::2]:443"], false),
        (1, &["::ffff:198.51.100.1"], &["198.51.100.1"], false),
        // Where there is no address, it is who has connected.
        (1, &["unknown"], &["_hidden"], false),
        (1, &[""], &[], false),
        (
            3,
            &["203.0.113.1, 10.0.0.1"],
            &["203.0.113.2, 10.0.0.1"],
            false,
        ),
    ] {
        let is_another = is_another(hops, (proxy, first), (proxy, second)).await;
        assert_eq!(is_another, expected, "{hops}: {first:?}, {second:?}");
    }
}

#[test]
fn callers_are_counted_apart_from_addresses_and_from_others() {
    let limiter = Clock::default().limiter("1/h", 0);
    let clients = [
        Client::Address("192.0.2.1".parse().unwrap()),
        Client::Caller("key", "alice"),
        Client::Caller("user", "alice"),
        Client::Caller("user", "bob"),
    ];
    for client in clients {
        assert_eq!(limiter.spend(client), Ok(()));
    }
    for client in clients {
        assert_eq!(limiter.spend(client), Err(Duration::from_hours(1)));
    }
}

#[test]
fn a_clock_that_jumps_a_day_refuses_nobody_for_long() {
    let clock = Clock::default();
    clock.set(2 * DAY);
    let limiter = clock.limiter("2/min", 0);
    let client = Client::Caller("key", "alice");
    for time in [2 * DAY, 3 * DAY, DAY, Duration::ZERO] {
        clock.set(time);
        assert_eq!(limiter.spend(client), Ok(()), "{time:?}");
        assert_eq!(limiter.spend(client), Ok(()), "{time:?}");
        assert_eq!(limiter.spend(client), Err(Duration::from_secs(30)));
        clock.set(time + Duration::from_secs(30));
        assert_eq!(limiter.spend(client), Ok(()), "{time:?}");
    }
}

/// One client is not forgotten, as long as it is not the quietest of many.
#[test]
fn a_million_addresses_leave_a_busy_client_its_limit() {
    let clock = Clock::default();
    let limiter = clock.limiter("1000/h", 0);
    let busy = Client::Caller("key", "busy");
    let mut admitted = 0;
    let start = Instant::now();
    for number in 0..1_000_000_u32 {
        clock.set(Duration::from_micros(number.into())); // a second in all
        let address = Client::Address(std::net::Ipv4Addr::from_bits(number).into());
        assert_eq!(limiter.spend(address), Ok(()));
        if number % 100 == 0 {
            admitted += u32::from(limiter.spend(busy).is_ok());
        }
    }
    assert_eq!(admitted, 1000);
    assert!(
        start.elapsed() < Duration::from_secs(30),
        "{:?}",
        start.elapsed()
    );
}

#[test]
fn the_limiter_shows_no_client() {
    let limiter = Clock::default().limiter("100/min", 1);
    assert_eq!(
        format!("{limiter:?}"),
        "Limiter { rate: RateLimit { count: 100, unit: Unit { symbol: \"min\", words: \"a minute\", time: 60s } }, hops: 1, .. }"
    );
}

/// Asks from one address with an API key or JWT, or without.
async fn ask_as(app: &TestApp, shown: Option<&str>) -> u16 {
    let peer: SocketAddr = "192.0.2.1:50000".parse().unwrap();
    let mut request = Request::get(TARGET).extension(Peer(peer));
    if let Some(shown) = shown {
        request = request.header("authorization", format!("Bearer {shown}"));
    }
    let answer = app.answer(request.body(Body::empty()).unwrap()).await;
    answer.status.as_u16()
}

#[tokio::test]
async fn callers_of_one_address_are_counted_each_for_itself_and_strangers_together() {
    let keys = format!("web:{KEY},app:{OTHER_KEY}");
    let variables = [("API_KEYS", keys.as_str()), ("JWT_SECRET", SECRET)];
    let app = TestApp::told(&variables).limiter(Clock::default().limiter("2/min", 0));
    let (alice, bob) = (hs256(&alice()), hs256(&alice_with(json!({ "sub": "bob" }))));
    for stranger in [Some("wrong"), None] {
        assert_eq!(ask_as(&app, stranger).await, 401);
    }
    for stranger in [Some("wrong"), None, Some("another")] {
        assert_eq!(ask_as(&app, stranger).await, 429);
    }
    for caller in [KEY, OTHER_KEY, &alice, &bob] {
        for expected in [200, 200, 429] {
            assert_eq!(ask_as(&app, Some(caller)).await, expected);
        }
    }
    let later = alice_with(json!({ "exp": NOW + 300 }));
    assert_eq!(ask_as(&app, Some(&hs256(&later))).await, 429); // another JWT of the same user
}
