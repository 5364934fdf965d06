//! Fields of a service, read into the types of a request.

use std::collections::BTreeMap;

use super::error::{Problem, WrittenError};
use super::scalar::{WrittenNumber, WrittenPrivileges};
use crate::issuer::request::Grants;
use crate::token::{
    ChannelName, Excerpt, IdError, Lifetime, Permission, Permissions, Privilege, Resource, Role,
    Text, Uid, UserAccount, UserId,
};

pub(super) type Read<T> = Result<T, WrittenError>;

pub(super) fn channel(field: &'static str, name: String) -> Read<ChannelName> {
    ChannelName::new(name).map_err(|error| identifier(field, error))
}

/// A channel where there is no wildcard.
pub(super) fn one_channel(field: &'static str, name: String) -> Read<ChannelName> {
    let name = channel(field, name)?;
    if name.is_wildcard() {
        Err(Problem::Wildcard.at(field))
    } else {
        Ok(name)
    }
}

pub(super) fn user_id(field: &'static str, id: String) -> Read<UserId> {
    UserId::new(id).map_err(|error| identifier(field, error))
}

/// A numeric uid or a user account, and neither for any user.
pub(super) fn user(uid: Option<WrittenNumber>, account: Option<String>) -> Read<Uid> {
    match (uid, account) {
        (Some(_), Some(_)) => Err(Problem::Both { other: "account" }.at("uid")),
        (Some(uid), None) => uid.as_uid().map(Uid::from),
        (None, Some(account)) => UserAccount::new(account)
            .map(Uid::Account)
            .map_err(|error| identifier("account", error)),
        (None, None) => Ok(Uid::Any),
    }
}

pub(super) fn lifetime(seconds: &WrittenNumber) -> Result<Lifetime, Problem> {
    let text = seconds.as_str();
    text.parse().map_err(|error| Problem::Time {
        found: Excerpt::of(text),
        error,
    })
}

/// The role of that name, if all that it grants is among these privileges.
pub(super) fn role(name: &str, known: &[Privilege]) -> Read<Grants> {
    let is_known = |role: &Role| {
        role.privileges()
            .iter()
            .all(|privilege| known.contains(privilege))
    };
    if let Some(role) = Role::from_name(name).filter(is_known) {
        return Ok(Grants::of_role(role));
    }
    let roles = Role::ALL.iter().filter(|role| is_known(role));
    let names: Vec<&'static str> = roles.map(|role| role.name()).collect();
    Err(Problem::unknown(name, &names).at("role"))
}

pub(super) fn privileges(written: WrittenPrivileges, known: &[Privilege]) -> Read<Grants> {
    let by_name = |name: &str| {
        let names: Vec<&'static str> = known.iter().map(|privilege| privilege.name()).collect();
        let privilege = known
            .iter()
            .find(|privilege| privilege.name() == name)
            .copied();
        privilege.ok_or_else(|| Problem::unknown(name, &names).at("privileges"))
    };
    let own = |seconds: Option<WrittenNumber>| {
        seconds
            .as_ref()
            .map(lifetime)
            .transpose()
            .map_err(|problem| problem.at("privileges"))
    };
    match written {
        WrittenPrivileges::Names(names) => names
            .iter()
            .map(|name| Ok((by_name(name)?, None)))
            .collect(),
        WrittenPrivileges::Lifetimes(lifetimes) => lifetimes
            .into_iter()
            .map(|(name, seconds)| Ok((by_name(&name)?, own(seconds)?)))
            .collect(),
    }
}

pub(super) fn permissions(
    written: BTreeMap<String, BTreeMap<String, Vec<String>>>,
) -> Read<Permissions> {
    let mut entries = Vec::new();
    for (resource, by_permission) in written {
        let resource = known(&resource, Resource::ALL, Resource::name)?;
        for (permission, names) in by_permission {
            let permission = known(&permission, Permission::ALL, Permission::name)?;
            let names: Option<Vec<Text>> = names.into_iter().map(Text::new).collect();
            entries.push((resource, permission, names.ok_or_else(too_many_names)?));
        }
    }
    Permissions::new(entries).ok_or_else(too_many_names)
}

fn known<T: Copy, const N: usize>(
    found: &str,
    all: [T; N],
    name: impl Fn(T) -> &'static str,
) -> Read<T> {
    all.into_iter()
        .find(|one| name(*one) == found)
        .ok_or_else(|| Problem::unknown(found, &all.map(name)).at("permissions"))
}

fn too_many_names() -> WrittenError {
    Problem::TooManyNames.at("permissions")
}

fn identifier(field: &'static str, error: IdError) -> WrittenError {
    Problem::Identifier(error).at(field)
}
