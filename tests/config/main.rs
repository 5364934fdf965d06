//! The configuration: what each variable means, and every problem's sentence.

#![expect(clippy::unwrap_used, reason = "a test ends where something is missing")]

mod access;
mod dotenv;
mod page;
mod watching;

use std::io;
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::Path;
use std::time::Duration;

use agora_token_server::config::vars;
use agora_token_server::config::{
    AccessTokenVersion, AllowedOrigins, Compat, CompatServer, Config, Environment, LogFormat,
};
use agora_token_server::token::{
    Binding, Lifetime, Privilege, Privileges, Project, UnixTime, v006,
};
use tracing::level_filters::LevelFilter;

const APP_ID: &str = "970CA35de60c44645bbae8a215061b33";
const CERTIFICATE: &str = "5CFd2fd1755d40ecb72977518be15d3b";
const SECONDARY: &str = "0CFd2fd1755d40ecb72977518be15d3b";
const IDENTIFIERS: [(&str, &str); 2] = [("APP_ID", APP_ID), ("APP_CERTIFICATE", CERTIFICATE)];

fn environment(variables: &[(&str, &str)], dotenv: Option<&str>) -> Environment {
    let variables = variables
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let dotenv = dotenv
        .map(str::to_owned)
        .ok_or(io::ErrorKind::NotFound.into());
    Environment::new(variables, dotenv, read_file)
}

/// The files that there are: one holds the certificate.
fn read_file(path: &Path) -> io::Result<String> {
    match path.to_str() {
        Some("/run/secrets/certificate") => Ok(format!("{CERTIFICATE}\n")),
        Some("/run/secrets/secondary") => Ok(format!("{SECONDARY}\n")),
        Some("/run/secrets/keys") => Ok(access::KEYS_FILE.to_owned()),
        Some("/run/secrets/metrics") => Ok("0123456789abcdef0123456789abcdef\n".to_owned()),
        Some("/run/secrets/other") => Ok("not a certificate\n".to_owned()),
        _ => Err(io::Error::new(io::ErrorKind::NotFound, "no such file")),
    }
}

fn read(variables: &[(&str, &str)]) -> Config {
    Config::read(&environment(variables, None), None).unwrap()
}

/// Told by what it signs.
fn is_the_certificate(config: &Config) -> bool {
    let project = Project::new(config.project.app_id, CERTIFICATE.parse().unwrap());
    let privileges = Privileges::all(&[Privilege::JOIN_CHANNEL], 0);
    let message = v006::Message {
        salt: 1,
        ends_at: UnixTime::from_seconds(2),
        privileges,
    };
    let binding = Binding {
        channel: "test",
        uid: "1234",
    };
    v006::mint(&config.project, binding, &message) == v006::mint(&project, binding, &message)
}

#[track_caller]
fn refused(variables: &[(&str, &str)], problems: &[&str]) {
    let error = Config::read(&environment(variables, None), None)
        .unwrap_err()
        .to_string();
    let expected = problems.iter().map(|problem| format!("\n  {problem}"));
    assert_eq!(
        error,
        format!(
            "the configuration cannot be used:{}",
            expected.collect::<String>()
        )
    );
}

/// What is refused beside good identifiers.
#[track_caller]
fn refused_with(variable: &str, value: &str, problem: &str) {
    refused(
        &[&IDENTIFIERS[..], &[(variable, value)]].concat(),
        &[&format!("{variable} {problem}")],
    );
}

#[test]
fn two_variables_are_enough() {
    let config = read(&IDENTIFIERS);
    assert_eq!(config.project.app_id.as_str(), APP_ID);
    assert!(is_the_certificate(&config));
    assert_eq!(config.listen, SocketAddr::from(([0, 0, 0, 0], 8080)));
    assert_eq!(config.allowed_origins, AllowedOrigins::Any);
    assert_eq!(
        (config.access_token_version, config.default_lifetime),
        (None, None)
    );
    assert_eq!(config.max_connections, 16_384);
    assert_eq!((config.rate_limit, config.trusted_proxy_hops), (None, 0));
    assert_eq!(config.failed_auth_limit, Some("60/min".parse().unwrap()));
    assert_eq!(
        (config.log.level.filter(), config.log.format),
        (LevelFilter::INFO, LogFormat::Text)
    );
}

