//! Who may get which token, as it is configured: what is refused, and what contradicts what.

use agora_token_server::config::{
    Access, ChannelPattern, Config, Hook, JwtKey, Limits, Restricted,
};
use agora_token_server::token::{Lifetime, Project, ServiceKind};
use serde_json::json;

use crate::{
    APP_ID, CERTIFICATE, IDENTIFIERS, SECONDARY, environment, read, refused, refused_with,
};

const KEY: &str = "0123456789abcdef0123456789abcdef";
const OTHER_KEY: &str = "abcdef0123456789abcdef0123456789";
const SECRET: &str = "a secret of thirty-two bytes, yes";
const RSA: &str = include_str!("../keys/rsa.pub.pem");

/// What the file of keys holds.
pub(crate) const KEYS_FILE: &str = "# of our back ends\n\nweb:0123456789abcdef0123456789abcdef\n\
     jobs*:abcdef0123456789abcdef0123456789\n";

fn access(variables: &[(&str, &str)]) -> Access {
    read(&[&IDENTIFIERS[..], variables].concat()).access
}

#[track_caller]
fn contradicts(variables: &[(&str, &str)], problem: &str) {
    refused(&[&IDENTIFIERS[..], variables].concat(), &[problem]);
}

#[test]
fn without_a_word_everyone_gets_everything() {
    let access = access(&[]);
    assert!(!access.is_guarded());
    assert!(access.hook.is_none());
    assert_eq!(access.limits, Limits::default());
}

#[test]
fn every_word_is_read() {
    let access = access(&[
        ("API_KEYS_FILE", "/run/secrets/keys"),
        ("JWT_JWKS_URL", "https://login.example/keys"),
        ("JWT_ISSUER", "https://login.example/"),
        ("JWT_AUDIENCE", "video"),
        ("JWT_CLAIM_UID", "uid"),
        ("JWT_CLAIM_CHANNELS", "channels"),
        ("JWT_CLAIM_ROLE", "role"),
        ("JWT_CLAIM_TTL", "ttl"),
        ("JWT_LIMIT_TO_EXP", "true"),
        ("JWT_DEFAULT_CHANNELS", "lobby, room-*"),
        ("MAX_TTL", "600"),
        ("ALLOWED_CHANNELS", "*,lobby"),
        ("ALLOWED_SERVICES", "RTC, stt"),
        ("ALLOW_WILDCARD", "true"),
        ("AUTHORIZE_URL", "http://auth:3000/may"),
        ("AUTHORIZE_TOKEN", "open-sesame-please"),
    ]);
    assert!(access.is_guarded());
    let keys: Vec<(&str, bool)> = access
        .api_keys
        .iter()
        .map(|key| (key.name(), key.may_wildcard()))
        .collect();
    assert_eq!(keys, [("web", false), ("jobs", true)]);
    assert_eq!(
        access.api_keys.find(OTHER_KEY.as_bytes()).unwrap().name(),
        "jobs"
    );
    assert!(access.api_keys.find(b"").is_none());
    let jwt = access.jwt.unwrap();
    assert!(matches!(&jwt.key, JwtKey::Jwks(url) if url.as_str() == "https://login.example/keys"));
    assert_eq!(
        (jwt.issuer.as_deref(), jwt.audience.as_deref()),
        (Some("https://login.example/"), Some("video"))
    );
    assert!(jwt.limit_to_exp);
    let names = [
        jwt.claims.uid,
        jwt.claims.channels,
        jwt.claims.role,
        jwt.claims.ttl,
    ];
    assert_eq!(names, ["uid", "channels", "role", "ttl"]);
    assert!(jwt.default_channels.unwrap().match_one("room-1"));
    assert_eq!(access.limits.lifetime.map(Lifetime::seconds), Some(600));
    assert!(access.limits.channels.unwrap().match_one("anything"));
    assert_eq!(
        access.limits.services.unwrap(),
        [ServiceKind::Rtc, ServiceKind::Stt]
    );
    assert!(access.limits.wildcard);
    let Hook { url, token } = access.hook.unwrap();
    assert_eq!(
        (url.as_str(), token.unwrap().expose()),
        ("http://auth:3000/may", "open-sesame-please")
    );
}

