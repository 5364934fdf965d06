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

/// What signs them too while certificates are changed.
pub const APP_CERTIFICATE_SECONDARY: Variable = Variable::new(
    "APP_CERTIFICATE_SECONDARY",
    "Secondary App Certificate, a secret: tokens that it signed are known as the project's; it signs none",
);

/// The same, for platforms that mount secrets as files.
pub const APP_CERTIFICATE_SECONDARY_FILE: Variable = Variable::new(
    "APP_CERTIFICATE_SECONDARY_FILE",
    "Path of a file with the secondary App Certificate, instead of APP_CERTIFICATE_SECONDARY",
);

pub(super) const ALL: &[&Variable] = &[
    &APP_ID,
    &APP_CERTIFICATE,
    &APP_CERTIFICATE_FILE,
    &APP_CERTIFICATE_SECONDARY,
    &APP_CERTIFICATE_SECONDARY_FILE,
];
