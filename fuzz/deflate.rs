//! Whatever a 007 token holds, other decoders read it out of the token that this crate packs.
//!
//! The encoder is not public. A service that is not known keeps its bytes as they are, so a token with one, read and
//! made again, takes the input through the encoder.

#![no_main]

mod support;

use agora_token_server::token::{Project, v007};
use libfuzzer_sys::fuzz_target;

use support::{content_of_007, token_007_of};

const DIGITS: &[u8; 32] = b"970CA35de60c44645bbae8a215061b33";

/// A signature, which is made anew.
const SIGNATURE: [u8; 34] = {
    let mut signature = [0; 34];
    signature[0] = 32;
    signature
};

/// App ID, times and salt; one service, of type 42.
const REST: [&[u8]; 4] = [
    &[32, 0],
    DIGITS,
    &[1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0],
    &[1, 0, 42, 0],
];

fuzz_target!(|input: &[u8]| {
    let signed = [&REST.concat(), input].concat();
    let token = token_007_of(&[&SIGNATURE, signed.as_slice()].concat());
    let token = v007::Unverified::parse(&token).unwrap();
    let project = Project::new(
        token.app_id,
        "5CFd2fd1755d40ecb72977518be15d3b".parse().unwrap(),
    );

    let content = content_of_007(&v007::mint(&project, &token.message));
    assert_eq!(content[SIGNATURE.len()..], signed);
});
