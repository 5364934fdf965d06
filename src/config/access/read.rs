//! Reads who may get which token, and says what contradicts what.

use url::Url;

use super::jwt_secret::{GUESSABLE, jwt_secret};
use super::secret::is_guessable;
use super::{
    Access, ApiKey, ApiKeys, ChannelPatterns, ClaimNames, Hook, Jwt, JwtKey, Limits, PublicKey,
    Secret,
};
use crate::config::origins::is_readable;
use crate::config::read::Reader;
use crate::config::vars::{self, Variable};
use crate::token::{Lifetime, ServiceKind};

/// The shortest secret for the operator's own service, in characters: shorter ones could be guessed.
const MIN_TOKEN: usize = 16;

const JWT_KEYS: &str = "JWT_SECRET, JWT_PUBLIC_KEY or JWT_JWKS_URL";

impl Reader<'_> {
    /// Everything about who may get which token. `default` is how long a privilege lasts for which a request names no
    /// end.
    pub(in crate::config) fn access(&mut self, default: Option<Lifetime>) -> Access {
        let api_keys =
            self.read_or_file(&vars::API_KEYS, &vars::API_KEYS_FILE, str::parse::<ApiKeys>);
        let jwt = self.jwt();
        let limits = self.limits(default);
        let may_wildcard = |keys: &ApiKeys| keys.iter().any(ApiKey::may_wildcard);
        if !limits.wildcard && api_keys.as_ref().is_some_and(may_wildcard) {
            let problem =
                "has a key for all channels at once (name*), but ALLOW_WILDCARD is not true";
            self.problem(&vars::API_KEYS, problem);
        }
        let hook = self.hook();
        let access = Access {
            api_keys: api_keys.unwrap_or_default(),
            jwt,
            limits,
            hook,
        };
        self.check_restricted_006(&access);
        access
    }

    fn jwt(&mut self) -> Option<Jwt> {
        let before = self.problems();
        let key = self.jwt_key();
        if key.is_none() && self.problems() == before {
            self.no_setting_is_about_jwts();
        }
        let issuer = self.read(&vars::JWT_ISSUER, str::parse::<String>);
        let audience = self.read(&vars::JWT_AUDIENCE, str::parse::<String>);
        if matches!(key, Some(JwtKey::Jwks(_))) {
            let because = "is not set; identity providers share their keys among their customers, so JWT_JWKS_URL \
                           needs JWT_ISSUER and JWT_AUDIENCE";
            for (value, variable) in [
                (&issuer, &vars::JWT_ISSUER),
                (&audience, &vars::JWT_AUDIENCE),
            ] {
                if value.is_none() {
                    self.problem(variable, because);
                }
            }
        }
        let default_channels =
            self.read(&vars::JWT_DEFAULT_CHANNELS, str::parse::<ChannelPatterns>);
        let claims = self.claim_names();
        let limit_to_exp = self.flag(&vars::JWT_LIMIT_TO_EXP);
        Some(Jwt {
            key: key?,
            issuer,
            audience,
            claims: claims?,
            limit_to_exp,
            default_channels,
        })
    }

    /// Reports settings of JWTs where none are known.
    fn no_setting_is_about_jwts(&mut self) {
        for variable in [
            &vars::JWT_ISSUER,
            &vars::JWT_AUDIENCE,
            &vars::JWT_DEFAULT_CHANNELS,
            &vars::JWT_CLAIM_UID,
            &vars::JWT_CLAIM_CHANNELS,
            &vars::JWT_CLAIM_ROLE,
            &vars::JWT_CLAIM_TTL,
            &vars::JWT_LIMIT_TO_EXP,
        ] {
            if self.is_chosen(variable) {
                let problem = format!("is set, but no {JWT_KEYS} that it could be about");
                self.problem(variable, problem);
            }
        }
    }

    fn claim_names(&mut self) -> Option<ClaimNames> {
        let of_user = |name: &str| match name {
            "exp" | "nbf" | "iat" | "iss" | "aud" => {
                Err(format!("is {name}, which says nothing about the user"))
            }
            name => top_level(name),
        };
        Some(ClaimNames {
            uid: self.read(&vars::JWT_CLAIM_UID, of_user)?,
            channels: self.read(&vars::JWT_CLAIM_CHANNELS, top_level)?,
            role: self.read(&vars::JWT_CLAIM_ROLE, top_level)?,
            ttl: self.read(&vars::JWT_CLAIM_TTL, top_level)?,
        })
    }

    fn jwt_key(&mut self) -> Option<JwtKey> {
        let kinds = [
            &vars::JWT_SECRET,
            &vars::JWT_SECRET_FILE,
            &vars::JWT_PUBLIC_KEY,
            &vars::JWT_PUBLIC_KEY_FILE,
            &vars::JWT_JWKS_URL,
        ];
        let name = self.name_of(&kinds)?;
        let public_key = |text: &str| PublicKey::from_pem(text).map(JwtKey::PublicKey);
        if [vars::JWT_SECRET.name, vars::JWT_SECRET_FILE.name].contains(&name) {
            self.read_or_file(&vars::JWT_SECRET, &vars::JWT_SECRET_FILE, jwt_secret)
        } else if name == vars::JWT_JWKS_URL.name {
            let secure = |text: &str| match url(text)? {
                url if is_readable(&url) => {
                    Err("must be https; http is for a server on this machine")
                }
                url => Ok(JwtKey::Jwks(url)),
            };
            self.read(&vars::JWT_JWKS_URL, secure)
        } else {
            self.read_or_file(
                &vars::JWT_PUBLIC_KEY,
                &vars::JWT_PUBLIC_KEY_FILE,
                public_key,
            )
        }
    }

    fn limits(&mut self, default: Option<Lifetime>) -> Limits {
        let lifetime = self.lifetime(&vars::MAX_TTL);
        if let (Some(default), Some(longest)) = (default, lifetime)
            && default > longest
        {
            self.problem(&vars::DEFAULT_TTL, "is longer than MAX_TTL");
        }
        let channels = self.read(&vars::ALLOWED_CHANNELS, str::parse::<ChannelPatterns>);
        let services = self.read(&vars::ALLOWED_SERVICES, services);
        let wildcard = self.flag(&vars::ALLOW_WILDCARD);
        if wildcard
            && channels
                .as_ref()
                .is_some_and(|all| !all.have_every_channel())
        {
            let problem =
                "is true, but ALLOWED_CHANNELS has no * alone: a wildcard is for every channel";
            self.problem(&vars::ALLOW_WILDCARD, problem);
        }
        Limits {
            lifetime,
            channels,
            services,
            wildcard,
            restricted_006: self.flag(&vars::ALLOW_RESTRICTED_006),
        }
    }

    /// Reads a setting that is true or false; false while it has a problem.
    fn flag(&mut self, variable: &Variable) -> bool {
        let flag = self.read(variable, |text| match text {
            "true" => Ok(true),
            "false" => Ok(false),
            _ => Err("must be true or false"),
        });
        flag.unwrap_or_default()
    }

    fn hook(&mut self) -> Option<Hook> {
        let token = self.read_or_file(
            &vars::AUTHORIZE_TOKEN,
            &vars::AUTHORIZE_TOKEN_FILE,
            |text| {
                let is_visible = text.bytes().all(|byte| byte.is_ascii_graphic());
                if !is_visible || text.len() < MIN_TOKEN {
                    return Err(format!(
                        "must be {MIN_TOKEN} or more visible ASCII characters without spaces: it is sent in a header; \
                         openssl rand -hex 32 makes some"
                    ));
                }
                if is_guessable(text) {
                    return Err(GUESSABLE.to_owned());
                }
                Ok(Secret::new(text))
            },
        );
        if token.is_some() && !self.is_set(&vars::AUTHORIZE_URL) {
            self.problem(
                &vars::AUTHORIZE_TOKEN,
                "is set, but no AUTHORIZE_URL that it could be for",
            );
        }
        let url = self.read(&vars::AUTHORIZE_URL, url)?;
        Some(Hook { url, token })
    }

    fn name_of(&mut self, variables: &[&Variable]) -> Option<&'static str> {
        self.find(variables).ok()?.map(|found| found.name)
    }

    /// Whether it is set to anything but its default, which platforms with a form write out.
    pub(in crate::config) fn is_chosen(&mut self, variable: &Variable) -> bool {
        let found = self.find(&[variable]).ok().flatten();
        found.is_some_and(|found| Some(found.value) != variable.default)
    }

    fn is_set(&mut self, variable: &Variable) -> bool {
        self.name_of(&[variable]).is_some()
    }
}