/// As Heroku's form does, which hands over every value that stands in it.
#[test]
fn every_default_may_be_written_out() {
    let written = vars::all().filter_map(|variable| Some((variable.name, variable.default?)));
    let written: Vec<_> = IDENTIFIERS.into_iter().chain(written).collect();
    assert!(!read(&written).access.is_guarded());
}

#[test]
fn an_address_has_a_quarter_of_the_connections_unless_a_proxy_is_declared() {
    for (variables, limit) in [
        (&[][..], Some(4_096)),
        (&[("MAX_CONNECTIONS", "1000")], Some(250)),
        (&[("MAX_CONNECTIONS", "1")], Some(1)),
        (&[("TRUSTED_PROXY_HOPS", "1")], None),
        (&[("MAX_CONNECTIONS_PER_ADDRESS", "0")], None),
        (
            &[
                ("TRUSTED_PROXY_HOPS", "1"),
                ("MAX_CONNECTIONS_PER_ADDRESS", "7"),
            ],
            Some(7),
        ),
    ] {
        let config = read(&[&IDENTIFIERS[..], variables].concat());
        let found = config.max_connections_per_address.map(NonZeroU32::get);
        assert_eq!(found, limit, "{variables:?}");
        assert_eq!(config.shutdown_timeout, Duration::from_secs(25));
    }
}

#[test]
fn derives_the_connections_from_the_memory_limit_unless_they_are_set() {
    let in_256_mb: fn(&Path) -> io::Result<String> = |path| match path.to_str() {
        Some("/proc/self/cgroup") => Ok("0::/\n".to_owned()),
        Some("/sys/fs/cgroup/memory.max") => Ok("256000000\n".to_owned()),
        _ => Err(io::ErrorKind::NotFound.into()),
    };
    for (set, connections) in [("", 2_360), ("10000", 10_000)] {
        let variables = [&IDENTIFIERS[..], &[("MAX_CONNECTIONS", set)]].concat();
        let variables = variables
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value.to_owned()));
        let dotenv = Err(io::ErrorKind::NotFound.into());
        let environment = Environment::new(variables, dotenv, in_256_mb);
        let config = Config::read(&environment, None).unwrap();
        assert_eq!(config.max_connections, connections, "{set}");
        assert_eq!(config.memory_limit, Some(256_000_000));
        let per_address = config.max_connections_per_address.map(NonZeroU32::get);
        assert_eq!(per_address, Some(connections / 4));
    }
}

#[test]
fn limits_the_connections_by_the_open_files() {
    for (set, connections, warning) in [
        ("", 864, None),
        ("864", 864, None),
        (
            "5000",
            864,
            Some(
                "MAX_CONNECTIONS is 5000, but the limit of 1024 open files allows 864 connections, so 864 is used; raise \
                 the limit to at least 5160 (ulimit -Hn 5160, or LimitNOFILE=5160 in a systemd unit)",
            ),
        ),
    ] {
        let variables = [&IDENTIFIERS[..], &[("MAX_CONNECTIONS", set)]].concat();
        let environment = environment(&variables, None).with_open_files(|| Some(1_024));
        let config = Config::read(&environment, None).unwrap();
        assert_eq!(config.max_connections, connections, "{set}");
        let exceeded = config
            .open_files_exceeded
            .map(|exceeded| exceeded.to_string());
        assert_eq!(exceeded.as_deref(), warning);
        let per_address = config.max_connections_per_address.map(NonZeroU32::get);
        assert_eq!(per_address, Some(216));
    }
}

