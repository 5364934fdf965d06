//! What an error of the SDK means, and what of it can be seen in the token.

use super::finding::Finding;

struct SdkError {
    code: u16,
    meaning: &'static str,
    /// The findings that explain it, the most telling first.
    explained_by: &'static [&'static str],
    /// What it usually is when none of them is there.
    otherwise: &'static str,
}

const ERRORS: [SdkError; 7] = [
    SdkError {
        code: 101,
        meaning: "the App ID is invalid",
        explained_by: &[
            "app_id_differs",
            "app_id_case",
            "app_id_damaged",
            "identifier_pasted",
        ],
        otherwise: "Compare the App ID that the client gives to the SDK with the Agora console: 32 hexadecimal digits, of a project \
                    that is enabled.",
    },
    SdkError {
        code: 102,
        meaning: "the channel name is invalid",
        explained_by: &["channel_invalid", "channel_placeholder", "channel_empty"],
        otherwise: "Look at the channel that the client gives to join: 1 to 64 bytes of the allowed characters, and a text, not a \
                    number or nothing.",
    },
    SdkError {
        code: 109,
        meaning: "the token has expired",
        explained_by: EXPIRED,
        otherwise: STALE,
    },
    SdkError {
        code: 110,
        meaning: "the token is invalid",
        explained_by: &[
            "app_id_differs",
            "app_id_case",
            "signature_invalid",
            "channel_case",
            "channel_encoded",
            "channel_white_space",
            "channel_differs",
            "channel_placeholder",
            "channel_empty",
            "uid_case",
            "uid_leading_zeros",
            "uid_white_space",
            "uid_differs",
            "uid_for_one_user",
            "uid_zero",
            "uid_placeholder",
            "uid_number_as_account",
            "wildcard_unknown",
            "rtc_for_signaling",
            "signaling_for_rtc",
            "service_missing",
            "no_service",
            "join_missing",
            "login_missing",
            "expired",
            "privilege_expired",
            "end_relative",
            "privilege_relative",
            "not_yet_valid",
            "channel_key",
            "app_id_damaged",
            "truncated",
            "damaged",
            "padding_missing",
            "percent_encoded",
            "plus_as_space",
            "url_safe",
            "line_break",
            "white_space",
            "quoted",
            "surrounded",
            "trailing_bytes",
            "identifier_pasted",
            "jwt_pasted",
            "version_unknown",
            "not_a_token",
            "empty",
        ],
        otherwise: "Compare channel and uid of the token with those in join, whether the uid is a number or a text in both, and the App \
                    Certificate of the server with the Agora console.",
    },
    SdkError {
        code: 118,
        meaning: "the token has expired",
        explained_by: EXPIRED,
        otherwise: STALE,
    },
    SdkError {
        code: 119,
        meaning: "a token is sent although the project's App Certificate is off",
        explained_by: &[],
        otherwise: "Turn the App Certificate on in the Agora console, or send no token; look whether the client's App ID is that of \
                    another project.",
    },
    SdkError {
        code: 120,
        meaning: "no token is sent although the project's App Certificate is on",
        explained_by: &["empty"],
        otherwise: "Give this token to join: the client sends none, perhaps because it joins before the server has answered.",
    },
];

const EXPIRED: &[&str] = &[
    "expired",
    "privilege_expired",
    "end_relative",
    "privilege_relative",
    "lifetime_short",
    "privilege_short",
];

const STALE: &str = "Look whether the client still uses an older token, since this one has not ended; fetch one for each join, and set the \
     clock of the server that makes them.";

/// What the error means. When no finding explains it, what it usually is.
pub(super) fn explain(code: u16, findings: &[Finding]) -> Finding {
    let Some(error) = ERRORS.iter().find(|error| error.code == code) else {
        return Finding::note(
            "sdk_error_unknown",
            format!("SDK error {code} is not one about tokens that is known here."),
            "Errors about tokens are 101, 102, 109, 110, 118, 119 and 120; look the others up in the SDK's reference.",
        );
    };
    let causes: Vec<&str> = error
        .explained_by
        .iter()
        .copied()
        .filter(|cause| findings.iter().any(|finding| finding.code == *cause))
        .collect();
    let meaning = error.meaning;
    if causes.is_empty() {
        return Finding::warning(
            "sdk_error_unexplained",
            format!(
                "SDK error {code} means that {meaning}; nothing that was found in this token explains it."
            ),
            error.otherwise,
        );
    }
    Finding::note(
        "sdk_error_explained",
        format!(
            "SDK error {code} means that {meaning}, which is explained by: {}.",
            causes.join(", ")
        ),
        "Follow the advice of those findings.",
    )
}
