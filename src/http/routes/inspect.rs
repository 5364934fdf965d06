//! `POST /v1/tokens/inspect`: what is wrong with a token.

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use utoipa::ToSchema;

use super::about;
use super::tokens::problem;
use crate::access::Caller;
use crate::http::answer::repeatable_json;
use crate::http::error::Error;
use crate::http::extract::JsonBytes;
use crate::http::methods::post;
use crate::http::state::AppState;
use crate::http::table::Table;
use crate::issuer::written::{WrittenError, WrittenNumber};
use crate::token::explain::{
    Expected, ExpectedUid, Finding, Question, Report, Severity, Signature, explain,
};
use crate::token::{Role, ServiceKind};

pub(in crate::http) fn routes(table: Table) -> Table {
    table.both_ways("/v1/tokens/inspect", post(answer), problem, || {
        vec![about::inspect()]
    })
}

/// A token, and what a client uses it for. Whatever is not given is not checked.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Inspection {
    /// The token as it was found.
    token: String,
    /// The channel that the client gives to `join`.
    channel: Option<String>,
    /// The numeric uid that it gives to `join`.
    uid: Option<WrittenNumber>,
    /// The user account that it gives instead.
    account: Option<String>,
    /// The service that it uses.
    service: Option<String>,
    /// The role that it should have.
    role: Option<String>,
    /// The error that the SDK reports.
    error_code: Option<u16>,
}

/// Whether a signature is right is for callers alone.
async fn answer(
    State(state): State<AppState>,
    caller: Option<Caller>,
    body: JsonBytes,
) -> Result<Response, Error> {
    let inspection = WrittenError::reading(&body.0)?;
    let Inspection { token, .. } = &inspection;
    let question = Question {
        token,
        project: caller.map(|_| state.project()),
        expected: expected(&inspection)?,
        now: state.now(),
    };
    let mut report = explain(&question);
    if question.project.is_none() {
        report.findings.extend(unchecked(&report));
    }
    Ok(repeatable_json(
        serde_json::to_string(&report).expect("texts and numbers under names"),
    ))
}

/// Nothing found is no praise where the signature was not looked at. Notes are the last of all findings.
fn unchecked(report: &Report) -> Option<Finding> {
    let could_be = report.app_id.is_some() && report.signature == Signature::Unchecked;
    could_be.then(|| Finding {
        code: "signature_unchecked",
        severity: Severity::Note,
        message:
            "The signature was not checked: whether it is right is said to known callers alone."
                .to_owned(),
        advice: "Ask again with an API key or a JWT.".to_owned(),
    })
}

fn expected(inspection: &Inspection) -> Result<Expected, WrittenError> {
    let uid = match (&inspection.uid, &inspection.account) {
        (Some(_), Some(_)) => return Err(WrittenError::both("uid", "account")),
        (Some(uid), None) => Some(ExpectedUid::Number(uid.as_uid()?)),
        (None, account) => account.clone().map(ExpectedUid::Account),
    };
    let service = inspection.service.as_deref().map(|name| {
        let known = ServiceKind::ALL.map(ServiceKind::name);
        ServiceKind::from_name(name).ok_or_else(|| WrittenError::unknown("service", name, &known))
    });
    let role = inspection.role.as_deref().map(|name| {
        let known = Role::ALL.map(Role::name);
        Role::from_name(name).ok_or_else(|| WrittenError::unknown("role", name, &known))
    });
    Ok(Expected {
        channel: inspection.channel.clone(),
        uid,
        service: service.transpose()?,
        role: role.transpose()?,
        error_code: inspection.error_code,
    })
}