#[test]
fn every_variable_is_read() {
    let config = read(&[
        ("APP_ID", APP_ID),
        ("APP_CERTIFICATE_FILE", "/run/secrets/certificate"),
        ("PORT", "9000"),
        ("HOST", "::1"),
        (
            "CORS_ALLOW_ORIGIN",
            "https://a.example, https://*.b.example",
        ),
        ("ACCESS_TOKEN_VERSION", "007"),
        ("DEFAULT_TTL", "600"),
        ("MAX_CONNECTIONS", "1000"),
        ("MAX_CONNECTIONS_PER_ADDRESS", "50"),
        ("SHUTDOWN_TIMEOUT", "8"),
        ("RATE_LIMIT", "90/h"),
        ("FAILED_AUTH_LIMIT", "off"),
        ("TRUSTED_PROXY_HOPS", "2"),
        ("LOG_LEVEL", "WARN"),
        ("LOG_FORMAT", "json"),
    ]);
    assert!(is_the_certificate(&config));
    assert_eq!(config.listen.to_string(), "[::1]:9000");
    assert!(config.allowed_origins.allow("https://x.b.example"));
    assert_eq!(config.access_token_version, Some(AccessTokenVersion::V007));
    assert_eq!(config.default_lifetime.map(Lifetime::seconds), Some(600));
    assert_eq!(config.max_connections, 1_000);
    assert_eq!(config.max_connections_per_address, NonZeroU32::new(50));
    assert_eq!(config.shutdown_timeout, Duration::from_secs(8));
    let rate = config.rate_limit.unwrap();
    assert_eq!((rate.count(), rate.time()), (90, Duration::from_hours(1)));
    assert_eq!(rate.to_string(), "90 requests an hour");
    assert_eq!(config.failed_auth_limit, None);
    assert_eq!(config.trusted_proxy_hops, 2);
    assert_eq!(
        (config.log.level.filter(), config.log.format),
        (LevelFilter::WARN, LogFormat::Json)
    );
}

#[test]
fn the_names_of_other_servers_are_read_too() {
    let variables = [
        ("AGORA_APP_ID", APP_ID),
        ("AGORA_APP_CERTIFICATE", CERTIFICATE),
        ("SERVER_PORT", "9000"),
    ];
    let config = read(&variables);
    assert_eq!(
        (config.project.app_id.as_str(), config.listen.port()),
        (APP_ID, 9000)
    );
}

#[test]
fn space_around_a_value_and_empty_values_do_not_matter() {
    let config = read(&[
        ("APP_ID", " 970CA35de60c44645bbae8a215061b33\n"),
        IDENTIFIERS[1],
        ("PORT", ""),
        ("HOST", " "),
    ]);
    assert_eq!(config.listen, SocketAddr::from(([0, 0, 0, 0], 8080)));
}

#[test]
fn a_dotenv_file_is_read_and_the_environment_wins() {
    let dotenv = format!(
        "\u{feff}# comment\n\nexport APP_ID={APP_ID}\nAPP_CERTIFICATE = \"{CERTIFICATE}\" # the primary one\n\
         PORT=9000\nHOST='127.0.0.1'\nACCESS_TOKEN_VERSION=007 # newer\r\n"
    );
    let environment = environment(&[("SERVER_PORT", "9001"), ("HOST", "")], Some(&dotenv));
    let config = Config::read(&environment, None).unwrap();
    assert_eq!(config.listen.to_string(), "127.0.0.1:9001");
    assert_eq!(config.access_token_version, Some(AccessTokenVersion::V007));
    assert!(is_the_certificate(&config));
}

#[test]
fn a_line_of_the_dotenv_file_that_cannot_be_read_is_reported_by_its_number() {
    let environment = environment(&IDENTIFIERS, Some("PORT=9000\nHOST: ::1\nLOG_LEVEL\n"));
    assert_eq!(
        Config::read(&environment, None).unwrap_err().to_string(),
        "the configuration cannot be used:\n  .env line 2 is not of the form HOST=value\n  \
         .env line 3 is not of the form LOG_LEVEL=value",
    );
}