#[test]
fn what_is_no_api_key_is_named_by_its_place_in_the_list() {
    let entry = |entry: &str| format!("good:{KEY},{entry}");
    let name = "has a name other than 1 to 64 letters, digits and -_. (and a * after it, for the right to wildcards) as \
                entry 2";
    for (list, problem) in [
        (entry("bad"), "has no name as entry 2; an entry is name:key"),
        (entry(&format!(":{OTHER_KEY}")), name),
        (entry(&format!("a b:{OTHER_KEY}")), name),
        (entry(&format!("*:{OTHER_KEY}")), name),
        (entry(&format!("{}:{OTHER_KEY}", "x".repeat(65))), name),
        (
            entry("bad:short"),
            "has a key of 5 characters as entry 2, and at least 32 are needed; openssl rand -hex 32 makes a key",
        ),
        (
            entry(&format!("bad:{OTHER_KEY}.")),
            "has a key with another character than letters, digits and -_~+/= as entry 2; openssl rand -hex 32 makes a key",
        ),
        (
            entry(&format!("good:{OTHER_KEY}")),
            "has the name of another entry as entry 2",
        ),
        (
            entry(&format!("bad:{KEY}")),
            "has the key of another entry as entry 2",
        ),
        (
            entry("bad:sha256:00"),
            "has no digest as entry 2: after sha256: belong 64 hexadecimal digits",
        ),
        (
            entry(&format!("bad:sha256:{}", "+0".repeat(32))),
            "has no digest as entry 2: after sha256: belong 64 hexadecimal digits",
        ),
        (" , ".to_owned(), "has no entry; an entry is name:key"),
    ] {
        refused_with("API_KEYS", &list, problem);
    }
}

#[test]
fn keys_of_users_are_of_one_kind_and_strong() {
    let short = "must have at least 32 bytes, found 31; openssl rand -hex 32 makes one";
    refused_with("JWT_SECRET", &SECRET[..31], short);
    let no_key = "must be a public key in PEM: -----BEGIN PUBLIC KEY----- and so on; \\n stands for a line end";
    for text in [
        KEY,
        "-----BEGIN CERTIFICATE-----",
        "-----BEGIN PUBLIC KEY-----\\nAAAA\\n-----END PUBLIC KEY-----",
    ] {
        refused_with("JWT_PUBLIC_KEY", text, no_key);
    }
    let kind = "must be a key of RSA (2048 to 8192 bits), of the curve P-256, or of Ed25519";
    refused_with("JWT_PUBLIC_KEY", include_str!("../keys/p384.pub.pem"), kind);
    refused_with(
        "JWT_PUBLIC_KEY",
        include_str!("../keys/rsa1024.pub.pem"),
        kind,
    );
    refused_with(
        "JWT_PUBLIC_KEY",
        include_str!("../keys/x25519.pub.pem"),
        no_key,
    );
    let small_order = "is an Ed25519 key of small order, so anyone can forge its signatures; generate another one: openssl \
                       genpkey -algorithm ed25519";
    for key in [
        "MCowBQYDK2VwAyEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        "MCowBQYDK2VwAyEAAQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        "MCowBQYDK2VwAyEA7v////////////////////////////////////////8=",
    ] {
        let pem = format!("-----BEGIN PUBLIC KEY-----\\n{key}\\n-----END PUBLIC KEY-----");
        refused_with("JWT_PUBLIC_KEY", &pem, small_order);
    }
    let private =
        "is a private key; the server needs the public one: openssl pkey -pubout makes it";
    refused_with("JWT_PUBLIC_KEY", include_str!("../keys/rsa.pem"), private);
    contradicts(
        &[("JWT_SECRET", SECRET), ("JWT_PUBLIC_KEY", RSA)],
        "JWT_SECRET and JWT_PUBLIC_KEY are both set; keep one",
    );
    contradicts(
        &[
            ("JWT_SECRET", SECRET),
            ("JWT_JWKS_URL", "https://a.example/"),
        ],
        "JWT_SECRET and JWT_JWKS_URL are both set; keep one",
    );
    contradicts(
        &[("JWT_PUBLIC_KEY_FILE", "/nowhere")],
        "JWT_PUBLIC_KEY_FILE names a file that cannot be read: no such file",
    );
}

