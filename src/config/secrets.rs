//! One secret for two purposes: who is given it for one has the other too.

use super::access::{Access, JwtKey};
use super::metrics::MetricsAccess;
use super::read::Reader;
use super::vars;
use crate::token::Project;

impl Reader<'_> {
    /// Reports what is used twice.
    pub(super) fn secrets_differ(
        &mut self,
        project: Option<&Project>,
        access: &Access,
        metrics: Option<&MetricsAccess>,
    ) {
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
        if project.is_some_and(|project| project.certificate.digits_are(is_api_key)) {
            let problem = "has the App Certificate as a key: it must never be sent; openssl rand -hex 32 makes \
                           another";
            self.problem(&vars::API_KEYS, problem);
        }
    }
}
