//! Which services a token opens, and what may be done there.

use super::super::privilege::{Privilege, Role};
use super::super::service::ServiceKind;
use super::super::version::TokenVersion;
use super::ExpectedUid;
use super::finding::Finding;
use super::grant::{Grant, Name};
use super::subject::{Rule, Subject};
use super::time::listed;

pub(super) const RULES: &[Rule] = &[
    channel_key,
    service_missing,
    login_missing,
    join_missing,
    publish_missing,
    privilege_missing,
    publishes_as_subscriber,
    subscriber_can_publish,
    cannot_publish,
    no_service,
    no_privilege,
    unknown_service,
    unknown_privilege,
];

const PUBLISHING: [Privilege; 3] = [
    Privilege::PUBLISH_AUDIO,
    Privilege::PUBLISH_VIDEO,
    Privilege::PUBLISH_DATA,
];

fn channel_key(subject: &Subject<'_>) -> Option<Finding> {
    (subject.version == TokenVersion::V005).then(|| {
        Finding::warning(
            "channel_key",
            "This is a 005 channel key, which only SDKs before 2.1 (Web: before 2.4) take.",
            "Make a 007 token, or a 006 one for an SDK that does not know 007.",
        )
    })
}

/// Whether a token opens a service; in 006, by the privilege to log in.
fn opens(subject: &Subject<'_>, kind: ServiceKind) -> bool {
    let login_in_006 = subject.version == TokenVersion::V006 && kind == ServiceKind::Rtm;
    subject
        .grants
        .iter()
        .any(|grant| grant.kind == Some(kind) || (login_in_006 && grant.has(Privilege::RTM_LOGIN)))
}

fn service_missing(subject: &Subject<'_>) -> Option<Finding> {
    // Who expects a channel joins one.
    let joins = subject.expected.channel.as_ref().map(|_| ServiceKind::Rtc);
    let has_channel = subject.grants.iter().any(|grant| grant.channel.is_some());
    let expected = subject
        .expected
        .service
        .or(joins.filter(|_| !has_channel))?;
    if opens(subject, expected) || subject.version == TokenVersion::V005 {
        return None;
    }
    let is_signaling = |kind| matches!(kind, ServiceKind::Rtm | ServiceKind::Rtm2);
    let opens_signaling = ServiceKind::ALL
        .into_iter()
        .any(|kind| is_signaling(kind) && opens(subject, kind));
    if is_signaling(expected) && !opens_signaling && opens(subject, ServiceKind::Rtc) {
        return Some(Finding::error(
            "rtc_for_signaling",
            "This is a token for RTC, and it is used for signaling: it grants no login there.",
            "Make a token for RTM with the user ID that logs in, or a 007 token for both services.",
        ));
    }
    if expected == ServiceKind::Rtc && opens_signaling {
        return Some(Finding::error(
            "signaling_for_rtc",
            "This is a token for signaling, and it is used for RTC: it lets nobody join a channel.",
            "Make a token for RTC with channel and uid, or a 007 token for both services.",
        ));
    }
    let opened = listed(subject.grants.iter().map(|grant| grant.shown().to_owned()));
    Some(Finding::error(
        "service_missing",
        format!(
            "The token does not open {}, but {}.",
            expected.name(),
            opened.unwrap_or_else(|| "nothing that is known here".to_owned())
        ),
        "Make the token for the service that the client uses.",
    ))
}

/// The service of a kind that the client uses: the one for the expected channel and user, if there are several.
fn of_kind<'s, 'a>(subject: &'s Subject<'a>, kind: ServiceKind) -> Option<&'s Grant<'a>> {
    let is = |name: Option<Name<'_>>, expected: Option<&str>| match (name, expected) {
        (Some(name), Some(expected)) => name.is(expected) != Some(false),
        _ => true,
    };
    let uid = subject.expected.uid.as_ref().map(ExpectedUid::signed);
    let channel = subject.expected.channel.as_deref();
    let mut of_kind = subject
        .grants
        .iter()
        .filter(|grant| grant.kind == Some(kind))
        .peekable();
    let first = of_kind.peek().copied();
    of_kind
        .find(|grant| is(grant.channel, channel) && is(grant.user, uid.as_deref()))
        .or(first)
}

fn login_missing(subject: &Subject<'_>) -> Option<Finding> {
    let kinds = [ServiceKind::Rtm, ServiceKind::Rtm2, ServiceKind::Fpa];
    let without = |grant: &&Grant<'_>| {
        subject.version == TokenVersion::V007
            && grant.kind.is_some_and(|kind| kinds.contains(&kind))
            && !grant.has(Privilege::LOGIN)
    };
    let grant = subject.grants.iter().find(without)?;
    Some(Finding::error(
        "login_missing",
        format!(
            "The token names {} but does not grant the login there.",
            grant.shown()
        ),
        "Add the privilege login to that service where the token is made.",
    ))
}

fn join_missing(subject: &Subject<'_>) -> Option<Finding> {
    let grant = of_kind(subject, ServiceKind::Rtc)?;
    (!grant.has(Privilege::JOIN_CHANNEL)).then(|| {
        Finding::error(
            "join_missing",
            "The token does not grant join_channel, without which nobody joins.",
            "Add the privilege join_channel where the token is made; every role has it.",
        )
    })
}

fn lacks(grant: &Grant<'_>, privileges: impl IntoIterator<Item = Privilege>) -> Option<String> {
    listed(
        privileges
            .into_iter()
            .filter(|privilege| !grant.has(*privilege))
            .map(|privilege| privilege.name().to_owned()),
    )
}

