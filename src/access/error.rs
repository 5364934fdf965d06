//! Why someone is not known, and why a caller does not get a token.

use std::borrow::Cow;
use std::time::Duration;

use super::circuit_breaker::OPEN_TIME;
use crate::token::Excerpt;

/// Why nobody knows who asks. Says no more than the one who asks must know: not which part of its credentials is wrong.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unauthenticated {
    /// A JWT in order, but for what it says about Agora.
    #[error("the claim {claim} of the JWT {problem}")]
    Claim {
        /// Its name.
        claim: String,
        /// What is wrong with it.
        problem: String,
    },
    /// A JWT whose time is over.
    #[error("the JWT has expired; log in anew")]
    Expired,
    /// No API key, and no JWT of a known issuer.
    #[error("the API key or JWT is not valid")]
    Invalid {
        /// Why, for the operator alone; holds nothing of what was shown.
        reason: &'static str,
    },
    /// Nothing was shown.
    #[error("an API key or a JWT is required, as Authorization: Bearer … or in X-API-Key")]
    Missing,
    /// The keys that would check it could not be fetched yet.
    #[error("the keys that JWTs are checked with cannot be fetched; try again later")]
    Unavailable,
}

pub(super) const fn invalid(reason: &'static str) -> Unauthenticated {
    Unauthenticated::Invalid { reason }
}

/// Why a caller does not get a token.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// A 006 token for a restricted caller, who could alter its channel and uid.
    #[error(
        "version 006 is not available to this caller: the holder of a 006 token can alter its channel and uid; request \
         version 007, or omit `version`"
    )]
    AlterableVersion,
    /// A user account that equals the Chat user name of another user's classroom.
    #[error(
        "user_id {found} has the form of a classroom user's Chat user name (the MD5 of an account) and could be another user's; \
         request `education_room_user`, or use an account that is not 32 hex digits"
    )]
    AmbiguousChatName {
        /// The account.
        found: Excerpt,
    },
    /// Someone else's token.
    #[error("{found} is another user than the caller {caller}")]
    AnotherUser {
        /// For whom it was asked for.
        found: Excerpt,
        /// Who asked.
        caller: Excerpt,
    },
    /// A channel that the user may not join.
    #[error("the channel {channel} is none that the caller may join")]
    Channel {
        /// Which.
        channel: Excerpt,
    },
    /// A channel that nobody gets tokens for.
    #[error("tokens for the channel {channel} are not made here")]
    ClosedChannel {
        /// Which.
        channel: Excerpt,
    },
    /// A service that nobody gets tokens for.
    #[error("tokens for the service {service} are not made here")]
    ClosedService {
        /// Which.
        service: &'static str,
    },
    /// The operator's own service says no, and why.
    #[error("{0}")]
    Denied(String),
    /// A user without a number where only numbers are known.
    #[error("a token of version 005 is for a numeric uid, and the caller has a user account")]
    NoAccounts,
    /// A user's JWT names no channel, and there are none by default.
    #[error("the JWT has no claim {claim}, so that the caller may join no channel")]
    NoChannels {
        /// The claim's name.
        claim: String,
    },
    /// Nobody has been asked who wants it.
    #[error("the caller is not known")]
    Nobody,
    /// Something that is for servers alone.
    #[error("{what} is for back ends with an API key, not for users")]
    NotForUsers {
        /// What.
        what: &'static str,
    },
    /// A numeric uid, requested by a user with a user account. The client could not join with the token.
    #[error(
        "a numeric uid was requested, but the caller has the user account {caller}; request a token for that account \
         (tokenType userAccount) and join with it"
    )]
    NumericUid {
        /// The caller's user account.
        caller: Excerpt,
    },
    /// More than a user's role has.
    #[error("the caller has the role {role}, which may not {wanted}")]
    Role {
        /// The role.
        role: &'static str,
        /// What it lacks.
        wanted: Cow<'static, str>,
    },
    /// An RTM login for user "0", which does not exist.
    #[error("signaling has no user \"0\"; send the uid or account of the user that logs in")]
    SignalingZero,
    /// Credentials that have become invalid since they were checked.
    #[error(transparent)]
    Unauthenticated(#[from] Unauthenticated),
    /// The operator's own service could not be asked.
    #[error("the authorization webhook is unavailable; try again later")]
    Unavailable,
    /// A wildcard where there are none.
    #[error("the channel * is every channel, and tokens for it are not made here")]
    Wildcard,
    /// A wildcard in a place that knows none.
    #[error(
        "only the service rtc of a token of version 007 can be for the channel *, every channel"
    )]
    WildcardOutOfPlace,
    /// A wildcard for a caller who has no right to it.
    #[error("the channel * is every channel, and the caller has no right to that")]
    WildcardRight,
}

impl Refusal {
    /// Time after which the authorization webhook may be available again.
    pub const RETRY_AFTER: Duration = OPEN_TIME;
}
