//! The keys of an identity provider: fetched, kept, changed, and kept while it is down.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use agora_token_server::token::UnixTime;
use futures_util::future::join_all;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};
use tokio::time::timeout;

use super::server::{Provider, ed25519, public};
use super::{ED25519, OTHER_ED25519, P256, RSA, alice_with, eddsa, get_as, signed};
use crate::support::{Answer, NOW, TestApp};

const TARGET: &str = "/access_token?channel=test";
const INVALID: &str = "the API key or JWT is not valid";
const UNKNOWN: &str = "the keys that JWTs are checked with cannot be fetched; try again later";

pub(super) fn app(provider: &Provider) -> TestApp {
    TestApp::told(&[
        ("JWT_JWKS_URL", &provider.url()),
        ("JWT_ISSUER", "https://login.example"),
        ("JWT_AUDIENCE", "video"),
    ])
}

pub(super) fn claims() -> Value {
    alice_with(json!({ "iss": "https://login.example", "aud": "video", "exp": NOW + 100_000 }))
}

pub(super) async fn ask(app: &TestApp, pem: &str, id: Option<&str>) -> Answer {
    get_as(app, &eddsa(pem, id, &claims()), TARGET).await
}

/// A clock that a test sets; each test has its own.
macro_rules! clock {
    ($now:ident) => {
        static $now: AtomicU32 = AtomicU32::new(NOW);
    };
}

fn pass(now: &AtomicU32, seconds: u32) {
    now.fetch_add(seconds, Ordering::Relaxed);
}

#[tokio::test]
async fn keys_are_fetched_once() {
    let provider = Provider::start(&[("one", ED25519), ("two", OTHER_ED25519)]).await;
    let app = app(&provider);
    for _ in 0..3 {
        ask(&app, ED25519, Some("one"))
            .await
            .grants_rtc_007("test", "alice");
        ask(&app, OTHER_ED25519, Some("two"))
            .await
            .grants_rtc_007("test", "alice");
    }
    ask(&app, ED25519, Some("two")).await.is_error(401, INVALID);
    assert_eq!(provider.0.count(), 1);
}

#[tokio::test]
async fn many_first_requests_are_one_fetch() {
    let provider = Provider::start(&[("one", ED25519)]).await;
    let app = Arc::new(app(&provider));
    let requests = (0..50).map(|_| {
        let app = Arc::clone(&app);
        tokio::spawn(async move { ask(&app, ED25519, Some("one")).await.status.as_u16() })
    });
    for request in requests.collect::<Vec<_>>() {
        assert_eq!(request.await.unwrap(), 200);
    }
    assert_eq!(provider.0.count(), 1);
}