#[test]
fn lines_of_the_dotenv_file_for_other_programs_do_not_matter() {
    let dotenv = "MY-VAR=1\nFOO.BAR=2\nKEY=\"-----BEGIN\nabc=\n-----END\"\nexport\tPORT=9000\t# comment\nHOST=  # none\n";
    let config = Config::read(&environment(&IDENTIFIERS, Some(dotenv)), None).unwrap();
    assert_eq!(config.listen.to_string(), "0.0.0.0:9000");
}

#[test]
fn port_wins_over_its_alias() {
    let variables = [
        IDENTIFIERS[0],
        IDENTIFIERS[1],
        ("PORT", "9000"),
        ("SERVER_PORT", "tcp://10.0.0.1:80"),
    ];
    assert_eq!(read(&variables).listen.port(), 9000);
}

#[test]
fn a_dotenv_file_that_may_not_be_read_is_reported() {
    let denied = Err(io::Error::new(
        io::ErrorKind::PermissionDenied,
        "permission denied",
    ));
    let variables = IDENTIFIERS.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let error = Config::read(&Environment::new(variables, denied, read_file), None).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the configuration cannot be used:\n  .env cannot be read: permission denied",
    );
}

#[test]
fn all_problems_are_reported_together() {
    refused(
        &[
            ("APP_ID", "970"),
            ("PORT", "http"),
            ("LOG_LEVEL", "loud"),
            ("DEFAULT_TTL", "1h"),
        ],
        &[
            "APP_ID must be 32 hexadecimal digits, found 3 characters",
            "APP_CERTIFICATE is not set, nor is APP_CERTIFICATE_FILE; it stands in the Agora console, under the \
             project's basic information",
            "PORT must be a number from 0 to 65535",
            "DEFAULT_TTL must be a number of seconds in decimal digits",
            "LOG_LEVEL must be off, error, warn, info, debug or trace",
        ],
    );
}

#[test]
fn the_identifiers_are_required() {
    let console = "it stands in the Agora console, under the project's basic information";
    refused(
        &[("APP_CERTIFICATE", CERTIFICATE)],
        &[&format!("APP_ID is not set; {console}")],
    );
    refused(
        &[("APP_ID", APP_ID), ("APP_CERTIFICATE", "  ")],
        &[&format!(
            "APP_CERTIFICATE is not set, nor is APP_CERTIFICATE_FILE; {console}"
        )],
    );
}

#[test]
fn the_placeholders_of_the_example_are_refused() {
    let example = include_str!("../../.env.example");
    let error = Config::read(&environment(&[], Some(example)), None).unwrap_err();
    let problem = "is still the placeholder of .env.example; it stands in the Agora console, under the project's \
                   basic information";
    assert_eq!(
        error.to_string(),
        format!(
            "the configuration cannot be used:\n  APP_ID {problem}\n  APP_CERTIFICATE {problem}"
        ),
    );
}

#[test]
fn an_app_id_given_for_both_is_noticed() {
    refused(
        &[
            ("APP_ID", APP_ID),
            ("APP_CERTIFICATE", &APP_ID.to_uppercase()),
        ],
        &[
            "APP_CERTIFICATE is the App ID; the App Certificate is another 32 digits of the same page",
        ],
    );
}

#[test]
fn two_names_with_different_values_are_a_contradiction() {
    let other = "00000000000000000000000000000000";
    refused(
        &[IDENTIFIERS[0], IDENTIFIERS[1], ("AGORA_APP_ID", other)],
        &["APP_ID and AGORA_APP_ID are both set; keep one"],
    );
    refused(
        &[
            IDENTIFIERS[0],
            IDENTIFIERS[1],
            ("APP_CERTIFICATE_FILE", "/run/secrets/certificate"),
        ],
        &["APP_CERTIFICATE and APP_CERTIFICATE_FILE are both set; keep one"],
    );
    read(&[IDENTIFIERS[0], IDENTIFIERS[1], ("AGORA_APP_ID", APP_ID)]);
}

