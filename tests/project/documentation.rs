//! Every variable stands in the README, in `.env.example` and in `app.json`, with the default that the code has.

use std::collections::BTreeMap;
use std::fs;

use agora_token_server::config::vars;

/// Name and default of each variable of the code, in its order.
fn variables() -> Vec<(String, String)> {
    let default = |default: Option<&str>| default.unwrap_or_default().to_owned();
    vars::all()
        .map(|variable| (variable.name.to_owned(), default(variable.default)))
        .collect()
}

#[test]
fn the_readme_has_a_row_for_each_variable_with_its_default_and_aliases() {
    let readme = fs::read_to_string("README.md").unwrap();
    let section = readme
        .split("\n## Configuration\n")
        .nth(1)
        .expect("a section Configuration");
    let section = section.split("\n## ").next().unwrap();
    let rows: Vec<Vec<&str>> = section
        .lines()
        .filter(|line| line.starts_with("| `"))
        .map(|line| line.trim_matches('|').split(" | ").map(str::trim).collect())
        .collect();
    let code = |text: &str| text.trim_matches('`').to_owned();
    let documented: Vec<(String, String)> = rows
        .iter()
        .map(|row| {
            (
                code(row[0]),
                if row[1].starts_with('`') {
                    code(row[1])
                } else {
                    String::new()
                },
            )
        })
        .collect();
    assert_eq!(documented, variables());
    for (variable, row) in vars::all().zip(rows) {
        for alias in variable.aliases {
            assert!(
                row[2].contains(&format!("`{alias}`")),
                "{alias} is missing in {row:?}"
            );
        }
    }
}

#[test]
fn the_example_has_a_line_for_each_variable_with_its_default() {
    let example = fs::read_to_string(".env.example").unwrap();
    let is_name = |name: &str| {
        name.bytes()
            .all(|byte| byte.is_ascii_uppercase() || byte == b'_')
    };
    let documented: Vec<(String, String)> = example
        .lines()
        .filter_map(|line| line.trim_start_matches('#').split_once('='))
        .filter(|(name, _)| is_name(name))
        .map(|(name, value)| {
            (
                name.to_owned(),
                if value.starts_with("your-") {
                    ""
                } else {
                    value
                }
                .to_owned(),
            )
        })
        .collect();
    assert_eq!(documented, variables());
}

#[test]
fn the_heroku_form_asks_for_what_heroku_does_not_set_itself() {
    let app: serde_json::Value =
        serde_json::from_str(&fs::read_to_string("app.json").unwrap()).unwrap();
    let documented: BTreeMap<String, String> = app["env"]
        .as_object()
        .unwrap()
        .iter()
        .map(|(name, form)| {
            (
                name.clone(),
                form["value"].as_str().unwrap_or_default().to_owned(),
            )
        })
        .collect();
    // Heroku sets the one port that there is, and mounts no files.
    let is_elsewhere =
        |name: &str| ["PORT", "HOST", "METRICS_PORT"].contains(&name) || name.ends_with("_FILE");
    let wanted = variables()
        .into_iter()
        .filter(|(name, _)| !is_elsewhere(name));
    let mut wanted: BTreeMap<String, String> = wanted.collect();
    wanted.insert("TRUSTED_PROXY_HOPS".to_owned(), "1".to_owned()); // Heroku's router
    assert_eq!(documented, wanted);
    for (name, form) in app["env"].as_object().unwrap() {
        let is_required = form["required"].as_bool().unwrap_or(true);
        assert_eq!(
            is_required,
            ["APP_ID", "APP_CERTIFICATE"].contains(&name.as_str()),
            "{name}"
        );
    }
}
