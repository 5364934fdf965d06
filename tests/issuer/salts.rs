//! The salts of many tokens: as many are equal as chance has it, however many threads draw them.

#![expect(clippy::print_stdout, reason = "the figure is of interest")]

use std::thread;

use agora_token_server::issuer::written::WrittenRequest;
use agora_token_server::issuer::{Issuer, TokenRequest, random_salt, system_clock};
use agora_token_server::token::{UnverifiedToken, v007};
use serde_json::{Value, json};

use crate::support::project;

const THREADS: usize = 4;

/// Of each version. A debug build takes long for more.
const TOKENS: usize = if cfg!(debug_assertions) {
    100_000
} else {
    1_000_000
};

/// The salts of tokens that a server would make for this request.
fn drawn(request: &Value) -> Vec<u32> {
    let issuer = Issuer::new(project(), system_clock, random_salt);
    let written: WrittenRequest = serde_json::from_value(request.clone()).unwrap();
    let request = TokenRequest::try_from(written).unwrap();
    let salts = || -> Vec<u32> {
        let salts = (0..TOKENS / THREADS).map(|_| {
            let made = issuer.issue(&request, issuer.now());
            match UnverifiedToken::parse(&made.token).unwrap() {
                UnverifiedToken::V005(key) => key.message.salt,
                UnverifiedToken::V006(token) => token.message.salt,
                UnverifiedToken::V007(token) => token.message.salt,
            }
        });
        salts.collect()
    };
    thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS).map(|_| scope.spawn(salts)).collect();
        let drawn = threads.into_iter().map(|thread| thread.join().unwrap());
        drawn.collect::<Vec<_>>().concat()
    })
}

/// How many pairs of tokens have the same salt.
fn equal_pairs(mut salts: Vec<u32>) -> u32 {
    salts.sort_unstable();
    let runs = salts.chunk_by(|a, b| a == b);
    let pairs = |run: &[u32]| run.len() * (run.len() - 1) / 2;
    u32::try_from(runs.map(pairs).sum::<usize>()).unwrap()
}

fn are_random(version: &str, request: &Value, values: f64) {
    let salts = drawn(request);
    let count = f64::from(u32::try_from(salts.len()).unwrap());
    let expected = count * (count - 1.0) / 2.0 / values;
    let found = equal_pairs(salts);
    // Of few pairs, chance has more than five sigma now and then.
    let margin = 5.0 * expected.sqrt() + 5.0;
    println!(
        "{version}: {found} equal pairs among the salts of {count} tokens, expected {expected:.1}"
    );
    let off = (f64::from(found) - expected).abs();
    assert!(off <= margin, "{off} off, at most {margin:.1} is chance");
}

#[test]
fn salts_of_005_keys_are_equal_as_often_as_chance_has_it() {
    let key = json!({ "service": "media_channel", "channel": "test", "uid": 1 });
    let request = json!({ "version": "005", "services": [key] });
    are_random("005", &request, 2_f64.powi(32));
}

#[test]
fn salts_of_006_tokens_are_equal_as_often_as_chance_has_it() {
    let service = json!({ "service": "rtc", "channel": "test", "uid": 1 });
    let request = json!({ "version": "006", "services": [service] });
    are_random("006", &request, 2_f64.powi(32));
}

#[test]
fn salts_of_007_tokens_are_equal_as_often_as_chance_has_it() {
    let service = json!({ "service": "rtc", "channel": "test", "uid": 1 });
    let request = json!({ "services": [service] });
    are_random("007", &request, f64::from(v007::MAX_SALT));
}