#[test]
fn the_keys_of_a_provider_come_by_https() {
    let who = [("JWT_ISSUER", "a"), ("JWT_AUDIENCE", "b")];
    for good in [
        "https://a.example/keys",
        "http://127.0.0.1:1/",
        "http://localhost/",
        "http://[::1]/k",
    ] {
        access(&[&who[..], &[("JWT_JWKS_URL", good)]].concat());
    }
    let secure = "must be https; http is for a server on this machine";
    let url = "must be a URL that begins with https:// or http://";
    for (bad, problem) in [
        ("http://a.example/keys", secure),
        ("http://localhost.example/", secure),
        ("http://10.0.0.1/", secure),
        ("ftp://a.example/", url),
        ("a.example/keys", url),
        ("https://", url),
        (
            "https://me:secret@a.example/",
            "must not have a user or password in it",
        ),
    ] {
        let variables = [&who[..], &[("JWT_JWKS_URL", bad)]].concat();
        contradicts(&variables, &format!("JWT_JWKS_URL {problem}"));
    }
}

#[test]
fn a_provider_has_other_customers_too() {
    let because = "is not set; identity providers share their keys among their customers, so JWT_JWKS_URL needs \
                   JWT_ISSUER and JWT_AUDIENCE";
    let jwks = [
        IDENTIFIERS[0],
        IDENTIFIERS[1],
        ("JWT_JWKS_URL", "https://a.example/keys"),
    ];
    refused(
        &jwks,
        &[
            &format!("JWT_ISSUER {because}"),
            &format!("JWT_AUDIENCE {because}"),
        ],
    );
    let with_issuer = [&jwks[..], &[("JWT_ISSUER", "a")]].concat();
    refused(&with_issuer, &[&format!("JWT_AUDIENCE {because}")]);
}

#[test]
fn what_is_about_something_that_is_not_there_is_a_contradiction() {
    let nothing_to_be_about =
        "is set, but no JWT_SECRET, JWT_PUBLIC_KEY or JWT_JWKS_URL that it could be about";
    for variable in [
        "JWT_ISSUER",
        "JWT_AUDIENCE",
        "JWT_DEFAULT_CHANNELS",
        "JWT_CLAIM_UID",
        "JWT_CLAIM_CHANNELS",
        "JWT_CLAIM_ROLE",
        "JWT_CLAIM_TTL",
    ] {
        refused_with(variable, "x", nothing_to_be_about);
    }
    refused_with("JWT_LIMIT_TO_EXP", "true", nothing_to_be_about);
    refused_with(
        "AUTHORIZE_TOKEN",
        "open-sesame-please",
        "is set, but no AUTHORIZE_URL that it could be for",
    );
    contradicts(
        &[("MAX_TTL", "60"), ("DEFAULT_TTL", "61")],
        "DEFAULT_TTL is longer than MAX_TTL",
    );
    contradicts(
        &[("ALLOW_WILDCARD", "true"), ("ALLOWED_CHANNELS", "room-*")],
        "ALLOW_WILDCARD is true, but ALLOWED_CHANNELS has no * alone: a wildcard is for every channel",
    );
}

#[test]
fn what_a_limit_cannot_be_is_said() {
    refused_with(
        "MAX_TTL",
        "86401",
        "must be at most 86400 seconds (24 hours)",
    );
    refused_with("ALLOW_WILDCARD", "yes", "must be true or false");
    refused_with(
        "ALLOWED_CHANNELS",
        ",",
        "has no entry; leave it out for all channels",
    );
    refused_with(
        "ALLOWED_CHANNELS",
        "a,b/*",
        "has no channel or pattern as entry 2: it has '/' at position 2; allowed are a-z A-Z 0-9, space and \
         !#$%&()+-:;<=.>?@[]^_{}|~,",
    );
    let long = "x*".repeat(65);
    refused_with(
        "ALLOWED_CHANNELS",
        &long,
        "has no channel or pattern as entry 1: it is 130 bytes long; at most 128 are allowed",
    );
    refused_with(
        "ALLOWED_SERVICES",
        "rtc,video",
        "must be a list of rtc, rtm, streaming, fpa, chat, fcdn, apaas, rtm2, convo_ai, stt; entry 2 is none of them",
    );
    for token in ["fifteen-letters", "sixteen letters-", "sechzehn-Zeichenä"] {
        contradicts(
            &[("AUTHORIZE_URL", "http://a/"), ("AUTHORIZE_TOKEN", token)],
            "AUTHORIZE_TOKEN must be 16 or more visible ASCII characters without spaces: it is sent in a header; \
             openssl rand -hex 32 makes some",
        );
    }
}

