//! Whose tokens are made.

use super::Variable;

/// Which Agora project tokens are for.
pub const APP_ID: Variable = Variable {
    aliases: &["AGORA_APP_ID"],
    ..Variable::new(
        "APP_ID",
        "App ID of the Agora project: 32 hexadecimal digits",
    )
};

/// What signs the tokens.
pub const APP_CERTIFICATE: Variable = Variable {
    aliases: &["AGORA_APP_CERTIFICATE"],
    ..Variable::new(
        "APP_CERTIFICATE",
        "App Certificate of the project: 32 hexadecimal digits, a secret",
    )
};

/// The same, for platforms that mount secrets as files.
pub const APP_CERTIFICATE_FILE: Variable = Variable::new(
    "APP_CERTIFICATE_FILE",
    "Path of a file with the App Certificate, instead of APP_CERTIFICATE",
);

pub(super) const ALL: &[&Variable] = &[&APP_ID, &APP_CERTIFICATE, &APP_CERTIFICATE_FILE];
