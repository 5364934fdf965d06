//! Random tokens, compared with what Agora's own npm packages make of the same inputs and read out of ours.
//!
//! Wants Node and `npm ci` in `tests/clients`, so it runs only when named: `cargo test --test official`.
//! `OFFICIAL_CASES` is the number of tokens in all. A failure prints `OFFICIAL_SEED` and `OFFICIAL_CASE`: the first
//! repeats a run, both repeat its one case.

mod cases_005;
mod cases_006;
mod cases_007;
mod keys;
mod random;
mod services;
mod worker;

use cases_005::Case005;
use cases_006::Case006;
use cases_007::Case007;
use worker::compare;

#[test]
fn agora_makes_the_same_005_keys_and_we_read_theirs() {
    compare::<Case005>();
}

#[test]
fn agora_makes_the_same_006_tokens_and_each_side_reads_the_others() {
    compare::<Case006>();
}

#[test]
fn agora_makes_the_same_007_tokens_and_each_side_reads_the_others() {
    compare::<Case007>();
}
