//! Whether there is a page, and whose SDK it loads.

use crate::{IDENTIFIERS, read, refused, refused_with};

fn page(variables: &[(&str, &str)]) -> Option<String> {
    let config = read(&[&IDENTIFIERS, variables].concat());
    config.page.map(|sdk| format!("{} {sdk}", sdk.origin()))
}

#[test]
fn there_is_a_page_unless_it_is_switched_off() {
    let usual =
        "https://download.agora.io https://download.agora.io/sdk/release/AgoraRTC_N-4.24.0.js";
    assert_eq!(page(&[]).as_deref(), Some(usual));
    assert_eq!(page(&[("PAGE", "ON")]).as_deref(), Some(usual));
    assert_eq!(page(&[("PAGE", "off")]), None);
    refused_with("PAGE", "no", "must be on or off");
    let sdk = [
        ("PAGE", "off"),
        ("WEB_SDK_URL", "https://cdn.example.com/a.js"),
    ];
    refused(
        &[&IDENTIFIERS[..], &sdk].concat(),
        &["WEB_SDK_URL is set, but PAGE is off: nothing would load it"],
    );
}

#[test]
fn the_sdk_is_a_script_by_https_or_of_this_machine() {
    let rule = "must be the URL of a script, such as https://download.agora.io/sdk/release/AgoraRTC_N-4.24.0.js: https, \
                or http on this machine";
    for (url, read) in [
        (
            "https://CDN.example.com:443/a/b.js?v=1",
            "https://cdn.example.com https://cdn.example.com/a/b.js?v=1",
        ),
        (
            "https://cdn.example.com:8443/B.js",
            "https://cdn.example.com:8443 https://cdn.example.com:8443/B.js",
        ),
        (
            "http://localhost:3000/sdk.js",
            "http://localhost:3000 http://localhost:3000/sdk.js",
        ),
        ("http://[::1]/sdk.js", "http://[::1] http://[::1]/sdk.js"),
    ] {
        assert_eq!(page(&[("WEB_SDK_URL", url)]).as_deref(), Some(read));
    }
    for url in [
        "sdk.js",
        "/sdk.js",
        "https://cdn.example.com",
        "http://cdn.example.com/sdk.js",
        "http://localhost.example.com/sdk.js",
        "http://127.0.0.1.example.com/sdk.js",
        "ftp://localhost/sdk.js",
        "https://*.example.com/sdk.js",
        "https://user@cdn.example.com/sdk.js",
        "https://cdn.example.com;/sdk.js",
        "https://cdn.example.com/sdk.js'",
        "https://cdn.example.com/\"><script>",
        "https://cdn.example.com/a b.js",
        "https://cdn.example.com?/sdk.js",
    ] {
        refused_with("WEB_SDK_URL", url, rule);
    }
}