#[test]
fn a_secondary_certificate_is_another_one() {
    for (variable, value) in [
        ("APP_CERTIFICATE_SECONDARY", SECONDARY),
        ("APP_CERTIFICATE_SECONDARY_FILE", "/run/secrets/secondary"),
    ] {
        let config = read(&[IDENTIFIERS[0], IDENTIFIERS[1], (variable, value)]);
        assert!(config.project.secondary.is_some());
    }
    refused_with(
        "APP_CERTIFICATE_SECONDARY",
        CERTIFICATE,
        "is the same as APP_CERTIFICATE; a project has two",
    );
    refused_with(
        "APP_CERTIFICATE_SECONDARY",
        APP_ID,
        "is the App ID; the App Certificate is another 32 digits of the same page",
    );
    refused_with(
        "APP_CERTIFICATE_SECONDARY",
        "5CFd",
        "must be 32 hexadecimal digits, found 4 characters",
    );
}

/// The naive meaning of a pattern, for comparison.
fn matches(pattern: &[u8], text: &[u8]) -> bool {
    match pattern.split_first() {
        None => text.is_empty(),
        Some((b'*', rest)) => (0..=text.len()).any(|at| matches(rest, &text[at..])),
        Some((first, rest)) => text.first() == Some(first) && matches(rest, &text[1..]),
    }
}

#[test]
fn a_star_stands_for_any_characters_or_none() {
    let words = |letters: &[u8], longest: usize| {
        let mut all = vec![String::new()];
        let mut last = all.clone();
        for _ in 0..longest {
            let longer = last.iter().flat_map(|word| {
                letters
                    .iter()
                    .map(move |letter| format!("{word}{}", char::from(*letter)))
            });
            last = longer.collect();
            all.extend(last.clone());
        }
        all
    };
    let texts = words(b"ab", 5);
    for pattern in words(b"ab*", 5)
        .iter()
        .filter(|pattern| !pattern.is_empty())
    {
        let read = ChannelPattern::new(pattern).unwrap();
        for text in &texts {
            let expected = matches(pattern.as_bytes(), text.as_bytes());
            assert_eq!(read.matches(text), expected, "{}", json!([pattern, text]));
        }
    }
}

#[test]
fn one_secret_is_not_for_two_purposes() {
    let keys = format!("web:{KEY}");
    for (name, value, problem) in [
        (
            "JWT_SECRET",
            KEY,
            "JWT_SECRET is an API key too: its holder could make JWTs; take another",
        ),
        (
            "METRICS_KEY",
            KEY,
            "METRICS_KEY is an API key too: who reads the metrics could ask for tokens; take another",
        ),
        (
            "AUTHORIZE_TOKEN",
            KEY,
            "AUTHORIZE_TOKEN is an API key too: your service could ask for tokens; take another",
        ),
    ] {
        let variables = [
            ("API_KEYS", keys.as_str()),
            (name, value),
            ("AUTHORIZE_URL", "http://auth/"),
        ];
        refused(&[&IDENTIFIERS[..], &variables].concat(), &[problem]);
    }
    for (first, second, problem) in [
        (
            "JWT_SECRET",
            "AUTHORIZE_TOKEN",
            "AUTHORIZE_TOKEN is JWT_SECRET too: your service could make JWTs; take another",
        ),
        (
            "JWT_SECRET",
            "METRICS_KEY",
            "METRICS_KEY is JWT_SECRET too: who reads the metrics could make JWTs; take another",
        ),
        (
            "AUTHORIZE_TOKEN",
            "METRICS_KEY",
            "METRICS_KEY is AUTHORIZE_TOKEN too: who reads the metrics could pass for this server; take another",
        ),
    ] {
        let variables = [
            (first, KEY),
            (second, KEY),
            ("AUTHORIZE_URL", "http://auth/"),
        ];
        contradicts(&variables, problem);
    }
}