#[tokio::test]
async fn readyz_is_503_until_keys_were_loaded_once() {
    clock!(CLOCK);
    let provider = Provider::start(&[("one", ED25519)]).await;
    provider.fails(500);
    let app = app(&provider).clock(|| UnixTime::from_seconds(CLOCK.load(Ordering::Relaxed)));
    let unavailable = "the keys that JWTs are checked with cannot be fetched; try again later";
    for _ in 0..5 {
        app.get("/readyz").await.is_error(503, unavailable);
    }
    while provider.0.count() < 1 {
        tokio::task::yield_now().await;
    }
    provider.answers(&[("one", ED25519)]);
    let mut probes = 0;
    // Probes alone make it fetch the keys, every two seconds at most.
    while app.get("/readyz").await.status == 503 {
        pass(&CLOCK, 2);
        probes += 1;
        assert!(probes < 1000);
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    provider.fails(500);
    pass(&CLOCK, 24 * 3600);
    app.get("/readyz").await.is(200, "{\"status\":\"ready\"}");
    provider.answers(&[]);
    ask(&app, OTHER_ED25519, Some("two"))
        .await
        .is_error(503, unavailable);
    app.get("/readyz").await.is(200, "{\"status\":\"ready\"}");
}

#[tokio::test]
async fn a_new_key_is_found_and_an_old_one_forgotten() {
    clock!(CLOCK);
    let provider = Provider::start(&[("one", ED25519)]).await;
    let app = app(&provider).clock(|| UnixTime::from_seconds(CLOCK.load(Ordering::Relaxed)));
    assert_eq!(ask(&app, ED25519, Some("one")).await.status, 200);
    provider.answers(&[("two", OTHER_ED25519)]);
    // Whoever makes up keys causes one fetch a minute.
    pass(&CLOCK, 59);
    for _ in 0..5 {
        ask(&app, OTHER_ED25519, Some("two"))
            .await
            .is_error(401, INVALID);
    }
    assert_eq!(provider.0.count(), 1);
    pass(&CLOCK, 1);
    for _ in 0..5 {
        assert_eq!(ask(&app, OTHER_ED25519, Some("two")).await.status, 200);
        assert_eq!(ask(&app, ED25519, Some("one")).await.status, 401);
    }
    assert_eq!(provider.0.count(), 2);
    pass(&CLOCK, 60);
    ask(&app, ED25519, Some("three"))
        .await
        .is_error(401, INVALID);
    ask(&app, ED25519, Some("four"))
        .await
        .is_error(401, INVALID);
    assert_eq!(provider.0.count(), 3);
}

#[tokio::test]
async fn a_key_that_was_taken_back_lets_nobody_in_after_a_quiet_time() {
    clock!(CLOCK);
    let provider = Provider::start(&[("one", ED25519)]).await;
    let app = app(&provider).clock(|| UnixTime::from_seconds(CLOCK.load(Ordering::Relaxed)));
    assert_eq!(ask(&app, ED25519, Some("one")).await.status, 200);
    provider.answers(&[("two", OTHER_ED25519)]);
    pass(&CLOCK, 20 * 60);
    ask(&app, ED25519, Some("one")).await.is_error(401, INVALID);
    assert_eq!(provider.0.count(), 2);
}

#[tokio::test]
async fn the_last_keys_stay_while_the_provider_is_down() {
    clock!(CLOCK);
    let provider = Provider::start(&[("one", ED25519)]).await;
    let app = app(&provider).clock(|| UnixTime::from_seconds(CLOCK.load(Ordering::Relaxed)));
    assert_eq!(ask(&app, ED25519, Some("one")).await.status, 200);
    let stopped = provider.0.stop().await;
    for _ in 0..5 {
        pass(&CLOCK, 3_600);
        assert_eq!(ask(&app, ED25519, Some("one")).await.status, 200);
        ask(&app, OTHER_ED25519, Some("two"))
            .await
            .is_error(401, INVALID);
    }
    let provider = Provider(stopped.come_back().await);
    provider.answers(&[("two", OTHER_ED25519)]);
    pass(&CLOCK, 60);
    assert_eq!(ask(&app, OTHER_ED25519, Some("two")).await.status, 200);
}

#[tokio::test]
async fn a_provider_that_has_no_key_any_more_lets_nobody_in() {
    clock!(CLOCK);
    let provider = Provider::start(&[("one", ED25519)]).await;
    let app = app(&provider).clock(|| UnixTime::from_seconds(CLOCK.load(Ordering::Relaxed)));
    assert_eq!(ask(&app, ED25519, Some("one")).await.status, 200);
    provider.answers(&[]);
    pass(&CLOCK, 20 * 60);
    ask(&app, ED25519, Some("one")).await.is_error(503, UNKNOWN);
    provider.answers(&[("one", ED25519)]);
    pass(&CLOCK, 2);
    assert_eq!(ask(&app, ED25519, Some("one")).await.status, 200);
}

#[tokio::test]
async fn before_the_first_keys_are_there_it_is_a_503() {
    clock!(CLOCK);
    let provider = Provider::start(&[("one", ED25519)]).await;
    let app = app(&provider).clock(|| UnixTime::from_seconds(CLOCK.load(Ordering::Relaxed)));
    let stopped = provider.0.stop().await;
    ask(&app, ED25519, Some("one")).await.is_error(503, UNKNOWN);
    let provider = Provider(stopped.come_back().await);
    let overlong =
        json!({ "keys": [ed25519("one", ED25519)], "x": "y".repeat(256 * 1024) }).to_string();
    let useless = json!({ "keys": [{ "kty": "oct", "k": "AAAA", "kid": "one", "alg": "HS256" }] })
        .to_string();
    let mut fetched = 0;
    for (status, body) in [
        (500, ""),
        (404, "not here"),
        (302, ""),
        (200, ""),
        (200, "<html>"),
        (200, "[]"),
        (200, r#"{"keys":{}}"#),
        (200, r#"{"keys":[]}"#),
        (200, useless.as_str()),
        (200, overlong.as_str()),
    ] {
        provider.0.answers(status, body);
        pass(&CLOCK, 2);
        ask(&app, ED25519, Some("one")).await.is_error(503, UNKNOWN);
        ask(&app, ED25519, Some("one")).await.is_error(503, UNKNOWN);
        fetched += 1;
        assert_eq!(provider.0.count(), fetched, "{body:.20}");
    }
    provider.answers(&[("one", ED25519)]);
    pass(&CLOCK, 2);
    assert_eq!(ask(&app, ED25519, Some("one")).await.status, 200);
}

/// Sends `count` requests at once. Returns how many waited, after checking that all of them responded within 2 s.
async fn waiting(app: &Arc<TestApp>, count: usize, expected: (u16, &str)) -> usize {
    let requests = (0..count).map(|number| {
        let app = Arc::clone(app);
        tokio::spawn(async move {
            let id = format!("unknown {number}");
            let jwt = eddsa(OTHER_ED25519, Some(&id), &claims());
            let start = Instant::now();
            let response = get_as(&app, &jwt, TARGET).await;
            (response, start.elapsed())
        })
    });
    let mut waited = 0;
    for request in requests.collect::<Vec<_>>() {
        let (response, elapsed) = request.await.unwrap();
        response.is_error(expected.0, expected.1);
        assert!(elapsed < Duration::from_secs(2), "{elapsed:?}");
        waited += usize::from(elapsed > Duration::from_millis(500));
    }
    waited
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn at_most_64_requests_wait_a_second_for_the_first_keys() {
    clock!(CLOCK);
    let provider = Provider::start(&[("one", ED25519)]).await;
    let app = app(&provider).clock(|| UnixTime::from_seconds(CLOCK.load(Ordering::Relaxed)));
    let app = Arc::new(app);
    provider.0.holds();
    assert_eq!(waiting(&app, 200, (503, UNKNOWN)).await, 64);
    // The fetch is slow: later requests do not wait for it, nor for the fetch that follows it.
    assert_eq!(waiting(&app, 20, (503, UNKNOWN)).await, 0);
    tokio::time::sleep(Duration::from_secs(5)).await;
    pass(&CLOCK, 5);
    assert_eq!(waiting(&app, 20, (503, UNKNOWN)).await, 0);
    // The fetch goes on without a request.
    provider.0.releases();
    let deadline = Instant::now() + Duration::from_secs(5);
    while ask(&app, ED25519, Some("one")).await.status != 200 {
        assert!(Instant::now() < deadline, "the keys do not arrive");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(provider.0.count(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn at_most_64_requests_wait_a_second_for_unknown_keys() {
    clock!(CLOCK);
    let provider = Provider::start(&[("one", ED25519)]).await;
    let app = app(&provider).clock(|| UnixTime::from_seconds(CLOCK.load(Ordering::Relaxed)));
    let app = Arc::new(app);
    assert_eq!(ask(&app, ED25519, Some("one")).await.status, 200);
    provider.0.holds();
    pass(&CLOCK, 60);
    assert_eq!(waiting(&app, 200, (401, INVALID)).await, 64);
    assert_eq!(waiting(&app, 20, (401, INVALID)).await, 0);
}

#[tokio::test]
async fn cancelled_requests_do_not_count_as_waiting() {
    let provider = Provider::start(&[("one", ED25519)]).await;
    let app = Arc::new(app(&provider));
    provider.0.holds();
    let requests = (0..64).map(|_| ask(&app, ED25519, Some("one")));
    let cancelled = timeout(Duration::from_millis(100), join_all(requests));
    assert!(cancelled.await.is_err(), "no request waits for the keys");
    let (response, ()) = tokio::join!(ask(&app, ED25519, Some("one")), async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        provider.0.releases();
    });
    assert_eq!(response.status, 200);
}

/// The provider is asked anew now and then; nobody with a key that is there waits for it.
#[tokio::test]
async fn a_known_key_never_waits() {
    clock!(CLOCK);
    let provider = Provider::start(&[("one", ED25519)]).await;
    let app = app(&provider).clock(|| UnixTime::from_seconds(CLOCK.load(Ordering::Relaxed)));
    assert_eq!(ask(&app, ED25519, Some("one")).await.status, 200);
    provider.answers(&[("two", OTHER_ED25519)]);
    provider.0.holds();
    pass(&CLOCK, 600);
    for _ in 0..20 {
        assert_eq!(ask(&app, ED25519, Some("one")).await.status, 200);
        pass(&CLOCK, 1);
    }
    let deadline = Instant::now() + Duration::from_secs(10);
    while provider.0.count() < 2 {
        assert!(Instant::now() < deadline, "nothing is fetched");
        tokio::task::yield_now().await;
    }
    assert_eq!(provider.0.count(), 2);
    provider.0.releases();
    while ask(&app, ED25519, Some("one")).await.status != 401 {
        assert!(
            Instant::now() < deadline,
            "what was fetched does not arrive"
        );
        tokio::task::yield_now().await; // until what was fetched aside has arrived
    }
    assert_eq!(ask(&app, OTHER_ED25519, Some("two")).await.status, 200);
}

/// After a quiet time, no key is valid until a fetch has ended; also when the client whose request began it is gone.
#[tokio::test]
async fn keys_are_valid_again_when_a_fetch_after_a_quiet_time_has_failed() {
    clock!(CLOCK);
    let provider = Provider::start(&[("one", ED25519)]).await;
    let app = app(&provider).clock(|| UnixTime::from_seconds(CLOCK.load(Ordering::Relaxed)));
    assert_eq!(ask(&app, ED25519, Some("one")).await.status, 200);
    provider.0.holds();
    pass(&CLOCK, 20 * 60);
    let gone = timeout(Duration::from_millis(200), ask(&app, ED25519, Some("one")));
    assert!(gone.await.is_err(), "it was not tried to fetch newer keys");
    ask(&app, ED25519, Some("one")).await.is_error(503, UNKNOWN);
    let start = Instant::now();
    while ask(&app, ED25519, Some("one")).await.status != 200 {
        assert!(start.elapsed() < Duration::from_secs(8));
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    for _ in 0..3 {
        pass(&CLOCK, 60);
        let known = timeout(Duration::from_secs(3), ask(&app, ED25519, Some("one")));
        assert_eq!(known.await.expect("no wait").status, 200);
    }
}

#[tokio::test]
async fn a_clock_that_is_set_back_freezes_nothing() {
    clock!(CLOCK);
    let provider = Provider::start(&[("one", ED25519)]).await;
    let app = app(&provider).clock(|| UnixTime::from_seconds(CLOCK.load(Ordering::Relaxed)));
    assert_eq!(ask(&app, ED25519, Some("one")).await.status, 200);
    provider.answers(&[("two", OTHER_ED25519)]);
    CLOCK.store(NOW - 86_400, Ordering::Relaxed);
    assert_eq!(ask(&app, OTHER_ED25519, Some("two")).await.status, 200);
}

#[tokio::test]
async fn a_set_may_have_keys_of_every_kind() {
    let rsa = EncodingKey::from_rsa_pem(RSA.as_bytes()).unwrap();
    let p256 = EncodingKey::from_ec_pem(P256.as_bytes()).unwrap();
    let keys = json!({ "keys": [
        { "kty": "EC", "crv": "secp256k1", "x": "AA", "y": "AA", "kid": "odd" },
        { "kty": "RSA", "n": 7 },
        { "kty": "oct", "k": "AAAA", "kid": "rsa" },
        7,
        public("rsa", &rsa, Algorithm::RS256),
        public("p256", &p256, Algorithm::ES256),
        ed25519("ed", ED25519),
    ]});
    let provider = Provider::start(&[]).await;
    provider.0.answers(200, &keys.to_string());
    let app = app(&provider);
    for (id, algorithm, key) in [
        ("rsa", Algorithm::RS256, &rsa),
        ("p256", Algorithm::ES256, &p256),
    ] {
        let mut header = Header::new(algorithm);
        header.kid = Some(id.to_owned());
        let jwt = signed(&header, &claims(), key);
        get_as(&app, &jwt, TARGET)
            .await
            .grants_rtc_007("test", "alice");
        header.kid = Some("ed".to_owned());
        let jwt = signed(&header, &claims(), key);
        get_as(&app, &jwt, TARGET).await.is_error(401, INVALID);
        header.kid = None; // the only key of its kind
        let jwt = signed(&header, &claims(), key);
        get_as(&app, &jwt, TARGET)
            .await
            .grants_rtc_007("test", "alice");
    }
    assert_eq!(ask(&app, ED25519, Some("ed")).await.status, 200);
}

#[tokio::test]
async fn without_a_key_id_there_must_be_one_key_of_the_kind() {
    let provider = Provider::start(&[("one", ED25519), ("two", OTHER_ED25519)]).await;
    let app = app(&provider);
    ask(&app, ED25519, None).await.is_error(401, INVALID);
}

#[tokio::test]
async fn tries_every_key_that_has_the_key_id() {
    for keys in [
        [("one", ED25519), ("one", OTHER_ED25519)],
        [("one", OTHER_ED25519), ("one", ED25519)],
    ] {
        let provider = Provider::start(&keys).await;
        let app = app(&provider);
        for pem in [ED25519, OTHER_ED25519] {
            ask(&app, pem, Some("one"))
                .await
                .grants_rtc_007("test", "alice");
            ask(&app, pem, None).await.is_error(401, INVALID);
        }
        let third = EncodingKey::from_ec_pem(P256.as_bytes()).unwrap();
        let mut header = Header::new(Algorithm::ES256);
        header.kid = Some("one".to_owned());
        let jwt = signed(&header, &claims(), &third);
        get_as(&app, &jwt, TARGET).await.is_error(401, INVALID);
        assert_eq!(provider.0.count(), 1);
    }
}

#[tokio::test]
async fn a_key_for_something_else_is_not_used() {
    for other in [
        json!({ "use": "enc" }),
        json!({ "alg": "RS256" }),
        json!({ "key_ops": ["sign"] }),
    ] {
        let mut key = ed25519("one", ED25519);
        key.as_object_mut()
            .unwrap()
            .extend(other.as_object().unwrap().clone());
        let provider = Provider::start(&[]).await;
        let keys = json!({ "keys": [key, ed25519("two", OTHER_ED25519)] });
        provider.0.answers(200, &keys.to_string());
        ask(&app(&provider), ED25519, Some("one"))
            .await
            .is_error(401, INVALID);
    }
}
