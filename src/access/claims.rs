//! From the claims of a JWT to the user that they describe. One that cannot be read is refused, never ignored.

use serde_json::Value;

use super::error::{Unauthenticated, invalid};
use super::json::members;
use super::rank::Rank;
use super::user::{Channels, User};
use crate::config::{ChannelPattern, ChannelPatterns, ClaimNames, Jwt};
use crate::token::{Excerpt, Lifetime, Uid, UnixTime};

/// By how much the clocks of issuer and server may differ, in seconds.
const LEEWAY: f64 = 60.0;

/// The most patterns in a claim.
const MAX_PATTERNS: usize = 256;

/// What the claims must say, and what they are called.
#[derive(Debug)]
pub(super) struct Claims {
    issuer: Option<String>,
    audience: Option<String>,
    names: ClaimNames,
    default_channels: Option<ChannelPatterns>,
    /// Limits a user's tokens to the expiry of the JWT.
    limit_to_exp: bool,
}

impl Claims {
    pub(super) fn new(config: Jwt) -> Self {
        Self {
            issuer: config.issuer,
            audience: config.audience,
            names: config.claims,
            default_channels: config.default_channels,
            limit_to_exp: config.limit_to_exp,
        }
    }

    /// The user of a verified JWT, as of `now`.
    pub(super) fn user(&self, payload: &[u8], now: UnixTime) -> Result<User, Unauthenticated> {
        let ClaimNames {
            uid,
            channels,
            role,
            ttl,
        } = &self.names;
        let names = ["exp", "nbf", "iss", "aud", uid, channels, role, ttl];
        let [exp, nbf, iss, aud, uid, channels, role, ttl] = members(payload, names)
            .map_err(|_| invalid("its claims are not a JSON object with unique names"))?;
        let exp = valid_until(exp.as_ref(), nbf.as_ref(), now)?;
        let expiry = self.limit_to_exp.then_some(exp);
        if expiry.is_some_and(|expiry| expiry <= now) {
            return Err(Unauthenticated::Expired);
        }
        self.is_ours(iss.as_ref(), aud.as_ref())?;

        let claim = |claim: &str, problem| Unauthenticated::Claim {
            claim: claim.to_owned(),
            problem,
        };
        let uid = read_uid(uid.as_ref()).map_err(|problem| claim(&self.names.uid, problem))?;
        let channels = self
            .read_channels(channels)
            .map_err(|problem| claim(&self.names.channels, problem))?;
        let rank = read_rank(role.as_ref()).map_err(|problem| claim(&self.names.role, problem))?;
        let max_lifetime =
            read_lifetime(ttl.as_ref()).map_err(|problem| claim(&self.names.ttl, problem))?;
        Ok(User {
            name: (*uid.signed()).to_owned(),
            uid,
            channels,
            rank,
            max_lifetime,
            expiry,
        })
    }

    /// Whether a JWT is of our issuer, and for us. One that is for someone is for nobody else (RFC 7519, 4.1.3).
    fn is_ours(&self, iss: Option<&Value>, aud: Option<&Value>) -> Result<(), Unauthenticated> {
        let is = |value: &Value, text: &str| value.as_str() == Some(text);
        if let Some(issuer) = &self.issuer
            && !iss.is_some_and(|iss| is(iss, issuer))
        {
            return Err(invalid("its iss is not JWT_ISSUER"));
        }
        let is_audience = match (&self.audience, aud) {
            (None, None) => true,
            (None, Some(_)) => return Err(invalid("it has an aud, and JWT_AUDIENCE is not set")),
            (Some(audience), Some(Value::Array(all))) => all.iter().any(|one| is(one, audience)),
            (Some(audience), Some(one)) => is(one, audience),
            (Some(_), None) => false,
        };
        if is_audience {
            Ok(())
        } else {
            Err(invalid("its aud is not JWT_AUDIENCE"))
        }
    }