#[test]
fn a_problem_names_the_variable_that_was_set() {
    let keys = format!("web:{KEY}");
    let file = "/run/secrets/metrics"; // KEY, in a file
    let hook = ("AUTHORIZE_URL", "http://auth/");
    for (name, problem) in [
        (
            "JWT_SECRET_FILE",
            "is an API key too: its holder could make JWTs; take another",
        ),
        (
            "METRICS_KEY_FILE",
            "is an API key too: who reads the metrics could ask for tokens; take another",
        ),
        (
            "AUTHORIZE_TOKEN_FILE",
            "is an API key too: your service could ask for tokens; take another",
        ),
    ] {
        contradicts(
            &[("API_KEYS", &keys), (name, file), hook],
            &format!("{name} {problem}"),
        );
    }
    contradicts(
        &[("AUTHORIZE_TOKEN_FILE", file)],
        "AUTHORIZE_TOKEN_FILE is set, but no AUTHORIZE_URL that it could be for",
    );
    contradicts(
        &[("API_KEYS_FILE", "/run/secrets/keys")],
        "API_KEYS_FILE has a key for all channels at once (name*), but ALLOW_WILDCARD is not true",
    );
    refused(
        &[("AGORA_APP_ID", APP_ID), ("AGORA_APP_CERTIFICATE", APP_ID)],
        &[
            "AGORA_APP_CERTIFICATE is the App ID; the App Certificate is another 32 digits of the same page",
        ],
    );
    // An empty one is not set.
    contradicts(
        &[
            ("API_KEYS", &keys),
            ("JWT_SECRET", ""),
            ("JWT_SECRET_FILE", file),
        ],
        "JWT_SECRET_FILE is an API key too: its holder could make JWTs; take another",
    );
}

#[test]
fn a_certificate_is_nothing_else() {
    let secondary = ("APP_CERTIFICATE_SECONDARY", SECONDARY);
    let hook = ("AUTHORIZE_URL", "http://auth/");
    for certificate in [CERTIFICATE, SECONDARY] {
        for (name, value) in [
            ("API_KEYS", format!("web:{certificate}")),
            (
                "JWT_SECRET",
                format!("prefix-{}", certificate.to_uppercase()),
            ),
            ("AUTHORIZE_TOKEN", certificate.to_owned()),
            ("METRICS_KEY", certificate.to_owned()),
        ] {
            let variables = [secondary, hook, (name, value.as_str())];
            let problem = "has an App Certificate in it, which signs tokens alone; openssl rand -hex 32 makes another secret";
            contradicts(&variables, &format!("{name} {problem}"));
        }
    }
}

fn demo() -> Project {
    Project::new(APP_ID.parse().unwrap(), CERTIFICATE.parse().unwrap())
}

#[test]
fn a_misspelt_guard_does_not_start_an_open_server() {
    for (found, meant) in [
        ("API_KEY", "API_KEYS"),
        ("api_keys", "API_KEYS"),
        ("AGORA_API_KEYS", "API_KEYS"),
        ("JWT_SECERT", "JWT_SECRET"),
        ("JWT_JWKS_URI", "JWT_JWKS_URL"),
        ("AUTHORIZE_URI", "AUTHORIZE_URL"),
    ] {
        refused(
            &[&IDENTIFIERS[..], &[(found, "x")]].concat(),
            &[
                &format!(
                    "{meant} is not set, but a name like it is, and it says who may have which tokens: rename that variable, or unset it"
                ),
                &format!("{found} is set, but nothing reads it; did you mean {meant}?"),
            ],
        );
    }
    // Whatever else guards, these would be missing.
    for (found, meant) in [
        ("AUTHORISE_URL", "AUTHORIZE_URL"),
        ("JWT_ISSUR", "JWT_ISSUER"),
        ("ALLOWED_CHANNEL", "ALLOWED_CHANNELS"),
        ("ALLOWED_SERVICE", "ALLOWED_SERVICES"),
        ("MAXTTL", "MAX_TTL"),
    ] {
        let guarded = [("JWT_SECRET", SECRET), (found, "x")];
        refused(
            &[&IDENTIFIERS[..], &guarded].concat(),
            &[
                &format!(
                    "{meant} is not set, but a name like it is, and it says who may have which tokens: rename that variable, or unset it"
                ),
                &format!("{found} is set, but nothing reads it; did you mean {meant}?"),
            ],
        );
    }
    let empty = [("API_KEYS", ""), ("API_KEY", "x")];
    let read = |variables: &[_], demo| {
        Config::read(
            &environment(&[&IDENTIFIERS[..], variables].concat(), None),
            demo,
        )
    };
    assert!(read(&empty, None).is_err());
    assert!(read(&empty, Some(demo())).is_ok());
    let guarded = [("JWT_SECRET", SECRET), ("API_KEY", "x")];
    assert!(read(&guarded, None).is_ok());
}

