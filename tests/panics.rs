//! What the log says of a handler that panics. Alone in its process: the hook is everyone's.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use agora_token_server::access::Guard;
use agora_token_server::http::{App, AppState, Settings, log_panics};
use agora_token_server::issuer::Issuer;
use agora_token_server::token::Project;
use axum::body::Body;
use axum::http::Request;
use tower::ServiceExt;

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("no writer panics").write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn a_panic_is_told_of_once_without_its_message() {
    let log = Log::default();
    let writer = log.clone();
    tracing_subscriber::fmt()
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .init();
    log_panics();
    let project = Project::new(
        "970CA35de60c44645bbae8a215061b33".parse().expect("an id"),
        "5CFd2fd1755d40ecb72977518be15d3b".parse().expect("digits"),
    );
    let issuer = Issuer::new(project, || panic!("a secret"), || 1);
    let state = AppState::new(issuer, Guard::default(), Settings::default());
    let origins = "*".parse().expect("origins");
    let app = App::new(state, &origins, &"all".parse().expect("servers"));
    let request = Request::get("/access_token?channel=test").header("host", "test");
    let request = request.body(Body::empty()).expect("a request");
    let response = app.oneshot(request).await.expect("an answer");
    assert_eq!(response.status(), 500);

    let log = String::from_utf8(log.0.lock().expect("no writer panics").clone());
    let log = log.expect("text");
    assert!(!log.contains("secret"), "{log}");
    let errors: Vec<&str> = log.lines().filter(|line| line.contains("ERROR")).collect();
    assert_eq!(errors.len(), 2, "{log}");
    assert!(
        errors[0].contains("panicked: this is a bug place=\"tests/panics.rs:"),
        "{log}"
    );
    assert!(
        errors[1].contains("failed method=\"GET\" route=\"/access_token\" status=500"),
        "{log}"
    );
    assert!(errors[1].contains("error=\"internal_error\""), "{log}");
}
