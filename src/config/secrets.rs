//! One secret for two purposes: who is given it for one has the other too.

use std::iter;

use super::access::{Access, ApiKeys, JwtKey, Secret};
use super::metrics::{MetricsAccess, MetricsKey};
use super::read::Reader;
use super::vars;
use crate::token::Project;

/// All secrets but the certificates.
struct Secrets<'a> {
    api_keys: &'a ApiKeys,
    jwt: Option<&'a Secret>,
    token: Option<&'a Secret>,
    metrics: Option<&'a MetricsKey>,
}

impl<'a> Secrets<'a> {
    fn of(access: &'a Access, metrics: Option<&'a MetricsAccess>) -> Self {
        let jwt = match access.jwt.as_ref().map(|jwt| &jwt.key) {
            Some(JwtKey::Secret(secret)) => Some(secret),
            Some(JwtKey::PublicKey(_) | JwtKey::Jwks(_)) | None => None,
        };
        Self {
            api_keys: &access.api_keys,
            jwt,
            token: access.hook.as_ref().and_then(|hook| hook.token.as_ref()),
            metrics: metrics.and_then(MetricsAccess::key),
        }
    }

    fn is_api_key(&self, secret: &str) -> bool {
        self.api_keys.find(secret.as_bytes()).is_some()
    }

    fn is_metrics_key(&self, secret: &str) -> bool {
        self.metrics.is_some_and(|key| key.is(secret))
    }
}

impl Reader<'_> {
    /// Reports what is used twice.
    pub(super) fn secrets_have_one_purpose(
        &mut self,
        project: Option<&Project>,
        access: &Access,
        metrics: Option<&MetricsAccess>,
    ) {
        let secrets = Secrets::of(access, metrics);
        self.secrets_differ(&secrets);
        if let Some(project) = project {
            self.certificates_are_nothing_else(project, &secrets);
        }
    }

    fn secrets_differ(&mut self, secrets: &Secrets<'_>) {
        let (jwt, token) = (
            secrets.jwt.map(Secret::expose),
            secrets.token.map(Secret::expose),
        );
        let is_api_key = |secret: &str| secrets.is_api_key(secret);
        let is_metrics_key = |secret: &str| secrets.is_metrics_key(secret);
        let of_metrics = |key: &MetricsKey| {
            let mut keys = secrets.api_keys.iter();
            keys.any(|other| key.is_digest_of(other))
        };
        for (variable, is_twice, problem) in [
            (
                &vars::JWT_SECRET,
                jwt.is_some_and(is_api_key),
                "is an API key too: its holder could make JWTs",
            ),
            (
                &vars::AUTHORIZE_TOKEN,
                token.is_some_and(is_api_key),
                "is an API key too: your service could ask for tokens",
            ),
            (
                &vars::AUTHORIZE_TOKEN,
                token.is_some() && token == jwt,
                "is JWT_SECRET too: your service could make JWTs",
            ),
            (
                &vars::METRICS_KEY,
                secrets.metrics.is_some_and(of_metrics),
                "is an API key too: who reads the metrics could ask for tokens",
            ),
            (
                &vars::METRICS_KEY,
                jwt.is_some_and(is_metrics_key),
                "is JWT_SECRET too: who reads the metrics could make JWTs",
            ),
            (
                &vars::METRICS_KEY,
                token.is_some_and(is_metrics_key),
                "is AUTHORIZE_TOKEN too: who reads the metrics could pass for this server",
            ),
        ] {
            if is_twice {
                self.problem(variable, format!("{problem}; take another"));
            }
        }
    }

    /// Reports a certificate that is, or is part of, a secret which is sent or given to others.
    fn certificates_are_nothing_else(&mut self, project: &Project, secrets: &Secrets<'_>) {
        for certificate in iter::once(&project.certificate).chain(&project.secondary) {
            let holds = |secret: Option<&Secret>| {
                secret
                    .is_some_and(|secret| certificate.digits_are(|digits| contains(secret, digits)))
            };
            let is = |is_secret: &dyn Fn(&str) -> bool| {
                certificate.digits_are(|digits| str::from_utf8(digits).is_ok_and(is_secret))
            };
            for (variable, is_in) in [
                (&vars::API_KEYS, is(&|digits| secrets.is_api_key(digits))),
                (&vars::JWT_SECRET, holds(secrets.jwt)),
                (&vars::AUTHORIZE_TOKEN, holds(secrets.token)),
                (
                    &vars::METRICS_KEY,
                    is(&|digits| secrets.is_metrics_key(digits)),
                ),
            ] {
                if is_in {
                    let problem = "has an App Certificate in it, which signs tokens alone; openssl rand -hex 32 makes another secret";
                    self.problem(variable, problem);
                }
            }
        }
    }
}

/// The digits may be written in either case.
fn contains(secret: &Secret, digits: &[u8]) -> bool {
    let mut parts = secret.expose().as_bytes().windows(digits.len());
    parts.any(|part| part.eq_ignore_ascii_case(digits))
}
