//! Who may get which token.

use super::Variable;

/// The keys of back ends.
pub const API_KEYS: Variable = Variable::new(
    "API_KEYS",
    "Keys of trusted back ends, a secret: name:key,… with keys of 32 characters or more, or sha256: and the key's digest",
);

/// The same, for platforms that mount secrets as files.
pub const API_KEYS_FILE: Variable = Variable::new(
    "API_KEYS_FILE",
    "Path of a file with the keys, a name:key a line, instead of API_KEYS",
);

/// What users' JWTs are signed with: a secret.
pub const JWT_SECRET: Variable = Variable::new(
    "JWT_SECRET",
    "Secret that signs users' JWTs by HS256: 32 bytes or more",
);

/// The same, for platforms that mount secrets as files.
pub const JWT_SECRET_FILE: Variable = Variable::new(
    "JWT_SECRET_FILE",
    "Path of a file with the secret, instead of JWT_SECRET",
);

/// What users' JWTs are signed with: a key pair.
pub const JWT_PUBLIC_KEY: Variable = Variable::new(
    "JWT_PUBLIC_KEY",
    "Public key of users' JWTs in PEM: RSA for RS256, P-256 for ES256, Ed25519 for EdDSA",
);

/// The same, for platforms that mount files.
pub const JWT_PUBLIC_KEY_FILE: Variable = Variable::new(
    "JWT_PUBLIC_KEY_FILE",
    "Path of a file with the public key, instead of JWT_PUBLIC_KEY",
);

/// What users' JWTs are signed with: the key pairs of an identity provider.
pub const JWT_JWKS_URL: Variable = Variable::new(
    "JWT_JWKS_URL",
    "URL of the public keys of an identity provider; needs JWT_ISSUER and JWT_AUDIENCE",
);

/// Who issues users' JWTs.
pub const JWT_ISSUER: Variable =
    Variable::new("JWT_ISSUER", "Claim iss that users' JWTs must have");

/// Whom users' JWTs are for.
pub const JWT_AUDIENCE: Variable = Variable::new(
    "JWT_AUDIENCE",
    "Claim aud that users' JWTs must have, alone or among others; unset, a JWT with an aud is refused",
);

/// The claim that says who the user is.
pub const JWT_CLAIM_UID: Variable = Variable {
    default: Some("sub"),
    ..Variable::new(
        "JWT_CLAIM_UID",
        "Claim with the uid or user account: a user gets tokens for no other",
    )
};

/// The claim that says which channels the user may join.
pub const JWT_CLAIM_CHANNELS: Variable = Variable {
    default: Some("agora_channels"),
    ..Variable::new(
        "JWT_CLAIM_CHANNELS",
        "Claim with the channels that the user may join: a list, * for any characters",
    )
};

/// The claim that says what the user may do there.
pub const JWT_CLAIM_ROLE: Variable = Variable {
    default: Some("agora_role"),
    ..Variable::new(
        "JWT_CLAIM_ROLE",
        "Claim with the role that the user has at most: subscriber, publisher or admin; without it, publisher",
    )
};

/// The claim that says how long the user's tokens last.
pub const JWT_CLAIM_TTL: Variable = Variable {
    default: Some("agora_max_ttl"),
    ..Variable::new(
        "JWT_CLAIM_TTL",
        "Claim with the longest lifetime of the user's tokens in seconds; without it, MAX_TTL or 3600",
    )
};

/// Limits users' tokens to the expiry of their JWTs.
pub const JWT_LIMIT_TO_EXP: Variable = Variable {
    default: Some("false"),
    ..Variable::new(
        "JWT_LIMIT_TO_EXP",
        "Limit of users' tokens to the expiry of their JWT (claim exp): true or false",
    )
};

/// The channels of users whose JWTs name none.
pub const JWT_DEFAULT_CHANNELS: Variable = Variable::new(
    "JWT_DEFAULT_CHANNELS",
    "Channels that users may join whose JWTs name none: a list, * for any characters; unset, none",
);

/// The longest that anything lasts.
pub const MAX_TTL: Variable = Variable::new(
    "MAX_TTL",
    "Seconds that tokens and privileges last at most, whoever asks: 1 to 86400",
);

/// The channels that tokens are for.
pub const ALLOWED_CHANNELS: Variable = Variable::new(
    "ALLOWED_CHANNELS",
    "Channels that tokens are for, whoever asks: a list, * for any characters; unset, all",
);

/// The services that tokens are for.
pub const ALLOWED_SERVICES: Variable = Variable::new(
    "ALLOWED_SERVICES",
    "Services that tokens are for, whoever asks: a list of rtc, rtm, streaming, fpa, chat, fcdn, apaas, rtm2, convo_ai, stt; unset, all",
);

/// Whether there are tokens for all channels at once.
pub const ALLOW_WILDCARD: Variable = Variable {
    default: Some("false"),
    ..Variable::new(
        "ALLOW_WILDCARD",
        "Whether tokens for the channel *, which is every channel, are made: true or false; with callers, for keys named name* and JWTs whose channels have * alone",
    )
};

/// The override for SDKs that know no 007 tokens.
pub const ALLOW_RESTRICTED_006: Variable = Variable {
    default: Some("false"),
    ..Variable::new(
        "ALLOW_RESTRICTED_006",
        "Whether restricted callers may get 006 tokens, whose holders can alter channel and uid: true or false; not with AUTHORIZE_URL",
    )
};

/// Who is asked about every token.
pub const AUTHORIZE_URL: Variable = Variable::new(
    "AUTHORIZE_URL",
    "URL of your authorization webhook, called for every token: 204 or 200 with JSON allows, 4xx denies",
);

/// What that service knows this server by.
pub const AUTHORIZE_TOKEN: Variable = Variable::new(
    "AUTHORIZE_TOKEN",
    "Secret that your service at AUTHORIZE_URL is sent as a bearer token: 16 or more characters",
);

/// The same, for platforms that mount secrets as files.
pub const AUTHORIZE_TOKEN_FILE: Variable = Variable::new(
    "AUTHORIZE_TOKEN_FILE",
    "Path of a file with the secret, instead of AUTHORIZE_TOKEN",
);

pub(super) const ALL: &[&Variable] = &[
    &API_KEYS,
    &API_KEYS_FILE,
    &JWT_SECRET,
    &JWT_SECRET_FILE,
    &JWT_PUBLIC_KEY,
    &JWT_PUBLIC_KEY_FILE,
    &JWT_JWKS_URL,
    &JWT_ISSUER,
    &JWT_AUDIENCE,
    &JWT_CLAIM_UID,
    &JWT_CLAIM_CHANNELS,
    &JWT_CLAIM_ROLE,
    &JWT_CLAIM_TTL,
    &JWT_LIMIT_TO_EXP,
    &JWT_DEFAULT_CHANNELS,
    &MAX_TTL,
    &ALLOWED_CHANNELS,
    &ALLOWED_SERVICES,
    &ALLOW_WILDCARD,
    &ALLOW_RESTRICTED_006,
    &AUTHORIZE_URL,
    &AUTHORIZE_TOKEN,
    &AUTHORIZE_TOKEN_FILE,
];
