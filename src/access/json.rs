//! Members of a JSON object with unique names, as the header and the claims of a JWT must be.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, Visitor};
use serde_json::Value;

/// Returns the values of these members, in their order. Others are skipped.
///
/// # Errors
///
/// When the text is not one JSON object, or a name occurs twice in it.
pub(super) fn members<const N: usize>(
    json: &[u8],
    names: [&str; N],
) -> serde_json::Result<[Option<Value>; N]> {
    let mut json = serde_json::Deserializer::from_slice(json);
    let values = Members(names).deserialize(&mut json)?;
    json.end()?;
    Ok(values)
}

struct Members<'a, const N: usize>([&'a str; N]);

#[derive(Deserialize)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

impl<'de, const N: usize> DeserializeSeed<'de> for Members<'_, N> {
    type Value = [Option<Value>; N];

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<Self::Value, D::Error> {
        json.deserialize_map(self)
    }
}

impl<'de, const N: usize> Visitor<'de> for Members<'_, N> {
    type Value = [Option<Value>; N];

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Self::Value, A::Error> {
        let mut values = [const { None }; N];
        let mut seen = HashSet::new();
        while let Some(Name(name)) = entries.next_key()? {
            if self.0.contains(&&*name) {
                let value: Value = entries.next_value()?;
                // Two settings may name one claim, e.g. a channel that is named after the user.
                for (slot, wanted) in values.iter_mut().zip(self.0) {
                    if wanted == name {
                        *slot = Some(value.clone());
                    }
                }
            } else {
                entries.next_value::<IgnoredAny>()?;
            }
            if !seen.insert(name) {
                return Err(A::Error::custom("a name occurs twice"));
            }
        }
        Ok(values)
    }
}
