//! Any text is a token request, or refused in words; what a request asks for is made, read and verified.

#![no_main]

use agora_token_server::issuer::written::WrittenRequest;
use agora_token_server::issuer::{Subject, TokenRequest, issue};
use agora_token_server::token::{Binding, Project, UnixTime, UnverifiedToken};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|json: &[u8]| {
    let Ok(written) = serde_json::from_slice::<WrittenRequest>(json) else {
        return;
    };
    let request = match TokenRequest::try_from(written) {
        Ok(request) => request,
        Err(error) => {
            assert!(!error.to_string().is_empty());
            return;
        }
    };
    let digits = "970ca35de60c44645bbae8a215061b33";
    let project = Project::new(digits.parse().unwrap(), digits.parse().unwrap());
    let now = UnixTime::from_seconds(1_800_000_000);
    let issued = issue(&project, &request, now, 1);

    let token = UnverifiedToken::parse(&issued.token).unwrap();
    assert_eq!(
        (token.version(), token.app_id()),
        (issued.version, project.app_id)
    );
    let verify = |channel: &str, uid: &str| {
        let binding = Binding { channel, uid };
        token.verify(&project, Some(binding)).unwrap();
    };
    match &request.subject {
        Subject::V005 { channel, uid, .. } => verify(channel.as_str(), &uid.to_string()),
        Subject::V006Rtc { channel, uid, .. } => verify(channel.as_str(), &uid.signed()),
        Subject::V006Rtm { user_id } => verify(user_id.as_str(), ""),
        Subject::V007(_) => _ = token.verify(&project, None).unwrap(),
    }
});
