//! Random inputs, the ends of each range more often than chance has them.

use agora_token_server::token::{Privilege, Text, Uid};
use rand::RngExt;
use rand::rngs::StdRng;
use rand::seq::{IndexedRandom, IteratorRandom, SliceRandom};
use serde_json::{Map, Value, json};

const SDK_CHARACTERS: &str =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 !#$%&()+-:;<=.>?@[]^_{}|~,";

/// What programs trip over: more bytes than one, quotes, line ends, a byte order mark.
const TRAPS: &str = "频道é🦀ユ\"\\/'a\0\n\r\t\u{7f}\u{2028}\u{2029}\u{feff}\u{fffd}";

/// Any `u32`.
pub(crate) fn number(rng: &mut StdRng) -> u32 {
    match rng.random_range(0..10) {
        0 => 0,
        1 => u32::MAX,
        2 => rng.random_range(1..=86_400),
        _ => rng.random(),
    }
}

/// 32 hexadecimal digits of mixed case.
pub(crate) fn hex(rng: &mut StdRng) -> String {
    (0..32)
        .map(|_| b"0123456789abcdefABCDEF".choose(rng).expect("digits"))
        .map(|digit| char::from(*digit))
        .collect()
}

/// Up to so many characters, mostly those of the SDKs, sometimes any that UTF-8 has.
pub(crate) fn text(rng: &mut StdRng, longest: usize) -> String {
    let length = rng.random_range(0..=longest);
    match rng.random_range(0..10) {
        0 => (0..length).map(|_| rng.random::<char>()).collect(),
        1 | 2 => text_of(rng, TRAPS, length),
        _ => text_of(rng, SDK_CHARACTERS, length),
    }
}

fn text_of(rng: &mut StdRng, characters: &str, length: usize) -> String {
    let characters: Vec<char> = characters.chars().collect();
    (0..length)
        .map(|_| characters.choose(rng).expect("there are characters"))
        .collect()
}

/// A text as a token's field.
pub(crate) fn field(text: &str) -> Text {
    Text::new(text).expect("short enough")
}

/// A uid or an account, as a caller gives it.
#[derive(Clone, Debug)]
pub(crate) enum User {
    Number(u32),
    Account(String),
}

impl User {
    pub(crate) fn random(rng: &mut StdRng) -> Self {
        match rng.random_range(0..8) {
            0..4 => Self::Number(number(rng)),
            // Unlike the number 0, these are accounts.
            4 => Self::Account(
                (*["", "0", "00", "1234", "*"].choose(rng).expect("texts")).to_owned(),
            ),
            _ => Self::Account(text(rng, 255)),
        }
    }

    /// What Agora's package is given.
    pub(crate) fn json(&self) -> Value {
        match self {
            Self::Number(number) => (*number).into(),
            Self::Account(account) => account.as_str().into(),
        }
    }

    /// What the token says.
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Number(number) => (*Uid::from(*number).signed()).to_owned(),
            Self::Account(account) => account.clone(),
        }
    }
}

/// Privileges and their ends, in the order in which they are added.
pub(crate) type Grants = Vec<(Privilege, u32)>;

/// A random selection in any order, none and all of them included.
pub(crate) fn grants(rng: &mut StdRng, known: &[Privilege]) -> Grants {
    let count = rng.random_range(0..=known.len());
    let mut chosen: Vec<Privilege> = known.iter().copied().sample(rng, count);
    chosen.shuffle(rng);
    chosen
        .into_iter()
        .map(|privilege| (privilege, number(rng)))
        .collect()
}

/// Grants as Agora's package is given them.
pub(crate) fn pairs(grants: &Grants) -> Value {
    grants
        .iter()
        .map(|(privilege, end)| json!([privilege.name(), end]))
        .collect()
}

/// Grants as Agora's package reads them.
pub(crate) fn object(grants: &Grants) -> Value {
    let entries = grants
        .iter()
        .map(|(privilege, end)| (privilege.name().to_owned(), (*end).into()));
    Value::Object(entries.collect::<Map<_, _>>())
}
