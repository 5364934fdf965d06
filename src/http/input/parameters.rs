//! What a client sent, by name: out of a query, a form, a path or a JSON body.

use std::borrow::Cow;

use smallvec::SmallVec;

use super::decode;
use super::error::InputError;
use super::fields::word;
use super::json::Json;

/// What a client sent, by name, in its order.
#[derive(Debug, Default)]
pub(in crate::http) struct Parameters<'a>(SmallVec<[(Cow<'a, str>, Value<'a>); 4]>);

#[derive(Debug)]
pub(super) enum Value<'a> {
    Text(Cow<'a, str>),
    Number(&'a str),
    Boolean(bool),
    Absent,
    /// A list or an object.
    Many(&'a Json),
}

/// A parameter that was given, under the name that it was given by.
#[derive(Clone, Copy, Debug)]
pub(in crate::http) struct Parameter<'a> {
    pub(in crate::http) name: &'static str,
    pub(in crate::http) value: &'a str,
    /// Whether it was written as a number, in JSON.
    pub(in crate::http) is_number: bool,
}

impl<'a> Parameters<'a> {
    /// Out of a query, or a form.
    pub(in crate::http) fn of_query(query: &'a str) -> Result<Self, InputError> {
        let mut parameters = SmallVec::new();
        for pair in decode::pairs(query) {
            let (name, value) = pair?;
            parameters.push((name, Value::Text(value)));
        }
        Ok(Self(parameters))
    }

    /// Out of the object of a JSON body.
    pub(in crate::http) fn of_json(body: &'a Json) -> Result<Self, InputError> {
        let Json::Object(fields) = body else {
            return Err(InputError::NoObject);
        };
        let fields = fields.iter().map(|(name, value)| {
            let value = match value {
                Json::Null => Value::Absent,
                Json::Boolean(boolean) => Value::Boolean(*boolean),
                Json::Number(number) => Value::Number(number),
                Json::Text(text) => Value::Text(Cow::Borrowed(text)),
                many @ (Json::List(_) | Json::Object(_)) => Value::Many(many),
            };
            (Cow::Borrowed(name.as_str()), value)
        });
        Ok(Self(fields.collect()))
    }

    /// Every parameter, by the name that it was given by.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &Value<'a>)> {
        self.0.iter().map(|(name, value)| (name.as_ref(), value))
    }

    /// Every parameter of a query, by the name that it was given by; those that are empty are left out.
    pub(in crate::http) fn texts(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().filter_map(|(name, value)| match value {
            Value::Text(text) if !text.is_empty() => Some((name.as_ref(), text.as_ref())),
            _ => None,
        })
    }

    /// The one value that is given under one or several of these names, whose letter case does not matter. An empty
    /// value counts as not given.
    pub(in crate::http) fn one_of(
        &self,
        names: &[&'static str],
    ) -> Result<Option<Parameter<'_>>, InputError> {
        let mut found: Option<Parameter<'_>> = None;
        for &name in names {
            let parameter = match self.only(name)? {
                Some(Value::Text(value)) if !value.is_empty() => Parameter {
                    name,
                    value,
                    is_number: false,
                },
                Some(Value::Number(value)) => Parameter {
                    name,
                    value,
                    is_number: true,
                },
                Some(Value::Boolean(_)) => return Err(InputError::Boolean { name }),
                Some(Value::Many(_)) => return Err(InputError::Array { name }),
                Some(Value::Text(_) | Value::Absent) | None => continue,
            };
            match found {
                Some(first) if first.value != parameter.value => {
                    return Err(InputError::Contradiction {
                        first: first.name,
                        second: name,
                    });
                }
                Some(_) => {}
                None => found = Some(parameter),
            }
        }
        Ok(found)
    }

    /// Whether a flag of this name is set, if it is given.
    pub(in crate::http) fn flag(&self, name: &'static str) -> Result<Option<bool>, InputError> {
        if let Some(Value::Boolean(boolean)) = self.only(name)? {
            return Ok(Some(*boolean));
        }
        let words = [("true", true), ("1", true), ("false", false), ("0", false)];
        let flag = self.one_of(&[name])?;
        flag.map(|flag| word(flag, &words, "true or false"))
            .transpose()
    }

    /// The fields of an object that is given under this name, with those that are not read.
    pub(super) fn unchecked_object(
        &self,
        name: &'static str,
    ) -> Result<Option<Parameters<'_>>, InputError> {
        match self.only(name)? {
            Some(Value::Many(object @ Json::Object(_))) => Parameters::of_json(object).map(Some),
            Some(Value::Absent) | None => Ok(None),
            Some(_) => Err(InputError::NotAnObject { name }),
        }
    }

    /// The entries of a list that is given under this name.
    pub(in crate::http) fn list(&self, name: &'static str) -> Result<Option<&[Json]>, InputError> {
        match self.only(name)? {
            Some(Value::Many(Json::List(entries))) => Ok(Some(entries)),
            Some(Value::Absent) | None => Ok(None),
            Some(_) => Err(InputError::NotAList { name }),
        }
    }

    fn only(&self, name: &'static str) -> Result<Option<&Value<'a>>, InputError> {
        let mut found = None;
        for (given, value) in &self.0 {
            let Some((base, rest)) = given.as_bytes().split_at_checked(name.len()) else {
                continue;
            };
            let is_array = match rest.first() {
                None => false,
                Some(b'[') => true,
                Some(_) => continue,
            };
            if !base.eq_ignore_ascii_case(name.as_bytes()) {
                continue;
            }
            if is_array {
                return Err(InputError::Array { name });
            }
            if found.replace(value).is_some() {
                return Err(InputError::Repeated { name });
            }
        }
        Ok(found)
    }
}
