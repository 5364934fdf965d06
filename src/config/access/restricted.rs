//! Reads which token version restricted callers get. The holder of a 006 token can alter its channel and uid.

use crate::config::access_token::AccessTokenVersion;
use crate::config::read::Reader;
use crate::config::vars;

impl Reader<'_> {
    /// Reads `ALLOW_RESTRICTED_006`.
    pub(super) fn allow_restricted_006(&mut self) -> bool {
        let is_allowed = self.flag(&vars::ALLOW_RESTRICTED_006);
        if is_allowed && self.is_set(&vars::AUTHORIZE_URL) {
            let problem = "is true, but AUTHORIZE_URL is set: the webhook would authorize tokens that their holders can \
                           alter; remove one of the two";
            self.problem(&vars::ALLOW_RESTRICTED_006, problem);
        }
        is_allowed
    }

    /// Reads `ACCESS_TOKEN_VERSION`, and reports 006 on a server that restricts callers.
    pub(in crate::config) fn access_token_version(
        &mut self,
        allows_restricted_006: bool,
    ) -> Option<AccessTokenVersion> {
        let version = self.read(
            &vars::ACCESS_TOKEN_VERSION,
            str::parse::<AccessTokenVersion>,
        )?;
        let is_alterable = version == AccessTokenVersion::V006 && !allows_restricted_006;
        if is_alterable && let Some(restricting) = self.restricting() {
            let fix = if self.is_set(&vars::AUTHORIZE_URL) {
                "remove it or set it to 007"
            } else {
                "remove it, set it to 007, or set ALLOW_RESTRICTED_006=true to accept that"
            };
            let problem = format!(
                "is 006, but callers are restricted by {restricting} and can alter the channel and uid of a 006 token; {fix}"
            );
            self.problem(&vars::ACCESS_TOKEN_VERSION, problem);
        }
        Some(version)
    }

    /// Returns the names of the settings that restrict what callers get by channel, user or service.
    fn restricting(&mut self) -> Option<String> {
        let mut names = Vec::new();
        for variable in [
            &vars::JWT_SECRET,
            &vars::JWT_SECRET_FILE,
            &vars::JWT_PUBLIC_KEY,
            &vars::JWT_PUBLIC_KEY_FILE,
            &vars::JWT_JWKS_URL,
            &vars::ALLOWED_CHANNELS,
            &vars::ALLOWED_SERVICES,
            &vars::AUTHORIZE_URL,
        ] {
            names.extend(self.is_set(variable).then_some(variable.name));
        }
        (!names.is_empty()).then(|| names.join(" and "))
    }
}