/// Reads the name of a top-level claim. Any name with path syntax, except a URL, is meant as a path to a nested claim: it
/// would find nothing, and the claim's default would apply. Colons are allowed: `custom:channels` is a top-level claim of
/// Amazon Cognito.
fn top_level(name: &str) -> Result<String, String> {
    let is_url = Url::parse(name)
        .is_ok_and(|url| ["http", "https"].contains(&url.scheme()) && name.contains("://"));
    let character = name.chars().find(|c| "./[]>$".contains(*c));
    match character.filter(|_| !is_url) {
        Some(character) => {
            let found = match character {
                '.' => "a dot".to_owned(),
                other => other.to_string(),
            };
            Err(format!(
                "has {found}, but nested claims are not supported; name a top-level claim, which may be a URL such as \
                 https://example.com/channels"
            ))
        }
        None => Ok(name.to_owned()),
    }
}

/// The URL of another server. A user and password in it would be sent in a way that nobody expects.
fn url(text: &str) -> Result<Url, &'static str> {
    let url = Url::parse(text)
        .ok()
        .filter(|url| ["http", "https"].contains(&url.scheme()) && url.has_host())
        .ok_or("must be a URL that begins with https:// or http://")?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err("must not have a user or password in it");
    }
    Ok(url)
}

fn services(list: &str) -> Result<Vec<ServiceKind>, String> {
    let entries = list.split(',').map(str::trim);
    let entries = entries.filter(|entry| !entry.is_empty()).zip(1..);
    let services = entries.map(|(entry, number)| {
        ServiceKind::from_name(&entry.to_ascii_lowercase()).ok_or_else(|| {
            let known = ServiceKind::ALL.map(ServiceKind::name).join(", ");
            format!("must be a list of {known}; entry {number} is none of them")
        })
    });
    let services: Vec<_> = services.collect::<Result<_, _>>()?;
    if services.is_empty() {
        Err("has no entry; leave it out for all services".to_owned())
    } else {
        Ok(services)
    }
}
