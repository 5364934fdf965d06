//! The request id: taken from the request when it is one, and found in the answer.

use axum::http::{Method, Request};
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::{Interest, Subscriber, set_default};
use tracing::{Event, Level, Metadata};

use crate::support::TestApp;

const TARGET: &str = "/access_token?channel=test";

async fn answered(sent: &[u8]) -> Option<String> {
    let request = Request::get(TARGET).header("x-request-id", sent);
    let request = request.body(axum::body::Body::empty()).unwrap();
    let answer = TestApp::new().answer(request).await;
    assert_eq!(answer.status, 200);
    answer.header("x-request-id").map(str::to_owned)
}

#[tokio::test]
async fn an_id_that_is_sent_stands_in_the_answer() {
    let longest = "x".repeat(128);
    for id in [
        "a",
        "8b5c2a4e-7b0c-4a5e-9d5f-0c6a4d3e2b1f",
        "Root=1-67891233-abcdef012345678912345678",
        "AZaz09+-./:=@_",
        &longest,
    ] {
        assert_eq!(answered(id.as_bytes()).await.as_deref(), Some(id));
    }
}

#[tokio::test]
async fn what_is_no_id_is_left_out() {
    let too_long = "x".repeat(129);
    for id in [
        "", " ", "a b", "a,b", "a;b", "a\"b", "<b>", "a\tb", "$(a)", "a%0d%0ab", "é", &too_long,
    ] {
        assert_eq!(answered(id.as_bytes()).await, None, "{id}");
    }
    assert_eq!(answered(b"\xff").await, None);
}

#[tokio::test]
async fn without_a_log_no_id_is_made_up() {
    let answer = TestApp::new().get(TARGET).await;
    assert_eq!(answer.header("x-request-id"), None);
    assert_eq!(answer.header("access-control-expose-headers"), None);
}

#[tokio::test]
async fn a_page_may_read_the_id() {
    let app = TestApp::new().origins("https://a.example");
    for target in [TARGET, "/access_token", "/nothing"] {
        let headers = [("x-request-id", "1"), ("origin", "https://a.example")];
        let answer = app.send(Method::GET, target, &headers).await;
        assert_eq!(answer.header("x-request-id"), Some("1"));
        assert_eq!(
            answer.header("access-control-expose-headers"),
            Some("retry-after, x-request-id")
        );
    }
}

/// A log of errors alone, for the test's own thread: whether it is on is asked anew each time.
struct Errors;

impl Subscriber for Errors {
    fn register_callsite(&self, _: &'static Metadata<'static>) -> Interest {
        Interest::sometimes()
    }

    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        *metadata.level() == Level::ERROR
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn event(&self, _: &Event<'_>) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

#[tokio::test]
async fn a_page_may_read_an_id_that_only_an_error_has() {
    let _errors = set_default(Errors);
    let origin = [("origin", "https://a.example")];
    let answer = TestApp::new().send(Method::GET, TARGET, &origin).await;
    assert_eq!(answer.header("x-request-id"), None);
    assert_eq!(answer.header("access-control-expose-headers"), None);
    let app = TestApp::told(&[("AUTHORIZE_URL", "http://127.0.0.1:9/")]);
    let answer = app.send(Method::GET, TARGET, &origin).await;
    assert_eq!(answer.status, 503);
    assert_eq!(answer.header("x-request-id").map(str::len), Some(16));
    assert_eq!(
        answer.header("access-control-expose-headers"),
        Some("retry-after, x-request-id")
    );
}
