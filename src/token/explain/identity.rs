//! Whose token it is: App ID and signature.

use super::super::certificate::{Project, SignedBy};
use super::super::error::VerifyError;
use super::super::parsed::UnverifiedToken;
use super::super::v006::Binding;
use super::binding;
use super::finding::Finding;
use super::report::Signature;
use super::subject::{Rule, Subject};

pub(super) const RULES: &[Rule] = &[
    app_id_differs,
    signature_invalid,
    signature_secondary,
    signature_unchecked,
    alterable_006,
];

/// Whether one of the project's certificates signed the token. That it names another App ID is not asked here.
pub(super) fn check(subject: &Subject<'_>) -> Signature {
    let (Some(project), Some(app_id)) = (subject.project, subject.app_id) else {
        return Signature::Unchecked;
    };
    let project = Project {
        app_id,
        ..project.clone()
    };
    let signed_by = match (subject.token, binding::texts(subject)) {
        (UnverifiedToken::V007(token), _) => token.verify(&project),
        (_, None) => return Signature::Unchecked,
        (token, Some((channel, uid))) => {
            let binding = Binding {
                channel: &channel,
                uid: &uid,
            };
            token
                .verify(&project, Some(binding))
                .map(|token| token.signed_by())
        }
    };
    match signed_by {
        Ok(SignedBy::Primary) => Signature::Valid,
        Ok(SignedBy::Secondary) => Signature::ValidSecondary,
        Err(VerifyError::Signature) => Signature::Invalid,
        // A 005 key is for a number; whoever expects an account has not said what was signed.
        Err(
            VerifyError::AppId | VerifyError::Channel | VerifyError::Uid | VerifyError::Unbound,
        ) => Signature::Unchecked,
    }
}

/// The App ID of the token, and whether it is the project's: in 005, whose key does not hold their case, in any.
fn app_id_differs(subject: &Subject<'_>) -> Option<Finding> {
    let (expected, found) = (subject.project?.app_id, subject.app_id?);
    let (expected, found) = (expected.as_str(), found.as_str());
    if expected == found {
        return None;
    }
    if !expected.eq_ignore_ascii_case(found) {
        return Some(Finding::error(
            "app_id_differs",
            format!("The token is for the App ID {found}, the project has {expected}."),
            "Give the server that makes the token and the client that uses it the same App ID.",
        ));
    }
    if matches!(subject.token, UnverifiedToken::V005(_)) {
        return None;
    }
    Some(Finding::error(
        "app_id_case",
        format!(
            "The token is for the App ID {found}, which differs from the project's {expected} in upper and lower case only."
        ),
        "Write the App ID as the Agora console shows it: its case is signed with it.",
    ))
}

fn is_of_project(subject: &Subject<'_>) -> bool {
    app_id_differs(subject).is_none_or(|finding| finding.code == "app_id_case")
}

fn signature_invalid(subject: &Subject<'_>) -> Option<Finding> {
    if subject.signature != Signature::Invalid || !is_of_project(subject) {
        return None;
    }
    let signers = match subject.project?.secondary {
        Some(_) => "Neither of the project's App Certificates signed this",
        None => "The project's App Certificate did not sign this",
    };
    let (what, advice) = match subject.token {
        UnverifiedToken::V005(_) => (
            "key for this channel and uid",
            "Compare channel and uid with those that the key was made for, and the certificate with the one in the Agora console; \
             a key does not tell which of them differs.",
        ),
        UnverifiedToken::V006(_) | UnverifiedToken::V007(_) => (
            "token",
            "Make tokens with the App Certificate that the Agora console shows for this App ID; a token that was changed after \
             it was made is refused, too.",
        ),
    };
    Some(Finding::error(
        "signature_invalid",
        format!("{signers} {what}."),
        advice,
    ))
}

fn signature_secondary(subject: &Subject<'_>) -> Option<Finding> {
    (subject.signature == Signature::ValidSecondary).then(|| {
        Finding::note(
            "signature_secondary",
            "The project's secondary App Certificate signed this token.",
            "Before that certificate is deleted in the Agora console, change the server that made this token to the primary one.",
        )
    })
}

/// The certificate is there, but not what it signed.
fn signature_unchecked(subject: &Subject<'_>) -> Option<Finding> {
    subject.project?;
    (subject.signature == Signature::Unchecked && subject.app_id.is_some()).then(|| {
        Finding::note(
            "signature_unchecked",
            format!(
                "The signature was not checked: a {} token does not hold the channel and uid that were signed with it.",
                subject.version
            ),
            "Name the channel and the uid that the token is for.",
        )
    })
}

/// The signature of a 006 token covers channel and uid without a separator between them, and its CRC-32s are unsigned.
fn alterable_006(subject: &Subject<'_>) -> Option<Finding> {
    matches!(subject.token, UnverifiedToken::V006(_)).then(|| {
        Finding::note(
            "alterable_006",
            "The signature of a 006 token does not separate channel and uid: the holder can alter both.",
            "Use a 007 token where the holder must not choose channel or uid.",
        )
    })
}
