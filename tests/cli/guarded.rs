//! The guarded server as it runs: what it says at its start, and what it says nothing of.

use std::io::{Read, Write};

use crate::support::{CERTIFICATE, IDENTIFIERS, Server, run};

const KEY: &str = "0123456789abcdef0123456789abcdef";
const SECRET: &str = "a-secret-of-thirty-two-bytes,-yes";
const SECONDARY: &str = "0CFd2fd1755d40ecb72977518be15d3b";

/// `{"alg":"HS256"}`, `{"sub":"alice","exp":9999999999}` and a signature of something else.
const JWT: &str = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbGljZSIsImV4cCI6OTk5OTk5OTk5OX0.c2lnbmF0dXJl";

fn start(more: &[(&str, &str)]) -> Server {
    Server::start(&[], &[&IDENTIFIERS[..], more].concat())
}

fn stopped(server: Server) -> String {
    let first_line = server.first_line.clone();
    server.signal("TERM");
    first_line + &server.ended().1
}

fn ask(server: &Server, shown: &str) -> String {
    let mut connection = server.connect();
    write!(
        connection,
        "GET /access_token?channel=test HTTP/1.1\r\nHost: test\r\nAuthorization: Bearer {shown}\r\nConnection: close\r\n\r\n"
    )
    .unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn start_up_says_in_a_line_what_is_guarded_and_how() {
    let keys = format!("web:{KEY},jobs:sha256:{}", "0".repeat(64));
    let settings = [
        ("API_KEYS", keys.as_str()),
        (
            "JWT_JWKS_URL",
            "http://127.0.0.1:9/keys?secret=in-the-query",
        ),
        ("JWT_ISSUER", "https://login.example/"),
        ("JWT_AUDIENCE", "video"),
        ("MAX_TTL", "600"),
        ("ALLOWED_CHANNELS", "lobby,*"),
        ("ALLOWED_SERVICES", "rtc,rtm"),
        ("ALLOW_WILDCARD", "true"),
        (
            "AUTHORIZE_URL",
            "http://127.0.0.1:9/may?secret=in-the-query",
        ),
        ("RATE_LIMIT", "100/min"),
        ("TRUSTED_PROXY_HOPS", "1"),
        ("AUDIT_LOG", "stdout"),
    ];
    let log = stopped(start(&settings));
    let example = "/access_token?channel=test&uid=1234 with an API key or JWT\n";
    assert!(log.contains(", guarded; try http://"), "{log}");
    assert!(log.contains(example), "{log}");
    let said = "tokens are for: callers with the API keys web, jobs; users with JWTs by the keys of \
                http://127.0.0.1:9/keys; at most 600 s; channels lobby, *; services rtc, rtm; wildcards allowed; \
                the webhook at http://127.0.0.1:9 authorizes each token; 100 requests a minute for each client, by credentials or entry 1 \
                from the end of X-Forwarded-For; each is written down on standard output\n";
    assert!(log.contains(&format!(" INFO {said}")), "{log}");
    let checked = run(&["check-config"], &[&IDENTIFIERS[..], &settings].concat());
    let checked = String::from_utf8(checked.stdout).unwrap();
    assert!(
        checked.ends_with(&format!("answers 007\n{said}")),
        "{checked}"
    );
    assert!(!log.contains("minting is open"), "{log}");
    assert!(!log.contains("in-the-query"), "{log}");
}

#[test]
fn check_config_says_by_which_algorithm_users_are_known() {
    for (file, algorithm) in [
        ("tests/keys/rsa.pub.pem", "RS256"),
        ("tests/keys/p256.pub.pem", "ES256"),
        ("tests/keys/ed25519.pub.pem", "EdDSA"),
    ] {
        let file = format!("{}/{file}", env!("CARGO_MANIFEST_DIR"));
        let key = ("JWT_PUBLIC_KEY_FILE", file.as_str());
        let checked = run(&["check-config"], &[&IDENTIFIERS[..], &[key]].concat());
        let checked = String::from_utf8(checked.stdout).unwrap();
        let said = format!("\ntokens are for: users with JWTs by {algorithm}\n");
        assert!(checked.ends_with(&said), "{checked}");
    }
}

#[test]
fn an_open_server_with_limits_says_both() {
    for (name, value, said) in [
        ("MAX_TTL", "600", "at most 600 s"),
        (
            "RATE_LIMIT",
            "1/s",
            "1 request a second for each client, by credentials or whoever connects",
        ),
    ] {
        let log = stopped(start(&[(name, value)]));
        let said = format!("INFO tokens are for: {said}\n");
        assert!(log.contains(&said), "{log}");
        assert!(log.contains("WARN minting is open"), "{log}");
    }
}

#[test]
fn warns_that_restricted_callers_can_alter_006_tokens() {
    let said = "ALLOW_RESTRICTED_006 is true: the holder of a 006 token can alter its channel and uid, and so join \
                channels and act as users that the caller is not authorized for\n";
    let allowed = ("ALLOW_RESTRICTED_006", "true");
    let version = ("ACCESS_TOKEN_VERSION", "006");
    let users = [("JWT_SECRET", SECRET), allowed, version];
    let log = stopped(start(&users));
    assert!(log.contains(&format!(" WARN {said}")), "{log}");
    for (settings, has_warning) in [
        (&users[..], true),
        (&[("ALLOWED_SERVICES", "rtc"), allowed], true),
        (&[("MAX_TTL", "600"), allowed], false),
        (&[("JWT_SECRET", SECRET)], false),
    ] {
        let checked = run(&["check-config"], &[&IDENTIFIERS[..], settings].concat());
        let checked = String::from_utf8(checked.stdout).unwrap();
        assert_eq!(checked.contains(said), has_warning, "{checked}");
    }
}

#[test]
fn check_config_says_which_version_access_token_answers_to_whom() {
    let keys = format!("web:{KEY}");
    let keys = ("API_KEYS", keys.as_str());
    let users = ("JWT_SECRET", SECRET);
    for (settings, versions) in [
        (&[][..], "006"),
        (&[keys], "006"),
        (&[users], "007"),
        (&[users, keys], "006 to API keys and 007 to users with JWTs"),
        (&[keys, ("ALLOWED_CHANNELS", "lobby")], "007"),
        (&[("ACCESS_TOKEN_VERSION", "007")], "007"),
    ] {
        let checked = run(&["check-config"], &[&IDENTIFIERS[..], settings].concat());
        let checked = String::from_utf8(checked.stdout).unwrap();
        let first = checked.lines().next().unwrap();
        assert!(
            first.ends_with(&format!("/access_token answers {versions}")),
            "{first}"
        );
    }
}

#[test]
fn a_token_for_your_service_that_travels_unencrypted_is_warned_about() {
    let token = ("AUTHORIZE_TOKEN", "open-sesame-please");
    let said = "AUTHORIZE_TOKEN is sent unencrypted, since AUTHORIZE_URL is http: whoever is on the way can read it and \
                what is asked; use https, unless the network is yours alone\n";
    let key = format!("web:{KEY}");
    for url in ["http://auth.example/may", "http://10.0.0.1:3000/may"] {
        let url = ("AUTHORIZE_URL", url);
        for more in [&[url, token][..], &[url, token, ("API_KEYS", key.as_str())]] {
            let log = stopped(start(more));
            assert!(log.contains(&format!(" WARN {said}")), "{log}");
            let checked = run(&["check-config"], &[&IDENTIFIERS[..], more].concat());
            assert_eq!(checked.status.code(), Some(0));
            let checked = String::from_utf8(checked.stdout).unwrap();
            assert!(checked.ends_with(said), "{checked}");
        }
    }
    for more in [
        &[("AUTHORIZE_URL", "https://auth.example/may"), token][..],
        &[("AUTHORIZE_URL", "http://127.0.0.1:3000/may"), token],
        &[("AUTHORIZE_URL", "http://localhost:3000/may"), token],
        &[("AUTHORIZE_URL", "http://[::1]:3000/may"), token],
        &[("AUTHORIZE_URL", "http://auth.example/may")],
    ] {
        let checked = run(&["check-config"], &[&IDENTIFIERS[..], more].concat());
        let checked = String::from_utf8(checked.stdout).unwrap();
        assert!(!checked.contains("unencrypted"), "{checked}");
    }
}

#[test]
fn a_misspelt_variable_is_warned_about_without_its_value() {
    let misspelt = [("RATELIMIT", KEY), ("MAX_CONECTIONS", SECRET)];
    let log = stopped(start(&misspelt));
    let checked = run(&["check-config"], &[&IDENTIFIERS[..], &misspelt].concat());
    let checked = String::from_utf8(checked.stdout).unwrap();
    for (found, meant) in [
        ("RATELIMIT", "RATE_LIMIT"),
        ("MAX_CONECTIONS", "MAX_CONNECTIONS"),
    ] {
        let said = format!("{found} is set, but nothing reads it; did you mean {meant}?\n");
        assert!(log.contains(&format!(" WARN {said}")), "{log}");
        assert!(checked.contains(&said), "{checked}");
    }
    for said in [log, checked] {
        assert!(!said.contains(KEY) && !said.contains(SECRET), "{said}");
    }
}

#[test]
fn start_up_names_a_url_that_is_answered() {
    let log = stopped(start(&[("COMPAT", "none")]));
    assert!(log.contains("/v1/tokens?channel=test&uid=1234\n"), "{log}");
}

#[test]
fn a_provider_that_is_down_at_the_start_is_warned_about() {
    let server = start(&[
        (
            "JWT_JWKS_URL",
            "http://127.0.0.1:9/keys?secret=in-the-query",
        ),
        ("JWT_ISSUER", "https://login.example/"),
        ("JWT_AUDIENCE", "video"),
    ]);
    assert!(ask(&server, JWT).starts_with("HTTP/1.1 503 "));
    let log = stopped(server);
    assert!(
        log.contains("WARN JWT_JWKS_URL cannot be fetched reason="),
        "{log}"
    );
    assert!(
        log.contains("ERROR failed method=\"GET\" route=\"/access_token\" status=503"),
        "{log}"
    );
    assert!(!log.contains("in-the-query"), "{log}");
}

#[test]
fn no_secret_stands_in_the_most_talkative_log() {
    let keys = format!("web:{KEY}");
    let mut server = start(&[
        ("LOG_LEVEL", "trace"),
        ("API_KEYS", &keys),
        ("JWT_SECRET", SECRET),
        ("APP_CERTIFICATE_SECONDARY", SECONDARY),
        ("AUTHORIZE_URL", "http://127.0.0.1:9/"),
        ("AUTHORIZE_TOKEN", "open-sesame-please"),
    ]);
    let log = server.follow_log();
    assert!(ask(&server, KEY).starts_with("HTTP/1.1 503 "));
    assert!(ask(&server, JWT).starts_with("HTTP/1.1 401 "));
    assert!(ask(&server, "wrong-but-still-a-secret").starts_with("HTTP/1.1 401 "));
    server.signal("TERM");
    server.ended();
    let log = log.join().unwrap();
    for reason in [
        "its signature is not of JWT_SECRET",
        "it is no API key, and has not the form of a JWT",
    ] {
        let said = format!("error=\"credentials_invalid\" reason=\"{reason}\" request_id=");
        assert!(log.contains(&said), "{log}");
    }
    assert!(log.contains("webhook call failed reason="), "{log}");
    for secret in [
        KEY,
        SECRET,
        CERTIFICATE,
        SECONDARY,
        "open-sesame-please",
        JWT,
        "wrong-but-still-a-secret",
        "alice",
    ] {
        assert!(!log.contains(secret), "{secret} in {log}");
    }
}

#[test]
fn the_log_says_of_refused_credentials_what_is_true_of_them() {
    let keys = format!("web:{KEY}");
    let no_key = "it is no API key";
    let no_key_for_it = "it is no API key, and there is no key for JWTs, whose form it has";
    let neither = "it is no API key, and has not the form of a JWT";
    for (shown, guards, reason) in [
        ("not-the-key", &[("API_KEYS", keys.as_str())][..], no_key),
        ("a.b.c", &[("API_KEYS", &keys)], no_key_for_it),
        ("not-the-key", &[("JWT_SECRET", SECRET)], neither),
        (
            "a.b",
            &[("API_KEYS", keys.as_str()), ("JWT_SECRET", SECRET)],
            neither,
        ),
    ] {
        let server = start(guards);
        assert!(ask(&server, shown).starts_with("HTTP/1.1 401 "));
        let log = stopped(server);
        let said = format!("error=\"credentials_invalid\" reason=\"{reason}\" request_id=");
        assert!(log.contains(&said), "{shown}: {log}");
    }
}

#[test]
fn no_secret_stands_in_help_or_in_a_problem_with_the_configuration() {
    let keys = format!("web:{KEY}");
    let environment = [
        ("API_KEYS", keys.as_str()),
        ("JWT_SECRET", SECRET),
        ("APP_CERTIFICATE", CERTIFICATE),
        ("APP_CERTIFICATE_SECONDARY", SECONDARY),
        ("AUTHORIZE_TOKEN", "open-sesame-please"),
    ];
    for arguments in [&["--help"][..], &["serve"], &["check-config"], &["man"]] {
        let output = run(arguments, &environment);
        let said = String::from_utf8_lossy(&output.stdout).into_owned()
            + &String::from_utf8_lossy(&output.stderr);
        for secret in [KEY, SECRET, CERTIFICATE, SECONDARY, "open-sesame-please"] {
            assert!(!said.contains(secret), "{arguments:?}: {said}");
        }
    }
}

#[test]
fn a_token_of_the_secondary_certificate_is_known() {
    let minted = run(
        &["mint", "rtc", "--channel", "test"],
        &[IDENTIFIERS[0], ("APP_CERTIFICATE", SECONDARY)],
    );
    let token = String::from_utf8(minted.stdout).unwrap();
    let both = [
        IDENTIFIERS[0],
        IDENTIFIERS[1],
        ("APP_CERTIFICATE_SECONDARY", SECONDARY),
    ];
    let output = run(&["inspect", "--json", token.trim()], &both);
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["signature"], "valid_secondary", "{report}");
    let one = run(&["inspect", "--json", token.trim()], &IDENTIFIERS);
    let report: serde_json::Value = serde_json::from_slice(&one.stdout).unwrap();
    assert_eq!(report["signature"], "invalid", "{report}");

    // It signs nothing.
    let minted = run(&["mint", "rtc", "--channel", "test"], &both);
    let token = String::from_utf8(minted.stdout).unwrap();
    let output = run(&["inspect", "--json", token.trim()], &IDENTIFIERS);
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["signature"], "valid", "{report}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_running_server_leaves_no_core() {
    let server = start(&[]);
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", server.id())).unwrap();
    let core = limits
        .lines()
        .find(|line| line.starts_with("Max core file size"))
        .unwrap();
    let values: Vec<&str> = core.split_whitespace().skip(4).take(2).collect();
    assert_eq!(values, ["0", "0"], "{core}");
}

#[test]
fn a_server_that_only_asks_another_says_that_it_knows_no_callers() {
    let log = stopped(start(&[("AUTHORIZE_URL", "http://127.0.0.1:9/may")]));
    let said = "WARN callers are not known: the service at AUTHORIZE_URL alone decides about every token\n";
    assert!(log.contains(said), "{log}");
    assert!(log.contains(", asking AUTHORIZE_URL; try http://"), "{log}");
    assert!(!log.contains("minting is open"), "{log}");
}
