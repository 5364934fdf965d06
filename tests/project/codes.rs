//! docs/api.md names every code of an error, and none that there is not.

use std::collections::BTreeSet;
use std::fs;

/// Where codes stand in the code, each as the text of a match arm.
const FUNCTIONS: [(&str, &str); 6] = [
    ("src/http/error.rs", "fn meaning("),
    ("src/http/error.rs", "fn of_unauthenticated("),
    ("src/http/error.rs", "fn of_refusal("),
    ("src/http/error.rs", "fn head("),
    ("src/http/input/error.rs", "fn code("),
    ("src/issuer/written/error.rs", "fn code("),
];

/// The texts of a function that could be codes: the words of its body between quotes.
fn texts<'a>(source: &'a str, function: &str) -> impl Iterator<Item = &'a str> {
    let body = source.split_once(function).unwrap().1;
    let end = ["\n}", "\n    }"].map(|end| body.find(end).unwrap());
    let body = &body[..end[0].min(end[1])];
    let is_code = |text: &&str| {
        !text.is_empty()
            && text
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte == b'_')
    };
    body.split('"').skip(1).step_by(2).filter(is_code)
}

#[test]
fn the_list_of_codes_has_a_row_for_each_of_the_code() {
    let mut codes = BTreeSet::new();
    for (file, function) in FUNCTIONS {
        let source = fs::read_to_string(file).unwrap();
        codes.extend(texts(&source, function).map(str::to_owned));
    }
    assert!(codes.len() > 60, "only {}: {codes:?}", codes.len());
    let document = fs::read_to_string("docs/api.md").unwrap();
    let section = document.split("\n## Error codes\n").nth(1).unwrap();
    let rows = section.lines().filter_map(|line| line.strip_prefix("| `"));
    let documented: Vec<&str> = rows.map(|row| row.split('`').next().unwrap()).collect();
    let codes: Vec<&str> = codes.iter().map(String::as_str).collect();
    assert_eq!(documented, codes, "in their order");
}