#[test]
fn a_certificate_file_is_described_when_it_cannot_be_used() {
    refused(
        &[IDENTIFIERS[0], ("APP_CERTIFICATE_FILE", "/nowhere")],
        &["APP_CERTIFICATE_FILE names a file that cannot be read: no such file"],
    );
    refused(
        &[
            IDENTIFIERS[0],
            ("APP_CERTIFICATE_FILE", "/run/secrets/other"),
        ],
        &[
            "APP_CERTIFICATE_FILE names a file whose text must be 32 hexadecimal digits, found 17 characters",
        ],
    );
}

#[test]
fn quotes_that_nobody_took_away_are_no_part_of_a_value() {
    let problem = "stands in quotes, which would be a part of it: leave them out";
    refused_with("PORT", "\"8080\"", problem);
    refused_with("JWT_SECRET", "'0f1e2d3c4b5a69788796a5b4c3d2e1f0'", problem);
    let (app_id, certificate) = (format!("\"{APP_ID}\""), format!("'{CERTIFICATE}'"));
    let quoted = [
        ("APP_ID", app_id.as_str()),
        ("APP_CERTIFICATE", certificate.as_str()),
    ];
    refused(
        &quoted,
        &[
            &format!("APP_ID {problem}"),
            &format!("APP_CERTIFICATE {problem}"),
        ],
    );
    refused_with("PORT", "\"", "must be a number from 0 to 65535");
}

#[test]
fn a_comment_that_nobody_took_away_is_no_part_of_a_value() {
    let problem = "has a comment, which would be a part of it: leave it out";
    for (variable, value) in [
        ("JWT_SECRET", "0f1e2d3c4b5a69788796a5b4c3d2e1f0 # ours"),
        ("AUDIT_LOG", "/tmp/audit\t# who got what"),
        ("API_KEYS_FILE", "/run/keys # of back ends"),
    ] {
        refused_with(variable, value, problem);
    }
    let claim = [
        ("JWT_SECRET", "0f1e2d3c4b5a69788796a5b4c3d2e1f0"),
        ("JWT_CLAIM_ROLE", "role # subscriber, publisher"), // no JWT has it: nobody would have a role
    ];
    refused(
        &[&IDENTIFIERS[..], &claim].concat(),
        &[&format!("JWT_CLAIM_ROLE {problem}")],
    );
    let config = read(&[&IDENTIFIERS[..], &[("ALLOWED_CHANNELS", "room #7")]].concat());
    assert!(config.access.limits.channels.is_some());
}

#[test]
fn what_a_variable_cannot_be_is_said() {
    for port in ["65536", "+80", "080", "8e3", "8 0"] {
        refused_with("PORT", port, "must be a number from 0 to 65535");
    }
    refused_with("SERVER_PORT", "-1", "must be a number from 0 to 65535");
    refused_with(
        "HOST",
        "example.com",
        "must be an IP address, such as 0.0.0.0, 127.0.0.1 or ::, or localhost",
    );
    refused_with("ACCESS_TOKEN_VERSION", "6", "must be 006 or 007");
    for rate in [
        "100",
        "0/min",
        "1000001/s",
        "-1/s",
        "1.5/s",
        "1/m",
        "1/",
        "/s",
        "100/min/s",
        "+2/s",
        "007/s",
    ] {
        refused_with(
            "RATE_LIMIT",
            rate,
            "must be a number from 1 to 1000000, a slash, and s, min or h, such as 100/min",
        );
    }
    for hops in ["-1", "17", "one", "+2", "02"] {
        refused_with("TRUSTED_PROXY_HOPS", hops, "must be a number from 0 to 16");
    }
    for count in ["0", "1000001", "many", "+2", "007"] {
        refused_with(
            "MAX_CONNECTIONS",
            count,
            "must be a number from 1 to 1000000",
        );
    }
    for count in ["-1", "1000001", "all"] {
        refused_with(
            "MAX_CONNECTIONS_PER_ADDRESS",
            count,
            "must be a number from 0 to 1000000",
        );
    }
    for seconds in ["0", "3601", "8s"] {
        refused_with(
            "SHUTDOWN_TIMEOUT",
            seconds,
            "must be a number from 1 to 3600",
        );
    }
    refused_with("LOG_FORMAT", "xml", "must be text or json");
    for seconds in ["86401", "1700003600"] {
        refused_with(
            "DEFAULT_TTL",
            seconds,
            "must be at most 86400 seconds (24 hours)",
        );
    }
    refused_with(
        "DEFAULT_TTL",
        "0",
        "is 0 seconds: a token must live at least one; leave it out for the default",
    );
}