fn publish_missing(subject: &Subject<'_>) -> Option<Finding> {
    let role = subject.expected.role?;
    let grant = of_kind(subject, ServiceKind::Rtc)?;
    let wanted = role.privileges().iter().copied();
    let missing = lacks(
        grant,
        wanted.filter(|privilege| PUBLISHING.contains(privilege)),
    )?;
    Some(Finding::error(
        "publish_missing",
        format!(
            "The token does not grant {missing}, which the role {} has.",
            role.name()
        ),
        "Ask for the role publisher by its word: servers that want a word take the number 1 or 2 for a subscriber, in silence.",
    ))
}

/// What a role has beside joining and publishing: in 006 alone.
fn privilege_missing(subject: &Subject<'_>) -> Option<Finding> {
    let role = subject.expected.role?;
    let grant = of_kind(subject, ServiceKind::Rtc)?;
    let beside = |privilege: &Privilege| {
        subject.version == TokenVersion::V006
            && !PUBLISHING.contains(privilege)
            && *privilege != Privilege::JOIN_CHANNEL
    };
    let missing = lacks(grant, role.privileges().iter().copied().filter(beside))?;
    Some(Finding::warning(
        "privilege_missing",
        format!(
            "The token does not grant {missing}, which the role {} has.",
            role.name()
        ),
        "Ask for that role where the token is made, or for those privileges by name.",
    ))
}

fn expects_to_publish(role: Role) -> bool {
    role.privileges().contains(&Privilege::PUBLISH_AUDIO)
}

fn publishes(grant: &Grant<'_>) -> bool {
    PUBLISHING.into_iter().any(|privilege| grant.has(privilege))
}

fn publishes_as_subscriber(subject: &Subject<'_>) -> Option<Finding> {
    let role = subject
        .expected
        .role
        .filter(|role| !expects_to_publish(*role))?;
    let grant = of_kind(subject, ServiceKind::Rtc)?;
    let granted = listed(
        PUBLISHING
            .into_iter()
            .filter(|privilege| grant.has(*privilege))
            .map(|privilege| privilege.name().to_owned()),
    )?;
    Some(Finding::warning(
        "publishes_as_subscriber",
        format!(
            "The token grants {granted}, which the role {} does not have.",
            role.name()
        ),
        "Ask for the role subscriber where the token is made.",
    ))
}

fn subscriber_can_publish(subject: &Subject<'_>) -> Option<Finding> {
    subject
        .expected
        .role
        .filter(|role| !expects_to_publish(*role))?;
    let grant = of_kind(subject, ServiceKind::Rtc)?;
    (!publishes(grant)).then(|| {
        Finding::note(
            "subscriber_can_publish",
            "The token grants no publishing, but Agora enforces that only while co-host authentication is on.",
            "Turn co-host authentication on in the Agora console, if a subscriber must not publish.",
        )
    })
}

/// Nobody said which role it should be: the most frequent surprise is worth a word.
fn cannot_publish(subject: &Subject<'_>) -> Option<Finding> {
    let grant = of_kind(subject, ServiceKind::Rtc)?;
    let joins_only = grant.has(Privilege::JOIN_CHANNEL) && !publishes(grant);
    (subject.expected.role.is_none() && joins_only).then(|| {
        Finding::note(
            "cannot_publish",
            "The token lets its holder join and listen, as a subscriber, not publish.",
            "Ask for the role publisher by its word, if the client is to publish.",
        )
    })
}

fn no_service(subject: &Subject<'_>) -> Option<Finding> {
    (subject.grants.is_empty() && subject.unknown.is_none()).then(|| {
        Finding::error(
            "no_service",
            "The token opens no service, so that it is good for nothing.",
            "Add a service where the token is made: RTC for calls, RTM for signaling.",
        )
    })
}

fn no_privilege(subject: &Subject<'_>) -> Option<Finding> {
    let grant = subject.grants.iter().find(|grant| {
        let can_have_any = grant.kind.is_some_and(|kind| !kind.privileges().is_empty());
        // What these lack is an error of its own.
        let elsewhere = [
            ServiceKind::Rtc,
            ServiceKind::Rtm,
            ServiceKind::Rtm2,
            ServiceKind::Fpa,
        ];
        can_have_any
            && grant.privileges.is_empty()
            && grant.kind.is_none_or(|kind| !elsewhere.contains(&kind))
    })?;
    Some(Finding::warning(
        "no_privilege",
        format!(
            "The token names {} but grants nothing there.",
            grant.shown()
        ),
        "Add the privileges of that service where the token is made.",
    ))
}

fn unknown_service(subject: &Subject<'_>) -> Option<Finding> {
    let kind = subject.unknown?;
    Some(Finding::warning(
        "unknown_service",
        format!("The token opens a service of type {kind}, which is not known here."),
        "Look for a newer version of this program; what stands after that service was not read.",
    ))
}

fn unknown_privilege(subject: &Subject<'_>) -> Option<Finding> {
    let unknown = subject
        .privileges()
        .filter(|(_, _, granted)| !granted.is_known())
        .map(|(_, name, _)| name);
    let names = listed(unknown)?;
    Some(Finding::note(
        "unknown_privilege",
        format!("The token grants something that is not known here: {names}."),
        "Compare the numbers with those of the library that made the token.",
    ))
}
