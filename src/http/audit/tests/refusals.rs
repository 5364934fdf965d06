//! The lines of refusals.

use super::super::Record;
use super::super::line::{Asked, Asker, Origin};
use crate::http::answer::plain_error;
use crate::http::metrics::Counters;
use crate::http::request_id::RequestId;
use crate::http::table::Route;
use crate::issuer::{Grants, Subject, TokenRequest};
use crate::token::{ChannelName, Role, Uid, UnixTime};

fn record(asked: Option<Box<Asked>>) -> Record {
    let route = Route {
        pattern: "/access_token",
        shape: "access_token",
        number: 1,
        errors: plain_error,
    };
    let app_id = "970CA35de60c44645bbae8a215061b33".parse();
    let origin = Origin {
        id: RequestId::made_of([1, 2]),
        route,
        app_id: app_id.expect("32 hexadecimal digits"),
    };
    Record {
        origin,
        asked,
        lines: Vec::new(),
        counters: Counters::new(),
    }
}

#[track_caller]
fn says(mut record: Record, line: &str) {
    record.refused("channel_refused", UnixTime::from_seconds(1_700_000_000));
    assert_eq!(String::from_utf8_lossy(&record.lines), line);
}

#[test]
fn a_refusal_says_who_asked_for_what_and_why_not() {
    let request = TokenRequest {
        subject: Subject::V006Rtc {
            channel: ChannelName::new("test").expect("four letters"),
            uid: Uid::Any,
            grants: Grants::of_role(Role::Subscriber),
        },
        lifetime: None,
    };
    let asked = Asked {
        asker: Asker {
            kind: "user",
            name: Some("alice \"\r\n".into()),
        },
        request,
    };
    says(
        record(Some(asked.into())),
        "{\"time\":\"2023-11-14T22:13:20Z\",\"audit\":\"refused\",\"reason\":\"channel_refused\",\
         \"request_id\":\"0000000100000002\",\"shape\":\"access_token\",\"route\":\"/access_token\",\
         \"app_id\":\"970CA35de60c44645bbae8a215061b33\",\"caller\":\"user\",\"caller_name\":\"alice \\\"\\r\\n\",\
         \"version\":\"006\",\"services\":[{\"service\":\"rtc\",\"channel\":\"test\",\"uid\":0,\
         \"privileges\":{\"join_channel\":1700086400}}]}\n",
    );
}

#[test]
fn a_refusal_of_the_caller_itself_names_no_token() {
    says(
        record(None),
        "{\"time\":\"2023-11-14T22:13:20Z\",\"audit\":\"refused\",\"reason\":\"channel_refused\",\
         \"request_id\":\"0000000100000002\",\"shape\":\"access_token\",\"route\":\"/access_token\",\
         \"app_id\":\"970CA35de60c44645bbae8a215061b33\"}\n",
    );
}
