//! Defines which callers are restricted, and reads whether they get 006 tokens, whose holder can alter channel and uid.

use super::{Access, JwtKey};
use crate::config::access_token::AccessTokenVersion;
use crate::config::read::Reader;
use crate::config::vars::{self, Variable};

/// The callers that are restricted: what they get depends on channel, user or service.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Restricted {
    /// No caller.
    #[default]
    Nobody,
    /// Users with JWTs.
    Users,
    /// Every caller.
    Everyone,
}

impl Access {
    /// Returns the callers that are restricted.
    #[must_use]
    pub fn restricted(&self) -> Restricted {
        let callers = self.restricting().map(|(_, callers)| callers);
        callers.max().unwrap_or_default()
    }

    /// Returns whether restricted callers get 006 tokens. With a webhook they never do: it would authorize tokens that
    /// their holders can alter.
    #[must_use]
    pub fn allows_restricted_006(&self) -> bool {
        self.limits.restricted_006 && self.hook.is_none()
    }

    /// Returns the settings that restrict callers, each with the callers that it restricts.
    fn restricting(&self) -> impl Iterator<Item = (&'static Variable, Restricted)> {
        let Self {
            jwt, limits, hook, ..
        } = self;
        let jwt = jwt.as_ref().map(|jwt| match jwt.key {
            JwtKey::Secret(_) => &vars::JWT_SECRET,
            JwtKey::PublicKey(_) => &vars::JWT_PUBLIC_KEY,
            JwtKey::Jwks(_) => &vars::JWT_JWKS_URL,
        });
        let channels = limits.channels.as_ref().map(|_| &vars::ALLOWED_CHANNELS);
        let services = limits.services.as_ref().map(|_| &vars::ALLOWED_SERVICES);
        let webhook = hook.as_ref().map(|_| &vars::AUTHORIZE_URL);
        let everyone = [channels, services, webhook].map(|found| (found, Restricted::Everyone));
        [(jwt, Restricted::Users)]
            .into_iter()
            .chain(everyone)
            .filter_map(|(variable, callers)| Some((variable?, callers)))
    }
}

impl Reader<'_> {
    /// Reports `ALLOW_RESTRICTED_006` on a server with a webhook.
    pub(super) fn check_restricted_006(&mut self, access: &Access) {
        if access.limits.restricted_006 && !access.allows_restricted_006() {
            let problem = "is true, but AUTHORIZE_URL is set: the webhook would authorize tokens that their holders can \
                           alter; remove one of the two";
            self.problem(&vars::ALLOW_RESTRICTED_006, problem);
        }
    }

    /// Reads `ACCESS_TOKEN_VERSION`, and reports 006 on a server that restricts callers.
    pub(in crate::config) fn access_token_version(
        &mut self,
        access: &Access,
    ) -> Option<AccessTokenVersion> {
        let version = self.read(
            &vars::ACCESS_TOKEN_VERSION,
            str::parse::<AccessTokenVersion>,
        )?;
        let restricting: Vec<_> = access
            .restricting()
            .map(|(variable, _)| self.set_name(variable))
            .collect();
        let is_alterable = version == AccessTokenVersion::V006 && !access.limits.restricted_006;
        if is_alterable && !restricting.is_empty() {
            let fix = if access.hook.is_some() {
                "remove it or set it to 007"
            } else {
                "remove it, set it to 007, or set ALLOW_RESTRICTED_006=true to accept that"
            };
            let problem = format!(
                "is 006, but callers are restricted by {} and can alter the channel and uid of a 006 token; {fix}",
                restricting.join(" and ")
            );
            self.problem(&vars::ACCESS_TOKEN_VERSION, problem);
        }
        Some(version)
    }
}
