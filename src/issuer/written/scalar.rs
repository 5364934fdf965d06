//! Values that people write in more than one way.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error, MapAccess, Visitor};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, SchemaType, Type};
use utoipa::{PartialSchema, ToSchema};

use super::error::{Problem, WrittenError};
use crate::token::{Excerpt, plain_number};

/// A number as it was written, with or without quotes: it is read by the rules of what it is for, whose errors say more
/// than a JSON parser's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrittenNumber(String);

impl WrittenNumber {
    /// The number's text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The number as a uid.
    ///
    /// # Errors
    ///
    /// When it is none of 32 bits, or has leading zeros.
    pub fn as_uid(&self) -> Result<u32, WrittenError> {
        plain_number(&self.0).ok_or_else(|| {
            Problem::Number {
                found: Excerpt::of(&self.0),
            }
            .at("uid")
        })
    }
}

impl WrittenNumber {
    /// The number as a role in a classroom.
    ///
    /// # Errors
    ///
    /// When it is none of 16 bits.
    pub fn as_classroom_role(&self) -> Result<i16, WrittenError> {
        self.0.parse().map_err(|_| {
            Problem::ClassroomRole {
                found: Excerpt::of(&self.0),
            }
            .at("role")
        })
    }
}

impl From<String> for WrittenNumber {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl<'de> Deserialize<'de> for WrittenNumber {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Written)
    }
}

impl PartialSchema for WrittenNumber {
    fn schema() -> RefOr<Schema> {
        let number = ObjectBuilder::new()
            .schema_type(SchemaType::from_iter([Type::Integer, Type::String]))
            .minimum(Some(0))
            .maximum(Some(u32::MAX))
            .pattern(Some("^(0|[1-9][0-9]{0,9})$"))
            .description(Some("A number, with or without quotes."));
        number.into()
    }
}

impl ToSchema for WrittenNumber {}

struct Written;

impl Visitor<'_> for Written {
    type Value = WrittenNumber;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number")
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<WrittenNumber, E> {
        Ok(WrittenNumber(number.to_string()))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<WrittenNumber, E> {
        Ok(WrittenNumber(number.to_string()))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<WrittenNumber, E> {
        Ok(WrittenNumber(format!("{number:?}"))) // with its fraction, also when that is 0
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<WrittenNumber, E> {
        Ok(WrittenNumber(text.to_owned()))
    }
}

/// Privileges by name: a list, for as long as the token lasts, or each with its seconds.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(
    untagged,
    expecting = "privileges are a list of names, or an object of names with seconds or null"
)]
pub enum WrittenPrivileges {
    /// For as long as the token lasts.
    Names(Vec<String>),
    /// Each with its own lifetime in seconds; null for as long as the token lasts.
    #[schema(value_type = BTreeMap<String, Option<u32>>)]
    Lifetimes(WrittenLifetimes),
}

/// Privileges with their seconds, in the order and as often as they were written.
#[derive(Clone, Debug)]
pub struct WrittenLifetimes(pub(super) Vec<(String, Option<WrittenNumber>)>);

impl<'de> Deserialize<'de> for WrittenLifetimes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries;

        impl<'de> Visitor<'de> for Entries {
            type Value = WrittenLifetimes;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("an object of names with seconds or null")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(WrittenLifetimes(entries))
            }
        }

        deserializer.deserialize_map(Entries)
    }
}
