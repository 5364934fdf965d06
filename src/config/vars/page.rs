//! The page at `/`.

use super::Variable;

/// Whether there is one.
pub const PAGE: Variable = Variable {
    default: Some("on"),
    ..Variable::new(
        "PAGE",
        "on, or off: nothing is answered at /, where one mints, explains and joins",
    )
};

/// Where it has the Web SDK from.
pub const WEB_SDK_URL: Variable = Variable {
    default: Some("https://download.agora.io/sdk/release/AgoraRTC_N-4.24.0.js"),
    ..Variable::new(
        "WEB_SDK_URL",
        "URL of the Agora Web SDK 4.x, which the page loads for a call",
    )
};

pub(super) const ALL: &[&Variable] = &[&PAGE, &WEB_SDK_URL];
