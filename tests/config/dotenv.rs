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
    let problem = "API_KEYS is not set, but a name like it is, and the server would be open: rename that variable, or unset it";
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
