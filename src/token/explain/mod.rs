//! What is wrong with a token, in plain words, and what to do about it.
//!
//! A token says little when an SDK refuses it. Here it is read, also when it was damaged on its way, and held against
//! what is known about it: the project, the channel, the user, the time, the SDK's error. Each thing that is found
//! has a code that stays the same, a severity, a sentence and an advice.
//!
//! ```
//! use agora_token_server::token::UnixTime;
//! use agora_token_server::token::explain::{Expected, Question, Severity, explain};
//!
//! let question = Question {
//!     token: "970CA35de60c44645bbae8a215061b33",
//!     project: None,
//!     expected: Expected::default(),
//!     now: UnixTime::from_seconds(1_700_000_000),
//! };
//! let report = explain(&question);
//! assert_eq!(report.findings[0].code, "identifier_pasted");
//! assert_eq!(report.findings[0].severity, Severity::Error);
//! ```

mod app_id;
mod binding;
mod calendar;
mod damage;
mod describe;
mod finding;
mod grant;
mod grants;
mod identity;
mod inflated;
mod limit;
mod names;
mod pasted;
mod reading;
mod report;
mod sdk_code;
mod subject;
mod text;
mod time;

pub(crate) use calendar::rfc3339_bytes;
pub use calendar::{relative, rfc3339, span};
pub use finding::{Finding, Severity};
pub use report::{
    Field, Report, ReportedPermission, ReportedPrivilege, ReportedService, Signature,
};

use subject::Subject;

use super::certificate::Project;
use super::privilege::Role;
use super::service::ServiceKind;
use super::time::UnixTime;

/// A token, and what is known about it.
#[derive(Clone, Debug)]
pub struct Question<'a> {
    /// The token as it was found, with whatever clings to it.
    pub token: &'a str,
    /// Whose it should be; without, its signature is not checked.
    pub project: Option<&'a Project>,
    /// What it should be good for.
    pub expected: Expected,
    /// As of when.
    pub now: UnixTime,
}

/// What a token should be good for. Whatever is not known is not checked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expected {
    /// The channel that the client gives to the SDK's `join`.
    pub channel: Option<String>,
    /// The user that the client gives to `join` or `login`.
    pub uid: Option<ExpectedUid>,
    /// The service that the client uses.
    pub service: Option<ServiceKind>,
    /// The role that the client should have.
    pub role: Option<Role>,
    /// The error that the SDK reports.
    pub error_code: Option<u16>,
}

/// A user, as the client gives it to the SDK. There a number and a text of its digits are two users.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExpectedUid {
    /// A numeric uid; 0 lets the server pick one.
    Number(u32),
    /// A user account: a text.
    Account(String),
}

/// Reads a token and says what is wrong with it.
#[must_use]
pub fn explain(question: &Question<'_>) -> Report {
    let mut findings = Vec::new();
    let text = text::clean(question.token, &mut findings);
    let reading = match pasted::instead_of_token(&text) {
        Some(finding) => {
            findings.push(finding);
            None
        }
        None => reading::read(&text, question, &mut findings),
    };
    let mut report = match reading {
        None => Report::unreadable(text.get(..3).and_then(|version| version.parse().ok())),
        Some(reading) => {
            let subject = Subject::new(&reading, question);
            findings.extend(rules().filter_map(|rule| rule(&subject)));
            let mut report = subject.report();
            findings.extend(limit::shorten(&mut report.services));
            report
        }
    };
    if let Some(code) = question.expected.error_code {
        findings.push(sdk_code::explain(code, &findings));
    }
    findings.sort_by_key(|finding| finding.severity);
    report.findings = findings;
    report
}

fn rules() -> impl Iterator<Item = subject::Rule> {
    let themes: [&[subject::Rule]; 6] = [
        identity::RULES,
        time::RULES,
        binding::RULES,
        names::RULES,
        grants::RULES,
        limit::RULES,
    ];
    themes.into_iter().flatten().copied()
}

impl ExpectedUid {
    /// The text that a token for this user carries or signs.
    fn signed(&self) -> String {
        match self {
            Self::Number(0) => String::new(),
            Self::Number(number) => number.to_string(),
            Self::Account(account) => account.clone(),
        }
    }
}
