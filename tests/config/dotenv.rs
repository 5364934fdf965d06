//! What a `.env` file may say, and what is said about a line that nobody can have meant so.

use agora_token_server::config::Config;

use crate::{IDENTIFIERS, environment};

fn read(variables: &[(&str, &str)], dotenv: &str) -> Result<Config, String> {
    let variables = [&IDENTIFIERS[..], variables].concat();
    let config = Config::read(&environment(&variables, Some(dotenv)), None);
    config.map_err(|error| error.to_string())
}

const UNUSABLE: &str = "the configuration cannot be used:\n  ";

#[test]
fn a_name_like_a_guards_that_is_set_to_nothing_is_not_set() {
    for nothing in ["", " ", "\"\"", "''", " # none", "\"\" # none"] {
        let config = read(&[], &format!("API_KEY={nothing}\n")).unwrap();
        assert!(config.near_misses.is_empty(), "{nothing}");
    }
    for nothing in ["", " ", "\n"] {
        let config = read(&[("API_KEY", nothing)], "").unwrap();
        assert!(config.near_misses.is_empty(), "{nothing}");
    }
}

#[test]
fn a_misspelt_name_is_said_once_wherever_it_stands() {
    let problem = "API_KEYS is not set, but a name like it is, and it says who may have which tokens: rename that variable, or unset it";
    let like = "is set, but nothing reads it; did you mean API_KEYS?";
    assert_eq!(
        read(&[("API_KEY", "x")], "API_KEY=y\nAPI_KEY=z\n").unwrap_err(),
        format!("{UNUSABLE}{problem}\n  API_KEY {like}")
    );
    assert_eq!(
        read(&[("API_KEY", "x")], "APIKEYS=y\n").unwrap_err(),
        format!("{UNUSABLE}{problem}\n  API_KEY {like}\n  APIKEYS {like}")
    );
}

#[test]
fn a_quote_that_does_not_end_is_no_part_of_a_value() {
    let open = "lacks the closing quote of JWT_ISSUER; a value stands on one line";
    let followed = "goes on after the closing quote of JWT_ISSUER";
    for (value, problem) in [
        ("\"https://login.example.com", open),
        ("'https://login.example.com", open),
        ("\"", open),
        ("\"https://login.example.com' # ours", open),
        ("'it's' more", followed),
    ] {
        let said = read(&[], &format!("# ours\nJWT_ISSUER={value}\n")).unwrap_err();
        assert_eq!(said, format!("{UNUSABLE}.env line 2 {problem}"), "{value}");
    }
    // A key in several lines, as other programs take it.
    let key = include_str!("../keys/rsa.pub.pem");
    assert_eq!(
        read(&[], &format!("JWT_PUBLIC_KEY=\"{key}\"\n")).unwrap_err(),
        format!(
            "{UNUSABLE}.env line 1 lacks the closing quote of JWT_PUBLIC_KEY; a value stands on one line"
        )
    );
}

#[test]
fn a_comment_begins_after_a_space_and_never_empties_a_value() {
    let channels = |written: &str| {
        let config = read(&[], &format!("ALLOWED_CHANNELS={written}\n")).unwrap();
        config.access.limits.channels.map(|list| list.to_string())
    };
    for (written, value) in [
        ("#lobby", Some("#lobby")),
        ("room#7", Some("room#7")),
        ("room #7", Some("room")),
        ("\"room #7\" # a room", Some("room #7")),
        ("#lobby # the first", Some("#lobby")),
        (" # none", None),
        ("\t# none", None),
        ("", None),
    ] {
        assert_eq!(channels(written).as_deref(), value, "{written}");
    }
}

