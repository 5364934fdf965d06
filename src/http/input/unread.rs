//! Rejects parameters that name a user or a lifetime but are not read.
//!
//! Each URL reads the user under its own name. A client that sends another one, such as `userId` where `uid` is read,
//! would get a token for any user if the server ignored it; with a foreign lifetime the token would expire later than
//! the client wants.

use std::borrow::Cow;

use smallvec::SmallVec;

use super::decode;
use super::error::InputError;
use super::names::Named;
use super::parameters::{Parameter, Parameters, Value};
use crate::token::Excerpt;

/// The parameters from which a URL reads a token's user and its lifetime.
#[derive(Clone, Copy, Debug)]
pub(in crate::http) struct ReadNames {
    pub(in crate::http) user: Names,
    pub(in crate::http) lifetime: Names,
}

/// The names under which a URL reads one of the two.
#[derive(Clone, Copy, Debug)]
pub(in crate::http) enum Names {
    Read(&'static [&'static str]),
    /// The URL reads none; holds the advice for the client.
    Unsupported(&'static str),
}

impl Names {
    /// For URLs that read no lifetime.
    pub(in crate::http) const DEFAULT_LIFETIME: Self = Self::Unsupported(
        "tokens of this URL have the default lifetime (DEFAULT_TTL); use /v1/tokens for another one",
    );

    fn names(self) -> &'static [&'static str] {
        match self {
            Self::Read(names) => names,
            Self::Unsupported(_) => &[],
        }
    }

    /// The advice for a client that sent another name. `location` is where the own names are read, if elsewhere.
    fn advice(self, location: &str) -> Cow<'static, str> {
        match self {
            Self::Read(names) => format!("use {}{location}", names.join(" or ")).into(),
            Self::Unsupported(advice) => advice.into(),
        }
    }
}

impl ReadNames {
    const fn of(&self, named: Named) -> Names {
        match named {
            Named::User => self.user,
            Named::Lifetime => self.lifetime,
        }
    }

    fn reads(&self, name: &str) -> bool {
        let mut names = self.user.names().iter().chain(self.lifetime.names());
        names.any(|own| own.eq_ignore_ascii_case(name))
    }
}

impl Parameters<'_> {
    /// Returns these parameters unless one of them names a user or a lifetime that the URL does not read. The same
    /// value as under the URL's own names is accepted. `users` are names of the user that stand elsewhere, in the path.
    pub(in crate::http) fn reject_unread(
        self,
        own: &ReadNames,
        users: &[Option<Parameter<'_>>],
    ) -> Result<Self, InputError> {
        self.check(own, users)?;
        Ok(self)
    }

    fn check(&self, own: &ReadNames, users: &[Option<Parameter<'_>>]) -> Result<(), InputError> {
        let mut check = Check::new(self, own, users);
        for (name, value) in self.iter() {
            let base = name.split_once('[').map_or(name, |(base, _)| base);
            if own.reads(base) {
                continue;
            }
            if let Some(named) = Named::of(name) {
                check.compare(name, value, named, "")?;
            }
        }
        Ok(())
    }

    /// The fields of an object that is given under this name; rejects unread ones as [`Parameters::reject_unread`] does.
    pub(in crate::http) fn object(
        &self,
        name: &'static str,
        own: &ReadNames,
        users: &[Option<Parameter<'_>>],
    ) -> Result<Option<Parameters<'_>>, InputError> {
        let fields = self.unchecked_object(name)?;
        fields
            .map(|fields| fields.reject_unread(own, users))
            .transpose()
    }

    /// Checks the query beside these parameters, which are those of the body: none of it is read.
    pub(in crate::http) fn check_query(
        &self,
        query: &str,
        own: &ReadNames,
    ) -> Result<(), InputError> {
        let mut check = Check::new(self, own, &[]);
        for pair in decode::pairs(query) {
            let (name, value) = pair?;
            if let Some(named) = Named::of(&name) {
                check.compare(&name, &Value::Text(value), named, " in the body")?;
            }
        }
        Ok(())
    }
}

/// Compares parameters that are not read with those that are.
struct Check<'c, 'a> {
    fields: &'c Parameters<'a>,
    own: &'c ReadNames,
    users: &'c [Option<Parameter<'c>>],
    /// The parameters that are read, looked up once: a body has room for thousands of parameters to compare with it.
    read: [Option<Read<'c>>; 2],
}

type Read<'c> = SmallVec<[Parameter<'c>; 4]>;

impl<'c, 'a> Check<'c, 'a> {
    fn new(
        fields: &'c Parameters<'a>,
        own: &'c ReadNames,
        users: &'c [Option<Parameter<'c>>],
    ) -> Self {
        Self {
            fields,
            own,
            users,
            read: [None, None],
        }
    }

    /// Rejects a parameter that is not read, unless it is empty or equal to all that is read. `location` is where that
    /// is, if elsewhere.
    fn compare(
        &mut self,
        name: &str,
        value: &Value<'_>,
        named: Named,
        location: &str,
    ) -> Result<(), InputError> {
        let text = match value {
            Value::Absent => return Ok(()),
            Value::Text(text) if text.is_empty() => return Ok(()),
            Value::Text(text) => Some(text.as_ref()),
            Value::Number(number) => Some(*number),
            Value::Boolean(_) | Value::Many(_) => None,
        };
        if named == Named::User && text == Some("0") {
            return Ok(()); // any user: the parameter names no user
        }
        let read = self.read(named)?;
        if read.is_empty() {
            return Err(InputError::Unread {
                name: Excerpt::of(name),
                advice: self.own.of(named).advice(location),
            });
        }
        match read.iter().find(|own| Some(own.value) != text) {
            None => Ok(()),
            Some(own) => Err(InputError::ForeignName {
                name: Excerpt::of(name),
                own: own.name,
            }),
        }
    }

    fn read(&mut self, named: Named) -> Result<&[Parameter<'c>], InputError> {
        let (index, users) = match named {
            Named::User => (0, self.users),
            Named::Lifetime => (1, &[][..]),
        };
        if self.read[index].is_none() {
            let mut read: Read<'c> = users.iter().flatten().copied().collect();
            for name in self.own.of(named).names() {
                read.extend(self.fields.one_of(&[name])?);
            }
            self.read[index] = Some(read);
        }
        Ok(self.read[index].as_deref().unwrap_or_default())
    }
}
