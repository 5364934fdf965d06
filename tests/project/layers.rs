//! The folder tree is the architecture: a layer uses those before it and none after it.

use std::fs;
use std::path::{Path, PathBuf};

const LAYERS: [&str; 7] = [
    "token",
    "config",
    "issuer",
    "access",
    "telemetry",
    "http",
    "cli",
];

/// Longer, and nobody reads a file whole.
const MAX_LINES: usize = 350;

#[test]
fn imports_point_one_way() {
    let mut wrong = Vec::new();
    let mut seen = 0;
    for (index, layer) in LAYERS.iter().enumerate() {
        for (path, text) in sources(&Path::new("src").join(layer)) {
            for used in modules_used(&text) {
                let Some(position) = LAYERS.iter().position(|layer| *layer == used) else {
                    wrong.push(format!(
                        "{} uses crate::{used}, which is no layer",
                        path.display()
                    ));
                    continue;
                };
                seen += 1;
                if position > index {
                    wrong.push(format!("{} is in {layer} and uses {used}", path.display()));
                }
            }
        }
    }
    assert!(
        seen > 20,
        "only {seen} imports were found: does the test still see them?"
    );
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn no_path_leaves_its_layer_by_super() {
    for layer in LAYERS {
        let root = Path::new("src").join(layer);
        for (path, text) in sources(&root) {
            let depth = path.strip_prefix(&root).unwrap().components().count();
            let depth = if path.ends_with("mod.rs") {
                depth - 1
            } else {
                depth
            };
            let climb = "super::".repeat(depth + 1);
            assert!(!text.contains(&climb), "{} has {climb}", path.display());
        }
    }
}

#[test]
fn a_wrong_import_would_be_seen() {
    let text =
        "use crate::http::serve;\nuse crate::{access::Policy, cli};\nfn f() { crate::issuer::g() }";
    assert_eq!(modules_used(text), ["http", "issuer", "access", "cli"]);
}

#[test]
fn every_module_of_the_crate_is_a_layer() {
    let library = fs::read_to_string("src/lib.rs").unwrap();
    let mut modules: Vec<&str> = library
        .lines()
        .filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';'))
        .collect();
    modules.sort_by_key(|module| LAYERS.iter().position(|layer| layer == module));
    assert_eq!(modules, LAYERS);
}

#[test]
fn the_token_layer_is_pure() {
    for (path, text) in sources(Path::new("src/token")) {
        for impure in [
            "std::env",
            "std::fs",
            "std::net",
            "SystemTime",
            "Instant",
            "rand::",
            "tokio",
            "tracing",
            "axum",
        ] {
            assert!(!text.contains(impure), "{} uses {impure}", path.display());
        }
    }
}

#[test]
fn only_the_outer_layers_know_http() {
    for layer in &LAYERS[..5] {
        for (path, text) in sources(&Path::new("src").join(layer)) {
            for outer in ["axum", "StatusCode", "tower_http"] {
                assert!(!text.contains(outer), "{} uses {outer}", path.display());
            }
        }
    }
}

#[test]
fn a_file_can_be_read_whole() {
    for (path, text) in sources(Path::new("src")) {
        let lines = text.lines().count();
        assert!(lines <= MAX_LINES, "{} has {lines} lines", path.display());
    }
}

/// The modules of this crate that a text names, by `crate::name` and by `crate::{name, …}`.
fn modules_used(text: &str) -> Vec<String> {
    let name = |rest: &str| {
        rest.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
            .next()
            .unwrap()
            .to_owned()
    };
    let (groups, plain): (Vec<&str>, Vec<&str>) = text
        .split("crate::")
        .skip(1)
        .partition(|rest| rest.starts_with('{'));
    let in_groups = groups.into_iter().flat_map(|rest| {
        let group = rest[1..].split('}').next().unwrap();
        group
            .split(',')
            .map(str::trim)
            .filter(|entry| !entry.is_empty())
    });
    plain.into_iter().chain(in_groups).map(name).collect()
}

fn sources(directory: &Path) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs")
            && !path.ends_with("tests.rs")
        {
            let text = fs::read_to_string(&path).unwrap();
            found.push((path, text));
        }
    }
    found
}
