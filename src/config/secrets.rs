//! One secret for two purposes: who is given it for one has the other too.

use std::iter;

use super::access::{Access, JwtKey, Secret};
use super::metrics::MetricsAccess;
use super::read::Reader;
use super::vars;
use crate::token::Project;

impl Reader<'_> {
    /// Reports what is used twice.
    pub(super) fn secrets_differ(&mut self, access: &Access, metrics: Option<&MetricsAccess>) {
        let Access { api_keys, jwt, .. } = access;
        let is_api_key = |secret: &[u8]| api_keys.find(secret).is_some();
        if let Some(JwtKey::Secret(secret)) = jwt.as_ref().map(|jwt| &jwt.key)
            && is_api_key(secret.expose().as_bytes())
        {
            let problem = "is an API key too: its holder could make JWTs; take another";
            self.problem(&vars::JWT_SECRET, problem);
        }
        let token = access.hook.as_ref().and_then(|hook| hook.token.as_ref());
        if token.is_some_and(|token| is_api_key(token.expose().as_bytes())) {
            let problem = "is an API key too: your service could ask for tokens; take another";
            self.problem(&vars::AUTHORIZE_TOKEN, problem);
        }
        let key = metrics.and_then(|metrics| metrics.key.as_ref());
        if key.is_some_and(|key| api_keys.iter().any(|other| key.is_digest_of(other))) {
            let problem =
                "is an API key too: who reads the metrics could ask for tokens; take another";
            self.problem(&vars::METRICS_KEY, problem);
        }
    }

    /// Reports a certificate that is, or is part of, a secret which is sent or given to others.
    pub(super) fn certificates_are_nothing_else(
        &mut self,
        project: &Project,
        access: &Access,
        metrics: Option<&MetricsAccess>,
    ) {
        let Access {
            api_keys,
            jwt,
            hook,
            ..
        } = access;
        let jwt_secret = match jwt.as_ref().map(|jwt| &jwt.key) {
            Some(JwtKey::Secret(secret)) => Some(secret),
            _ => None,
        };
        let token = hook.as_ref().and_then(|hook| hook.token.as_ref());
        let metrics_key = metrics.and_then(|metrics| metrics.key.as_ref());
        for certificate in iter::once(&project.certificate).chain(&project.secondary) {
            let holds = |secret: Option<&Secret>| {
                secret
                    .is_some_and(|secret| certificate.digits_are(|digits| contains(secret, digits)))
            };
            let is_metrics_key = |digits: &[u8]| {
                metrics_key.is_some_and(|key| str::from_utf8(digits).is_ok_and(|text| key.is(text)))
            };
            for (variable, is_in) in [
                (
                    &vars::API_KEYS,
                    certificate.digits_are(|digits| api_keys.find(digits).is_some()),
                ),
                (&vars::JWT_SECRET, holds(jwt_secret)),
                (&vars::AUTHORIZE_TOKEN, holds(token)),
                (&vars::METRICS_KEY, certificate.digits_are(is_metrics_key)),
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
