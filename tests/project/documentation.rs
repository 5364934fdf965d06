//! Every variable stands in the README, in `.env.example` and in `app.json`, with the default that the code has; the
//! README is short, and whatever a document refers to is there.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use agora_token_server::config::{
    Hook, MetricsAccess, connections_in, memory_of, process_memory, vars,
};

/// Longer, and nobody reads it to its end.
const MAX_README_LINES: usize = 249;

/// Name and default of each variable of the code, in its order.
fn variables() -> Vec<(String, String)> {
    let default = |default: Option<&str>| default.unwrap_or_default().to_owned();
    vars::all()
        .map(|variable| (variable.name.to_owned(), default(variable.default)))
        .collect()
}

/// What stands in a document under this heading.
fn section<'a>(document: &'a str, heading: &str) -> &'a str {
    let rest = document.split(&format!("\n## {heading}\n")).nth(1);
    let rest = rest.unwrap_or_else(|| panic!("no section {heading}"));
    rest.split("\n## ").next().unwrap()
}

#[test]
fn the_readme_has_a_row_for_each_variable_with_its_default_and_aliases() {
    let readme = fs::read_to_string("README.md").unwrap();
    let section = section(&readme, "Configuration");
    let rows: Vec<Vec<&str>> = section
        .lines()
        .filter(|line| line.starts_with("| `"))
        .map(|line| line.trim_matches('|').split(" | ").map(str::trim).collect())
        .collect();
    let code = |text: &str| text.trim_matches('`').to_owned();
    // A default that is long is where a link leads.
    let default = |cell: &str| match links(cell).pop() {
        Some(link) => link,
        None if cell.starts_with('`') => code(cell),
        None => String::new(),
    };
    let documented: Vec<(String, String)> = rows
        .iter()
        .map(|row| (code(row[0]), default(row[1])))
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
            .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
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

/// The documented `MAX_CONNECTIONS` of a container with so many MB: what fits, in hundreds.
fn connections(megabytes: u64) -> u32 {
    connections_in(Some(megabytes * 1_000_000), process_memory(None, None)) / 100 * 100
}

#[test]
fn the_documented_connections_fit_beside_the_metrics_port_and_a_webhook() {
    let metrics = MetricsAccess::Apart {
        listen: ([127, 0, 0, 1], 9464).into(),
        key: None,
    };
    let webhook = Hook {
        url: "https://example.com/".parse().unwrap(),
        token: None,
    };
    let process = process_memory(Some(&metrics), Some(&webhook));
    assert_eq!(process, 32_800_000);
    for mebibytes in [128, 256, 512] {
        let needed = memory_of(connections(mebibytes), process);
        assert!(needed <= mebibytes * 1024 * 1024, "{mebibytes}: {needed}");
    }
}

#[test]
fn every_file_allows_the_connections_that_fit_into_its_memory() {
    let with_comma = |number: u32| format!("{},{:03}", number / 1_000, number % 1_000);
    let [small, medium, large] = [128, 256, 512].map(connections);
    let [small_comma, medium_comma, large_comma] = [small, medium, large].map(with_comma);
    let size = |connections| memory_of(connections, process_memory(None, None));
    let (process, connection) = (size(0) / 1_000_000, (size(1) - size(0)) / 1_000);
    for (file, wanted) in [
        (
            "app.json",
            format!("{large} fit into the 512 MB of a basic dyno"),
        ),
        (
            "render.yaml",
            format!("- key: MAX_CONNECTIONS\n        value: \"{large}\""),
        ),
        ("compose.yaml", format!("MAX_CONNECTIONS: \"{small}\"")),
        ("deploy/fly.toml", format!("MAX_CONNECTIONS = \"{small}\"")),
        (
            "deploy/kubernetes/base/settings.env",
            format!("MAX_CONNECTIONS={medium}\n"),
        ),
        (
            "deploy/systemd/agora-token-server.service",
            format!("Environment=MAX_CONNECTIONS={medium}\n"),
        ),
        (
            "docs/operations.md",
            format!(
                "`MAX_CONNECTIONS` is {small_comma} for a container of 128 MB, {medium_comma} for 256 MB and {large_comma} for 512 MB"
            ),
        ),
        (
            "docs/operations.md",
            format!("The server takes {process} MB, and at most {connection} kB per connection"),
        ),
        (
            "SECURITY.md",
            format!("at most {connection} kB per connection"),
        ),
        (
            "CHANGELOG.md",
            format!("at most {connection} kB per connection"),
        ),
        (
            "scripts/memory_attacks.py",
            format!(
                "LIMITS = {{128: {}, 256: {}, 512: {}}}",
                small_comma.replace(',', "_"),
                medium_comma.replace(',', "_"),
                large_comma.replace(',', "_")
            ),
        ),
        (
            "scripts/memory_attacks.py",
            format!("PER_CONNECTION = {connection}\n"),
        ),
    ] {
        let text = fs::read_to_string(file).unwrap();
        assert!(text.contains(&wanted), "{file} lacks {wanted}");
    }
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
    wanted.insert("MAX_CONNECTIONS".to_owned(), connections(512).to_string()); // a dyno's memory
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

#[test]
fn the_readme_can_be_read_to_its_end() {
    let lines = fs::read_to_string("README.md").unwrap().lines().count();
    assert!(
        lines <= MAX_README_LINES,
        "the README has {lines} lines; what is for some readers belongs into docs/"
    );
}

#[test]
fn the_figures_of_the_readme_are_those_of_the_last_measurement() {
    let readme = fs::read_to_string("README.md").unwrap();
    let measured = fs::read_to_string("docs/performance.md").unwrap();
    let section = section(&readme, "Speed");
    let rows: Vec<&str> = section
        .lines()
        .filter(|line| line.starts_with("| "))
        .collect();
    assert!(rows.len() > 4, "{rows:?}");
    for row in rows {
        assert!(measured.lines().any(|line| line == row), "{row}");
    }
    let conditions = section.split_once("`:").unwrap().0.trim();
    assert!(measured.contains(conditions), "{conditions}");
}

#[test]
fn every_row_of_the_comparison_names_a_test() {
    let readme = fs::read_to_string("README.md").unwrap();
    let section = section(&readme, "Beside the servers that it replaces");
    let rows = section
        .lines()
        .filter(|line| line.starts_with("| "))
        .skip(1);
    let tests: Vec<Vec<String>> = rows
        .map(|row| links(row.rsplit(" | ").next().unwrap()))
        .collect();
    assert!(tests.len() > 10, "{tests:?}");
    for row in tests {
        assert!(
            matches!(&row[..], [test] if test.starts_with("tests/")),
            "{row:?}"
        );
    }
}

#[test]
fn every_link_leads_to_a_file_and_a_heading_that_are_there() {
    let mut seen = 0;
    let mut broken = Vec::new();
    for document in documents() {
        let text = fs::read_to_string(&document).unwrap();
        seen += links(&text).len();
        broken.extend(broken_links(&document, &text));
    }
    assert!(
        seen > 100,
        "only {seen} links were found: does the test still see them?"
    );
    assert_eq!(broken, Vec::<String>::new());
}

#[test]
fn a_broken_link_would_be_seen() {
    let text = "# It\u{2019}s `/v1/a_b`: a, b\n[a](#its-v1a_b-a-b) [b](#its)\n[c](operations.md#after-a-leak)\n\
                [d](operations.md#nothing) [e](nothing.md) [f](https://example.com/#g)\n```sh\n# No\n[g](no)\n```\n\
                <img src=\"nothing.png\">\n[h](#no)";
    assert_eq!(
        broken_links(Path::new("docs/some.md"), text),
        [
            "docs/some.md: #its",
            "docs/some.md: operations.md#nothing",
            "docs/some.md: nothing.md",
            "docs/some.md: nothing.png",
            "docs/some.md: #no",
        ]
    );
}

/// The documents at the top and in `docs/`.
fn documents() -> Vec<PathBuf> {
    let entries = [".", "docs"].map(|folder| fs::read_dir(folder).unwrap());
    let paths = entries
        .into_iter()
        .flatten()
        .map(|entry| entry.unwrap().path());
    paths
        .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
        .collect()
}

/// The links of a document that lead nowhere. Those to other hosts are not followed.
fn broken_links(document: &Path, text: &str) -> Vec<String> {
    let leads_somewhere = |link: &str| {
        let (file, heading) = link.split_once('#').unwrap_or((link, ""));
        let path = document.parent().unwrap().join(file);
        if heading.is_empty() {
            return path.exists();
        }
        if file.is_empty() {
            return anchors(text).iter().any(|anchor| anchor == heading);
        }
        fs::read_to_string(path)
            .is_ok_and(|text| anchors(&text).iter().any(|anchor| anchor == heading))
    };
    links(text)
        .into_iter()
        .filter(|link| !link.starts_with("https://") && !leads_somewhere(link))
        .map(|link| format!("{}: {link}", document.display()))
        .collect()
}

/// Where the links and pictures of a document lead.
fn links(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for line in prose(text) {
        for (start, end) in [("](", ')'), ("src=\"", '"'), ("srcset=\"", '"')] {
            let after = line.split(start).skip(1);
            found.extend(after.filter_map(|rest| Some(rest.split_once(end)?.0.to_owned())));
        }
    }
    found
}

/// The anchors that a page of this document has: one for each heading, as GitHub makes them.
fn anchors(text: &str) -> Vec<String> {
    let headings = prose(text).filter(|line| line.starts_with('#'));
    headings
        .map(|heading| {
            let title = heading.trim_start_matches('#').trim().to_lowercase();
            let kept = title
                .chars()
                .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
            kept.map(|c| if c == ' ' { '-' } else { c }).collect()
        })
        .collect()
}

/// The lines that are no code.
fn prose(text: &str) -> impl Iterator<Item = &str> {
    let mut is_code = false;
    text.lines().filter(move |line| {
        let is_fence = line.trim_start().starts_with("```");
        is_code ^= is_fence;
        !is_code && !is_fence
    })
}
