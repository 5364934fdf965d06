//! Random cases, and the process with Agora's packages that answers them.

#![expect(
    clippy::print_stdout,
    reason = "a test that fails shows what it printed"
)]

use std::fmt::Debug;
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};
use std::str::FromStr;
use std::sync::mpsc;
use std::{env, thread};

use rand::SeedableRng;
use rand::rngs::StdRng;
use serde_json::Value;

/// Tokens of all versions together, unless `OFFICIAL_CASES` says otherwise.
const CASES: usize = 20_000;

const WORKER: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/tests/clients/official/worker.mjs"
);

/// One token to make.
pub(crate) trait Case: Debug + Send {
    /// The format, as the worker and a failure name it.
    const VERSION: &'static str;

    /// How many of a hundred cases are of this format.
    const PERCENT: usize;

    /// The case of that number: what there are few of takes turns, the rest is random.
    fn random(rng: &mut StdRng, index: usize) -> Self;

    /// The line for the worker.
    fn request(&self) -> Value;

    /// Asserts that the worker's answer is what the case means.
    fn check(&self, answer: &Value);
}

/// Checks this format's share of the cases.
pub(crate) fn compare<C: Case>() {
    let seed = variable("OFFICIAL_SEED").unwrap_or_else(random_seed);
    let indices = if let Some(index) = variable("OFFICIAL_CASE") {
        index..index + 1
    } else {
        0..variable("OFFICIAL_CASES").unwrap_or(CASES) * C::PERCENT / 100
    };
    let count = indices.len();

    let mut worker = Command::new("node")
        .arg(WORKER)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("Node is installed");
    let mut requests = worker.stdin.take().expect("stdin is piped");
    let answers = BufReader::new(worker.stdout.take().expect("stdout is piped"));
    let (asked, waiting) = mpsc::channel();

    let answered = thread::scope(|scope| {
        scope.spawn(move || {
            for index in indices {
                // A generator for each case, so that it can be made again alone.
                let mut rng = StdRng::seed_from_u64(seed.wrapping_add(index as u64));
                let case = C::random(&mut rng, index);
                let line = while_naming(seed, index, &case, None, || {
                    let mut request = case.request();
                    request["version"] = C::VERSION.into();
                    format!("{request}\n")
                });
                // When the worker dies, there are fewer answers than cases.
                if asked.send((index, case)).is_err()
                    || requests.write_all(line.as_bytes()).is_err()
                {
                    break;
                }
            }
        });
        // Dropped with what the closure owns when a check fails: then the worker ends, and the thread with it.
        let (answers, waiting) = (answers, waiting);
        let mut answered = 0;
        for line in answers.lines() {
            let line = line.expect("the worker writes UTF-8");
            let answer: Value = serde_json::from_str(&line).expect("the worker writes JSON");
            let (index, case) = waiting.recv().expect("an answer is to a case");
            while_naming(seed, index, &case, Some(&answer), || {
                assert!(answer["error"].is_null(), "{}", answer["error"]);
                case.check(&answer);
            });
            answered += 1;
        }
        answered
    });

    let status = worker.wait().expect("the worker is our child");
    assert!(
        status.success(),
        "the worker ended with {status}: is `npm ci` done in tests/clients?"
    );
    assert_eq!(answered, count, "answers of the worker");
    println!("{count} cases of {}: no difference", C::VERSION);
}

/// Runs what may panic, and then says with which case.
fn while_naming<C: Case, T>(
    seed: u64,
    index: usize,
    case: &C,
    answer: Option<&Value>,
    run: impl FnOnce() -> T,
) -> T {
    struct Named<F: Fn()>(F);
    impl<F: Fn()> Drop for Named<F> {
        fn drop(&mut self) {
            if thread::panicking() {
                (self.0)();
            }
        }
    }
    let _named = Named(|| {
        println!(
            "OFFICIAL_SEED={seed} OFFICIAL_CASE={index} cargo test --test official {}",
            C::VERSION
        );
        println!("{case:#?}");
        if let Some(answer) = answer {
            println!("answer: {answer}");
        }
    });
    run()
}

#[expect(clippy::disallowed_methods, reason = "a test's settings")]
fn variable<T: FromStr>(name: &str) -> Option<T> {
    let text = env::var(name).ok()?;
    let Ok(value) = text.parse() else {
        panic!("{name}={text} is not a number")
    };
    Some(value)
}

#[expect(clippy::disallowed_methods, reason = "each run has cases of its own")]
fn random_seed() -> u64 {
    rand::random()
}