#[test]
fn other_servers_are_all_none_or_a_list() {
    refused_with(
        "COMPAT",
        ",",
        "must be all, none, or a list of access_token, channel_key, coding_guides, demo_server, documentation, \
         go_service, quick_start, toolbox; entry 1 is none of them",
    );
    let answered = |value| read(&[IDENTIFIERS[0], IDENTIFIERS[1], ("COMPAT", value)]).compat;
    assert_eq!(answered("all"), Compat::all());
    assert_eq!(answered("none").servers().count(), 0);
    let some = answered("go_service, Access_Token,");
    assert_eq!(
        some.servers().collect::<Vec<_>>(),
        [CompatServer::AccessToken, CompatServer::GoService]
    );
    refused_with(
        "COMPAT",
        "access_token,go",
        "must be all, none, or a list of access_token, channel_key, coding_guides, demo_server, documentation, \
         go_service, quick_start, toolbox; entry 2 is none of them",
    );
}

#[test]
fn what_is_no_origin_is_named_by_its_place_in_the_list() {
    let rule = "an origin is scheme://host or scheme://host:port, without a path, such as https://app.example.com, \
                http://localhost:3000 or https://*.example.com";
    for entry in [
        "app.example.com",
        "https://app.example.com/path",
        "https://*",
        "https://*example.com",
        "https://a.*.com",
        "https://app.example.com:port",
        "https://user@app.example.com",
        "null",
        "https://",
        "https://a..b",
        "https://a.example:+80",
        "https://a.example:080",
    ] {
        let list = format!("https://good.example,{entry}");
        refused_with(
            "CORS_ALLOW_ORIGIN",
            &list,
            &format!("has no origin as entry 2; {rule}"),
        );
    }
    refused_with(
        "CORS_ALLOW_ORIGIN",
        " , ",
        "has no entry; leave it out to allow every origin",
    );
    refused_with(
        "CORS_ALLOW_ORIGIN",
        "*,https://app.example.com",
        "has * among other entries; * allows every origin and stands alone",
    );
}

#[test]
fn no_value_stands_in_a_problem_or_in_debug_output() {
    let secret = "5CFd2fd1755d40ecb72977518be15d3";
    let variables: Vec<(&str, &str)> = vars::all()
        .map(|variable| (variable.name, secret))
        .collect();
    let error = Config::read(&environment(&variables, None), None).unwrap_err();
    assert!(!error.to_string().contains(secret), "{error}");
    assert!(!format!("{error:?}").contains(secret), "{error:?}");
    assert!(!format!("{:?}", read(&IDENTIFIERS)).contains(CERTIFICATE));
}

#[test]
fn a_project_alone_is_read_or_none_when_no_variable_names_one() {
    let read = |variables| Config::read_project_if_named(&environment(variables, None));
    assert!(read(&[("PORT", "x")]).unwrap().is_none());
    let project = read(&[("APP_ID", APP_ID), ("APP_CERTIFICATE", CERTIFICATE)]);
    assert_eq!(project.unwrap().unwrap().app_id.as_str(), APP_ID);
    let error = read(&[("APP_CERTIFICATE", CERTIFICATE)]).unwrap_err();
    assert!(error.to_string().contains("APP_ID is not set"), "{error}");
}

