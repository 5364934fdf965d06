//! A server with a fixed clock and salt, and answers that can be looked at.

use std::fs;
use std::io::ErrorKind;
use std::sync::OnceLock;

use agora_token_server::access::Guard;
use agora_token_server::config::{AccessTokenVersion, Config, Environment, MetricsAccess};
use agora_token_server::http::{App, AppState, Budget, Limiter, Metrics, Settings};
use agora_token_server::issuer::Issuer;
use agora_token_server::telemetry::log::LinesLost;
use agora_token_server::token::{
    Binding, Lifetime, Project, Scope, SignedBy, Text, UnixTime, v006, v007,
};
use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Method, Request, StatusCode};
use axum::response::Response;
use http_body_util::BodyExt;
use serde_json::Value;
use tower::ServiceExt;

/// 2023-11-14 22:13:20 UTC, the time at which every test happens.
pub(crate) const NOW: u32 = 1_700_000_000;

/// What a reader of the metrics shows.
pub(crate) const METRICS_KEY: &str = "0123456789abcdef0123456789abcdef";

const SDK: &str = "https://sdk.example.com/AgoraRTC_N.js?a&b";

pub(crate) struct TestApp {
    app: OnceLock<App>,
    access: Vec<(String, String)>,
    clock: fn() -> UnixTime,
    settings: Settings,
    origins: &'static str,
    compat: &'static str,
}

impl TestApp {
    pub(crate) fn new() -> Self {
        let settings = Settings {
            page: Some(SDK.parse().unwrap()),
            ..Settings::default()
        };
        Self {
            app: OnceLock::new(),
            access: Vec::new(),
            clock: || UnixTime::from_seconds(NOW),
            settings,
            origins: "*",
            compat: "all",
        }
    }

    /// An app that was told this, in the words of the configuration.
    pub(crate) fn told(variables: &[(&str, &str)]) -> Self {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Self {
            access: variables.iter().map(owned).collect(),
            ..Self::new()
        }
    }

    pub(crate) fn clock(mut self, clock: fn() -> UnixTime) -> Self {
        self.clock = clock;
        self
    }

    pub(crate) fn version(mut self, version: AccessTokenVersion) -> Self {
        self.settings.access_token_version = Some(version);
        self
    }

    pub(crate) fn default_ttl(mut self, seconds: u64) -> Self {
        self.settings.default_lifetime = Some(Lifetime::from_seconds(seconds).unwrap());
        self
    }

    pub(crate) fn notice(mut self, notice: &'static str) -> Self {
        self.settings.notice = Some(notice);
        self
    }

    pub(crate) fn metrics(mut self, access: MetricsAccess) -> Self {
        self.settings.metrics = Some(Metrics::new(access, LinesLost::default()));
        self
    }

    /// A server that counts, and whose metrics stand on its own port.
    pub(crate) fn counting() -> Self {
        Self::new().metrics(MetricsAccess::Main(METRICS_KEY.parse().unwrap()))
    }

    /// What stands at `/metrics`, for who shows the key.
    pub(crate) async fn metrics_text(&self) -> String {
        let shown = format!("Bearer {METRICS_KEY}");
        let headers = [("authorization", shown.as_str())];
        let answer = self.send(Method::GET, "/metrics", &headers).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.body
    }

    pub(crate) fn without_page(mut self) -> Self {
        self.settings.page = None;
        self
    }

    pub(crate) fn limiter(mut self, limiter: Limiter) -> Self {
        self.settings.limiter = Some(limiter);
        self
    }

    pub(crate) fn failed_auth(mut self, limiter: Limiter) -> Self {
        self.settings.failed_auth = Some(limiter);
        self
    }

    pub(crate) fn budget(mut self, budget: Budget) -> Self {
        self.settings.budget = budget;
        self
    }

    pub(crate) fn origins(mut self, origins: &'static str) -> Self {
        self.origins = origins;
        self
    }

    pub(crate) fn compat(mut self, servers: &'static str) -> Self {
        self.compat = servers;
        self
    }

    pub(crate) async fn get(&self, target: &str) -> Answer {
        self.send(Method::GET, target, &[]).await
    }

    pub(crate) async fn send(
        &self,
        method: Method,
        target: &str,
        headers: &[(&str, &str)],
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(target);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.answer(request.body(Body::empty()).unwrap()).await
    }