#[test]
fn a_guard_in_another_notation_is_found() {
    for line in [
        "API-KEYS=b:x",
        "API\u{2013}KEYS=b:x",
        "\u{200b}API_KEYS=b:x",
        "\"API_KEYS\"=b:x",
        "\"API_KEYS\": \"b:x\"",
        "set API_KEYS=b:x",
        "ENV API_KEYS=b:x",
        "-e API_KEYS=b:x",
        "$env:API_KEYS=\"b:x\"",
        "$Env:API_KEYS = \"b:x\"",
        "  api_keys: b:x",
        "{\"API_KEYS\": \"b:x=\"",
        "api_keys: b:x=",
        "set -gx API_KEYS b:x",
        "set \"API_KEYS=b:x\"",
        "setenv API_KEYS b:x",
        "setx API_KEYS \"b:x\"",
        "ENV API_KEYS b:x",
        "declare -x API_KEYS=\"b:x\"",
        "env.API_KEYS = \"b:x\"",
        "os.environ[\"API_KEYS\"] = \"b:x\"",
        "Environment=API_KEYS=b:x",
        "heroku config:set API_KEYS=b:x",
        "setx /M API_KEYS b:x",
        "FOO=1; export API_KEYS=b:x",
        "export FOO=1 API_KEYS=b:x",
        "- name: API_KEYS",
        "# ours\rAPI_KEY=b:x",
    ] {
        let said = read(&[], line).unwrap_err();
        assert!(
            said.starts_with(&format!(
                "{UNUSABLE}API_KEYS is not set, but a name like it is, "
            )),
            "{line}: {said}"
        );
    }
    for line in [
        "# API_KEYS=b:x",
        "#API-KEYS=b:x",
        "set api=b",
        "set x APIKEY-of-mine",
        "NOTE=\"set API_KEYS later\"",
        "",
    ] {
        let config = read(&[], line).unwrap();
        assert!(config.near_misses.is_empty(), "{line}");
    }
}

#[test]
fn a_variable_that_is_set_to_two_values_has_none() {
    let again = "sets API_KEYS again, to another value; keep one of them";
    let key = "API_KEYS=b:0123456789abcdef0123456789abcdef";
    for other in ["", "\"\"", "b:fedcba9876543210fedcba9876543210"] {
        let said = read(&[], &format!("{key}\nAPI_KEYS={other}\n")).unwrap_err();
        assert_eq!(said, format!("{UNUSABLE}.env line 2 {again}"), "{other}");
    }
    for dotenv in [format!("{key}\n{key}\n"), format!("API_KEYS=\n{key}\n")] {
        assert!(read(&[], &dotenv).unwrap().access.is_guarded(), "{dotenv}");
    }
}

#[test]
fn what_follows_a_name_in_a_line_is_not_repeated() {
    let secret = "q83vEjRWeJq83vEjRWeJ0123456789";
    for line in [
        format!("JWT_SECRET_{secret}=="),
        format!("JWT_SECRET{secret}=="),
        format!("set API_KEYS:b:{secret}"),
        format!("setenv API_KEYSb:{secret}"),
        format!("declare -x JWT_SECRET:{secret}=="),
        format!("\"x\": \"apikey-{secret}=\""),
    ] {
        let said = match read(&[], &line) {
            Ok(config) => config.near_misses.iter().map(ToString::to_string).collect(),
            Err(said) => said,
        };
        assert!(!said.contains("q83v"), "{line}: {said}");
    }
    assert_eq!(
        read(&[], &format!("# ours\nENV JWT_SECRET {secret}")).unwrap_err(),
        format!(
            "{UNUSABLE}JWT_SECRET is not set, but a name like it is, and it says who may have which tokens: rename that \
             variable, or unset it\n  .env line 2 sets nothing that is read; did you mean JWT_SECRET?"
        )
    );
}

#[test]
fn a_line_sets_one_variable() {
    assert_eq!(
        read(&[], "AUDIT_LOG=./a.log API_KEYS=b:x").unwrap_err(),
        format!(
            "{UNUSABLE}.env line 1 sets AUDIT_LOG and something else; each stands on a line of its own"
        )
    );
}