#[test]
fn a_name_that_begins_like_a_guards_is_warned_about_on_an_open_server() {
    let said = |variables: &[(&str, &str)]| {
        let config = read(&[&IDENTIFIERS[..], variables].concat());
        let said = config.near_misses.iter().map(ToString::to_string);
        said.collect::<Vec<_>>()
    };
    for (found, meant) in [
        ("APIKEY", "API_KEYS"),
        ("API_KEYS_PATH", "API_KEYS"),
        ("JWT_KEY", "JWT_SECRET"),
        ("JWT_SECRET_KEY", "JWT_SECRET"),
        ("JWKS_URL", "JWT_JWKS_URL"),
        ("AUTHORIZATION_URL", "AUTHORIZE_URL"),
    ] {
        let like = format!("{found} is set, but nothing reads it; did you mean {meant}?");
        assert_eq!(said(&[(found, "x")]), [like]);
        let key = format!("web:{KEY}");
        let guarded = [("API_KEYS", key.as_str()), (found, "x")];
        assert_eq!(said(&guarded), [""; 0], "another program's, {found}");
    }
    for (found, meant) in [("JWT_ISS", "JWT_ISSUER"), ("JWT_AUD", "JWT_AUDIENCE")] {
        let like = format!("{found} is set, but nothing reads it; did you mean {meant}?");
        assert_eq!(said(&[("JWT_SECRET", KEY), (found, "x")]), [like]);
        let both = [("JWT_SECRET", KEY), (found, "x"), (meant, "x")];
        assert_eq!(said(&both), [""; 0], "{found}");
    }
}

fn token_can_be_guessed(token: &str) {
    contradicts(
        &[
            ("AUTHORIZE_URL", "https://auth.example/may"),
            ("AUTHORIZE_TOKEN", token),
        ],
        "AUTHORIZE_TOKEN can be guessed; openssl rand -hex 32 makes one that cannot",
    );
}

#[test]
fn a_secret_that_is_guessed_early_is_none() {
    let sevens = "1234567".repeat(6);
    for text in [
        "a".repeat(40),
        sevens,
        "a-string-secret-at-least-256-bits-long".to_owned(),
    ] {
        let can = "can be guessed; openssl rand -hex 32 makes one that cannot";
        refused_with("JWT_SECRET", &text, can);
        let can =
            "has a key that can be guessed as entry 1; openssl rand -hex 32 makes one that cannot";
        refused_with("API_KEYS", &format!("web:{text}"), can);
        let can = "can be guessed; `openssl rand -hex 32` makes one that cannot";
        refused_with("METRICS_KEY", &text, can);
        token_can_be_guessed(&text);
    }
    token_can_be_guessed("aaaaaaaaaaaaaaaa");
    token_can_be_guessed("abcabcabcabcabca");
    let der: String = RSA.lines().filter(|line| !line.starts_with('-')).collect();
    refused_with(
        "JWT_SECRET",
        &der,
        "is a public or private key without the first and last line of its PEM; put it with them into JWT_PUBLIC_KEY",
    );
}

#[test]
fn a_secret_is_not_what_everyone_may_know() {
    refused_with(
        "JWT_SECRET",
        RSA,
        "is a key in PEM: everyone may know a public one; put it into JWT_PUBLIC_KEY",
    );
    let without_lines = "is a public or private key without the first and last line of its PEM; put it with them into \
                         JWT_PUBLIC_KEY";
    let json = "is JSON: everyone may know a public key (JWK); put its URL into JWT_JWKS_URL, or the key in PEM into \
                JWT_PUBLIC_KEY";
    let ssh = "is an SSH key: everyone may know a public one; put a key in PEM into JWT_PUBLIC_KEY";
    for (key, problem) in [
        (
            "MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
            without_lines,
        ),
        (
            "MCowBQYDK2VwAyEA11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
            without_lines,
        ),
        (
            r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#,
            json,
        ),
        (
            "https://login.example.com/.well-known/jwks.json",
            "is a URL; put that of a key set into JWT_JWKS_URL",
        ),
        (
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINdamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea",
            ssh,
        ),
    ] {
        refused_with("JWT_SECRET", key, problem);
    }
    let nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    refused_with(
        "API_KEYS",
        &format!("web:sha256:{nothing}"),
        "has the digest of no key as entry 1: the variable with the key was not set",
    );
}