    /// A GET with a body.
    pub(crate) async fn get_with(&self, target: &str, body: Body) -> Answer {
        self.answer(Request::get(target).body(body).unwrap()).await
    }

    pub(crate) async fn post(&self, target: &str, content_type: &str, body: Body) -> Answer {
        let request = Request::post(target).header("content-type", content_type);
        self.answer(request.body(body).unwrap()).await
    }

    pub(crate) fn state(&self) -> AppState {
        self.state_of(Issuer::new(project(), self.clock, || 1))
    }

    fn state_of(&self, issuer: Issuer) -> AppState {
        AppState::new(issuer, self.guard(), self.settings.clone())
    }

    pub(crate) fn app(&self) -> App {
        self.app_of(self.state())
    }

    /// Where a token is made, the clock panics.
    pub(crate) fn panicking_app(&self) -> App {
        let issuer = Issuer::new(project(), || panic!("a secret"), || 1);
        self.app_of(self.state_of(issuer))
    }

    fn app_of(&self, state: AppState) -> App {
        App::new(
            state,
            &self.origins.parse().unwrap(),
            &self.compat.parse().unwrap(),
        )
    }

    fn guard(&self) -> Guard {
        let nothing = || Err(ErrorKind::NotFound.into());
        let environment = Environment::new(self.access.clone(), nothing(), |path| {
            fs::read_to_string(path)
        });
        let config = Config::read(&environment, Some(project())).unwrap();
        Guard::new(config.access).unwrap()
    }

    /// As a client of HTTP/1.1 sends it, with a host.
    pub(crate) async fn answer(&self, mut request: Request<Body>) -> Answer {
        request
            .headers_mut()
            .entry("host")
            .or_insert(HeaderValue::from_static("test"));
        self.answer_as_is(request).await
    }

    pub(crate) async fn answer_as_is(&self, request: Request<Body>) -> Answer {
        let app = self.app.get_or_init(|| self.app()).clone();
        Answer::of(app.oneshot(request).await.unwrap()).await
    }
}

pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) async fn of(response: Response) -> Self {
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        Self {
            status: parts.status,
            headers: parts.headers,
            body: String::from_utf8(body.to_vec()).unwrap(),
        }
    }

    #[track_caller]
    pub(crate) fn is(&self, status: u16, body: &str) {
        assert_eq!((self.status.as_u16(), self.body.as_str()), (status, body));
    }

    #[track_caller]
    pub(crate) fn is_error(&self, status: u16, error: &str) {
        self.is(status, &serde_json::json!({ "error": error }).to_string());
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// The token of a `{"token":"…"}`.
    #[track_caller]
    pub(crate) fn token(&self) -> String {
        assert_eq!(self.status, StatusCode::OK, "{}", self.body);
        let body: Value = serde_json::from_str(&self.body).unwrap();
        let token = body["token"].as_str().unwrap_or_default().to_owned();
        assert_eq!(self.body, format!("{{\"token\":\"{token}\"}}"));
        token
    }

    /// What a 006 token grants, once it is verified for this channel and uid.
    #[track_caller]
    pub(crate) fn grants_006(&self, channel: &str, uid: &str) -> v006::Message {
        let token = v006::Unverified::parse(&self.token()).unwrap();
        assert_eq!(
            token.verify(&project(), Binding { channel, uid }),
            Ok(SignedBy::Primary)
        );
        token.message
    }

    /// Returns a verified 007 token that is for RTC alone, in this channel and for this uid.
    #[track_caller]
    pub(crate) fn grants_rtc_007(&self, channel: &str, uid: &str) -> v007::Message {
        let message = self.grants_007();
        let scopes: Vec<&Scope> = message
            .services
            .known()
            .iter()
            .map(|service| &service.scope)
            .collect();
        let [channel, uid] = [channel, uid].map(|text| Text::new(text).unwrap());
        assert_eq!(scopes, [&Scope::Rtc { channel, uid }]);
        message
    }

    /// What a 007 token grants, once it is verified.
    #[track_caller]
    pub(crate) fn grants_007(&self) -> v007::Message {
        let token = v007::Unverified::parse(&self.token()).unwrap();
        assert_eq!(token.verify(&project()), Ok(SignedBy::Primary));
        token.message
    }
}

pub(crate) fn project() -> Project {
    Project::new(
        "970CA35de60c44645bbae8a215061b33".parse().unwrap(),
        "5CFd2fd1755d40ecb72977518be15d3b".parse().unwrap(),
    )
}
