//! Written requests, and the tokens that come of them.

use agora_token_server::issuer::written::WrittenRequest;
use agora_token_server::issuer::{Issued, TokenRequest, issue};
use agora_token_server::token::{Project, Service, UnixTime, UnverifiedToken, v007};
use serde_json::Value;

pub(crate) const NOW: u32 = 1_700_000_000;

pub(crate) fn project() -> Project {
    Project::new(
        "970CA35de60c44645bbae8a215061b33".parse().unwrap(),
        "5CFd2fd1755d40ecb72977518be15d3b".parse().unwrap(),
    )
}

#[track_caller]
pub(crate) fn issued(request: Value) -> Issued {
    let written: WrittenRequest = serde_json::from_value(request).unwrap();
    let request = TokenRequest::try_from(written).unwrap();
    issue(&project(), &request, UnixTime::from_seconds(NOW), 1)
}

/// What a 007 token says, once it is verified.
#[track_caller]
pub(crate) fn message_007(request: Value) -> v007::Message {
    let token = UnverifiedToken::parse(&issued(request).token).unwrap();
    token.verify(&project(), None).unwrap();
    match token {
        UnverifiedToken::V007(token) => token.message,
        other => panic!("{other:?}"),
    }
}

/// The services of a 007 token that is asked for with these.
#[track_caller]
pub(crate) fn services(services: Value) -> Vec<Service> {
    message_007(serde_json::json!({ "services": services }))
        .services
        .known()
        .to_vec()
}

/// Number and end of each privilege.
pub(crate) fn privileges(service: &Service) -> Vec<(u16, u32)> {
    service.privileges.iter().collect()
}

/// What is said about a request that cannot be read, or not be meant.
#[track_caller]
pub(crate) fn refusal(request: Value) -> String {
    match WrittenRequest::from_value(request) {
        Err(error) => error.to_string(),
        Ok(written) => TokenRequest::try_from(written).unwrap_err().to_string(),
    }
}
