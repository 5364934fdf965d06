//! No text makes the parser panic, and whatever it reads is written again to the same bytes.
//!
//! Random text hardly ever gets behind base64 and zlib, so the input is read as the content of a token of each
//! version, too.

#![no_main]

mod support;

use agora_token_server::token::{Binding, Project, UnverifiedToken, v007};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use libfuzzer_sys::fuzz_target;

use support::{content_of_007, token_007_of};

const DIGITS: &str = "970CA35de60c44645bbae8a215061b33";

/// The string of the signature, which the content begins with.
const SIGNATURE: usize = 2 + 32;

fuzz_target!(|input: &[u8]| {
    if let Ok(text) = std::str::from_utf8(input) {
        read(text);
    }
    read(&format!("005{}", STANDARD.encode(input)));
    read(&format!("006{DIGITS}{}", STANDARD.encode(input)));
    read(&token_007_of(input));
});

fn read(text: &str) {
    let Ok(token) = UnverifiedToken::parse(text) else {
        return;
    };
    let certificate = || DIGITS.parse().unwrap();
    let mut project = Project::new(token.app_id(), certificate());
    project.secondary = Some(certificate());
    let binding = Binding {
        channel: "*",
        uid: "",
    };
    for binding in [None, Some(binding)] {
        assert!(
            token.verify(&project, binding).is_err(),
            "no one has signed it"
        );
    }
    if let UnverifiedToken::V007(token) = token {
        let again = v007::mint(&project, &token.message);
        let [again, before] = [&again, text].map(content_of_007);
        assert_eq!(again[SIGNATURE..], before[SIGNATURE..]);
    }
}
