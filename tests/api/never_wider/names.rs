//! Names of a user and of a lifetime as clients spell them, combined from words.

use std::collections::HashSet;

/// Combines stems, each a list of words, with words before and after them.
struct Words {
    before: &'static [&'static str],
    stems: &'static [&'static str],
    after: &'static [&'static str],
}

const USERS: [Words; 2] = [
    Words {
        before: &[
            "", "user", "rtc", "rtm", "agora", "chat", "my", "client", "meeting", "local",
        ],
        stems: &["uid", "user id", "user account"],
        after: &["", "str", "value", "number"],
    },
    Words {
        before: &["", "rtc", "rtm", "agora", "chat"],
        stems: &["user", "account", "user uuid"],
        after: &[""],
    },
];

const LIFETIMES: [Words; 1] = [Words {
    before: &[
        "",
        "token",
        "access",
        "access token",
        "privilege",
        "rtc",
        "rtm token",
        "max",
    ],
    stems: &[
        "ttl",
        "exp",
        "expire",
        "expires",
        "expired",
        "expiry",
        "expiration",
        "lifetime",
        "life time",
        "validity",
        "valid for",
        "valid until",
    ],
    after: &[
        "",
        "in",
        "at",
        "ts",
        "time",
        "timestamp",
        "seconds",
        "in second",
        "in seconds",
        "time in seconds",
    ],
}];

/// The names of a user, each a list of words.
pub(super) fn users() -> Vec<String> {
    USERS.iter().flat_map(Words::combined).collect()
}

/// The names of a lifetime, each a list of words.
pub(super) fn lifetimes() -> Vec<String> {
    LIFETIMES.iter().flat_map(Words::combined).collect()
}

impl Words {
    fn combined(&self) -> Vec<String> {
        let mut names = Vec::new();
        for before in self.before {
            for stem in self.stems {
                for after in self.after {
                    names.push(format!("{before} {stem} {after}").trim().to_owned());
                }
            }
        }
        names
    }
}

/// The spellings of a list of words.
pub(super) fn spellings(words: &str) -> [String; 6] {
    let camel_case: String = words
        .split(' ')
        .enumerate()
        .map(|(index, word)| match word.split_at(1) {
            (first, rest) if index > 0 => first.to_ascii_uppercase() + rest,
            _ => word.to_owned(),
        })
        .collect();
    [
        camel_case,
        words.replace(' ', ""),
        words.replace(' ', "_"),
        words.replace(' ', "_").to_ascii_uppercase(),
        words.replace(' ', "-"),
        words.replace(' ', "."),
    ]
}

/// The names without their separators.
pub(super) fn joined(names: &[String]) -> HashSet<String> {
    names.iter().map(|words| words.replace(' ', "")).collect()
}