#[test]
fn rights_that_do_nothing_are_not_given() {
    refused_with(
        "API_KEYS",
        &format!("web*:{KEY}"),
        "has a key for all channels at once (name*), but ALLOW_WILDCARD is not true",
    );
    for name in ["exp", "nbf", "iat", "iss", "aud"] {
        contradicts(
            &[("JWT_SECRET", KEY), ("JWT_CLAIM_UID", name)],
            &format!("JWT_CLAIM_UID is {name}, which says nothing about the user"),
        );
    }
}

#[test]
fn version_006_for_restricted_callers_contradicts() {
    let restricting = [
        ("JWT_SECRET", SECRET),
        ("ALLOWED_CHANNELS", "lobby"),
        ("ALLOWED_SERVICES", "rtc"),
    ];
    let version = ("ACCESS_TOKEN_VERSION", "006");
    for setting in restricting {
        let problem = format!(
            "ACCESS_TOKEN_VERSION is 006, but callers are restricted by {} and can alter the channel and uid of a 006 token; \
             remove it, set it to 007, or set ALLOW_RESTRICTED_006=true to accept that",
            setting.0
        );
        contradicts(&[version, setting], &problem);
        let allowed = access(&[version, setting, ("ALLOW_RESTRICTED_006", "true")]);
        assert!(allowed.allows_restricted_006());
        assert_ne!(allowed.restricted(), Restricted::Nobody);
        access(&[("ACCESS_TOKEN_VERSION", "007"), setting]);
        access(&[setting]);
    }
    contradicts(
        &[
            version,
            ("AUTHORIZE_URL", "https://auth.example/may"),
            ("ALLOWED_CHANNELS", "a"),
        ],
        "ACCESS_TOKEN_VERSION is 006, but callers are restricted by ALLOWED_CHANNELS and AUTHORIZE_URL and can alter the channel \
         and uid of a 006 token; remove it or set it to 007",
    );
    access(&[version, ("MAX_TTL", "600")]);
    access(&[version, ("API_KEYS", &format!("web:{KEY}"))]);
}

#[test]
fn the_webhook_and_006_for_restricted_callers_contradict() {
    contradicts(
        &[
            ("AUTHORIZE_URL", "https://auth.example/may"),
            ("ALLOW_RESTRICTED_006", "true"),
        ],
        "ALLOW_RESTRICTED_006 is true, but AUTHORIZE_URL is set: the webhook would authorize tokens that their holders can \
         alter; remove one of the two",
    );
    refused_with("ALLOW_RESTRICTED_006", "yes", "must be true or false");
}

#[test]
fn rejects_a_claim_name_with_path_syntax_unless_it_is_a_url() {
    for variable in [
        "JWT_CLAIM_UID",
        "JWT_CLAIM_CHANNELS",
        "JWT_CLAIM_ROLE",
        "JWT_CLAIM_TTL",
    ] {
        for (name, found) in [
            ("app_metadata.channels", "a dot"),
            (".a", "a dot"),
            ("https.example.com/channels", "a dot"),
            ("a.b:c", "a dot"),
            ("app_metadata/channels", "/"),
            ("/app_metadata", "/"),
            ("app_metadata[channels]", "["),
            ("app_metadata->channels", ">"),
            ("$channels", "$"),
            ("a://b.c", "/"),
            ("https:/b", "/"),
        ] {
            contradicts(
                &[("JWT_SECRET", SECRET), (variable, name)],
                &format!(
                    "{variable} has {found}, but nested claims are not supported; name a top-level claim, which may be a URL \
                     such as https://example.com/channels"
                ),
            );
        }
        for name in [
            "channels",
            "https://example.com/channels",
            "http://example.com/channels",
            "custom:channels",
            "urn:zitadel:iam:org:project:roles",
        ] {
            access(&[("JWT_SECRET", SECRET), (variable, name)]);
        }
    }
}
