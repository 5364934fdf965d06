//! What a token says, as data: the JSON of `inspect --json`.

use std::collections::BTreeSet;

use serde::ser::{SerializeMap, Serializer};

use super::super::version::TokenVersion;
use super::finding::{Finding, Severity};

/// What a token says, and what there is to say about it. Whatever it does not hold, or could not be read, is null.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct Report {
    /// The format, by the token's first three characters.
    #[schema(value_type = Option<String>)]
    pub version: Option<TokenVersion>,
    /// The project that it names; nothing when that is damaged.
    pub app_id: Option<String>,
    /// When it was made, in Unix seconds. A 006 token does not hold it.
    pub issued_at: Option<u64>,
    /// When it ends at the latest, in Unix seconds: 24 hours after its issue, if it claims more.
    pub expires_at: Option<u64>,
    /// What makes two tokens with the same content differ.
    pub salt: Option<u32>,
    /// Whether a project signed it.
    pub signature: Signature,
    /// What it opens.
    pub services: Vec<ReportedService>,
    /// What there is to say about it, the worst first.
    pub findings: Vec<Finding>,
}

/// Whether a token's signature is of a project.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Signature {
    /// It is of the project's certificate.
    Valid,
    /// It is of the project's second certificate.
    ValidSecondary,
    /// It is of neither.
    Invalid,
    /// The project, or what it signed, is not known.
    Unchecked,
}

/// A service that a token opens.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct ReportedService {
    /// Its number in a 007 token, or the number of the kind of a 005 key. A 006 token has none.
    #[serde(rename = "type")]
    pub number: Option<u16>,
    /// Its name, when it is known here.
    pub name: Option<&'static str>,
    /// Its fields by name, in the token's order.
    #[serde(flatten, serialize_with = "by_name")]
    #[schema(value_type = BTreeMap<String, Field>)]
    pub fields: Vec<(&'static str, Field)>,
    /// What may be done there, in the token's order.
    #[serde(serialize_with = "by_privilege")]
    #[schema(value_type = BTreeMap<String, Option<u64>>)]
    pub privileges: Vec<ReportedPrivilege>,
}

/// A field of a service.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
#[serde(untagged)]
pub enum Field {
    /// The checksum of a text that the token does not hold.
    Checksum(u32),
    /// A number.
    Number(i16),
    /// What an RTM2 user may read and write.
    Permissions(Vec<ReportedPermission>),
    /// A text.
    Text(String),
}

/// Something that an RTM2 user may do with resources of one kind.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct ReportedPermission {
    /// The kind of resource, or its number when it is not known here.
    pub resource: String,
    /// Read or write, or its number when it is neither.
    pub permission: String,
    /// The names of the resources.
    pub names: Vec<String>,
}

/// Something that may be done with a service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportedPrivilege {
    /// Its name, or its number when it is not known here.
    pub name: String,
    /// When it ends, in Unix seconds; nothing when it ends with the token.
    pub ends_at: Option<u64>,
}

impl Report {
    /// The report of what could not be read.
    pub(super) fn unreadable(version: Option<TokenVersion>) -> Self {
        Self {
            version,
            app_id: None,
            issued_at: None,
            expires_at: None,
            salt: None,
            signature: Signature::Unchecked,
            services: Vec::new(),
            findings: Vec::new(),
        }
    }

    /// Whether the token could be read; else there are only findings, and the version if it has one.
    #[must_use]
    pub const fn is_readable(&self) -> bool {
        self.salt.is_some()
    }

    /// Whether nothing is wrong: there are only notes.
    #[must_use]
    pub fn is_fine(&self) -> bool {
        self.findings
            .iter()
            .all(|finding| finding.severity == Severity::Note)
    }
}

fn by_name<S: Serializer>(fields: &[(&'static str, Field)], out: S) -> Result<S::Ok, S::Error> {
    out.collect_map(fields.iter().map(|(name, field)| (name, field)))
}

/// A made-up token may name a privilege twice; an object may not.
fn by_privilege<S: Serializer>(
    privileges: &[ReportedPrivilege],
    out: S,
) -> Result<S::Ok, S::Error> {
    let mut map = out.serialize_map(None)?;
    let mut named = BTreeSet::new();
    for ReportedPrivilege { name, ends_at } in privileges {
        if named.insert(name) {
            map.serialize_entry(name, ends_at)?;
        }
    }
    map.end()
}