#[test]
fn a_misspelt_name_is_found_and_other_names_are_nobodys_business() {
    let said = |variables: &[(&str, &str)], dotenv: Option<&str>| {
        let environment = environment(&[&IDENTIFIERS[..], variables].concat(), dotenv);
        let config = Config::read(&environment, None).unwrap();
        let said = config.near_misses.iter().map(ToString::to_string);
        said.collect::<Vec<_>>()
    };
    let of = |found: &str, meant: &str| {
        vec![format!(
            "{found} is set, but nothing reads it; did you mean {meant}?"
        )]
    };
    for (found, meant) in [
        ("RATELIMIT", "RATE_LIMIT"),
        ("LOGLEVEL", "LOG_LEVEL"),
        ("MAXCONNECTIONS", "MAX_CONNECTIONS"),
    ] {
        assert_eq!(said(&[(found, "x")], None), of(found, meant));
        assert_eq!(said(&[], Some(&format!("{found}=x"))), of(found, meant));
    }
    // Where the variable is missing, the reason may be the other one.
    let variables = [IDENTIFIERS[0], ("APP_CERTIFICAT", "x")];
    refused(
        &variables,
        &[
            "APP_CERTIFICATE is not set, nor is APP_CERTIFICATE_FILE; it stands in the Agora console, under the \
             project's basic information",
            "APP_CERTIFICAT is set, but nothing reads it; did you mean APP_CERTIFICATE?",
        ],
    );
    let key = format!("web:{}", "0123456789abcdef".repeat(2));
    assert!(said(&[("API_KEY", "x"), ("API_KEYS", &key)], None).is_empty());
    assert!(said(&[("ratelimit", "x"), ("RATE_LIMIT", "1/s")], None).is_empty());
    for other in [
        "PATH",
        "PAGER",
        "HOME",
        "HOSTNAME",
        "LOGNAME",
        "PORTS",
        "DYNO",
        "LANG",
        "SSH_AUTH_SOCK",
        "AWS_REGION",
        "KUBERNETES_PORT",
        "KUBERNETES_SERVICE_PORT",
        "METRICS_SERVICE_PORT",
        "API_KEYS_SERVICE_HOST",
        "AUDIT_LOG_PORT_8080_TCP",
        "PORT_8080_TCP_ADDR",
        "SERVICE_PORT",
        "JWT_ALGORITHM",
        "LOG_FILE",
        "LOG_PATH",
        "API_URL",
        "WEB_URL",
        "HTTP_PORT",
        "METRICS_HOST",
        "METRICS_PATH",
        "MIN_CONNECTIONS",
        "JWT_PRIVATE_KEY",
        "DATABASE_URL",
        "NODE_ENV",
    ] {
        assert!(said(&[(other, "x")], None).is_empty(), "{other}");
    }
}

#[test]
fn what_follows_a_closing_quote_is_not_cut_off() {
    let dotenv =
        "APP_ID=\"970CA35de60c44645bbae8a215061b33\" # ours\nJWT_SECRET=\"first\"second\"\n";
    let error = Config::read(&environment(&[IDENTIFIERS[1]], Some(dotenv)), None).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the configuration cannot be used:\n  .env line 2 goes on after the closing quote of JWT_SECRET"
    );
}

#[test]
fn does_not_warn_about_secrets_below_run_secrets() {
    for (path, warnings) in [
        ("/run/secrets/certificate", 0),
        ("/var/run/secrets/agora/certificate", 0),
        ("/run/secrets-of-others/certificate", 1),
    ] {
        let variables = [("APP_ID", APP_ID), ("APP_CERTIFICATE_FILE", path)];
        let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let dotenv = Err(io::ErrorKind::NotFound.into());
        let environment = Environment::new(variables, dotenv, |_| Ok(CERTIFICATE.to_owned()));
        let environment = environment.with_modes(|path| {
            let is_file = path.ends_with("certificate");
            is_file.then_some(0o100_444)
        });
        let config = Config::read(&environment, None).unwrap();
        assert_eq!(config.exposed_files.len(), warnings, "{path}");
    }
}