    fn read_channels(&self, claim: Option<Value>) -> Result<Channels, String> {
        let rule = "must be a list of channels, or one without space and comma";
        let pattern = |text: &str| {
            ChannelPattern::new(text)
                .map_err(|error| format!("has {}, which {error}", Excerpt::of(text)))
        };
        let patterns = match claim {
            None => {
                let default = self.default_channels.clone().map(Channels::Default);
                let claim = self.names.channels.clone();
                return Ok(default.unwrap_or(Channels::Nowhere { claim }));
            }
            Some(Value::String(one)) if !one.contains([' ', ',']) => vec![pattern(&one)?],
            Some(Value::Array(entries)) if entries.len() <= MAX_PATTERNS => {
                let entries = entries.iter().map(|entry| match entry {
                    Value::String(one) => pattern(one),
                    _ => Err(rule.to_owned()),
                });
                entries.collect::<Result<_, _>>()?
            }
            Some(Value::Array(_)) => return Err(format!("has more than {MAX_PATTERNS} channels")),
            Some(_) => return Err(rule.to_owned()),
        };
        Ok(Channels::Claimed(patterns.into_iter().collect()))
    }
}

/// Returns the expiry of a JWT that is valid at `now`, give or take [`LEEWAY`]. `exp` is required.
fn valid_until(
    exp: Option<&Value>,
    nbf: Option<&Value>,
    now: UnixTime,
) -> Result<UnixTime, Unauthenticated> {
    let now = f64::from(now.seconds());
    let exp = exp.and_then(Value::as_f64);
    let exp = exp.ok_or_else(|| invalid("its exp is missing or no number"))?;
    if exp < now - LEEWAY {
        return Err(Unauthenticated::Expired);
    }
    match nbf.map(Value::as_f64) {
        None => Ok(whole_seconds(exp)),
        Some(Some(nbf)) if nbf <= now + LEEWAY => Ok(whole_seconds(exp)),
        Some(_) => Err(invalid("its nbf is in the future or no number")),
    }
}

/// Rounds down and saturates at the range of `u32`.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the cast saturates"
)]
fn whole_seconds(time: f64) -> UnixTime {
    UnixTime::from_seconds(time as u32)
}

/// By the rule of every URL: digits are a number, and other texts are user accounts.
fn read_uid(claim: Option<&Value>) -> Result<Uid, String> {
    let rule = "must be a uid from 1 to 4294967295, or a user account";
    let uid = match claim {
        None => return Err("is missing: it says who the user is".to_owned()),
        Some(Value::String(text)) => {
            Uid::parse(text.as_str()).map_err(|error| format!("{error}"))?
        }
        Some(Value::Number(number)) => {
            let number = number
                .as_u64()
                .and_then(|number| u32::try_from(number).ok());
            Uid::from(number.ok_or(rule)?)
        }
        Some(_) => return Err(rule.to_owned()),
    };
    match uid {
        Uid::Any => Err(rule.to_owned()),
        uid => Ok(uid),
    }
}

fn read_rank(claim: Option<&Value>) -> Result<Rank, String> {
    match claim {
        None => Ok(Rank::Publisher),
        Some(Value::String(name)) => Rank::from_name(name)
            .ok_or_else(|| format!("is {}, not {}", Excerpt::of(name), Rank::NAMES)),
        Some(_) => Err(format!("must be {}", Rank::NAMES)),
    }
}

fn read_lifetime(claim: Option<&Value>) -> Result<Option<Lifetime>, String> {
    match claim {
        None => Ok(None),
        Some(Value::Number(number)) if number.is_u64() => {
            let seconds = number.as_u64().unwrap_or_default();
            let lifetime = Lifetime::from_seconds(seconds).map_err(|error| error.to_string())?;
            Ok(Some(lifetime))
        }
        Some(_) => Err("must be a number of seconds".to_owned()),
    }
}
