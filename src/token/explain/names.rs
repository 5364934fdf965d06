//! Channels and users that no one meant, or that let everyone in.

use super::super::excerpt::Excerpt;
use super::super::id::{ChannelName, UserAccount};
use super::super::version::TokenVersion;
use super::ExpectedUid;
use super::finding::Finding;
use super::grant::Name;
use super::subject::{Rule, Subject};

pub(super) const RULES: &[Rule] = &[
    channel_placeholder,
    uid_placeholder,
    uid_zero,
    channel_empty,
    channel_invalid,
    account_invalid,
    wildcard_unknown,
    wildcard,
    any_user,
];

/// What stands for a name by mistake, or for all names.
pub(super) const USUAL: [&str; 19] = [
    "",
    "*",
    "0",
    "undefined",
    "null",
    "NaN",
    "None",
    "nil",
    "[object Object]",
    ":channel",
    ":channelName",
    ":uid",
    ":rtcuid",
    ":userAccount",
    "{channel}",
    "{channelName}",
    "{uid}",
    "channelName",
    "userAccount",
];

/// The placeholder that a name is: a word of a programming language for nothing, or a variable of an address.
fn placeholder(name: Name<'_>) -> Option<String> {
    let is_placeholder = |text: &str| {
        let is_word = |word: &str| {
            !word.is_empty() && word.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        };
        let is_variable = text.strip_prefix(':').is_some_and(is_word)
            || [("{", "}"), ("${", "}"), ("<", ">"), ("[", "]")]
                .iter()
                .filter_map(|(open, close)| text.strip_prefix(open)?.strip_suffix(close))
                .any(is_word);
        let is_nothing = ["undefined", "null", "NaN", "None", "nil", "[object Object]"];
        is_variable || is_nothing.contains(&text)
    };
    match name {
        Name::Text(text) => Some(text).filter(|text| is_placeholder(text)),
        Name::Checksum(_) => USUAL
            .into_iter()
            .find(|text| is_placeholder(text) && name.is(text) == Some(true)),
        Name::Hidden => None,
    }
    .map(str::to_owned)
}

fn channels<'s>(subject: &'s Subject<'_>) -> impl Iterator<Item = Name<'s>> {
    subject.grants.iter().filter_map(|grant| grant.channel)
}

fn users<'s>(subject: &'s Subject<'_>) -> impl Iterator<Item = Name<'s>> {
    subject.grants.iter().filter_map(|grant| grant.user)
}

fn channel_placeholder(subject: &Subject<'_>) -> Option<Finding> {
    let found = channels(subject).find_map(placeholder)?;
    Some(Finding::error(
        "channel_placeholder",
        format!(
            "The token is for the channel {}, a placeholder where a name belongs.",
            Excerpt::of(&found)
        ),
        "Put the channel's name into the address of the request before it is sent, and check that the variable has a value.",
    ))
}

fn uid_placeholder(subject: &Subject<'_>) -> Option<Finding> {
    let found = users(subject).find_map(placeholder)?;
    Some(Finding::error(
        "uid_placeholder",
        format!(
            "The token is for the user {}, a placeholder where a uid belongs.",
            Excerpt::of(&found)
        ),
        "Put the uid into the address of the request before it is sent, and check that the variable has a value.",
    ))
}

/// Some builders sign the digit; all SDKs mean any user by it.
fn uid_zero(subject: &Subject<'_>) -> Option<Finding> {
    let is_zero = subject.grants.iter().any(|grant| {
        grant.channel.is_some() && grant.user.and_then(|user| user.is("0")) == Some(true)
    });
    let is_account = matches!(subject.expected.uid, Some(ExpectedUid::Account(_)));
    (is_zero && !is_account).then(|| {
        Finding::error(
            "uid_zero",
            "The token is for the user account \"0\", and not for uid 0, which is any user.",
            "Make the token for the number 0, or for an empty uid: any user is signed as an empty text.",
        )
    })
}

fn channel_empty(subject: &Subject<'_>) -> Option<Finding> {
    channels(subject).find(|name| name.is("") == Some(true))?;
    Some(Finding::error(
        "channel_empty",
        "The token is for a channel without a name, which nobody can join.",
        "Give the channel's name where the token is made; look for a parameter of another spelling.",
    ))
}

fn channel_invalid(subject: &Subject<'_>) -> Option<Finding> {
    let (text, error) = channels(subject).find_map(|name| match name {
        Name::Text("" | "*") | Name::Checksum(_) | Name::Hidden => None,
        Name::Text(text) => Some((text, ChannelName::new(text).err()?)),
    })?;
    Some(Finding::error(
        "channel_invalid",
        format!(
            "The SDKs refuse the token's channel {}: it {error}.",
            Excerpt::of(text)
        ),
        "Choose a channel name of 1 to 64 of the allowed characters; encode others, for instance in hexadecimal digits.",
    ))
}

fn account_invalid(subject: &Subject<'_>) -> Option<Finding> {
    let in_a_channel = subject
        .grants
        .iter()
        .filter(|grant| grant.channel.is_some());
    let (text, error) =
        in_a_channel
            .filter_map(|grant| grant.user)
            .find_map(|name| match name {
                Name::Text("") | Name::Checksum(_) | Name::Hidden => None,
                Name::Text(text) => Some((text, UserAccount::new(text).err()?)),
            })?;
    Some(Finding::error(
        "account_invalid",
        format!(
            "The SDKs refuse the token's user account {}: it {error}.",
            Excerpt::of(text)
        ),
        "Choose a numeric uid, or an account of 1 to 255 of the allowed characters.",
    ))
}

fn wildcard_unknown(subject: &Subject<'_>) -> Option<Finding> {
    let is_006 = subject.version == TokenVersion::V006;
    (is_006 && channels(subject).any(|name| name.is("*") == Some(true))).then(|| {
        Finding::error(
            "wildcard_unknown",
            "The token is for the channel \"*\", which is every channel in 007 only; here it is one of that name.",
            "Make a 007 token, or one 006 token for each channel.",
        )
    })
}

/// Whether a 007 token is for every channel; and whether for any user in it.
fn wildcard(subject: &Subject<'_>) -> Option<Finding> {
    let open = subject
        .grants
        .iter()
        .find(|grant| grant.channel == Some(Name::Text("*")))?;
    if open.user == Some(Name::Text("")) {
        return Some(Finding::warning(
            "wildcard_both",
            "The token is for every channel and any user: whoever holds it can enter anywhere as anyone.",
            "Make a token for one channel and one user each; keep this one from every client.",
        ));
    }
    Some(Finding::warning(
        "wildcard_channel",
        "The token is for every channel: its channel is \"*\", so that its user can enter anywhere.",
        "Make a token for each channel, unless one user has to change between many.",
    ))
}

fn any_user(subject: &Subject<'_>) -> Option<Finding> {
    let is_any = |name: Name<'_>| name.is("") == Some(true);
    let open = subject
        .grants
        .iter()
        .find(|grant| grant.channel.is_some() && grant.user.is_some_and(is_any))?;
    (open.channel != Some(Name::Text("*"))).then(|| {
        Finding::note(
            "any_user",
            "The token is for any user (uid 0): whoever holds it can join under every uid.",
            "Make it for one uid, if the client knows its uid before it joins.",
        )
    })
}
