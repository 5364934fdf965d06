//! Recognizes the names under which clients send a token's user and its lifetime. docs/api.md has the whole rule.
//!
//! Names are compared by their ASCII letters and digits, without letter case: `userId`, `user_id` and `USER-ID` are
//! one name. A `[` and the characters after it do not count: `user[id]` is `user`.

use memchr::memmem;
use smallvec::SmallVec;

/// Names that contain one of these name a user.
const USER_PARTS: [&str; 3] = ["uid", "userid", "useraccount"];

/// Names of a user, also after [`PREFIXES`].
const USER_NAMES: [&str; 3] = ["user", "account", "useruuid"];

/// A user part after one of these names another user, e.g. Agora's `agent_rtc_uid`, or none (`enable_string_uid`).
const OTHER_USERS: [&str; 6] = [
    "agent",
    "agentrtc",
    "remote",
    "remotertc",
    "peer",
    "enablestring",
];

/// The letters `uid` at the end of one of these are no user: `uuid`, `guid` and `guide`, `skuId`, `menuId`.
const OTHER_WORDS: [&str; 4] = ["uuid", "guid", "skuid", "menuid"];

/// Names that contain one of these name a lifetime, and so do those with [`is_ttl`] or [`is_exp`].
const LIFETIME_PARTS: [&str; 6] = [
    "expir",
    "lifetime",
    "validity",
    "validfor",
    "validuntil",
    "timetolive",
];

const PREFIXES: [&str; 9] = [
    "access",
    "agora",
    "chat",
    "default",
    "max",
    "privilege",
    "rtc",
    "rtm",
    "token",
];

const SUFFIXES: [&str; 10] = [
    "at",
    "date",
    "in",
    "ms",
    "sec",
    "second",
    "seconds",
    "time",
    "timestamp",
    "ts",
];

/// The part of a token request that a parameter sets by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Named {
    User,
    Lifetime,
}

impl Named {
    /// Returns the part that a parameter of this name sets on any of the servers.
    pub(super) fn of(name: &str) -> Option<Self> {
        let counted = name.bytes().take_while(|byte| *byte != b'[');
        let letters = counted.filter(u8::is_ascii_alphanumeric);
        let name: SmallVec<[u8; 64]> = letters.map(|byte| byte.to_ascii_lowercase()).collect();
        if is_lifetime(&name) {
            Some(Self::Lifetime)
        } else if is_user(&name) {
            Some(Self::User)
        } else {
            None
        }
    }
}

fn is_lifetime(name: &[u8]) -> bool {
    let mut parts = LIFETIME_PARTS.iter();
    parts.any(|part| memmem::find(name, part.as_bytes()).is_some()) || is_ttl(name) || is_exp(name)
}

/// `ttl`, but not in words such as `battle`.
fn is_ttl(name: &[u8]) -> bool {
    memmem::find_iter(name, "ttl").any(|start| start == 0 || name.get(start + 3) != Some(&b'e'))
}

/// `exp`, also between [`PREFIXES`] and [`SUFFIXES`].
fn is_exp(name: &[u8]) -> bool {
    let suffix = without_prefixes(name).strip_prefix(b"exp");
    suffix.is_some_and(|suffix| without(suffix, &SUFFIXES, <[u8]>::strip_suffix).is_empty())
}

fn is_user(name: &[u8]) -> bool {
    let whole = without_prefixes(name);
    USER_NAMES.iter().any(|user| user.as_bytes() == whole)
        || USER_PARTS.iter().any(|part| {
            let mut starts = memmem::find_iter(name, part);
            starts.any(|start| is_one_user(name, start, start + part.len()))
        })
}

/// Returns whether a user part of a name is the token's user: no other one, no list of users, no part of another word.
fn is_one_user(name: &[u8], start: usize, end: usize) -> bool {
    let ends_with = |name: &[u8], word: &&str| name.ends_with(word.as_bytes());
    let (before, until) = (&name[..start], &name[..end]);
    let is_other_word =
        OTHER_WORDS.iter().any(|word| ends_with(until, word)) && !before.ends_with(b"ing");
    let is_list = &name[end..] == b"s";
    !is_other_word && !is_list && !OTHER_USERS.iter().any(|other| ends_with(before, other))
}

fn without_prefixes(name: &[u8]) -> &[u8] {
    without(name, &PREFIXES, <[u8]>::strip_prefix)
}

/// Removes words from one side of a name as often as possible.
fn without<'a>(
    mut name: &'a [u8],
    words: &[&str],
    strip: fn(&'a [u8], &[u8]) -> Option<&'a [u8]>,
) -> &'a [u8] {
    while let Some(rest) = words.iter().find_map(|word| strip(name, word.as_bytes())) {
        name = rest;
    }
    name
}
